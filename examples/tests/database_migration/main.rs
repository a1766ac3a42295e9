//! The migration of a shop, driven as its people drive it: the built program, real databases, real kills.

use std::{
    path::Path,
    process::{Command, Output},
};

use examples::database_migration_plan::artifacts::{BenchmarkReport, IntegrityReport};
use support::{Place, Tested, events, said, steps};

use shop::{Shop, checksum, dump, open};

mod crashes;
mod misuse;
mod postgresql;
mod shop;
#[path = "../support/mod.rs"]
mod support;

// The form of the scripts has tests of its own.
#[path = "../../database_migration/migration/script.rs"]
#[allow(dead_code, unreachable_pub, reason = "only its own tests use it here")]
mod script;

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, Box<dyn std::error::Error>> {
    Ok(serde_json::from_slice(&std::fs::read(path)?)?)
}

#[test]
fn a_shop_of_200_000_rows_gets_a_better_schema() -> Tested {
    let place = Place::new("database_migration")?;
    let output = place.take_through("take_through.sh")?;
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    for stage in ["expand", "backfill", "index", "switch", "park", "contract"] {
        assert!(text.contains(&format!("{stage} is done")), "{stage}: {text}");
    }
    let shop = place.path().join("target/database_migration/shop.db");
    let database = open(&shop)?;
    let count = |sql: &str| database.query_row(sql, [], |row| row.get::<_, i64>(0));
    assert_eq!(
        ["customers", "orders", "order_lines"]
            .map(|table| count(&format!("SELECT count(*) FROM {table}")).ok()),
        [Some(20_000), Some(60_000), Some(120_000)]
    );
    // The float is gone, the cents are there, and what nobody could read is set aside.
    assert!(database.prepare("SELECT total FROM orders").is_err());
    assert_eq!(
        count("SELECT count(*) FROM orders WHERE total_cents IS NULL")?,
        120
    );
    assert_eq!(count("SELECT count(*) FROM set_aside_orders_total")?, 120);
    assert_eq!(count("SELECT count(*) FROM set_aside_customers_contact")?, 100);
    assert_eq!(
        count("SELECT count(*) FROM customers WHERE email <> lower(email)")?,
        0
    );
    assert_eq!(count("SELECT count(*) FROM parked_order_lines_price")?, 120_000);

    let integrity: IntegrityReport = read(&place.out().join("reports/production-integrity.json"))?;
    assert_eq!(integrity.outcomes.len(), 14);
    assert_eq!(integrity.rows_set_aside, 340);
    assert!(
        integrity
            .outcomes
            .iter()
            .all(|outcome| outcome.rows_differing == 0),
        "{integrity:?}"
    );
    let figures: BenchmarkReport = read(&place.out().join("reports/production.json"))?;
    for figure in figures
        .queries
        .iter()
        .filter(|figure| figure.query != "turnover_since")
    {
        assert!(figure.latency.p99_ms < figure.before.p99_ms, "{figure:?}");
        assert!(
            figure.plan.iter().any(|line| line.contains("INDEX")),
            "{figure:?}"
        );
    }
    // What is personal does not lie about.
    for copy in ["before", "migrated", "switched", "scratch", "drill", "restored"] {
        assert!(
            !place.out().join(format!("copies/{copy}.db")).exists(),
            "{copy} is still there"
        );
    }
    a_validator_finds_a_fault(&place, &shop)
}

/// By hand, on what was migrated: the same comparison passes, and no longer once a cent is added.
fn a_validator_finds_a_fault(place: &Place, shop: &Path) -> Tested {
    let (plan, backup) = (
        place.out().join("validation.json"),
        place.out().join("backups/before-migration.db"),
    );
    let compare = || {
        let mut command = place.command(&["compare"]);
        command
            .arg(&plan)
            .arg("orders-total-sum")
            .args([&backup, &shop.to_owned()])
            .output()
    };
    let right = compare()?;
    assert_eq!(right.status.code(), Some(0), "{}", said(&right));
    open(shop)?.execute("UPDATE orders SET total_cents = total_cents + 1 WHERE id = 7", [])?;
    let wrong = compare()?;
    assert_eq!(wrong.status.code(), Some(1), "{}", said(&wrong));
    assert!(said(&wrong).contains("1 rows differ"), "{}", said(&wrong));
    Ok(())
}

#[test]
fn a_killed_run_goes_on_where_it_was() -> Tested {
    for step in [
        "Assessment.evaluate_backups",
        "Testing.rehearse_migration",
        "Execution.execute_migration",
    ] {
        let shop = Shop::of(4_000)?;
        let before = shop.place.killed_after(shop.script(), step)?;
        let output = shop.script().output()?;
        let after = said(&output);
        assert!(output.status.success(), "{step}: {after}");
        let (done, redone) = (steps(&before), steps(&after));
        let twice: Vec<&String> = redone.iter().filter(|step| done.contains(step)).collect();
        assert!(twice.is_empty(), "{step}: {twice:?} ran again");
        assert_eq!(dump(&shop.file())?, shop::migrated_dump()?, "{step}");
    }
    Ok(())
}

/// Of many open orders, an index on the status alone finds too many to sort, on whichever machine.
#[test]
fn a_plan_that_misses_its_criteria_is_sent_back_and_mended() -> Tested {
    let shop = Shop::new(&["--rows", "40000", "--open-percent", "40"], |input| {
        input.replace("slow_p99_percent_at_most = 100", "slow_p99_percent_at_most = 40")
    })?;
    let output = shop.script().output()?;
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    let rejected = events(&text, "rejected");
    let gates: Vec<_> = rejected
        .iter()
        .map(|event| (event["step"].as_str(), event["back_to"].as_str()))
        .collect();
    assert_eq!(
        gates,
        [(Some("Testing.criteria_met"), Some("Planning"))],
        "{text}"
    );
    assert!(
        rejected[0].to_string().contains("oldest_open_orders"),
        "{rejected:?}"
    );
    let database = open(&shop.file())?;
    let mut indexes =
        database.prepare("SELECT name FROM sqlite_schema WHERE name LIKE 'orders_by_%' ORDER BY name")?;
    let indexes = indexes
        .query_map([], |row| row.get::<_, String>(0))?
        .collect::<Result<Vec<_>, _>>()?;
    assert_eq!(
        indexes,
        ["orders_by_customer_id_placed_at", "orders_by_status_placed_at"]
    );
    Ok(())
}

#[test]
fn what_was_written_after_the_migration_survives_its_undo() -> Tested {
    let shop = Shop::of(4_000)?;
    let original = dump(&shop.file())?;
    let output = shop.script().output()?;
    assert!(output.status.success(), "{}", said(&output));
    let database = open(&shop.file())?;
    database.execute_batch(
        "INSERT INTO customers (id, name, registered_at, email, phone) VALUES (9001, 'New', '2026-12-07', 'n@e.org', '1');\
         INSERT INTO orders (id, customer_id, placed_at, status, total_cents) VALUES (9001, 9001, '2026-12-07', 'open', 1999);\
         UPDATE orders SET total_cents = 4200 WHERE id = 7",
    )?;
    let output = shop.place.command(&["undo", "sample", "--yes"]).output()?;
    assert!(output.status.success(), "{}", said(&output));
    let contact: String = database.query_row("SELECT contact FROM customers WHERE id = 9001", [], |row| {
        row.get(0)
    })?;
    assert_eq!(contact, "n@e.org");
    let total = |id: i64| {
        database.query_row("SELECT total FROM orders WHERE id = ?1", [id], |row| {
            row.get::<_, f64>(0)
        })
    };
    assert_eq!([total(9001)?, total(7)?], [19.99, 42.0]);
    // Everything else is what it was, to the last bit.
    let seven: f64 =
        shop::original()?.query_row("SELECT total FROM orders WHERE id = 7", [], |row| row.get(0))?;
    database.execute("DELETE FROM customers WHERE id = 9001", [])?;
    database.execute("DELETE FROM orders WHERE id = 9001", [])?;
    database.execute("UPDATE orders SET total = ?1 WHERE id = 7", [seven])?;
    assert_eq!(dump(&shop.file())?, original);
    Ok(())
}

#[test]
fn an_undo_after_users_changed_a_row_is_done_and_says_that_values_differ() -> Tested {
    let shop = Shop::of(2_000)?;
    assert!(shop.script().output()?.status.success());
    open(&shop.file())?.execute("UPDATE orders SET total_cents = 4200 WHERE id = 7", [])?;
    let output = shop.place.command(&["undo", "sample", "--yes"]).output()?;
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("not the checksum of before"), "{text}");
    assert!(text.contains("before-migration"), "the backup is named: {text}");
    Ok(())
}

#[test]
fn an_undone_migration_leaves_the_checksum_of_before() -> Tested {
    let shop = Shop::of(4_000)?;
    let before = checksum(&shop.place, &shop.file())?;
    assert!(shop.script().output()?.status.success());
    assert_ne!(checksum(&shop.place, &shop.file())?, before);
    let output = shop.place.command(&["undo", "sample", "--yes"]).output()?;
    assert!(output.status.success(), "{}", said(&output));
    assert!(
        said(&output).contains("production is what it was"),
        "{}",
        said(&output)
    );
    assert_eq!(checksum(&shop.place, &shop.file())?, before);
    Ok(())
}

#[test]
fn the_picture_is_what_the_program_draws() -> Tested {
    let place = Place::new("database_migration")?;
    let output: Output = place.command(&["graph", "--format", "svg"]).output()?;
    assert!(output.status.success(), "{}", said(&output));
    let drawn = String::from_utf8(output.stdout)?;
    let committed = std::fs::read_to_string(support::shipped("database_migration", "plan.svg"))?;
    assert!(
        drawn == committed,
        "draw it again: graph --format svg --output examples/database_migration/plan.svg"
    );
    Ok(())
}

/// The words of the program, for whoever needs only success.
fn succeeds(command: &mut Command) -> Tested {
    let output = command.output()?;
    if output.status.success() {
        Ok(())
    } else {
        Err(said(&output).into())
    }
}
