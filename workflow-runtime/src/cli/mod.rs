//! `Name::main`: a plan as a command-line program.

mod fault;
mod mark;
mod view;
