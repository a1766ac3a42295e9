//! `Name::main`: a plan as a command-line program, with pictures. `arguments` are the verbs and options, `verbs` do what
//! they say at a `desk`; `view` is where a run stands by what was recorded of it, and everything that is shown looks at
//! that. Not public API: users reach it by the generated `main`.

mod graph;
mod mark;
#[cfg_attr(
    not(test),
    expect(dead_code, unused_imports, reason = "no verb takes a file yet")
)]
mod source;
