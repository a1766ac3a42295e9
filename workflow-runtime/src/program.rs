#![doc = include_str!("../docs/program.md")]
