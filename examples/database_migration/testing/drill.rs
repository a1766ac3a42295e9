//! Takes a second copy there and back again, stage by stage.

use std::time::Duration;

use examples::{
    database_migration_plan::artifacts::{
        MigrationScripts, Rehearsal, RollbackDrill, RollbackPlan, StageTiming,
    },
    failure::{Outcome, ensure},
    outputs::Outputs,
};

use super::rehearsal::Copies;
use crate::{
    engine::{self, checksum, copies},
    migration::runner::{self, Happened},
};

/// Practises; the copy is gone afterwards.
///
/// # Errors
/// When a stage fails there or back, or a script is not the rehearsed one.
pub fn practise(
    rehearsal: &Rehearsal,
    migrations: &MigrationScripts,
    plan: &RollbackPlan,
    copies: &Copies,
    outputs: &Outputs,
) -> Outcome<RollbackDrill> {
    let strange = migrations
        .scripts
        .iter()
        .find(|script| !rehearsal.scripts.contains(script));
    ensure(
        strange.is_none(),
        format_args!(
            "the script of stage `{}` was not rehearsed",
            strange.map_or("", |script| &script.stage)
        ),
    )?;
    copies::copy(&rehearsal.before, &copies.drill, outputs.scratch()?.path())?;
    let mut database = engine::open(&copies.drill)?;
    let database_of_drill = database.as_mut();
    let checksum_before = checksum::of_database(database_of_drill)?;
    let stages = runner::load(outputs.root(), &rehearsal.scripts.iter().collect::<Vec<_>>())?;
    runner::go(database_of_drill, &stages, migrations.batch_rows, &mut |_| Ok(()))?;
    let mut taken_back: Vec<StageTiming> = Vec::new();
    runner::back(
        database_of_drill,
        &stages,
        migrations.batch_rows,
        &mut |happened| {
            if let Happened::StageDone(stage, took) = happened {
                taken_back.push(timing(stage, took));
            }
            Ok(())
        },
    )?;
    let unplanned = taken_back
        .iter()
        .find(|timing| plan.stages.iter().all(|way| way.stage != timing.stage));
    ensure(
        unplanned.is_none(),
        format_args!(
            "nobody planned the way back from stage `{}`",
            unplanned.map_or("", |timing| &timing.stage)
        ),
    )?;
    let checksum_after = checksum::of_database(database_of_drill)?;
    drop(database);
    copies::discard(&copies.drill)?;
    Ok(RollbackDrill {
        stages: taken_back,
        checksum_before,
        checksum_after,
        interventions: Vec::new(),
    })
}

/// Nobody writes to the drill's copy, so nobody is blocked.
fn timing(stage: &str, took: Duration) -> StageTiming {
    StageTiming {
        stage: stage.to_owned(),
        took_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        blocked_writers_ms: 0,
        downtime_ms: 0,
    }
}
