//! Files as the disk has them.

use std::fs;

use tempfile::TempDir;

use super::*;
use crate::cli::fault::Code;
use crate::cli::source::text;

/// What reading a file of these bytes says, without the folder that it is in.
fn of_bytes(name: &str, bytes: &[u8]) -> (Option<Code>, String) {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join(name), bytes).unwrap();
    of_path(&folder, name)
}

fn of_path(folder: &TempDir, name: &str) -> (Option<Code>, String) {
    let before = format!("{}{}", folder.path().display(), std::path::MAIN_SEPARATOR);
    match Source::read(&folder.path().join(name)) {
        Ok(source) => (None, source.data.to_json()),
        Err(fault) => (Some(fault.code), said(&fault).replace(&before, "")),
    }
}

#[test]
fn the_ending_says_the_format() {
    for (name, text) in [
        ("a.json", "{\"a\":1}"),
        ("a.toml", "a=1"),
        ("a.yaml", "a: 1"),
        ("a.yml", "a: 1"),
        ("a", "a=1"),
    ] {
        assert_eq!(of_bytes(name, text.as_bytes()), (None, "{\"a\":1}".to_owned()));
    }
    let (code, said) = of_bytes("a.json", b"a = 1");
    assert_eq!(
        (code, &*said),
        (Some(Code::Input), "a.json:1:1: not JSON: expected value")
    );
}

#[test]
fn what_is_not_utf_8_is_refused_with_its_place() {
    let cases: [(&[u8], &str); 3] = [
        (
            b"a = 1\nb = \"\xff\"",
            "a.toml:2: not UTF-8: byte 0xff at offset 11 => save it as UTF-8",
        ),
        (
            b"\xff\xfea\0",
            "a.toml:1: not UTF-8: byte 0xff at offset 0 => it looks like UTF-16; save it as UTF-8",
        ),
        (
            b"a = \"\xc3",
            "a.toml:1: not UTF-8: byte 0xc3 at offset 5 => save it as UTF-8",
        ),
    ];
    for (bytes, expect) in cases {
        assert_eq!(of_bytes("a.toml", bytes), (Some(Code::Input), expect.to_owned()));
    }
}

#[test]
fn the_mark_before_utf_8_is_no_part_of_the_text() {
    for (name, text) in [
        ("a.json", "\u{feff}{\"a\":1}"),
        ("a.toml", "\u{feff}a=1"),
        ("a.yaml", "\u{feff}a: 1"),
    ] {
        assert_eq!(of_bytes(name, text.as_bytes()), (None, "{\"a\":1}".to_owned()));
    }
}

#[test]
fn an_empty_file_is_refused() {
    for bytes in ["", " \n\t\r\n", "\u{feff}"] {
        for name in ["a.json", "a.toml", "a.yaml", "a"] {
            let expect = (Some(Code::Input), format!("`{name}` is empty"));
            assert_eq!(of_bytes(name, bytes.as_bytes()), expect);
        }
    }
    assert_eq!(of_bytes("a.toml", b"# all by default"), (None, "{}".to_owned()));
}

#[test]
fn a_file_bigger_than_64_mib_is_refused() {
    let mut bytes = vec![b' '; text::LARGEST - 2];
    bytes.extend(b"[]");
    assert_eq!(of_bytes("a.json", &bytes), (None, "[]".to_owned()));
    bytes.push(b' ');
    let expect = (Some(Code::Input), "`a.json` is bigger than 64 MiB".to_owned());
    assert_eq!(of_bytes("a.json", &bytes), expect);
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_without_an_end_is_refused() {
    let fault = Source::read(Path::new("/dev/zero")).unwrap_err();
    assert_eq!(said(&fault), "`/dev/zero` is bigger than 64 MiB");
}

#[test]
fn a_folder_is_no_file() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("a.toml")).unwrap();
    let expect = (
        Some(Code::Input),
        "`a.toml` is a folder => name a file in it".to_owned(),
    );
    assert_eq!(of_path(&folder, "a.toml"), expect);
}

#[test]
fn for_a_file_that_is_not_there_it_names_one_that_is() {
    let folder = TempDir::new().unwrap();
    let expect = (Some(Code::NotFound), "there is no file `wish.toml`".to_owned());
    assert_eq!(of_path(&folder, "wish.toml"), expect);
    fs::create_dir(folder.path().join("wish.tom")).unwrap();
    assert_eq!(of_path(&folder, "wish.toml"), expect);
    fs::write(folder.path().join("wihs.toml"), "a = 1").unwrap();
    let (_, said) = of_path(&folder, "wish.toml");
    assert_eq!(said, "there is no file `wish.toml` => did you mean `wihs.toml`?");
}

#[test]
fn errors_of_the_disk_say_what_it_says() {
    let fault = |kind| text::unreadable(Path::new("/a/b"), "b", &std::io::Error::from(kind));
    let denied = fault(std::io::ErrorKind::PermissionDenied);
    let expect = "`b` may not be read by you => ask its owner for the permission to read it";
    assert_eq!((denied.code, &*said(&denied)), (Code::Io, expect));
    let other = fault(std::io::ErrorKind::TimedOut);
    assert_eq!(
        (other.code, &*said(&other)),
        (Code::Io, "`b` cannot be read: timed out")
    );
}
