//! The plan as a picture, each node with its mark and a link to its step.

use maud::{Markup, PreEscaped, html};

use super::page::{Page, wide};
use super::text::{Text, size};
use crate::cli::graph::Picture;

/// What a picture may take of the page, in bytes: one of many hundred steps is metres high, and what the steps did is worth
/// more room.
const SIZE: usize = 500_000;

pub(super) fn graph(page: &Page<'_>) -> Markup {
    let marks = page.view.marks();
    let picture = Picture {
        plan: page.view.history.plan,
        marks: Some(&marks),
    };
    let svg = picture.svg();
    if svg.len() > SIZE {
        return html! {
            p {
                "The picture of so large a plan (" (size(svg.len())) ") is left out. " code { "graph --format svg --run " (Text(page.view.id())) }
                " draws it."
            }
        };
    }
    // It is made of escaped parts.
    wide("Graph", &PreEscaped(svg))
}
