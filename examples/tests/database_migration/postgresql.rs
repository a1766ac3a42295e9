//! The whole plan on PostgreSQL: a server of the test's own, in a folder that goes, reached by a socket only.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use super::{
    shop::{Shop, lenient},
    succeeds,
    support::{self, Tested, said, skipped_without},
};

/// A server that ends with this.
struct Server {
    postgres: Child,
    folder: tempfile::TempDir,
}

/// Debian's, the newest.
fn binaries() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut folders: Vec<PathBuf> = versions
        .flatten()
        .map(|version| version.path().join("bin"))
        .collect();
    folders.retain(|folder| folder.join("postgres").is_file() && folder.join("initdb").is_file());
    folders.sort();
    folders.pop()
}

/// As that user where this is root, whom PostgreSQL refuses.
fn unprivileged(program: &Path) -> Command {
    let is_root = Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.starts_with(b"0\n"));
    if !is_root {
        return Command::new(program);
    }
    // `setpriv` becomes the program instead of waiting for it, so that what is killed is the server itself.
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=postgres", "--regid=postgres", "--clear-groups"])
        .arg(program);
    command
}

impl Server {
    fn start(binaries: &Path) -> Result<Self, Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        // Also for the user that the server runs as.
        succeeds(Command::new("chmod").arg("777").arg(folder.path()))?;
        let data = folder.path().join("data");
        let mut init = unprivileged(&binaries.join("initdb"));
        init.args([
            "--auth=trust",
            "--username=postgres",
            "--no-sync",
            "--encoding=UTF8",
            "--locale=C",
            "-D",
        ]);
        succeeds(init.arg(&data).current_dir(folder.path()))?;
        let mut postgres = unprivileged(&binaries.join("postgres"));
        postgres.arg("-D").arg(&data).arg("-k").arg(folder.path());
        postgres
            .args(["-c", "listen_addresses=", "-c", "fsync=off"])
            .current_dir(folder.path());
        let postgres = postgres.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let server = Server { postgres, folder };
        let begun = Instant::now();
        while !server.sql("postgres", "SELECT 1").is_ok_and(|said| said == "1") {
            if begun.elapsed() > Duration::from_secs(30) {
                return Err("the server does not answer".into());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }

    fn url(&self, database: &str) -> String {
        let folder = self.folder.path().display().to_string().replace('/', "%2F");
        format!("postgresql://postgres@{folder}/{database}")
    }

    fn sql(&self, database: &str, sql: &str) -> Result<String, Box<dyn std::error::Error>> {
        let output = Command::new("psql")
            .args(["-qAt", "-d", &self.url(database), "-c", sql])
            .output()?;
        if output.status.success() {
            Ok(said(&output).trim().to_owned())
        } else {
            Err(said(&output).into())
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.postgres.kill();
        let _ = self.postgres.wait();
    }
}

#[test]
fn the_whole_plan_runs_on_postgresql_and_back() -> Tested {
    let Some(binaries) = binaries() else {
        skipped_without("PostgreSQL");
        return Ok(());
    };
    let server = Server::start(&binaries)?;
    server.sql("postgres", "CREATE DATABASE shop")?;
    let shop = Shop::of(400)?;
    let shipped = std::fs::read_to_string(support::shipped("database_migration", "shop-postgres.toml"))?;
    std::fs::write(
        shop.input(),
        lenient(&shipped).replace("batch_rows = 100", "batch_rows = 1000"),
    )?;
    let with_server = |mut command: Command| {
        command.env("SHOP_PRODUCTION_URL", server.url("shop"));
        command.env("SHOP_STAGING_URL", server.url("postgres"));
        command
    };
    succeeds(&mut with_server(shop.place.command(&[
        "make-shop",
        "--postgres",
        "SHOP_PRODUCTION_URL",
        "--rows",
        "40000",
    ])))?;
    let checksum = || {
        with_server(
            shop.place
                .command(&["checksum", "--postgres", "SHOP_PRODUCTION_URL"]),
        )
        .output()
    };
    let before = said(&checksum()?);

    let output = with_server(shop.script()).output()?;
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    assert!(!text.contains(&server.url("shop")), "an address was said");
    assert_eq!(
        server.sql(
            "shop",
            "SELECT count(*) FROM order_lines WHERE price_cents IS NULL"
        )?,
        "24"
    );
    assert_eq!(
        server.sql("shop", "SELECT count(*) FROM set_aside_customers_contact")?,
        "20"
    );
    assert!(
        server.sql("shop", "SELECT total FROM orders").is_err(),
        "the float is still there"
    );
    assert_ne!(said(&checksum()?), before);
    let copies = "SELECT count(*) FROM pg_database WHERE datname LIKE 'migration_%'";
    assert_eq!(
        server.sql("postgres", copies)?,
        "1",
        "only what production was is kept"
    );

    let output = with_server(shop.place.command(&["undo", "sample", "--yes"])).output()?;
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(said(&checksum()?), before);
    Ok(())
}
