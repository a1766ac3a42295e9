//! Names: what may be one, how it is written, and which are taken.

use super::{in_items, whole};

#[test]
fn keywords_and_the_like_are_no_names() {
    whole(
        r"
        workflow type { phase A { step a(); } }
        ^ type  `type` is a Rust keyword; choose another name for the workflow
        workflow _ { phase A { step a(); } }
        ^ _  `_` is no name; choose another name for the workflow
        workflow r#Type { phase A { step a(); } }
        ^ r#Type  `r#Type` is a raw identifier, and names are shown to people as they are; choose another name for the workflow
        workflow Type { phase A { step a(); } }
        ^ Type  workflow `Type` becomes module `type`, a Rust keyword; choose another name
        workflow Self { phase A { step a(); } }
        ^ Self  `Self` is a Rust keyword; choose another name for the workflow
        workflow Std { phase A { step a(); } }
        ^ Std  workflow `Std` becomes module `std` and would hide the crate `std`; choose another name
        workflow WorkflowRuntime { phase A { step a(); } }
        ^ WorkflowRuntime  workflow `WorkflowRuntime` becomes module `workflow_runtime` and would hide the crate `workflow_runtime`; choose another name
        workflow Start { phase A { step a(); } }
        ^ Start  `Start` is an item of the module that the workflow becomes; choose another name
        workflow W(type: X) { phase A { step a(); } }
        ^ type  `type` is a Rust keyword; choose another name for the artifact
        workflow W(_: X) { phase A { step a(); } }
        ^ _  `_` is no name; choose another name for the artifact
        workflow W(cx: X) { phase A { step a(cx); } }
        ^ cx  `cx` is the context of every step; choose another name for the artifact
        workflow W(self: X) { phase A { step a(self); } }
        ^ self  `self` is a Rust keyword; choose another name for the artifact
        workflow W(r#type: X) { phase A { step a(r#type); } }
        ^ r#type  `r#type` is a raw identifier, and names are shown to people as they are; choose another name for the artifact
        ",
    );
}

#[test]
fn keywords_and_the_like_name_no_member() {
    in_items(
        r"
        phase A { step fn(); }
        ^ fn  `fn` is a Rust keyword; choose another name for the step
        phase A { step _(); }
        ^ _  `_` is no name; choose another name for the step
        phase A { step r#fn(); }
        ^ r#fn  `r#fn` is a raw identifier, and names are shown to people as they are; choose another name for the step
        phase A { gate self(); }
        ^ self  `self` is a Rust keyword; choose another name for the gate
        phase A { step a() -> type: X; step b(type); }
        ^ type  `type` is a Rust keyword; choose another name for the artifact
        phase A { step a() -> _: X; }
        ^ _  `_` is no name; choose another name for the artifact
        phase A { step a() -> cx: X; step b(cx); }
        ^ cx  `cx` is the context of every step; choose another name for the artifact
        phase A { step a() -> r#box: X; step b(r#box); }
        ^ r#box  `r#box` is a raw identifier, and names are shown to people as they are; choose another name for the artifact
        phase Self { step a(); }
        ^ Self  `Self` is a Rust keyword; choose another name for the phase
        phase _ { step a(); }
        ^ _  `_` is no name; choose another name for the phase
        phase r#A { step a(); }
        ^ r#A  `r#A` is a raw identifier, and names are shown to people as they are; choose another name for the phase
        phase Match { step a(); }
        ^ Match  phase `Match` becomes the method `match`, a Rust keyword; choose another name
        phase Async { step a(); }
        ^ Async  phase `Async` becomes the method `async`, a Rust keyword; choose another name
        phase Gen { step a(); }
        ^ Gen  phase `Gen` becomes the method `gen`, a Rust keyword; choose another name
        role type; phase A { step a(); }
        ^ type  `type` is a Rust keyword; choose another name for the role
        role Self; phase A { step a(); }
        ^ Self  `Self` is a Rust keyword; choose another name for the role
        phase fn { step a(); }
        ^ fn  `fn` is a Rust keyword; choose another name for the phase
        phase A { step entered(); }
        ^ entered  `entered` is a method that every entered phase has; choose another name
        phase A { step into_future(); }
        ^ into_future  `into_future` is a method that every entered phase has; choose another name
        phase A { #[undo(type)] step a(); }
        ^ type  `type` is a Rust keyword; choose another name for the method
        phase A { #[undo(_)] step a(); }
        ^ _  `_` is no name; choose another name for the method
        ",
    );
}

#[test]
fn names_are_written_as_rust_writes_them() {
    whole(
        r"
        workflow ship { phase A { step a(); } }
        ^ ship  the name of a workflow is written in UpperCamelCase; write `Ship`
        workflow ship_it { phase A { step a(); } }
        ^ ship_it  the name of a workflow is written in UpperCamelCase; write `ShipIt`
        workflow W(Brief: Brief) { phase A { step a(Brief); } }
        ^ Brief  the name of an artifact is written in snake_case; write `brief`
        workflow W { phase design { step a(); } }
        ^ design  the name of a phase is written in UpperCamelCase; write `Design`
        workflow W { phase Api_Design { step a(); } }
        ^ Api_Design  the name of a phase is written in UpperCamelCase; write `ApiDesign`
        workflow W { role api_owner; phase A { step a(); } }
        ^ api_owner  the name of a role is written in UpperCamelCase; write `ApiOwner`
        workflow W { phase A { step defineResources(); } }
        ^ defineResources  the name of a step is written in snake_case; write `define_resources`
        workflow W { phase A { gate SignOff(); } }
        ^ SignOff  the name of a gate is written in snake_case; write `sign_off`
        workflow W { phase A { step a() -> openApi: X; step b(openApi); } }
        ^ openApi  the name of an artifact is written in snake_case; write `open_api`
        workflow W { phase A { step a__b(); } }
        ^ a__b  the name of a step is written in snake_case; write `a_b`
        workflow W { phase A { step __(); } }
        ^ __  the name of a step is written in snake_case; choose another name
        workflow W { phase A { step _a() -> _b: X; } }
        workflow W { phase API { step a(); } }
        workflow W { phase V2 { step v2(); } }
        workflow W { phase Prüfung { step prüfen() -> straße: X; } }
        workflow W { phase 設計 { step 書く() -> 仕様: X; } }
        workflow W { phase A { #[undo(stopIt)] step a(); } }
        ^ stopIt  the name of a method is written in snake_case; write `stop_it`
        workflow W { phase A { step Type(); } }
        ^ Type  the name of a step is written in snake_case; choose another name
        ",
    );
}

#[test]
fn phases_have_names_of_their_own() {
    in_items(
        r"
        phase A { step a(); } phase A { step b(); }
        ^ A  phase `A` is declared twice; choose another name, or put the steps of both into one
        phase ApiDesign { step a(); } phase APIDesign { step b(); }
        ^ APIDesign  phases `ApiDesign` and `APIDesign` both become the method `api_design`; choose another name
        phase Start { step a(); }
        ^ Start  `Start` is an item of every workflow; choose another name than `Start`, `Done`, `Run`, `Undo`, `Undone`, `Steps`, `Position`, `Artifacts`, `Halted`, `Phase`, `State`, `Bodies`, `CanRun`, `IntoTeam`, `S` and `T`
        phase Done { step a(); }
        ^ Done  `Done` is an item of every workflow; choose another name than `Start`, `Done`, `Run`, `Undo`, `Undone`, `Steps`, `Position`, `Artifacts`, `Halted`, `Phase`, `State`, `Bodies`, `CanRun`, `IntoTeam`, `S` and `T`
        phase Run { step a(); }
        ^ Run  `Run` is an item of every workflow; choose another name than `Start`, `Done`, `Run`, `Undo`, `Undone`, `Steps`, `Position`, `Artifacts`, `Halted`, `Phase`, `State`, `Bodies`, `CanRun`, `IntoTeam`, `S` and `T`
        phase Steps { step a(); }
        ^ Steps  `Steps` is an item of every workflow; choose another name than `Start`, `Done`, `Run`, `Undo`, `Undone`, `Steps`, `Position`, `Artifacts`, `Halted`, `Phase`, `State`, `Bodies`, `CanRun`, `IntoTeam`, `S` and `T`
        phase Position { step a(); }
        ^ Position  `Position` is an item of every workflow; choose another name than `Start`, `Done`, `Run`, `Undo`, `Undone`, `Steps`, `Position`, `Artifacts`, `Halted`, `Phase`, `State`, `Bodies`, `CanRun`, `IntoTeam`, `S` and `T`
        phase Ship { step a(); }
        ^ Ship  `Ship` is the workflow itself; choose another name for the phase
        phase Design { step a(); } phase DesignPhase { step b(); }
        ^ DesignPhase  `DesignPhase` is an item that phase `Design` becomes; choose another name
        phase DesignOutcome { step a(); } phase Design { step b(); }
        ^ DesignOutcome  `DesignOutcome` is an item that phase `Design` becomes; choose another name
        phase Design { step a(); } phase CanStartDesign { step b(); }
        ^ CanStartDesign  `CanStartDesign` is an item that phase `Design` becomes; choose another name
        phase P { step a(); } phase Next { step b(); } phase Option { step c(); } phase String { step d(); }
        phase Resume { step a(); }
        ^ Resume  phase `Resume` becomes the method `resume`, which every run has; choose a name that becomes none of `start`, `run`, `resume`, `undo`, `artifacts`, `id`, `cancel`, `into_future`, `at`, `left`, `main` and `main_without_team`
        phase ID { step a(); }
        ^ ID  phase `ID` becomes the method `id`, which every run has; choose a name that becomes none of `start`, `run`, `resume`, `undo`, `artifacts`, `id`, `cancel`, `into_future`, `at`, `left`, `main` and `main_without_team`
        phase Cancel { step a(); }
        ^ Cancel  phase `Cancel` becomes the method `cancel`, which every run has; choose a name that becomes none of `start`, `run`, `resume`, `undo`, `artifacts`, `id`, `cancel`, `into_future`, `at`, `left`, `main` and `main_without_team`
        phase Main { step a(); }
        ^ Main  phase `Main` becomes the method `main`, which every run has; choose a name that becomes none of `start`, `run`, `resume`, `undo`, `artifacts`, `id`, `cancel`, `into_future`, `at`, `left`, `main` and `main_without_team`
        phase IntoFuture { step a(); }
        ^ IntoFuture  phase `IntoFuture` becomes the method `into_future`, which every run has; choose a name that becomes none of `start`, `run`, `resume`, `undo`, `artifacts`, `id`, `cancel`, `into_future`, `at`, `left`, `main` and `main_without_team`
        optional phase Tuning { step a(); } phase SkipTuning { step b(); }
        ^ SkipTuning  phase `SkipTuning` becomes the method `skip_tuning`, which waives the optional `Tuning`; choose another name
        phase SkipTuning { step a(); } optional phase Tuning { step b(); }
        ^ SkipTuning  phase `SkipTuning` becomes the method `skip_tuning`, which waives the optional `Tuning`; choose another name
        phase Tuning { step a(); } phase SkipTuning { step b(); }
        phase A { step a() -> x: X; } phase A { step b(x) -> y: Y; } phase B { step c(x, y); }
        ^ A  phase `A` is declared twice; choose another name, or put the steps of both into one
        ",
    );
}

#[test]
fn steps_have_names_of_their_own() {
    in_items(
        r"
        phase A { step a(); step a(); }
        ^ a  step `a` is already there as a step of phase `A`; choose another name
        phase A { step a(); gate a(); }
        ^ a  gate `a` is already there as a step of phase `A`; choose another name
        phase A { step a(); } phase B { step a(); }
        optional phase A { step waive(); }
        ^ waive  `waive` is the method that decides whether an optional phase is done; choose another name
        phase A { step waive(); }
        phase A { step a(); #[undo(a)] step b(); }
        ^ a  `a` is a step of phase `A`, not a method that undoes one; choose another name
        phase A { #[undo(a)] step a(); }
        ^ a  `a` is a step of phase `A`, not a method that undoes one; choose another name
        phase A { #[undo(stop)] step a(); #[undo(stop)] step b(); }
        ^ stop  `stop` undoes `a` already; give each step a method of its own
        optional phase A { #[undo(waive)] step a(); }
        ^ waive  `waive` is the method that decides whether an optional phase is done; choose another name
        phase A { manual step a(); } phase B { manual gate a(); }
        ^ a  `hand_in::a` is already there for phase `A`; manual steps and gates need names of their own in a workflow
        phase A { manual step a(); } phase B { step a(); }
        phase A { manual step a(); manual gate a(); }
        ^ a  gate `a` is already there as a step of phase `A`; choose another name
        phase A { #[undo(stop)] step a(); } phase B { #[undo(stop)] step b(); }
        ",
    );
}
