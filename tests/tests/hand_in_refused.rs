//! What is handed in by name and does not fit: it is refused with the reason, and leaves no trace.

#![allow(missing_docs, reason = "tests")]

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tests::place::Place;
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

/// As seen by a program that is not the one that drives: its own runtime on the file.
fn stranger(place: &Place) -> Runtime {
    Runtime::open(place.path()).unwrap()
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
            assert!(refused.is_undone(), "{refused}");
            assert_eq!(
                refused.to_string(),
                "run `c`: `Offer.quote` is not waiting; the run was undone"
            );
        }
        assert_eq!(trace(&place).await, before);
    }
}
