//! How large the database is, how large it was, and when the disk is full.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use examples::{
    database_migration_plan::artifacts::{Address, DatabaseAccess, GrowthRecord, SchemaAnalysis, SizeSample},
    failure::Outcome,
};

use crate::{
    clock,
    engine::{self, Database, Sizes, Value},
    shop::dated_by,
};

/// Growth is reckoned over the last months of this many days.
const DAYS: i64 = 90;

/// Adds it all up.
///
/// # Errors
/// When production cannot be read.
pub fn document(access: &DatabaseAccess, schema: &SchemaAnalysis) -> Outcome<GrowthRecord> {
    let address = engine::production(access)?;
    let mut database = engine::open(&address)?;
    let database = database.as_mut();
    let sizes = database.sizes()?;
    let mut ends: Vec<(i64, u64)> = Vec::new();
    for table in &schema.tables {
        add_months(
            database,
            &table.name,
            bytes_of(&sizes, schema, &table.name),
            table.rows,
            &mut ends,
        )?;
    }
    ends.sort_unstable();
    let growth_bytes_per_day = growth(&ends);
    let disk_free_bytes = free_bytes(database, &address);
    let full = disk_free_bytes.and_then(|free| i64::try_from(free).ok()?.checked_div(growth_bytes_per_day));
    Ok(GrowthRecord {
        data_bytes: sizes.tables.values().sum(),
        index_bytes: sizes.indexes.values().sum(),
        disk_free_bytes,
        history: ends
            .iter()
            .map(|(day, bytes)| SizeSample {
                day: clock::day(*day),
                bytes: *bytes,
            })
            .collect(),
        growth_bytes_per_day,
        disk_full_in_days: full.and_then(|days| u32::try_from(days).ok()),
    })
}

/// Of a table with its indexes.
fn bytes_of(sizes: &Sizes, schema: &SchemaAnalysis, table: &str) -> u64 {
    let own = sizes.tables.get(table).copied().unwrap_or_default();
    let of_table = schema.indexes.iter().filter(|index| index.table == table);
    own + of_table
        .filter_map(|index| sizes.indexes.get(&index.name))
        .sum::<u64>()
}

/// Adds what a table held at the end of each month, by the dates of its rows.
fn add_months(
    database: &mut dyn Database,
    table: &str,
    bytes: u64,
    rows: u64,
    ends: &mut Vec<(i64, u64)>,
) -> Outcome<()> {
    let Some((date, from)) = dated_by(table) else {
        return Ok(());
    };
    let sql = format!(
        "SELECT substr({date}, 1, 7), count(*), max(substr({date}, 1, 10)) FROM {from} GROUP BY 1 ORDER BY 1"
    );
    let months = database.rows(&sql, &[])?;
    let mut sum = 0;
    for (at, row) in months.iter().enumerate() {
        let [Value::Text(month), Value::Integer(count), Value::Text(last)] = row.as_slice() else {
            continue;
        };
        sum += u64::try_from(*count).unwrap_or_default();
        // The last month goes as far as there are rows.
        let end = if at + 1 == months.len() {
            clock::days_of(last)
        } else {
            end_of(month)
        };
        let Some(end) = end else { continue };
        let held = bytes * sum / rows.max(1);
        match ends
            .iter_mut()
            .find(|(day, _)| clock::day(*day).get(..7) == Some(month))
        {
            Some((day, bytes)) => {
                *day = end.max(*day);
                *bytes += held;
            }
            None => ends.push((end, held)),
        }
    }
    Ok(())
}

fn end_of(month: &str) -> Option<i64> {
    let first = clock::days_of(&format!("{month}-01"))?;
    let next = clock::day(first + 31);
    clock::days_of(&format!("{}-01", next.get(..7)?)).map(|next| next - 1)
}

fn growth(ends: &[(i64, u64)]) -> i64 {
    let Some((last, bytes)) = ends.last() else {
        return 0;
    };
    let earlier = ends
        .iter()
        .rev()
        .find(|(day, _)| last - day >= DAYS)
        .or(ends.first());
    let Some((day, before)) = earlier else { return 0 };
    let grown = i64::try_from(*bytes).unwrap_or(i64::MAX) - i64::try_from(*before).unwrap_or(i64::MAX);
    grown.checked_div(last - day).unwrap_or_default()
}

/// What is free where the database lies, if that is a folder of this machine; `df` knows.
fn free_bytes(database: &mut dyn Database, address: &Address) -> Option<u64> {
    let folder = match address {
        Address::File(file) => file.parent()?.to_owned(),
        // A server on another machine may name a folder that is here too, so only one that is reached by a socket counts.
        Address::Server { .. } => {
            let rows = database.rows("SELECT setting, inet_server_addr() IS NULL FROM pg_settings WHERE name = 'data_directory'", &[]).ok()?;
            let row = rows.first()?;
            (row[1].integer() == Some(1)).then_some(())?;
            PathBuf::from(row[0].text()?)
        }
    };
    let output = Command::new("df")
        .arg("-Pk")
        .arg(folder)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let kibibytes: u64 = text.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    Some(kibibytes * 1_024)
}
