//! The keys of what a run on an engine waits for.

use crate::summary::Standing;

/// What a run waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Promise {
    /// That a manual step or gate is handed in, in that round.
    HandIn { path: String, round: u32 },
    /// That a halted run is told how to go on; they are numbered.
    Word { number: u32, standing: Standing },
}

impl Promise {
    pub(crate) fn key(&self) -> String {
        match self {
            Promise::HandIn { path, round } => format!("hand-in/{path}/{round}"),
            Promise::Word { number, standing } => format!("word/{number}/{standing}"),
        }
    }

    pub(crate) fn of_key(key: &str) -> Option<Self> {
        if let Some(word) = key.strip_prefix("word/") {
            let (number, standing) = word.split_once('/')?;
            return Some(Promise::Word {
                number: number.parse().ok()?,
                standing: Standing::named(standing),
            });
        }
        let (path, round) = key.strip_prefix("hand-in/")?.rsplit_once('/')?;
        Some(Promise::HandIn {
            path: path.to_owned(),
            round: round.parse().ok()?,
        })
    }
}
