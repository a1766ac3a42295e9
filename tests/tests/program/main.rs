//! What the program of a plan promises to people and to scripts, from outside: `launch` is run as they run it.

#![cfg(unix)]

mod completions;
mod documents;
mod exit_codes;
mod files;
mod folder;
mod journals;
mod names;
mod proposals;
mod replanned;
mod roster;
mod schema;
mod stable;
mod transcripts;
mod two_processes;
