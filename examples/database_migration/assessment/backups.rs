//! Makes a backup, restores it into another database, and compares every value.

use std::{path::Path, time::Instant};

use examples::{
    database_migration_plan::artifacts::{Address, DatabaseAccess, Engine, GrowthRecord, RecoveryReview},
    failure::{During, Outcome},
};

use crate::engine::{self, checksum, copies};

/// Tries it. The backup is kept at `backup`; the restored copy is gone afterwards.
///
/// # Errors
/// When a backup cannot be made or restored.
pub fn evaluate(
    access: &DatabaseAccess,
    growth: &GrowthRecord,
    backup: &Path,
    restored: &Address,
) -> Outcome<RecoveryReview> {
    let production = engine::production(access)?;
    copies::back_up(&production, backup)?;
    let begun = Instant::now();
    copies::restore(backup, restored)?;
    let took = begun.elapsed();
    let sum = |address: &Address| checksum::of_database(engine::open(address)?.as_mut());
    let restored_rows_match = sum(&production)? == sum(restored)?;
    let restored_rows = rows(restored)?;
    copies::discard(restored)?;
    let took_min = u32::try_from(took.as_secs() / 60 + 1).unwrap_or(u32::MAX);
    Ok(RecoveryReview {
        method: copies::method(&production).to_owned(),
        interval_min: access.backup_interval_min,
        recovery_point_min: access.backup_interval_min,
        restore_took_min: Some(took_min),
        restore_took_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        restored_age_h: 0,
        restored_rows,
        restored_rows_match,
        gaps: gaps(access, growth, &production, backup)?,
    })
}

fn rows(address: &Address) -> Outcome<u64> {
    let mut database = engine::open(address)?;
    let mut rows = 0;
    for table in database.catalogue()?.tables {
        rows += database.count(&format!("SELECT count(*) FROM {}", table.name))?;
    }
    Ok(rows)
}

fn gaps(
    access: &DatabaseAccess,
    growth: &GrowthRecord,
    production: &Address,
    backup: &Path,
) -> Outcome<Vec<String>> {
    let mut gaps = Vec::new();
    let interval = i64::from(access.backup_interval_min);
    if interval > 60 {
        let lost = growth.growth_bytes_per_day * interval / 1_440;
        gaps.push(format!(
            "up to {interval} minutes of writes are lost, {lost} bytes at today's growth"
        ));
    }
    if let Address::File(file) = production
        && is_on_same_disk(file, backup)?
    {
        gaps.push(String::from(
            "the backup lies on the disk of production; one fault takes both",
        ));
    }
    if access.engine == Engine::Postgres {
        gaps.push(String::from(
            "a dump has no log, so nothing between two dumps can be brought back",
        ));
    }
    Ok(gaps)
}

#[cfg(unix)]
fn is_on_same_disk(one: &Path, other: &Path) -> Outcome<bool> {
    use std::os::unix::fs::MetadataExt;
    let disk = |path: &Path| {
        path.metadata()
            .map(|data| data.dev())
            .during(format_args!("looking at `{}`", path.display()))
    };
    Ok(disk(one)? == disk(other)?)
}

#[cfg(not(unix))]
fn is_on_same_disk(_: &Path, _: &Path) -> Outcome<bool> {
    Ok(true)
}
