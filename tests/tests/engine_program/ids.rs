//! What runs may be called: whatever a run in a journal may, or it is refused with the reason.

use crate::desk::Desk;

#[test]
fn ids_may_be_of_any_characters() {
    let Some((desk, _worker)) = Desk::ferrying(&[]) else {
        return;
    };
    let long = "x".repeat(1_000);
    let ids = [
        "it's",
        "\"q\"",
        "a/b",
        "../../etc",
        "a b",
        " a ",
        "%",
        "%2F",
        "?x=1",
        "#1",
        "ü",
        "船",
        "🌙",
        "a\\b",
        "two\nlines",
        "a:b",
        "*",
        "{x}",
        "null",
        "0",
        "'; drop table runs; --",
        "-x",
        "--",
        &long,
        "run",
        "send",
        "...",
    ];
    for id in ids {
        let said = desk.run(&["run", "--input", "straw.toml", "--", id]);
        said.ends(0);
        desk.until(id, "done");
    }
    let (_, list) = desk.json(&["list"]);
    let listed: Vec<_> = list["runs"]
        .as_array()
        .expect("they are listed")
        .iter()
        .map(|run| run["id"].as_str())
        .collect();
    for id in ids {
        assert!(listed.contains(&Some(id)), "{id}: {listed:?}");
    }
}

#[test]
fn ids_that_cannot_be_are_refused() {
    let Some((desk, _worker)) = Desk::ferrying(&[]) else {
        return;
    };
    for (id, told) in [
        ("", "the id of the run is empty"),
        ("  ", "the id of the run is empty"),
        (".", "a run on Restate cannot have the id `.`"),
        ("..", "a run on Restate cannot have the id `..`"),
    ] {
        let said = desk.run(&["run", "--input", "straw.toml", "--", id]);
        assert_ne!(said.status, 0, "{id}");
        said.tells(told);
    }
    // No path of HTTP is as long.
    let said = desk.run(&["run", "--input", "straw.toml", "--", &"x".repeat(100_000)]);
    println!("{}", &said.err[said.err.len().saturating_sub(400)..]);
    assert_ne!(said.status, 0);
    assert!(
        desk.json(&["list"]).1["runs"]
            .as_array()
            .is_some_and(Vec::is_empty)
    );
}
