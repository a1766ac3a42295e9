//! What an engine does otherwise than the embedded journal, all of it.

use tests::engine::Conduct;

use crate::scene::{Backend, Showing, show};

/// One difference. The behaviour is the test that shows it.
pub(crate) struct Difference {
    pub(crate) behaviour: &'static str,
    pub(crate) embedded: &'static str,
    pub(crate) engine: &'static str,
    pub(crate) because: &'static str,
    /// Whether the histories differ too.
    pub(crate) in_history: bool,
}

pub(crate) const DIFFERENCES: &[Difference] = &[
    Difference {
        behaviour: "failing::a_team_that_cannot_say_halts_the_run",
        embedded: "a run whose team cannot say whether a phase is waived is listed as running",
        engine: "it is listed as halted",
        because: "the embedded journal has no line for that; an engine keeps what the team said",
        in_history: false,
    },
    Difference {
        behaviour: "stepping::a_run_is_driven_by_phase_and_by_step",
        embedded: "`run.phase(&team)`, steps by name and `skip` drive the run",
        engine: "they are refused",
        because: "the services of the plan drive it, and nobody else can",
        in_history: true,
    },
    Difference {
        behaviour: "cancel::a_step_under_way_is_stopped_or_let_finish",
        embedded: "a step under way is dropped at its next await, and made again when the run goes on",
        engine: "it is let finish, and its result counts",
        because: "a service may be in another process, which nothing reaches in the middle of a step",
        in_history: true,
    },
    Difference {
        behaviour: "cancel::members_at_once_are_stopped_together",
        embedded: "the same for all members of a parallel phase",
        engine: "all that were begun are let finish",
        because: "the same",
        in_history: true,
    },
    Difference {
        behaviour: "manual::what_is_handed_in_is_taken_in_by_whoever_drives_the_run",
        embedded: "a run that halted where it waits goes on when it is driven again",
        engine: "it goes on by itself as soon as that is handed in",
        because: "a service carries it out all the time, whether anybody follows it or not",
        in_history: true,
    },
    Difference {
        behaviour: "undo::a_run_that_waits_is_taken_back",
        embedded: "a run that waits is taken back at once",
        engine: "it is told to stop first, and that is recorded",
        because: "whoever carries it out waits for what is handed in, and hears of nothing else",
        in_history: true,
    },
    Difference {
        behaviour: "reading::a_run_is_listed_as_its_history_has_it",
        embedded: "the position of a listed run is that of its last line",
        engine: "it is what was begun last, and no manual step",
        because: "lists are made from what the engine indexes, without reading every journal",
        in_history: false,
    },
    Difference {
        behaviour: "undo::a_run_under_way_is_taken_back",
        embedded: "a run that is driven is held, and nobody else can have it undone",
        engine: "it is told to stop, the step under way is let finish, and it is taken back",
        because: "handles of an engine's runs hold nothing, they follow",
        in_history: true,
    },
    Difference {
        behaviour: "reading::two_who_run_it_at_once",
        embedded: "the second who drives a run is refused: it is held",
        engine: "both follow it to its end",
        because: "the same",
        in_history: false,
    },
    Difference {
        behaviour: "rounds::who_was_asked_in_vain_is_not_waited_for",
        embedded: "a run that was sent back while somebody was asked is listed as running",
        engine: "it is listed as waiting until it asks again, halts or is done; its history is right",
        because: "lists are made from what the engine indexes: what was asked and not given",
        in_history: false,
    },
    Difference {
        behaviour: "rounds::what_fails_after_a_gate_sent_the_run_back",
        embedded: "what fails beside a gate that sent the run back is tried again, as it was in flight",
        engine: "it is not tried again",
        because: "its round is over: whatever it came to would not count",
        in_history: true,
    },
    Difference {
        behaviour: "reading::a_hold_is_broken",
        embedded: "`break_hold` ends the hold of a driver that hangs",
        engine: "it is refused",
        because: "the engine gives a run to another service by itself",
        in_history: false,
    },
    Difference {
        behaviour: "plan_change::a_run_under_way_meets_a_changed_plan",
        embedded: "a compatible change is taken over, and recorded",
        engine: "the run goes on under the plan that it began with, by services that have that one",
        because: "a changed plan is another service, which never meets an old journal",
        in_history: true,
    },
    Difference {
        behaviour: "observing::who_follows_a_run_hears_of_it",
        embedded: "observers of the runtime hear each event as it happens",
        engine: "they hear it when the journal is read, without the starts of steps; observers of the service hear the rest",
        because: "it happens in the process of the service",
        in_history: false,
    },
];

/// Shows a behaviour on the embedded journal and on engines, and compares what was recorded.
pub(crate) fn histories_are_the_same(behaviour: &'static str, showing: Showing) {
    let listed = DIFFERENCES
        .iter()
        .find(|difference| difference.behaviour == behaviour);
    let embedded = show(Backend::Embedded, behaviour, showing);
    let conducts = [
        Conduct::Steady,
        Conduct::Slow,
        Conduct::CrashesAfterEachEntry,
        Conduct::CrashesBeforeEachResult,
    ];
    for conduct in conducts {
        let engine = show(Backend::InProcess(conduct), behaviour, showing);
        match listed.is_some_and(|difference| difference.in_history) {
            // Who crashes in the middle may do again what the embedded journal does again.
            true if conduct != Conduct::Steady => {}
            true => assert_ne!(engine, embedded, "they are the same, but listed as different"),
            false => assert_eq!(engine, embedded, "{conduct:?}"),
        }
    }
}

#[test]
fn every_difference_is_shown_by_a_behaviour() {
    for difference in DIFFERENCES {
        let Difference {
            behaviour,
            embedded,
            engine,
            because,
            ..
        } = difference;
        assert!(crate::BEHAVIOURS.contains(behaviour), "there is no `{behaviour}`");
        assert!(![embedded, engine, because].iter().any(|text| text.is_empty()));
    }
}

/// The table of the README is this one; `PAGES=overwrite` takes over what is new.
#[test]
fn the_readme_lists_them() {
    const BEGIN: &str = "<!-- differences -->\n";
    const END: &str = "<!-- /differences -->";
    let path = tests::page::root().join("workflow-restate/README.md");
    let readme = std::fs::read_to_string(&path).expect("the README");
    let (before, rest) = readme.split_once(BEGIN).expect("where the table begins");
    let (found, after) = rest.split_once(END).expect("where it ends");
    let row = |difference: &Difference| {
        let Difference {
            embedded,
            engine,
            because,
            ..
        } = difference;
        format!("| {embedded} | {engine} | {because} |\n")
    };
    let table = format!(
        "| the embedded journal | an engine | because |\n|---|---|---|\n{}",
        DIFFERENCES.iter().map(row).collect::<String>()
    );
    if std::env::var("PAGES").is_ok_and(|pages| pages == "overwrite") {
        let new = format!("{before}{BEGIN}{table}{END}{after}");
        std::fs::write(&path, new).expect("the README can be written");
        return;
    }
    assert_eq!(found, table, "{} is out of date", path.display());
}
