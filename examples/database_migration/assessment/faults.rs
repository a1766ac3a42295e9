//! What the schema permits and should not, found by looking at every value.

use examples::{
    database_migration_plan::artifacts::{FaultKind, Reading, SchemaFault, TableUse},
    failure::Outcome,
};

use crate::{
    engine::{Catalogue, Database, dialect},
    shop::statements::STATEMENTS,
};

/// Finds them.
///
/// # Errors
/// What the engine says.
pub fn find(
    database: &mut dyn Database,
    catalogue: &Catalogue,
    tables: &[TableUse],
) -> Outcome<Vec<SchemaFault>> {
    let mut found = Vec::new();
    for table in tables {
        for column in &table.columns {
            if dialect::is_real(&column.declared_type) {
                found.extend(money(database, table, &column.name)?);
            } else if dialect::is_text(&column.declared_type) {
                found.extend(two_meanings(database, table, &column.name)?);
            }
        }
    }
    found.extend(missing_indexes(catalogue, tables));
    Ok(found)
}

fn fault(table: &TableUse, column: &str, kind: FaultKind, fault: String, rows_affected: u64) -> SchemaFault {
    SchemaFault {
        table: table.name.clone(),
        column: Some(column.to_owned()),
        statement: None,
        kind,
        fault,
        rows_affected,
    }
}

/// A binary fraction that is nearly always whole cents is money.
fn money(database: &mut dyn Database, table: &TableUse, column: &str) -> Outcome<Vec<SchemaFault>> {
    let read = dialect::read(database.engine(), Reading::Cents, column);
    let count = |what: &str| format!("SELECT count(*) FROM {} WHERE {what}", table.name);
    let held = database.count(&count(&format!("{column} IS NOT NULL")))?;
    let readable = database.count(&count(&format!("({read}) IS NOT NULL")))?;
    if readable == 0 || readable * 10 < held * 9 {
        return Ok(Vec::new());
    }
    let mut found = vec![fault(
        table,
        column,
        FaultKind::FloatMoney,
        format!(
            "money as {}: sums are off by fractions of a cent",
            declared(table, column)
        ),
        readable,
    )];
    if held > readable {
        let text = String::from("amounts that are negative or hold a fraction of a cent");
        found.push(fault(table, column, FaultKind::Unreadable, text, held - readable));
    }
    Ok(found)
}

fn declared<'a>(table: &'a TableUse, column: &str) -> &'a str {
    let column = table.columns.iter().find(|of| of.name == column);
    column.map_or("", |column| &column.declared_type)
}

/// A text in which both e-mail addresses and telephone numbers are common.
fn two_meanings(database: &mut dyn Database, table: &TableUse, column: &str) -> Outcome<Vec<SchemaFault>> {
    let engine = database.engine();
    let email = dialect::read(engine, Reading::Email, column);
    let phone = dialect::read(engine, Reading::Phone, column);
    let sql = format!(
        "SELECT count({column}), count({email}), count({phone}), \
         count(CASE WHEN lower({email}) <> {email} THEN 1 END) FROM {}",
        table.name
    );
    let row = database.rows(&sql, &[])?.into_iter().next().unwrap_or_default();
    let counts: Vec<u64> = row
        .iter()
        .map(|value| {
            value
                .integer()
                .and_then(|count| u64::try_from(count).ok())
                .unwrap_or_default()
        })
        .collect();
    let [held, emails, phones, capitals] = counts[..] else {
        return Ok(Vec::new());
    };
    if emails * 20 < held || phones * 20 < held || held == 0 {
        return Ok(Vec::new());
    }
    let text = format!("holds {emails} e-mail addresses and {phones} telephone numbers");
    let mut found = vec![fault(table, column, FaultKind::TwoMeanings, text, held)];
    if held > emails + phones {
        let text = String::from("neither an e-mail address nor a telephone number");
        found.push(fault(
            table,
            column,
            FaultKind::Unreadable,
            text,
            held - emails - phones,
        ));
    }
    if capitals > 0 {
        let text = String::from("e-mail addresses with capitals, which a search for small letters misses");
        found.push(fault(table, column, FaultKind::MixedCase, text, capitals));
    }
    Ok(found)
}

/// What the application looks up by a column that no index and no key begins with.
fn missing_indexes(catalogue: &Catalogue, tables: &[TableUse]) -> Vec<SchemaFault> {
    let mut found = Vec::new();
    for statement in &STATEMENTS {
        let (Some(column), Some(table)) = (
            statement.looks_up,
            tables.iter().find(|table| table.name == statement.table),
        ) else {
            continue;
        };
        let key = catalogue
            .tables
            .iter()
            .any(|of| of.name == statement.table && of.key == column);
        let mut indexes = catalogue
            .indexes
            .iter()
            .filter(|index| index.table == statement.table);
        if key || indexes.any(|index| index.columns.first().is_some_and(|first| first == column)) {
            continue;
        }
        let text = format!("`{}` looks up by it, and no index begins with it", statement.name);
        found.push(SchemaFault {
            statement: Some(statement.name.to_owned()),
            ..fault(table, column, FaultKind::MissingIndex, text, table.rows)
        });
    }
    found
}
