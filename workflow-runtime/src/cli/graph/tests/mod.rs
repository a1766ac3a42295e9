//! The pictures, by the tools that people look at them with, and by what must be true of every drawing.

mod geometry;
mod plans;
mod read;
mod text;
mod tools;
