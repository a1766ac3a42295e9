//! The form of a script: sections, each headed by how it runs.
//!
//! ```sql
//! -- once
//! CREATE TABLE ...;
//! -- in batches over customers
//! UPDATE customers SET ... WHERE id > $1 AND id <= $2;
//! -- outside a transaction
//! CREATE INDEX CONCURRENTLY ...;
//! ```

use examples::failure::{Failure, Outcome};

/// A section of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Section {
    /// All of it in one transaction.
    Once(String),
    /// The statements in a transaction for each range of keys: those above `$1` up to `$2`.
    Batches {
        /// The table.
        table: String,
        /// The statements.
        statements: Vec<String>,
    },
    /// One statement after the other, none in a transaction; each may be run again.
    Outside(Vec<String>),
}

const BATCHES: &str = "in batches over ";
const OUTSIDE: &str = "outside a transaction";

impl Section {
    /// As it stands in a script.
    #[must_use]
    pub fn written(&self) -> String {
        match self {
            Section::Once(sql) => format!("-- once\n{}\n", sql.trim()),
            Section::Batches { table, statements } => {
                format!("-- {BATCHES}{table}\n{};\n", statements.join(";\n"))
            }
            Section::Outside(statements) => format!("-- {OUTSIDE}\n{};\n", statements.join(";\n")),
        }
    }
}

/// A script of these sections, with a line that says what it is.
#[must_use]
pub fn written(title: &str, sections: &[Section]) -> String {
    let sections: Vec<String> = sections.iter().map(Section::written).collect();
    format!("-- {title}\n\n{}", sections.join("\n"))
}

/// The sections of a script.
///
/// # Errors
/// When there is something before the first section.
pub fn read(script: &str) -> Outcome<Vec<Section>> {
    let mut sections: Vec<(String, String)> = Vec::new();
    for line in script.lines() {
        let header = line
            .strip_prefix("-- ")
            .filter(|header| *header == "once" || *header == OUTSIDE || header.starts_with(BATCHES));
        match (header, sections.last_mut()) {
            (Some(header), _) => sections.push((header.to_owned(), String::new())),
            (None, Some((_, body))) => {
                body.push_str(line);
                body.push('\n');
            }
            (None, None) if line.trim().is_empty() || line.starts_with("--") => {}
            (None, None) => {
                return Err(Failure::new(format_args!(
                    "`{line}` stands before the first section of its script"
                )));
            }
        }
    }
    Ok(sections
        .into_iter()
        .map(|(header, body)| section(&header, &body))
        .collect())
}

fn section(header: &str, body: &str) -> Section {
    if let Some(table) = header.strip_prefix(BATCHES) {
        return Section::Batches {
            table: table.to_owned(),
            statements: statements(body),
        };
    }
    if header == OUTSIDE {
        return Section::Outside(statements(body));
    }
    Section::Once(body.trim().to_owned())
}

/// Each ends with a semicolon at the end of a line.
fn statements(body: &str) -> Vec<String> {
    let pieces = body
        .split(";\n")
        .map(|piece| piece.trim().trim_end_matches(';').trim());
    pieces
        .filter(|piece| !piece.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_read_as_it_was_written() {
        let sections = vec![
            Section::Once("CREATE TABLE a (id BIGINT);\nDROP TABLE b;".to_owned()),
            Section::Batches {
                table: "a".to_owned(),
                statements: vec!["UPDATE a".to_owned(), "DELETE FROM a".to_owned()],
            },
            Section::Outside(vec!["VACUUM".to_owned()]),
        ];
        assert_eq!(read(&written("a title", &sections)), Ok(sections));
        assert!(read("DROP TABLE a;\n-- once\n").is_err());
    }
}
