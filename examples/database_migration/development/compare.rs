//! Compares a database before the migration with the one after it. What was written since is left out, by its key.

use std::collections::BTreeMap;

use examples::{
    database_migration_plan::artifacts::{
        Comparison, ComparisonKind, ComparisonOutcome, IntegrityReport, Reading, Validator,
    },
    failure::{Failure, Outcome},
};

use super::readings;
use crate::{
    engine::{Database, Value, checksum::Sum},
    shop::TABLES,
};

/// The highest key of each table.
///
/// # Errors
/// What the engine says.
pub fn watermarks(database: &mut dyn Database) -> Outcome<BTreeMap<String, i64>> {
    let mut marks = BTreeMap::new();
    for table in TABLES {
        let highest = database.integer(&format!("SELECT coalesce(max(id), 0) FROM {table}"), &[])?;
        marks.insert(table.to_owned(), highest.unwrap_or_default());
    }
    Ok(marks)
}

/// Runs all comparisons.
///
/// # Errors
/// What the engine says.
pub fn run(
    validators: &[Validator],
    before: &mut dyn Database,
    after: &mut dyn Database,
    watermarks: &BTreeMap<String, i64>,
) -> Outcome<IntegrityReport> {
    let mut outcomes = Vec::new();
    for validator in validators {
        outcomes.push(one(&validator.compares, before, after, watermarks)?);
    }
    let set_aside = outcomes
        .iter()
        .filter(|outcome| outcome.comparison.ends_with("-set-aside"));
    let rows_set_aside = set_aside
        .filter_map(|outcome| outcome.after.parse::<u64>().ok())
        .sum();
    Ok(IntegrityReport {
        outcomes,
        rows_set_aside,
        application_failures: Vec::new(),
    })
}

/// Runs one comparison.
///
/// # Errors
/// What the engine says.
pub fn one(
    comparison: &Comparison,
    before: &mut dyn Database,
    after: &mut dyn Database,
    watermarks: &BTreeMap<String, i64>,
) -> Outcome<ComparisonOutcome> {
    let table = comparison.table.as_str();
    let upto = Value::Integer(*watermarks.get(table).ok_or_else(|| {
        Failure::new(format_args!(
            "nobody noted how far table `{table}` went before the migration"
        ))
    })?);
    let (was, is, rows_differing) = match &comparison.kind {
        ComparisonKind::RowCount => {
            let sql = format!("SELECT count(*) FROM {table} WHERE id <= $1");
            numbers(before, after, &sql, &sql, &upto)?
        }
        ComparisonKind::Invariant {
            before: old,
            after: new,
        } => numbers(before, after, old, new, &upto)?,
        ComparisonKind::Checksum { columns } => {
            let sql = format!(
                "SELECT id, {} FROM {table} WHERE id <= $1 ORDER BY id",
                columns.join(", ")
            );
            let as_is = |row: &[Value]| row.to_vec();
            rows(before, after, [&sql, &sql], &upto, &as_is)?
        }
        ComparisonKind::Carried { from, to } => carried(before, after, table, from, to, &upto)?,
    };
    Ok(ComparisonOutcome {
        comparison: comparison.name.clone(),
        before: was,
        after: is,
        rows_differing,
    })
}

/// What was there, what is there, and in how many rows they differ.
type Difference = (String, String, u64);

fn numbers(
    before: &mut dyn Database,
    after: &mut dyn Database,
    old: &str,
    new: &str,
    upto: &Value,
) -> Outcome<Difference> {
    let was = before
        .integer(old, std::slice::from_ref(upto))?
        .unwrap_or_default();
    let is = after
        .integer(new, std::slice::from_ref(upto))?
        .unwrap_or_default();
    Ok((was.to_string(), is.to_string(), was.abs_diff(is)))
}

fn carried(
    before: &mut dyn Database,
    after: &mut dyn Database,
    table: &str,
    from: &str,
    to: &[(String, Reading)],
    upto: &Value,
) -> Outcome<Difference> {
    let old = format!("SELECT id, {from} FROM {table} WHERE id <= $1 ORDER BY id");
    let columns: Vec<&str> = to.iter().map(|(column, _)| column.as_str()).collect();
    let new = format!(
        "SELECT id, {} FROM {table} WHERE id <= $1 ORDER BY id",
        columns.join(", ")
    );
    let expected = |row: &[Value]| {
        let mut wanted = vec![row[0].clone()];
        wanted.extend(to.iter().map(|(_, reading)| readings::read(*reading, &row[1])));
        wanted
    };
    rows(before, after, [&old, &new], upto, &expected)
}

/// Compares row by row, by key; `expected` says what becomes of an old row.
fn rows(
    before: &mut dyn Database,
    after: &mut dyn Database,
    [old, new]: [&str; 2],
    upto: &Value,
    expected: &dyn Fn(&[Value]) -> Vec<Value>,
) -> Outcome<Difference> {
    let (mut wanted, mut was) = (BTreeMap::new(), Sum::default());
    before.each(old, std::slice::from_ref(upto), &mut |row| {
        let row = expected(row);
        was.row(&row);
        wanted.insert(row[0].integer().unwrap_or_default(), row);
        Ok(())
    })?;
    let (mut differing, mut is) = (0, Sum::default());
    after.each(new, std::slice::from_ref(upto), &mut |row| {
        is.row(row);
        let key = row[0].integer().unwrap_or_default();
        differing += u64::from(wanted.remove(&key).as_deref() != Some(row));
        Ok(())
    })?;
    // What is left was not found afterwards.
    Ok((was.finish(), is.finish(), differing + wanted.len() as u64))
}
