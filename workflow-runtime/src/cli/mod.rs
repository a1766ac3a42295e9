//! `Name::main`: a plan as a command-line program.

mod mark;
