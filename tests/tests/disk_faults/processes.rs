//! One file, two processes: each drives its own runs, one of them a run that both want, and whoever reads is not held up.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use rusqlite::Connection;
use tests::cuts::{DEADLINE, Watched};
use tests::place::journal;
use tests::script::{Act, Script};
use tests::voyage::{MADE, calls_after, sail, undisturbed};
use workflow_runtime::{Runtime, Standing};

/// Tells a child what to do, and with which file.
pub(crate) const CHILD: &str = "WORKFLOW_TEST_CHILD";

const RUNS: usize = 8;

pub(crate) fn arguments() -> [&'static str; 4] {
    [
        "processes::as_a_child_process",
        "--exact",
        "--nocapture",
        "--test-threads=1",
    ]
}

fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\nCHILD {text}")
        .and_then(|()| out.flush())
        .expect("the parent listens");
}

/// Waits for the parent to say something; it is gone if it says nothing.
fn listen() {
    let mut line = String::new();
    let read = std::io::stdin().read_line(&mut line).expect("it is piped");
    assert!(read > 0, "the parent is gone");
}

/// The other process: does nothing unless one of the tests starts it.
#[tokio::test]
async fn as_a_child_process() {
    let Ok(told) = std::env::var(CHILD) else { return };
    let (what, path) = told.split_once(':').expect("what to do, and where");
    let runtime = match Runtime::open(path) {
        Ok(runtime) => runtime,
        Err(error) => return say(&error.to_string()),
    };
    let script = Script::default();
    match what {
        "open" => say("opened"),
        "sail" => {
            say("ready");
            listen();
            say(&sail_all(&runtime, "child").await);
            // The file stays open until the parent has looked at it.
            listen();
        }
        "hold" => {
            script.then("Sailing.safe", Act::Hang);
            tokio::select! {
                biased;
                done = sail(&runtime, "both", &script) => panic!("{done:?}"),
                () = async { script.stuck().await; say("stuck"); listen() } => {}
            }
            // The run was dropped with the future that drove it; what is answered after that is written after that.
            sail(&runtime, "theirs", &script).await.expect("it is free");
            say("let go");
            listen();
        }
        "lock" => {
            let sql = Connection::open(path).expect("it is there");
            sql.execute_batch("BEGIN IMMEDIATE; UPDATE runs SET position = position")
                .expect("nobody writes");
            say("locked");
            listen();
            sql.execute_batch("ROLLBACK").expect("nothing is kept");
            say("unlocked");
        }
        _ => panic!("{what}"),
    }
}

/// Drives runs to their ends, all at once.
async fn sail_all(runtime: &Runtime, whose: &str) -> String {
    let mut runs = Vec::new();
    for run in 0..RUNS {
        let (runtime, id) = (runtime.clone(), format!("{whose} {run}"));
        runs.push(tokio::spawn(async move {
            sail(&runtime, &id, &Script::default()).await
        }));
    }
    for run in runs {
        let made = run.await.expect("it does not panic").expect("nothing fails");
        assert_eq!(made, MADE);
    }
    format!("all {RUNS} of {whose} are done")
}

/// A process of this program; it is killed when a test ends before it.
struct Other {
    child: Child,
    input: ChildStdin,
    said: Receiver<String>,
}

impl Other {
    fn start(what: &str, watched: &Watched) -> Self {
        let mut child = Command::new(std::env::current_exe().expect("a test has a file"))
            .args(arguments())
            .env(CHILD, format!("{what}:{}", watched.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("it can be started");
        let input = child.stdin.take().expect("it is piped");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let (say, said) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if let Some(text) = line.strip_prefix("CHILD ") {
                    let _ = say.send(text.to_owned());
                }
            }
        });
        Other { child, input, said }
    }

    fn says(&self) -> String {
        self.said
            .recv_timeout(DEADLINE)
            .expect("the child says something in time")
    }

    fn go_on(&mut self) {
        writeln!(self.input).expect("the child listens");
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads all that can be read of the file.
async fn read_all(runtime: &Runtime) -> usize {
    let runs = runtime.runs().await.expect("reading waits for nobody");
    for run in &runs {
        runtime.verify(&run.id).await.expect("the journal is whole");
    }
    runs.len()
}

#[tokio::test]
async fn two_processes_drive_their_runs_in_one_file_at_once_and_nothing_is_lost() {
    let watched = Watched::new();
    let runtime = watched.open();
    let mut other = Other::start("sail", &watched);
    assert_eq!(other.says(), "ready");
    other.go_on();
    let ours = tokio::spawn({
        let runtime = runtime.clone();
        async move { sail_all(&runtime, "parent").await }
    });
    // Reads as long as one of the two writes.
    let reading = async {
        let mut said = None;
        while !ours.is_finished() || said.is_none() {
            assert!(read_all(&runtime).await <= 2 * RUNS);
            said = said.or_else(|| other.said.try_recv().ok());
            tokio::task::yield_now().await;
        }
        said
    };
    let said = tokio::time::timeout(DEADLINE, reading).await.expect("both end");
    assert_eq!(said, Some(format!("all {RUNS} of child are done")));
    assert_eq!(
        ours.await.expect("nothing fails"),
        format!("all {RUNS} of parent are done")
    );

    // The journal of each has all its lines, in the file and for whoever asks.
    let runs = runtime.runs().await.expect("they can be listed");
    assert_eq!(runs.len(), 2 * RUNS);
    for run in runs {
        assert_eq!(run.standing, Standing::Done, "{run:?}");
        runtime.verify(&run.id).await.expect("the journal is whole");
        let mut lines = journal(&watched.sql(), &run.id);
        lines.sort_unstable();
        assert_eq!(lines, undisturbed(), "{}", run.id);
    }
    other.go_on();
}

#[tokio::test]
async fn a_run_that_two_processes_want_is_driven_by_one_and_the_other_hears_by_whom() {
    let watched = Watched::new();
    let runtime = watched.open();
    let mut other = Other::start("hold", &watched);
    assert_eq!(other.says(), "stuck");
    let script = Script::default();
    let before = journal(&watched.sql(), "both");
    for _ in 0..3 {
        let refused = sail(&runtime, "both", &script)
            .await
            .expect_err("it is held")
            .error;
        let text = refused.to_string();
        let holder = format!("run `both` is held by process {} on `", other.child.id());
        assert!(refused.is_held() && text.starts_with(&holder), "{text}");
        assert!(text.ends_with("; wait until it lets go, or end it"), "{text}");
    }
    assert_eq!(
        script.notes(),
        [""; 0],
        "nothing is called of a run that another drives"
    );
    assert_eq!(journal(&watched.sql(), "both"), before, "and nothing is written");
    let runs = runtime.runs().await.expect("they can be listed");
    let holder = runs[0].held_by.as_deref().expect("it is held");
    assert!(
        holder.starts_with(&format!("process {} on", other.child.id())),
        "{holder}"
    );

    // Meanwhile others go on in the same file.
    assert_eq!(
        sail(&runtime, "ours", &Script::default())
            .await
            .expect("it is free"),
        MADE
    );
    other.go_on();
    assert_eq!(other.says(), "let go");
    assert_eq!(sail(&runtime, "both", &script).await.expect("it is free"), MADE);
    let mut calls = script.notes();
    calls.sort_unstable();
    assert_eq!(calls, calls_after(&before));
    other.go_on();
}

#[tokio::test]
async fn reading_waits_for_no_writer() {
    let watched = Watched::new();
    let runtime = watched.open();
    assert_eq!(
        sail(&runtime, "a", &Script::default()).await.expect("it is free"),
        MADE
    );
    let mut other = Other::start("lock", &watched);
    assert_eq!(other.says(), "locked");
    let writer = watched.sql();
    writer.busy_timeout(std::time::Duration::ZERO).expect("it is set");
    let is_locked = || writer.execute_batch("BEGIN IMMEDIATE").is_err();
    assert!(is_locked());
    // Whoever waits for a lock gives up in the end; these answer.
    for _ in 0..100 {
        assert_eq!(read_all(&runtime).await, 1);
    }
    assert!(is_locked(), "the other kept its transaction open all the time");
    other.go_on();
    assert_eq!(other.says(), "unlocked");
}
