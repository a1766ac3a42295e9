//! What names an engine: options, and variables in their place; and each way to say it wrong.

use tests::restate::free;

use crate::desk::{Desk, SOON, at, within};
use crate::folder::{ERRAND, Folder};

#[test]
fn variables_name_the_engine_for_all_commands() {
    let Some((mut desk, _worker)) = Desk::launching("") else {
        return;
    };
    let url = desk.server.admin_url();
    desk.folder
        .set("WORKFLOW_ENGINE", "restate")
        .set("WORKFLOW_ENGINE_URL", &url);
    for words in [
        &["run", "--input", "moon.toml"] as &[&str],
        &["status", "moon"],
        &["list"],
        &["next"],
        &["approve", "review"],
        &["run"],
        &["log"],
        &["verify"],
    ] {
        at(&desk.folder, words).ends(0);
    }
    assert!(
        !desk.folder.journal().exists(),
        "nothing is kept beside the engine"
    );
    // An option counts more than a variable.
    let nobody = format!("http://127.0.0.1:{}", free());
    at(&desk.folder, &["list", "--url", &nobody])
        .ends(1)
        .tells(&nobody);
    // So does a journal that is named.
    at(
        &desk.folder,
        &["run", "--input", "moon.toml", "--journal", "here.db"],
    )
    .ends(0);
    assert!(desk.folder.path("here.db").exists());
}

#[test]
fn where_an_engine_is_says_nothing_to_those_who_ask_for_none() {
    let mut folder = Folder::new();
    folder.set("WORKFLOW_ENGINE_URL", "http://127.0.0.1:1");
    let said = at(&folder, &["list"]);
    said.ends(0);
    assert!(said.out.contains("no run in `launch.db`"), "{}", said.out);
}

#[test]
fn each_way_to_name_an_engine_wrong_is_told_with_its_remedy() {
    let folder = Folder::new();
    let cases: [(&[&str], &[&str]); 5] = [
        (
            &["list", "--engine", "temporal"],
            &[
                "this program has no engine `temporal`",
                "it has `--engine restate`",
            ],
        ),
        (
            &["list", "--url", "http://127.0.0.1:1"],
            &[
                "it is not said which engine is at `http://127.0.0.1:1`",
                "name it with `--engine restate`",
            ],
        ),
        (
            &["list", "--journal", "launch.db", "--engine", "restate"],
            &["--journal", "cannot be used with"],
        ),
        (
            &["list", "--engine", "restate", "--url", "127.0.0.1:9070"],
            &[
                "`127.0.0.1:9070` is no address of a Restate server",
                "write it as in `http://127.0.0.1:9070`",
            ],
        ),
        (
            &["list", "--engine", "restate", "--url", "https://127.0.0.1:9070"],
            &["needs TLS", "feature `tls`"],
        ),
    ];
    for (words, told) in cases {
        let said = at(&folder, words);
        said.ends(2);
        for told in told {
            said.tells(told);
        }
    }
}

#[test]
fn a_program_without_an_engine_says_how_it_gets_one() {
    let mut folder = Folder::new();
    folder.program(ERRAND);
    for words in [
        &["list", "--engine", "restate"] as &[&str],
        &["worker"],
        &["worker", "--engine", "restate"],
    ] {
        let said = within(SOON, folder.called(words));
        said.ends(2).tells("engine").tells("workflow_restate::install()");
    }
}
