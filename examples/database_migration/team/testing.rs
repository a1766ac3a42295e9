//! The whole migration on copies.

use examples::{
    database_migration,
    database_migration_plan::artifacts::{
        Address, ApplicationChange, ApplicationTests, BenchmarkReport, DatabaseAccess, IndexScripts,
        IntegrityReport, MigrationScripts, QueryMetrics, Rehearsal, RollbackDrill, RollbackPlan,
        SuccessCriteria, Transformations, ValidatorSet,
    },
    failure::Outcome,
};
use workflow_runtime::prelude::*;

use super::{Team, aside, sayer};
use crate::{
    development::compare,
    engine::{self, server},
    testing::{
        application, drill,
        figures::{self, Effort},
        gates,
        rehearsal::{self, Copies},
    },
};

/// The copies of the run whose rehearsal this is.
fn copies(rehearsal: &Rehearsal, run: &str) -> Copies {
    let beside = |name: &str| match &rehearsal.copy {
        Address::File(file) => Address::File(file.with_file_name(format!("{name}.db"))),
        Address::Server { variable, .. } => Address::Server {
            variable: variable.clone(),
            database: Some(server::database_name(run, name)),
        },
    };
    Copies {
        before: rehearsal.before.clone(),
        migrated: rehearsal.copy.clone(),
        switched: rehearsal.switched.clone(),
        scratch: beside("scratch"),
        drill: beside("drill"),
    }
}

impl database_migration::Testing for Team {
    async fn rehearse_migration(
        &self,
        cx: &StepContext,
        database: &DatabaseAccess,
        migrations: &MigrationScripts,
        transformations: &Transformations,
        indexes: &IndexScripts,
    ) -> StepResult<Rehearsal> {
        let outputs = self.folders.of(cx)?;
        let (access, migrations) = (database.clone(), migrations.clone());
        let scripts = rehearsal::in_order(&migrations, transformations, indexes);
        let (copies, say) = (Copies::of(database, &outputs, cx.run_id())?, sayer(cx));
        let rehearsed =
            aside(move || rehearsal::rehearse(&access, &migrations, scripts, &copies, &outputs, &say))
                .await?;
        let blocked = rehearsed
            .stages
            .iter()
            .map(|stage| stage.blocked_writers_ms)
            .max();
        cx.say(format_args!(
            "{} orders placed meanwhile, none lost; the longest wait {} ms; {:+.1} % in size",
            rehearsed.orders_meanwhile,
            blocked.unwrap_or_default(),
            gates::growth_percent(&rehearsed)
        ));
        Ok(rehearsed)
    }

    async fn discard_copy(
        &self,
        cx: &StepContext,
        database: &DatabaseAccess,
        _: &MigrationScripts,
        _: &Transformations,
        _: &IndexScripts,
        _: Option<&Rehearsal>,
    ) -> StepResult<()> {
        let copies = Copies::of(database, &self.folders.of(cx)?, cx.run_id())?;
        aside(move || copies.discard()).await?;
        cx.say("the copies are gone");
        Ok(())
    }

    async fn measure_performance(
        &self,
        cx: &StepContext,
        rehearsal: &Rehearsal,
        query_metrics: &QueryMetrics,
        criteria: &SuccessCriteria,
    ) -> StepResult<BenchmarkReport> {
        let (before, after, criteria) = (rehearsal.before.clone(), rehearsal.copy.clone(), criteria.clone());
        let effort = Effort {
            samples: query_metrics.load.samples,
            repeats: query_metrics.load.repeats,
        };
        let report = aside(move || figures::measure(&before, &after, effort, &criteria)).await?;
        self.folders.of(cx)?.write_json("reports/staging.json", &report)?;
        say_figures(cx, &report);
        Ok(report)
    }

    async fn validate_staging_data(
        &self,
        cx: &StepContext,
        rehearsal: &Rehearsal,
        validators: &ValidatorSet,
    ) -> StepResult<IntegrityReport> {
        let (rehearsal, validators) = (rehearsal.clone(), validators.clone());
        let compare = move || -> Outcome<IntegrityReport> {
            let mut before = engine::open(&rehearsal.before)?;
            let mut after = engine::open(&rehearsal.copy)?;
            compare::run(
                &validators.validators,
                before.as_mut(),
                after.as_mut(),
                &rehearsal.watermarks,
            )
        };
        let report = aside(compare).await?;
        self.folders
            .of(cx)?
            .write_json("reports/staging-integrity.json", &report)?;
        say_integrity(cx, &report);
        Ok(report)
    }

    async fn test_application(
        &self,
        cx: &StepContext,
        rehearsal: &Rehearsal,
        application: &ApplicationChange,
    ) -> StepResult<ApplicationTests> {
        let (outputs, copies) = (self.folders.of(cx)?, copies(rehearsal, cx.run_id()));
        let (rehearsal, change) = (rehearsal.clone(), application.clone());
        let tests = aside(move || application::run(&rehearsal, &change, &copies, &outputs)).await?;
        for report in [&tests.on_old_schema, &tests.on_new_schema] {
            cx.say(format_args!(
                "{}: {} passed, {} failed",
                report.suite,
                report.passed,
                report.failures.len()
            ));
        }
        Ok(tests)
    }

    async fn practise_rollback(
        &self,
        cx: &StepContext,
        rehearsal: &Rehearsal,
        migrations: &MigrationScripts,
        rollback_plan: &RollbackPlan,
    ) -> StepResult<RollbackDrill> {
        let (outputs, copies) = (self.folders.of(cx)?, copies(rehearsal, cx.run_id()));
        let (rehearsal, migrations, plan) = (rehearsal.clone(), migrations.clone(), rollback_plan.clone());
        let drill = aside(move || drill::practise(&rehearsal, &migrations, &plan, &copies, &outputs)).await?;
        let took: u64 = drill.stages.iter().map(|stage| stage.took_ms).sum();
        let same = if drill.checksum_before == drill.checksum_after {
            "the same"
        } else {
            "another"
        };
        cx.say(format_args!(
            "{} stages back in {took} ms, {same} checksum",
            drill.stages.len()
        ));
        Ok(drill)
    }

    async fn criteria_met(
        &self,
        cx: &StepContext,
        staging_figures: &BenchmarkReport,
        rehearsal: &Rehearsal,
        criteria: &SuccessCriteria,
    ) -> StepResult<Verdict> {
        let mut objections = gates::slow_statements(staging_figures, criteria);
        objections.extend(gates::costs(rehearsal, criteria));
        Ok(judged(cx, &objections, "every statement keeps its criterion"))
    }

    async fn fit_for_production(
        &self,
        cx: &StepContext,
        staging_integrity: &IntegrityReport,
        application_tests: &ApplicationTests,
        rollback_drill: &RollbackDrill,
    ) -> StepResult<Verdict> {
        let mut objections = gates::differences(staging_integrity, 0);
        objections.extend(gates::failed_tests(application_tests));
        objections.extend(gates::wrong_way_back(rollback_drill));
        Ok(judged(
            cx,
            &objections,
            "no row differs, the application works, and the way back was walked",
        ))
    }
}

/// Passes where there is no objection.
pub(super) fn judged(cx: &StepContext, objections: &[String], praise: &str) -> Verdict {
    if objections.is_empty() {
        cx.say(praise);
    }
    Verdict::pass_if(objections.is_empty(), objections.join("; "))
}

pub(super) fn say_figures(cx: &StepContext, report: &BenchmarkReport) {
    for figure in &report.queries {
        cx.say(format_args!(
            "{}: p99 {:.3} ms, before {:.3} ms",
            figure.query, figure.latency.p99_ms, figure.before.p99_ms
        ));
    }
}

pub(super) fn say_integrity(cx: &StepContext, report: &IntegrityReport) {
    let differing: u64 = report.outcomes.iter().map(|outcome| outcome.rows_differing).sum();
    cx.say(format_args!(
        "{} comparisons, {differing} rows differ, {} set aside",
        report.outcomes.len(),
        report.rows_set_aside
    ));
}
