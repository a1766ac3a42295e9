//! Where a verb works: the plan, the opened journal, who is asked for, and how to call the program.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::arguments::Options;
use crate::cli::driver::{Driver, Hire};
use crate::cli::fault::{Code, Fault};
use crate::cli::names;
use crate::cli::output::Output;
use crate::cli::view::View;
use crate::layout::Layout;
use crate::plan::Plan;
use crate::roster::Roster;
use crate::runtime::Runtime;
use crate::summary::RunSummary;
use crate::verdict::Actor;

/// What every verb is given.
pub(crate) struct Desk {
    pub(crate) plan: &'static Plan,
    pub(crate) layout: Arc<Layout>,
    pub(crate) output: Output,
    /// As it was called, for commands that can be typed again.
    pub(crate) program: String,
    pub(crate) options: Options,
    hire: Option<Hire>,
}

/// Which run is looked for, when none is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// One to do something with: it must be open.
    Open,
    /// One to look at: if none is open, the one that changed last.
    Any,
}

impl Desk {
    pub(crate) fn new(
        plan: &'static Plan,
        program: String,
        options: Options,
        output: Output,
        hire: Option<Hire>,
    ) -> Self {
        Desk {
            plan,
            layout: Arc::new(Layout::of(plan)),
            output,
            program,
            options,
            hire,
        }
    }

    /// The file of the journal.
    pub(crate) fn journal(&self) -> PathBuf {
        let default = || PathBuf::from(format!("{}.db", snake_case(self.plan.name)));
        self.options.journal.clone().unwrap_or_else(default)
    }

    /// The journal, which must be there.
    pub(crate) fn open(&self) -> Result<Runtime, Fault> {
        let path = self.journal();
        if !path.exists() {
            let message = format!("there is no journal `{}`", path.display());
            return Err(Fault::new(Code::NotFound, message)
                .of(path.display().to_string())
                .fix(format!(
                    "begin a run with `{}`, or name another journal with `--journal FILE`",
                    self.command(&self.run_anew())
                )));
        }
        self.open_or_make()
    }

    /// The journal, which is made if it is not there.
    pub(crate) fn open_or_make(&self) -> Result<Runtime, Fault> {
        let path = self.journal();
        let runtime =
            Runtime::open(&path).map_err(|error| Fault::from(error).of(path.display().to_string()))?;
        let runtime = runtime.knows_plan(self.plan);
        Ok(match self.roster()? {
            Some(roster) => runtime.with_roster(roster),
            None => runtime,
        })
    }

    /// Who holds which role, if a roster was given.
    pub(crate) fn roster(&self) -> Result<Option<Roster>, Fault> {
        let Some(path) = &self.options.roster else {
            return Ok(None);
        };
        let roster = Roster::open(path).map_err(|error| {
            let fault = Fault::from(error);
            Fault {
                code: Code::Input,
                ..fault.of(path.display().to_string())
            }
        })?;
        Ok(Some(roster))
    }

    /// The team.
    pub(crate) fn team(&mut self) -> Result<Box<dyn Driver>, Fault> {
        let hire = self.hire.take().ok_or_else(|| {
            Fault::new(Code::Usage, "this program has no team, so it drives no run")
                .fix("use the program that `main` was given a team in")
        })?;
        hire().map_err(|error| Fault::new(Code::TeamFailed, format!("the team cannot be set up: {error}")))
    }

    /// The run that is meant, or the only one that can be.
    pub(crate) async fn run(
        &self,
        runtime: &Runtime,
        typed: Option<&str>,
        wanted: Wanted,
    ) -> Result<RunSummary, Fault> {
        let mut runs = runtime.runs().await?;
        if let Some(typed) = typed.filter(|typed| !typed.is_empty()) {
            let run = names::run(&runs, typed)?.clone();
            self.is_ours(&run)?;
            return Ok(run);
        }
        runs.retain(|run| run.workflow == self.plan.name);
        let open: Vec<_> = runs.iter().filter(|run| !run.standing.is_over()).collect();
        match (open.as_slice(), runs.iter().max_by_key(|run| run.changed_at)) {
            ([one], _) => Ok((*one).clone()),
            ([], Some(last)) if wanted == Wanted::Any => Ok(last.clone()),
            ([], last) => {
                let message = match last {
                    None => format!(
                        "`{}` has no run of `{}`",
                        self.journal().display(),
                        self.plan.name
                    ),
                    Some(_) => "no run is open".to_owned(),
                };
                let fix = format!("begin one with `{}`", self.command(&self.run_anew()));
                Err(Fault::new(Code::NotFound, message).fix(fix))
            }
            (several, _) => {
                let ids: Vec<_> = several
                    .iter()
                    .take(12)
                    .map(|run| format!("`{}`", run.id))
                    .collect();
                let more = several.len().saturating_sub(ids.len());
                let more = if more > 0 {
                    format!(" and {more} more")
                } else {
                    String::new()
                };
                let message = format!("several runs are open: {}{more}", ids.join(", "));
                Err(Fault::new(Code::Ambiguous, message).fix("name the one that is meant"))
            }
        }
    }

    fn is_ours(&self, run: &RunSummary) -> Result<(), Fault> {
        if run.workflow == self.plan.name {
            return Ok(());
        }
        let (id, workflow, ours) = (&run.id, &run.workflow, self.plan.name);
        let message = format!("run `{id}` is a run of `{workflow}`, not of `{ours}`");
        Err(Fault::new(Code::OtherRun, message)
            .of(format!("run {id}"))
            .fix(format!("use the program of `{workflow}`, or name another run")))
    }

    /// Where everything of that run stands.
    pub(crate) async fn view(&self, runtime: &Runtime, id: &str) -> Result<View, Fault> {
        let history = runtime
            .history(id)
            .await
            .map_err(|error| Fault::from(error).of(format!("run {id}")))?;
        Ok(View::of(history))
    }

    /// Who does it: as was said, or as they are logged in.
    pub(crate) fn actor(&self, by: Option<&str>) -> Result<Actor, Fault> {
        let logged_in = || {
            ["USER", "LOGNAME", "USERNAME"]
                .iter()
                .find_map(|name| std::env::var(name).ok())
        };
        let name = by.map(str::to_owned).or_else(logged_in);
        match name.filter(|name| !name.trim().is_empty()) {
            Some(name) => Ok(Actor::new(name)),
            None => {
                Err(Fault::new(Code::Usage, "it is not known who you are").fix("say so with `--by NAME`"))
            }
        }
    }

    /// A command of this program with its journal and roster, to be typed as it stands.
    pub(crate) fn command(&self, words: &[&str]) -> String {
        let mut command = vec![quoted(&self.program)];
        command.extend(words.iter().map(|word| quoted(word)));
        for (option, path) in [
            ("--journal", &self.options.journal),
            ("--roster", &self.options.roster),
        ] {
            if let Some(path) = path.as_deref().and_then(Path::to_str) {
                command.extend([option.to_owned(), quoted(path)]);
            }
        }
        command.join(" ")
    }

    /// The words that begin a run.
    pub(crate) fn run_anew(&self) -> Vec<&'static str> {
        match self.plan.inputs {
            0 => vec!["run"],
            _ => vec!["run", "--input", "FILE"],
        }
    }
}

/// As a shell takes it for one word.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// A workflow's name as a file is called.
pub(crate) fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for (at, c) in name.char_indices() {
        if c.is_uppercase() && at > 0 {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
    }
    snake
}

/// How the program was called.
pub(crate) fn program(first_word: Option<&OsString>, plan: &Plan) -> String {
    let word = first_word
        .and_then(|word| word.to_str())
        .filter(|word| !word.is_empty());
    word.map_or_else(|| snake_case(plan.name), str::to_owned)
}
