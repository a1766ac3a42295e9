//! The only code that speaks to the database.

use std::path::Path;

use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, params};
use serde_json::{Value, json};

use super::{
    refusal::Refusal,
    rules::{NewParcel, NewScan, Wanted},
};
use crate::failure::{During, Outcome};

type Answer<T> = Result<T, Refusal>;

const TABLES: &str = "
create table if not exists parcels (
    id integer primary key,
    code text not null unique,
    order_number text not null unique,
    recipient text not null,
    postcode text not null,
    weight_g integer not null check (weight_g > 0),
    status text not null,
    label text,
    registered_at text not null
);
create table if not exists contents (
    parcel_id integer not null references parcels(id),
    isbn text not null,
    copies integer not null check (copies > 0),
    primary key (parcel_id, isbn)
);
create table if not exists scans (
    id integer primary key,
    parcel_id integer not null references parcels(id),
    kind text not null,
    place text not null,
    seen_at text not null
);
create index if not exists parcels_by_status on parcels(status, id);
create index if not exists scans_by_parcel on scans(parcel_id, id);
";

/// Opens the file and makes what is missing in it.
pub(super) fn open(database: &Path) -> Outcome<Connection> {
    let opening = || format!("opening `{}`", database.display());
    let connection = Connection::open(database).during(opening())?;
    connection
        .execute_batch("pragma journal_mode = wal; pragma synchronous = normal; pragma foreign_keys = on; pragma busy_timeout = 150;")
        .during(opening())?;
    connection.execute_batch(TABLES).during(opening())?;
    Ok(connection)
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation) => Refusal::Conflict,
            _ => Refusal::StorageAway(error.to_string()),
        }
    }
}

pub(super) fn register(connection: &mut Connection, parcel: &NewParcel, code: &str) -> Answer<Value> {
    let all = connection.transaction()?;
    all.prepare_cached(
        "insert into parcels (code, order_number, recipient, postcode, weight_g, status, registered_at)
         values (?1, ?2, ?3, ?4, ?5, 'registered', strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))",
    )?
    .execute(params![
        code,
        parcel.order_number,
        parcel.recipient,
        parcel.postcode,
        parcel.weight_g
    ])?;
    let id = all.last_insert_rowid();
    for content in &parcel.contents {
        all.prepare_cached("insert into contents (parcel_id, isbn, copies) values (?1, ?2, ?3)")?
            .execute(params![id, content.isbn, content.copies])?;
    }
    let made = read(&all, id)?;
    all.commit()?;
    Ok(made)
}

const PARCEL: &str =
    "select id, code, order_number, recipient, postcode, weight_g, status, label, registered_at from parcels";

pub(super) fn read(connection: &Connection, id: i64) -> Answer<Value> {
    let found = connection
        .prepare_cached(&format!("{PARCEL} where id = ?1"))?
        .query_row([id], parcel)
        .optional()?;
    let mut found = found.ok_or(Refusal::NotFound)?;
    found["contents"] = contents(connection, id)?;
    Ok(found)
}

pub(super) fn list(connection: &Connection, wanted: &Wanted) -> Answer<Value> {
    let mut statement = connection.prepare_cached(&format!(
        "{PARCEL} where (?1 is null or status = ?1) order by id desc limit ?2"
    ))?;
    let found = statement.query_map(params![wanted.status, wanted.limit.unwrap_or(20)], parcel)?;
    let mut items = found.collect::<Result<Vec<_>, _>>()?;
    for item in &mut items {
        item["contents"] = contents(connection, item["id"].as_i64().unwrap_or_default())?;
    }
    Ok(json!({ "items": items }))
}

/// The state of a parcel that is there.
pub(super) fn status(connection: &Connection, id: i64) -> Answer<String> {
    let found = connection
        .prepare_cached("select status from parcels where id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    found.ok_or(Refusal::NotFound)
}

/// Dispatches a parcel that nobody has dispatched meanwhile.
pub(super) fn dispatch(connection: &Connection, id: i64, label: &str) -> Answer<Value> {
    let changed = connection
        .prepare_cached(
            "update parcels set status = 'dispatched', label = ?2 where id = ?1 and status = 'registered'",
        )?
        .execute(params![id, label])?;
    if changed == 0 {
        return Err(Refusal::Conflict);
    }
    read(connection, id)
}

pub(super) fn scan(connection: &mut Connection, id: i64, scan: &NewScan) -> Answer<Value> {
    let all = connection.transaction()?;
    if status(&all, id)? == "registered" {
        return Err(Refusal::Conflict);
    }
    all.prepare_cached("insert into scans (parcel_id, kind, place, seen_at) values (?1, ?2, ?3, ?4)")?
        .execute(params![id, scan.kind, scan.place, scan.seen_at])?;
    let made = all.last_insert_rowid();
    if scan.kind == "delivered" {
        all.prepare_cached("update parcels set status = 'delivered' where id = ?1")?
            .execute([id])?;
    }
    all.commit()?;
    Ok(json!({ "id": made, "kind": scan.kind, "place": scan.place, "seen_at": scan.seen_at }))
}

/// What everybody who has the code may know; the recipient is not among it.
pub(super) fn track(connection: &Connection, code: &str) -> Answer<Value> {
    let found: Option<(i64, String)> = connection
        .prepare_cached("select id, status from parcels where code = ?1")?
        .query_row([code], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (id, status) = found.ok_or(Refusal::NotFound)?;
    let mut statement = connection.prepare_cached(
        "select id, kind, place, seen_at from scans where parcel_id = ?1 order by id limit 100",
    )?;
    let scans = statement.query_map([id], |row| {
        Ok(json!({
            "id": row.get::<_, i64>(0)?,
            "kind": row.get::<_, String>(1)?,
            "place": row.get::<_, String>(2)?,
            "seen_at": row.get::<_, String>(3)?,
        }))
    })?;
    let scans = scans.collect::<Result<Vec<_>, _>>()?;
    Ok(json!({ "code": code, "status": status, "scans": scans }))
}

/// Whether the database answers.
pub(super) fn health(connection: &Connection) -> Answer<Value> {
    connection.query_row("select count(*) from sqlite_schema", [], |row| {
        row.get::<_, i64>(0)
    })?;
    Ok(json!({ "status": "ready" }))
}

fn parcel(row: &Row<'_>) -> rusqlite::Result<Value> {
    let mut parcel = json!({
        "id": row.get::<_, i64>(0)?,
        "code": row.get::<_, String>(1)?,
        "order_number": row.get::<_, String>(2)?,
        "recipient": row.get::<_, String>(3)?,
        "postcode": row.get::<_, String>(4)?,
        "weight_g": row.get::<_, i64>(5)?,
        "status": row.get::<_, String>(6)?,
        "registered_at": row.get::<_, String>(8)?,
    });
    if let Some(label) = row.get::<_, Option<String>>(7)? {
        parcel["label"] = json!(label);
    }
    Ok(parcel)
}

fn contents(connection: &Connection, id: i64) -> Answer<Value> {
    let mut statement =
        connection.prepare_cached("select isbn, copies from contents where parcel_id = ?1 order by isbn")?;
    let contents = statement.query_map([id], |row| {
        Ok(json!({ "isbn": row.get::<_, String>(0)?, "copies": row.get::<_, i64>(1)? }))
    })?;
    Ok(Value::Array(contents.collect::<Result<Vec<_>, _>>()?))
}
