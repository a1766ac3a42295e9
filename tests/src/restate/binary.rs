//! Where the server's program is.

use std::path::{Path, PathBuf};

/// Where `npm ci` puts it on each kind of machine.
const INSTALLED: [&str; 4] = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"];

/// The program that `RESTATE_SERVER` names, or the one that is installed for the tests; `None`, and a loud word about it,
/// where there is neither.
///
/// # Panics
///
/// Where there is none and `REQUIRE_TOOLS=1` says that there must be.
pub(super) fn find() -> Option<PathBuf> {
    let named = std::env::var_os("RESTATE_SERVER").map(PathBuf::from);
    if let Some(named) = named {
        assert!(
            named.is_file(),
            "RESTATE_SERVER is {}, which is no file",
            named.display()
        );
        return Some(named);
    }
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/restate/node_modules/@restatedev");
    let installed =
        INSTALLED.map(|machine| tools.join(format!("restate-server-{machine}/bin/restate-server")));
    let found = installed.into_iter().find(|program| program.is_file());
    if found.is_none() {
        say_that_it_is_missing();
    }
    found
}

#[allow(clippy::print_stderr, reason = "a test that is skipped must be heard")]
fn say_that_it_is_missing() {
    let required = std::env::var("REQUIRE_TOOLS").is_ok_and(|value| value == "1");
    let missing = "the Restate server is missing; `npm ci --prefix tests/tools/restate` installs it, or RESTATE_SERVER \
        names it";
    assert!(!required, "{missing}");
    eprintln!("\n!!! SKIPPED: {missing}; REQUIRE_TOOLS=1 makes this a failure !!!\n");
}
