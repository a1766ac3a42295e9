//! Steps of a library, bound in a plan: with types and generics of their own, as gates, retried, and overridden.

#![allow(missing_docs, reason = "tests")]

use std::fmt::Display;
use std::marker::PhantomData;
use std::sync::Arc;

use tests::place::Place;
use workflow_runtime::prelude::*;

/// What a library would publish.
mod library {
    use super::*;

    /// Joins two things of any kind.
    pub(crate) struct Join<T> {
        pub(crate) between: &'static str,
        pub(crate) of: PhantomData<fn() -> T>,
    }

    impl<T: Display + Send + Sync + 'static> Step<(T, String), String> for Join<T> {
        async fn perform(&self, _: &StepContext, given: Given<'_, (T, String)>) -> StepResult<String> {
            let (left, right) = *given;
            Ok(format!("{left}{}{right}", self.between))
        }
    }

    pub(crate) fn join<T>(between: &'static str) -> Join<T> {
        Join {
            between,
            of: PhantomData,
        }
    }

    /// Takes nothing and makes nothing; it is in vain the first few times.
    pub(crate) struct Knock {
        pub(crate) in_vain: u32,
    }

    impl Step<(), ()> for Knock {
        async fn perform(&self, cx: &StepContext, Given(()): Given<'_, ()>) -> StepResult<()> {
            if cx.attempt() <= self.in_vain {
                return Err(StepError::new(format!(
                    "attempt {} of {}",
                    cx.attempt(),
                    cx.step()
                )));
            }
            Ok(())
        }
    }

    /// A gate for anything that has a length.
    #[derive(Default)]
    pub(crate) struct AtMost<const N: usize>;

    impl<const N: usize, T: AsRef<str> + Send + Sync + 'static> Step<(T,), Verdict> for AtMost<N> {
        async fn perform(&self, _: &StepContext, Given((text,)): Given<'_, (T,)>) -> StepResult<Verdict> {
            let length = text.as_ref().len();
            Ok(Verdict::pass_if(
                length <= N,
                format!("{length} is more than {N}"),
            ))
        }
    }

    /// Takes what an optional phase may have made.
    pub(crate) struct OrElse(pub(crate) &'static str);

    impl Step<(Option<String>, String), String> for OrElse {
        async fn perform(
            &self,
            _: &StepContext,
            Given((perhaps, other)): Given<'_, (Option<String>, String)>,
        ) -> StepResult<String> {
            Ok(perhaps.clone().unwrap_or_else(|| format!("{}{other}", self.0)))
        }
    }

    /// Does two kinds of work.
    pub(crate) struct Both;

    impl Step<(String,), u32> for Both {
        async fn perform(&self, _: &StepContext, Given((text,)): Given<'_, (String,)>) -> StepResult<u32> {
            Ok(u32::try_from(text.len())?)
        }
    }

    impl Step<(u32,), String> for Both {
        async fn perform(&self, _: &StepContext, Given((number,)): Given<'_, (u32,)>) -> StepResult<String> {
            Ok("x".repeat(usize::try_from(*number)?))
        }
    }
}

const BETWEEN: &str = " and ";

workflow! {
    pub workflow Letter(number: u32, name: String) {
        phase Writing {
            step greet(number, name) -> greeting: String = library::join::<u32>(BETWEEN);
            #[retry(attempts = 3, backoff = "1s")]
            step knock() = library::Knock { in_vain: 2 };
            step measure(greeting) -> length: u32 = library::Both;
            step rule(length) -> line: String = library::Both;
        }
        optional phase Colouring {
            step colour(line) -> coloured: String { Ok(line.replace('x', "o")) }
        }
        phase Sending {
            step choose(coloured, line) -> chosen: String = library::OrElse("plain ");
            gate short(chosen) = library::AtMost::<20>;
            step stamp(chosen) -> chosen {
                let price = format!("{}p", chosen.len());
                Ok(format!("{chosen} {price}"))
            }
        }
    }
}

/// Leaves everything as the plan has it.
struct Office;
impl letter::Writing for Office {}
impl letter::Colouring for Office {}
impl letter::Sending for Office {}

#[tokio::test(start_paused = true)]
async fn bound_steps_take_and_make_what_the_plan_says() {
    for place in Place::both() {
        let done = Letter::run(place.runtime(), "l", &Arc::new(Office), 3, "Ada".to_owned())
            .await
            .unwrap();
        let made = done.artifacts();
        assert_eq!(made.greeting(), "3 and Ada");
        assert_eq!((*made.length(), made.line().as_str()), (9, "xxxxxxxxx"));
        assert_eq!(made.coloured().unwrap(), "ooooooooo");
        assert_eq!(made.chosen(), "ooooooooo 9p");
        if place.is_file() {
            drop(done);
            let journal = place.journal("l");
            let knocks: Vec<_> = journal.iter().filter(|line| line.contains("knock")).collect();
            assert_eq!(
                knocks,
                [
                    "failed Writing.knock",
                    "failed Writing.knock",
                    "done Writing.knock"
                ],
                "it is retried"
            );
            assert_eq!(
                place.lines("l")[2]["failed"]["error"],
                "attempt 1 of Writing.knock"
            );
        }

        let run = Letter::start(place.runtime(), "w", 3, "Ada".to_owned())
            .await
            .unwrap();
        let team = Arc::new(Office);
        let run = run.writing(&team).greet().await.unwrap().await.unwrap();
        let run = run
            .skip_colouring(Waiver::because("black is a colour"))
            .await
            .unwrap();
        let done = run
            .sending(&team)
            .choose()
            .await
            .unwrap()
            .short()
            .await
            .unwrap()
            .stamp()
            .await
            .unwrap();
        assert_eq!(
            done.artifacts().chosen(),
            "plain xxxxxxxxx 15p",
            "what was waived arrives as `None`"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_bound_gate_halts_the_run_when_it_rejects() {
    for place in Place::both() {
        let name = "Ada Lovelace, Countess of Lovelace".to_owned();
        let halted = Letter::run(place.runtime(), "long", &Arc::new(Office), 3, name)
            .await
            .unwrap_err();
        assert!(halted.is_rejected(), "{halted}");
        assert_eq!(halted.cause.rejection().unwrap().reason(), "40 is more than 20");
    }
}

/// Overrides a bound step, a bound gate and a body.
struct Forgers;
impl letter::Writing for Forgers {
    async fn greet(&self, _: &StepContext, _: &u32, _: &String) -> StepResult<String> {
        Ok("forged".to_owned())
    }
    async fn knock(&self, _: &StepContext) -> StepResult<()> {
        Ok(())
    }
}
impl letter::Colouring for Forgers {}
impl letter::Sending for Forgers {
    async fn short(&self, _: &StepContext, chosen: &String) -> StepResult<Verdict> {
        Ok(Verdict::reject(format!("{chosen} is forged")))
    }
}

#[tokio::test(start_paused = true)]
async fn a_team_may_override_what_is_bound() {
    let place = Place::memory();
    let team = Arc::new(Forgers);
    let halted = Letter::run(place.runtime(), "l", &team, 3, "Ada".to_owned())
        .await
        .unwrap_err();
    assert_eq!(halted.cause.rejection().unwrap().reason(), "oooooo is forged");

    struct Stampless;
    impl letter::Sending for Stampless {
        async fn stamp(&self, _: &StepContext, chosen: &String) -> StepResult<String> {
            Ok(chosen.to_uppercase())
        }
    }
    let run = Letter::start(place.runtime(), "m", 3, "Ada".to_owned())
        .await
        .unwrap();
    let run = run.writing(&team).await.unwrap();
    let run = run.skip_colouring(Waiver::because("no paint")).await.unwrap();
    let done = run.sending(&Arc::new(Stampless)).await.unwrap();
    assert_eq!(done.artifacts().chosen(), "PLAIN XXXXXX");
}
