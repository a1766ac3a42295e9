//! Pages of this repository: their code, and their terminal sessions, whose commands are run again and must say the same.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// A Markdown page.
#[derive(Debug)]
pub struct Page {
    path: PathBuf,
    text: String,
}

/// A command on a page, and what the page says that it prints.
#[derive(Debug)]
struct Typed<'p> {
    command: &'p str,
    printed: Range<usize>,
}

/// Ends what a command printed.
const END: &str = "\u{1e}\n";

impl Page {
    /// By its path from the root of the repository.
    pub fn open(path: &str) -> Self {
        let path = root().join(path);
        let text = fs::read_to_string(&path);
        let text = text.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Page { path, text }
    }

    /// Its fenced blocks in that language.
    pub fn blocks(&self, language: &str) -> Vec<&str> {
        let fence = format!("```{language}\n");
        let after_each = self.text.split(&fence).skip(1);
        after_each
            .map(|after| after.split_once("```\n").expect("every block is closed").0)
            .collect()
    }

    /// Runs the commands of all its sessions in one folder, one after the other, where `program` can be called by its
    /// name. `PAGES=overwrite` puts what they print onto the page.
    pub fn is_real(&self, program: &Path) {
        let typed = self.typed();
        let printed = perform(&typed, program);
        let mut text = self.text.clone();
        for (typed, printed) in typed.iter().zip(&printed).rev() {
            let shown = &self.text[typed.printed.clone()];
            if timeless(shown) != timeless(printed) {
                text.replace_range(typed.printed.clone(), printed);
            }
        }
        if env::var("PAGES").is_ok_and(|what| what == "overwrite") {
            fs::write(&self.path, text).expect("the page can be written");
            return;
        }
        for (typed, printed) in typed.iter().zip(&printed) {
            let shown = &self.text[typed.printed.clone()];
            assert_eq!(
                timeless(printed),
                timeless(shown),
                "{}: `{}` prints something else by now; look at it, then run this test with PAGES=overwrite",
                self.path.display(),
                typed.command
            );
        }
    }

    /// What is typed in blocks of `console`, and beside pictures: `<!-- $ COMMAND -->`, then the block.
    fn typed(&self) -> Vec<Typed<'_>> {
        let mut typed: Vec<Typed<'_>> = Vec::new();
        let (mut fence, mut of_picture) = (None, None);
        let mut end = 0;
        for line in self.text.split_inclusive('\n') {
            let start = end;
            end += line.len();
            let begun = line.strip_prefix("```").map(str::trim_end);
            match (fence, begun) {
                (None, Some(language)) => {
                    fence = Some(language);
                    if let Some(command) = of_picture.take() {
                        let printed = end..end;
                        typed.push(Typed { command, printed });
                    }
                }
                (Some(_), Some(_)) => fence = None,
                (None, None) => {
                    let comment = line.trim_end().strip_prefix("<!-- $ ");
                    of_picture = comment.and_then(|comment| comment.strip_suffix(" -->"));
                }
                (Some("console"), None) if line.starts_with("$ ") => typed.push(Typed {
                    command: line[2..].trim_end(),
                    printed: end..end,
                }),
                (Some("console" | "mermaid"), None) => {
                    if let Some(last) = typed.last_mut().filter(|last| last.printed.end == start) {
                        last.printed.end = end;
                    }
                }
                (Some(_), None) => {}
            }
        }
        assert!(!typed.is_empty(), "there is no session on the page");
        typed
    }
}

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// An example, built.
pub fn example(name: &str) -> PathBuf {
    let test = env::current_exe().expect("a test has a file");
    let profile = test.parent().and_then(Path::parent);
    let profile = profile.expect("a test lies in `deps` of a profile");
    let target = profile.parent().expect("a profile lies in a target folder");
    let mut build = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.args(["build", "--quiet", "--offline", "--example", name]);
    build.args(profile.ends_with("release").then_some("--release"));
    build.arg("--target-dir").arg(target);
    build.arg("--manifest-path").arg(root().join("Cargo.toml"));
    let built = build.status().is_ok_and(|status| status.success());
    assert!(built, "the example `{name}` does not build");
    profile.join("examples").join(name)
}

/// What each command prints, as a shell of its own would have it.
fn perform(typed: &[Typed<'_>], program: &Path) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let mut script = String::new();
    for Typed { command, .. } in typed {
        // The next command may ask how this one ended.
        script += &format!("{{ {command}\n}} 2>&1; ended=$?; printf '\\036\\n'; (exit $ended)\n");
    }
    let mut path = program
        .parent()
        .expect("it lies in a folder")
        .as_os_str()
        .to_owned();
    path.push(":");
    path.push(env::var_os("PATH").unwrap_or_default());
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(script).current_dir(folder.path());
    shell.env("PATH", path).env("USER", "ada");
    for variable in ["ACTOR", "JOURNAL", "ROSTER"] {
        shell.env_remove(format!("WORKFLOW_{variable}"));
    }
    let output = shell.output().expect("there is a shell");
    let said = String::from_utf8(output.stdout).expect("it is text");
    let mut printed: Vec<_> = said.split(END).map(str::to_owned).collect();
    printed.pop();
    for printed in &mut printed {
        if !printed.is_empty() && !printed.ends_with('\n') {
            printed.push('\n');
        }
    }
    assert_eq!(printed.len(), typed.len(), "{said}");
    printed
}

/// The text without what is another each time: moments and spans, with the spaces before them.
fn timeless(text: &str) -> String {
    let text = text.replace("under 1 ms", "0 ms");
    let mut timeless = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(at);
        let is_of_number = |c: char| c.is_ascii_digit() || ":.-TZ".contains(c);
        let end = from.find(|c| !is_of_number(c)).unwrap_or(from.len());
        let (number, after) = from.split_at(end);
        let is_moment = number.contains(':') || number.matches('-').count() == 2;
        let unit = [" ms", " s"].into_iter().find(|unit| {
            let after = after.strip_prefix(unit);
            after.is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric()))
        });
        if is_moment || unit.is_some() {
            timeless += before.trim_end_matches(' ');
            timeless += " TIME";
            rest = &after[unit.map_or(0, str::len)..];
        } else {
            timeless += before;
            timeless += number;
            rest = after;
        }
    }
    timeless += rest;
    timeless
        .lines()
        .map(|line| line.trim_end().to_owned() + "\n")
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_left_out_and_nothing_else() {
        let cases = [
            ("[   0.05 s] a (3 ms)", "[ TIME] a ( TIME)\n"),
            (
                "2 of 5 steps done, under 1 ms of work",
                "2 of 5 steps done, TIME of work\n",
            ),
            ("2026-11-26 08:44:22 x", " TIME TIME x\n"),
            ("\"at\": \"2026-11-26T08:44:50.974Z\"", "\"at\": \" TIME\"\n"),
            ("began 1.5 s ago, v0.1.0", "began TIME ago, v0.1.0\n"),
        ];
        for (text, left) in cases {
            assert_eq!(timeless(text), left);
        }
    }
}
