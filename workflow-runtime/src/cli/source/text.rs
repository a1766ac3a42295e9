//! The text of a file or of standard input: there, readable, not too big, and UTF-8.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;
use std::string::FromUtf8Error;

use crate::cli::fault::{Code, Fault};
use crate::nearest::nearest;

/// In bytes. Who needs more has given the wrong file.
pub(super) const LARGEST: usize = 64 * 1024 * 1024;

/// What some editors put before UTF-8.
const MARK: char = '\u{feff}';

pub(super) fn read(path: &Path, name: &str) -> Result<String, Fault> {
    let bytes = match path.as_os_str() == "-" {
        true => limited(io::stdin().lock()),
        false => file(path),
    };
    let bytes = bytes.map_err(|error| unreadable(path, name, &error))?;
    decoded(bytes, name)
}

fn file(path: &Path) -> io::Result<Vec<u8>> {
    // To read a folder is an error of another kind on each system.
    if path.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    limited(File::open(path)?)
}

/// A little more than is allowed, and no more: not everything that is read has an end.
fn limited(file: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(LARGEST as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

pub(super) fn unreadable(path: &Path, name: &str, error: &io::Error) -> Fault {
    let fault = |code, words: &str| Fault::new(code, format!("`{name}` {words}")).of(name);
    match error.kind() {
        ErrorKind::NotFound => {
            let fault = Fault::new(Code::NotFound, format!("there is no file `{name}`")).of(name);
            match meant(path) {
                Some(meant) => fault.fix(format!("did you mean `{meant}`?")),
                None => fault,
            }
        }
        ErrorKind::IsADirectory => fault(Code::Input, "is a folder").fix("name a file in it"),
        ErrorKind::PermissionDenied => {
            fault(Code::Io, "may not be read by you").fix("ask its owner for the permission to read it")
        }
        _ => fault(Code::Io, &format!("cannot be read: {error}")),
    }
}

/// A file beside it of nearly that name.
fn meant(path: &Path) -> Option<String> {
    let parent = match path.parent()? {
        parent if parent.as_os_str().is_empty() => Path::new("."),
        parent => parent,
    };
    let entries = parent.read_dir().ok()?.filter_map(Result::ok);
    let files = entries.filter(|entry| entry.path().is_file());
    let names: Vec<_> = files
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    let meant = nearest(path.file_name()?.to_str()?, names.iter().map(String::as_str))?;
    Some(path.with_file_name(meant).display().to_string())
}

fn decoded(bytes: Vec<u8>, name: &str) -> Result<String, Fault> {
    if bytes.len() > LARGEST {
        return Err(Fault::new(Code::Input, format!("`{name}` is bigger than 64 MiB")).of(name));
    }
    let mut text = String::from_utf8(bytes).map_err(|error| not_utf8(&error, name))?;
    if text.starts_with(MARK) {
        text.drain(..MARK.len_utf8());
    }
    if text.trim().is_empty() {
        return Err(Fault::new(Code::Input, format!("`{name}` is empty")).of(name));
    }
    Ok(text)
}

fn not_utf8(error: &FromUtf8Error, name: &str) -> Fault {
    let bytes = error.as_bytes();
    let (good, bad) = bytes.split_at(error.utf8_error().valid_up_to());
    let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
    let byte = bad.first().copied().unwrap_or_default();
    let offset = good.len();
    let message = format!("{name}:{line}: not UTF-8: byte 0x{byte:02x} at offset {offset}");
    let is_utf16 = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    let fix = match is_utf16 {
        true => "it looks like UTF-16; save it as UTF-8",
        false => "save it as UTF-8",
    };
    let fault = Fault::new(Code::Input, message).of(format!("{name}:{line}"));
    fault.fix(fix)
}
