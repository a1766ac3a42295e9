//! The application's suites: each test does something and says what it expected and what it saw.

use std::time::Instant;

use examples::{
    database_migration_plan::artifacts::ApplicationChange,
    evidence::{TestFailure, TestReport},
    failure::Outcome,
};

use super::application::{Application, Contact, Wanted};
use crate::{
    clock,
    engine::{Database, Value},
};

/// What a test expected and what it saw.
type Seen = Outcome<(String, String)>;

/// A test: its name, and what it does with the application's database.
type Test = (&'static str, fn(&mut dyn Database) -> Seen);

/// Those that write, for copies.
const WRITING: [Test; 5] = [
    ("a customer is registered and found by e-mail", registers),
    ("a changed contact is the one that is found", changes_contact),
    ("an order costs what its lines cost", places_order),
    ("an order is the newest of its customer", lists_newest_first),
    ("the turnover grows by an order to the cent", adds_turnover),
];

/// Those that only read, for production.
const READING: [Test; 2] = [
    ("each order of a customer is shown with its lines", shows_lines),
    (
        "a customer with an e-mail address is found by it",
        finds_old_customer,
    ),
];

/// Runs all tests on a copy with the flag in the position that it is in.
///
/// # Errors
/// When the flag cannot be read; what a test meets is in the report.
pub fn run(database: &mut dyn Database, new_schema: bool, change: &ApplicationChange) -> Outcome<TestReport> {
    let tests: Vec<Test> = WRITING.into_iter().chain(READING).collect();
    report(database, new_schema, change, &tests)
}

/// Runs the tests that leave nothing behind.
///
/// # Errors
/// When the flag cannot be read; what a test meets is in the report.
pub fn smoke(
    database: &mut dyn Database,
    new_schema: bool,
    change: &ApplicationChange,
) -> Outcome<TestReport> {
    report(database, new_schema, change, &READING)
}

fn report(
    database: &mut dyn Database,
    new_schema: bool,
    change: &ApplicationChange,
    tests: &[Test],
) -> Outcome<TestReport> {
    let begun = Instant::now();
    let mut failures = Vec::new();
    let mut note = |test: &str, expected: String, seen: String| {
        failures.push(TestFailure {
            test: test.to_owned(),
            expected,
            seen,
        });
    };
    let flag = format!(
        "`{}` says {}",
        super::FLAG,
        if new_schema { "new" } else { "old" }
    );
    let position = Application::new(database).is_on_new_schema()?;
    if position != new_schema || change.flag != super::FLAG {
        note(
            "the flag is in its position",
            flag.clone(),
            format!("`{}`, new schema: {position}", change.flag),
        );
    }
    for (name, test) in tests {
        match test(database) {
            Ok((expected, seen)) if expected == seen => {}
            Ok((expected, seen)) => note(name, expected, seen),
            Err(failure) => note(name, String::from("no error"), failure.to_string()),
        }
    }
    let failed = u32::try_from(failures.len()).unwrap_or(u32::MAX);
    Ok(TestReport {
        suite: format!("application, {flag}"),
        commit: change.change.commit.clone(),
        passed: u32::try_from(tests.len() + 1)
            .unwrap_or(u32::MAX)
            .saturating_sub(failed),
        failures,
        skipped: Vec::new(),
        took_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}

const BASKET: [Wanted; 3] = [
    Wanted {
        product: "kettle",
        quantity: 3,
        cents: 1_999,
    },
    Wanted {
        product: "lamp",
        quantity: 1,
        cents: 10,
    },
    Wanted {
        product: "vase",
        quantity: 2,
        cents: 20,
    },
];

fn seen(expected: &impl std::fmt::Debug, seen: &impl std::fmt::Debug) -> Seen {
    Ok((format!("{expected:?}"), format!("{seen:?}")))
}

fn somebody(application: &mut Application<'_>, email: &str) -> Outcome<i64> {
    let contact = Contact {
        email: Some(email.to_owned()),
        ..Contact::default()
    };
    application.register("Test Customer", &contact, &clock::now())
}

fn registers(database: &mut dyn Database) -> Seen {
    let mut application = Application::new(database);
    let customer = somebody(&mut application, "registered@test.example")?;
    seen(
        &vec![customer],
        &application.find_by_email("registered@test.example")?,
    )
}

fn changes_contact(database: &mut dyn Database) -> Seen {
    let mut application = Application::new(database);
    let customer = somebody(&mut application, "before@test.example")?;
    let phone = Contact {
        phone: Some(String::from("+41441234567")),
        ..Contact::default()
    };
    application.change_contact(customer, &phone)?;
    let gone = application.find_by_email("before@test.example")?;
    seen(
        &(phone, Vec::<i64>::new()),
        &(application.contact_of(customer)?, gone),
    )
}

fn places_order(database: &mut dyn Database) -> Seen {
    let mut application = Application::new(database);
    let customer = somebody(&mut application, "orders@test.example")?;
    let order = application.place_order(customer, &BASKET, &clock::now())?;
    let of_lines: i64 = application
        .lines_of(order)?
        .iter()
        .filter_map(|(quantity, cents)| Some(quantity * (*cents)?))
        .sum();
    let listed = application
        .orders_of(customer)?
        .first()
        .and_then(|order| order.cents);
    seen(&(6_047_i64, Some(6_047_i64)), &(of_lines, listed))
}

fn lists_newest_first(database: &mut dyn Database) -> Seen {
    let mut application = Application::new(database);
    let customer = somebody(&mut application, "lists@test.example")?;
    let first = application.place_order(customer, &BASKET, "2026-11-24T08:00:00Z")?;
    let second = application.place_order(customer, &BASKET, "2026-11-24T09:00:00Z")?;
    let listed: Vec<i64> = application
        .orders_of(customer)?
        .iter()
        .map(|order| order.id)
        .collect();
    seen(&vec![second, first], &listed)
}

fn adds_turnover(database: &mut dyn Database) -> Seen {
    let mut application = Application::new(database);
    let customer = somebody(&mut application, "turnover@test.example")?;
    let before = application.turnover_since("2026-11-01")?;
    application.place_order(customer, &BASKET, &clock::now())?;
    seen(&(before + 6_047), &application.turnover_since("2026-11-01")?)
}

fn shows_lines(database: &mut dyn Database) -> Seen {
    let customer = database
        .integer("SELECT min(customer_id) FROM orders", &[])?
        .unwrap_or_default();
    let mut application = Application::new(database);
    let orders = application.orders_of(customer)?;
    let mut without = Vec::new();
    for order in &orders {
        if application.lines_of(order.id)?.is_empty() {
            without.push(order.id);
        }
    }
    seen(&(true, Vec::<i64>::new()), &(!orders.is_empty(), without))
}

fn finds_old_customer(database: &mut dyn Database) -> Seen {
    let new_schema = Application::new(database).is_on_new_schema()?;
    let column = if new_schema { "email" } else { "contact" };
    let sql = format!("SELECT id, {column} FROM customers WHERE {column} LIKE '%@%' ORDER BY id");
    let mut known = None;
    // The first is enough; the table may be large.
    database.each(&format!("{sql} LIMIT 1"), &[], &mut |row| {
        known = row[0].integer().zip(row[1].text().map(str::to_owned));
        Ok(())
    })?;
    let Some((id, email)) = known else {
        return seen(&"a customer with an e-mail address", &Value::Null);
    };
    let found = Application::new(database).find_by_email(&email)?;
    seen(&true, &found.contains(&id))
}
