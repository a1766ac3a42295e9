//! One suite for all backends: what a plan means is the same wherever its runs are kept and driven.
//!
//! Each behaviour is written once and is a test per backend. What differs by nature is listed in `differences`, and shown
//! by the behaviour that is named there; a difference that is not listed is a fault.

mod cancel;
mod deeds;
mod differences;
mod failing;
mod fates;
mod gates;
mod manual;
mod observing;
mod order;
mod plan_change;
mod plans;
mod reading;
mod restate;
mod rounds;
mod scene;
mod serving;
mod stepping;
mod transcript;
mod undo;

/// Tests of one backend.
macro_rules! backend {
    ($backend:expr => $($file:ident { $($behaviour:ident),* $(,)? })*) => {$(
        mod $file {
            $(
                #[test]
                fn $behaviour() {
                    let name = concat!(stringify!($file), "::", stringify!($behaviour));
                    drop(crate::scene::show($backend, name, |scene| {
                        Box::pin(crate::$file::$behaviour(scene))
                    }));
                }
            )*
        }
    )*};
}

/// All behaviours, a test per backend.
macro_rules! behaviours {
    ($($tokens:tt)*) => {
        mod embedded {
            backend! { crate::scene::Backend::Embedded => $($tokens)* }
        }
        mod in_process_engine {
            backend! {
                crate::scene::Backend::InProcess(tests::engine::Conduct::Steady) => $($tokens)*
            }
        }
        mod slow_engine {
            backend! {
                crate::scene::Backend::InProcess(tests::engine::Conduct::Slow) => $($tokens)*
            }
        }
        mod crashing_after_each_entry {
            backend! {
                crate::scene::Backend::InProcess(tests::engine::Conduct::CrashesAfterEachEntry) => $($tokens)*
            }
        }
        mod crashing_before_each_result {
            backend! {
                crate::scene::Backend::InProcess(tests::engine::Conduct::CrashesBeforeEachResult) => $($tokens)*
            }
        }
        mod on_restate {
            backend! { crate::scene::Backend::Restate => $($tokens)* }
        }
        mod same_history {
            same_history! { $($tokens)* }
        }
        known! { $($tokens)* }
    };
}

/// The histories of a behaviour are the same on the embedded journal and on an engine, crashing or not.
macro_rules! same_history {
    ($($file:ident { $($behaviour:ident),* $(,)? })*) => {$(
        mod $file {
            $(
                #[test]
                fn $behaviour() {
                    let name = concat!(stringify!($file), "::", stringify!($behaviour));
                    crate::differences::histories_are_the_same(name, |scene| {
                        Box::pin(crate::$file::$behaviour(scene))
                    });
                }
            )*
        }
    )*};
}

/// The names of all behaviours.
macro_rules! known {
    ($($file:ident { $($behaviour:ident),* $(,)? })*) => {
        pub(crate) const BEHAVIOURS: &[&str] = &[
            $($(concat!(stringify!($file), "::", stringify!($behaviour)),)*)*
        ];
    };
}

behaviours! {
    order {
        steps_run_in_the_order_of_the_plan,
        a_run_that_is_done_is_yielded_again_and_nothing_is_done,
        members_at_once_start_when_what_they_take_is_there,
        many_runs_go_on_at_once,
    }
    failing {
        a_failure_is_tried_again,
        the_last_failure_halts_and_the_run_goes_on_from_there,
        a_terminal_failure_is_not_tried_again,
        what_takes_too_long_fails,
        beside_a_failure_what_is_in_flight_finishes_and_nothing_new_starts,
        a_team_that_cannot_say_halts_the_run,
        beside_a_failure_others_are_tried_again,
    }
    gates {
        a_waived_phase_is_left_out,
        nobody_is_asked_to_waive_what_was_begun,
        a_rejection_sends_the_run_back_as_often_as_the_plan_says,
        what_a_round_made_is_forgotten_in_the_next,
        attempts_are_counted_anew_in_each_round,
        a_gate_without_rework_halts_the_run_for_good,
    }
    manual {
        a_run_waits_for_what_is_handed_in,
        what_is_handed_in_is_taken_in_by_whoever_drives_the_run,
        a_run_that_waits_halts_there_each_time,
        a_runtime_that_waits_goes_on_by_itself,
        things_are_handed_in_by_name,
        what_its_check_rejects_is_refused,
        who_lacks_the_role_is_refused,
        the_second_to_hand_in_is_refused,
        what_a_run_has_not_come_to_is_refused,
        a_rejection_by_hand_sends_the_run_back,
        what_was_said_of_the_same_stands_in_the_next_round,
        what_comes_late_after_the_run_was_sent_back_is_refused,
        a_member_that_fails_beside_one_that_waits_halts_the_run,
    }
    cancel {
        a_step_under_way_is_stopped_or_let_finish,
        members_at_once_are_stopped_together,
        a_run_is_cancelled_in_each_standing_and_goes_on,
        something_is_handed_in_for_a_cancelled_run,
        a_driver_that_waits_is_stopped,
        the_wait_before_a_retry_is_stopped,
    }
    undo {
        a_run_under_way_is_taken_back,
        a_halted_run_is_taken_back_last_to_first,
        a_run_that_is_done_is_taken_back,
        each_round_is_taken_back,
        a_run_that_waits_is_taken_back,
        a_cancelled_run_is_taken_back,
        an_undo_that_fails_is_tried_again_halts_and_goes_on,
        an_undo_of_a_done_run_that_fails_goes_on,
        an_undo_is_told_to_stop_and_goes_on,
        a_rejected_run_is_taken_back,
    }
    rounds {
        each_round_asks_and_makes_anew,
        who_was_asked_in_vain_is_not_waited_for,
        a_failure_beside_a_gate_that_sends_back_does_not_count,
        what_fails_after_a_gate_sent_the_run_back,
        the_first_reason_counts,
    }
    reading {
        two_who_run_it_at_once,
        a_run_has_the_inputs_that_it_began_with,
        a_run_belongs_to_its_workflow,
        any_text_is_an_id_but_none,
        what_is_not_there_is_said_to_be,
        a_run_is_listed_as_its_history_has_it,
        a_hold_is_broken,
        a_run_is_read_while_it_goes_on,
    }
    stepping {
        a_run_is_driven_by_phase_and_by_step,
        a_run_is_resumed_where_it_stands,
    }
    plan_change {
        a_run_under_way_meets_a_changed_plan,
    }
    observing {
        who_follows_a_run_hears_of_it,
    }
}
