//! The keys of what a run on an engine waits for.

/// What a run waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Promise {
    /// That a manual step or gate is handed in, in that round.
    HandIn { path: String, round: u32 },
    /// That a halted run is told how to go on; they are numbered.
    Word(u32),
}

impl Promise {
    pub(crate) fn key(&self) -> String {
        match self {
            Promise::HandIn { path, round } => format!("hand-in/{path}/{round}"),
            Promise::Word(number) => format!("word/{number}"),
        }
    }

    pub(crate) fn of_key(key: &str) -> Option<Self> {
        if let Some(number) = key.strip_prefix("word/") {
            return number.parse().ok().map(Promise::Word);
        }
        let (path, round) = key.strip_prefix("hand-in/")?.rsplit_once('/')?;
        Some(Promise::HandIn {
            path: path.to_owned(),
            round: round.parse().ok()?,
        })
    }
}
