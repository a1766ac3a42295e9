//! One error per member: what is wrong after the first fault is often but its consequence.

use std::fmt::Display;

use proc_macro2::Span;

use crate::report::Errors;

pub(super) struct Once<'a> {
    cx: &'a mut Errors,
    broken: bool,
}

impl<'a> Once<'a> {
    pub(super) fn new(cx: &'a mut Errors) -> Self {
        Once { cx, broken: false }
    }

    pub(super) fn push(&mut self, at: Span, message: impl Display) {
        self.push_range(at, at, message);
    }

    pub(super) fn push_range(&mut self, start: Span, end: Span, message: impl Display) {
        if !self.broken {
            self.cx.push_range(start, end, message);
        }
        self.broken = true;
    }

    /// Whether anything was reported.
    pub(super) fn broken(&self) -> bool {
        self.broken
    }
}
