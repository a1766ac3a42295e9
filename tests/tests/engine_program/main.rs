//! The program of a plan whose runs are on an engine, from outside: what it promises of a journal, it promises of Restate.

#![cfg(unix)]

mod bad_input;
mod changed;
mod cut_off;
mod desk;
#[allow(dead_code, reason = "it serves the programs with a journal as well")]
#[path = "../program/folder.rs"]
mod folder;
mod ids;
mod large;
mod proposals;
#[path = "../program/schema.rs"]
mod schema;
mod verbs;
mod words;
