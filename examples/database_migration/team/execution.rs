//! The one time that counts.

use examples::{
    database_migration,
    database_migration_plan::artifacts::{
        ApplicationChange, BenchmarkReport, DatabaseAccess, IndexScripts, IntegrityReport, MigrationRecord,
        MigrationScripts, MigrationWindow, RollbackPlan, SuccessCriteria, Transformations, ValidatorSet,
    },
};
use workflow_runtime::prelude::*;

use super::{
    Team, aside, sayer,
    testing::{judged, say_figures, say_integrity},
};
use crate::{
    engine,
    execution::{perform, undo, verify},
    testing::{
        figures::{self, Effort},
        gates,
        rehearsal::{self, Copies},
    },
};

/// On production fewer values are asked for at once, and oftener.
const WATCHING: Effort = Effort {
    samples: 12,
    repeats: 2,
};

impl database_migration::Execution for Team {
    async fn execute_migration(
        &self,
        cx: &StepContext,
        database: &DatabaseAccess,
        migrations: &MigrationScripts,
        transformations: &Transformations,
        indexes: &IndexScripts,
        rollback_plan: &RollbackPlan,
        window: &MigrationWindow,
    ) -> StepResult<MigrationRecord> {
        let (outputs, say) = (self.folders.of(cx)?, sayer(cx));
        let scripts = rehearsal::in_order(migrations, transformations, indexes);
        let restored = engine::copy_of(database, outputs.root(), cx.run_id(), "production_before")?;
        let (access, migrations) = (database.clone(), migrations.clone());
        let (rollback, window) = (rollback_plan.clone(), window.clone());
        let copies = Copies::of(database, &outputs, cx.run_id())?;
        let record = aside(move || {
            let order = perform::Order {
                access: &access,
                migrations: &migrations,
                scripts: &scripts,
                rollback: &rollback,
                window: &window,
                restored: &restored,
            };
            let record = perform::perform(&order, &outputs, &say)?;
            // They hold what is personal, and nobody looks at them any more.
            copies.discard()?;
            Ok(record)
        })
        .await?;
        cx.say(format_args!(
            "{} rows in {} batches, {} pauses, the slowest look-up beside it {:.1} ms",
            record.rows_moved, record.batches, record.pauses, record.slowest_probe_ms
        ));
        Ok(record)
    }

    async fn roll_back_migration(
        &self,
        cx: &StepContext,
        database: &DatabaseAccess,
        migrations: &MigrationScripts,
        transformations: &Transformations,
        indexes: &IndexScripts,
        _: &RollbackPlan,
        _: &MigrationWindow,
        _: Option<&MigrationRecord>,
    ) -> StepResult<()> {
        let (outputs, say) = (self.folders.of(cx)?, sayer(cx));
        let scripts = rehearsal::in_order(migrations, transformations, indexes);
        let (access, migrations) = (database.clone(), migrations.clone());
        aside(move || undo::roll_back(&access, &migrations, &scripts, &outputs, &say)).await?;
        Ok(())
    }

    async fn verify_production(
        &self,
        cx: &StepContext,
        migrated: &MigrationRecord,
        validators: &ValidatorSet,
        application: &ApplicationChange,
    ) -> StepResult<IntegrityReport> {
        let (record, validators, change) = (migrated.clone(), validators.clone(), application.clone());
        let report = aside(move || verify::verify(&record, &validators, &change)).await?;
        self.folders
            .of(cx)?
            .write_json("reports/production-integrity.json", &report)?;
        say_integrity(cx, &report);
        Ok(report)
    }

    async fn monitor_performance(
        &self,
        cx: &StepContext,
        migrated: &MigrationRecord,
        criteria: &SuccessCriteria,
    ) -> StepResult<BenchmarkReport> {
        let (before, after, criteria) = (
            migrated.before.clone(),
            migrated.production.clone(),
            criteria.clone(),
        );
        let say = sayer(cx);
        let report = aside(move || figures::watch(&before, &after, WATCHING, &criteria, &say)).await?;
        let outputs = self.folders.of(cx)?;
        outputs.write_json("reports/production.json", &report)?;
        outputs.sweep();
        say_figures(cx, &report);
        Ok(report)
    }

    async fn holds_in_production(
        &self,
        cx: &StepContext,
        production_integrity: &IntegrityReport,
        production_figures: &BenchmarkReport,
        criteria: &SuccessCriteria,
    ) -> StepResult<Verdict> {
        let mut objections = gates::differences(production_integrity, criteria.rows_differing_at_most);
        objections.extend(gates::slow_statements(production_figures, criteria));
        Ok(judged(cx, &objections, "production keeps the criteria"))
    }
}
