//! The colours of all pictures, by day and by night. Each mark has a sign besides, so none of them is needed to tell.

use crate::cli::mark::Mark;

/// What a mark fills its box with, and draws its border, sign and word in: readable on paper, too.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tint {
    pub(crate) fill: &'static str,
    pub(crate) edge: &'static str,
}

/// What is not a mark: a name for CSS, by day, by night.
pub(super) const GROUND: [(&str, &str, &str); 11] = [
    ("paper", "#ffffff", "#0d1117"),
    ("ink", "#1f2328", "#e6edf3"),
    ("muted", "#59636e", "#9198a1"),
    ("arrow", "#6e7781", "#8b949e"),
    ("faint", "#c4ccd4", "#444c56"),
    ("band", "#f3f5f8", "#161c24"),
    ("back", "#cf222e", "#ff7b72"),
    ("tone-0", "#6e7781", "#8b949e"),
    ("tone-1", "#2f7f95", "#62aec4"),
    ("tone-2", "#8a63a8", "#b494d1"),
    ("tone-3", "#96702f", "#c4a264"),
];

/// How many tones there are, so that arrows beside each other differ.
pub(super) const TONES: usize = 4;

/// A colour of [`GROUND`] by day, for pictures that know no night.
pub(super) fn by_day(name: &str) -> &'static str {
    GROUND
        .iter()
        .find(|(known, ..)| *known == name)
        .map_or("#000000", |(_, day, _)| day)
}

impl Mark {
    pub(crate) fn by_day(self) -> Tint {
        let (fill, edge) = match self {
            Mark::Open => ("#ffffff", "#6b7280"),
            Mark::Ready => ("#ffffff", "#1f2328"),
            Mark::Running => ("#d3f1f5", "#0a7285"),
            Mark::Waiting => ("#fff3bf", "#8a5a00"),
            Mark::Done => ("#dafbe1", "#1a7f37"),
            Mark::Failed => ("#ffe3e0", "#c01c28"),
            Mark::Rejected => ("#ffe8d9", "#b34700"),
            Mark::Skipped => ("#ddf1ff", "#0860c4"),
            Mark::Undone => ("#f5e8ff", "#7a4bd1"),
        };
        Tint { fill, edge }
    }

    pub(crate) fn by_night(self) -> Tint {
        let (fill, edge) = match self {
            Mark::Open => ("#0d1117", "#9198a1"),
            Mark::Ready => ("#0d1117", "#e6edf3"),
            Mark::Running => ("#0b3138", "#56d4dd"),
            Mark::Waiting => ("#3a2d04", "#e3b341"),
            Mark::Done => ("#10331c", "#4ac26b"),
            Mark::Failed => ("#471a19", "#ff8182"),
            Mark::Rejected => ("#43230d", "#fb8f44"),
            Mark::Skipped => ("#0b2b4a", "#6cb6ff"),
            Mark::Undone => ("#2d1f4a", "#c297ff"),
        };
        Tint { fill, edge }
    }
}
