//! The plan as a picture, each node with its mark and a link to its step.

use maud::{Markup, PreEscaped};

use super::page::{Page, wide};
use crate::cli::graph::Picture;

pub(super) fn graph(page: &Page<'_>) -> Markup {
    let marks = page.view.marks();
    let picture = Picture {
        plan: page.view.history.plan,
        marks: Some(&marks),
    };
    // It is made of escaped parts.
    wide("Graph", &PreEscaped(picture.svg()))
}
