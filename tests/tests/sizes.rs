//! What the types of a run promise by themselves.

#![allow(missing_docs, reason = "tests")]

use std::marker::PhantomData;
use std::rc::Rc;

use parcel::{Position, after};
use workflow_runtime::prelude::*;

workflow! {
    pub workflow Parcel(thing: Vec<u64>) {
        phase Packing {
            step pack(thing) -> parcel: [u64; 32];
        }
        optional phase Wrapping {
            step wrap(parcel) -> bow: String;
        }
        phase Sending {
            #[rework(to = Packing, max = 2)]
            gate closed(parcel);
            manual step hand_over(parcel);
        }
    }
}

/// Whether a type has a trait, found out without asking for it: the method on the value comes before that on the reference.
struct Has<T>(PhantomData<T>);

macro_rules! ask {
    ($trait:ident, $question:ident, $yes:ident, $no:ident) => {
        trait $no {
            fn $question(&self) -> bool {
                false
            }
        }
        impl<T> $no for &Has<T> {}
        trait $yes {
            fn $question(&self) -> bool;
        }
        impl<T: $trait> $yes for Has<T> {
            fn $question(&self) -> bool {
                true
            }
        }
    };
}
ask!(Clone, is_clone, IsClone, IsNotClone);
ask!(Send, is_send, IsSend, IsNotSend);
ask!(Default, has_default, HasDefault, HasNoDefault);

macro_rules! has {
    ($question:ident, $ty:ty) => {
        (&Has::<$ty>(PhantomData)).$question()
    };
}

#[test]
fn a_run_is_one_pointer_wide_in_every_state() {
    let pointer = size_of::<usize>();
    let sizes = [
        size_of::<Parcel<parcel::Start>>(),
        size_of::<Parcel<after::Packing>>(),
        size_of::<Parcel<after::Wrapping>>(),
        size_of::<Parcel<after::Sending>>(),
        size_of::<Parcel<parcel::Done>>(),
        size_of::<Option<Parcel<parcel::Done>>>(),
        size_of::<parcel::Artifacts<parcel::Done>>(),
    ];
    assert_eq!(sizes, [pointer; 7]);
}

#[test]
fn halted_is_small_enough_to_be_returned() {
    assert!(
        size_of::<parcel::Halted>() <= 24,
        "{}",
        size_of::<parcel::Halted>()
    );
    assert!(size_of::<Position>() <= 16, "{}", size_of::<Position>());
}

#[test]
fn runs_move_between_threads_and_nothing_of_them_is_copied() {
    assert!(
        has!(is_clone, String) && !has!(is_send, Rc<u8>) && has!(has_default, u8),
        "the questions are sound"
    );
    assert!(has!(is_send, Parcel<parcel::Start>) && has!(is_send, Parcel<parcel::Done>));
    assert!(has!(is_send, Position) && has!(is_send, parcel::Halted));
    assert!(has!(is_send, parcel::PackingPhase) && has!(is_send, parcel::SendingOutcome));
    assert!(has!(is_send, RuntimeError) && has!(is_send, StepError) && has!(is_send, Runtime));
    assert!(!has!(is_clone, Parcel<parcel::Start>) && !has!(is_clone, Parcel<parcel::Done>));
    assert!(!has!(is_clone, Position) && !has!(is_clone, parcel::Halted));
    assert!(!has!(is_clone, parcel::PackingPhase) && !has!(is_clone, parcel::SendingOutcome));
    assert!(!has!(is_clone, parcel::Artifacts<parcel::Done>));
    assert!(!has!(has_default, Parcel<parcel::Done>) && !has!(has_default, after::Packing));
    assert!(
        !has!(is_clone, after::Packing),
        "a state has no value, so there is none to clone"
    );
}

#[test]
fn done_is_the_state_after_the_last_phase() {
    fn same<T>(_: PhantomData<T>, _: PhantomData<T>) {}
    same(PhantomData::<parcel::Done>, PhantomData::<after::Sending>);
}

#[test]
fn past_holds_from_the_end_of_its_phase_on_and_implies_what_was_before() {
    fn packed<S: parcel::past::Packing>(_: PhantomData<S>) {}
    fn wrapped<S: parcel::past::Wrapping>(state: PhantomData<S>) {
        packed(state);
    }
    wrapped(PhantomData::<after::Wrapping>);
    wrapped(PhantomData::<parcel::Done>);
    packed(PhantomData::<after::Packing>);
}

#[test]
fn the_futures_of_a_run_can_be_spawned() {
    fn spawnable<T: Send + 'static>(_: impl FnOnce() -> T) {}
    struct Team;
    impl parcel::Packing for Team {
        async fn pack(&self, _: &StepContext, thing: &Vec<u64>) -> StepResult<[u64; 32]> {
            Ok([thing[0]; 32])
        }
    }
    impl parcel::Wrapping for Team {
        async fn wrap(&self, _: &StepContext, _: &[u64; 32]) -> StepResult<String> {
            Ok(String::new())
        }
    }
    impl parcel::Sending for Team {
        async fn closed(&self, _: &StepContext, _: &[u64; 32]) -> StepResult<Verdict> {
            Ok(Verdict::Pass)
        }
    }
    let (runtime, team) = (Runtime::in_memory(), std::sync::Arc::new(Team));
    spawnable(|| Parcel::run(&runtime, "p", &team, vec![1]));
    let whole = async move {
        let run = Parcel::start(&runtime, "p", vec![1]).await?;
        let run = run.packing(&team).await?;
        run.skip_wrapping(Waiver::because("it is raining"))
            .await?
            .sending(&team)
            .await
    };
    spawnable(|| whole);
}
