//! What a round of tests taught, for the round after it: a file for each, so that a repeated step finds what it found before.

use serde::{Deserialize, Serialize};

use crate::{
    failure::{During, Outcome},
    outputs::Outputs,
};

/// Something that was learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "lesson")]
pub enum Lesson {
    /// Callers waited longer than they do.
    CallersWaited {
        /// How long one of them waited, in milliseconds.
        longest_ms: u64,
        /// How long they are ready to.
        promised_ms: u64,
    },
    /// An objective was missed under the expected load.
    ObjectiveMissed {
        /// The objective.
        objective: String,
        /// How many of a hundred were good.
        good_percent: f64,
        /// How long the slowest five of a hundred took at least, in milliseconds.
        p95_ms: f64,
    },
}

const FOLDER: &str = "reports/lessons";

/// Writes down what a round taught of a subject; nothing where it taught nothing.
///
/// # Errors
/// When the disk refuses.
pub fn write(outputs: &Outputs, subject: &str, round: u32, lessons: &[Lesson]) -> Outcome<()> {
    outputs.write_json(&format!("{FOLDER}/{subject}-{round}.json"), &lessons)?;
    Ok(())
}

/// What the rounds before this one taught, the oldest first.
///
/// # Errors
/// When something that was written down cannot be read.
pub fn before(outputs: &Outputs, subject: &str, round: u32) -> Outcome<Vec<Lesson>> {
    let mut lessons = Vec::new();
    for earlier in 0..round {
        let path = format!("{FOLDER}/{subject}-{earlier}.json");
        // A round that was sent back before its tests were done has none.
        if outputs.place(&path).is_file() {
            let found: Vec<Lesson> =
                serde_json::from_slice(&outputs.read(&path)?).during(format_args!("reading `{path}`"))?;
            lessons.extend(found);
        }
    }
    Ok(lessons)
}
