//! The server or the worker goes while somebody follows a run: it is told in bounded time, and nothing is lost.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::desk::{Desk, SOON, is_registered, within};

/// What a run may take to say that it does not go on.
const TOLD: Duration = Duration::from_secs(50);

#[test]
fn a_server_that_is_killed_under_a_run_is_told_and_the_run_goes_on_later() {
    let Some((mut desk, _worker)) = Desk::ferrying(&[("FERRY_PAUSE", "700")]) else {
        return;
    };
    let url = desk.server.admin_url();
    let words = [
        "run",
        "hay",
        "--input",
        "straw.toml",
        "--engine",
        "restate",
        "--url",
        &url,
    ];
    let follows = desk.folder.beside(&words);
    desk.until("hay", "running");
    let killed = Instant::now();
    desk.server.kill();
    let said = follows.ended();
    assert!(killed.elapsed() < TOLD, "it took {:?}", killed.elapsed());
    said.ends(1).tells("error: ").tells(&url).tells("fix: ");
    // Whoever asks meanwhile is told the same.
    let said = desk.run(&["status", "hay"]);
    said.ends(1)
        .tells("nothing can be reached at")
        .tells("start the Restate server");
    desk.server.restart();
    desk.well(&["run", "hay", "--input", "straw.toml"]);
    desk.until("hay", "done");
}

#[test]
fn a_worker_that_is_gone_is_named_by_run_and_status_and_the_run_goes_on_when_it_is_back() {
    let Some((desk, mut worker)) = Desk::ferrying(&[("FERRY_PAUSE", "700")]) else {
        return;
    };
    let url = desk.server.admin_url();
    let words = [
        "run",
        "hay",
        "--input",
        "straw.toml",
        "--engine",
        "restate",
        "--url",
        &url,
    ];
    let follows = desk.folder.beside(&words);
    desk.until("hay", "running");
    worker.kill();
    let killed = Instant::now();
    let address = worker.url();
    loop {
        let status = desk.well(&["status", "hay"]);
        if status.out.contains("is stuck") && status.out.contains(&address) {
            assert!(
                status.out.contains("nobody carries it out: start its worker"),
                "{}",
                status.out
            );
            assert!(
                status.out.contains(" worker --listen ADDRESS --engine restate"),
                "{}",
                status.out
            );
            break;
        }
        assert!(killed.elapsed() < SOON, "nothing of it in\n{}", status.out);
        std::thread::sleep(Duration::from_millis(100));
    }
    let said = follows.ended();
    assert!(killed.elapsed() < TOLD, "it took {:?}", killed.elapsed());
    said.ends(1);
    said.tells("run `hay` does not go on")
        .tells(&address)
        .tells("nothing is lost, and it goes on by itself once that is mended");
    worker.restart();
    is_registered(&worker);
    let said = within(TOLD, desk.folder.called(&words));
    said.ends(0);
    desk.until("hay", "done");
}

#[test]
fn a_worker_that_is_back_now_and_then_but_never_gets_on_is_told_too() {
    let Some((desk, mut worker)) = Desk::ferrying(&[("FERRY_PAUSE", "60000")]) else {
        return;
    };
    let url = desk.server.admin_url();
    let words = [
        "run",
        "hay",
        "--input",
        "straw.toml",
        "--engine",
        "restate",
        "--url",
        &url,
    ];
    let follows = desk.folder.beside(&words);
    desk.until("hay", "running");
    let is_over = AtomicBool::new(false);
    let said = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                worker.kill();
                std::thread::sleep(Duration::from_millis(700));
                worker.restart();
                std::thread::sleep(Duration::from_millis(700));
            }
        });
        let began = Instant::now();
        let said = follows.ended();
        is_over.store(true, Ordering::Relaxed);
        assert!(began.elapsed() < TOLD, "it took {:?}", began.elapsed());
        said
    });
    said.ends(1).tells("run `hay` does not go on");
}
