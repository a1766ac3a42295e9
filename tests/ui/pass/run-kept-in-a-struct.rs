use workflow_runtime::prelude::*;

workflow! {
    workflow Two() {
        phase First { step work() { Ok(()) } }
        phase Second { step more() { Ok(()) } }
    }
}

/// A run at any state is one pointer wide, and can be kept, sent and matched on.
struct Kept {
    run: two::Position,
}

fn is_send<T: Send + 'static>() {}

fn main() {
    is_send::<Kept>();
    is_send::<two::Halted>();
    assert_eq!(size_of::<Two<two::Start>>(), size_of::<usize>());
    assert_eq!(size_of::<Two<two::after::First>>(), size_of::<usize>());
    let _state = |kept: Kept| match kept.run {
        two::Position::Start(_) => "start",
        two::Position::AfterFirst(_) => "first",
        two::Position::Done(_) => "done",
    };
}
