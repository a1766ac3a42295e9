//! The order of phases as types: each function compiles only if the phases come in the order in which it walks them.

#![expect(dead_code, reason = "that it compiles is the test")]

use std::sync::Arc;

use examples::{Authentication, BackendDevelopment, DatabaseMigration, Microservice};
use examples::{authentication, backend_development, database_migration, microservice};
use workflow_runtime::prelude::*;

/// Passes the run on, or stops the walk where the phase sends back.
macro_rules! passed {
    ($outcome:expr, $of:path) => {
        match $outcome {
            $of(run) => run,
            back => return Err(format!("sent back: {back:?}").into()),
        }
    };
}

type Walked<R> = Result<R, Box<dyn std::error::Error>>;

async fn authentication<T: authentication::Steps>(
    run: Authentication<authentication::Start>,
    team: &Arc<T>,
) -> Walked<Authentication<authentication::Done>> {
    use authentication::{SecurityArchitectureOutcome, SecurityTestingOutcome};
    let run = run.requirements_analysis(team).await?;
    let run = passed!(
        run.security_architecture(team).await?,
        SecurityArchitectureOutcome::Passed
    );
    let run = run.implementation(team).await?;
    let run = passed!(run.security_testing(team).await?, SecurityTestingOutcome::Passed);
    Ok(run.integration_and_deployment(team).await?)
}

async fn backend_development<T: backend_development::Steps>(
    run: BackendDevelopment<backend_development::Start>,
    team: &Arc<T>,
    waiver: Option<Waiver>,
) -> Walked<BackendDevelopment<backend_development::Done>> {
    use backend_development::*;
    let run = passed!(
        run.requirements_analysis(team).await?,
        RequirementsAnalysisOutcome::Passed
    );
    let run = passed!(
        run.architecture_and_design(team).await?,
        ArchitectureAndDesignOutcome::Passed
    );
    let run = passed!(
        run.implementation_planning(team).await?,
        ImplementationPlanningOutcome::Passed
    );
    let run = passed!(
        run.core_implementation(team).await?,
        CoreImplementationOutcome::Passed
    );
    let run = passed!(
        run.integration_and_testing(team).await?,
        IntegrationAndTestingOutcome::Passed
    );
    let run: BackendDevelopment<after::OptimizationAndRefinement> = match waiver {
        Some(waiver) => run.skip_optimization_and_refinement(waiver).await?,
        None => {
            passed!(
                run.optimization_and_refinement(team).await?,
                OptimizationAndRefinementOutcome::Passed
            )
        }
    };
    let run = run.documentation_and_delivery(team).await?;
    Ok(passed!(run, DocumentationAndDeliveryOutcome::Passed))
}

async fn database_migration<T: database_migration::Steps>(
    run: DatabaseMigration<database_migration::Start>,
    team: &Arc<T>,
) -> Walked<DatabaseMigration<database_migration::Done>> {
    use database_migration::{PlanningOutcome, TestingOutcome};
    let run = run.assessment(team).await?;
    let run = passed!(run.planning(team).await?, PlanningOutcome::Passed);
    let run = run.development(team).await?;
    let run = passed!(run.testing(team).await?, TestingOutcome::Passed);
    Ok(run.execution(team).await?)
}

async fn microservice<T: microservice::Steps>(
    run: Microservice<microservice::Start>,
    team: &Arc<T>,
) -> Walked<Microservice<microservice::Done>> {
    use microservice::{ServiceDefinitionOutcome, TestingOutcome};
    let run = passed!(
        run.service_definition(team).await?,
        ServiceDefinitionOutcome::Passed
    );
    let run = run.architecture_design(team).await?;
    let run = run.infrastructure_setup(team).await?;
    let run = run.implementation(team).await?;
    let run = passed!(run.testing(team).await?, TestingOutcome::Passed);
    Ok(run.deployment_and_operation(team).await?)
}

/// Where a rejection leads, as types: in front of the phase that it sends back to.
fn migration_sent_back(outcome: database_migration::TestingOutcome) {
    use database_migration::{TestingOutcome, after};
    match outcome {
        TestingOutcome::Passed(run) => drop::<DatabaseMigration<after::Testing>>(run),
        TestingOutcome::BackToPlanning(run, _) => drop::<DatabaseMigration<after::Assessment>>(run),
        TestingOutcome::BackToDevelopment(run, _) => drop::<DatabaseMigration<after::Planning>>(run),
    }
}

/// What may be done from a phase on, and what each later phase therefore permits.
mod past {
    /// For each phase, in order, a function that its end permits and that calls the one before.
    macro_rules! chain {
        ($plan:ident in $module:ident: $first:ident, $($before:ident => $phase:ident),+) => {
            #[expect(non_snake_case, reason = "called after the phases")]
            mod $module {
                use examples::$module::{after, past};
                use examples::$plan;

                fn $first<S: past::$first>(run: &$plan<S>) -> &str {
                    run.id()
                }
                $(
                    fn $phase<S: past::$phase>(run: &$plan<S>) -> &str {
                        $before(run)
                    }
                )+
                const _: fn(&$plan<after::$first>) -> &str = $first;
                $(
                    const _: fn(&$plan<after::$phase>) -> &str = $phase;
                    const _: fn(&$plan<after::$phase>) -> &str = $before;
                )+
            }
        };
    }

    chain!(Authentication in authentication: RequirementsAnalysis,
        RequirementsAnalysis => SecurityArchitecture,
        SecurityArchitecture => Implementation,
        Implementation => SecurityTesting,
        SecurityTesting => IntegrationAndDeployment);
    chain!(BackendDevelopment in backend_development: RequirementsAnalysis,
        RequirementsAnalysis => ArchitectureAndDesign,
        ArchitectureAndDesign => ImplementationPlanning,
        ImplementationPlanning => CoreImplementation,
        CoreImplementation => IntegrationAndTesting,
        IntegrationAndTesting => OptimizationAndRefinement,
        OptimizationAndRefinement => DocumentationAndDelivery);
    chain!(DatabaseMigration in database_migration: Assessment,
        Assessment => Planning,
        Planning => Development,
        Development => Testing,
        Testing => Execution);
    chain!(Microservice in microservice: ServiceDefinition,
        ServiceDefinition => ArchitectureDesign,
        ArchitectureDesign => InfrastructureSetup,
        InfrastructureSetup => Implementation,
        Implementation => Testing,
        Testing => DeploymentAndOperation);
}
