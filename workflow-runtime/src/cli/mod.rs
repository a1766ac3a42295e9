//! `Name::main`: a plan as a command-line program, with pictures. `arguments` are the verbs and options, `verbs` do what
//! they say at a `desk`; `view` is where a run stands by what was recorded of it, and everything that is shown looks at
//! that. Not public API: users reach it by the generated `main`.

mod actions;
mod arguments;
mod attempt;
mod audit;
mod columns;
mod desk;
mod document;
mod driver;
mod fault;
mod graph;
mod harmless;
mod junit;
mod mark;
mod moment;
mod names;
mod output;
mod progress;
mod remedies;
mod report;
#[cfg(test)]
mod sample;
mod source;
mod standing;
mod tree;
mod verbs;
mod view;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

use self::desk::{Desk, program};
use self::driver::{Crew, Driver, Hire};
use self::fault::{Code, Fault};
use self::output::{Output, Reply};
use crate::plan::Plan;
use crate::run::core::Methods;
use crate::run::undo::Undos;

/// The program of a plan with a team.
pub fn main<T: Send + Sync + 'static>(
    plan: &'static Plan,
    phases: &'static [Methods<T>],
    undos: Undos<T>,
    team: impl FnOnce() -> Result<T, String> + 'static,
) -> ExitCode {
    let hire = move || -> Result<Box<dyn Driver>, String> {
        Ok(Box::new(Crew {
            plan,
            phases,
            undos,
            team: Arc::new(team()?),
        }))
    };
    begin(plan, Some(Box::new(hire)))
}

/// The program of a plan for those who drive no run.
pub fn main_without_team(plan: &'static Plan) -> ExitCode {
    begin(plan, None)
}

fn begin(plan: &'static Plan, hire: Option<Hire>) -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().collect();
    let program = program(words.first(), plan);
    let mut command = arguments::command(plan, &program, hire.is_some());
    let guessed = Output::guessed(&words);
    let arguments = match arguments::parse(&mut command, words) {
        Ok(arguments) => arguments,
        Err(error) => return ExitCode::from(misunderstood(guessed, &program, &error)),
    };
    let output = Output::of(&arguments.options);
    let mut desk = Desk::new(plan, program, arguments.options, output, hire);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            let fault = Fault::new(Code::Io, format!("the program cannot start its threads: {error}"));
            return ExitCode::from(output.fault(&fault));
        }
    };
    let performed = runtime.block_on(verbs::perform(&mut desk, arguments.verb, command));
    // A step that blocks a thread must not keep the program.
    runtime.shutdown_background();
    ExitCode::from(match performed {
        Ok(reply) => output.reply(&reply),
        Err(fault) => output.fault(&fault),
    })
}

/// The words are not understood, or ask for help.
fn misunderstood(output: Output, program: &str, error: &clap::Error) -> u8 {
    if !error.use_stderr() {
        let text = error.render().ansi().to_string();
        return output.reply(&Reply::new(
            text.clone(),
            &serde_json::json!({ "schema": "workflow.text/1", "text": error.render().to_string() }),
        ));
    }
    if output.is_text() {
        // clap's own form has colours, usage and proposals.
        output.tell(&error.render().ansi().to_string());
        return Code::Usage.exit();
    }
    let message = error.render().to_string();
    let mut parts = message.trim_start_matches("error: ").split("\n\n").map(str::trim);
    let fault = Fault::new(Code::Usage, parts.next().unwrap_or_default());
    let tip = parts.find_map(|part| part.strip_prefix("tip: "));
    let usage = format!("see `{program} --help`");
    output.fault(&fault.fix(match tip {
        Some(tip) => format!("{tip}; {usage}"),
        None => usage,
    }))
}
