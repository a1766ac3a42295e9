//! The evidence of the sample project of `backend_development`, read as the plan reads it, without a run: each file is what its
//! step takes, and what one file names is what another defines.

use std::{collections::BTreeSet, fs, path::PathBuf};

use examples::BackendDevelopment;
use examples::backend_development_plan::artifacts as backend;
use serde::de::DeserializeOwned;
use serde_json::Value;
use workflow_runtime::Verdict;

type Found<T> = Result<T, Box<dyn std::error::Error>>;

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("backend_development")
        .join(name)
}

/// The artifact of a step, as it is handed in.
fn read<T: DeserializeOwned>(step: &str) -> Found<T> {
    let place = folder("hand_ins").join(format!("{step}.toml"));
    let text = fs::read_to_string(&place).map_err(|error| format!("{}: {error}", place.display()))?;
    toml::from_str(&text).map_err(|error| format!("{}: {error}", place.display()).into())
}

/// What the check of a step says of an artifact.
fn verdict(step: &str, artifact: Value) -> Found<Verdict> {
    macro_rules! by_step {
        ($($step:literal: $artifact:ident,)*) => {
            match step {
                $($step => backend::$artifact::check(&serde_json::from_value(artifact)?),)*
                other => return Err(format!("`{other}` is no manual step").into()),
            }
        };
    }
    Ok(by_step! {
        "gather_requirements": Requirements,
        "define_contracts": ContractDraft,
        "identify_integration_points": IntegrationPoints,
        "establish_criteria": QualityCriteria,
        "document_constraints": Constraints,
        "design_architecture": Architecture,
        "design_schema": SchemaDesign,
        "specify_api": ApiSpecification,
        "plan_security": SecurityPlan,
        "establish_error_handling": ErrorPolicy,
        "determine_transactions": TransactionPlan,
        "break_down_work": WorkBreakdown,
        "prioritize": ImplementationOrder,
        "select_frameworks": FrameworkSelection,
        "create_test_strategy": TestStrategy,
        "establish_standards": CodingStandards,
        "develop_data_layer": DataLayer,
        "implement_business_logic": BusinessLogic,
        "create_endpoints": Endpoints,
        "develop_access_control": AccessControl,
        "implement_validation": InputValidation,
        "write_unit_tests": UnitTests,
        "develop_integration_tests": IntegrationSuite,
        "optimize_queries": DataLayer,
        "introduce_caching": CachingPlan,
        "refactor": Refactoring,
        "address_debt": DebtRegister,
        "tune_resources": TuningGains,
        "write_deployment_guide": DeploymentGuide,
        "create_runbooks": Runbooks,
        "document_limitations": Limitations,
        "prepare_handover": Handover,
    })
}

/// The files of a folder, by their names without `.toml`.
fn files(name: &str) -> Found<Vec<(String, String)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder(name))? {
        let place = entry?.path();
        let stem = place.file_stem().unwrap_or_default().to_string_lossy();
        files.push((stem.into_owned(), fs::read_to_string(&place)?));
    }
    files.sort();
    Ok(files)
}

/// The manual steps of the plan that yield something.
fn manual_steps() -> BTreeSet<String> {
    let steps = BackendDevelopment::PLAN
        .phases
        .iter()
        .flat_map(|phase| phase.steps);
    let manual = steps.filter(|step| step.manual && step.yields.is_some());
    manual.map(|step| step.name.to_owned()).collect()
}

#[test]
fn each_manual_step_has_its_hand_in_and_its_check_passes() -> Found<()> {
    let files = files("hand_ins")?;
    for (step, text) in &files {
        let verdict = toml::from_str(text)
            .map_err(Into::into)
            .and_then(|artifact| verdict(step, artifact));
        let verdict = verdict.map_err(|error| format!("{step}: {error}"))?;
        assert_eq!(verdict, Verdict::Pass, "{step}");
    }
    let names: BTreeSet<String> = files.into_iter().map(|(step, _)| step).collect();
    assert_eq!(names, manual_steps());
    Ok(())
}

#[test]
fn each_faulty_file_is_refused_for_what_its_first_line_says_and_is_good_otherwise() -> Found<()> {
    let files = files("faulty")?;
    assert_eq!(files.len(), 10);
    let mut phases = BTreeSet::new();
    for (step, text) in &files {
        let (first, rest) = text.split_once('\n').unwrap_or_default();
        let reason = first
            .strip_prefix("# refused: ")
            .ok_or("the first line says why")?;
        assert_eq!(
            verdict(step, toml::from_str(text)?)?,
            Verdict::reject(reason),
            "{step}"
        );
        let good = fs::read_to_string(folder("hand_ins").join(format!("{step}.toml")))?;
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
        let (bad, good) = (lines(rest), lines(&good));
        // One line is another; or a fault leaves out what belongs together.
        assert!(
            bad.difference(&good).count() <= 1,
            "{step} has another fault beside it"
        );
        let phase = BackendDevelopment::PLAN
            .phases
            .iter()
            .find(|phase| phase.steps.iter().any(|known| known.name == step));
        phases.extend(phase.map(|phase| phase.name));
    }
    assert!(phases.len() >= 5, "{phases:?}");
    Ok(())
}

/// Every text that has the form of a requirement's id.
fn ids(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            let number = text.strip_prefix("F-").or_else(|| text.strip_prefix("N-"));
            if number.is_some_and(|number| number.parse::<u32>().is_ok()) {
                found.insert(text.clone());
            }
        }
        Value::Array(items) => items.iter().for_each(|item| ids(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| ids(field, found)),
        _ => {}
    }
}

#[test]
fn every_requirement_that_a_file_names_is_one_and_each_is_worked_on_and_tested() -> Found<()> {
    let mut known = BTreeSet::new();
    ids(&read("gather_requirements")?, &mut known);
    for (step, text) in files("hand_ins")? {
        let mut named = BTreeSet::new();
        ids(&toml::from_str(&text)?, &mut named);
        let unknown: Vec<&String> = named.difference(&known).collect();
        assert!(unknown.is_empty(), "{step} names {unknown:?}");
    }
    let unit: backend::UnitTests = read("write_unit_tests")?;
    let untested: BTreeSet<String> = unit
        .untested
        .into_iter()
        .map(|untested| untested.requirement.0)
        .collect();
    for (step, left_out) in [
        ("break_down_work", BTreeSet::new()),
        ("create_test_strategy", untested),
    ] {
        let mut named = BTreeSet::new();
        ids(&read(step)?, &mut named);
        named.extend(left_out);
        assert_eq!(named, known, "{step}");
    }
    Ok(())
}

/// All of `these` are among `known`.
#[track_caller]
fn assert_known<'a>(what: &str, these: impl IntoIterator<Item = &'a String>, known: &BTreeSet<&String>) {
    for this in these {
        assert!(known.contains(this), "{what} names `{this}`");
    }
}

#[test]
fn code_and_tests_name_the_operations_tables_classes_and_callers_of_the_design() -> Found<()> {
    let api: backend::ApiSpecification = read("specify_api")?;
    let endpoints: backend::Endpoints = read("create_endpoints")?;
    let suite: backend::IntegrationSuite = read("develop_integration_tests")?;
    let access: backend::AccessControl = read("develop_access_control")?;
    let validation: backend::InputValidation = read("implement_validation")?;
    let policy: backend::ErrorPolicy = read("establish_error_handling")?;
    let transactions: backend::TransactionPlan = read("determine_transactions")?;
    let schema: backend::SchemaDesign = read("design_schema")?;

    let operations: BTreeSet<&String> = api.operations.iter().map(|operation| &operation.id).collect();
    assert_eq!(endpoints.operations.iter().collect::<BTreeSet<_>>(), operations);
    assert_eq!(endpoints.specification_version, api.version);
    assert_eq!(endpoints.service, suite.service);
    for call in endpoints.calls.iter().chain(&suite.calls) {
        assert_known("a call", [&call.operation], &operations);
    }
    let rules = validation.rules.iter().map(|rule| &rule.operation);
    assert_known("a rule", rules, &operations);
    for boundary in &transactions.boundaries {
        assert_known("a boundary", &boundary.operations, &operations);
    }
    for operation in &api.operations {
        let permission = access
            .permissions
            .iter()
            .find(|permission| permission.operation == operation.id);
        let roles = permission.map(|permission| &permission.roles);
        assert_eq!(roles, Some(&operation.callers), "{}", operation.id);
    }
    let callers: BTreeSet<&String> = endpoints.service.callers.iter().collect();
    let named = api.operations.iter().flat_map(|operation| &operation.callers);
    assert_known("an operation", named, &callers);

    let classes: BTreeSet<&String> = policy.classes.iter().map(|class| &class.name).collect();
    assert_known("a case", suite.cases.iter().map(|case| &case.class), &classes);
    assert_known("validation", &validation.error_classes, &classes);

    let tables: BTreeSet<&String> = schema.tables.iter().map(|table| &table.name).collect();
    for boundary in &transactions.boundaries {
        assert_known("a boundary", &boundary.writes, &tables);
    }
    for step in ["develop_data_layer", "optimize_queries"] {
        let data: backend::DataLayer = read(step)?;
        assert_eq!(data.tables.iter().collect::<BTreeSet<_>>(), tables, "{step}");
    }
    Ok(())
}

#[test]
fn the_plan_of_the_work_names_the_components_and_pieces_that_there_are() -> Found<()> {
    let architecture: backend::Architecture = read("design_architecture")?;
    let neighbours: backend::IntegrationPoints = read("identify_integration_points")?;
    let endpoints: backend::Endpoints = read("create_endpoints")?;
    let breakdown: backend::WorkBreakdown = read("break_down_work")?;
    let order: backend::ImplementationOrder = read("prioritize")?;
    let logic: backend::BusinessLogic = read("implement_business_logic")?;

    let components: BTreeSet<&String> = architecture.components.iter().map(|it| &it.name).collect();
    let systems: BTreeSet<&String> = neighbours.systems.iter().map(|system| &system.name).collect();
    let both = components.union(&systems).copied().collect();
    assert_known(
        "an interaction",
        architecture.interactions.iter().map(|it| &it.to),
        &both,
    );
    assert_known(
        "a piece",
        breakdown.pieces.iter().map(|piece| &piece.component),
        &components,
    );
    assert_known(
        "the service",
        endpoints.service.neighbours.iter().map(|it| &it.name),
        &systems,
    );

    let pieces: BTreeSet<&String> = breakdown.pieces.iter().map(|piece| &piece.name).collect();
    assert_eq!(
        order.pieces.iter().map(|it| &it.piece).collect::<BTreeSet<_>>(),
        pieces
    );
    assert_known("the business logic", &logic.pieces, &pieces);
    for (at, ordered) in order.pieces.iter().enumerate() {
        let before: BTreeSet<&String> = order.pieces[..at].iter().map(|it| &it.piece).collect();
        let piece = breakdown.pieces.iter().find(|piece| piece.name == ordered.piece);
        for other in piece.into_iter().flat_map(|piece| &piece.waits_for) {
            assert!(
                before.contains(other),
                "`{}` comes before `{other}`",
                ordered.piece
            );
        }
    }
    Ok(())
}

#[test]
fn what_is_measured_and_operated_is_what_was_agreed() -> Found<()> {
    let criteria: backend::QualityCriteria = read("establish_criteria")?;
    let gains: backend::TuningGains = read("tune_resources")?;
    let runbooks: backend::Runbooks = read("create_runbooks")?;
    let handover: backend::Handover = read("prepare_handover")?;
    for criterion in &criteria.criteria {
        let gain = gains
            .figures
            .iter()
            .find(|gain| gain.requirement == criterion.requirement && gain.metric == criterion.metric);
        let gain = gain.ok_or_else(|| format!("no figure for {}", criterion.metric))?;
        assert_eq!(gain.bound, criterion.bound, "{}", criterion.metric);
        assert_eq!(gain.unit, criterion.unit, "{}", criterion.metric);
        assert!(criterion.bound.holds(gain.after), "{}", criterion.metric);
    }
    let titles: BTreeSet<&String> = runbooks.procedures.iter().map(|it| &it.title).collect();
    assert_known("the handover", [&handover.trial_procedure], &titles);
    Ok(())
}

#[test]
fn the_roster_names_somebody_for_each_role_of_the_plan() -> Found<()> {
    let roster: Value = toml::from_str(&fs::read_to_string(folder("roster.toml"))?)?;
    for role in BackendDevelopment::PLAN.roles {
        let holders = roster["roles"][role.name].as_array().map_or(0, Vec::len);
        assert!(holders > 0, "nobody is {}", role.name);
    }
    Ok(())
}

#[test]
fn the_page_says_of_each_approach_what_its_check_says() -> Found<()> {
    let page = fs::read_to_string(folder("README.md"))?;
    let detail = serde_json::json!(["ask the carrier"]);
    let success = serde_json::json!([{ "status": 200, "when": "always", "body": "Tracking" }]);
    // Null takes a field out.
    for (step, object, field, with, reason) in [
        (
            "specify_api",
            "/operations/6",
            "responses",
            success,
            "`operations.track_parcel.responses` has no error",
        ),
        (
            "design_schema",
            "/tables/0/columns/5",
            "unit",
            Value::Null,
            "`tables.parcels.weight_g.unit` is missing, though it is a number; `none` if it has none",
        ),
        (
            "break_down_work",
            "/pieces/3",
            "specification",
            Value::Null,
            "`pieces.dispatch.specification` is missing, though the piece is intricate",
        ),
        (
            "design_architecture",
            "/decisions/0",
            "security_implication",
            "".into(),
            "`decisions[0].security_implication` is empty",
        ),
        (
            "introduce_caching",
            "/decisions/0",
            "performance_implication",
            "".into(),
            "`decisions[0].performance_implication` is empty",
        ),
        (
            "select_frameworks",
            "/decisions/0",
            "trade_off",
            "".into(),
            "`decisions[0].trade_off` is empty",
        ),
        (
            "break_down_work",
            "/pieces/3",
            "details",
            detail,
            "`pieces.dispatch.details` has 1 of the 5 that such a piece needs",
        ),
        (
            "plan_security",
            "/decisions/0",
            "references",
            Value::Array(Vec::new()),
            "`decisions[0].references` is empty",
        ),
    ] {
        let mut bad: Value = read(step)?;
        let object = bad.pointer_mut(object).and_then(Value::as_object_mut);
        let object = object.ok_or_else(|| format!("{step} has changed"))?;
        object
            .remove(field)
            .ok_or_else(|| format!("{step} has no {field}"))?;
        if !with.is_null() {
            object.insert(field.to_owned(), with);
        }
        assert_eq!(verdict(step, bad)?, Verdict::reject(reason), "{step}");
        let row = page
            .lines()
            .find(|line| line.contains(&format!("| `{step}`")) && line.contains(reason));
        assert!(row.is_some(), "the page does not say `{reason}` of {step}");
    }
    Ok(())
}
