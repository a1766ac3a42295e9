//! What the shop's application does with its database, on either schema, as the flag says.
//!
//! The flag is read in the same transaction as what depends on it, so that turning it never meets a write half-way.

use examples::failure::{Failure, Outcome};

use super::{FLAG, statements};
use crate::engine::{Database, Value};

/// The application on one connection.
pub struct Application<'a> {
    database: &'a mut dyn Database,
}

/// How a customer is reached.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contact {
    /// By e-mail.
    pub email: Option<String>,
    /// By telephone.
    pub phone: Option<String>,
    /// A note that is neither; only the old schema has a place for it.
    pub note: Option<String>,
}

/// An order as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Its number.
    pub id: i64,
    /// Its state.
    pub status: String,
    /// What it costs, in cents; nothing where no amount can be read.
    pub cents: Option<i64>,
}

/// A line that is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// What.
    pub product: &'static str,
    /// How many.
    pub quantity: i64,
    /// The price of one, in cents.
    pub cents: i64,
}

impl<'a> Application<'a> {
    /// On that connection.
    pub fn new(database: &'a mut dyn Database) -> Self {
        Application { database }
    }

    /// Whether the flag says to use the new schema; without a flag there is only the old one.
    ///
    /// # Errors
    /// What the engine says.
    pub fn is_on_new_schema(&mut self) -> Outcome<bool> {
        is_on_new_schema(self.database)
    }

    /// Takes a customer in; the number.
    ///
    /// # Errors
    /// What the engine says.
    pub fn register(&mut self, name: &str, contact: &Contact, at: &str) -> Outcome<i64> {
        self.database.transaction(|database| {
            let (columns, values) = written(contact, is_on_new_schema(database)?);
            let columns: Vec<&str> = columns.to_vec();
            let holes: Vec<String> = (3..3 + columns.len()).map(|at| format!("${at}")).collect();
            let sql = format!(
                "INSERT INTO customers (name, registered_at, {}) VALUES ($1, $2, {}) RETURNING id",
                columns.join(", "),
                holes.join(", ")
            );
            let arguments: Vec<Value> = [name.into(), at.into()].into_iter().chain(values).collect();
            required(database.integer(&sql, &arguments)?)
        })
    }

    /// Changes how a customer is reached.
    ///
    /// # Errors
    /// What the engine says.
    pub fn change_contact(&mut self, customer: i64, contact: &Contact) -> Outcome<()> {
        self.database.transaction(|database| {
            let (columns, values) = written(contact, is_on_new_schema(database)?);
            let sets = columns
                .iter()
                .enumerate()
                .map(|(at, column)| format!("{column} = ${}", at + 2));
            let sql = format!(
                "UPDATE customers SET {} WHERE id = $1",
                sets.collect::<Vec<_>>().join(", ")
            );
            let arguments: Vec<Value> = std::iter::once(customer.into()).chain(values).collect();
            database.execute(&sql, &arguments).map(|_| ())
        })
    }

    /// How a customer is reached.
    ///
    /// # Errors
    /// What the engine says.
    pub fn contact_of(&mut self, customer: i64) -> Outcome<Contact> {
        let text = |value: &Value| value.text().map(str::to_owned);
        if self.is_on_new_schema()? {
            let rows = self.database.rows(
                "SELECT email, phone FROM customers WHERE id = $1",
                &[customer.into()],
            )?;
            let row = rows.first().ok_or_else(|| no_customer(customer))?;
            return Ok(Contact {
                email: text(&row[0]),
                phone: text(&row[1]),
                note: None,
            });
        }
        let rows = self
            .database
            .rows("SELECT contact FROM customers WHERE id = $1", &[customer.into()])?;
        let row = rows.first().ok_or_else(|| no_customer(customer))?;
        // What every reader of the column has to guess, and what the new schema does away with.
        let contact = text(&row[0]);
        let is_email = |text: &String| text.contains('@');
        let is_phone = |text: &String| text.chars().all(|letter| "+0123456789 -/".contains(letter));
        Ok(match contact {
            Some(email) if is_email(&email) => Contact {
                email: Some(email),
                ..Contact::default()
            },
            Some(phone) if is_phone(&phone) => Contact {
                phone: Some(phone),
                ..Contact::default()
            },
            note => Contact {
                note,
                ..Contact::default()
            },
        })
    }

    /// The numbers of the customers with that address.
    ///
    /// # Errors
    /// What the engine says.
    pub fn find_by_email(&mut self, email: &str) -> Outcome<Vec<i64>> {
        let rows = self.asked("customer_by_email", email.into())?;
        Ok(rows.iter().filter_map(|row| row[0].integer()).collect())
    }

    /// Takes an order; its number.
    ///
    /// # Errors
    /// What the engine says.
    pub fn place_order(&mut self, customer: i64, wanted: &[Wanted], at: &str) -> Outcome<i64> {
        self.database.transaction(|database| {
            let new_schema = is_on_new_schema(database)?;
            let (total, price) = if new_schema { ("total_cents", "price_cents") } else { ("total", "price") };
            let sum = wanted.iter().map(|line| line.quantity * line.cents).sum();
            let sql = format!(
                "INSERT INTO orders (customer_id, placed_at, status, {total}) VALUES ($1, $2, 'open', $3) RETURNING id"
            );
            let arguments = [customer.into(), at.into(), amount(sum, new_schema)];
            let order = required(database.integer(&sql, &arguments)?)?;
            let sql =
                format!("INSERT INTO order_lines (order_id, product, quantity, {price}) VALUES ($1, $2, $3, $4)");
            for line in wanted {
                let price = amount(line.cents, new_schema);
                database.execute(&sql, &[order.into(), line.product.into(), line.quantity.into(), price])?;
            }
            Ok(order)
        })
    }

    /// The newest orders of a customer.
    ///
    /// # Errors
    /// What the engine says.
    pub fn orders_of(&mut self, customer: i64) -> Outcome<Vec<Order>> {
        let rows = self.asked("orders_of_customer", customer.into())?;
        let order = |row: &Vec<Value>| Order {
            id: row[0].integer().unwrap_or_default(),
            status: row[2].text().unwrap_or_default().to_owned(),
            cents: cents(&row[3]),
        };
        Ok(rows.iter().map(order).collect())
    }

    /// The lines of an order, each with its quantity and its price in cents.
    ///
    /// # Errors
    /// What the engine says.
    pub fn lines_of(&mut self, order: i64) -> Outcome<Vec<(i64, Option<i64>)>> {
        let rows = self.asked("lines_of_order", order.into())?;
        Ok(rows
            .iter()
            .map(|row| (row[2].integer().unwrap_or_default(), cents(&row[3])))
            .collect())
    }

    /// What was taken in since a day, in cents.
    ///
    /// # Errors
    /// What the engine says.
    pub fn turnover_since(&mut self, day: &str) -> Outcome<i64> {
        let rows = self.asked("turnover_since", day.into())?;
        Ok(rows.first().and_then(|row| cents(&row[0])).unwrap_or_default())
    }

    fn asked(&mut self, statement: &str, argument: Value) -> Outcome<Vec<Vec<Value>>> {
        let new_schema = self.is_on_new_schema()?;
        self.database
            .rows(statements::named(statement)?.on(new_schema), &[argument])
    }
}

/// Whether the flag of that database says so.
fn is_on_new_schema(database: &mut dyn Database) -> Outcome<bool> {
    if !database.has_table("feature_flags")? {
        return Ok(false);
    }
    let sql = "SELECT enabled FROM feature_flags WHERE name = $1";
    Ok(database.integer(sql, &[FLAG.into()])? == Some(1))
}

fn written(contact: &Contact, new_schema: bool) -> (&'static [&'static str], Vec<Value>) {
    let value = |text: &Option<String>| text.as_deref().map_or(Value::Null, Value::from);
    if new_schema {
        return (
            &["email", "phone"],
            vec![value(&contact.email), value(&contact.phone)],
        );
    }
    let one = [&contact.email, &contact.phone, &contact.note]
        .into_iter()
        .find(|text| text.is_some());
    (&["contact"], vec![one.map_or(Value::Null, value)])
}

#[expect(clippy::cast_precision_loss, reason = "amounts are far below 2^53")]
fn amount(cents: i64, new_schema: bool) -> Value {
    if new_schema {
        Value::Integer(cents)
    } else {
        Value::Real(cents as f64 / 100.0)
    }
}

/// In cents, whether it comes as such or as a binary fraction of francs.
#[expect(clippy::cast_possible_truncation, reason = "amounts are far below 2^53")]
fn cents(value: &Value) -> Option<i64> {
    match value {
        Value::Integer(cents) => Some(*cents),
        Value::Real(amount) if *amount >= 0.0 => Some((amount * 100.0).round() as i64),
        _ => None,
    }
}

fn required(id: Option<i64>) -> Outcome<i64> {
    id.ok_or_else(|| Failure::new("the engine gave no number to a new row"))
}

fn no_customer(customer: i64) -> Failure {
    Failure::new(format_args!("there is no customer {customer}"))
}
