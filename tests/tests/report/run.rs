//! A run of the program `launch` that has seen something, and the report of it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A folder with the journal of a run, and its report.
pub(crate) struct Told {
    folder: TempDir,
}

/// What somebody might write to see whether a page believes it.
pub(crate) const EVIL: &str = "</script><img src=//evil.example/x onerror=alert(1)><b>\u{202e}";

impl Told {
    /// A run that failed once, was waived a phase, waited for people, was sent back, and halted.
    pub(crate) fn halted() -> Self {
        let told = Told::begun();
        let flies = "Launching.lift_off give_up no fuel; Build.frame slow 200; Build.engine slow 100";
        told.hand_in_weather(5);
        told.launch(flies, &["run", "till"], 1);
        told.write();
        told
    }

    /// The same, where it waits for the weather a second time.
    fn begun() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let told = Told { folder };
        let wish = "name = \"plain\"\nparts = [\"nose\", \"fin\", \"fin\"]\nthrust = 1.5\n";
        std::fs::write(told.path("wish.toml"), wish).expect("the folder can be written");
        let draws = format!("Design.draw fail {EVIL}, slow 100");
        told.launch(&draws, &["run", "till", "--input", "wish.toml"], 0);
        told.launch(
            "",
            &["approve", "Design.review", "--by", "ada", "--message", EVIL],
            0,
        );
        let builds = "Build.frame slow 200; Build.engine slow 100";
        told.launch(builds, &["run", "till"], 0);
        told.hand_in_weather(30);
        told.launch(builds, &["run", "till"], 0);
        told
    }

    pub(crate) fn report(&self) -> PathBuf {
        self.path("till.html")
    }

    fn write(&self) {
        self.launch("", &["report", "till"], 0);
    }

    fn hand_in_weather(&self, wind: u32) {
        let weather = format!("wind = {wind}\nsky = \"clear\"\n");
        std::fs::write(self.path("weather.toml"), weather).expect("the folder can be written");
        let words = ["done", "forecast", "--artifact", "weather.toml", "--by", "frogs"];
        self.launch("", &words, 0);
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the program in the folder, with what its steps do.
    fn launch(&self, acts: &str, words: &[&str], exit: i32) {
        let mut command = Command::new(Path::new(env!("CARGO_BIN_EXE_launch")));
        let told = self.path("stderr");
        let stderr = std::fs::File::create(&told).expect("the folder can be written");
        let mut child = command
            .args(words)
            .current_dir(self.folder.path())
            .env("LAUNCH", acts)
            .env_remove("WORKFLOW_JOURNAL")
            .env_remove("WORKFLOW_ROSTER")
            .stdout(Stdio::null())
            .stderr(stderr)
            .spawn()
            .expect("the program starts");
        let deadline = Instant::now() + Duration::from_secs(60);
        let status = loop {
            match child.try_wait().expect("it can be waited for") {
                Some(status) => break status,
                None if Instant::now() > deadline => {
                    child.kill().ok();
                    panic!("{words:?} never ended");
                }
                None => sleep(Duration::from_millis(10)),
            }
        };
        let told = std::fs::read_to_string(&told).unwrap_or_default();
        assert_eq!(status.code(), Some(exit), "{words:?}: {told}");
    }
}
