//! The commands that `next` proposes can be typed as they stand: they name the engine.

use tests::restate::Service;

use crate::desk::{Desk, SOON, within};
use crate::folder::Said;

fn proposed(desk: &Desk, run: Option<&str>) -> Vec<(String, String)> {
    let words: Vec<_> = ["next"].into_iter().chain(run.map(|_| "--")).chain(run).collect();
    let (_, next) = desk.json(&words);
    let actions = next["actions"].as_array().expect("there are actions");
    let of = |action: &serde_json::Value| {
        let command = action["command"].as_str().expect("each has a command");
        let command = command
            .replace(" FILE", " calm.toml")
            .replace(" ID", " another")
            .replace("REASON", "'no good'");
        (
            action["verb"].as_str().expect("it has a verb").to_owned(),
            command,
        )
    };
    actions.iter().map(of).collect()
}

fn typed(desk: &Desk, line: &str) -> Said {
    let mut shell = desk.folder.command("sh");
    shell.args(["-c", line]);
    within(SOON, shell)
}

fn waiting() -> Option<(Desk, Service)> {
    let (desk, worker) = Desk::launching("")?;
    desk.well(&["run", "--input", "moon.toml"]);
    Some((desk, worker))
}

#[test]
fn whoever_follows_next_comes_to_the_end() {
    let Some((desk, _worker)) = waiting() else {
        return;
    };
    let mut followed = Vec::new();
    for _ in 0..9 {
        let (verb, command) = proposed(&desk, None).remove(0);
        assert!(
            command.contains("--engine restate --url http://127.0.0.1:"),
            "{command}"
        );
        typed(&desk, &command).ends(0);
        let is_over = verb == "report";
        followed.push(verb);
        if is_over {
            break;
        }
    }
    // A run on an engine goes on by itself once it was handed what it waits for; `run` is who looks on.
    assert_eq!(
        followed.first().map(String::as_str),
        Some("approve"),
        "{followed:?}"
    );
    assert!(followed.contains(&"done".to_owned()), "{followed:?}");
    assert_eq!(
        followed.last().map(String::as_str),
        Some("report"),
        "{followed:?}"
    );
}

#[test]
fn ids_that_a_shell_would_take_apart_are_quoted() {
    let Some((desk, _worker)) = waiting() else {
        return;
    };
    for id in [
        "two words",
        "a/b",
        "it's",
        "-x",
        "$(touch owned)",
        "a;b&c|d",
        "🌙",
        "%2e",
    ] {
        desk.well(&["run", "--input", "moon.toml", "--", id]);
        for verb in ["approve", "done"] {
            desk.until(id, "waiting");
            let proposed = proposed(&desk, Some(id));
            let (_, command) = proposed
                .iter()
                .find(|(proposed, _)| proposed == verb)
                .expect("it is proposed");
            typed(&desk, command).ends(0);
        }
        desk.until(id, "done");
    }
    assert!(!desk.folder.path("owned").exists());
}
