//! The service, measured closely, and what came of tuning it judged.

use examples::{
    backend_development,
    backend_development_plan::artifacts::{
        Benchmark, Bottlenecks, CoverageReport, Endpoints, QualityCriteria, Refactoring, TuningGains,
    },
};
use workflow_runtime::prelude::*;

use super::Team;
use crate::{judgement, profile};

impl backend_development::OptimizationAndRefinement for Team {
    async fn waive(
        &self,
        _: &StepContext,
        benchmark: &Benchmark,
        criteria: &QualityCriteria,
        _: &CoverageReport,
    ) -> StepResult<Option<Waiver>> {
        Ok(judgement::of_room(benchmark, criteria).map(Waiver::because))
    }

    async fn profile(
        &self,
        cx: &StepContext,
        benchmark: &Benchmark,
        endpoints: &Endpoints,
    ) -> StepResult<Bottlenecks> {
        let bottlenecks = profile::run(benchmark, endpoints, &self.folders.begin_or_go_on(cx)?).await?;
        if let Some(largest) = bottlenecks.costs.first() {
            cx.say(format_args!(
                "most goes to `{}`: {} percent",
                largest.place, largest.time_percent
            ));
        }
        Ok(bottlenecks)
    }

    async fn criteria_met(
        &self,
        cx: &StepContext,
        gains: &TuningGains,
        refactoring: &Refactoring,
        criteria: &QualityCriteria,
    ) -> StepResult<Verdict> {
        let objections = judgement::of_gains(gains, refactoring, criteria);
        cx.say(format_args!(
            "{} figures, {} objections",
            gains.figures.len(),
            objections.len()
        ));
        Ok(Verdict::pass_if(objections.is_empty(), objections.join("; ")))
    }
}
