//! Text in, data or fault out.

mod reading;
mod typed;
mod values;

use std::path::Path;

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

/// What the fault of reading it says.
fn refused(name: &str, text: &str) -> String {
    match source(name, text) {
        Ok(source) => format!("read as {}", source.data.to_json()),
        Err(fault) => said(&fault),
    }
}

fn json(name: &str, text: &str) -> String {
    source(name, text).unwrap().data.to_json()
}
