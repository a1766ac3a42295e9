//! Everything that the migration needs.

use examples::{
    database_migration,
    database_migration_plan::artifacts::{
        GrowthRecord, IndexScripts, MigrationScripts, MigrationStrategy, QueryMetrics, RollbackPlan,
        SchemaAnalysis, TargetSchema, Transformations, ValidationPlan, ValidatorSet,
    },
};
use workflow_runtime::prelude::*;

use super::{Team, aside};
use crate::development::{indexes, scripts, transformations, validators};

impl database_migration::Development for Team {
    async fn write_migrations(
        &self,
        cx: &StepContext,
        target_schema: &TargetSchema,
        strategy: &MigrationStrategy,
        rollback_plan: &RollbackPlan,
    ) -> StepResult<MigrationScripts> {
        let scripts = scripts::write(target_schema, strategy, rollback_plan, &self.folders.of(cx)?)?;
        cx.say(format_args!(
            "{} scripts, each with its reverse",
            scripts.scripts.len()
        ));
        Ok(scripts)
    }

    async fn write_transformations(
        &self,
        cx: &StepContext,
        current_schema: &SchemaAnalysis,
        target_schema: &TargetSchema,
        migrations: &MigrationScripts,
    ) -> StepResult<Transformations> {
        let written =
            transformations::write(current_schema, target_schema, migrations, &self.folders.of(cx)?)?;
        cx.say(format_args!(
            "{} rules, {} repairs",
            written.rules.len(),
            written.cleanings.len()
        ));
        Ok(written)
    }

    async fn build_indexes(
        &self,
        cx: &StepContext,
        target_schema: &TargetSchema,
        query_metrics: &QueryMetrics,
        growth: &GrowthRecord,
    ) -> StepResult<IndexScripts> {
        let written = indexes::write(target_schema, query_metrics, growth, &self.folders.of(cx)?)?;
        let bytes: u64 = written.indexes.iter().map(|index| index.expected_bytes).sum();
        cx.say(format_args!(
            "{} indexes, about {bytes} bytes",
            written.indexes.len()
        ));
        Ok(written)
    }

    async fn build_validators(
        &self,
        cx: &StepContext,
        validation_plan: &ValidationPlan,
        transformations: &Transformations,
    ) -> StepResult<ValidatorSet> {
        let outputs = self.folders.of(cx)?;
        let (plan, transformations) = (validation_plan.clone(), transformations.clone());
        let built = aside(move || validators::build(&plan, &transformations, &outputs)).await?;
        let found = built
            .validators
            .iter()
            .filter(|validator| validator.found_planted_fault)
            .count();
        cx.say(format_args!(
            "{found} of {} found the fault that was planted for them",
            built.validators.len()
        ));
        Ok(built)
    }
}
