//! Text in, data or fault out.

mod files;
mod hostile;
mod reading;
mod typed;
mod values;

use std::path::Path;

use proptest::prelude::ProptestConfig;
use proptest::test_runner::RngSeed;

use crate::cli::fault::Fault;
use crate::cli::source::{Format, Source};

/// A file of that name, as if it were there.
fn source(name: &str, text: &str) -> Result<Source, Fault> {
    let ending = Path::new(name).extension().and_then(|ending| ending.to_str());
    Source::of(name.to_owned(), text, ending.and_then(Format::of))
}

/// What a fault says, and after a `=>` what to do about it.
fn said(fault: &Fault) -> String {
    let target = fault.target.as_deref().unwrap_or_default();
    assert!(fault.message.contains(target), "{fault:?}");
    match &fault.fix {
        Some(fix) => format!("{} => {fix}", fault.message),
        None => fault.message.clone(),
    }
}

/// The JSON that a file is read as, or what its fault says.
fn read(name: &str, text: &str) -> String {
    match source(name, text) {
        Ok(source) => source.data.to_json(),
        Err(fault) => said(&fault),
    }
}

fn check(cases: &[(&str, &str, &str)]) {
    for (name, text, expect) in cases {
        assert_eq!(read(name, text), *expect, "of {name}: {text:?}");
    }
}

/// The same texts every time; `PROPTEST_RNG_SEED=7 PROPTEST_CASES=20000` reads others, and more of them.
fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 512,
        rng_seed: RngSeed::Fixed(2),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}
