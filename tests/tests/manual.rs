//! What people and other programs hand in: the run waits, takes it up, and refuses what does not fit.

#![allow(missing_docs, reason = "tests")]

use std::sync::Arc;

use contract::{Position, SigningOutcome, hand_in};
use exam::MarkingOutcome as ExamOutcome;
use tests::place::Place;
use tests::script::{Act, Script};
use workflow_runtime::prelude::*;

fn fair(price: &u32) -> Verdict {
    Verdict::pass_if(*price < 1000, "that is too dear")
}

workflow! {
    pub workflow Contract(goods: String) {
        role Seller;

        phase Offer {
            step describe(goods) -> text: String;
            #[by(Seller)]
            #[check(fair)]
            manual step quote(text) -> price: u32;
            step compose(text, price) -> offer: String;
        }
        phase Signing {
            manual step call(offer);
            #[rework(to = Offer, max = 1)]
            manual gate sign(offer);
        }
        phase Handover {
            manual gate delivered(offer);
        }
    }
}

struct Traders(Script);

impl contract::Offer for Traders {
    async fn describe(&self, cx: &StepContext, goods: &String) -> StepResult<String> {
        self.0.step(cx).await?;
        Ok(format!("fine {goods}"))
    }
    async fn compose(&self, cx: &StepContext, text: &String, price: &u32) -> StepResult<String> {
        self.0.step(cx).await?;
        Ok(format!("{text} for {price}"))
    }
}

fn ada() -> Actor {
    Actor::new("ada")
}

fn team() -> (Script, Arc<Traders>) {
    let script = Script::default();
    (script.clone(), Arc::new(Traders(script)))
}

async fn offered(place: &Place, team: &Arc<Traders>) -> Contract<contract::after::Offer> {
    let run = Contract::start(place.runtime(), "c", "silk".to_owned())
        .await
        .unwrap();
    let Position::Start(run) = run.offer(team).await.unwrap_err().run else {
        panic!("`quote` is waited for");
    };
    hand_in::quote(place.runtime(), "c", ada(), 90).await.unwrap();
    run.offer(team).await.unwrap()
}

#[tokio::test]
async fn run_halts_where_something_is_waited_for_and_goes_on_when_it_was_handed_in() {
    for place in Place::both() {
        let (script, team) = team();
        let runtime = place.runtime();
        let run = || Contract::run(runtime, "c", &team, "silk".to_owned());
        let halted = run().await.unwrap_err();
        assert!(halted.is_waiting() && !halted.is_failed() && !halted.is_journal());
        assert_eq!(halted.cause.steps(), ["Offer.quote"]);
        assert!(halted.to_string().contains("waits for `Offer.quote`"), "{halted}");
        assert!(matches!(halted.run, Position::Start(_)));
        // A waiting run may be let go or not: handing in needs no hold.
        hand_in::quote(runtime, "c", ada(), 90).await.unwrap();
        drop(halted);
        let halted = run().await.unwrap_err();
        assert_eq!(halted.cause.steps(), ["Signing.call"]);
        drop(halted);
        hand_in::call(runtime, "c", ada(), ()).await.unwrap();
        drop(run().await.unwrap_err());
        hand_in::sign(runtime, "c", ada(), Verdict::Pass).await.unwrap();
        drop(run().await.unwrap_err());
        hand_in::delivered(runtime, "c", Actor::new("bo"), Verdict::Pass)
            .await
            .unwrap();
        let done = run().await.unwrap();
        assert_eq!(
            (done.artifacts().offer().as_str(), *done.artifacts().price()),
            ("fine silk for 90", 90)
        );
        assert_eq!(script.notes(), ["Offer.describe", "Offer.compose"]);
        if place.is_file() {
            let journal = place.journal("c");
            let expected = [
                "begun",
                "done Offer.describe",
                "waiting Offer.quote",
                "done Offer.quote by ada",
                "done Offer.compose",
                "waiting Signing.call",
                "done Signing.call by ada",
                "waiting Signing.sign",
                "done Signing.sign by ada",
                "waiting Handover.delivered",
                "done Handover.delivered by bo",
            ];
            assert_eq!(journal, expected, "who handed in is journaled, and a wait once");
        }
    }
}

#[tokio::test]
async fn a_phase_driven_by_phase_or_by_step_halts_and_the_same_handle_goes_on() {
    for place in Place::both() {
        let (script, team) = team();
        let run = offered(&place, &team).await;
        assert_eq!(script.notes(), ["Offer.describe", "Offer.compose"]);
        let halted = run.signing(&team).call().await.unwrap_err();
        assert!(halted.is_waiting(), "{halted}");
        let Position::AfterOffer(run) = halted.run else {
            panic!("{halted:?}");
        };
        hand_in::call(place.runtime(), "c", ada(), ()).await.unwrap();
        let signing = run.signing(&team).call().await.unwrap();
        let halted = signing.sign().await.unwrap_err();
        let Position::AfterOffer(run) = halted.run else {
            panic!("{halted:?}");
        };
        hand_in::sign(place.runtime(), "c", ada(), Verdict::Pass)
            .await
            .unwrap();
        let run = match run.signing(&team).call().await.unwrap().sign().await.unwrap() {
            SigningOutcome::Passed(run) => run,
            other => panic!("{other:?}"),
        };
        let Position::AfterSigning(run) = run.handover(&team).await.unwrap_err().run else {
            panic!("it is waited for");
        };
        hand_in::delivered(place.runtime(), "c", ada(), Verdict::Pass)
            .await
            .unwrap();
        let done = run.handover(&team).delivered().await.unwrap();
        assert_eq!(*done.artifacts().price(), 90);
    }
}

#[tokio::test]
async fn what_was_handed_in_while_nobody_drove_is_taken_up_after_a_restart() {
    for place in Place::both() {
        let (_, team) = team();
        let run = Contract::start(place.runtime(), "c", "silk".to_owned())
            .await
            .unwrap();
        drop(run.offer(&team).await.unwrap_err());
        let place = place.reopened();
        hand_in::quote(place.runtime(), "c", ada(), 90).await.unwrap();
        let place = place.reopened();
        let Position::Start(run) = Contract::resume(place.runtime(), "c").await.unwrap() else {
            panic!("`compose` is not done");
        };
        let run = run.offer(&team).await.unwrap();
        assert_eq!(run.artifacts().offer(), "fine silk for 90");
    }
}

#[tokio::test]
async fn a_run_whose_last_gate_was_handed_in_is_done() {
    for place in Place::both() {
        let (_, team) = team();
        let run = offered(&place, &team).await;
        drop(run.signing(&team).await.unwrap_err());
        for _ in 0..3 {
            let _ = hand_in::call(place.runtime(), "c", ada(), ()).await;
            let _ = hand_in::sign(place.runtime(), "c", ada(), Verdict::Pass).await;
            let _ = hand_in::delivered(place.runtime(), "c", ada(), Verdict::Pass).await;
            drop(Contract::run(place.runtime(), "c", &team, "silk".to_owned()).await);
        }
        let place = place.reopened();
        assert!(matches!(
            Contract::resume(place.runtime(), "c").await,
            Ok(Position::Done(_))
        ));
    }
}

#[tokio::test]
async fn a_rejection_handed_in_sends_back_or_halts_as_the_plan_says() {
    for place in Place::both() {
        let (script, team) = team();
        let runtime = place.runtime();
        let run = offered(&place, &team).await;
        let Position::AfterOffer(run) = run.signing(&team).await.unwrap_err().run else {
            panic!("`call` is waited for");
        };
        hand_in::call(runtime, "c", ada(), ()).await.unwrap();
        let Position::AfterOffer(run) = run.signing(&team).await.unwrap_err().run else {
            panic!("`sign` is waited for");
        };
        hand_in::sign(runtime, "c", ada(), Verdict::reject("too dear"))
            .await
            .unwrap();
        let run = match run.signing(&team).await.unwrap() {
            SigningOutcome::BackToOffer(run, rejection) => {
                assert_eq!(
                    (rejection.gate(), rejection.reason()),
                    ("Signing.sign", "too dear")
                );
                run
            }
            other => panic!("{other:?}"),
        };
        script.notes();
        let Position::Start(run) = run.offer(&team).await.unwrap_err().run else {
            panic!("`quote` is waited for anew");
        };
        assert_eq!(script.notes(), ["Offer.describe r1"]);
        hand_in::quote(runtime, "c", ada(), 80).await.unwrap();
        let run = run.offer(&team).await.unwrap();
        assert_eq!(run.artifacts().offer(), "fine silk for 80");
        drop(run);

        let halted = Contract::run(runtime, "c", &team, "silk".to_owned())
            .await
            .unwrap_err();
        assert_eq!(halted.cause.steps(), ["Signing.call"], "dropped with its round");
        drop(halted);
        hand_in::call(runtime, "c", ada(), ()).await.unwrap();
        drop(
            Contract::run(runtime, "c", &team, "silk".to_owned())
                .await
                .unwrap_err(),
        );
        hand_in::sign(runtime, "c", ada(), Verdict::reject("still too dear"))
            .await
            .unwrap();
        for place_again in [&place, &place] {
            let halted = Contract::run(place_again.runtime(), "c", &team, "silk".to_owned())
                .await
                .unwrap_err();
            assert!(halted.is_rejected(), "sent back once is the most: {halted}");
            assert_eq!(halted.cause.rejection().unwrap().reason(), "still too dear");
        }
        let refused = hand_in::sign(runtime, "c", ada(), Verdict::Pass)
            .await
            .unwrap_err();
        assert!(
            refused.is_not_waiting() && refused.to_string().contains("rejected already"),
            "{refused}"
        );
    }
}

#[tokio::test]
async fn handing_in_is_refused_when_the_run_does_not_wait_for_it() {
    for place in Place::both() {
        let (_, team) = team();
        let runtime = place.runtime();
        let unknown = hand_in::quote(runtime, "nobody", ada(), 1).await.unwrap_err();
        assert!(
            unknown.is_not_found() && unknown.to_string().contains("nobody"),
            "{unknown}"
        );

        let run = Contract::start(runtime, "c", "silk".to_owned()).await.unwrap();
        let early = hand_in::quote(runtime, "c", ada(), 1).await.unwrap_err();
        assert!(early.is_not_waiting(), "{early}");
        assert!(
            early.to_string().contains("`Offer.quote`") && early.to_string().contains("not come to it"),
            "{early}"
        );

        let Position::Start(run) = run.offer(&team).await.unwrap_err().run else {
            panic!("`quote` is waited for");
        };
        let other = hand_in::sign(runtime, "c", ada(), Verdict::Pass)
            .await
            .unwrap_err();
        assert!(other.is_not_waiting(), "{other}");

        let dear = hand_in::quote(runtime, "c", ada(), 5000).await.unwrap_err();
        assert!(
            dear.to_string().contains("too dear") && dear.to_string().contains("`ada`"),
            "{dear}"
        );

        let nobody = hand_in::quote(runtime, "c", Actor::new(" "), 90)
            .await
            .unwrap_err();
        assert!(nobody.to_string().contains("name the actor"), "{nobody}");

        hand_in::quote(runtime, "c", ada(), 90).await.unwrap();
        let twice = hand_in::quote(runtime, "c", Actor::new("bo"), 10)
            .await
            .unwrap_err();
        assert!(
            twice.is_not_waiting() && twice.to_string().contains("handed in already"),
            "{twice}"
        );

        let run = run.offer(&team).await.unwrap();
        assert_eq!(*run.artifacts().price(), 90, "the first one counts");
        let late = hand_in::quote(runtime, "c", ada(), 10).await.unwrap_err();
        assert!(late.is_not_waiting(), "{late}");
    }
}

#[tokio::test]
async fn of_two_who_hand_in_at_once_one_wins() {
    for place in Place::both() {
        let (_, team) = team();
        let run = Contract::start(place.runtime(), "c", "silk".to_owned())
            .await
            .unwrap();
        drop(run.offer(&team).await.unwrap_err());
        let prices = 1..=8;
        let given = prices.map(|price| hand_in::quote(place.runtime(), "c", ada(), price));
        let given = futures_util::future::join_all(given).await;
        let taken: Vec<_> = (1u32..).zip(&given).filter(|(_, given)| given.is_ok()).collect();
        assert_eq!(taken.len(), 1, "{given:?}");
        let Position::Start(run) = Contract::resume(place.runtime(), "c").await.unwrap() else {
            panic!("not done");
        };
        assert_eq!(*run.offer(&team).await.unwrap().artifacts().price(), taken[0].0);
    }
}

workflow! {
    pub workflow Vote(question: String) {
        phase Counting {
            manual step count(question) -> votes: u32;
            manual gate announce(votes);
        }
        parallel phase Oaths {
            manual step left_hand();
            manual step right_hand();
        }
    }
}

#[tokio::test]
async fn handing_in_for_a_run_of_another_workflow_is_refused() {
    for place in Place::both() {
        let run = Vote::start(place.runtime(), "v", "tea?".to_owned())
            .await
            .unwrap();
        drop(run.counting(&Arc::new(())).await.unwrap_err());
        let refused = hand_in::quote(place.runtime(), "v", ada(), 1).await.unwrap_err();
        assert!(refused.is_other_workflow(), "{refused}");
        assert!(
            refused.to_string().contains("`Vote`") && refused.to_string().contains("`Contract`"),
            "{refused}"
        );
    }
}

#[tokio::test]
async fn a_plan_that_people_do_alone_needs_no_methods_of_any_team() {
    struct Anybody;
    for place in Place::both() {
        let (runtime, team) = (place.runtime(), Arc::new(Anybody));
        let run = || Vote::run(runtime, "v", &team, "tea?".to_owned());
        drop(run().await.unwrap_err());
        vote::hand_in::count(runtime, "v", ada(), 7).await.unwrap();
        drop(run().await.unwrap_err());
        vote::hand_in::announce(runtime, "v", ada(), Verdict::Pass)
            .await
            .unwrap();
        let halted = run().await.unwrap_err();
        assert_eq!(
            halted.cause.steps(),
            ["Oaths.left_hand", "Oaths.right_hand"],
            "all that is waited for"
        );
        assert!(
            halted
                .to_string()
                .contains("`Oaths.left_hand` and `Oaths.right_hand`"),
            "{halted}"
        );
        drop(halted);
        vote::hand_in::right_hand(runtime, "v", ada(), ()).await.unwrap();
        let halted = run().await.unwrap_err();
        assert_eq!(halted.cause.steps(), ["Oaths.left_hand"]);
        drop(halted);
        vote::hand_in::left_hand(runtime, "v", ada(), ()).await.unwrap();
        assert_eq!(*run().await.unwrap().artifacts().votes(), 7);
    }
}

#[tokio::test]
async fn a_gate_by_hand_without_rework_halts_the_run_for_good() {
    for place in Place::both() {
        let (runtime, team) = (place.runtime(), Arc::new(0u8));
        let run = || Vote::run(runtime, "v", &team, "tea?".to_owned());
        drop(run().await.unwrap_err());
        vote::hand_in::count(runtime, "v", ada(), 7).await.unwrap();
        drop(run().await.unwrap_err());
        vote::hand_in::announce(runtime, "v", ada(), Verdict::reject("a tie"))
            .await
            .unwrap();
        for _ in 0..2 {
            let halted = run().await.unwrap_err();
            assert!(
                halted.is_rejected() && halted.to_string().contains("a tie"),
                "{halted}"
            );
        }
        let place = place.reopened();
        let halted = Vote::run(place.runtime(), "v", &team, "tea?".to_owned())
            .await
            .unwrap_err();
        assert!(halted.is_rejected());
    }
}

workflow! {
    pub workflow Exam(name: String) {
        parallel phase Marking {
            manual step essay(name) -> essay: u32;
            step test(name) -> test: u32;
            #[rework(to = Marking, max = 3)]
            manual gate honest(name);
            #[rework(to = Marking, max = 1)]
            gate good(test);
        }
    }
}

struct Examiners {
    script: Script,
    /// Handed in while the gate `good` is at work.
    meanwhile: Option<Runtime>,
}

impl exam::Marking for Examiners {
    async fn test(&self, cx: &StepContext, _: &String) -> StepResult<u32> {
        self.script.step(cx).await?;
        Ok(5)
    }
    async fn good(&self, cx: &StepContext, _: &u32) -> StepResult<Verdict> {
        if let Some(runtime) = self.meanwhile.as_ref().filter(|_| cx.round() == 0) {
            exam::hand_in::honest(runtime, "e", ada(), Verdict::reject("copied")).await?;
        }
        self.script.gate(cx).await
    }
}

#[tokio::test]
async fn a_step_driven_alone_tells_that_the_run_was_sent_back_meanwhile() {
    for place in Place::both() {
        let script = Script::default();
        let team = Arc::new(Examiners {
            script: script.clone(),
            meanwhile: None,
        });
        let run = Exam::start(place.runtime(), "e", "eve".to_owned()).await.unwrap();
        let exam::Position::Start(run) = run.marking(&team).await.unwrap_err().run else {
            panic!("it waits");
        };
        exam::hand_in::honest(place.runtime(), "e", ada(), Verdict::reject("copied"))
            .await
            .unwrap();
        // `essay` has no rework of its own, so its method yields no outcome.
        let halted = run.marking(&team).essay().await.unwrap_err();
        assert!(halted.is_rejected(), "{halted}");
        assert_eq!(halted.cause.rejection().unwrap().gate(), "Marking.honest");
        assert!(
            halted.to_string().contains("copied") && halted.to_string().contains("`Marking`"),
            "{halted}"
        );
        let exam::Position::Start(run) = halted.run else {
            panic!("{halted:?}");
        };
        script.notes();
        assert!(run.marking(&team).await.unwrap_err().is_waiting());
        assert_eq!(script.notes(), ["Marking.test r1", "Marking.good r1"]);
    }
}

#[tokio::test]
async fn of_two_rejections_the_first_in_the_journal_sends_the_run_back() {
    for restart in [false, true] {
        for place in Place::both() {
            let script = Script::default();
            script.then("Marking.good", Act::Reject("poor"));
            let meanwhile = Some(place.runtime().clone());
            let team = Arc::new(Examiners { script, meanwhile });
            let run = Exam::start(place.runtime(), "e", "eve".to_owned()).await.unwrap();
            let ExamOutcome::BackToMarking(mut run, rejection) = run.marking(&team).await.unwrap() else {
                panic!("it was rejected twice");
            };
            assert_eq!(rejection.gate(), "Marking.honest", "`good` rejected after that");
            drop(team);
            let script = Script::default();
            script
                .then("Marking.good", Act::Reject("poor"))
                .then("Marking.good", Act::Reject("poor again"));
            let team = Arc::new(Examiners {
                script,
                meanwhile: None,
            });
            if restart {
                drop(run);
                let exam::Position::Start(again) = Exam::resume(place.runtime(), "e").await.unwrap() else {
                    panic!("not done");
                };
                run = again;
            }
            // What `good` said of the round that was over counts for nothing: once is still left.
            let ExamOutcome::BackToMarking(run, rejection) = run.marking(&team).await.unwrap() else {
                panic!("once is left");
            };
            assert_eq!((rejection.gate(), rejection.round()), ("Marking.good", 1));
            let halted = run.marking(&team).await.unwrap_err();
            assert!(
                halted.is_rejected() && halted.to_string().contains("no rework is left"),
                "{halted}"
            );
        }
    }
}
