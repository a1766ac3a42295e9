//! The picture of tables and relations: read from the live database, with the meaning that the design gives each column.

use std::{fmt::Write, path::PathBuf};

use rusqlite::{Connection, OpenFlags};

use crate::{
    artifacts::{Column, DataLayer, SchemaDesign, SchemaDocumentation},
    bed::Words,
    evidence::Page,
    failure::{During, Failure, Outcome, ensure},
    outputs::Outputs,
};

/// Where the page lies.
pub(crate) const PAGE: &str = "docs/schema.md";
/// Where the picture lies.
const PICTURE: &str = "docs/schema.mmd";

/// A table as it is.
struct LiveTable {
    name: String,
    columns: Vec<LiveColumn>,
    /// Column, table referred to, column there.
    references: Vec<(String, String, String)>,
}

/// A column as it is.
struct LiveColumn {
    name: String,
    sql_type: String,
    in_key: bool,
}

/// Migrates an empty database, reads what came of it, and sets it beside the design.
pub(crate) fn write(
    schema: &SchemaDesign,
    data: &DataLayer,
    outputs: &Outputs,
) -> Outcome<SchemaDocumentation> {
    let folder = outputs.scratch()?;
    let database = folder.path().join("schema.db");
    migrate(data, &Words::new(&database))?;
    let live = read(&database)?;
    for table in &schema.tables {
        let there = live.iter().find(|live| live.name == table.name);
        let there = there.ok_or_else(|| {
            Failure::new(format_args!(
                "the design has a table `{}`, which the database lacks; bring them together",
                table.name
            ))
        })?;
        for column in &table.columns {
            ensure(
                there.columns.iter().any(|live| live.name == column.name),
                format_args!(
                    "the design has a column `{}.{}`, which the database lacks; bring them together",
                    table.name, column.name
                ),
            )?;
        }
    }
    let columns = live
        .iter()
        .flat_map(|table| table.columns.iter().map(move |column| (table, column)));
    let undocumented = columns
        .filter(|(table, column)| meaning(schema, &table.name, &column.name).is_none())
        .map(|(table, column)| format!("{}.{}", table.name, column.name));
    let undocumented: Vec<String> = undocumented.collect();
    let diagram = diagram(&live).during("drawing the schema")?;
    outputs.write(PICTURE, &diagram)?;
    outputs.write(PAGE, page(schema, &live, &diagram).during("writing the schema")?)?;
    let mut sections = vec![String::from("Tables and relations")];
    sections.extend(live.iter().map(|table| table.name.clone()));
    Ok(SchemaDocumentation {
        pages: vec![Page {
            title: String::from("Schema"),
            path: PathBuf::from(PAGE),
            sections,
        }],
        diagram,
        undocumented,
    })
}

fn migrate(data: &DataLayer, words: &Words) -> Outcome<()> {
    let mut command = words.command(&data.migrate)?;
    let output = command.output().during(format_args!(
        "starting `{}` (`data_layer.migrate` says what is started)",
        data.migrate.program
    ))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure(
        output.status.success(),
        format_args!(
            "the migration ended with {}: {}",
            output.status,
            said.lines().last().unwrap_or_default()
        ),
    )
}

fn read(database: &std::path::Path) -> Outcome<Vec<LiveTable>> {
    let reading = "reading the migrated database";
    let connection =
        Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY).during(reading)?;
    let mut names = connection
        .prepare(
            "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name",
        )
        .during(reading)?;
    let names = names
        .query_map([], |row| row.get::<_, String>(0))
        .during(reading)?;
    let mut tables = Vec::new();
    for name in names {
        let name = name.during(reading)?;
        let mut columns = connection
            .prepare("select name, type, pk from pragma_table_info(?1)")
            .during(reading)?;
        let columns = columns.query_map([&name], |row| {
            Ok(LiveColumn {
                name: row.get(0)?,
                sql_type: row.get(1)?,
                in_key: row.get::<_, i64>(2)? > 0,
            })
        });
        let columns = columns
            .during(reading)?
            .collect::<Result<_, _>>()
            .during(reading)?;
        let mut references = connection
            .prepare("select \"from\", \"table\", \"to\" from pragma_foreign_key_list(?1)")
            .during(reading)?;
        let references = references.query_map([&name], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        let references = references
            .during(reading)?
            .collect::<Result<_, _>>()
            .during(reading)?;
        tables.push(LiveTable {
            name,
            columns,
            references,
        });
    }
    Ok(tables)
}

fn meaning<'a>(schema: &'a SchemaDesign, table: &str, column: &str) -> Option<&'a Column> {
    let table = schema.tables.iter().find(|known| known.name == table)?;
    table.columns.iter().find(|known| known.name == column)
}

/// Mermaid text.
fn diagram(live: &[LiveTable]) -> Result<String, std::fmt::Error> {
    let mut text = String::from("erDiagram\n");
    for table in live {
        writeln!(text, "    {} {{", table.name)?;
        for column in &table.columns {
            let key = if column.in_key { " PK" } else { "" };
            writeln!(
                text,
                "        {} {}{key}",
                column.sql_type.to_lowercase(),
                column.name
            )?;
        }
        text.push_str("    }\n");
    }
    for table in live {
        for (from, to, _) in &table.references {
            writeln!(text, "    {to} ||--o{{ {} : {from}", table.name)?;
        }
    }
    Ok(text)
}

fn page(schema: &SchemaDesign, live: &[LiveTable], diagram: &str) -> Result<String, std::fmt::Error> {
    let mut page = format!("# Schema\n\n## Tables and relations\n\n```mermaid\n{diagram}```\n");
    for table in live {
        let design = schema.tables.iter().find(|known| known.name == table.name);
        write!(page, "\n## {}\n", table.name)?;
        if let Some(design) = design {
            write!(
                page,
                "\nA row is {}; {} after a year.\n",
                design.row_means, design.rows_after_a_year
            )?;
        }
        page.push_str("\n| column | type | unit | meaning | refers to |\n|---|---|---|---|---|\n");
        for column in &table.columns {
            let design = meaning(schema, &table.name, &column.name);
            let refers = table.references.iter().find(|(from, _, _)| *from == column.name);
            writeln!(
                page,
                "| `{}` | {} | {} | {} | {} |",
                column.name,
                column.sql_type,
                design.and_then(|design| design.unit.as_deref()).unwrap_or(""),
                design.map_or("", |design| design.meaning.as_str()),
                refers.map_or_else(String::new, |(_, to, there)| format!("{to}.{there}"))
            )?;
        }
    }
    Ok(page)
}
