//! What the steps of a run said of their work and no line of the journal has yet.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::journal::event::Said;

/// Shared by the contexts of all steps of a run; a step runs once at a time.
#[derive(Debug, Default)]
pub(crate) struct Saying {
    /// Whether anything was said at all: most steps say nothing, and must not pay for it.
    any: AtomicBool,
    said: Mutex<Vec<(u16, Said)>>,
}

impl Saying {
    /// How much of an attempt is kept.
    const LINES: usize = 100;
    /// How much of a line, in characters.
    const LENGTH: usize = 1_000;

    pub(crate) fn add(&self, step: u16, message: &str) {
        let line: String = message.chars().take(Self::LENGTH).collect();
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        match said.iter_mut().find(|(of, _)| *of == step) {
            Some((_, Said(lines))) => {
                lines.truncate(Self::LINES - 1);
                lines.push(line);
            }
            None => said.push((step, Said(vec![line]))),
        }
        self.any.store(true, Ordering::Release);
    }

    /// What that step said since it was last asked.
    pub(crate) fn take(&self, step: u16) -> Option<Box<Said>> {
        if !self.any.load(Ordering::Acquire) {
            return None;
        }
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let at = said.iter().position(|(of, _)| *of == step)?;
        let (_, lines) = said.swap_remove(at);
        self.any.store(!said.is_empty(), Ordering::Release);
        Some(Box::new(lines))
    }
}
