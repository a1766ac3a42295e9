//! The service, tested and judged.

use examples::{
    backend_development,
    backend_development_plan::artifacts::{
        AccessControl, ApiSpecification, Benchmark, ContractReport, CoverageReport, Endpoints, ErrorPolicy,
        ErrorReport, InputValidation, IntegrationSuite, QualityCriteria, Requirements, SecurityPlan,
        SecurityReport, UnitTests,
    },
};
use workflow_runtime::prelude::*;

use super::Team;
use crate::{benchmark, contract, coverage, errors, judgement, security};

impl backend_development::IntegrationAndTesting for Team {
    async fn test_endpoints(
        &self,
        cx: &StepContext,
        suite: &IntegrationSuite,
        api: &ApiSpecification,
        endpoints: &Endpoints,
    ) -> StepResult<ContractReport> {
        let report = contract::run(suite, api, endpoints, &self.folders.begin_or_go_on(cx)?).await?;
        cx.say(format_args!(
            "{} operations by {} calls, {} answers that are not as specified",
            report.operations_called.len(),
            report.calls,
            report.deviations.len()
        ));
        Ok(report)
    }

    async fn verify_error_handling(
        &self,
        cx: &StepContext,
        suite: &IntegrationSuite,
        policy: &ErrorPolicy,
        validation: &InputValidation,
    ) -> StepResult<ErrorReport> {
        let report = errors::run(suite, policy, validation, &self.folders.begin_or_go_on(cx)?).await?;
        cx.say(format_args!(
            "{} of {} kinds of errors caused, {} answered otherwise, {} leaks",
            report.classes_caused.len(),
            policy.classes.len(),
            report.deviations.len(),
            report.leaks.len()
        ));
        Ok(report)
    }

    async fn test_security(
        &self,
        cx: &StepContext,
        plan: &SecurityPlan,
        access: &AccessControl,
        endpoints: &Endpoints,
    ) -> StepResult<SecurityReport> {
        let report = security::run(plan, access, endpoints, &self.folders.begin_or_go_on(cx)?).await?;
        cx.say(format_args!(
            "{} threats tried by {} calls, {} left to people, {} findings",
            report.threats_tried.len(),
            report.calls.values().sum::<u32>(),
            report.threats_left_to_people.len(),
            report.findings.len()
        ));
        Ok(report)
    }

    async fn measure_load(
        &self,
        cx: &StepContext,
        endpoints: &Endpoints,
        criteria: &QualityCriteria,
    ) -> StepResult<Benchmark> {
        let benchmark = benchmark::run(endpoints, criteria, &self.folders.begin_or_go_on(cx)?).await?;
        for result in &benchmark.results {
            cx.say(format_args!(
                "{} {}: {:.2} {}",
                result.requirement.0, result.metric, result.measured, result.unit
            ));
        }
        Ok(benchmark)
    }

    async fn document_coverage(
        &self,
        cx: &StepContext,
        requirements: &Requirements,
        unit: &UnitTests,
        endpoints: &ContractReport,
        errors: &ErrorReport,
        security: &SecurityReport,
        benchmark: &Benchmark,
    ) -> StepResult<CoverageReport> {
        let report = coverage::of(requirements, unit, endpoints, errors, security, benchmark);
        self.folders
            .begin_or_go_on(cx)?
            .write_json("reports/coverage.json", &report)?;
        cx.say(format_args!(
            "{} requirements shown or explained, {} not",
            report.requirements.len(),
            report.uncovered.len()
        ));
        Ok(report)
    }

    async fn quality(
        &self,
        cx: &StepContext,
        endpoints: &ContractReport,
        errors: &ErrorReport,
        security: &SecurityReport,
        coverage: &CoverageReport,
    ) -> StepResult<Verdict> {
        let objections = judgement::of_quality(endpoints, errors, security, coverage);
        cx.say(format_args!("{} objections", objections.len()));
        Ok(Verdict::pass_if(objections.is_empty(), objections.join("; ")))
    }

    async fn within_reach(
        &self,
        cx: &StepContext,
        benchmark: &Benchmark,
        criteria: &QualityCriteria,
    ) -> StepResult<Verdict> {
        let objections = judgement::of_reach(benchmark, criteria);
        cx.say(format_args!(
            "{} criteria, {} out of reach",
            criteria.criteria.len(),
            objections.len()
        ));
        Ok(Verdict::pass_if(objections.is_empty(), objections.join("; ")))
    }
}
