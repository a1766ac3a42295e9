//! What is compared before and after: every row is counted, every untouched value summed up, every carried value read again.

use examples::database_migration_plan::artifacts::{
    Comparison, ComparisonKind, Engine, Reading, RehearsalData, TargetSchema, ValidationPlan,
};

use crate::{
    engine::dialect,
    migration::moves::{self, Move},
};

/// Chooses the comparisons.
#[must_use]
pub fn design(target: &TargetSchema) -> ValidationPlan {
    let mut comparisons = Vec::new();
    for table in &target.tables {
        let comparison = |name: &str, kind| Comparison {
            name: format!("{}-{name}", table.name),
            table: table.name.clone(),
            kind,
        };
        comparisons.push(comparison("rows", ComparisonKind::RowCount));
        let untouched = table.columns.iter().filter(|column| column.carried.is_none());
        let columns = untouched.map(|column| column.name.clone()).collect();
        comparisons.push(comparison("untouched", ComparisonKind::Checksum { columns }));
    }
    for of in moves::moves(target.engine, target) {
        comparisons.extend(of_move(target.engine, &of));
    }
    ValidationPlan {
        comparisons,
        application_suites: vec![
            String::from("application, flag on the old schema"),
            String::from("application, flag on the new schema"),
        ],
        rehearsal_data: RehearsalData::Full,
    }
}

fn of_move(engine: Engine, of: &Move) -> Vec<Comparison> {
    let comparison = |name: &str, kind| Comparison {
        name: format!("{}-{}-{name}", of.table, of.from),
        table: of.table.clone(),
        kind,
    };
    let unreadable = of.unreadable(engine, &of.from);
    let set_aside = ComparisonKind::Invariant {
        before: format!(
            "SELECT count(*) FROM {} WHERE id <= $1 AND {unreadable}",
            of.table
        ),
        after: format!("SELECT count(*) FROM {} WHERE id <= $1", of.set_aside()),
    };
    let carried = ComparisonKind::Carried {
        from: of.from.clone(),
        to: of.to.clone(),
    };
    let mut comparisons = vec![comparison("carried", carried), comparison("set-aside", set_aside)];
    if let [(cents, Reading::Cents)] = of.to.as_slice() {
        let read = dialect::read(engine, Reading::Cents, &of.from);
        let sum = |what: &str| {
            format!(
                "SELECT CAST(coalesce(sum({what}), 0) AS BIGINT) FROM {} WHERE id <= $1",
                of.table
            )
        };
        let sums = ComparisonKind::Invariant {
            before: sum(&read),
            after: sum(cents),
        };
        comparisons.push(comparison("sum", sums));
    }
    comparisons
}
