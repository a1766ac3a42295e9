//! Generated code depends on nothing around it: not on the prelude, the edition, other crates, or names of its own.

#![deny(warnings, missing_docs, unreachable_pub, rust_2018_idioms)]
#![deny(clippy::pedantic)]

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::{fs, io};

use workflow_runtime::Plan;
use workflow_runtime::prelude::*;

/// The plans that stand by themselves.
#[path = "../expansion/plans.rs"]
pub mod plans;

/// A plan over types that others cannot name.
pub mod private {
    use serde::{Deserialize, Serialize};
    use workflow_runtime::prelude::*;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Secret {
        text: String,
    }

    workflow! {
        /// Seen everywhere, although its artifacts are not.
        pub workflow Keeping(word: String) {
            /// Makes and takes what only this module knows.
            phase Only {
                /// Hides the word.
                step hide(word) -> secret: Secret { Ok(Secret { text: word.clone() }) }
                /// Shows it again.
                step show(secret) -> shown: Vec<Secret> { Ok(vec![secret.clone()]) }
                /// Shows it to a person.
                manual step reveal(shown) -> revealed: Secret;
            }
        }
    }
}

struct Keeper;

impl private::keeping::Only for Keeper {}

#[tokio::test]
async fn artifacts_may_be_private() {
    let keeper = Arc::new(Keeper);
    let halted = private::Keeping::run(&Runtime::in_memory(), "id", &keeper, "word".to_owned()).await;
    assert!(halted.unwrap_err().is_waiting());
}

#[tokio::test]
async fn a_workflow_may_be_written_by_a_macro() {
    use plans::written_by_a_macro::{Pipeline, pipeline};

    struct Worker;
    impl pipeline::Doubling for Worker {}
    impl pipeline::Naming for Worker {}

    let done = Pipeline::run(&Runtime::in_memory(), "id", &Arc::new(Worker), 1)
        .await
        .unwrap();
    assert_eq!(
        (done.artifacts().doubled(), done.artifacts().name().as_str()),
        (&2, "two")
    );
}

#[tokio::test]
async fn two_workflows_may_stand_side_by_side() {
    use plans::two::{One, Team, names};

    assert_eq!(names(), ["One", "Other"]);
    let team = Arc::new(Team("of any type"));
    One::run(&Runtime::in_memory(), "id", &team, String::new())
        .await
        .unwrap()
        .id();
}

#[test]
fn types_mean_what_they_mean_where_they_are_written() {
    assert_eq!(plans::paths::steps(), 5);
    let types = |plan: &Plan| {
        plan.artifacts
            .iter()
            .map(|artifact| artifact.ty)
            .collect::<Vec<_>>()
    };
    let written = types(plans::called_alike::Alike::PLAN);
    assert_eq!(
        written[12..],
        [
            "Testing",
            "Vec<Testing>",
            "::std::option::Option<u8>",
            "Option<u8>",
            "Vec<Vec<u8>>"
        ]
    );
}

/// A crate of each edition whose only dependency is `workflow-runtime`.
#[test]
fn compiles_in_each_edition_with_one_dependency() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("one-dependency");
    write_crates(&folder).expect("the target folder can be written");
    let check = Command::new(env!("CARGO"))
        .args(["check", "--workspace", "--offline", "--quiet", "--target-dir"])
        .arg(folder.join("target"))
        .current_dir(&folder)
        .env_remove("RUSTFLAGS")
        .output()
        .expect("cargo runs the tests, so it runs");
    assert!(
        check.status.success(),
        "{}",
        String::from_utf8_lossy(&check.stderr)
    );
}

fn write_crates(folder: &Path) -> io::Result<()> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = tests.parent().unwrap_or(tests);
    fs::create_dir_all(folder)?;
    fs::write(
        folder.join("Cargo.toml"),
        "[workspace]\nresolver = \"3\"\nmembers = [\"edition-*\"]\n",
    )?;
    // The versions that are on this machine.
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    let plans = fs::read_to_string(tests.join("expansion/plans.rs"))?;
    for edition in ["2021", "2024"] {
        let package = folder.join(format!("edition-{edition}"));
        fs::create_dir_all(package.join("src"))?;
        let runtime = root.join("workflow-runtime");
        let runtime = runtime.to_str().unwrap_or_default();
        let manifest = format!(
            "[package]\nname = \"edition-{edition}\"\nversion = \"0.0.0\"\nedition = \"{edition}\"\n\n\
             [dependencies]\nworkflow-runtime = {{ path = {runtime:?} }}\n"
        );
        fs::write(package.join("Cargo.toml"), manifest)?;
        let lints = "#![deny(warnings, missing_docs, unreachable_pub, rust_2018_idioms)]";
        fs::write(
            package.join("src/lib.rs"),
            format!("//! Plans.\n\n{lints}\n\n{plans}"),
        )?;
    }
    Ok(())
}
