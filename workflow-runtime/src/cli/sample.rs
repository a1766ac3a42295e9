//! A run for the tests of what is written about runs, with something of everything: told line by line, so that its times
//! are what the tests want.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::cli::view::View;
use crate::history::{History, Record, RecordKind, Signature};
use crate::plan::Plan;
use crate::summary::{RunSummary, Standing};

workflow_runtime::workflow! {
    /// From a wish to a release.
    pub(crate) workflow Release(wish: String) {
        /// Answers for how it is built.
        role Architect;
        role Owner;

        /// What is wanted.
        phase Requirements {
            #[estimate("1m..5m")]
            step gather(wish) -> needs: Vec<String>;
        }

        phase Design {
            /// With a pencil, to scale.
            #[retry(attempts = 3, backoff = "2s")]
            #[estimate("10m..30m")]
            step draw(needs) -> drawing: String;
            #[by(Architect)]
            manual gate review(drawing);
        }

        parallel phase Build {
            #[estimate("1h..2h")]
            step code(drawing) -> code: String;
            #[undo(burn)]
            step docs(drawing) -> docs: String;
            step package(code, docs) -> package: String;
            #[rework(to = Design, max = 2)]
            gate quality(package);
        }

        optional phase Translation {
            step translate(docs) -> translation: String;
        }

        phase Launch {
            #[by(Owner)]
            #[estimate("1d..2d")]
            manual step date(package) -> date: String;
            #[undo(take_down)]
            step publish(package, date) -> url: String;
        }
    }
}

/// 2026-03-12, nine o'clock.
pub(crate) const NINE: Duration = Duration::from_secs(1_773_306_000);

/// Lines of a journal, written one after another.
pub(crate) struct Diary {
    plan: &'static Plan,
    now: Duration,
    records: Vec<Record>,
    standing: Standing,
    pub(crate) held_by: Option<String>,
    id: String,
}

impl Diary {
    pub(crate) fn of(plan: &'static Plan) -> Self {
        Diary {
            plan,
            now: NINE,
            records: Vec::new(),
            standing: Standing::Running,
            held_by: None,
            id: "till".to_owned(),
        }
    }

    pub(crate) fn named(self, id: &str) -> Self {
        Diary {
            id: id.to_owned(),
            ..self
        }
    }

    /// Some seconds later, that happens.
    pub(crate) fn then(mut self, seconds: u64, kind: RecordKind) -> Self {
        self.now += Duration::from_secs(seconds);
        self.records.push(Record {
            number: self.records.len() as u64 + 1,
            at: Some(UNIX_EPOCH + self.now),
            kind,
        });
        self
    }

    pub(crate) fn stands(self, standing: Standing) -> Self {
        Diary { standing, ..self }
    }

    pub(crate) fn now(&self) -> SystemTime {
        UNIX_EPOCH + self.now
    }

    pub(crate) fn view(self) -> View {
        View::of(self.history())
    }

    /// As a journal in memory has it.
    pub(crate) fn timeless(mut self) -> View {
        self.records.iter_mut().for_each(|record| record.at = None);
        self.view()
    }

    fn history(self) -> History {
        History {
            run: RunSummary {
                id: self.id,
                workflow: self.plan.name.to_owned(),
                standing: self.standing,
                position: "Launch.date".to_owned(),
                began_at: UNIX_EPOCH + NINE,
                changed_at: UNIX_EPOCH + self.now,
                stuck: None,
                held_by: self.held_by,
            },
            plan: self.plan,
            records: self.records,
        }
    }
}

pub(crate) fn began() -> RecordKind {
    RecordKind::Began {
        inputs: vec![("wish".to_owned(), "\"a shop\"".to_owned())],
    }
}

/// Done after so many seconds of work.
pub(crate) fn done(step: &str, round: u32, attempt: u32, took: u64, artifact: &str) -> RecordKind {
    RecordKind::StepDone {
        step: step.to_owned(),
        round,
        attempt,
        artifact: (!artifact.is_empty()).then(|| artifact.to_owned()),
        by: None,
        took: Some(Duration::from_secs(took)),
        said: vec![format!("{step} is at it")],
    }
}

pub(crate) fn handed_in(step: &str, round: u32, by: (&str, &str, &str), artifact: &str) -> RecordKind {
    RecordKind::StepDone {
        step: step.to_owned(),
        round,
        attempt: 0,
        artifact: (!artifact.is_empty()).then(|| artifact.to_owned()),
        by: Some(signature(by)),
        took: None,
        said: Vec::new(),
    }
}

pub(crate) fn failed(step: &str, round: u32, attempt: u32, took: u64, error: &str) -> RecordKind {
    RecordKind::StepFailed {
        step: step.to_owned(),
        round,
        attempt,
        error: error.to_owned(),
        terminal: false,
        halts: attempt == 3,
        took: Some(Duration::from_secs(took)),
        said: vec!["out of ink".to_owned()],
    }
}

pub(crate) fn rejected(gate: &str, round: u32, reason: &str, back_to: Option<&str>) -> RecordKind {
    RecordKind::Rejected {
        gate: gate.to_owned(),
        round,
        reason: reason.to_owned(),
        back_to: back_to.map(str::to_owned),
        by: None,
        took: Some(Duration::from_secs(60)),
        said: Vec::new(),
    }
}

pub(crate) fn waiting(step: &str, round: u32) -> RecordKind {
    RecordKind::Waiting {
        step: step.to_owned(),
        round,
    }
}

pub(crate) fn signature((by, role, note): (&str, &str, &str)) -> Signature {
    Signature {
        by: by.to_owned(),
        role: (!role.is_empty()).then(|| role.to_owned()),
        note: (!note.is_empty()).then(|| note.to_owned()),
    }
}

pub(crate) fn waived() -> RecordKind {
    RecordKind::Waived {
        phase: "Translation".to_owned(),
        round: 1,
        reason: "everybody reads English".to_owned(),
        by: Some("olga".to_owned()),
    }
}

/// A run that was drawn twice, sent back once, waited for two people, and waits for a third.
pub(crate) fn eventful() -> Diary {
    let ada = ("ada", "Architect", "looks good");
    Diary::of(Release::PLAN)
        .then(0, began())
        .then(
            120,
            done("Requirements.gather", 0, 1, 120, r#"["a shop","a till"]"#),
        )
        .then(600, failed("Design.draw", 0, 1, 600, "the pencil broke\nin two"))
        .then(602, done("Design.draw", 0, 2, 600, r#""a drawing""#))
        .then(0, waiting("Design.review", 0))
        .then(3 * 86_400, handed_in("Design.review", 0, ada, ""))
        .then(3_600, done("Build.docs", 0, 1, 3_600, r#""docs""#))
        .then(
            6_000,
            done(
                "Build.code",
                0,
                1,
                9_600,
                r#"{"lines":1200,"files":["a.rs","b.rs"]}"#,
            ),
        )
        .then(300, done("Build.package", 0, 1, 300, r#""package""#))
        .then(60, rejected("Build.quality", 0, "too slow", Some("Design")))
        .then(900, done("Design.draw", 1, 1, 900, r#""a better drawing""#))
        .then(0, waiting("Design.review", 1))
        .then(7_200, handed_in("Design.review", 1, ("ada", "Architect", ""), ""))
        .then(1_800, done("Build.docs", 1, 1, 1_800, r#""new docs""#))
        .then(1_800, done("Build.code", 1, 1, 3_600, r#"{"lines":900}"#))
        .then(300, done("Build.package", 1, 1, 300, r#""new package""#))
        .then(60, done("Build.quality", 1, 1, 60, ""))
        .then(0, waived())
        .then(0, waiting("Launch.date", 1))
        .stands(Standing::Waiting)
}
