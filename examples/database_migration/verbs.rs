//! The verbs that are this program's own. 0 is done, 1 is a comparison that found something, 2 is something the user must
//! change first.

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;
use examples::{
    database_migration_plan::artifacts::{Address, ValidationPlan},
    failure::{During, Failure, Outcome},
};

use crate::{
    development::compare,
    engine::{self, checksum},
    shop::generator::{self, Shape},
};

/// Their names.
pub const OWN: [&str; 3] = ["make-shop", "compare", "checksum"];

#[derive(Debug, Parser)]
#[command(name = "database_migration")]
enum Verb {
    /// Makes a shop's database with deliberate faults
    MakeShop {
        /// The file of SQLite to make
        #[arg(required_unless_present = "postgres")]
        file: Option<PathBuf>,
        /// Fills the empty PostgreSQL database whose address this environment variable holds
        #[arg(long, value_name = "VARIABLE", conflicts_with = "file")]
        postgres: Option<String>,
        /// Rows over all tables
        #[arg(long, default_value_t = Shape::default().rows, value_parser = clap::value_parser!(u64).range(100..=100_000_000))]
        rows: u64,
        /// Orders of a hundred that are still open
        #[arg(long, default_value_t = Shape::default().open_percent, value_parser = clap::value_parser!(u64).range(0..=100))]
        open_percent: u64,
        /// What the rows are made from
        #[arg(long, default_value_t = Shape::default().seed)]
        seed: u64,
    },
    /// Runs one comparison of a run's validation.json on two files of SQLite
    Compare {
        /// The validation.json
        plan: PathBuf,
        /// The comparison, by name
        comparison: String,
        /// The database before
        before: PathBuf,
        /// The database after
        after: PathBuf,
    },
    /// Prints the checksum over everything that a database keeps
    Checksum {
        /// The file of SQLite
        #[arg(required_unless_present = "postgres")]
        file: Option<PathBuf>,
        /// The PostgreSQL database whose address this environment variable holds
        #[arg(long, value_name = "VARIABLE", conflicts_with = "file")]
        postgres: Option<String>,
    },
}

/// Does what is asked for.
#[allow(clippy::print_stdout, clippy::print_stderr, reason = "the program's messages")]
pub fn main() -> ExitCode {
    let done = match Verb::parse() {
        Verb::MakeShop {
            file,
            postgres,
            rows,
            open_percent,
            seed,
        } => make_shop(
            file,
            postgres,
            Shape {
                rows,
                open_percent,
                seed,
            },
        )
        .map(|said| (said, ExitCode::SUCCESS)),
        Verb::Compare {
            plan,
            comparison,
            before,
            after,
        } => run_comparison(&plan, &comparison, before, after),
        Verb::Checksum { file, postgres } => sum(file, postgres).map(|said| (said, ExitCode::SUCCESS)),
    };
    match done {
        Ok((said, code)) => {
            println!("{said}");
            code
        }
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::from(2)
        }
    }
}

fn make_shop(file: Option<PathBuf>, postgres: Option<String>, shape: Shape) -> Outcome<String> {
    if let Some(variable) = postgres {
        generator::fill_server(&variable, shape)?;
        return Ok(format!(
            "{} rows in the database that {variable} names",
            shape.rows
        ));
    }
    let file = file.unwrap_or_default();
    generator::make_file(&file, shape)?;
    Ok(format!("{} rows in `{}`", shape.rows, file.display()))
}

fn run_comparison(
    plan: &std::path::Path,
    name: &str,
    before: PathBuf,
    after: PathBuf,
) -> Outcome<(String, ExitCode)> {
    let reading = format!("reading `{}`", plan.display());
    let text = std::fs::read(plan).during(&reading)?;
    let plan: ValidationPlan = serde_json::from_slice(&text).during(&reading)?;
    let comparison = plan
        .comparisons
        .iter()
        .find(|comparison| comparison.name == name)
        .ok_or_else(|| {
            let known: Vec<&str> = plan
                .comparisons
                .iter()
                .map(|comparison| comparison.name.as_str())
                .collect();
            Failure::new(format_args!(
                "there is no comparison `{name}`; known: {}",
                known.join(", ")
            ))
        })?;
    let mut before = engine::open(&Address::File(before))?;
    let mut after = engine::open(&Address::File(after))?;
    let watermarks = compare::watermarks(before.as_mut())?;
    let outcome = compare::one(comparison, before.as_mut(), after.as_mut(), &watermarks)?;
    let said = format!(
        "{name}: {} rows differ; {} before, {} after",
        outcome.rows_differing, outcome.before, outcome.after
    );
    Ok((said, ExitCode::from(u8::from(outcome.rows_differing > 0))))
}

fn sum(file: Option<PathBuf>, postgres: Option<String>) -> Outcome<String> {
    let address = match (postgres, file) {
        (Some(variable), _) => Address::Server {
            variable,
            database: None,
        },
        (None, file) => Address::File(file.unwrap_or_default()),
    };
    checksum::of_database(engine::open(&address)?.as_mut())
}
