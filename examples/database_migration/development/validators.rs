//! Builds the validators, and proves of each on a small shop that it passes what is right and finds what is not.

use std::path::Path;

use examples::{
    database_migration_plan::artifacts::{
        Address, Comparison, ComparisonKind, Engine, TargetColumn, TargetSchema, TargetTable,
        Transformations, ValidationPlan, Validator, ValidatorSet,
    },
    failure::{Failure, Outcome, ensure},
    outputs::Outputs,
};

use super::compare;
use crate::{
    engine::{self, copies, dialect},
    migration::{
        moves::{self, Move},
        runner::{self, Loaded},
        script::Section,
        stages,
    },
    shop::{
        FLAG,
        generator::{self, Shape},
    },
};

/// Where the comparisons stand, for who runs one by hand.
pub const PLAN_FILE: &str = "validation.json";

/// Builds a validator for each comparison.
///
/// # Errors
/// When one finds a fault where there is none, or the small shop cannot be made.
pub fn build(
    plan: &ValidationPlan,
    transformations: &Transformations,
    outputs: &Outputs,
) -> Outcome<ValidatorSet> {
    outputs.write_json(PLAN_FILE, plan)?;
    let scratch = outputs.scratch()?;
    // Both engines are compared by the same code, so a file is enough to try it on.
    let comparisons = of_sqlite(plan, transformations);
    let (before, after) = small_shop(&comparisons, scratch.path())?;
    let mut before = engine::open(&before)?;
    let mut after = engine::open(&after)?;
    let watermarks = compare::watermarks(before.as_mut())?;
    let mut validators = Vec::new();
    for (comparison, tried) in plan.comparisons.iter().zip(&comparisons) {
        let right = compare::one(tried, before.as_mut(), after.as_mut(), &watermarks)?;
        ensure(
            right.rows_differing == 0,
            format_args!(
                "`{}` finds {} faults where there are none",
                comparison.name, right.rows_differing
            ),
        )?;
        let (planted_fault, sql) = fault_for(tried)?;
        let after = after.as_mut();
        after.script("BEGIN")?;
        let touched = after.execute(&sql, &[])?;
        let found = compare::one(tried, before.as_mut(), after, &watermarks);
        after.script("ROLLBACK")?;
        ensure(
            touched == 1,
            format_args!("no fault could be planted for `{}`", comparison.name),
        )?;
        let words = [
            "database_migration",
            "compare",
            PLAN_FILE,
            &comparison.name,
            "BEFORE.db",
            "AFTER.db",
        ];
        validators.push(Validator {
            comparison: comparison.name.clone(),
            compares: comparison.clone(),
            command: words.map(str::to_owned).to_vec(),
            planted_fault,
            found_planted_fault: found?.rows_differing > 0,
        });
    }
    Ok(ValidatorSet { validators })
}

/// The comparisons as they are on SQLite: only the statements of invariants differ between engines.
fn of_sqlite(plan: &ValidationPlan, transformations: &Transformations) -> Vec<Comparison> {
    let in_words_of_sqlite = |sql: &str| {
        let rules = transformations.rules.iter().filter_map(|rule| {
            let (_, column) = rule.reads.first()?.split_once('.')?;
            let reading = moves_of(plan).into_iter().find_map(|of| {
                of.to
                    .iter()
                    .find(|(to, _)| rule.fills == format!("{}.{to}", of.table))
                    .map(|(_, reading)| *reading)
            })?;
            Some((
                rule.expression.clone(),
                dialect::read(Engine::Sqlite, reading, column),
            ))
        });
        rules.fold(sql.to_owned(), |sql, (theirs, ours)| sql.replace(&theirs, &ours))
    };
    let comparisons = plan.comparisons.iter().cloned().map(|mut comparison| {
        if let ComparisonKind::Invariant { before, after } = &mut comparison.kind {
            *before = in_words_of_sqlite(before);
            *after = in_words_of_sqlite(after);
        }
        comparison
    });
    comparisons.collect()
}

/// What moves, as the comparisons know it.
fn moves_of(plan: &ValidationPlan) -> Vec<Move> {
    moves::moves(Engine::Sqlite, &schema_of(&plan.comparisons))
}

/// So much of the target schema as the comparisons know: what is carried over.
fn schema_of(comparisons: &[Comparison]) -> TargetSchema {
    let tables = comparisons.iter().filter_map(|comparison| {
        let ComparisonKind::Carried { from, to } = &comparison.kind else {
            return None;
        };
        let columns = to.iter().map(|(name, reading)| TargetColumn {
            name: name.clone(),
            sql_type: String::new(),
            nullable: true,
            comes_from: from.clone(),
            carried: Some(examples::database_migration_plan::artifacts::Carried {
                from: from.clone(),
                reading: *reading,
            }),
        });
        Some(TargetTable {
            name: comparison.table.clone(),
            columns: columns.collect(),
        })
    });
    TargetSchema {
        engine: Engine::Sqlite,
        flag: FLAG.to_owned(),
        tables: tables.collect(),
        indexes: Vec::new(),
        remedies: Vec::new(),
    }
}

/// A small shop before and after.
fn small_shop(comparisons: &[Comparison], folder: &Path) -> Outcome<(Address, Address)> {
    let (before, after) = (folder.join("before.db"), folder.join("after.db"));
    let shape = Shape {
        rows: 12_000,
        ..Shape::default()
    };
    generator::make_file(&before, shape)?;
    let (before, after) = (Address::File(before), Address::File(after));
    copies::copy(&before, &after, folder)?;
    let engine = Engine::Sqlite;
    let moves = moves::moves(engine, &schema_of(comparisons));
    let stage = |stage: &str, forth: Vec<Section>| Loaded {
        stage: stage.to_owned(),
        position: stages::position(stage),
        forth,
        back: Vec::new(),
    };
    let all = [
        stage(stages::EXPAND, stages::expand(engine, &moves)),
        stage(stages::BACKFILL, stages::backfill(engine, &moves)),
        stage(stages::SWITCH, stages::switch(engine, true)),
        stage(stages::PARK, stages::park(engine, &moves)),
        stage(stages::CONTRACT, stages::contract(engine, &moves)),
    ];
    runner::go(engine::open(&after)?.as_mut(), &all, 5_000, &mut |_| Ok(()))?;
    Ok((before, after))
}

/// A fault that this comparison is there to find, and the statement that plants it in one row.
fn fault_for(comparison: &Comparison) -> Outcome<(String, String)> {
    let table = &comparison.table;
    let last = |of: &str| format!("(SELECT max(id) FROM {of})");
    Ok(match &comparison.kind {
        ComparisonKind::RowCount => (
            format!("a row of `{table}` is lost"),
            format!("DELETE FROM {table} WHERE id = {}", last(table)),
        ),
        ComparisonKind::Checksum { columns } => {
            let column = columns.iter().find(|column| *column != "id");
            let column = column
                .ok_or_else(|| Failure::new(format_args!("`{}` compares no column", comparison.name)))?;
            let sql = format!("UPDATE {table} SET {column} = '0' WHERE id = {}", last(table));
            (format!("one `{table}.{column}` is another"), sql)
        }
        ComparisonKind::Carried { to, .. } => {
            let (column, _) = to
                .first()
                .ok_or_else(|| Failure::new("nothing is carried over"))?;
            let filled = format!("(SELECT max(id) FROM {table} WHERE {column} IS NOT NULL)");
            let sql = format!("UPDATE {table} SET {column} = NULL WHERE id = {filled}");
            (format!("one `{table}.{column}` was not carried over"), sql)
        }
        ComparisonKind::Invariant { after, .. } => fault_for_invariant(table, after)?,
    })
}

fn fault_for_invariant(table: &str, after: &str) -> Outcome<(String, String)> {
    let of = after
        .split(" FROM ")
        .nth(1)
        .and_then(|rest| rest.split_whitespace().next())
        .unwrap_or(table);
    if of != table {
        let sql = format!("DELETE FROM {of} WHERE id = (SELECT max(id) FROM {of})");
        return Ok((format!("a row of `{of}` is lost"), sql));
    }
    let summed = after.split("sum(").nth(1).and_then(|rest| rest.split(')').next());
    let column = summed.ok_or_else(|| Failure::new(format_args!("`{after}` sums nothing up")))?;
    let filled = format!("(SELECT max(id) FROM {of} WHERE {column} IS NOT NULL)");
    Ok((
        format!("one `{of}.{column}` is a cent more"),
        format!("UPDATE {of} SET {column} = {column} + 1 WHERE id = {filled}"),
    ))
}
