//! Who does what, in which order, and how it will be known that it is right.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use workflow_runtime::Verdict;

use crate::decision::{Decision, require_complete};
use crate::evidence::RequirementId;
use crate::faults::Faults;

/// The work in pieces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkBreakdown {
    /// The pieces.
    pub pieces: Vec<WorkPiece>,
}

/// A piece of work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkPiece {
    /// Its name.
    pub name: String,
    /// The component that it is part of.
    pub component: String,
    /// The requirements that it serves.
    pub serves: Vec<RequirementId>,
    /// How intricate it is.
    pub complexity: Complexity,
    /// What is to be done: the more intricate, the more closely.
    pub details: Vec<String>,
    /// Where the algorithm or protocol is specified, if it is intricate.
    pub specification: Option<String>,
    /// How long it is thought to take, in hours.
    pub estimate_h: u32,
    /// The pieces that must be there before, by name.
    pub waits_for: Vec<String>,
}

/// How intricate a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Complexity {
    /// As done many times before.
    Plain,
    /// With cases to think of.
    Moderate,
    /// An algorithm or protocol that is easy to get wrong.
    Intricate,
}

impl Complexity {
    /// How many details a piece must have.
    fn details_at_least(self) -> usize {
        match self {
            Complexity::Plain => 1,
            Complexity::Moderate => 3,
            Complexity::Intricate => 5,
        }
    }
}

impl WorkBreakdown {
    /// A piece takes days, not weeks; the more intricate it is, the more closely it is described.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.pieces, "pieces");
        let mut seen = BTreeSet::new();
        for piece in &self.pieces {
            let field = |name: &str| format!("pieces.{}.{name}", piece.name);
            faults.require(seen.insert(&piece.name), field("name"), "is given twice");
            for other in &piece.waits_for {
                let there = self.pieces.iter().any(|piece| piece.name == *other);
                faults.require(
                    there,
                    field("waits_for"),
                    format!("names `{other}`, which is no piece"),
                );
            }
            faults.require_some(&piece.serves, field("serves"));
            faults.require(piece.estimate_h > 0, field("estimate_h"), "is 0");
            faults.require_at_most(piece.estimate_h, 40, field("estimate_h"));
            let (some, needed) = (piece.details.len(), piece.complexity.details_at_least());
            let coarse = format!("has {some} of the {needed} that such a piece needs");
            faults.require(some >= needed, field("details"), coarse);
            let specified = piece.complexity < Complexity::Intricate || piece.specification.is_some();
            faults.require(
                specified,
                field("specification"),
                "is missing, though the piece is intricate",
            );
        }
        faults.verdict()
    }
}

/// The order of the pieces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImplementationOrder {
    /// The pieces, in order.
    pub pieces: Vec<OrderedPiece>,
}

/// A piece in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderedPiece {
    /// The piece, by name.
    pub piece: String,
    /// Why it comes here.
    pub because: String,
    /// Who does it.
    pub done_by: String,
}

impl ImplementationOrder {
    /// Each piece comes once, for a reason, and someone does it.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.pieces, "pieces");
        let mut seen = BTreeSet::new();
        for (at, ordered) in self.pieces.iter().enumerate() {
            let field = |name: &str| format!("pieces[{at}].{name}");
            faults.require(seen.insert(&ordered.piece), field("piece"), "comes twice");
            faults.require_text(&ordered.because, field("because"));
            faults.require_text(&ordered.done_by, field("done_by"));
        }
        faults.verdict()
    }
}

/// What it is built with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameworkSelection {
    /// The frameworks and libraries.
    pub libraries: Vec<Library>,
    /// Why these.
    pub decisions: Vec<Decision>,
}

/// A framework or library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Library {
    /// Its name.
    pub name: String,
    /// The version.
    pub version: String,
    /// What it is for.
    pub purpose: String,
    /// Its licence, as an SPDX expression.
    pub license: String,
    /// The day of its last release, as `2026-10-01`.
    pub last_release: String,
}

impl FrameworkSelection {
    /// Each library may be used, and each choice is complete.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.libraries, "libraries");
        for library in &self.libraries {
            faults.require_text(&library.license, format!("libraries.{}.license", library.name));
            faults.require_text(
                &library.last_release,
                format!("libraries.{}.last_release", library.name),
            );
        }
        require_complete(&mut faults, "decisions", &self.decisions);
        faults.verdict()
    }
}

/// What tests are to show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestStrategy {
    /// The levels.
    pub levels: Vec<TestLevel>,
    /// Lines of a hundred that tests are to reach.
    pub coverage_percent_at_least: f64,
}

/// A level of tests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestLevel {
    /// The kind of tests.
    pub kind: TestKind,
    /// What they are to show.
    pub shows: String,
    /// The requirements that they show.
    pub requirements: Vec<RequirementId>,
    /// The data that they run on.
    pub data: String,
    /// How long they may take, in seconds.
    pub takes_s_at_most: u32,
}

/// A kind of tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TestKind {
    /// One unit by itself.
    Unit,
    /// Components together.
    Integration,
    /// All of it under load.
    Performance,
}

impl TestStrategy {
    /// There are all three kinds, and each shows something.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        for kind in [TestKind::Unit, TestKind::Integration, TestKind::Performance] {
            let planned = self.levels.iter().any(|level| level.kind == kind);
            faults.require(planned, "levels", format!("has none of kind {kind:?}"));
        }
        for level in &self.levels {
            faults.require_some(
                &level.requirements,
                format!("levels.{:?}.requirements", level.kind),
            );
            faults.require_text(&level.shows, format!("levels.{:?}.shows", level.kind));
            faults.require_text(&level.data, format!("levels.{:?}.data", level.kind));
        }
        let percent = self.coverage_percent_at_least;
        let possible = percent > 0.0 && percent <= 100.0;
        faults.require(
            possible,
            "coverage_percent_at_least",
            format!("is {percent}, not between 0 and 100"),
        );
        faults.verdict()
    }
}

/// How code is written and read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodingStandards {
    /// The rules, each with the tool that enforces it.
    pub rules: Vec<CodingRule>,
    /// How many people read a change before it counts.
    pub reviewers_at_least: u32,
    /// Within how many hours a change is read.
    pub reviewed_within_h: u32,
    /// What a reviewer looks at.
    pub review_checklist: Vec<String>,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodingRule {
    /// The rule.
    pub rule: String,
    /// The command that finds whoever breaks it.
    pub enforced_by: String,
}

impl CodingStandards {
    /// A tool stands behind each rule, and someone else reads each change.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.rules, "rules");
        for (at, rule) in self.rules.iter().enumerate() {
            faults.require_text(&rule.enforced_by, format!("rules[{at}].enforced_by"));
        }
        faults.require(self.reviewers_at_least > 0, "reviewers_at_least", "is 0");
        faults.require_some(&self.review_checklist, "review_checklist");
        faults.verdict()
    }
}
