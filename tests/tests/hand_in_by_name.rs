//! What is handed in by the names of the run and the step: from any program that can open the journal.

#![allow(missing_docs, reason = "tests")]

use std::sync::Arc;

use contract::{Position, SigningOutcome};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tests::place::{self, Place};
use tests::process;
use workflow_runtime::prelude::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Price {
    amount: u32,
    terms: Terms,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Terms {
    days: u32,
}

fn fair(price: &Price) -> Verdict {
    Verdict::pass_if(price.amount < 1000, "that is too dear")
}

workflow! {
    pub workflow Contract(goods: String) {
        phase Offer {
            step describe(goods) -> text: String { Ok(format!("fine {goods}")) }
            #[check(fair)]
            manual step quote(text) -> price: Price;
        }
        phase Signing {
            manual step call(text);
            #[rework(to = Offer, max = 1)]
            manual gate sign(text, price);
            gate filed(price) { Ok(Verdict::pass_if(price.amount > 0, "it is for free")) }
        }
        optional phase Party {
            step cater(price) -> food: String { Ok(format!("food for {}", price.amount)) }
            manual gate toast(price);
        }
        phase Handover {
            manual gate delivered(text);
        }
    }
}

struct Traders;

impl contract::Offer for Traders {}
impl contract::Signing for Traders {}
impl contract::Party for Traders {
    async fn waive(&self, _: &StepContext) -> StepResult<Option<Waiver>> {
        Ok(Some(Waiver::because("nobody is in the mood")))
    }
}

const PRICE: Price = Price {
    amount: 90,
    terms: Terms { days: 30 },
};

fn ada() -> Actor {
    Actor::new("ada")
}

/// Drives the run until it halts, and tells where.
async fn drive(runtime: &Runtime, id: &str) -> Vec<String> {
    match Contract::run(runtime, id, &Arc::new(Traders), "silk".to_owned()).await {
        Ok(done) => vec![format!("done: {}", done.artifacts().price().amount)],
        Err(halted) => {
            assert!(halted.is_waiting(), "{halted}");
            halted.cause.steps().iter().map(|step| step.to_string()).collect()
        }
    }
}

#[tokio::test]
async fn what_is_handed_in_by_name_is_as_good_as_what_is_typed() {
    for place in Place::both() {
        let runtime = place.runtime();
        for id in ["typed", "named"] {
            assert_eq!(drive(runtime, id).await, ["Offer.quote"]);
            match id {
                "typed" => contract::hand_in::quote(runtime, id, ada(), PRICE).await,
                _ => runtime.hand_in_artifact(id, "Offer.quote", ada(), &PRICE).await,
            }
            .unwrap();
            assert_eq!(drive(runtime, id).await, ["Signing.call"]);
            match id {
                "typed" => contract::hand_in::call(runtime, id, ada(), ()).await,
                _ => runtime.hand_in_artifact(id, "Signing.call", ada(), &()).await,
            }
            .unwrap();
            assert_eq!(drive(runtime, id).await, ["Signing.sign"]);
            match id {
                "typed" => contract::hand_in::sign(runtime, id, ada(), Verdict::Pass).await,
                _ => runtime.hand_in(id, "Signing.sign", ada(), Verdict::Pass).await,
            }
            .unwrap();
            assert_eq!(drive(runtime, id).await, ["Handover.delivered"]);
            match id {
                "typed" => contract::hand_in::delivered(runtime, id, ada(), Verdict::Pass).await,
                _ => {
                    runtime
                        .hand_in(id, "Handover.delivered", ada(), Verdict::Pass)
                        .await
                }
            }
            .unwrap();
            assert_eq!(drive(runtime, id).await, ["done: 90"]);
        }
        if place.is_file() {
            let timeless = |id| place.lines(id).into_iter().map(timeless).collect::<Vec<_>>();
            assert_eq!(timeless("named"), timeless("typed"));
        }
    }
}

/// A line without how long it took.
fn timeless(mut line: Value) -> Value {
    let kinds = line.as_object_mut().expect("a line is an object");
    for of in kinds.values_mut().filter_map(Value::as_object_mut) {
        of.remove("took_ms");
    }
    line
}

#[tokio::test]
async fn artifacts_are_anything_that_serializes_as_their_type_does() {
    let text = serde_json::value::to_raw_value(&PRICE).unwrap();
    let value = json!({ "terms": { "days": 30 }, "amount": 90, "unknown": null });
    for place in Place::both() {
        let runtime = place.runtime();
        for id in ["text", "value"] {
            drive(runtime, id).await;
        }
        runtime
            .hand_in_artifact("text", "Offer.quote", ada(), &*text)
            .await
            .unwrap();
        runtime
            .hand_in_artifact("value", "Offer.quote", ada(), &value)
            .await
            .unwrap();
        for id in ["text", "value"] {
            let Position::AfterOffer(run) = Contract::resume(runtime, id).await.unwrap() else {
                panic!("`quote` was handed in");
            };
            assert_eq!(*run.artifacts().price(), PRICE);
        }
    }
}

/// As seen by a program that is not the one that drives: its own runtime on the file.
fn stranger(place: &Place) -> Runtime {
    Runtime::open(place.path()).unwrap()
}

#[tokio::test]
async fn a_program_that_knows_no_plan_gives_verdicts_and_sends_back() {
    let place = Place::file();
    let stranger = stranger(&place);
    for (verdict, outcome) in [
        (Verdict::reject("too vague"), "back"),
        (Verdict::reject("still too vague"), "halted"),
    ] {
        assert_eq!(drive(place.runtime(), "c").await, ["Offer.quote"]);
        contract::hand_in::quote(place.runtime(), "c", ada(), PRICE)
            .await
            .unwrap();
        assert_eq!(drive(place.runtime(), "c").await, ["Signing.call"]);
        // One that yields nothing needs no type.
        stranger
            .hand_in_artifact("c", "Signing.call", ada(), &())
            .await
            .unwrap();
        assert_eq!(drive(place.runtime(), "c").await, ["Signing.sign"]);
        let Position::AfterOffer(run) = Contract::resume(place.runtime(), "c").await.unwrap() else {
            panic!("`Offer` is done");
        };
        stranger
            .hand_in("c", "Signing.sign", Actor::new("bo"), verdict)
            .await
            .unwrap();
        match run.signing(&Arc::new(Traders)).await {
            Ok(SigningOutcome::BackToOffer(_, rejection)) if outcome == "back" => {
                assert_eq!(
                    (rejection.gate(), rejection.reason()),
                    ("Signing.sign", "too vague")
                );
            }
            Err(halted) if outcome == "halted" => assert!(halted.is_rejected(), "{halted}"),
            other => panic!("{other:?}"),
        }
    }
    let journal = place.journal("c");
    let rejected: Vec<_> = journal
        .iter()
        .filter(|line| line.starts_with("rejected"))
        .collect();
    assert_eq!(
        rejected,
        [
            "rejected Signing.sign to Offer by bo",
            "rejected Signing.sign by bo r1"
        ]
    );
    let error = stranger
        .hand_in("c", "Signing.sign", ada(), Verdict::Pass)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "run `c`: `Signing.sign` is not waiting; it was rejected already: still too vague"
    );
}

#[tokio::test]
async fn a_program_that_knows_no_plan_is_told_how_to_hand_in_artifacts() {
    let place = Place::file();
    drive(place.runtime(), "c").await;
    let before = place.lines("c");
    // Each has its own order of what it knows.
    for _ in 0..10 {
        let stranger = stranger(&place);
        let refused = stranger
            .hand_in_artifact("c", "Offer.quote", ada(), &PRICE)
            .await
            .unwrap_err();
        assert!(refused.is_refused());
        assert_eq!(
            refused.to_string(),
            "run `c`: what `ada` handed in for `Offer.quote` is refused; this program does not know the type \
             `Price`; tell the runtime of the plan: `runtime.knows::<Contract>()`"
        );
        // Told so, it knows, also after it was asked without.
        let refused = stranger
            .knows::<Contract>()
            .hand_in_artifact("c", "Offer.quote", ada(), "ninety")
            .await
            .unwrap_err();
        assert!(
            refused.to_string().contains("it is no `Price`: invalid type"),
            "{refused}"
        );
    }
    assert_eq!(place.lines("c"), before);
    let knows = stranger(&place).knows::<Contract>();
    knows
        .hand_in_artifact("c", "Offer.quote", ada(), &PRICE)
        .await
        .unwrap();
    assert_eq!(drive(place.runtime(), "c").await, ["Signing.call"]);
}

#[tokio::test]
async fn other_processes_hand_in_while_this_one_drives() {
    let place = Place::file();
    let runtime = place.runtime().clone().wait_for_hand_ins();
    let driving = tokio::spawn(async move { drive(&runtime, "c").await });
    for (what, expected) in [
        ("quote", "handed in"),
        ("call", "handed in"),
        ("reject", "handed in"),
        ("quote", "handed in"),
        ("call", "handed in"),
        ("pass", "handed in"),
        ("deliver", "handed in"),
        (
            "deliver",
            "run `c`: `Handover.delivered` is not waiting; it was handed in already",
        ),
    ] {
        let path = place.path();
        let said = tokio::task::spawn_blocking(move || process::tell(what, &path))
            .await
            .unwrap();
        assert_eq!(said, [expected], "{what}");
    }
    assert_eq!(driving.await.unwrap(), ["done: 90"]);
    let journal = place::lines(&place.sql(), "c");
    let by = |line: &&Value| line.to_string().contains("\"by\":\"another\"");
    assert_eq!(journal.iter().filter(by).count(), 7);
    place.runtime().verify("c").await.unwrap();
}

#[tokio::test]
async fn as_another_process() {
    let Some((what, path)) = process::told() else {
        return;
    };
    let runtime = Runtime::open(&path).unwrap();
    let given = loop {
        let given = hand_in(&runtime, &what).await;
        // It may come sooner than the run does.
        let is_early =
            |error: &RuntimeError| error.is_not_found() || error.to_string().contains("not come to it");
        match given {
            Err(error) if is_early(&error) => tokio::time::sleep(std::time::Duration::from_millis(5)).await,
            given => break given,
        }
    };
    process::say(given.map_or_else(|error| error.to_string(), |()| "handed in".to_owned()));
}

async fn hand_in(runtime: &Runtime, what: &str) -> Result<(), RuntimeError> {
    let by = Actor::new("another");
    match what {
        "quote" => {
            let runtime = runtime.clone().knows::<Contract>();
            runtime.hand_in_artifact("c", "Offer.quote", by, &PRICE).await
        }
        "call" => runtime.hand_in_artifact("c", "Signing.call", by, &()).await,
        "reject" => {
            runtime
                .hand_in("c", "Signing.sign", by, Verdict::reject("too vague"))
                .await
        }
        "pass" => runtime.hand_in("c", "Signing.sign", by, Verdict::Pass).await,
        _ => {
            runtime
                .hand_in("c", "Handover.delivered", by, Verdict::Pass)
                .await
        }
    }
}
