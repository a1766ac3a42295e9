//! Copies of a database: backups, their restoration, and the copies that a rehearsal works on. Each is put in place whole.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use examples::{
    database_migration_plan::artifacts::Address,
    failure::{During, Failure, Outcome, ensure},
};
use postgres::Config;
use rusqlite::{Connection, backup::Backup};

use super::{Database, postgres::Postgres, server, sqlite::Sqlite};

/// How backups of that database are made.
#[must_use]
pub fn method(address: &Address) -> &'static str {
    match address {
        Address::File(_) => "online backup of SQLite, page by page, while writers go on",
        Address::Server { .. } => "pg_dump in its custom format, restored by pg_restore",
    }
}

/// Makes a backup file of a database.
///
/// # Errors
/// When the database cannot be read or the file not be written.
pub fn back_up(from: &Address, file: &Path) -> Outcome<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).during(format_args!("creating `{}`", folder.display()))?;
    match from {
        Address::File(source) => copy_file(source, file),
        Address::Server { variable, database } => {
            let config = server::config(variable, database.as_deref())?;
            let part = partial(file);
            let mut dump = tool("pg_dump", &config);
            dump.args(["--format=custom", "--no-owner", "--file"]).arg(&part);
            run(dump)?;
            put_in_place(&part, file)
        }
    }
}

/// Restores a backup file into a database, whose former content is lost.
///
/// # Errors
/// When the file cannot be read or the database not be made.
pub fn restore(file: &Path, to: &Address) -> Outcome<()> {
    match to {
        Address::File(target) => copy_file(file, target),
        Address::Server { variable, database } => {
            let name = database
                .as_deref()
                .ok_or_else(|| Failure::new("a copy has a name of its own"))?;
            discard(to)?;
            let mut server = Postgres::connect(&server::config(variable, None)?, variable)?;
            server.script(&format!("CREATE DATABASE \"{name}\" TEMPLATE template0"))?;
            let config = server::config(variable, Some(name))?;
            let mut tool = tool("pg_restore", &config);
            tool.args(["--no-owner", "--exit-on-error", "--dbname", name])
                .arg(file);
            run(tool)?;
            // Statistics are not in a dump, and plans depend on them.
            Postgres::connect(&config, variable)?.script("ANALYZE")
        }
    }
}

/// Copies a database; what was at the target is lost. `scratch` is where what is on the way may lie.
///
/// # Errors
/// When either cannot be reached.
pub fn copy(from: &Address, to: &Address, scratch: &Path) -> Outcome<()> {
    match (from, to) {
        (Address::File(source), Address::File(target)) => copy_file(source, target),
        _ => {
            let dump = scratch.join("copy.dump");
            back_up(from, &dump)?;
            restore(&dump, to)?;
            fs::remove_file(&dump).during(format_args!("removing `{}`", dump.display()))
        }
    }
}

/// Removes a copy, if it is there.
///
/// # Errors
/// When it cannot be removed.
pub fn discard(copy: &Address) -> Outcome<()> {
    match copy {
        Address::File(file) => remove_file(file),
        Address::Server { variable, database } => {
            let name = database
                .as_deref()
                .ok_or_else(|| Failure::new("production is not discarded"))?;
            let mut server = Postgres::connect(&server::config(variable, None)?, variable)?;
            server.script(&format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)"))
        }
    }
}

/// By SQLite's own backup, which is consistent though others write meanwhile.
fn copy_file(source: &Path, target: &Path) -> Outcome<()> {
    let copying = || format!("copying `{}` to `{}`", source.display(), target.display());
    let folder = target.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).during(copying())?;
    let part = partial(target);
    remove_file(&part)?;
    let source = Sqlite::open(source)?;
    let mut copy = Connection::open(&part).during(copying())?;
    // It is put in place once it is whole, so it need not be on disk page by page.
    copy.execute_batch("PRAGMA synchronous = OFF").during(copying())?;
    let backup = Backup::new(source.connection(), &mut copy).during(copying())?;
    backup
        .run_to_completion(4_096, Duration::ZERO, None)
        .during(copying())?;
    drop(backup);
    copy.close().map_err(|(_, error)| error).during(copying())?;
    fs::File::open(&part)
        .and_then(|file| file.sync_all())
        .during(copying())?;
    remove_file(target)?;
    put_in_place(&part, target)
}

fn partial(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    file.with_file_name(name)
}

fn put_in_place(part: &Path, file: &Path) -> Outcome<()> {
    fs::rename(part, file).during(format_args!("putting `{}` in place", file.display()))
}

/// With the files that SQLite may have left beside it.
fn remove_file(file: &Path) -> Outcome<()> {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let mut name = file.as_os_str().to_owned();
        name.push(suffix);
        match fs::remove_file(&name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).during(format_args!("removing `{}`", name.display()));
            }
            _ => {}
        }
    }
    Ok(())
}

fn tool(name: &str, config: &Config) -> Command {
    let mut command = Command::new(name);
    command.envs(server::environment(config)).stdin(Stdio::null());
    command
}

fn run(mut command: Command) -> Outcome<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().during(format_args!(
        "starting `{name}` (it comes with the client programs of PostgreSQL)"
    ))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.trim().lines().next().unwrap_or("it said nothing");
    ensure(output.status.success(), format_args!("`{name}` failed: {said}"))
}
