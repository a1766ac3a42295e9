//! What people approved stands after rework for as long as it is the same; what was changed must be approved again.

#![allow(missing_docs, reason = "tests")]

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use tests::place::Place;
use tests::process;
use tests::script::Script;
use workflow_runtime::Standing;
use workflow_runtime::prelude::*;

/// What is made in a round.
#[derive(Debug, Clone, Copy)]
struct Round {
    draft: &'static str,
    polished: &'static str,
    index: &'static [(&'static str, u32)],
    picture: Option<&'static str>,
    caption: Option<&'static str>,
}

const FIRST: Round = Round {
    draft: "once",
    polished: "Once.",
    index: &[
        ("a", 1),
        ("b", 2),
        ("c", 3),
        ("d", 4),
        ("e", 5),
        ("f", 6),
        ("g", 7),
        ("h", 8),
    ],
    picture: None,
    caption: None,
};
const PICTURED: Round = Round {
    picture: Some("a fox"),
    ..FIRST
};

/// Makes that of each round; the proof passes in the last.
struct Writers {
    rounds: Vec<Round>,
    /// That in which something was made last.
    last: AtomicUsize,
}

impl Writers {
    fn of(rounds: &[Round]) -> Arc<Self> {
        Arc::new(Writers {
            rounds: rounds.to_vec(),
            last: AtomicUsize::new(0),
        })
    }

    fn round(&self, cx: &StepContext) -> Round {
        let round = usize::try_from(cx.round()).unwrap();
        self.last.store(round, Ordering::Relaxed);
        self.rounds[round]
    }
}

/// A plan whose review is sequential or parallel, and a team for it.
macro_rules! book {
    ($name:ident: $($parallel:ident)?) => {
        mod $name {
            use super::*;

            workflow! {
                pub(crate) workflow Book(topic: String) {
                    phase Drafting {
                        step draft(topic) -> text: String;
                        step polish(text) -> text;
                        step index(topic) -> index: HashMap<String, u32>;
                    }
                    optional(topic) phase Pictures {
                        step draw(topic) -> picture: String;
                    }
                    optional(topic) phase Captions {
                        step caption(topic) -> caption: String;
                    }
                    $($parallel)? phase Review {
                        #[rework(to = Drafting, max = 9)]
                        manual gate sign_off(text, index, picture, caption);
                        manual step dedicate(topic) -> words: String;
                        step count(text) -> pages: u32 { Ok(u32::try_from(text.len())?) }
                    }
                    phase Proof {
                        #[rework(to = Drafting, max = 9)]
                        gate proof(text);
                    }
                }
            }

            impl book::Drafting for Writers {
                async fn draft(&self, cx: &StepContext, _: &String) -> StepResult<String> {
                    Ok(self.round(cx).draft.to_owned())
                }
                async fn polish(&self, cx: &StepContext, _: &String) -> StepResult<String> {
                    Ok(self.round(cx).polished.to_owned())
                }
                async fn index(&self, cx: &StepContext, _: &String) -> StepResult<HashMap<String, u32>> {
                    let index = self.round(cx).index.iter();
                    Ok(index.map(|(word, page)| ((*word).to_owned(), *page)).collect())
                }
            }
            impl book::Pictures for Writers {
                async fn draw(&self, cx: &StepContext, _: &String) -> StepResult<String> {
                    Ok(self.round(cx).picture.expect("it is waived otherwise").to_owned())
                }
                async fn waive(&self, cx: &StepContext, _: &String) -> StepResult<Option<Waiver>> {
                    let none = self.round(cx).picture.is_none();
                    Ok(none.then(|| Waiver::because("words will do")))
                }
            }
            impl book::Captions for Writers {
                async fn caption(&self, cx: &StepContext, _: &String) -> StepResult<String> {
                    Ok(self.round(cx).caption.expect("it is waived otherwise").to_owned())
                }
                async fn waive(&self, cx: &StepContext, _: &String) -> StepResult<Option<Waiver>> {
                    let none = self.round(cx).caption.is_none();
                    Ok(none.then(|| Waiver::because("the picture says it")))
                }
            }
            impl book::Review for Writers {}
            impl book::Proof for Writers {
                async fn proof(&self, cx: &StepContext, _: &String) -> StepResult<Verdict> {
                    let last = usize::try_from(cx.round())? + 1 == self.rounds.len();
                    Ok(Verdict::pass_if(last, "a slip"))
                }
            }

            /// Drives the run to where it waits; empty if it is done.
            pub(crate) async fn drive(runtime: &Runtime, team: &Arc<Writers>) -> Vec<String> {
                match Book::run(runtime, "b", team, "foxes".to_owned()).await {
                    Ok(_) => Vec::new(),
                    Err(halted) => {
                        assert!(halted.is_waiting(), "{halted}");
                        halted.cause.steps().iter().map(|step| step.to_string()).collect()
                    }
                }
            }
        }
    };
}

book! { sequential: }
book! { side_by_side: parallel }

/// How a run is driven and handed in to.
#[derive(Debug, Clone, Copy)]
struct Way {
    parallel: bool,
    restarts: bool,
    /// Approvals come from a program that knows no plan.
    from_outside: bool,
}

/// What people say of the gate in each round that they are asked in, until the run is done: that it passes, unless it
/// is said otherwise. Yields what was asked for, and the place.
async fn go(mut place: Place, way: Way, rounds: &[Round], rejects_in: &[usize]) -> (Vec<String>, Place) {
    let mut asked = Vec::new();
    let team = Writers::of(rounds);
    loop {
        let waits = match way.parallel {
            true => side_by_side::drive(place.runtime(), &team).await,
            false => sequential::drive(place.runtime(), &team).await,
        };
        let round = team.last.load(Ordering::Relaxed);
        if waits.is_empty() {
            return (asked, place);
        }
        if way.restarts {
            place = place.reopened();
        }
        let (runtime, path) = (place.runtime(), place.is_file().then(|| place.path()));
        for step in waits {
            let dedicates = step == "Review.dedicate";
            asked.push(format!("{step} r{round}"));
            if dedicates {
                let to = Actor::new("the author");
                let handed_in = match way.parallel {
                    true => {
                        side_by_side::book::hand_in::dedicate(runtime, "b", to, "to you".to_owned()).await
                    }
                    false => sequential::book::hand_in::dedicate(runtime, "b", to, "to you".to_owned()).await,
                };
                handed_in.unwrap();
                continue;
            }
            let (by, verdict) = match rejects_in.contains(&round) {
                true => ("bo".to_owned(), Verdict::reject("too short")),
                false => (format!("ada {round}"), Verdict::Pass),
            };
            let rejects = !verdict.is_pass();
            match &path {
                Some(path) if way.from_outside => {
                    let outside = Runtime::open(path).unwrap();
                    outside
                        .hand_in("b", &step, Actor::new(by), verdict)
                        .await
                        .unwrap();
                }
                _ => runtime
                    .hand_in("b", &step, Actor::new(by), verdict)
                    .await
                    .unwrap(),
            }
            if rejects {
                // What else was waited for is not any more.
                break;
            }
        }
    }
}

fn ways() -> [(Way, Place); 4] {
    let way = |parallel, restarts, from_outside| Way {
        parallel,
        restarts,
        from_outside,
    };
    [
        (way(false, false, false), Place::memory()),
        (way(true, false, false), Place::memory()),
        (way(false, false, true), Place::file()),
        (way(true, true, false), Place::file()),
    ]
}

#[tokio::test]
async fn an_approval_stands_after_rework_if_nothing_that_the_gate_takes_was_changed() {
    let reordered: &[_] = &[
        ("h", 8),
        ("g", 7),
        ("f", 6),
        ("e", 5),
        ("d", 4),
        ("c", 3),
        ("b", 2),
        ("a", 1),
    ];
    let cases = [
        ("nothing was changed", FIRST, FIRST, true),
        (
            "the first was changed",
            FIRST,
            Round {
                polished: "Twice.",
                ..FIRST
            },
            false,
        ),
        (
            "the second was changed",
            FIRST,
            Round {
                index: &[("a", 1)],
                ..FIRST
            },
            false,
        ),
        (
            "a map has another order",
            FIRST,
            Round {
                index: reordered,
                ..FIRST
            },
            true,
        ),
        (
            "what it took before it was yielded anew was changed",
            FIRST,
            Round {
                draft: "twice",
                ..FIRST
            },
            true,
        ),
        ("the optional one is the same", PICTURED, PICTURED, true),
        (
            "the optional one was changed",
            PICTURED,
            Round {
                picture: Some("a dog"),
                ..FIRST
            },
            false,
        ),
        ("the optional one came to it", FIRST, PICTURED, false),
        ("the optional one went", PICTURED, FIRST, false),
        (
            "an optional one took the place of another",
            PICTURED,
            Round {
                caption: PICTURED.picture,
                ..FIRST
            },
            false,
        ),
        (
            "the optional one says that it is absent",
            FIRST,
            Round {
                picture: Some("absent"),
                ..FIRST
            },
            false,
        ),
    ];
    for (case, first, second, stands) in cases {
        for (way, place) in ways() {
            let script = Script::default();
            let (asked, place) = go(observed(place, &script), way, &[first, second], &[]).await;
            let mut expected = vec!["Review.sign_off r0", "Review.dedicate r0"];
            if !stands {
                expected.push("Review.sign_off r1");
            }
            // What is made by hand is always made again.
            expected.push("Review.dedicate r1");
            assert_eq!(asked, expected, "{case}, {way:?}");
            if place.is_file() {
                let lines = place.lines("b");
                let of_stands: Vec<_> = lines.iter().filter_map(|line| line.get("stands")).collect();
                let line = json!({ "gate": "Review.sign_off", "round": 1, "given_in": 0, "by": "ada 0" });
                assert_eq!(of_stands, vec![&line; usize::from(stands)], "{case}, {way:?}");
                place.runtime().verify("b").await.unwrap();
            }
            if !way.restarts {
                let heard = script.notes();
                let heard = heard.iter().filter(|note| note.starts_with("Stands"));
                let told = "Stands { gate: \"Review.sign_off\", by: \"ada 0\", given_in: 0 } r1";
                assert_eq!(
                    heard.collect::<Vec<_>>(),
                    vec![told; usize::from(stands)],
                    "{case}, {way:?}"
                );
            }
            let runs = place.runtime().runs().await.unwrap();
            assert_eq!(runs[0].standing, Standing::Done);
        }
    }
}

fn observed(place: Place, script: &Script) -> Place {
    place.map(|runtime| runtime.with_observer(script.observer()))
}

#[tokio::test]
async fn the_last_approval_counts_with_the_round_in_which_it_was_given() {
    let other = Round {
        polished: "Twice.",
        ..FIRST
    };
    let way = Way {
        parallel: false,
        restarts: true,
        from_outside: false,
    };
    let (asked, place) = go(Place::file(), way, &[FIRST, other, other, other, FIRST], &[]).await;
    let signed: Vec<_> = asked
        .iter()
        .filter(|asked| asked.starts_with("Review.sign_off"))
        .collect();
    assert_eq!(
        signed,
        ["Review.sign_off r0", "Review.sign_off r1", "Review.sign_off r4"],
        "an older one was taken away by a newer one"
    );
    let stands: Vec<_> = place
        .journal("b")
        .into_iter()
        .filter(|line| line.starts_with("stands"))
        .collect();
    assert_eq!(
        stands,
        [
            "stands Review.sign_off by ada 1 r2",
            "stands Review.sign_off by ada 1 r3"
        ]
    );
    let lines = place.lines("b");
    let given_in = lines
        .iter()
        .filter_map(|line| line.get("stands")?.get("given_in")?.as_u64());
    assert_eq!(given_in.collect::<Vec<_>>(), [1, 1]);
}

#[tokio::test]
async fn a_rejection_by_hand_takes_an_earlier_approval_away() {
    let other = Round {
        polished: "Twice.",
        ..FIRST
    };
    for (way, place) in ways() {
        // Approved; changed and rejected; as it was approved first.
        let (asked, _) = go(place, way, &[FIRST, other, FIRST], &[1]).await;
        let signed: Vec<_> = asked
            .iter()
            .filter(|asked| asked.starts_with("Review.sign_off"))
            .collect();
        assert_eq!(
            signed,
            ["Review.sign_off r0", "Review.sign_off r1", "Review.sign_off r2"],
            "{way:?}"
        );
    }
}

#[tokio::test]
async fn an_approval_by_another_process_stands() {
    let place = Place::file();
    let team = Writers::of(&[FIRST, FIRST]);
    assert_eq!(
        sequential::drive(place.runtime(), &team).await,
        ["Review.sign_off"]
    );
    let path = place.path();
    let said = tokio::task::spawn_blocking(move || process::tell("approve", &path))
        .await
        .unwrap();
    assert_eq!(said, ["approved"]);
    assert_eq!(
        sequential::drive(place.runtime(), &team).await,
        ["Review.dedicate"]
    );
    for _ in 0..2 {
        let by = Actor::new("the author");
        sequential::book::hand_in::dedicate(place.runtime(), "b", by, "to you".to_owned())
            .await
            .unwrap();
        drop(sequential::drive(place.runtime(), &team).await);
    }
    assert!(sequential::drive(place.runtime(), &team).await.is_empty());
    assert!(
        place
            .journal("b")
            .contains(&"stands Review.sign_off by another r1".to_owned())
    );
}

#[tokio::test]
async fn as_another_process() {
    let Some((_, path)) = process::told() else { return };
    let runtime = Runtime::open(path).unwrap();
    runtime
        .hand_in("b", "Review.sign_off", Actor::new("another"), Verdict::Pass)
        .await
        .unwrap();
    process::say("approved");
}
