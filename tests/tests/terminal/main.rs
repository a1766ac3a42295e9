//! The programs in a real terminal: what is on its screen while a run goes on and after it, what keys do, and that a
//! terminal which is narrow, dumb or gone loses nothing.
//!
//! `seat` is who sits there, `site` what the programs are run in.

#![cfg(unix)]
#![allow(missing_docs, reason = "tests")]

mod seat;
mod site;

mod bars;
mod gone;
mod harmless;
mod narrow;
mod prompts;
mod stopped;
