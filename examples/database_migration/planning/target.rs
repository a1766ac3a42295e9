//! The target schema: each fault that was found gets its remedy.
//!
//! The first plan gives each look-up an index on the column that it searches by, the smallest that could do. Where that has
//! missed the criteria, the next plan adds the column that the statement sorts by, so that the engine finds the rows in order
//! and stops at the limit.

use examples::database_migration_plan::artifacts::{
    Carried, ColumnUse, FaultKind, PainPoints, QueryMetrics, Reading, Remedy, SchemaAnalysis, TableUse,
    TargetColumn, TargetIndex, TargetSchema, TargetTable,
};

use crate::{
    engine::dialect,
    shop::{
        FLAG,
        statements::{STATEMENTS, Statement},
    },
};

/// Designs it; `round` says how often a plan was sent back.
#[must_use]
pub fn design(
    schema: &SchemaAnalysis,
    pains: &PainPoints,
    metrics: &QueryMetrics,
    round: u32,
) -> TargetSchema {
    let tables: Vec<TargetTable> = schema
        .tables
        .iter()
        .map(|table| target_table(schema, table))
        .collect();
    let indexes = indexes(schema, &tables, metrics, round);
    let remedies = remedies(pains, &tables, &indexes);
    TargetSchema {
        engine: schema.engine,
        flag: FLAG.to_owned(),
        tables,
        indexes,
        remedies,
    }
}

fn target_table(schema: &SchemaAnalysis, table: &TableUse) -> TargetTable {
    let columns = table.columns.iter().flat_map(|column| {
        let mut faults = schema
            .faults
            .iter()
            .filter(|fault| fault.table == table.name && fault.column.as_ref() == Some(&column.name));
        let kind = faults.find_map(|fault| match fault.kind {
            FaultKind::FloatMoney | FaultKind::TwoMeanings => Some(fault.kind),
            _ => None,
        });
        let carried = |name: String, reading: Reading, what: &str| TargetColumn {
            name,
            sql_type: dialect::type_of(schema.engine, reading).to_owned(),
            nullable: true,
            comes_from: format!("{what} in {}.{}", table.name, column.name),
            carried: Some(Carried {
                from: column.name.clone(),
                reading,
            }),
        };
        match kind {
            Some(FaultKind::FloatMoney) => {
                vec![carried(
                    format!("{}_cents", column.name),
                    Reading::Cents,
                    "the amount",
                )]
            }
            Some(FaultKind::TwoMeanings) => vec![
                carried(String::from("email"), Reading::Email, "the e-mail address"),
                carried(String::from("phone"), Reading::Phone, "the telephone number"),
            ],
            _ => vec![kept(table, column)],
        }
    });
    TargetTable {
        name: table.name.clone(),
        columns: columns.collect(),
    }
}

fn kept(table: &TableUse, column: &ColumnUse) -> TargetColumn {
    TargetColumn {
        name: column.name.clone(),
        sql_type: column.declared_type.clone(),
        nullable: column.nullable,
        comes_from: format!("{}.{}", table.name, column.name),
        carried: None,
    }
}

fn indexes(
    schema: &SchemaAnalysis,
    tables: &[TargetTable],
    metrics: &QueryMetrics,
    round: u32,
) -> Vec<TargetIndex> {
    let mut indexes: Vec<TargetIndex> = Vec::new();
    let missing = schema
        .faults
        .iter()
        .filter(|fault| fault.kind == FaultKind::MissingIndex);
    for statement in missing.filter_map(|fault| fault.statement.as_ref()) {
        let measured = metrics.queries.iter().any(|query| query.name == *statement);
        let statement = STATEMENTS.iter().find(|of| of.name == statement);
        let Some(statement) = statement.filter(|_| measured) else {
            continue;
        };
        let Some(searched) = statement
            .looks_up
            .map(|column| column_after(tables, statement, column))
        else {
            continue;
        };
        let mut columns = vec![searched];
        if round > 0 {
            columns.extend(
                statement
                    .ordered_by
                    .map(|column| column_after(tables, statement, column)),
            );
        }
        match indexes
            .iter_mut()
            .find(|index| index.table == statement.table && index.columns == columns)
        {
            Some(index) => index.serves.push(statement.name.to_owned()),
            None => indexes.push(TargetIndex {
                name: format!("{}_by_{}", statement.table, columns.join("_")),
                table: statement.table.to_owned(),
                columns,
                serves: vec![statement.name.to_owned()],
            }),
        }
    }
    indexes
}

/// What a column is called afterwards: of a column with two meanings, the statements search by the address.
fn column_after(tables: &[TargetTable], statement: &Statement, column: &str) -> String {
    let table = tables.iter().find(|table| table.name == statement.table);
    let mut columns = table.into_iter().flat_map(|table| &table.columns);
    let after = columns.find(|after| {
        after
            .carried
            .as_ref()
            .is_some_and(|carried| carried.from == column)
    });
    after.map_or_else(|| column.to_owned(), |after| after.name.clone())
}

fn remedies(pains: &PainPoints, tables: &[TargetTable], indexes: &[TargetIndex]) -> Vec<Remedy> {
    let remedy = |change: String, pain: &str| Remedy {
        pain_point: pain.to_owned(),
        change,
    };
    let mut remedies = Vec::new();
    for pain in &pains.points {
        let serves = |index: &&TargetIndex| {
            pain.statement
                .as_ref()
                .is_some_and(|statement| index.serves.contains(statement))
        };
        if let Some(index) = indexes.iter().find(serves) {
            let columns = index.columns.join(", ");
            let change = format!(
                "index `{}` on ({columns}): the rows are found without reading the table",
                index.name
            );
            remedies.push(remedy(change, &pain.name));
            continue;
        }
        let of_pain = tables.iter().filter(|table| pain.tables.contains(&table.name));
        let changes = of_pain.flat_map(|table| table.columns.iter().map(move |column| (table, column)));
        let changes: Vec<String> = changes
            .filter_map(|(table, column)| Some((table, column, column.carried.as_ref()?)))
            .map(|(table, column, _)| format!("`{}.{}` holds {}", table.name, column.name, column.comes_from))
            .collect();
        if !changes.is_empty() {
            remedies.push(remedy(changes.join("; "), &pain.name));
        }
    }
    remedies
}
