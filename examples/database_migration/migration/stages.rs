//! What the scripts of each stage say, there and back.
//!
//! Old and new code work side by side from `expand` to `contract`: triggers carry what is written to one schema over to the
//! other, in the direction that the flag says. Each stage is one transaction, or may be cut short and run again.

use std::collections::BTreeSet;

use examples::database_migration_plan::artifacts::{Engine, Reading, StageKind};

use super::{moves::Move, script::Section};
use crate::{engine::dialect, shop::FLAG};

/// The stages in order, each with its kind.
pub const STAGES: [(&str, StageKind); 6] = [
    (EXPAND, StageKind::Expand),
    (BACKFILL, StageKind::Backfill),
    (INDEX, StageKind::Backfill),
    (SWITCH, StageKind::Switch),
    (PARK, StageKind::Contract),
    (CONTRACT, StageKind::Contract),
];

/// Adds columns, triggers and the flag.
pub const EXPAND: &str = "expand";
/// Fills the new columns.
pub const BACKFILL: &str = "backfill";
/// Builds the new indexes.
pub const INDEX: &str = "index";
/// Turns the flag.
pub const SWITCH: &str = "switch";
/// Copies the old columns to where they are out of the way.
pub const PARK: &str = "park";
/// Drops the old columns.
pub const CONTRACT: &str = "contract";

/// The place of a stage in the order, from 1.
#[must_use]
pub fn position(stage: &str) -> u32 {
    let at = STAGES.iter().position(|(name, _)| *name == stage);
    at.and_then(|at| u32::try_from(at).ok()).map_or(0, |at| at + 1)
}

/// Everything new beside everything old.
#[must_use]
pub fn expand(engine: Engine, moves: &[Move]) -> Vec<Section> {
    let mut sql = locks(engine, moves);
    sql += &format!(
        "CREATE TABLE feature_flags (name TEXT NOT NULL PRIMARY KEY, enabled BIGINT NOT NULL);\n\
         INSERT INTO feature_flags (name, enabled) VALUES ('{FLAG}', 0);\n"
    );
    for of in moves {
        for (column, reading) in &of.to {
            let sql_type = dialect::type_of(engine, *reading);
            sql += &format!("ALTER TABLE {} ADD COLUMN {column} {sql_type};\n", of.table);
        }
        sql += &format!(
            "CREATE TABLE {} (id {}, {} {}, because TEXT NOT NULL);\n",
            of.set_aside(),
            dialect::given_key(engine),
            of.from,
            of.from_type
        );
        sql += &triggers(engine, of);
    }
    vec![Section::Once(sql)]
}

/// Everything new goes.
#[must_use]
pub fn unexpand(engine: Engine, moves: &[Move]) -> Vec<Section> {
    let mut sql = door(engine) + &locks(engine, moves);
    for of in moves {
        sql += &drop_triggers(engine, of);
        for (column, _) in &of.to {
            sql += &format!("ALTER TABLE {} DROP COLUMN {column};\n", of.table);
        }
        sql += &format!("DROP TABLE {};\n", of.set_aside());
    }
    sql += "DROP TABLE feature_flags;\n";
    vec![Section::Once(sql)]
}

/// Carries the old values over, repairs them, and sets aside what cannot be read.
#[must_use]
pub fn backfill(engine: Engine, moves: &[Move]) -> Vec<Section> {
    let batches = moves.iter().map(|of| {
        let range = "id > $1 AND id <= $2";
        let carry = of.sets(|reading| dialect::read(engine, reading, &of.from));
        let mut statements = vec![format!("UPDATE {} SET {carry} WHERE {range}", of.table)];
        statements.extend(
            cleanings(of)
                .into_iter()
                .map(|(column, sql)| format!("{sql} AND {range} AND {column} IS NOT NULL")),
        );
        statements.push(format!(
            "INSERT INTO {} (id, {from}, because) SELECT id, {from}, '{}' FROM {} WHERE {range} AND {} \
             ON CONFLICT (id) DO UPDATE SET {from} = excluded.{from}",
            of.set_aside(),
            of.because(),
            of.table,
            of.unreadable(engine, &of.from),
            from = of.from
        ));
        Section::Batches {
            table: of.table.clone(),
            statements,
        }
    });
    batches.collect()
}

/// Repairs of new values: the column, and the statement without the range.
#[must_use]
pub fn cleanings(of: &Move) -> Vec<(&str, String)> {
    let emails = of.to.iter().filter(|(_, reading)| *reading == Reading::Email);
    emails
        .map(|(column, _)| {
            let sql = format!(
                "UPDATE {} SET {column} = lower({column}) WHERE {column} <> lower({column})",
                of.table
            );
            (column.as_str(), sql)
        })
        .collect()
}

/// Nothing is set aside any more. What was filled goes with the columns, or is filled again.
#[must_use]
pub fn unbackfill(moves: &[Move]) -> Vec<Section> {
    let forget = moves
        .iter()
        .map(|of| format!("DELETE FROM {};\n", of.set_aside()));
    vec![Section::Once(forget.collect())]
}

/// The application reads and writes the new schema. Nobody is in the middle of writing by the old flag when it turns: the
/// triggers would carry the columns that were not written over those that were.
#[must_use]
pub fn switch(engine: Engine, enabled: bool) -> Vec<Section> {
    let enabled = i32::from(enabled);
    let turn = format!("UPDATE feature_flags SET enabled = {enabled} WHERE name = '{FLAG}';\n");
    vec![Section::Once(door(engine) + &turn)]
}

/// Copies the old columns aside, in batches.
#[must_use]
pub fn park(engine: Engine, moves: &[Move]) -> Vec<Section> {
    let tables = moves.iter().map(|of| {
        let key = dialect::given_key(engine);
        format!(
            "CREATE TABLE IF NOT EXISTS {} (id {key}, {} {});\n",
            of.parked(),
            of.from,
            of.from_type
        )
    });
    let mut sections = vec![Section::Once(tables.collect())];
    sections.extend(moves.iter().map(|of| Section::Batches {
        table: of.table.clone(),
        statements: vec![format!(
            "INSERT INTO {} (id, {from}) SELECT id, {from} FROM {} WHERE id > $1 AND id <= $2 \
             ON CONFLICT (id) DO UPDATE SET {from} = excluded.{from}",
            of.parked(),
            of.table,
            from = of.from
        )],
    }));
    sections
}

/// What was copied aside goes.
#[must_use]
pub fn unpark(moves: &[Move]) -> Vec<Section> {
    let drops = moves
        .iter()
        .map(|of| format!("DROP TABLE IF EXISTS {};\n", of.parked()));
    vec![Section::Once(drops.collect())]
}

/// Catches up with what was written since it was parked, and drops the old columns, in one transaction.
#[must_use]
pub fn contract(engine: Engine, moves: &[Move]) -> Vec<Section> {
    let mut sql = door(engine) + &locks(engine, moves);
    for of in moves {
        let (table, parked, from) = (&of.table, of.parked(), &of.from);
        sql += &format!(
            "INSERT INTO {parked} (id, {from}) SELECT live.id, live.{from} FROM {table} AS live \
             LEFT JOIN {parked} AS was ON was.id = live.id \
             WHERE was.id IS NULL OR was.{from} IS DISTINCT FROM live.{from} \
             ON CONFLICT (id) DO UPDATE SET {from} = excluded.{from};\n"
        );
        sql += &drop_triggers(engine, of);
        sql += &format!("ALTER TABLE {table} DROP COLUMN {from};\n");
    }
    vec![Section::Once(sql)]
}

/// Brings the old columns back: what was parked where it still says the same, else what the new columns say.
#[must_use]
pub fn uncontract(engine: Engine, moves: &[Move]) -> Vec<Section> {
    let mut sql = door(engine) + &locks(engine, moves);
    for of in moves {
        sql += &format!(
            "ALTER TABLE {} ADD COLUMN {} {};\n",
            of.table, of.from, of.from_type
        );
        sql += &triggers(engine, of);
    }
    let mut sections = vec![Section::Once(sql)];
    sections.extend(moves.iter().map(|of| {
        let (table, from) = (&of.table, &of.from);
        let same = of.says_the_same(engine, &format!("was.{from}"));
        let parked = format!(
            "SELECT was.{from} FROM {} AS was WHERE was.id = {table}.id AND {same}",
            of.parked()
        );
        let back = of.written_back("");
        Section::Batches {
            table: table.clone(),
            statements: vec![format!(
                "UPDATE {table} SET {from} = coalesce(({parked}), {back}) WHERE id > $1 AND id <= $2"
            )],
        }
    }));
    sections
}

/// Who writes asks for the flag first, in the transaction that writes: those who are in finish, and nobody else comes in.
/// Without it they would take their tables in another order than a stage does, and each would wait for the other.
fn door(engine: Engine) -> String {
    match engine {
        // Its one lock is taken at the beginning of a transaction.
        Engine::Sqlite => String::new(),
        Engine::Postgres => String::from("LOCK TABLE feature_flags IN ACCESS EXCLUSIVE MODE;\n"),
    }
}

/// All tables at once, before anything is done to the first.
fn locks(engine: Engine, moves: &[Move]) -> String {
    let tables: BTreeSet<&str> = moves.iter().map(|of| of.table.as_str()).collect();
    if engine == Engine::Sqlite || tables.is_empty() {
        return String::new();
    }
    let tables: Vec<&str> = tables.into_iter().collect();
    format!("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE;\n", tables.join(", "))
}

fn triggers(engine: Engine, of: &Move) -> String {
    match engine {
        Engine::Sqlite => triggers_of_sqlite(of),
        Engine::Postgres => triggers_of_postgres(of),
    }
}

const IS_ON: &str = "(SELECT enabled FROM feature_flags WHERE name = 'new_schema')";

fn new_columns(of: &Move) -> String {
    let columns: Vec<&str> = of.to.iter().map(|(column, _)| column.as_str()).collect();
    columns.join(", ")
}

fn triggers_of_sqlite(of: &Move) -> String {
    let engine = Engine::Sqlite;
    let (table, from, name) = (&of.table, &of.from, of.carries());
    let old = format!("new.{from}");
    let forth = of.sets(|reading| dialect::read_clean(engine, reading, &old));
    let forth = format!(
        "BEGIN\n  UPDATE {table} SET {forth} WHERE id = new.id;\n  \
         DELETE FROM {aside} WHERE id = new.id;\n  \
         INSERT INTO {aside} (id, {from}, because) SELECT new.id, {old}, '{}' WHERE {};\nEND;\n",
        of.because(),
        of.unreadable(engine, &old),
        aside = of.set_aside()
    );
    let back = format!(
        "BEGIN\n  UPDATE {table} SET {from} = {} WHERE id = new.id;\n  DELETE FROM {} WHERE id = new.id;\nEND;\n",
        of.written_back("new."),
        of.set_aside()
    );
    let new = new_columns(of);
    format!(
        "CREATE TRIGGER {name}_forth_insert AFTER INSERT ON {table} WHEN {IS_ON} = 0 {forth}\
         CREATE TRIGGER {name}_forth_update AFTER UPDATE OF {from} ON {table} WHEN {IS_ON} = 0 {forth}\
         CREATE TRIGGER {name}_back_insert AFTER INSERT ON {table} WHEN {IS_ON} = 1 {back}\
         CREATE TRIGGER {name}_back_update AFTER UPDATE OF {new} ON {table} WHEN {IS_ON} = 1 {back}"
    )
}

fn triggers_of_postgres(of: &Move) -> String {
    let engine = Engine::Postgres;
    let (table, from, name) = (&of.table, &of.from, of.carries());
    let old = format!("NEW.{from}");
    let forth = of.to.iter().map(|(column, reading)| {
        format!(
            "      NEW.{column} := {};\n",
            dialect::read_clean(engine, *reading, &old)
        )
    });
    let changed = of
        .to
        .iter()
        .map(|(column, _)| format!("NEW.{column} IS DISTINCT FROM OLD.{column}"));
    let changed: Vec<String> = changed.collect();
    format!(
        "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  \
         IF {IS_ON} = 0 THEN\n    IF TG_OP = 'INSERT' OR NEW.{from} IS DISTINCT FROM OLD.{from} THEN\n{}      \
         DELETE FROM {aside} WHERE id = NEW.id;\n      IF {} THEN\n        \
         INSERT INTO {aside} (id, {from}, because) VALUES (NEW.id, {old}, '{}');\n      END IF;\n    END IF;\n  \
         ELSIF TG_OP = 'INSERT' OR {} THEN\n    NEW.{from} := {};\n    DELETE FROM {aside} WHERE id = NEW.id;\n  \
         END IF;\n  RETURN NEW;\nEND $$;\n\
         CREATE TRIGGER {name} BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();\n",
        forth.collect::<String>(),
        of.unreadable(engine, &old),
        of.because(),
        changed.join(" OR "),
        of.written_back("NEW."),
        aside = of.set_aside()
    )
}

fn drop_triggers(engine: Engine, of: &Move) -> String {
    let (table, name) = (&of.table, of.carries());
    match engine {
        Engine::Sqlite => ["forth_insert", "forth_update", "back_insert", "back_update"]
            .map(|which| format!("DROP TRIGGER {name}_{which};\n"))
            .concat(),
        Engine::Postgres => format!("DROP TRIGGER {name} ON {table};\nDROP FUNCTION {name}();\n"),
    }
}
