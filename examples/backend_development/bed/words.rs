//! The words in braces of a launch, and what they stand for.

use std::{collections::BTreeMap, path::Path, process::Command};

use crate::{
    artifacts::{Launch, placeholders},
    failure::{Failure, Outcome},
};

/// What the words stand for.
#[derive(Debug)]
pub(crate) struct Words {
    known: BTreeMap<String, String>,
}

impl Words {
    /// The words that need no running service.
    pub(crate) fn new(database: &Path) -> Self {
        let mut words = Words {
            known: BTreeMap::new(),
        };
        let program = std::env::current_exe().unwrap_or_default();
        words.know("program", program.display().to_string());
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .unwrap_or(Path::new("."));
        words.know("workspace", workspace.display().to_string());
        words.know("database", database.display().to_string());
        words
    }

    pub(crate) fn know(&mut self, word: impl Into<String>, meaning: String) {
        self.known.insert(word.into(), meaning);
    }

    /// The text with everything filled in.
    pub(crate) fn fill(&self, text: &str) -> Outcome<String> {
        let mut filled = text.to_owned();
        for word in placeholders(text) {
            let meaning = self
                .known
                .get(word)
                .ok_or_else(|| Failure::new(format_args!("nothing is known of `{{{word}}}` in `{text}`")))?;
            filled = filled.replace(&format!("{{{word}}}"), meaning);
        }
        Ok(filled)
    }

    /// The command of a launch.
    pub(crate) fn command(&self, launch: &Launch) -> Outcome<Command> {
        let mut command = Command::new(self.fill(&launch.program)?);
        for argument in &launch.arguments {
            command.arg(self.fill(argument)?);
        }
        for (name, value) in &launch.environment {
            command.env(name, self.fill(value)?);
        }
        Ok(command)
    }
}

/// A token for each caller that nobody can know beforehand.
pub(super) fn tokens(callers: &[String]) -> Outcome<BTreeMap<String, String>> {
    let mut tokens = BTreeMap::new();
    for caller in callers {
        tokens.insert(caller.clone(), random()?);
    }
    Ok(tokens)
}

/// 32 hexadecimal digits from the system.
pub(crate) fn random() -> Outcome<String> {
    examples::hex::random(16)
}
