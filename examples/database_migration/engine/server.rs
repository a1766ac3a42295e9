//! The address of a PostgreSQL server: read from the environment, and handed to its tools without appearing in a process list.

use examples::{
    failure::{During, Failure, Outcome},
    outputs::sha256_hex,
};
use postgres::{Config, config::Host};

/// The address that the variable holds, of that database of the server if one is named.
///
/// # Errors
/// When the variable is not set, or is no address; its text is not repeated, for it may hold a password.
pub fn config(variable: &str, database: Option<&str>) -> Outcome<Config> {
    let address = std::env::var(variable).map_err(|_| {
        Failure::new(format_args!(
            "{variable} is not set; it holds the address of the server, as in `postgresql://user@localhost/shop`"
        ))
    })?;
    let mut config: Config = address
        .parse()
        .during(format_args!("reading the address that {variable} holds"))?;
    if let Some(database) = database {
        config.dbname(database);
    }
    Ok(config)
}

/// The name of a copy's database: short enough, and another one for each run.
#[must_use]
pub fn database_name(run: &str, name: &str) -> String {
    let digest = sha256_hex(run.as_bytes());
    let digest: String = digest.chars().take(10).collect();
    format!("migration_{digest}_{name}")
}

/// The variables by which the tools of PostgreSQL find a server.
#[must_use]
pub fn environment(config: &Config) -> Vec<(&'static str, String)> {
    let mut variables = Vec::new();
    match config.get_hosts().first() {
        Some(Host::Tcp(host)) => variables.push(("PGHOST", host.clone())),
        #[cfg(unix)]
        Some(Host::Unix(folder)) => variables.push(("PGHOST", folder.display().to_string())),
        None => {}
    }
    variables.extend(
        config
            .get_ports()
            .first()
            .map(|port| ("PGPORT", port.to_string())),
    );
    variables.extend(config.get_user().map(|user| ("PGUSER", user.to_owned())));
    let password = config
        .get_password()
        .map(|password| String::from_utf8_lossy(password).into_owned());
    variables.extend(password.map(|password| ("PGPASSWORD", password)));
    variables.extend(config.get_dbname().map(|name| ("PGDATABASE", name.to_owned())));
    variables
}
