//! Files and folders that cannot be written: refused when they are opened, and left as they are.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use disk::Protection;
use tests::cuts::Watched;
use tests::script::Script;
use tests::voyage::{MADE, sail};
use workflow_runtime::Runtime;

use crate::processes::{CHILD, arguments};

const READ_ONLY: &str = "is read-only; make it writable, or choose another path";
const UNWRITABLE: &str = "no file can be written in the folder of `";

/// A folder with a run in its file, which is closed.
async fn a_journal() -> Watched {
    let watched = Watched::new();
    let made = sail(&watched.open(), "v", &Script::default()).await;
    assert_eq!(made.expect("there is room"), MADE);
    watched
}

fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).expect("it is there");
    entries
        .map(|entry| {
            let entry = entry.expect("readable");
            let bytes = fs::read(entry.path()).expect("readable");
            (entry.file_name().to_string_lossy().into_owned(), bytes)
        })
        .collect()
}

fn refused(path: &Path) -> String {
    Runtime::open(path).expect_err("it cannot be written").to_string()
}

#[tokio::test]
async fn a_file_on_a_read_only_medium_is_refused_and_left_as_it_is() {
    let watched = a_journal().await;
    let before = contents(watched.folder());
    watched.disk.protect(Protection::Files);
    let error = refused(&watched.path());
    assert_eq!(error, format!("`{}` {READ_ONLY}", watched.path().display()));
    assert!(contents(watched.folder()) == before);

    watched.disk.mend();
    watched.assert_whole(&watched.open()).await;
}

#[tokio::test]
async fn a_folder_that_takes_no_new_files_is_refused_and_left_as_it_is() {
    let watched = a_journal().await;
    for path in [watched.path(), watched.folder().join("new.db")] {
        let before = contents(watched.folder());
        watched.disk.protect(Protection::Folder);
        let error = refused(&path);
        assert!(
            error.starts_with(UNWRITABLE) && error.contains(&*path.to_string_lossy()),
            "{error}"
        );
        assert!(
            error.ends_with("; make it writable, or choose another path"),
            "{error}"
        );
        assert!(contents(watched.folder()) == before, "{error}");
        watched.disk.mend();
    }
    watched.assert_whole(&watched.open()).await;
}

#[cfg(unix)]
mod rights {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    use std::os::unix::process::CommandExt;

    use super::*;

    /// Somebody who is not root; the name behind the number does not matter.
    const NOBODY: u32 = 65534;

    fn set(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("the rights can be set");
    }

    /// Whether this process is root, whom rights do not stop.
    fn is_root() -> bool {
        let file = tempfile::tempfile().expect("a temporary file can be made");
        file.metadata().expect("it is open").uid() == 0
    }

    /// A folder with a run in its file; both belong to the one who is to be told.
    async fn a_journal_of_theirs() -> Watched {
        let watched = a_journal().await;
        if is_root() {
            for path in [watched.folder(), &watched.path()] {
                chown(path, Some(NOBODY), Some(NOBODY)).expect("root can give away");
            }
        }
        watched
    }

    /// What somebody hears who opens the file and is bound by the rights of the files, which root is not.
    fn told(path: &Path) -> String {
        if !is_root() {
            return match Runtime::open(path) {
                Ok(_) => "opened".to_owned(),
                Err(error) => error.to_string(),
            };
        }
        // Root lends itself the rights of another. That one may not see the folder with this program, so it gets a copy.
        let program = tempfile::tempdir().expect("a temporary folder can be made");
        set(program.path(), 0o755);
        let copy = program.path().join("copy");
        fs::copy(std::env::current_exe().expect("a test has a file"), &copy).expect("it can be copied");
        let child = Command::new(&copy)
            .args(arguments())
            .env(CHILD, format!("open:{}", path.display()))
            .current_dir(program.path())
            .uid(NOBODY)
            .gid(NOBODY)
            .output()
            .expect("it can be started");
        let text = String::from_utf8_lossy(&child.stdout).into_owned();
        let said = text.lines().find_map(|line| line.strip_prefix("CHILD "));
        said.unwrap_or_else(|| panic!("the child says nothing: {child:?}"))
            .to_owned()
    }

    /// Opens what is in a folder with these rights, whose file has those; asserts that it is refused and nothing changes.
    async fn check(watched: Watched, folder: u32, file: u32, name: &str, expected: &str) {
        let before = contents(watched.folder());
        set(&watched.path(), file);
        set(watched.folder(), folder);
        let path = watched.folder().join(name);
        let error = told(&path);
        set(watched.folder(), 0o755);
        set(&watched.path(), 0o644);
        assert!(
            error.contains(expected) && error.contains(&*path.to_string_lossy()),
            "{error}"
        );
        assert!(
            error.ends_with("; make it writable, or choose another path"),
            "{error}"
        );
        assert!(contents(watched.folder()) == before, "{error}");
    }

    #[tokio::test]
    async fn a_file_without_the_right_to_write_is_refused_and_left_as_it_is() {
        check(a_journal_of_theirs().await, 0o755, 0o444, "plan.db", READ_ONLY).await;
    }

    #[tokio::test]
    async fn a_file_of_somebody_else_is_refused_and_left_as_it_is() {
        if !is_root() {
            eprintln!(
                "\nSKIPPED: only root can make a file that belongs to somebody else; run this as root\n"
            );
            return;
        }
        let watched = a_journal_of_theirs().await;
        chown(watched.path(), Some(0), Some(0)).expect("root can take back");
        check(watched, 0o755, 0o644, "plan.db", READ_ONLY).await;
    }

    #[tokio::test]
    async fn a_folder_without_the_right_to_write_is_refused_and_left_as_it_is() {
        for name in ["plan.db", "new.db"] {
            check(a_journal_of_theirs().await, 0o555, 0o644, name, UNWRITABLE).await;
        }
    }

    #[tokio::test]
    async fn a_file_with_all_rights_is_opened_by_whom_the_cases_above_are_refused() {
        assert_eq!(told(&a_journal_of_theirs().await.path()), "opened");
    }
}
