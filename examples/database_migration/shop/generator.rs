//! Makes the shop: so many rows by a seed, the same for the same seed, with faults on purpose.
//!
//! Amounts are sums of binary fractions; a contact is an e-mail address or a telephone number, some in capitals; one customer
//! in 200 left a note instead, one order in 500 has no price yet (-1), one line in 1,000 has a fraction of a cent.

use std::{fs, io::Write, path::Path};

use examples::{
    database_migration_plan::artifacts::Engine,
    failure::{During, Failure, Outcome, ensure},
};
use rusqlite::{Connection, params_from_iter};

use super::old_schema;
use crate::{
    clock,
    engine::{Database, Value, postgres::Postgres, server},
};

/// How large the shop is, and how busy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Rows over all tables: a tenth customers, three tenths orders, the rest lines.
    pub rows: u64,
    /// Orders of a hundred that are still open.
    pub open_percent: u64,
    /// What the rows are made from.
    pub seed: u64,
}

impl Default for Shape {
    fn default() -> Self {
        Shape {
            rows: 200_000,
            open_percent: 1,
            seed: 20_261_126,
        }
    }
}

/// The last day on which something happened.
const LAST_DAY: &str = "2026-11-23";
/// Days that the shop has been open.
const DAYS_OPEN: i64 = 730;

/// Creates a file of SQLite with the shop in it.
///
/// # Errors
/// When the file is there already, or cannot be written.
pub fn make_file(file: &Path, shape: Shape) -> Outcome<()> {
    let making = || format!("making `{}`", file.display());
    // What SQLite left beside a file of that name would be taken for a part of the new one.
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    for there in [file, Path::new(&log)] {
        ensure(
            !there.exists(),
            format_args!(
                "`{}` is there already; move it away, or name another",
                there.display()
            ),
        )?;
    }
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    fs::create_dir_all(folder).during(making())?;
    let part = file.with_extension("part");
    let _ = fs::remove_file(&part);
    let connection = Connection::open(&part).during(making())?;
    let fast = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; BEGIN";
    connection.execute_batch(fast).during(making())?;
    connection
        .execute_batch(&old_schema(Engine::Sqlite))
        .during(making())?;
    let insert = |table: &str, columns: usize| {
        let holes: Vec<String> = (1..=columns).map(|at| format!("?{at}")).collect();
        connection.prepare(&format!("INSERT INTO {table} VALUES ({})", holes.join(", ")))
    };
    let mut inserts = [
        insert("customers", 4).during(making())?,
        insert("orders", 5).during(making())?,
        insert("order_lines", 5).during(making())?,
    ];
    each_row(shape, &mut |table, row| {
        let inserted = inserts[table].execute(params_from_iter(row));
        inserted
            .map(|_| ())
            .map_err(|error| Failure::new(format_args!("{}: {error}", making())))
    })?;
    drop(inserts);
    connection
        .execute_batch("COMMIT; PRAGMA journal_mode = WAL")
        .during(making())?;
    connection.close().map_err(|(_, error)| error).during(making())?;
    fs::File::open(&part)
        .and_then(|file| file.sync_all())
        .during(making())?;
    fs::rename(&part, file).during(making())
}

/// Fills an empty database of a PostgreSQL server with the shop.
///
/// # Errors
/// When there are tables already, or the server refuses.
pub fn fill_server(variable: &str, shape: Shape) -> Outcome<()> {
    let mut database = Postgres::connect(&server::config(variable, None)?, variable)?;
    let there = database.catalogue()?.tables;
    ensure(
        there.is_empty(),
        format_args!("the database that {variable} names has tables already; name an empty one"),
    )?;
    database.script(&format!("BEGIN; {}", old_schema(Engine::Postgres)))?;
    let mut texts = [String::new(), String::new(), String::new()];
    each_row(shape, &mut |table, row| {
        let fields: Vec<String> = row.iter().map(field).collect();
        texts[table].push_str(&fields.join("\t"));
        texts[table].push('\n');
        Ok(())
    })?;
    for (table, text) in super::TABLES.iter().zip(&texts) {
        let filling = || format!("filling `{table}`");
        let mut writer = database
            .client()
            .copy_in(&format!("COPY {table} FROM STDIN"))
            .during(filling())?;
        writer.write_all(text.as_bytes()).during(filling())?;
        writer.finish().during(filling())?;
        let counted =
            format!("SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))");
        database.script(&counted)?;
    }
    database.script("COMMIT; ANALYZE")
}

/// As COPY reads it; nothing here holds a tab, a line end or a backslash.
fn field(value: &Value) -> String {
    match value {
        Value::Null => String::from("\\N"),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) => text.clone(),
    }
}

/// Numbers that look like chance and are the same each time (SplitMix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    fn one_of(&mut self, words: &[&'static str]) -> &'static str {
        let at = self.below(words.len() as u64);
        usize::try_from(at)
            .ok()
            .and_then(|at| words.get(at).copied())
            .unwrap_or_default()
    }
}

const FIRST_NAMES: &[&str] = &[
    "Ada", "Boris", "Chloe", "Dario", "Emine", "Farid", "Grace", "Henk", "Ines", "Jonas",
];
const LAST_NAMES: &[&str] = &[
    "Abel", "Brun", "Cordes", "Dahl", "Egger", "Frei", "Gut", "Huber", "Ito", "Jansen",
];
const PRODUCTS: &[&str] = &[
    "kettle", "lamp", "desk", "chair", "shelf", "rug", "clock", "vase", "mirror", "stool",
];

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// When the nth of so many things happened: more and more as time goes by.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "a spread over two years"
)]
fn happened(nth: u64, of: u64) -> String {
    let share = (nth as f64 / of.max(1) as f64).sqrt();
    let span = (DAYS_OPEN * clock::DAY_S) as f64;
    let last = clock::days_of(LAST_DAY).unwrap_or_default();
    clock::instant((last - DAYS_OPEN) * clock::DAY_S + (span * share) as i64)
}

/// Hands over each row with the place of its table in [`super::TABLES`].
fn each_row(shape: Shape, put: &mut dyn FnMut(usize, &[Value]) -> Outcome<()>) -> Outcome<()> {
    let mut chance = Chance(shape.seed);
    let (customers, orders) = (shape.rows / 10, shape.rows * 3 / 10);
    for id in 1..=customers {
        let (first, last) = (chance.one_of(FIRST_NAMES), chance.one_of(LAST_NAMES));
        let contact = contact(&mut chance, id, first, last);
        let name = Value::from(format!("{first} {last}").as_str());
        let registered = Value::from(happened(id - 1, customers).as_str());
        put(0, &[Value::Integer(signed(id)), name, contact, registered])?;
    }
    for id in 1..=orders {
        let mut total = 0.0;
        for line in [2 * id - 1, 2 * id] {
            let quantity = 1 + chance.below(4);
            let price = price(&mut chance, line);
            // Each addition leaves its own rounding behind.
            (0..quantity).for_each(|_| total += price);
            let product = Value::from(chance.one_of(PRODUCTS));
            let quantity = Value::Integer(signed(quantity));
            put(
                2,
                &[
                    Value::Integer(signed(line)),
                    Value::Integer(signed(id)),
                    product,
                    quantity,
                    Value::Real(price),
                ],
            )?;
        }
        let is_open = chance.below(100) < shape.open_percent;
        let status = if is_open {
            "open"
        } else {
            chance.one_of(&["paid", "shipped", "shipped", "cancelled"])
        };
        let customer = Value::Integer(signed(1 + chance.below(customers)));
        let placed = Value::from(happened(id - 1, orders).as_str());
        let total = if id.is_multiple_of(500) { -1.0 } else { total };
        put(
            1,
            &[
                Value::Integer(signed(id)),
                customer,
                placed,
                Value::from(status),
                Value::Real(total),
            ],
        )?;
    }
    Ok(())
}

fn contact(chance: &mut Chance, id: u64, first: &str, last: &str) -> Value {
    if id.is_multiple_of(200) {
        return Value::from(chance.one_of(&["asks at the counter", "see note", "moved away"]));
    }
    match chance.below(100) {
        0..60 => {
            let address = format!("{first}.{last}.{id}@example.org");
            Value::from(
                if id % 50 == 1 {
                    address
                } else {
                    address.to_lowercase()
                }
                .as_str(),
            )
        }
        60..98 => Value::from(
            format!(
                "+41 {:02} {:03}-{:04}",
                20 + chance.below(70),
                id % 1_000,
                id % 10_000
            )
            .as_str(),
        ),
        _ => Value::Null,
    }
}

#[expect(clippy::cast_precision_loss, reason = "prices are small")]
fn price(chance: &mut Chance, line: u64) -> f64 {
    let cents = 199 + chance.below(19_800);
    if line.is_multiple_of(1_000) {
        cents as f64 / 300.0 + 0.001
    } else {
        cents as f64 / 100.0
    }
}
