//! Reads the catalogue and counts every table and column.

use examples::{
    database_migration_plan::artifacts::{ColumnUse, DatabaseAccess, IndexUse, SchemaAnalysis, TableUse},
    failure::{Outcome, ensure},
};

use super::faults;
use crate::{
    clock,
    engine::{self, Catalogue, Database, Table, Value},
    migration::runner,
    shop::{TABLES, dated_by, statements::STATEMENTS},
};

/// Days over which writes are counted.
const DAYS: i64 = 28;

/// Analyses production.
///
/// # Errors
/// When it cannot be reached, is not the shop's, or is in the middle of a migration.
pub fn analyze(access: &DatabaseAccess) -> Outcome<SchemaAnalysis> {
    let mut database = engine::open(&engine::production(access)?)?;
    let database = database.as_mut();
    let catalogue = database.catalogue()?;
    refuse_what_is_not_the_shop(database, &catalogue)?;
    let mut tables = Vec::new();
    for table in &catalogue.tables {
        tables.push(table_use(database, table, access)?);
    }
    let index = |index: &engine::Index| IndexUse {
        name: index.name.clone(),
        table: index.table.clone(),
        columns: index.columns.clone(),
    };
    Ok(SchemaAnalysis {
        read_at: clock::now(),
        engine: access.engine,
        version: database.version()?,
        faults: faults::find(database, &catalogue, &tables)?,
        tables,
        indexes: catalogue.indexes.iter().map(index).collect(),
        complaints: access.complaints.clone(),
        aims: access.aims.clone(),
    })
}

fn refuse_what_is_not_the_shop(database: &mut dyn Database, catalogue: &Catalogue) -> Outcome<()> {
    ensure(
        runner::reached(database)?.is_none(),
        "a migration of this database was begun and is not over; go on with its run, or take it back with `undo`",
    )?;
    let missing = TABLES
        .iter()
        .find(|name| catalogue.tables.iter().all(|table| table.name != **name));
    ensure(
        missing.is_none(),
        format_args!(
            "the database has no table `{}`, which the application works on; make a shop with `make-shop`",
            missing.unwrap_or(&"")
        ),
    )?;
    let moved = catalogue
        .tables
        .iter()
        .any(|table| table.name.starts_with("parked_"));
    ensure(
        !moved,
        "the database was migrated already, and what was parked is still there; name another one",
    )
}

fn table_use(database: &mut dyn Database, table: &Table, access: &DatabaseAccess) -> Outcome<TableUse> {
    let counts = table
        .columns
        .iter()
        .map(|column| format!("count({0}), count(DISTINCT {0})", column.name));
    let sql = format!(
        "SELECT count(*), {} FROM {}",
        counts.collect::<Vec<_>>().join(", "),
        table.name
    );
    let row = database.rows(&sql, &[])?.into_iter().next().unwrap_or_default();
    let number = |at: usize| {
        row.get(at)
            .and_then(Value::integer)
            .and_then(|count| u64::try_from(count).ok())
            .unwrap_or(0)
    };
    let rows = number(0);
    let columns = table.columns.iter().enumerate().map(|(at, column)| ColumnUse {
        name: column.name.clone(),
        declared_type: column.declared_type.clone(),
        nullable: column.nullable,
        null_percent: percent(rows - number(2 * at + 1), rows),
        distinct_values: number(2 * at + 2),
    });
    let columns = columns.collect();
    let reading = STATEMENTS
        .iter()
        .filter(|statement| statement.table == table.name);
    let calls = reading.filter_map(|statement| access.load.calls_per_day.get(statement.name));
    Ok(TableUse {
        name: table.name.clone(),
        columns,
        rows,
        reads_per_day: calls.sum(),
        writes_per_day: writes_per_day(database, &table.name)?,
    })
}

/// Rows a day over the last days that there are.
fn writes_per_day(database: &mut dyn Database, table: &str) -> Outcome<u64> {
    let Some((date, from)) = dated_by(table) else {
        return Ok(0);
    };
    let newest = database.rows(&format!("SELECT max({date}) FROM {from}"), &[])?;
    let newest = newest
        .first()
        .and_then(|row| row[0].text())
        .and_then(clock::days_of);
    let Some(newest) = newest else { return Ok(0) };
    let since = clock::day(newest - DAYS);
    let rows = database.integer(
        &format!("SELECT count(*) FROM {from} WHERE {date} >= $1"),
        &[since.as_str().into()],
    )?;
    Ok(u64::try_from(rows.unwrap_or_default() / DAYS).unwrap_or_default())
}

/// Of a hundred, to one decimal.
#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn percent(part: u64, whole: u64) -> f64 {
    (part as f64 * 1_000.0 / whole.max(1) as f64).round() / 10.0
}
