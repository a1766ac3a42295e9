//! Indexes, triggers and sizes, read alike from what each engine keeps of them: only the statement is another.

use examples::failure::Outcome;

use super::{Catalogue, Database, Index, Sizes, Value};

/// Rows of index, table and column; those of one index come one after the other.
pub(super) fn read_indexes(database: &mut dyn Database, sql: &str, catalogue: &mut Catalogue) -> Outcome<()> {
    database.each(sql, &[], &mut |row| {
        if let [Value::Text(name), Value::Text(table), Value::Text(column)] = row {
            match catalogue.indexes.last_mut() {
                Some(index) if index.name == *name => index.columns.push(column.clone()),
                _ => catalogue.indexes.push(Index {
                    name: name.clone(),
                    table: table.clone(),
                    columns: vec![column.clone()],
                }),
            }
        }
        Ok(())
    })
}

/// Rows of a name.
pub(super) fn read_triggers(
    database: &mut dyn Database,
    sql: &str,
    catalogue: &mut Catalogue,
) -> Outcome<()> {
    database.each(sql, &[], &mut |row| {
        catalogue.triggers.extend(row[0].text().map(str::to_owned));
        Ok(())
    })
}

/// Rows of whether it is an index, its name, and its bytes.
pub(super) fn read_sizes(database: &mut dyn Database, sql: &str) -> Outcome<Sizes> {
    let mut sizes = Sizes::default();
    database.each(sql, &[], &mut |row| {
        if let [is_index, Value::Text(name), Value::Integer(bytes)] = row {
            let of = if is_index.integer() == Some(1) {
                &mut sizes.indexes
            } else {
                &mut sizes.tables
            };
            of.insert(name.clone(), u64::try_from(*bytes).unwrap_or_default());
        }
        Ok(())
    })?;
    Ok(sizes)
}
