//! A program takes a team, or a `Result` of one with an error of any kind that can be shown.

use workflow_runtime::prelude::*;

workflow! {
    workflow Two() {
        phase First { step work() { Ok(()) } }
        phase Second { step more() { Ok(()) } }
    }
}
struct Team;
impl two::First for Team {}
impl two::Second for Team {}

fn from_env() -> Result<Team, std::env::VarError> {
    Ok(Team)
}

fn main() {
    let _programs: [fn() -> std::process::ExitCode; 4] = [
        || Two::main(|| Team),
        || Two::main(from_env),
        || Two::main(|| Err::<Team, _>("nobody is there")),
        Two::main_without_team,
    ];
}
