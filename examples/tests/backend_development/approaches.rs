//! What the guidelines ask of communication, as what artifacts must say: good evidence of the sample project, one thing taken
//! out of it at a time, and the field that the check then names.

use examples::backend_development_plan::artifacts as backend;
use serde::de::DeserializeOwned;
use serde_json::Value;
use workflow_runtime::Verdict;

use super::{Found, evidence};

/// The artifact passes; with this in that place, it is rejected for this reason alone. Null takes the place out.
fn refused<T: DeserializeOwned>(
    step: &str,
    check: fn(&T) -> Verdict,
    place: &str,
    with: &Value,
    reason: &str,
) -> Found<()> {
    let good: Value = toml::from_str(&std::fs::read_to_string(evidence(step))?)?;
    assert_eq!(
        check(&serde_json::from_value(good.clone())?),
        Verdict::Pass,
        "{step}"
    );
    let mut bad = good;
    let (parent, name) = place.rsplit_once('/').ok_or("a place begins with a slash")?;
    let parent = bad
        .pointer_mut(parent)
        .ok_or_else(|| format!("{step} has no {place}"))?;
    if with.is_null() {
        let fields = parent.as_object_mut().ok_or("only a field can be taken out")?;
        fields
            .remove(name)
            .ok_or_else(|| format!("{step} has no {place}"))?;
    } else if let Some(items) = parent.as_array_mut() {
        items[name.parse::<usize>()?] = with.clone();
    } else {
        parent[name] = with.clone();
    }
    assert_eq!(
        check(&serde_json::from_value(bad)?),
        Verdict::reject(reason),
        "{step}{place}"
    );
    Ok(())
}

macro_rules! refused {
    ($($artifact:ident of $step:literal: $place:literal = $with:tt => $reason:literal;)*) => {
        $(refused($step, backend::$artifact::check, $place, &serde_json::json!($with), $reason)?;)*
    };
}

#[test]
fn each_of_the_eight_approaches_is_something_that_an_artifact_must_say() -> Found<()> {
    refused! {
        // API first.
        ContractDraft of "define_contracts": "/operations/0/serves" = [] => "`operations.register parcel.serves` is empty";
        ApiSpecification of "specify_api": "/operations/6/responses" = [{ "status": 200, "when": "always", "body": "Tracking" }] => "`operations.track_parcel.responses` has no error";
        ApiSpecification of "specify_api": "/operations/1/request" = "NewBox" => "`operations.register_parcel.request` names `NewBox`, which is none of `types`";
        ApiSpecification of "specify_api": "/operations/2/parameters" = [] => "`operations.read_parcel.parameters` lacks `id`, which the path has";
        Endpoints of "create_endpoints": "/unspecified_routes" = ["GET /debug"] => "`unspecified_routes` has GET /debug; specify them first";
        // Schema documentation.
        SchemaDesign of "design_schema": "/tables/0/columns/5/meaning" = "" => "`tables.parcels.weight_g.meaning` is empty";
        SchemaDesign of "design_schema": "/tables/0/columns/5/unit" = null => "`tables.parcels.weight_g.unit` is missing, though it is a number; `none` if it has none";
        SchemaDesign of "design_schema": "/tables/2/columns/1/references" = "boxes.id" => "`tables.scans.parcel_id.references` names `boxes.id`, which is not there";
        // Technical specifications.
        WorkBreakdown of "break_down_work": "/pieces/3/specification" = null => "`pieces.dispatch.specification` is missing, though the piece is intricate";
        // Security considerations.
        Architecture of "design_architecture": "/decisions/0/security_implication" = "" => "`decisions[0].security_implication` is empty";
        SecurityPlan of "plan_security": "/decisions/0/security_implication" = " " => "`decisions[0].security_implication` is empty";
        SecurityPlan of "plan_security": "/threats/3/mitigation" = null => "`threats[3].mitigation` is missing, and nobody accepts the risk";
        // Performance implications.
        FrameworkSelection of "select_frameworks": "/decisions/1/performance_implication" = "" => "`decisions[1].performance_implication` is empty";
        CachingPlan of "introduce_caching": "/decisions/0/performance_implication" = "" => "`decisions[0].performance_implication` is empty";
        Architecture of "design_architecture": "/components/1/scales_by" = "" => "`components.storage.scales_by` is empty";
        // Trade-off analysis.
        Architecture of "design_architecture": "/decisions/1/trade_off" = "" => "`decisions[1].trade_off` is empty";
        FrameworkSelection of "select_frameworks": "/decisions/0/alternatives" = [] => "`decisions[0].alternatives` is empty";
        // Implementation details.
        WorkBreakdown of "break_down_work": "/pieces/3/details" = ["ask the carrier"] => "`pieces.dispatch.details` has 1 of the 5 that such a piece needs";
        WorkBreakdown of "break_down_work": "/pieces/4/details" = ["scan"] => "`pieces.scans and tracking.details` has 1 of the 3 that such a piece needs";
        // References.
        Architecture of "design_architecture": "/decisions/0/references" = [] => "`decisions[0].references` is empty";
        SecurityPlan of "plan_security": "/decisions/0/references" = [] => "`decisions[0].references` is empty";
    }
    Ok(())
}

#[test]
fn evidence_that_cannot_be_measured_or_started_is_refused() -> Found<()> {
    refused! {
        Requirements of "gather_requirements": "/functional/1/id" = "F-1" => "`F-1.id` is given twice";
        QualityCriteria of "establish_criteria": "/criteria/0/under" = null => "`criteria[0].under` is missing: fast under which load";
        QualityCriteria of "establish_criteria": "/reach" = 0.5 => "`reach` is 0.5, less than 1";
        Endpoints of "create_endpoints": "/service/launch/arguments" = ["serve"] => "`service.launch.arguments` has no `{port}`; say where it takes it";
        Endpoints of "create_endpoints": "/calls/1/route" = "GET /v1/parcels/{box}" => "`calls.read_parcel.route` needs `{box}`, which no call before it keeps";
        InputValidation of "implement_validation": "/rules/0/class" = "wrong" => "`rules.register_parcel.order_number.class` names `wrong`, which is none of `error_classes`";
        BusinessLogic of "implement_business_logic": "/depends_on" = ["rusqlite"] => "`depends_on` names `rusqlite`, which reaches network or database";
        WorkBreakdown of "break_down_work": "/pieces/2/waits_for" = ["tea"] => "`pieces.register and read.waits_for` names `tea`, which is no piece";
        Runbooks of "create_runbooks": "/procedures/0/expected" = "" => "`procedures.It is down.expected` is empty";
        DeploymentGuide of "write_deployment_guide": "/settings/0/default" = "packer=1234" => "`settings.PARCELS_TOKENS.default` is given, though it is a secret";
        IntegrationSuite of "develop_integration_tests": "/cases/7/neighbour" = "bank" => "`cases.the carrier is away.neighbour` is none of `service.neighbours`, and not `database`";
    }
    Ok(())
}
