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

/// What cannot be written as JSON.
#[derive(Debug)]
struct Unwritable;

impl Serialize for Unwritable {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("it has no end"))
    }
}

/// What somebody tries to hand in.
#[derive(Debug)]
enum Tries {
    Verdict(Verdict),
    Json(Value),
    Unwritable,
}

impl Tries {
    async fn at(&self, runtime: &Runtime, id: &str, path: &str, by: &str) -> Result<(), RuntimeError> {
        let actor = Actor::new(by);
        match self {
            Tries::Verdict(verdict) => runtime.hand_in(id, path, actor, verdict.clone()).await,
            Tries::Json(json) => runtime.hand_in_artifact(id, path, actor, json).await,
            Tries::Unwritable => runtime.hand_in_artifact(id, path, actor, &Unwritable).await,
        }
    }
}

#[tokio::test]
async fn what_does_not_fit_is_refused_with_the_reason_and_leaves_no_trace() {
    let pass = || Tries::Verdict(Verdict::Pass);
    let price = |json| Tries::Json(json);
    let good = || price(json!(PRICE));
    let what = |of: &str, why: &str| format!("run `c`: what `ada` handed in for `{of}` is refused; {why}");
    let cases = [
        // Who.
        (
            "Offer.quote",
            " ",
            good(),
            "run `c`: what ` ` handed in for `Offer.quote` is refused; \
             it does not say who hands it in; name the actor"
                .to_owned(),
        ),
        (
            "Signing.sign",
            "",
            pass(),
            "run `c`: what `` handed in for `Signing.sign` is refused; \
             it does not say who hands it in; name the actor"
                .to_owned(),
        ),
        // For what.
        (
            "Offer.qoute",
            "ada",
            good(),
            what(
                "Offer.qoute",
                "the plan has no such step; did you mean `Offer.quote`?",
            ),
        ),
        (
            "quote",
            "ada",
            good(),
            what("quote", "the plan has no such step; did you mean `Offer.quote`?"),
        ),
        (
            "signing.SIGN",
            "ada",
            pass(),
            what(
                "signing.SIGN",
                "the plan has no such step; did you mean `Signing.sign`?",
            ),
        ),
        (
            "Offer.describes",
            "ada",
            good(),
            what(
                "Offer.describes",
                "the plan has no such step; did you mean `Offer.describe`?",
            ),
        ),
        (
            "",
            "ada",
            pass(),
            what(
                "",
                "the plan has no such step; by hand it has `Offer.quote`, `Signing.call`, `Signing.sign`, \
                 `Party.toast`, `Handover.delivered`",
            ),
        ),
        (
            "Offer.describe",
            "ada",
            good(),
            what("Offer.describe", "it is not manual, the team does it"),
        ),
        (
            "Signing.filed",
            "ada",
            pass(),
            what("Signing.filed", "it is not manual, the team does it"),
        ),
        // What.
        (
            "Signing.sign",
            "ada",
            good(),
            what(
                "Signing.sign",
                "it is a gate, which takes a verdict: use `hand_in`",
            ),
        ),
        (
            "Offer.quote",
            "ada",
            pass(),
            what(
                "Offer.quote",
                "it is a step, which takes an artifact: use `hand_in_artifact`",
            ),
        ),
        (
            "Offer.quote",
            "ada",
            price(json!({ "amount": 90, "terms": { "days": "thirty" } })),
            what(
                "Offer.quote",
                "it is no `Price`: at `terms.days`: invalid type: string \"thirty\", expected u32 \
                 at line 1 column 37",
            ),
        ),
        (
            "Offer.quote",
            "ada",
            price(json!({ "amount": 90, "terms": {} })),
            what(
                "Offer.quote",
                "it is no `Price`: at `terms`: missing field `days` at line 1 column 23",
            ),
        ),
        (
            "Offer.quote",
            "ada",
            price(json!(null)),
            what(
                "Offer.quote",
                "it is no `Price`: invalid type: null, expected struct Price at line 1 column 4",
            ),
        ),
        (
            "Offer.quote",
            "ada",
            price(json!({ "amount": 1000, "terms": { "days": 0 } })),
            what("Offer.quote", "its check rejects it: that is too dear"),
        ),
        (
            "Offer.quote",
            "ada",
            Tries::Unwritable,
            what("Offer.quote", "it cannot be journaled: it has no end"),
        ),
        (
            "Signing.call",
            "ada",
            price(json!("hello")),
            what("Signing.call", "the step yields no artifact; hand in `()`"),
        ),
        // When.
        (
            "Signing.call",
            "ada",
            price(json!(null)),
            "run `c`: `Signing.call` is not waiting; the run has not come to it yet; \
             drive the run until it halts there"
                .to_owned(),
        ),
        (
            "Handover.delivered",
            "ada",
            pass(),
            "run `c`: `Handover.delivered` is not waiting; the run has not come to it yet; \
             drive the run until it halts there"
                .to_owned(),
        ),
    ];
    for place in Place::both() {
        assert_eq!(drive(place.runtime(), "c").await, ["Offer.quote"]);
        let before = trace(&place).await;
        for (path, by, tries, expected) in &cases {
            let refused = tries.at(place.runtime(), "c", path, by).await.unwrap_err();
            assert_eq!(refused.to_string(), *expected, "{tries:?}");
            let is_when = expected.contains("is not waiting");
            assert_eq!(
                (refused.is_refused(), refused.is_not_waiting()),
                (!is_when, is_when)
            );
            if place.is_file() {
                // A program that knows no plan says the same, but where it needs the type.
                let refused = tries.at(&stranger(&place), "c", path, by).await.unwrap_err();
                let needs_type = expected.contains("`Price`") || expected.contains("its check");
                if needs_type {
                    assert!(refused.to_string().contains("knows::<Contract>"), "{refused}");
                } else {
                    assert_eq!(refused.to_string(), *expected, "{tries:?}");
                }
            }
        }
        for tries in [pass(), good()] {
            let unknown = tries
                .at(place.runtime(), "d", "Offer.quote", "ada")
                .await
                .unwrap_err();
            assert!(unknown.is_not_found());
            assert!(unknown.to_string().contains("there is no run `d`"), "{unknown}");
        }
        assert_eq!(trace(&place).await, before);
    }
}

/// All that a refusal must leave as it is.
async fn trace(place: &Place) -> String {
    let runs = place.runtime().runs().await.unwrap();
    let runs = runs
        .iter()
        .map(|run| (run.standing, &run.position, run.changed_at));
    let runs: Vec<_> = runs.collect();
    let lines = if place.is_file() {
        place.lines("c")
    } else {
        Vec::new()
    };
    format!("{runs:?} {lines:?}")
}

#[tokio::test]
async fn what_was_handed_in_is_not_handed_in_again_and_what_was_left_out_never() {
    for place in Place::both() {
        let runtime = place.runtime();
        drive(runtime, "c").await;
        runtime
            .hand_in_artifact("c", "Offer.quote", ada(), &PRICE)
            .await
            .unwrap();
        let again = runtime
            .hand_in_artifact("c", "Offer.quote", Actor::new("bo"), &PRICE)
            .await;
        assert_eq!(
            again.unwrap_err().to_string(),
            "run `c`: `Offer.quote` is not waiting; it was handed in already"
        );
        drive(runtime, "c").await;
        runtime
            .hand_in_artifact("c", "Signing.call", ada(), &())
            .await
            .unwrap();
        drive(runtime, "c").await;
        runtime
            .hand_in("c", "Signing.sign", ada(), Verdict::Pass)
            .await
            .unwrap();
        assert_eq!(drive(runtime, "c").await, ["Handover.delivered"]);
        let waived = runtime
            .hand_in("c", "Party.toast", ada(), Verdict::Pass)
            .await
            .unwrap_err();
        assert!(waived.is_not_waiting());
        assert_eq!(
            waived.to_string(),
            "run `c`: `Party.toast` is not waiting; the run left the phase `Party` out"
        );
        runtime
            .hand_in("c", "Handover.delivered", ada(), Verdict::Pass)
            .await
            .unwrap();
        let done = runtime
            .hand_in("c", "Handover.delivered", ada(), Verdict::Pass)
            .await
            .unwrap_err();
        assert!(done.to_string().contains("it was handed in already"), "{done}");
    }
}

#[tokio::test]
async fn nothing_is_handed_in_to_a_run_that_was_taken_back() {
    for place in Place::both() {
        let halted = Contract::run(place.runtime(), "c", &Arc::new(Traders), "silk".to_owned())
            .await
            .unwrap_err();
        halted.run.undo(&Arc::new(Traders)).await.unwrap();
        let before = trace(&place).await;
        let by_type = contract::hand_in::quote(place.runtime(), "c", ada(), PRICE).await;
        let by_name = place
            .runtime()
            .hand_in_artifact("c", "Offer.quote", ada(), &PRICE)
            .await;
        for refused in [by_type, by_name] {
            let refused = refused.unwrap_err();
            assert!(refused.is_not_waiting(), "{refused}");
            assert_eq!(
                refused.to_string(),
                "run `c`: `Offer.quote` is not waiting; the run was taken back"
            );
        }
        assert_eq!(trace(&place).await, before);
    }
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
