//! The command line: verbs and options.

use std::path::PathBuf;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum, ValueHint};

use crate::cli::names;
use crate::engine;
use crate::plan::Plan;

/// Part of the contract for scripts, as `Code::exit` has it.
const STATUSES: &str = "\
Ends with status 0 if all is well, also where a person is waited for; 1 if a step or gate failed; 2 if the command line \
or a file is not understood; 3 if it is not allowed now; 4 if the journal is damaged; 130 if it was stopped.";

/// What was asked for.
#[derive(Debug, Parser)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    infer_subcommands = true,
    max_term_width = 100,
    after_help = STATUSES
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// What holds for every verb.
#[derive(Debug, Clone, Args)]
pub(crate) struct Options {
    /// The file that the journal is in [default: the workflow's name with `.db`] [env: WORKFLOW_JOURNAL]
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) journal: Option<PathBuf>,
    /// The engine that keeps and drives the runs, instead of a journal [env: WORKFLOW_ENGINE]
    #[arg(long, global = true, value_name = "NAME", conflicts_with = "journal")]
    pub(crate) engine: Option<String>,
    /// Where the engine is [env: WORKFLOW_ENGINE_URL]
    #[arg(long, global = true, value_name = "URL", value_hint = ValueHint::Url)]
    pub(crate) url: Option<String>,
    /// Who holds which role, in TOML; without it roles are recorded and not enforced [env: WORKFLOW_ROSTER]
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) roster: Option<PathBuf>,
    /// Prints one JSON document on standard output; everything else goes to standard error
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Prints events as they happen, a JSON document a line; the last line is what `--json` prints
    #[arg(long, global = true, conflicts_with = "json")]
    pub(crate) json_lines: bool,
    /// Ends with status 5 instead of 0 where a person is waited for, as `run`, `status` and `next` tell
    #[arg(long, global = true)]
    pub(crate) detailed_exitcode: bool,
    /// Whether to colour: as the terminal and NO_COLOR say, always or never
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true
    )]
    pub(crate) color: Color,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Shows the plan: its phases and steps as a tree
    Plan,
    /// Begins a run, or takes it up where it stands, and drives it as far as it goes
    Run {
        /// The run's id [default: the name of the input file, or the one run that is open]
        #[arg(value_name = "ID")]
        id: Option<String>,
        /// What to begin with, in TOML, YAML or JSON; `-` is standard input
        #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
        input: Option<PathBuf>,
        /// Waits where a person is asked, until something is handed in by another process
        #[arg(long)]
        wait: bool,
    },
    /// Shows how a run stands
    Status(Which),
    /// Lists the runs of the journal
    List {
        /// Leaves out those that are over
        #[arg(long)]
        open: bool,
    },
    /// Shows what can be done now, by whom, and the command for it
    Next(Which),
    /// Says why a step is not done yet, or why it ran again
    Why {
        /// A step or gate, as in `Testing.unit_tests` or `unit`
        step: String,
        #[command(flatten)]
        of: Of,
    },
    /// Hands in what a manual step makes
    Done {
        /// A manual step, as in `Sitting.photograph` or `photo`
        step: String,
        /// Its artifact, in TOML, YAML or JSON; `-` is standard input
        #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
        artifact: Option<PathBuf>,
        /// What you say about it; kept beside it
        #[arg(long, short, value_name = "TEXT")]
        message: Option<String>,
        #[command(flatten)]
        by: By,
        #[command(flatten)]
        of: Of,
    },
    /// Passes a manual gate
    Approve {
        /// A manual gate, as in `Design.review` or `review`
        gate: String,
        /// What you say about it; kept beside it
        #[arg(long, short, value_name = "TEXT")]
        message: Option<String>,
        #[command(flatten)]
        by: By,
        #[command(flatten)]
        of: Of,
    },
    /// Rejects at a manual gate
    Reject {
        /// A manual gate, as in `Design.review` or `review`
        gate: String,
        /// Why; it is due
        #[arg(long, short, value_name = "REASON")]
        message: Option<String>,
        #[command(flatten)]
        by: By,
        #[command(flatten)]
        of: Of,
    },
    /// Waives an optional phase that is next
    Skip {
        /// An optional phase, or the beginning of its name
        phase: String,
        /// Why; it is due
        #[arg(long, value_name = "REASON")]
        because: Option<String>,
        #[command(flatten)]
        by: By,
        #[command(flatten)]
        of: Of,
    },
    /// Takes a run back: undoes its steps, last to first
    Undo {
        #[command(flatten)]
        which: Which,
        /// Does not ask whether that is meant
        #[arg(long, short)]
        yes: bool,
    },
    /// Tells whoever drives a run to stop; it can be taken up again
    Cancel {
        #[command(flatten)]
        which: Which,
        /// Does not ask whether that is meant
        #[arg(long, short)]
        yes: bool,
    },
    /// Shows what happened to a run, line by line
    Log(Which),
    /// Shows what a step made
    Show {
        /// A step or gate, as in `Testing.unit_tests` or `unit`
        step: String,
        /// In that round, instead of the last: 0 at first, one more after each rework
        #[arg(long, value_name = "NUMBER")]
        round: Option<u32>,
        #[command(flatten)]
        of: Of,
    },
    /// Checks that the journal is as it was recorded: of one run, or of all
    Verify(Which),
    /// Draws the plan, and how a run of it stands
    Graph {
        /// The run whose state is drawn, by its id or the beginning of it; without it, the plan alone
        #[arg(value_name = "ID", conflicts_with = "run")]
        id: Option<String>,
        /// [default: by the ending of the file, or mermaid]
        #[arg(long, short)]
        format: Option<Drawing>,
        /// The same; without an id, the one that is open
        #[arg(long, value_name = "ID", num_args = 0..=1)]
        run: Option<Option<String>>,
        /// Where to write it [default: `-`, standard output]
        #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
        output: Option<PathBuf>,
    },
    /// Writes all about a run into one HTML file
    Report {
        #[command(flatten)]
        which: Which,
        /// Where to write it; `-` is standard output [default: the run's id with `.html`]
        #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
        output: Option<PathBuf>,
    },
    /// Gives a run to other programs: as JUnit XML, or as its audit record in JSON
    Export {
        #[command(flatten)]
        which: Which,
        #[arg(long, short)]
        format: Exported,
        /// Where to write it [default: `-`, standard output]
        #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
        output: Option<PathBuf>,
    },
    /// Carries out the runs that an engine has, until it is told to end
    Worker {
        /// Where to listen for the engine
        #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9080")]
        listen: String,
        /// Where the engine reaches this program [default: where it listens]
        #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
        advertise: Option<String>,
    },
    /// Prints what completes this program's command line in a shell
    Completions { shell: clap_complete::Shell },
    /// Prints the JSON Schema of what a verb prints with `--json`, or lists them
    Schema {
        /// As in the `schema` field, without its version
        name: Option<String>,
    },
}

/// Which run a verb is about, as its only name.
#[derive(Debug, Clone, Args)]
pub(crate) struct Which {
    /// The run, by its id or the beginning of it [default: the one that is open]
    #[arg(value_name = "ID", conflicts_with = "run")]
    id: Option<String>,
    /// The same, as beside a step
    #[arg(long, value_name = "ID", hide = true)]
    run: Option<String>,
}

impl Which {
    pub(crate) fn id(&self) -> Option<&str> {
        self.id.as_deref().or(self.run.as_deref())
    }
}

/// Which run a verb is about, beside a step.
#[derive(Debug, Clone, Args)]
pub(crate) struct Of {
    /// The run, by its id or the beginning of it [default: the one that is open]
    #[arg(long, value_name = "ID")]
    pub(crate) run: Option<String>,
}

/// Who does it.
#[derive(Debug, Clone, Args)]
pub(crate) struct By {
    /// Who you are, for the journal [default: the name that you are logged in by] [env: WORKFLOW_ACTOR]
    #[arg(long, value_name = "NAME")]
    pub(crate) by: Option<String>,
}

/// The languages of a drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Drawing {
    Mermaid,
    Dot,
    Svg,
}

/// The languages of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Exported {
    Junit,
    Json,
}

/// The program's command line, with the names of the plan in it.
pub(crate) fn command(plan: &'static Plan, program: &str, has_team: bool) -> clap::Command {
    let about = plan.doc.trim().lines().next().unwrap_or(plan.name);
    let about = if about.is_empty() { plan.name } else { about };
    let command = Arguments::command()
        .name(program.to_owned())
        .bin_name(program.to_owned())
        .about(about.to_owned());
    let installed = engine::installed();
    let has_engine = installed.is_some();
    let hidden = |command: clap::Command| command.hide(!has_team && !has_engine);
    let command = command
        .mut_subcommand("run", hidden)
        .mut_subcommand("undo", hidden)
        .mut_subcommand("worker", |command| command.hide(!has_team || !has_engine))
        .mut_arg("engine", |argument| argument.hide(!has_engine))
        .mut_arg("url", |argument| match installed {
            Some(engine) => argument.help(format!(
                "Where the engine is [default: {}] [env: WORKFLOW_ENGINE_URL]",
                engine.default_url()
            )),
            None => argument.hide(true),
        });
    names::complete(command, plan)
}

/// What was asked for, or clap's error.
pub(crate) fn parse(
    command: &mut clap::Command,
    words: Vec<std::ffi::OsString>,
) -> Result<Arguments, clap::Error> {
    let matches = command.try_get_matches_from_mut(words)?;
    let mut arguments =
        Arguments::from_arg_matches(&matches).map_err(|error: clap::Error| error.format(command))?;
    let Options {
        journal,
        engine,
        url,
        roster,
        ..
    } = &mut arguments.options;
    let text = |name: &str| from_env(name)?.into_string().ok();
    // What is typed counts before what is set, and a journal and an engine exclude each other.
    if journal.is_none() {
        *engine = engine.take().or_else(|| text("WORKFLOW_ENGINE"));
    }
    // Where it is counts only for those who ask for an engine.
    if engine.is_some() {
        *url = url.take().or_else(|| text("WORKFLOW_ENGINE_URL"));
    } else {
        *journal = journal
            .take()
            .or_else(|| from_env("WORKFLOW_JOURNAL").map(PathBuf::from));
    }
    *roster = roster
        .take()
        .or_else(|| from_env("WORKFLOW_ROSTER").map(PathBuf::from));
    Ok(arguments)
}

/// A variable; one that is empty says nothing.
pub(crate) fn from_env(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}
