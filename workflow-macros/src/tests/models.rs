//! The model: what names resolve to, which defaults apply, in which order things run, and what is left of a broken
//! declaration.

use super::{compiled, reported};
use crate::model::{Model, Origin, Phase, State, Step, Work, Yield};

const PLAN: &str = include_str!("plan.txt");

/// The model of a declaration without mistakes.
fn sound(input: &str) -> Model {
    let (model, errors) = compiled(input);
    assert_eq!(reported(input, &errors), [], "for this declaration:\n{input}");
    model.expect("it has a name")
}

/// The model of a declaration with mistakes.
fn broken(items: &str) -> Model {
    let input = format!("workflow Ship(brief: Brief) {{ {items} }}");
    let (model, errors) = compiled(&input);
    assert!(errors.count() > 0, "no mistake in:\n{input}");
    model.expect("it has a name")
}

/// What is in a model, a line per phase: `Name[before]: step(takes) -> made; ..`.
fn sketch(model: &Model) -> Vec<String> {
    model.phases.iter().map(sketch_phase).collect()
}

fn sketch_phase(phase: &Phase) -> String {
    let before = match &phase.before {
        State::Start => "Start".to_owned(),
        State::After(before) => before.name.to_string(),
    };
    let steps: Vec<_> = phase.by_step().map(sketch_step).collect();
    format!("{}[{before}]: {}", phase.name, steps.join("; "))
}

fn sketch_step(step: &Step) -> String {
    let takes: Vec<_> = step
        .takes
        .iter()
        .map(|take| {
            let ty = take.artifact.type_text();
            if take.optional {
                format!("{}: Option<{ty}>", take.artifact.name)
            } else {
                format!("{}: {ty}", take.artifact.name)
            }
        })
        .collect();
    let yields = match &step.yields {
        None => String::new(),
        Some(Yield::New(made)) => format!(" -> {}: {}", made.name, made.type_text()),
        Some(Yield::Anew(made)) => format!(" -> {}", made.name),
    };
    format!("{}({}){yields}", step.name, takes.join(", "))
}

fn step<'a>(model: &'a Model, name: &str) -> &'a Step {
    model
        .steps()
        .map(|(_, step)| step)
        .find(|step| step.name == name)
        .expect("it is there")
}

#[test]
fn the_plan_of_the_design_resolves() {
    let model = sound(PLAN);
    assert_eq!(
        sketch(&model),
        [
            "Requirements[Start]: define_resources(brief: Brief) -> resources: ResourceModel; \
             choose_conventions(resources: ResourceModel) -> conventions: Conventions",
            "ApiDesign[Requirements]: write_openapi(resources: ResourceModel, conventions: Conventions) -> openapi: OpenApi; \
             sign_off(openapi: OpenApi)",
            "Implementation[ApiDesign]: build_service(openapi: OpenApi) -> service: Service; \
             lint(service: Service) -> findings: Findings; fix(service: Service, findings: Findings) -> service; \
             audit(service: Service) -> audit: AuditReport",
            "Testing[Implementation]: unit_tests(service: Service) -> unit: TestReport; \
             contract_tests(service: Service, openapi: OpenApi) -> contract: TestReport; \
             quality(unit: TestReport, contract: TestReport)",
            "Tuning[Testing]: cache_hot_paths(service: Service) -> service; measure(service: Service) -> gain: Gain",
            "Documentation[Tuning]: write_docs(openapi: OpenApi, gain: Option<Gain>) -> docs: Docs",
        ]
    );
    assert_eq!(
        (model.name.to_string(), model.module.to_string()),
        ("RestfulApi".into(), "restful_api".into())
    );
    assert_eq!(model.docs.text, "Ship a RESTful API.");
    assert_eq!(model.visibility.to_string(), "pub");
    assert_eq!(
        model.phase_order(),
        "Requirements, ApiDesign, Implementation, Testing, Tuning (optional), Documentation"
    );
    assert_eq!(
        model
            .inputs()
            .map(|input| input.name.to_string())
            .collect::<Vec<_>>(),
        ["brief"]
    );
}

#[test]
fn indices_are_dense() {
    let model = sound(PLAN);
    assert!(model.steps().map(|(_, step)| usize::from(step.index)).eq(0..14));
    assert!(model.phases.iter().map(|phase| usize::from(phase.index)).eq(0..6));
    assert!(
        model
            .artifacts
            .iter()
            .map(|artifact| usize::from(artifact.index))
            .eq(0..11)
    );
}

#[test]
fn attributes_reach_their_step() {
    let model = sound(PLAN);
    let build = step(&model, "build_service");
    let retry = build.retry.expect("it is retried");
    assert_eq!((retry.attempts, retry.first, retry.longest), (3, 200, 5_000));
    assert_eq!(build.timeout, Some(120_000));
    assert_eq!(
        build.undo.as_ref().map(ToString::to_string).as_deref(),
        Some("stop_service")
    );
    let quality = step(&model, "quality").rework.as_ref().expect("it sends back");
    assert_eq!(
        (quality.to.phase.name.to_string().as_str(), quality.max),
        ("Implementation", 3)
    );
    assert!(matches!(&quality.to.before, State::After(before) if before.name == "ApiDesign"));
    assert_eq!(step(&model, "sign_off").by.as_ref().map(|by| by.role), Some(0));
    assert!(matches!(step(&model, "lint").work, Work::Body(_)));
    assert!(matches!(&step(&model, "audit").work, Work::Bound(bound) if bound.to_string().contains("Audit")));
}

#[test]
fn defaults_come_from_the_phase_and_then_from_the_workflow() {
    let model = sound(
        r#"#[by(Boss)] #[timeout("1s")] workflow Ship {
            role Boss; role Clerk;
            #[by(Clerk)] #[retry(attempts = 2)] phase A {
                step own() ; #[by(Boss)] #[timeout("2s")] #[retry(attempts = 1)] step other(); manual gate hand();
            }
            phase B { step far(); }
        }"#,
    );
    let facts = |name: &str| {
        let step = step(&model, name);
        (
            step.by.as_ref().map(|by| by.role),
            step.timeout,
            step.retry.map(|retry| retry.attempts),
        )
    };
    assert_eq!(facts("own"), (Some(1), Some(1_000), Some(2)));
    assert_eq!(facts("other"), (Some(0), Some(2_000), Some(1)));
    assert_eq!(facts("hand"), (Some(1), None, None));
    assert_eq!(facts("far"), (Some(0), Some(1_000), None));
}

#[test]
fn parallel_steps_are_ordered_by_artifacts_and_then_as_written() {
    let model = sound(
        "workflow Ship(a: A) { parallel phase P {
            gate g(a); step last(x, y); step x(y) -> x: X; step y(a) -> y: Y; gate h(x); step free();
        } }",
    );
    let order: Vec<_> = model.phases[0]
        .by_step()
        .map(|step| step.name.to_string())
        .collect();
    assert_eq!(order, ["y", "x", "last", "free", "g", "h"]);
}

#[test]
fn what_an_optional_phase_makes_is_optional_outside_of_it() {
    let model = sound(
        "workflow Ship(a: A) {
            optional(a) phase P { step p() -> x: X; step q(x) -> x; }
            optional(x) phase Q { step r(x, a) -> a; }
            phase R { step s(x) -> x; step t(x, a); }
        }",
    );
    assert_eq!(
        sketch(&model),
        [
            "P[Start]: p() -> x: X; q(x: X) -> x",
            "Q[P]: r(x: Option<X>, a: A) -> a",
            "R[Q]: s(x: Option<X>) -> x; t(x: Option<X>, a: A)"
        ]
    );
    assert!(model.phases[1].waive_takes[0].optional);
}

#[test]
fn rework_targets_are_listed_once() {
    let model = sound(
        "workflow Ship { phase A { #[rework(to = A, max = 1)] gate a(); } phase B {
            #[rework(to = B, max = 1)] gate b(); #[rework(to = A, max = 1)] gate c(); #[rework(to = B, max = 2)] gate d();
        } }",
    );
    let targets = |phase: usize| {
        let targets = model.phases[phase].rework_targets();
        targets
            .iter()
            .map(|target| target.phase.name.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(targets(0), ["A"]);
    assert_eq!(targets(1), ["B", "A"]);
    assert!(matches!(model.phases[0].rework_targets()[0].before, State::Start));
}

#[test]
fn types_are_spelt_as_people_write_them() {
    for ty in [
        "Vec<(String, u8)>",
        "::std::string::String",
        "Vec<::std::string::String>",
        "std::collections::HashMap<String, Vec<u8>>",
        "Box<dyn Fn(A) -> B + Send + 'static>",
        "[u8; 4]",
        "<A as B>::C",
        "Foo<Item = X, -1>",
        "Cow<'static, str>",
        "PhantomData<fn(&A) -> B>",
        "m!(A)",
        "Box<[X]>",
    ] {
        let model = sound(&format!("workflow Ship {{ phase A {{ step a() -> x: {ty}; }} }}"));
        assert_eq!(model.artifacts[0].type_text(), ty);
    }
}

#[test]
fn types_that_mean_something_else_inside_need_an_alias() {
    let cases = [
        ("Brief", false),
        ("Vec<Brief>", false),
        ("Release", true),
        ("Vec<Release>", true),
        ("Done", true),
        ("ReleasePhase", true),
        ("T", true),
        ("Ship", true),
        ("super::Brief", true),
        ("self::Brief", true),
        ("m!(X)", true),
        ("Matrix<{ N }>", true),
        ("Vec<[u8; { N }]>", true),
    ];
    for (ty, expected) in cases {
        let input = format!("workflow Ship {{ phase Release {{ step a() -> x: Vec<{ty}>; }} }}");
        let model = sound(&input);
        assert_eq!(model.needs_alias(&model.artifacts[0]), expected, "{ty}");
    }
}

#[test]
fn added_parameters_get_names_that_no_artifact_has() {
    let model = sound("workflow Ship(id: A, team: A, team_: A) { phase P { step s(id); } }");
    assert_eq!(
        ["runtime", "id", "team"].map(|name| model.free_name(name)),
        ["runtime", "id_", "team__"]
    );
}

#[test]
fn docs_are_kept_as_written_and_as_text() {
    let model = sound("/// One.\n///\n///   Two.\nworkflow Ship { phase A { step a(); } }");
    assert_eq!(model.docs.text, "One.\n\n  Two.");
    assert_eq!(model.docs.attributes.clone().into_iter().count(), 6);
}

#[test]
fn a_near_miss_is_taken_as_what_was_meant() {
    let model = broken("phase A { step a(breif) -> x: X; } phase B { step b(x) -> y: Y; }");
    assert_eq!(
        sketch(&model),
        ["A[Start]: a(brief: Brief) -> x: X", "B[A]: b(x: X) -> y: Y"]
    );
    assert_eq!(model.phases[0].steps[0].takes[0].name, "brief");
    assert_eq!(model.unknown, ["breif"]);
}

#[test]
fn what_an_editor_may_complete_is_kept() {
    let model =
        broken("phase A { step a(fn, self, brief, bri, _); } optional(oth) phase B { step b(brief); }");
    assert_eq!(model.unknown, ["bri", "oth"]);
}

#[test]
fn the_rest_of_a_broken_declaration_is_there() {
    let cases: &[(&str, &[&str])] = &[
        (
            "phase A { step a() -> ; step b() -> y: Y; }",
            &["A[Start]: a(); b() -> y: Y"],
        ),
        (
            "phase A { step a(brief) -> x: \nstep b(brief) -> y: Y; }",
            &["A[Start]: a(brief: Brief); b(brief: Brief) -> y: Y"],
        ),
        (
            "phase A { step a(brief, ) -> x: &X }",
            &["A[Start]: a(brief: Brief) -> x: X"],
        ),
        (
            "phase A { st\n step b() -> y: Y; } phase B { step c(y); }",
            &["A[Start]: b() -> y: Y", "B[A]: c(y: Y)"],
        ),
        (
            "phse A { step a() -> x: X; } phase B { step b(x); }",
            &["A[Start]: a() -> x: X", "B[A]: b(x: X)"],
        ),
        (
            "phase A { step a() -> x: X; } phase A { step b(x) -> y: Y; } phase B { step c(y); }",
            &["A[Start]: a() -> x: X", "B[A]: c(y: Y)"],
        ),
        (
            "phase A { step a() -> x: X; step a() -> y: Y; step b(y); }",
            &["A[Start]: a() -> x: X; b(y: Y)"],
        ),
        (
            "phase { step a() -> x: X; } phase B { step b(x); }",
            &["B[Start]: b(x: X)"],
        ),
        (
            "phase A { step a() -> type: X; step b(type); }",
            &["A[Start]: a() -> type_: X; b(type_: X)"],
        ),
        (
            "phase A { step a() -> cx: X; step b(cx); }",
            &["A[Start]: a() -> cx_: X; b(cx_: X)"],
        ),
        (
            "phase A { step b(x); step a() -> x: X; }",
            &["A[Start]: b(x: X); a() -> x: X"],
        ),
        (
            "phase A { step b(brief, brief); }",
            &["A[Start]: b(brief: Brief)"],
        ),
        (
            "phase A { step b(brief) -> brief: Brief; }",
            &["A[Start]: b(brief: Brief) -> brief"],
        ),
        (
            "phase A { step b() -> brief: Other; }",
            &["A[Start]: b() -> brief: Other"],
        ),
        ("phase A { step b() -> brief; }", &["A[Start]: b() -> brief"]),
        (
            "phase A { gate b() -> x: X; step c(x); }",
            &["A[Start]: b(); c(x: X)"],
        ),
        (
            "parallel phase A { step a(y) -> x: X; step b(x) -> y: Y; }",
            &["A[Start]: a(y: Y) -> x: X; b(x: X) -> y: Y"],
        ),
        (
            "phase A step a(); phase B { step b(); }",
            &["A[Start]: ", "B[A]: b()"],
        ),
        ("", &[]),
    ];
    for (items, expected) in cases {
        assert_eq!(sketch(&broken(items)), *expected, "for {items}");
    }
}

#[test]
fn a_workflow_that_cannot_have_its_name_has_another() {
    let cases = [
        ("ship", "Ship", "ship"),
        ("ship_it", "ShipIt", "ship_it"),
        ("type", "Type", "type_"),
        ("Type", "Type", "type_"),
        ("Start", "Start_", "start"),
        ("Std", "Std", "std_"),
        ("_", "__", "__"),
        ("r#Ship", "Ship", "ship"),
        ("Self", "Self_", "self_"),
    ];
    for (written, name, module) in cases {
        let (model, errors) = compiled(&format!("workflow {written} {{ phase A {{ step a(); }} }}"));
        let model = model.expect("it has a name");
        assert_eq!(
            (model.name.to_string().as_str(), model.module.to_string().as_str()),
            (name, module)
        );
        assert_eq!(errors.count(), 1);
    }
}

#[test]
fn an_artifact_whose_maker_is_left_out_has_no_accessor() {
    let model = broken(
        "phase A { step a() -> x: X; } phase A { step b() -> y: Y; } phase B { step c(x, y) -> x: Z; }",
    );
    let lost: Vec<_> = model
        .artifacts
        .iter()
        .map(|artifact| (artifact.name.to_string(), artifact.has_accessor()))
        .collect();
    assert_eq!(
        lost,
        [
            ("brief".into(), true),
            ("x".into(), true),
            ("y".into(), false),
            ("x".into(), false)
        ]
    );
    assert!(
        model
            .artifacts
            .iter()
            .all(|artifact| artifact.has_accessor() != matches!(artifact.origin, Origin::Lost))
    );
}

#[test]
fn fragments_of_macro_rules_are_looked_through() {
    use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
    let wrapped = |text: &str| -> TokenStream {
        let inner: TokenStream = text.parse().expect("it is lexed");
        TokenTree::Group(Group::new(Delimiter::None, inner)).into()
    };
    let (vis, ty, body, bound) = (
        wrapped(""),
        wrapped("Vec<X>"),
        wrapped("{ Ok(x) }"),
        wrapped("a + b"),
    );
    let (model, errors) = crate::compile::compile(quote::quote! {
        #vis workflow Ship(x: #ty) { phase A { step a(x) -> y: Option<#ty> #body step b(x) -> x = #bound; } }
    });
    assert_eq!(errors.count(), 0);
    let model = model.expect("it has a name");
    assert_eq!(
        sketch(&model),
        ["A[Start]: a(x: Vec<X>) -> y: Option<Vec<X>>; b(x: Vec<X>) -> x"]
    );
    assert!(
        matches!(&model.phases[0].steps[1].work, Work::Bound(bound) if bound.clone().into_iter().count() == 1)
    );
}
