//! One number for a whole database: its tables, columns, indexes, triggers and every value, in an order of its own, so that
//! it does not depend on where the engine keeps what.

use examples::{failure::Outcome, hex::hex};
use sha2::{Digest, Sha256};

use super::{Catalogue, Database, Value};

/// The checksum of everything that the database keeps, as hex.
///
/// # Errors
/// What the engine says.
pub fn of_database(database: &mut dyn Database) -> Outcome<String> {
    let catalogue = database.catalogue()?;
    let mut sum = Sum::default();
    sum.schema(&catalogue);
    for table in &catalogue.tables {
        let columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        let sql = format!(
            "SELECT {} FROM {} ORDER BY {}",
            columns.join(", "),
            table.name,
            table.key
        );
        sum.text(&table.name);
        database.each(&sql, &[], &mut |row| {
            sum.row(row);
            Ok(())
        })?;
    }
    Ok(sum.finish())
}

/// Takes values in, and yields the checksum of them.
#[derive(Debug, Default)]
pub struct Sum {
    digest: Sha256,
    waiting: Vec<u8>,
}

/// Hashing in large pieces is faster, most of all in a debug build.
const PIECE: usize = 64 * 1024;

impl Sum {
    /// Takes a row in.
    pub fn row(&mut self, row: &[Value]) {
        for value in row {
            match value {
                Value::Null => self.waiting.push(0),
                Value::Integer(number) => self.tagged(1, &number.to_le_bytes()),
                Value::Real(number) => self.tagged(2, &number.to_bits().to_le_bytes()),
                Value::Text(text) => {
                    self.tagged(3, &(text.len() as u64).to_le_bytes());
                    self.waiting.extend_from_slice(text.as_bytes());
                }
            }
        }
        self.waiting.push(4);
        if self.waiting.len() >= PIECE {
            self.digest.update(&self.waiting);
            self.waiting.clear();
        }
    }

    /// The checksum, as hex.
    #[must_use]
    pub fn finish(mut self) -> String {
        self.digest.update(&self.waiting);
        hex(&self.digest.finalize())
    }

    fn tagged(&mut self, tag: u8, bytes: &[u8]) {
        self.waiting.push(tag);
        self.waiting.extend_from_slice(bytes);
    }

    fn text(&mut self, text: &str) {
        self.row(&[Value::from(text)]);
    }

    fn schema(&mut self, catalogue: &Catalogue) {
        for table in &catalogue.tables {
            for column in &table.columns {
                let nullable = if column.nullable { "null" } else { "not null" };
                self.text(&format!(
                    "{}.{} {} {nullable}",
                    table.name, column.name, column.declared_type
                ));
            }
        }
        for index in &catalogue.indexes {
            self.text(&format!(
                "{} on {} ({})",
                index.name,
                index.table,
                index.columns.join(", ")
            ));
        }
        for trigger in &catalogue.triggers {
            self.text(trigger);
        }
    }
}
