//! Who may hand in what: roles by `#[by(Role)]`, held by whom the roster says.

#![allow(missing_docs, reason = "tests")]

use std::sync::Arc;

use tests::place::Place;
use workflow_runtime::Roster;
use workflow_runtime::prelude::*;

workflow! {
    #[by(Owner)]
    pub workflow Film(title: String) {
        role Owner;
        role Director;
        role Cutter;

        #[by(Director)]
        phase Shooting {
            manual step shoot(title) -> reel: String;
            #[by(Cutter)]
            manual step cut(reel) -> film: String;
            manual gate looks_good(film);
        }
        phase Showing {
            manual gate release(film);
        }
    }
}

workflow! {
    pub workflow Walk(from: String) {
        role Guide;
        phase Walking {
            manual step look(from) -> view: String;
            #[by(Guide)]
            manual gate safe(view);
        }
    }
}

const ROSTER: &str = "
[roles]
Owner = ['grace', 'ada']
Director = ['ada']
";

/// Where a run of `Film` waits, and the role that it takes.
const STOPS: [(&str, &str); 4] = [
    ("Shooting.shoot", "Director"),
    ("Shooting.cut", "Cutter"),
    ("Shooting.looks_good", "Director"),
    ("Showing.release", "Owner"),
];

async fn by_type(runtime: &Runtime, path: &str, actor: &str) -> Result<(), RuntimeError> {
    let (actor, text) = (Actor::new(actor), "a reel".to_owned());
    match path {
        "Shooting.shoot" => film::hand_in::shoot(runtime, "f", actor, text).await,
        "Shooting.cut" => film::hand_in::cut(runtime, "f", actor, text).await,
        "Shooting.looks_good" => film::hand_in::looks_good(runtime, "f", actor, Verdict::Pass).await,
        _ => film::hand_in::release(runtime, "f", actor, Verdict::Pass).await,
    }
}

async fn by_name(runtime: &Runtime, path: &str, actor: &str) -> Result<(), RuntimeError> {
    let actor = Actor::new(actor);
    match path {
        "Shooting.shoot" | "Shooting.cut" => runtime.hand_in_artifact("f", path, actor, "a reel").await,
        _ => runtime.hand_in("f", path, actor, Verdict::Pass).await,
    }
}

/// Drives the run to where it waits.
async fn drive(runtime: &Runtime) -> Option<String> {
    let halted = Film::run(runtime, "f", &Arc::new(()), "Alien".to_owned())
        .await
        .err()?;
    assert!(halted.is_waiting(), "{halted}");
    Some(halted.cause.steps().concat())
}

fn roster(text: &str) -> Roster {
    text.parse().unwrap()
}

#[tokio::test]
async fn who_holds_the_role_passes_and_all_others_are_told_who_does() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), ROSTER).unwrap();
    let of_file = Roster::open(file.path()).unwrap();
    assert_eq!(of_file, roster(ROSTER));
    assert_eq!(of_file.holders("Owner"), ["grace", "ada"]);
    assert!(of_file.holders("Cutter").is_empty() && !of_file.has("Cutter", &Actor::new("ada")));

    for place in Place::both() {
        let held = place.runtime().clone().with_roster(of_file.clone());
        for (path, role) in STOPS {
            assert_eq!(drive(place.runtime()).await.unwrap(), path);
            let before = trace(&place);
            for outsider in ["linus", "Ada", "ada "] {
                for refused in [
                    by_type(&held, path, outsider).await.unwrap_err(),
                    by_name(&held, path, outsider).await.unwrap_err(),
                ] {
                    assert!(refused.is_refused());
                    let why = match role {
                        "Director" => "which is held by `ada`",
                        "Owner" => "which is held by `grace` and `ada`",
                        _ => "which nobody holds; add them to the roster",
                    };
                    assert_eq!(
                        refused.to_string(),
                        format!(
                            "run `f`: what `{outsider}` handed in for `{path}` is refused; \
                             it takes the role `{role}`, {why}"
                        )
                    );
                }
            }
            assert_eq!(trace(&place), before, "a refusal leaves no trace");
            match role {
                // A roster is of the runtime that has it: another counts for itself.
                "Cutter" => {
                    let other = place
                        .runtime()
                        .clone()
                        .with_roster(roster("roles.Cutter = ['ed']"));
                    by_name(&other, path, "ed").await.unwrap();
                }
                "Director" => by_type(&held, path, "ada").await.unwrap(),
                _ => by_name(&held, path, "grace").await.unwrap(),
            }
        }
        assert_eq!(drive(&held).await, None);
        if place.is_file() {
            assert_eq!(
                roles(&place),
                [
                    "ada as Director",
                    "ed as Cutter",
                    "ada as Director",
                    "grace as Owner"
                ]
            );
        }
    }
}

fn trace(place: &Place) -> Vec<String> {
    if place.is_file() {
        place.journal("f")
    } else {
        Vec::new()
    }
}

/// Who handed in what, as the file has it.
fn roles(place: &Place) -> Vec<String> {
    let lines = place.lines("f");
    let by = |line: &serde_json::Value| {
        let done = line.get("done")?;
        let by = done.get("by")?.as_str()?.to_owned();
        let role = done.get("as").and_then(|role| role.as_str());
        Some(role.map_or(by.clone(), |role| format!("{by} as {role}")))
    };
    lines.iter().filter_map(by).collect()
}

#[tokio::test]
async fn without_a_roster_the_role_is_recorded_and_not_enforced() {
    for (named, place) in [
        (false, Place::file()),
        (true, Place::file()),
        (false, Place::memory()),
    ] {
        for (path, _) in STOPS {
            assert_eq!(drive(place.runtime()).await.unwrap(), path);
            match named {
                true => by_name(place.runtime(), path, "anybody").await.unwrap(),
                false => by_type(place.runtime(), path, "anybody").await.unwrap(),
            }
        }
        assert_eq!(drive(place.runtime()).await, None);
        if place.is_file() {
            let expected = STOPS.map(|(_, role)| format!("anybody as {role}"));
            assert_eq!(roles(&place), expected);
        }
    }
}

#[tokio::test]
async fn a_program_that_knows_no_plan_is_held_to_the_roster_by_the_journal() {
    let place = Place::file();
    for path in ["Shooting.shoot", "Shooting.cut", "Shooting.looks_good"] {
        assert_eq!(drive(place.runtime()).await.unwrap(), path);
        if path != "Shooting.looks_good" {
            by_type(place.runtime(), path, "ada").await.unwrap();
        }
    }
    let stranger = Runtime::open(place.path()).unwrap().with_roster(roster(ROSTER));
    let refused = by_name(&stranger, "Shooting.looks_good", "linus")
        .await
        .unwrap_err();
    assert!(
        refused
            .to_string()
            .ends_with("it takes the role `Director`, which is held by `ada`"),
        "{refused}"
    );
    // The role comes first: nobody is asked for a type to be told that it was no use.
    let refused = by_name(&stranger, "Shooting.shoot", "linus").await.unwrap_err();
    assert!(refused.to_string().contains("`Director`"), "{refused}");
    by_name(&stranger, "Shooting.looks_good", "ada").await.unwrap();
    assert_eq!(roles(&place).last().unwrap(), "ada as Director");
}

#[tokio::test]
async fn a_rejection_takes_the_role_as_well_and_has_it_recorded() {
    let place = Place::file();
    for (path, _) in &STOPS[..3] {
        assert_eq!(drive(place.runtime()).await.unwrap(), *path);
        if *path != "Shooting.looks_good" {
            by_type(place.runtime(), path, "ada").await.unwrap();
        }
    }
    let held = place.runtime().clone().with_roster(roster(ROSTER));
    let reject = |by| film::hand_in::looks_good(&held, "f", Actor::new(by), Verdict::reject("too dark"));
    assert!(
        reject("linus")
            .await
            .unwrap_err()
            .to_string()
            .contains("`Director`")
    );
    reject("ada").await.unwrap();
    let last = place.lines("f").pop().unwrap();
    assert_eq!(
        (&last["rejected"]["by"], &last["rejected"]["as"]),
        (&"ada".into(), &"Director".into())
    );
}

#[tokio::test]
async fn steps_without_a_role_are_free_whatever_the_roster_says() {
    for place in Place::both() {
        let held = place.runtime().clone().with_roster(roster("[roles]"));
        let run = || Walk::run(&held, "f", &Arc::new(()), "home".to_owned());
        drop(run().await.unwrap_err());
        held.hand_in_artifact("f", "Walking.look", Actor::new("anybody"), "a hill")
            .await
            .unwrap();
        drop(run().await.unwrap_err());
        let refused = walk::hand_in::safe(&held, "f", Actor::new("anybody"), Verdict::Pass).await;
        assert!(
            refused
                .unwrap_err()
                .to_string()
                .contains("`Guide`, which nobody holds")
        );
        if place.is_file() {
            assert_eq!(roles(&place), ["anybody"], "no role is made up");
        }
    }
}

#[test]
fn a_malformed_roster_is_refused_with_its_place_and_what_to_write() {
    let remedy = "\nwrite a table `[roles]` with a list of names a role";
    let cases: [(&str, &[&str]); 8] = [
        (
            "[roles\nOwner = ['ada']",
            &["TOML parse error at line 1", "[roles"],
        ),
        (
            "[roles]\nOwner = ['ada'\n",
            &["TOML parse error at line", "Owner = ['ada'"],
        ),
        (
            "[roles]\nOwner = 'ada'\n",
            &["at line 2, column 9", "expected a sequence"],
        ),
        (
            "[roles]\nOwner = ['ada', 7]\n",
            &["at line 2, column 17", "expected a string"],
        ),
        ("roles = ['Owner']\n", &["at line 1, column 9", "expected a map"]),
        (
            "[rolls]\nOwner = ['ada']\n",
            &["at line 1, column 2", "unknown field `rolls`", "`roles`"],
        ),
        (
            "[roles]\n[people]\n",
            &["at line 2, column 2", "unknown field `people`"],
        ),
        ("", &["missing field `roles`"]),
    ];
    for (text, parts) in cases {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let of_file = Roster::open(file.path()).unwrap_err();
        let name = file.path().display().to_string();
        let told = [
            (of_file, format!("the roster `{name}` cannot be read: ")),
            (
                text.parse::<Roster>().unwrap_err(),
                "the roster cannot be read: ".to_owned(),
            ),
        ];
        for (error, beginning) in told {
            let text = error.to_string();
            assert!(error.is_refused(), "{text}");
            assert!(text.starts_with(&beginning) && text.ends_with(remedy), "{text}");
            for part in parts {
                assert!(text.contains(part), "`{part}` is not in: {text}");
            }
        }
    }
}

#[test]
fn a_roster_that_is_no_text_file_is_refused_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let latin = folder.path().join("latin.toml");
    std::fs::write(&latin, b"[roles]\nOwner = ['ad\xe8le']\n").unwrap();
    for (path, why) in [
        (folder.path().join("roster.toml"), "No such file"),
        (folder.path().to_owned(), "directory"),
        (latin, "UTF-8"),
    ] {
        let error = Roster::open(&path).unwrap_err().to_string();
        let beginning = format!("the roster `{}` cannot be read: ", path.display());
        assert!(error.starts_with(&beginning) && error.contains(why), "{error}");
        assert!(
            error.ends_with("; name a TOML file with a table `[roles]`"),
            "{error}"
        );
    }
}
