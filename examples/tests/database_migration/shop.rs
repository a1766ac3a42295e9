//! Small shops, each with its input, and what their databases hold.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::{LazyLock, Mutex, PoisonError},
};

use rusqlite::Connection;

use super::{
    succeeds,
    support::{self, Place, Tested, said},
};

type Found<T> = Result<T, Box<dyn std::error::Error>>;

/// A shop in a place of its own.
pub(crate) struct Shop {
    pub(crate) place: Place,
}

/// The shipped input with short measures and without aims that a busy machine could miss.
pub(crate) fn lenient(input: &str) -> String {
    let changes = [
        ("target/database_migration/shop.db", "shop.db"),
        ("samples = 20 ", "samples = 6 "),
        ("repeats = 3 ", "repeats = 2 "),
        ("watch_s = 4 ", "watch_s = 1 "),
        ("writes_per_second = 40 ", "writes_per_second = 200 "),
        (
            "slow_p99_percent_at_most = 25 ",
            "slow_p99_percent_at_most = 100 ",
        ),
        ("other_p99_rise_percent = 50 ", "other_p99_rise_percent = 900 "),
        ("growth_percent_at_most = 150 ", "growth_percent_at_most = 900 "),
        ("batch_rows = 5000", "batch_rows = 100"),
        ("batch_pause_ms = 20", "batch_pause_ms = 2"),
        ("probe_ms_at_most = 500", "probe_ms_at_most = 20000"),
    ];
    changes.iter().fold(input.to_owned(), |input, (from, to)| {
        assert!(
            input.contains(from) || !from.contains('='),
            "the shipped input has no `{from}`"
        );
        input.replace(from, to)
    })
}

impl Shop {
    /// Of so many rows, with the lenient input.
    pub(crate) fn of(rows: u32) -> Found<Self> {
        Shop::new(&["--rows", &rows.to_string()], |input| input)
    }

    pub(crate) fn new(arguments: &[&str], change: impl Fn(String) -> String) -> Found<Self> {
        let place = Place::new("database_migration")?;
        let shop = Shop { place };
        succeeds(shop.place.command(&["make-shop", "shop.db"]).args(arguments))?;
        let input = lenient(&std::fs::read_to_string(support::shipped(
            "database_migration",
            "shop.toml",
        ))?);
        std::fs::write(shop.input(), change(input))?;
        Ok(shop)
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.place.path().join("shop.db")
    }

    pub(crate) fn input(&self) -> PathBuf {
        self.place.path().join("input.toml")
    }

    /// Its people take it through.
    pub(crate) fn script(&self) -> Command {
        let mut script = self.place.script("take_through.sh");
        script.env("INPUT", self.input());
        script
    }

    pub(crate) fn run(&self) -> Command {
        self.place.command(&["run", "sample", "--json-lines"])
    }

    /// Everything is handed in up to the window, and the migration is what comes next.
    pub(crate) fn up_to_the_migration(&self) -> Tested {
        let hand_in = |step: &str| {
            let file = support::shipped("database_migration", &format!("hand_ins/{step}.toml"));
            let mut command =
                self.place
                    .command(&["done", step, "--run", "sample", "--by", "dana", "--artifact"]);
            command.arg(file);
            succeeds(&mut command)
        };
        succeeds(self.run().arg("--input").arg(self.input()))?;
        succeeds(
            &mut self
                .place
                .command(&["approve", "approve_plan", "--run", "sample", "--by", "selma"]),
        )?;
        succeeds(&mut self.run())?;
        hand_in("adapt_application")?;
        succeeds(&mut self.run())?;
        hand_in("schedule_window")
    }

    /// A copy of it as it is, in another place.
    pub(crate) fn copied(&self) -> Found<Self> {
        let place = Place::new("database_migration")?;
        let mut copy = Command::new("cp");
        succeeds(copy.arg("-r").arg(self.place.path().join(".")).arg(place.path()))?;
        Ok(Shop { place })
    }
}

pub(crate) fn open(file: &Path) -> Found<Connection> {
    let database = Connection::open(file)?;
    database.busy_timeout(std::time::Duration::from_secs(20))?;
    Ok(database)
}

/// All columns and values of all tables but those that count how far the migration is, by another way than the program's.
pub(crate) fn dump(file: &Path) -> Found<String> {
    let database = open(file)?;
    let sql = "SELECT t.name, group_concat('quote(' || c.name || ')', '||' ORDER BY c.name), \
               group_concat(c.name || ' ' || c.type || c.\"notnull\", ',' ORDER BY c.name) \
               FROM sqlite_schema t JOIN pragma_table_info(t.name) c \
               WHERE t.type = 'table' AND t.name NOT LIKE 'migration%' AND t.name NOT LIKE 'sqlite%' \
               GROUP BY t.name ORDER BY t.name";
    let mut tables = database.prepare(sql)?;
    let tables = tables.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let mut dumped = String::new();
    for table in tables {
        let (name, values, columns): (String, String, String) = table?;
        dumped += &format!("{name} {columns}\n");
        let mut rows = database.prepare(&format!("SELECT {values} FROM {name} ORDER BY 1"))?;
        for row in rows.query_map([], |row| row.get::<_, Option<String>>(0))? {
            dumped += &row?.unwrap_or_default();
            dumped.push('\n');
        }
    }
    let mut others = database.prepare("SELECT type || ' ' || name FROM sqlite_schema WHERE type <> 'table' AND name NOT LIKE 'sqlite%' ORDER BY 1")?;
    for other in others.query_map([], |row| row.get::<_, String>(0))? {
        dumped += &other?;
        dumped.push('\n');
    }
    Ok(dumped)
}

/// By the program.
pub(crate) fn checksum(place: &Place, file: &Path) -> Found<String> {
    let output = place.command(&["checksum"]).arg(file).output()?;
    if output.status.success() {
        Ok(said(&output))
    } else {
        Err(said(&output).into())
    }
}

/// A shop of 4,000 rows just before its migration, and the same one migrated without a disturbance.
pub(crate) struct Prepared {
    pub(crate) waiting: Shop,
    pub(crate) migrated: String,
    pub(crate) took: std::time::Duration,
}

static PREPARED: LazyLock<Mutex<Option<Prepared>>> = LazyLock::new(Mutex::default);

/// Prepares it once for all tests, and lends it.
pub(crate) fn prepared<T>(work: impl FnOnce(&Prepared) -> Found<T>) -> Found<T> {
    let mut prepared = PREPARED.lock().unwrap_or_else(PoisonError::into_inner);
    if prepared.is_none() {
        let waiting = Shop::of(4_000)?;
        waiting.up_to_the_migration()?;
        let undisturbed = waiting.copied()?;
        let begun = std::time::Instant::now();
        succeeds(&mut undisturbed.run())?;
        let took = begun.elapsed();
        *prepared = Some(Prepared {
            migrated: dump(&undisturbed.file())?,
            waiting,
            took,
        });
    }
    work(prepared.as_ref().ok_or("it was prepared")?)
}

/// What a migrated shop of 4,000 rows holds.
pub(crate) fn migrated_dump() -> Found<String> {
    prepared(|prepared| Ok(prepared.migrated.clone()))
}

/// A shop of 4,000 rows that nobody touched.
pub(crate) fn original() -> Found<Connection> {
    prepared(|prepared| {
        let file = prepared.waiting.file();
        open(&file)
    })
}
