//! What is there.

use examples::{
    database_migration,
    database_migration_plan::artifacts::{
        DatabaseAccess, GrowthRecord, PainPoints, QueryMetrics, RecoveryReview, SchemaAnalysis,
    },
};
use workflow_runtime::prelude::*;

use super::{Team, aside};
use crate::{
    assessment::{analysis, backups, growth, metrics, pains},
    engine,
};

impl database_migration::Assessment for Team {
    async fn analyze_schema(
        &self,
        cx: &StepContext,
        database: &DatabaseAccess,
    ) -> StepResult<SchemaAnalysis> {
        let outputs = self.folders.begin_or_go_on(cx)?;
        let access = database.clone();
        let schema = aside(move || analysis::analyze(&access)).await?;
        outputs.write_json("reports/schema.json", &schema)?;
        let rows: u64 = schema.tables.iter().map(|table| table.rows).sum();
        cx.say(format_args!(
            "{}: {} tables, {rows} rows, {} faults",
            schema.version,
            schema.tables.len(),
            schema.faults.len()
        ));
        Ok(schema)
    }

    async fn identify_pain_points(
        &self,
        cx: &StepContext,
        schema: &SchemaAnalysis,
    ) -> StepResult<PainPoints> {
        let pains = pains::identify(schema);
        let lost: u32 = pains.points.iter().map(|point| point.lost_min_per_week).sum();
        cx.say(format_args!(
            "{} pains, {lost} minutes a week",
            pains.points.len()
        ));
        Ok(pains)
    }

    async fn collect_query_metrics(
        &self,
        cx: &StepContext,
        database: &DatabaseAccess,
        pain_points: &PainPoints,
    ) -> StepResult<QueryMetrics> {
        let (access, pains) = (database.clone(), pain_points.clone());
        let metrics = aside(move || metrics::collect(&access, &pains)).await?;
        self.folders
            .of(cx)?
            .write_json("reports/baseline.json", &metrics)?;
        for query in &metrics.queries {
            cx.say(format_args!(
                "{}: p99 {:.2} ms, {} rows read",
                query.name, query.latency.p99_ms, query.rows_read_per_call
            ));
        }
        Ok(metrics)
    }

    async fn document_growth(
        &self,
        cx: &StepContext,
        database: &DatabaseAccess,
        current_schema: &SchemaAnalysis,
    ) -> StepResult<GrowthRecord> {
        let (access, schema) = (database.clone(), current_schema.clone());
        let growth = aside(move || growth::document(&access, &schema)).await?;
        let full = growth
            .disk_full_in_days
            .map_or(String::new(), |days| format!(", disk full in {days} days"));
        cx.say(format_args!(
            "{} bytes of data, {} of indexes, {} a day{full}",
            growth.data_bytes, growth.index_bytes, growth.growth_bytes_per_day
        ));
        Ok(growth)
    }

    async fn evaluate_backups(
        &self,
        cx: &StepContext,
        database: &DatabaseAccess,
        growth: &GrowthRecord,
    ) -> StepResult<RecoveryReview> {
        let outputs = self.folders.of(cx)?;
        let (access, growth) = (database.clone(), growth.clone());
        let restored = engine::copy_of(database, outputs.root(), cx.run_id(), "restored")?;
        let backup = outputs.place("backups/assessment.backup");
        let review = aside(move || backups::evaluate(&access, &growth, &backup, &restored)).await?;
        cx.say(format_args!(
            "{} rows restored in {} ms, {} gaps",
            review.restored_rows,
            review.restore_took_ms,
            review.gaps.len()
        ));
        Ok(review)
    }
}
