//! Runs every stage on a copy of production, with orders being placed beside it.

use std::time::{Duration, Instant};

use examples::{
    database_migration_plan::artifacts::{
        Address, DatabaseAccess, IndexScripts, MigrationScript, MigrationScripts, Rehearsal, Transformations,
    },
    failure::{Failure, Outcome},
    outputs::Outputs,
};

use super::writers::{Writers, Written};
use crate::{
    development::compare,
    engine::{self, Database, copies},
    migration::{
        runner::{self, Happened, Loaded},
        stages,
    },
    shop::TABLES,
};

/// The copies of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copies {
    /// Production as it was.
    pub before: Address,
    /// What is migrated.
    pub migrated: Address,
    /// As it was between the switch and the contraction.
    pub switched: Address,
    /// For what goes wrong on it.
    pub scratch: Address,
    /// For the way back.
    pub drill: Address,
}

impl Copies {
    /// Where the copies of a run lie.
    ///
    /// # Errors
    /// When the staging server is not named.
    pub fn of(access: &DatabaseAccess, outputs: &Outputs, run: &str) -> Outcome<Self> {
        let copy = |name: &str| engine::copy_of(access, outputs.root(), run, name);
        Ok(Copies {
            before: copy("before")?,
            migrated: copy("migrated")?,
            switched: copy("switched")?,
            scratch: copy("scratch")?,
            drill: copy("drill")?,
        })
    }

    /// Removes them all.
    ///
    /// # Errors
    /// When one cannot be removed.
    pub fn discard(&self) -> Outcome<()> {
        [
            &self.before,
            &self.migrated,
            &self.switched,
            &self.scratch,
            &self.drill,
        ]
        .into_iter()
        .try_for_each(copies::discard)
    }
}

/// All scripts, in the order in which they run.
#[must_use]
pub fn in_order(
    migrations: &MigrationScripts,
    transformations: &Transformations,
    indexes: &IndexScripts,
) -> Vec<MigrationScript> {
    let mut scripts = migrations.scripts.clone();
    scripts.extend([transformations.script.clone(), indexes.script.clone()]);
    scripts.sort_by_key(|script| script.position);
    scripts
}

/// Rehearses.
///
/// # Errors
/// When a stage fails, or an order that was acknowledged is lost.
pub fn rehearse(
    access: &DatabaseAccess,
    migrations: &MigrationScripts,
    scripts: Vec<MigrationScript>,
    copies: &Copies,
    outputs: &Outputs,
    say: &dyn Fn(String),
) -> Outcome<Rehearsal> {
    let scratch = outputs.scratch()?;
    copies::copy(&engine::production(access)?, &copies.before, scratch.path())?;
    copies::copy(&copies.before, &copies.migrated, scratch.path())?;
    let mut database = engine::open(&copies.migrated)?;
    let database = database.as_mut();
    let watermarks = compare::watermarks(database)?;
    let (bytes_before, _) = bytes(database)?;
    let stages = runner::load(outputs.root(), &scripts.iter().collect::<Vec<_>>())?;
    let writers = Writers::start(&copies.migrated, access.load.writes_per_second);
    let went = go(database, &stages, migrations, copies, scratch.path(), say);
    let written = writers.stop()?;
    let went = went?;
    written.ensure_all_there(&copies.migrated)?;
    let (bytes_after, parked_bytes) = bytes(database)?;
    let mut rows = 0;
    for table in TABLES {
        rows += database.count(&format!("SELECT count(*) FROM {table}"))?;
    }
    let signed = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
    Ok(Rehearsal {
        copy: copies.migrated.clone(),
        before: copies.before.clone(),
        switched: copies.switched.clone(),
        rows,
        watermarks,
        scripts,
        stages: went
            .iter()
            .map(|(stage, began, took)| written.timing(stage, *began, *took))
            .collect(),
        orders_meanwhile: written.orders.len() as u64,
        bytes_before,
        growth_bytes: signed(bytes_after) - signed(bytes_before),
        parked_bytes,
        surprises: surprises(written),
    })
}

fn surprises(written: Written) -> Vec<String> {
    let mut surprises = written.failures;
    surprises.dedup();
    surprises
        .iter()
        .map(|failure| format!("an order could not be placed: {failure}"))
        .collect()
}

/// What a stage took, and when it began.
type Went = Vec<(String, Instant, Duration)>;

fn go(
    database: &mut dyn Database,
    stages: &[Loaded],
    migrations: &MigrationScripts,
    copies: &Copies,
    scratch: &std::path::Path,
    say: &dyn Fn(String),
) -> Outcome<Went> {
    let pause = Duration::from_millis(migrations.batch_pause_ms.into());
    let mut went = Went::new();
    for stage in stages {
        if stage.stage == stages::PARK {
            // Both schemas are there now, for the last time.
            copies::copy(&copies.migrated, &copies.switched, scratch)?;
        }
        let began = Instant::now();
        runner::go(
            database,
            std::slice::from_ref(stage),
            migrations.batch_rows,
            &mut |happened| {
                if let Happened::Batch { .. } = happened {
                    std::thread::sleep(pause);
                }
                Ok(())
            },
        )?;
        let took = began.elapsed();
        say(format!("{}: {} ms", stage.stage, took.as_millis()));
        went.push((stage.stage.clone(), began, took));
    }
    if went.is_empty() {
        Err(Failure::new("there is no stage to rehearse"))
    } else {
        Ok(went)
    }
}

/// Bytes of everything that stays, and of what is parked.
fn bytes(database: &mut dyn Database) -> Outcome<(u64, u64)> {
    let sizes = database.sizes()?;
    let (mut stays, mut parked) = (sizes.indexes.values().sum::<u64>(), 0);
    for (name, bytes) in &sizes.tables {
        if name.starts_with("parked_") {
            parked += bytes;
        } else {
            stays += bytes;
        }
    }
    Ok((stays, parked))
}
