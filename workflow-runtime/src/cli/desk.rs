//! Where a verb works: the plan, the opened journal, who is asked for, and how to call the program.

use std::cell::OnceCell;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::arguments::{Options, from_env};
use crate::cli::driver::{Crew, Driver, Hire};
use crate::cli::fault::{Code, Fault};
use crate::cli::names;
use crate::cli::output::Output;
use crate::cli::view::{Fits, View};
use crate::engine::{self, EngineKind};
use crate::layout::Layout;
use crate::nearest::did_you_mean;
use crate::plan::Plan;
use crate::roster::Roster;
use crate::run::begin;
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
    /// Once it was read.
    roster: OnceCell<Roster>,
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
            roster: OnceCell::new(),
        }
    }

    /// The file of the journal.
    pub(crate) fn journal(&self) -> PathBuf {
        let default = || PathBuf::from(format!("{}.db", self.plan.module));
        self.options.journal.clone().unwrap_or_else(default)
    }

    /// The engine that is asked for, and where it is.
    pub(crate) fn engine(&self) -> Result<Option<(&'static dyn EngineKind, String)>, Fault> {
        let Some(name) = &self.options.engine else {
            return match &self.options.url {
                Some(url) => {
                    let fault = Fault::new(Code::Usage, format!("it is not said which engine is at `{url}`"));
                    let name = engine::installed().map_or("NAME", EngineKind::name);
                    Err(fault.fix(format!("name it with `--engine {name}`")))
                }
                None => Ok(None),
            };
        };
        let known = engine::installed();
        let Some(kind) = known.filter(|kind| kind.name() == name) else {
            let fault = Fault::new(Code::Usage, format!("this program has no engine `{name}`"));
            return Err(match known {
                Some(kind) => fault.fix(format!("it has `--engine {}`", kind.name())),
                None => fault.fix("have its `main` install one first, as `workflow_restate::install()` does"),
            });
        };
        let url = self.options.url.clone();
        Ok(Some((kind, url.unwrap_or_else(|| kind.default_url().to_owned()))))
    }

    /// Whether an engine drives the runs.
    pub(crate) fn is_on_engine(&self) -> bool {
        self.options.engine.is_some()
    }

    /// Whether there is something to be opened.
    pub(crate) fn exists(&self) -> bool {
        self.is_on_engine() || self.journal().exists()
    }

    /// Where the runs are, for people.
    pub(crate) fn place(&self) -> String {
        match self.engine() {
            Ok(Some((kind, url))) => format!("{} at {url}", kind.name()),
            _ => self.journal().display().to_string(),
        }
    }

    /// The journal, which must be there.
    pub(crate) fn open(&self) -> Result<Runtime, Fault> {
        if self.engine()?.is_some() {
            return self.open_or_make();
        }
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
        let runtime = match self.engine()? {
            Some((kind, url)) => kind
                .connect(&url)
                .map(engine::runtime_on)
                .map_err(|error| Fault::from(error).of(url))?,
            None => {
                let path = self.journal();
                Runtime::open(&path).map_err(|error| Fault::from(error).of(path.display().to_string()))?
            }
        };
        let runtime = runtime.knows_plan(self.plan);
        Ok(match self.roster()? {
            Some(roster) => runtime.with_roster(roster.clone()),
            None => runtime,
        })
    }

    /// Who holds which role, if a roster was given.
    pub(crate) fn roster(&self) -> Result<Option<&Roster>, Fault> {
        let Some(path) = &self.options.roster else {
            return Ok(None);
        };
        if let Some(roster) = self.roster.get() {
            return Ok(Some(roster));
        }
        let roster = Roster::open(path).map_err(|error| {
            let fault = Fault::from(error);
            Fault {
                code: Code::Input,
                ..fault.of(path.display().to_string())
            }
        })?;
        let roles = || self.plan.roles.iter().map(|role| role.name);
        for role in roster.roles().filter(|role| !roles().any(|known| known == *role)) {
            let near = did_you_mean(role, roles());
            let roster = path.display();
            self.output.warn(&format!(
                "`{roster}` names the role `{role}`, which the plan does not have{near}"
            ));
        }
        Ok(Some(self.roster.get_or_init(|| roster)))
    }

    /// What drives runs: the team, or the engine.
    pub(crate) fn driver(&mut self) -> Result<Box<dyn Driver>, Fault> {
        match self.engine()? {
            Some(_) => Ok(Box::new(Crew::of_engine(self.plan))),
            None => self.team(),
        }
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
        let runs = runtime.runs().await?;
        let Some(typed) = typed else {
            return self.only_run(&runs, wanted);
        };
        let run = names::run(&runs, self.plan.name, typed).map_err(|fault| self.see_the_list(fault))?;
        self.is_ours(run)?;
        Ok(run.clone())
    }

    /// The only run that can be meant where none is named.
    pub(crate) fn only_run(&self, runs: &[RunSummary], wanted: Wanted) -> Result<RunSummary, Fault> {
        let ours = || runs.iter().filter(|run| run.workflow == self.plan.name);
        let open: Vec<_> = ours().filter(|run| !run.standing.is_over()).collect();
        match (open.as_slice(), ours().max_by_key(|run| run.changed_at)) {
            ([one], _) => Ok((*one).clone()),
            ([], Some(last)) if wanted == Wanted::Any => Ok(last.clone()),
            ([], last) => Err(self.none_is_open(last)),
            (several, _) => {
                let ids = several.iter().map(|run| run.id.as_str());
                let message = format!("several runs are open: {}", names::some_of(ids));
                Err(Fault::new(Code::Ambiguous, message).fix("name the one that is meant"))
            }
        }
    }

    /// `last`: the run that changed last.
    fn none_is_open(&self, last: Option<&RunSummary>) -> Fault {
        let journal = self.place();
        let fault = |message: String, fix: String| Fault::new(Code::NotFound, message).fix(fix);
        match last {
            None => fault(
                format!("`{journal}` has no run of `{}`", self.plan.name),
                format!("begin one with `{}`", self.command(&self.run_anew())),
            ),
            Some(last) => fault(
                "no run is open".to_owned(),
                format!(
                    "begin one with `{}`, or name the one that is meant, such as `{}`",
                    self.command(&self.run_another()),
                    last.id
                ),
            ),
        }
    }

    /// What to do where no run is called so, unless there is something nearer to say.
    fn see_the_list(&self, fault: Fault) -> Fault {
        match (fault.code, &fault.fix) {
            (Code::NotFound, None) => fault.fix(format!("see them with `{}`", self.command(&["list"]))),
            _ => fault,
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

    /// That what is recorded of it is as it was recorded: nothing is built on what is not.
    pub(crate) async fn verified(&self, runtime: &Runtime, id: &str) -> Result<(), Fault> {
        runtime.verify(id).await.map_err(|error| self.fault(error, id))
    }

    /// Where everything of that run stands.
    pub(crate) async fn view(&self, runtime: &Runtime, id: &str) -> Result<View, Fault> {
        let history = runtime.history(id).await.map_err(|error| self.fault(error, id))?;
        let mut view = View::of(history);
        // A plan that lost the former name of a step is the same, and cannot read lines of that name.
        if view.layout.outline != self.layout.outline || !view.knows_all_names() {
            let taken_up = begin::could_take_up(runtime, &self.layout, id).await;
            view.fits = taken_up.map_or_else(Fits::No, |()| Fits::Edited);
        }
        Ok(view)
    }

    /// The status of the program where all is well: whether a person is waited for may be told apart.
    pub(crate) fn waits(&self, view: &View) -> u8 {
        const WAITING: u8 = 5;
        match self.options.detailed_exitcode && view.waiting().next().is_some() {
            true => WAITING,
            false => 0,
        }
    }

    /// Who does it: as was said, or as they are logged in.
    pub(crate) fn actor(&self, by: Option<&str>) -> Result<Actor, Fault> {
        let by = by.map(str::to_owned);
        let named = || {
            let variables = ["WORKFLOW_ACTOR", "USER", "LOGNAME", "USERNAME"];
            variables
                .iter()
                .find_map(|name| from_env(name)?.into_string().ok())
        };
        // Few variables are set for those who came by no login, but the system knows them.
        let name = by.or_else(named).or_else(|| whoami::username().ok());
        match name.filter(|name| !name.trim().is_empty()) {
            Some(name) => Ok(Actor::new(name)),
            None => {
                Err(Fault::new(Code::Usage, "it is not known who you are").fix("say so with `--by NAME`"))
            }
        }
    }

    /// A command of this program with its journal and roster, to be typed as it stands.
    pub(crate) fn command(&self, words: &[&str]) -> String {
        let words = words.iter().map(|word| quoted(word));
        self.with_files(words.collect(), None)
    }

    /// The same about a run, whose id comes after the verb.
    pub(crate) fn command_on(&self, run: &str, words: &[&str]) -> String {
        let mut words: Vec<_> = words.iter().map(|word| quoted(word)).collect();
        if run.starts_with('-') {
            // What comes after `--` is no option, whatever it looks like.
            return self.with_files(words, Some(run));
        }
        words.insert(1, quoted(run));
        self.with_files(words, None)
    }

    /// The same about a step of a run.
    pub(crate) fn command_of(&self, run: &str, words: &[&str]) -> String {
        let words = words.iter().map(|word| quoted(word));
        let run = match run.starts_with('-') {
            true => vec![quoted(&format!("--run={run}"))],
            false => vec!["--run".to_owned(), quoted(run)],
        };
        self.with_files(words.chain(run).collect(), None)
    }

    fn with_files(&self, words: Vec<String>, last: Option<&str>) -> String {
        let mut command = vec![quoted(&self.program)];
        command.extend(words);
        for (option, path) in [
            ("--journal", &self.options.journal),
            ("--roster", &self.options.roster),
        ] {
            if let Some(path) = path {
                let (path, option) = (quoted_path(path), option.to_owned());
                command.extend([match path.starts_with('-') {
                    true => format!("{option}={path}"),
                    false => format!("{option} {path}"),
                }]);
            }
        }
        for (option, value) in [("--engine", &self.options.engine), ("--url", &self.options.url)] {
            command.extend(value.as_ref().map(|value| format!("{option} {}", quoted(value))));
        }
        command.extend(last.map(|last| format!("-- {}", quoted(last))));
        command.join(" ")
    }

    /// The words that begin a run beside those that there are: without an id they might take up one of them.
    pub(crate) fn run_another(&self) -> Vec<&'static str> {
        let mut words = self.run_anew();
        words.insert(1, "ID");
        words
    }

    /// The words that begin the first run.
    pub(crate) fn run_anew(&self) -> Vec<&'static str> {
        match self.plan.inputs {
            0 => vec!["run"],
            _ => vec!["run", "--input", "FILE"],
        }
    }
}

/// As a shell takes it for one word.
fn quoted(word: &str) -> String {
    let is_plain =
        |c: char| c.is_alphanumeric() || "-_./:@%+,".contains(c) || (c == '=' && word.starts_with('-'));
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// The same of a file, whose name need not be text.
fn quoted_path(path: &Path) -> String {
    match path.to_str() {
        Some(path) => quoted(path),
        // As bash and zsh take any bytes.
        None => format!("$'{}'", path.as_os_str().as_encoded_bytes().escape_ascii()),
    }
}

/// How the program was called.
pub(crate) fn program(first_word: Option<&OsString>, plan: &Plan) -> String {
    let word = first_word
        .and_then(|word| word.to_str())
        .filter(|word| !word.is_empty());
    word.map_or_else(|| plan.module.to_owned(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::arguments::Color;

    mod first {
        workflow_runtime::workflow! {
            pub(crate) workflow Trip() { phase Way { manual step walk(); manual step rest(); } }
        }
    }

    mod renamed {
        workflow_runtime::workflow! {
            pub(crate) workflow Trip() { phase Way { #[was(walk)] manual step go(); manual step rest(); } }
        }
    }

    mod forgetful {
        workflow_runtime::workflow! {
            pub(crate) workflow Trip() { phase Way { manual step go(); manual step rest(); } }
        }
    }

    mod acronym {
        workflow_runtime::workflow! {
            pub(crate) workflow HTTPServer() { phase Way { manual step go(); } }
        }
    }

    #[test]
    fn the_journal_is_called_like_the_module_that_the_macro_makes() {
        assert_eq!(
            desk(acronym::HTTPServer::PLAN).journal(),
            PathBuf::from("http_server.db")
        );
    }

    fn desk(plan: &'static Plan) -> Desk {
        let options = Options {
            journal: None,
            engine: None,
            url: None,
            roster: None,
            json: false,
            json_lines: false,
            detailed_exitcode: false,
            color: Color::Never,
        };
        let output = Output::of(&options);
        Desk::new(plan, "trip".to_owned(), options, output, None)
    }

    #[tokio::test]
    async fn a_plan_that_forgot_the_name_that_a_line_has_does_not_fit() {
        let folder = tempfile::tempdir().unwrap();
        let open = || Runtime::open(folder.path().join("trip.db")).unwrap();
        let runtime = open();
        drop(first::Trip::run(&runtime, "alps", &Arc::new(())).await);
        let handed_in = runtime.hand_in_artifact("alps", "Way.walk", Actor::new("ada"), &());
        handed_in.await.unwrap();
        drop(renamed::Trip::run(&runtime, "alps", &Arc::new(())).await);
        let fits = desk(renamed::Trip::PLAN)
            .view(&runtime, "alps")
            .await
            .unwrap()
            .fits;
        assert!(matches!(fits, Fits::Same), "{fits:?}");

        let runtime = open().knows::<forgetful::Trip>();
        let desk = desk(forgetful::Trip::PLAN);
        let fits = desk.view(&runtime, "alps").await.unwrap().fits;
        let Fits::No(error) = &fits else {
            panic!("{fits:?}")
        };
        assert!(
            error.to_string().contains("step `Way.walk` is recorded"),
            "{error}"
        );
    }
}
