//! The plan of the page on programs: an article on its way to its readers.

use std::path::Path;
use std::process::ExitCode;
use workflow_runtime::prelude::*;

workflow! {
    /// From a draft to its readers.
    pub workflow Article(draft: String) {
        /// Answers for what is printed.
        role Editor;

        /// Everything but the words.
        phase Layout {
            /// Breaks the text into lines.
            step typeset(draft) -> page: String;
        }

        /// Nothing is printed that nobody has read.
        phase Review {
            #[by(Editor)]
            manual step choose_title(page) -> title: String;
            #[rework(to = Layout, max = 3)]
            #[by(Editor)]
            manual gate read(page, title);
        }

        phase Publish {
            /// Puts the page where the site takes it from.
            #[retry(attempts = 2, backoff = "100ms")]
            step upload(title, page) -> address: String;
        }
    }
}

struct Team;

impl article::Layout for Team {
    async fn typeset(&self, cx: &StepContext, draft: &String) -> StepResult<String> {
        let lines: Vec<&str> = draft.split_inclusive(". ").map(str::trim_end).collect();
        cx.say(format_args!("{} lines", lines.len()));
        Ok(lines.join("\n") + "\n")
    }
}

impl article::Publish for Team {
    async fn upload(&self, _: &StepContext, title: &String, page: &String) -> StepResult<String> {
        if !Path::new("site").is_dir() {
            return Err(StepError::new("there is no folder `site`"));
        }
        let address = format!("site/{}.txt", title.to_lowercase().replace(' ', "-"));
        std::fs::write(&address, page)?;
        Ok(address)
    }
}

fn main() -> ExitCode {
    Article::main(|| Team)
}
