//! Evidence that says less than it must: refused at its step, with the field named, and nothing of the run changes.

use crate::{
    desk::{Desk, EXAMPLE},
    support::{Place, Tested, said, shipped},
};

/// The steps of the ten faulty files, as the plan comes to them, and what is said of each.
const FAULTS: [(&str, &str); 10] = [
    ("gather_requirements", "`N-1.acceptance` is empty"),
    ("establish_criteria", "`criteria[0].unit` is empty"),
    (
        "design_architecture",
        "`decisions[0].security_implication` is empty",
    ),
    ("specify_api", "`operations.track_parcel.responses` has no error"),
    (
        "plan_security",
        "`threats[3].mitigation` is missing, and nobody accepts the risk",
    ),
    (
        "break_down_work",
        "`pieces.dispatch.specification` is missing, though the piece is intricate",
    ),
    ("select_frameworks", "`decisions[0].trade_off` is empty"),
    (
        "create_endpoints",
        "`unspecified_routes` has GET /debug; specify them first",
    ),
    (
        "introduce_caching",
        "`decisions[0].performance_implication` is empty",
    ),
    (
        "create_runbooks",
        "`procedures.Somebody has a token.expected` is empty",
    ),
];

#[test]
fn ten_faults_are_refused_ten_times_and_nothing_of_them_is_recorded() -> Tested {
    let mut desk = Desk::begin()?;
    for (step, reason) in FAULTS {
        desk.work_until_asked_for(step)?;
        let before = desk.record()?;
        let refused = desk.hand_in(
            holder(step),
            step,
            &shipped(EXAMPLE, &format!("faulty/{step}.toml")),
        )?;
        let text = said(&refused);
        assert_eq!(refused.status.code(), Some(2), "{step}: {text}");
        // For this reason, and for no other.
        assert!(
            text.lines().any(|line| line.ends_with(&format!(": {reason}"))),
            "{step}: {text}"
        );
        assert_eq!(desk.record()?, before, "{step} was recorded");
        assert!(desk.is_asked_for(step));
    }
    desk.work_until_done()?;
    assert!(desk.ask(&["verify", "sample"])?.status.success());
    Ok(())
}

/// Somebody who may hand it in.
fn holder(step: &str) -> &'static str {
    match step {
        "gather_requirements" | "establish_criteria" => "petra",
        "design_architecture" | "specify_api" | "plan_security" => "anton",
        "create_runbooks" => "oskar",
        _ => "dora",
    }
}

#[test]
fn each_faulty_file_is_in_the_table() -> Tested {
    let mut files = Vec::new();
    for file in std::fs::read_dir(shipped(EXAMPLE, "faulty"))? {
        files.push(file?.file_name().to_string_lossy().into_owned());
    }
    files.sort();
    let mut steps = FAULTS.map(|(step, _)| format!("{step}.toml"));
    steps.sort();
    assert_eq!(files, steps);
    Ok(())
}

#[test]
fn the_script_of_faults_sees_them_refused_too() -> Tested {
    let place = Place::new(EXAMPLE)?;
    let output = place.take_through("faults.sh")?;
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    // The ten, and two people without the role.
    let refused = |code: &str| {
        text.lines()
            .filter(|line| line.starts_with("refused ") && line.contains(code))
            .count()
    };
    assert_eq!(refused("(exit code 2)"), 10, "{text}");
    assert_eq!(refused("(exit code 3)"), 2, "{text}");
    Ok(())
}

#[test]
fn who_lacks_the_role_and_what_is_not_yet_due_are_refused() -> Tested {
    let mut desk = Desk::begin()?;
    let file = |step: &str| shipped(EXAMPLE, &format!("hand_ins/{step}.toml"));
    let refuse = |desk: &Desk, person: &str, step: &str, why: &str| -> Tested {
        let before = desk.record()?;
        let refused = desk.hand_in(person, step, &file(step))?;
        assert_eq!(refused.status.code(), Some(3), "{}", said(&refused));
        assert!(said(&refused).contains(why), "{}", said(&refused));
        assert_eq!(desk.record()?, before);
        Ok(())
    };
    for stranger in ["dora", "anton", "oskar", "somebody"] {
        refuse(
            &desk,
            stranger,
            "gather_requirements",
            "takes the role `ProductOwner`",
        )?;
    }
    refuse(&desk, "anton", "specify_api", "is not waiting")?;
    desk.work_until_asked_for("define_contracts")?;
    refuse(&desk, "petra", "define_contracts", "takes the role `Architect`")?;
    desk.work_until_asked_for("approve_requirements")?;
    let before = desk.record()?;
    for verb in ["approve", "reject"] {
        let mut words = vec![verb, "approve_requirements", "--by", "tilda", "--run", "sample"];
        words.extend(["-m", "it is late"]);
        let refused = desk.ask(&words)?;
        assert_eq!(refused.status.code(), Some(3), "{}", said(&refused));
    }
    assert_eq!(desk.record()?, before);
    Ok(())
}

#[test]
fn a_brief_that_nobody_can_work_from_begins_no_run() -> Tested {
    let brief = std::fs::read_to_string(shipped(EXAMPLE, "brief.toml"))?;
    let problem = brief
        .lines()
        .find(|line| line.starts_with("problem = "))
        .ok_or("no problem")?;
    for (good, bad, reason) in [
        (problem, "problem = \"\"", "`problem` is empty"),
        (
            "2027-03-31",
            "before Easter",
            "`wanted_by` is `before Easter`, not a day",
        ),
        ("project = ", "projekt = ", "missing field `project`"),
    ] {
        let place = Place::new(EXAMPLE)?;
        let file = place.path().join("brief.toml");
        std::fs::write(&file, brief.replace(good, bad))?;
        let refused = place.command(&["run", "--input", "brief.toml"]).output()?;
        assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
        assert!(said(&refused).contains(reason), "{}", said(&refused));
        let runs = said(&place.command(&["list"]).output()?);
        assert!(runs.contains("no run in"), "{runs}");
        assert!(!place.out().join(".run").exists());
    }
    Ok(())
}
