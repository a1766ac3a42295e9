//! What it shall become.

use examples::{
    database_migration,
    database_migration_plan::artifacts::{
        GrowthRecord, MigrationStrategy, PainPoints, QueryMetrics, RecoveryReview, RollbackPlan,
        SchemaAnalysis, SuccessCriteria, TargetSchema, ValidationPlan,
    },
};
use workflow_runtime::prelude::*;

use super::Team;
use crate::planning::{criteria, strategy, target, validation};

impl database_migration::Planning for Team {
    async fn design_target_schema(
        &self,
        cx: &StepContext,
        current_schema: &SchemaAnalysis,
        pain_points: &PainPoints,
        query_metrics: &QueryMetrics,
        _growth: &GrowthRecord,
    ) -> StepResult<TargetSchema> {
        let target = target::design(current_schema, pain_points, query_metrics, cx.round());
        for index in &target.indexes {
            cx.say(format_args!(
                "index on {} ({})",
                index.table,
                index.columns.join(", ")
            ));
        }
        let carried = target.tables.iter().flat_map(|table| &table.columns);
        let carried = carried.filter(|column| column.carried.is_some()).count();
        cx.say(format_args!(
            "{carried} new columns, {} indexes",
            target.indexes.len()
        ));
        Ok(target)
    }

    async fn plan_migration(
        &self,
        cx: &StepContext,
        current_schema: &SchemaAnalysis,
        target_schema: &TargetSchema,
        growth: &GrowthRecord,
    ) -> StepResult<MigrationStrategy> {
        let strategy = strategy::plan(current_schema, target_schema, growth);
        cx.say(format_args!(
            "{} stages, batches of {} rows, about {} min",
            strategy.stages.len(),
            strategy.batch_rows,
            strategy.expected_min
        ));
        Ok(strategy)
    }

    async fn plan_rollback(
        &self,
        cx: &StepContext,
        strategy: &MigrationStrategy,
        recovery: &RecoveryReview,
    ) -> StepResult<RollbackPlan> {
        let plan = strategy::roll_back(strategy, recovery);
        cx.say(format_args!(
            "{} stages reversed, no point of no return",
            plan.stages.len()
        ));
        Ok(plan)
    }

    async fn set_success_criteria(
        &self,
        cx: &StepContext,
        query_metrics: &QueryMetrics,
        pain_points: &PainPoints,
        strategy: &MigrationStrategy,
    ) -> StepResult<SuccessCriteria> {
        let criteria = criteria::set(query_metrics, pain_points, strategy);
        for criterion in &criteria.queries {
            cx.say(format_args!(
                "{}: p99 at most {:.2} ms, {:.0} % of before",
                criterion.query, criterion.p99_ms_at_most, criterion.percent_of_before_at_most
            ));
        }
        Ok(criteria)
    }

    async fn design_validation(
        &self,
        cx: &StepContext,
        target_schema: &TargetSchema,
        _strategy: &MigrationStrategy,
        _criteria: &SuccessCriteria,
    ) -> StepResult<ValidationPlan> {
        let plan = validation::design(target_schema);
        cx.say(format_args!(
            "{} comparisons, on all of production",
            plan.comparisons.len()
        ));
        Ok(plan)
    }
}
