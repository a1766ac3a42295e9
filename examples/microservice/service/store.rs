//! Where orders are kept: behind a trait, in memory or in a file of SQLite.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

use super::core::{Order, Standing};
use crate::{
    artifacts::StoreChoice,
    failure::{During, Outcome},
};

/// Keeps orders.
pub trait Orders: Send + Sync {
    /// Keeps an order, and leaves the event behind that it was taken. One of the same number is kept as it was.
    ///
    /// # Errors
    /// When there is no room.
    fn put(&self, order: &Order) -> Outcome<()>;

    /// An order by its number.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn get(&self, id: &str) -> Outcome<Option<Order>>;

    /// How an order that was pending stands now.
    ///
    /// # Errors
    /// When there is no room.
    fn settle(&self, id: &str, standing: Standing) -> Outcome<()>;

    /// Orders that are pending, by number, so many at most.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn pending(&self, at_most: u32) -> Outcome<Vec<Order>>;

    /// How many orders are pending.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn count_pending(&self) -> Outcome<usize>;

    /// Events after that one, so many at most.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn events_after(&self, number: u64, at_most: u32) -> Outcome<Vec<Event>>;

    /// Whether an order could be kept now.
    ///
    /// # Errors
    /// Says why not.
    fn has_room(&self) -> Outcome<()>;
}

/// That something came to pass, for whoever cares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Event {
    /// Its place in the order of events.
    pub number: u64,
    /// `orders.placed`.
    pub topic: &'static str,
    /// The order; events of one order are in order.
    pub order: String,
}

/// The topic of orders that were taken.
pub const PLACED: &str = "orders.placed";

/// Where the store of an instance is, and how large it may grow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreSettings {
    /// The kind.
    pub choice: StoreChoice,
    /// The file; one in memory has none.
    pub file: Option<PathBuf>,
    /// The most pages of 4 KiB; what does not fit is refused.
    pub pages_at_most: Option<u32>,
}

impl StoreSettings {
    /// One in memory.
    #[must_use]
    pub fn memory() -> Self {
        StoreSettings {
            choice: StoreChoice::Memory,
            file: None,
            pages_at_most: None,
        }
    }

    /// One in that file, if that is the choice.
    #[must_use]
    pub fn of(choice: StoreChoice, file: impl Into<PathBuf>) -> Self {
        match choice {
            StoreChoice::Memory => Self::memory(),
            StoreChoice::Sqlite => StoreSettings {
                choice,
                file: Some(file.into()),
                pages_at_most: None,
            },
        }
    }

    /// Opens it.
    ///
    /// # Errors
    /// When the file is no store of orders.
    pub fn open(&self) -> Outcome<Box<dyn Orders>> {
        match (&self.choice, &self.file) {
            (StoreChoice::Sqlite, Some(file)) => Ok(Box::new(InFile::open(file, self.pages_at_most)?)),
            _ => Ok(Box::<InMemory>::default()),
        }
    }
}

/// In memory.
#[derive(Debug, Default)]
pub struct InMemory(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    orders: BTreeMap<String, Order>,
    placed: Vec<String>,
}

impl Orders for InMemory {
    fn put(&self, order: &Order) -> Outcome<()> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !kept.orders.contains_key(&order.id) {
            kept.orders.insert(order.id.clone(), order.clone());
            kept.placed.push(order.id.clone());
        }
        Ok(())
    }

    fn get(&self, id: &str) -> Outcome<Option<Order>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(kept.orders.get(id).cloned())
    }

    fn settle(&self, id: &str, standing: Standing) -> Outcome<()> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(order) = kept.orders.get_mut(id)
            && order.standing.may_become(standing)
        {
            order.standing = standing;
        }
        Ok(())
    }

    fn pending(&self, at_most: u32) -> Outcome<Vec<Order>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let pending = kept
            .orders
            .values()
            .filter(|order| order.standing == Standing::Pending);
        Ok(pending.take(at_most as usize).cloned().collect())
    }

    fn count_pending(&self) -> Outcome<usize> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let standings = kept.orders.values().map(|order| order.standing);
        Ok(standings
            .filter(|standing| *standing == Standing::Pending)
            .count())
    }

    fn events_after(&self, number: u64, at_most: u32) -> Outcome<Vec<Event>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let numbered = (1..).zip(&kept.placed).filter(|(at, _)| *at > number);
        let events = numbered.map(|(number, order)| Event {
            number,
            topic: PLACED,
            order: order.clone(),
        });
        Ok(events.take(at_most as usize).collect())
    }

    fn has_room(&self) -> Outcome<()> {
        Ok(())
    }
}

/// In a file of SQLite. Instances on one machine may share it.
#[derive(Debug)]
pub struct InFile(Mutex<Connection>);

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS orders (
        id TEXT PRIMARY KEY, standing TEXT NOT NULL, body TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS orders_pending ON orders (id) WHERE standing = 'pending';
    CREATE TABLE IF NOT EXISTS placed (number INTEGER PRIMARY KEY, order_id TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS room (one INTEGER PRIMARY KEY CHECK (one = 1), filler BLOB NOT NULL) STRICT;
";

impl InFile {
    /// Opens the file, or begins it.
    ///
    /// # Errors
    /// When it is no store of orders.
    pub fn open(file: &Path, pages_at_most: Option<u32>) -> Outcome<Self> {
        let attempt = || format!("opening the store `{}`", file.display());
        let open = || {
            let connection = Connection::open(file)?;
            // Instances of two versions write to one file while traffic is shifted.
            connection.busy_timeout(Duration::from_secs(5))?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            if let Some(pages) = pages_at_most {
                connection.pragma_update(None, "max_page_count", pages)?;
            }
            connection.execute_batch(SCHEMA)?;
            Ok::<_, rusqlite::Error>(connection)
        };
        Ok(InFile(Mutex::new(open().during(attempt())?)))
    }

    fn with<T>(&self, doing: &str, work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>) -> Outcome<T> {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner)).during(doing)
    }
}

fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Pending => "pending",
        Standing::Confirmed => "confirmed",
        Standing::OutOfStock => "out_of_stock",
    }
}

fn unreadable(error: serde_json::Error) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Order> {
    let body: String = row.get(0)?;
    let mut order: Order = serde_json::from_str(&body).map_err(unreadable)?;
    let standing: String = row.get(1)?;
    order.standing = match standing.as_str() {
        "confirmed" => Standing::Confirmed,
        "out_of_stock" => Standing::OutOfStock,
        _ => Standing::Pending,
    };
    Ok(order)
}

impl Orders for InFile {
    fn put(&self, order: &Order) -> Outcome<()> {
        self.with("keeping an order", |connection| {
            let body = serde_json::to_string(order).map_err(unreadable)?;
            let put = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            let new = put
                .prepare_cached("INSERT OR IGNORE INTO orders VALUES (?1, ?2, ?3)")?
                .execute(params![order.id, word(order.standing), body])?;
            if new == 1 {
                put.prepare_cached("INSERT INTO placed (order_id) VALUES (?1)")?
                    .execute([&order.id])?;
            }
            put.commit()
        })
    }

    fn get(&self, id: &str) -> Outcome<Option<Order>> {
        self.with("looking for an order", |connection| {
            let mut found = connection.prepare_cached("SELECT body, standing FROM orders WHERE id = ?1")?;
            found.query_row([id], read).optional()
        })
    }

    fn settle(&self, id: &str, standing: Standing) -> Outcome<()> {
        self.with("settling an order", |connection| {
            connection
                .prepare_cached("UPDATE orders SET standing = ?2 WHERE id = ?1 AND standing = 'pending'")?
                .execute([id, word(standing)])?;
            Ok(())
        })
    }

    fn pending(&self, at_most: u32) -> Outcome<Vec<Order>> {
        self.with("looking for pending orders", |connection| {
            let mut found = connection.prepare_cached(
                "SELECT body, standing FROM orders WHERE standing = 'pending' ORDER BY id LIMIT ?1",
            )?;
            found.query_map([at_most], read)?.collect()
        })
    }

    fn count_pending(&self) -> Outcome<usize> {
        self.with("counting pending orders", |connection| {
            let mut found =
                connection.prepare_cached("SELECT count(*) FROM orders WHERE standing = 'pending'")?;
            let count: i64 = found.query_row([], |row| row.get(0))?;
            Ok(usize::try_from(count).unwrap_or_default())
        })
    }

    fn events_after(&self, number: u64, at_most: u32) -> Outcome<Vec<Event>> {
        self.with("reading events", |connection| {
            let mut found = connection.prepare_cached(
                "SELECT number, order_id FROM placed WHERE number > ?1 ORDER BY number LIMIT ?2",
            )?;
            let after = i64::try_from(number).unwrap_or(i64::MAX);
            let events = found.query_map(params![after, at_most], |row| {
                Ok(Event {
                    number: u64::try_from(row.get::<_, i64>(0)?).unwrap_or_default(),
                    topic: PLACED,
                    order: row.get(1)?,
                })
            })?;
            events.collect()
        })
    }

    fn has_room(&self) -> Outcome<()> {
        self.with("looking for room in the store", |connection| {
            // As much as a large order; taken back at once.
            let trial = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            trial.execute("INSERT OR REPLACE INTO room VALUES (1, zeroblob(8192))", [])?;
            trial.rollback()
        })
    }
}
