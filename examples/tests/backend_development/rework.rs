//! A service with a fault: testing finds it, its gate sends the run back, and what was mended passes.

use crate::{
    desk::Desk,
    support::{Tested, events, said},
};

/// What a variation of the evidence is, which gate finds it, and a part of what the gate says.
struct Case {
    /// The steps that hand in another file first, with the file in `variations/`.
    first: &'static [(&'static str, &'static str)],
    gate: &'static str,
    back_to: &'static str,
    says: &'static str,
}

/// The service is started with a fault that was planted, or does not start.
const PLANTED: [Case; 5] = [
    Case {
        first: &[
            ("create_endpoints", "create_endpoints-any-caller"),
            (
                "develop_integration_tests",
                "develop_integration_tests-any-caller",
            ),
        ],
        gate: "quality",
        back_to: "CoreImplementation",
        says: "is done for somebody who may not",
    },
    Case {
        first: &[
            ("create_endpoints", "create_endpoints-any-weight"),
            (
                "develop_integration_tests",
                "develop_integration_tests-any-weight",
            ),
        ],
        gate: "quality",
        back_to: "CoreImplementation",
        says: "weight_g",
    },
    Case {
        first: &[
            ("create_endpoints", "create_endpoints-tells-inside"),
            (
                "develop_integration_tests",
                "develop_integration_tests-tells-inside",
            ),
        ],
        gate: "quality",
        back_to: "CoreImplementation",
        says: "sqlite",
    },
    Case {
        first: &[
            ("create_endpoints", "create_endpoints-logs-recipient"),
            (
                "develop_integration_tests",
                "develop_integration_tests-logs-recipient",
            ),
        ],
        gate: "quality",
        back_to: "CoreImplementation",
        says: "of what is never logged",
    },
    Case {
        first: &[
            ("create_endpoints", "create_endpoints-not-there"),
            ("develop_integration_tests", "develop_integration_tests-not-there"),
        ],
        gate: "quality",
        back_to: "CoreImplementation",
        says: "no-such-service",
    },
];

/// Each file is right by itself, and together they are not.
const DOES_NOT_FIT: [Case; 2] = [
    Case {
        first: &[("create_endpoints", "create_endpoints-without-scans")],
        gate: "quality",
        back_to: "CoreImplementation",
        says: "`endpoints.operations` lacks record_scan",
    },
    Case {
        first: &[("write_unit_tests", "write_unit_tests-unexplained")],
        gate: "quality",
        back_to: "CoreImplementation",
        says: "no test shows N-5; the evidence names F-9, which no requirement has",
    },
];

/// Measuring does not wait for the suite, so its gate speaks before the suite is handed in.
const TO_THE_DESIGN: Case = Case {
    first: &[("create_endpoints", "create_endpoints-slow-tracking")],
    gate: "within_reach",
    back_to: "ArchitectureAndDesign",
    says: "N-1 (p99 of GET /v1/tracking/{code})",
};

fn is_found(case: &Case) -> Result<Desk, Box<dyn std::error::Error>> {
    let mut desk = Desk::before_the_code()?;
    for (step, variation) in case.first {
        desk.hand_in_first(step, variation);
    }
    let [step, back_to, message] = desk.work_until_sent_back()?;
    assert_eq!(step, format!("IntegrationAndTesting.{}", case.gate), "{message}");
    assert_eq!(back_to, case.back_to, "{message}");
    assert!(message.contains(case.says), "{:?}: {message}", case.first);
    assert!(
        !desk.place.out().join("docs").exists(),
        "documented though it was sent back"
    );
    Ok(desk)
}

#[test]
fn what_is_wrong_with_the_service_goes_back_to_the_code() -> Tested {
    for case in &PLANTED {
        let desk = is_found(case)?;
        assert!(desk.is_asked_for("develop_data_layer"), "{}", case.says);
    }
    Ok(())
}

#[test]
fn evidence_that_does_not_fit_together_goes_back_with_the_ids_named() -> Tested {
    for case in &DOES_NOT_FIT {
        let desk = is_found(case)?;
        assert!(desk.is_asked_for("develop_data_layer"), "{}", case.says);
    }
    Ok(())
}

#[test]
fn what_no_tuning_mends_goes_back_to_the_design_and_passes_when_it_is_mended() -> Tested {
    let mut desk = is_found(&TO_THE_DESIGN)?;
    assert!(desk.is_asked_for("design_architecture"));
    desk.work_until_done()?;
    assert_eq!(events(&desk.said, "rejected").len(), 1, "{}", desk.said);
    Ok(())
}

#[test]
fn the_script_of_rework_has_the_service_mended_and_delivered() -> Tested {
    let Desk { place, .. } = Desk::before_the_code()?;
    let output = place.take_through("rework.sh")?;
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    let rejected = events(&text, "rejected");
    assert_eq!(rejected.len(), 1, "{text}");
    assert_eq!(rejected[0]["step"], "IntegrationAndTesting.quality");
    assert_eq!(rejected[0]["back_to"], "CoreImplementation");
    let report = std::fs::read(place.out().join("reports/security.json"))?;
    let report: serde_json::Value = serde_json::from_slice(&report)?;
    assert_eq!(
        report["findings"],
        serde_json::json!([]),
        "the second testing counts"
    );
    Ok(())
}

#[test]
fn what_a_person_sends_back_is_planned_again() -> Tested {
    let mut desk = Desk::begin()?;
    desk.work_until_asked_for("approve_requirements")?;
    let words = [
        "reject",
        "approve_requirements",
        "--by",
        "petra",
        "--run",
        "sample",
    ];
    let rejected = desk.ask(&[&words[..], &["-m", "tracking is not what I asked for"]].concat())?;
    assert!(rejected.status.success(), "{}", said(&rejected));
    desk.drive(&[])?;
    let log = said(&desk.ask(&["log", "sample"])?);
    assert!(log.contains("back to RequirementsAnalysis"), "{log}");
    assert!(
        log.contains("rejected by petra: tracking is not what I asked for"),
        "{log}"
    );
    assert!(desk.is_asked_for("gather_requirements"));
    desk.work_until_asked_for("design_architecture")
}
