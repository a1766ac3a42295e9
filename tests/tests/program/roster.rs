//! Who holds which role, from outside.

use crate::folder::Folder;

fn with(roster: &str) -> Folder {
    let mut folder = Folder::waiting();
    folder.write("roster.toml", roster);
    folder.set("WORKFLOW_ROSTER", "roster.toml");
    folder
}

#[test]
fn who_holds_the_role_passes_and_nobody_else() {
    let folder = with("[roles]\nReviewer = [\"grace\", \"linus\"]\n");
    let said = folder.run(&["approve", "review"]);
    said.ends(3)
        .tells("it takes the role `Reviewer`, which is held by `grace` and `linus`");
    folder
        .run(&["reject", "review", "-m", "no", "--by", "ada"])
        .ends(3);
    let next = folder.json(&["next"]);
    assert_eq!(
        next["actions"][0]["people"],
        serde_json::json!(["grace", "linus"])
    );
    let text = folder.well(&["next"]).out;
    assert!(text.contains("(Reviewer: grace, linus)"), "{text}");
    folder.well(&["approve", "review", "--by", "grace"]);
}

#[test]
fn a_role_that_nobody_holds_is_held_by_nobody() {
    let folder = with("[roles]\nForecaster = [\"ada\"]\n");
    folder
        .run(&["approve", "review"])
        .ends(3)
        .tells("which nobody holds");
}

#[test]
fn a_role_that_the_plan_does_not_have_is_told() {
    let folder = with("[roles]\nReveiwer = [\"ada\"]\nCook = []\n");
    let said = folder.well(&["status"]);
    said.tells("warning: `roster.toml` names the role `Reveiwer`, which the plan does not have; did you mean `Reviewer`?");
    said.tells("`Cook`");
    assert_eq!(said.err.matches("Reveiwer").count(), 1, "{}", said.err);
    folder.json(&["status"]);
}

#[test]
fn a_roster_that_cannot_be_read_stops_everything() {
    for (roster, told) in [
        ("roles = 3\n", "roster.toml"),
        ("[rolls]\nReviewer = [\"ada\"]\n", "rolls"),
        ("[roles]\nReviewer = \"ada\"\n", "line 2"),
    ] {
        let folder = with(roster);
        for words in [&["status"] as &[&str], &["approve", "review"], &["run"]] {
            folder.run(words).ends(2).tells(told);
        }
    }
    let folder = Folder::waiting();
    folder
        .run(&["status", "--roster", "none.toml"])
        .ends(2)
        .tells("none.toml");
}

#[test]
fn who_you_are_is_said_or_known() {
    let approved = |variables: &[(&str, &str)], words: &[&str]| {
        let mut folder = Folder::waiting();
        for (name, value) in variables {
            folder.set(name, value);
        }
        folder.well(&[&["approve", "review"], words].concat()).out
    };
    let by = |name: &str| format!("was approved by {name}\n");
    let grace = ("WORKFLOW_ACTOR", "grace");
    assert!(approved(&[grace], &["--by", "lin"]).contains(&by("lin")));
    assert!(approved(&[grace], &[]).contains(&by("grace")));
    assert!(approved(&[("WORKFLOW_ACTOR", "")], &[]).contains(&by("ada")));
    // The system knows who runs this test.
    let known = approved(&[("USER", "")], &[]);
    assert!(known.contains("was approved by "), "{known}");
    assert!(!known.contains(&by("ada")) && !known.contains(&by("")), "{known}");
}
