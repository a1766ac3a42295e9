//! What is wrong with where the engine is, with what is served there, or with what a run is called: each is told, with its
//! remedy, in a time that is given.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use tests::restate::{Server, free};

use crate::desk::{Desk, FERRY, STRAW, at, within};
use crate::folder::{Folder, LAUNCH};

/// Says that to whatever it is asked.
fn pretend(status: &'static str, body: &'static str) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("some port is free");
    let port = listener.local_addr().expect("it listens").port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 8_192]);
            let answer = format!(
                "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    format!("http://127.0.0.1:{port}")
}

/// Takes what is said, and answers nothing.
fn silent() -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("some port is free");
    let port = listener.local_addr().expect("it listens").port();
    std::thread::spawn(move || {
        let held: Vec<_> = listener.incoming().collect();
        drop(held);
    });
    format!("http://127.0.0.1:{port}")
}

fn folder() -> Folder {
    let mut folder = Folder::new();
    folder.program(FERRY).write("straw.toml", STRAW);
    folder
}

/// What `list`, `run` and `worker` say to that address, which all must say these.
#[track_caller]
fn told(url: &str, expected: &[&str]) {
    let folder = folder();
    let listen = format!("127.0.0.1:{}", free());
    for words in [
        &["list"] as &[&str],
        &["run", "--input", "straw.toml"],
        &["approve", "clear"],
        &["worker", "--listen", &listen],
    ] {
        let words = [words, &["--engine", "restate", "--url", url]].concat();
        let said = at(&folder, &words);
        assert!(
            [1, 2].contains(&said.status),
            "{words:?} ends with {}\n{}",
            said.status,
            said.err
        );
        println!("{words:?}\n{}", said.err);
        for expected in expected {
            said.tells(expected);
        }
        said.tells(url).tells("  fix: ");
    }
}

#[test]
fn where_no_server_is_it_is_told_how_to_start_one() {
    told(&format!("http://127.0.0.1:{}", free()), &["start"]);
    told("http://no-such-host.invalid:9070", &["start"]);
}

#[test]
fn what_is_no_restate_server_is_told_apart() {
    for url in [
        pretend("200 OK", "<html>hello</html>"),
        pretend("404 Not Found", "nothing here"),
        pretend("200 OK", "{\"name\":\"something else\"}"),
        pretend("500 Internal Server Error", ""),
    ] {
        told(&url, &["Restate server", "9070"]);
    }
}

#[test]
fn servers_of_other_versions_are_refused() {
    for (version, body) in [
        (
            "1.5.0",
            r#"{"version":"1.5.0","min_admin_api_version":1,"max_admin_api_version":2}"#,
        ),
        (
            "2.0.0",
            r#"{"version":"2.0.0","ingress_endpoint":"http://127.0.0.1:1"}"#,
        ),
        ("new", r#"{"version":"new"}"#),
    ] {
        told(&pretend("200 OK", body), &[version, "1.7", "1."]);
    }
}

#[test]
fn a_server_that_falls_silent_is_given_up() {
    let url = silent();
    let folder = folder();
    let listen = format!("127.0.0.1:{}", free());
    let given_up = |words: &[&str]| {
        let words = [words, &["--engine", "restate", "--url", &url]].concat();
        let said = within(Duration::from_secs(45), folder.called(&words));
        assert!([1, 2].contains(&said.status), "{}", said.err);
        said.tells(&url).tells("  fix: ");
    };
    // Each of them waits for half a minute.
    std::thread::scope(|scope| {
        scope.spawn(|| given_up(&["list"]));
        given_up(&["worker", "--listen", &listen]);
    });
}

#[test]
fn the_ports_of_the_ingress_and_of_a_worker_are_told_apart_from_the_admin_api() {
    let Some((desk, worker)) = Desk::ferrying(&[]) else {
        return;
    };
    told(&desk.server.ingress_url(), &["admin API", "9070"]);
    told(&worker.url(), &["Restate server", "9070"]);
}

#[test]
fn a_plan_that_nobody_serves_is_told_with_the_verb_that_serves_it() {
    let Some(desk) = Desk::new() else {
        return;
    };
    let said = desk.run(&["run", "--input", "moon.toml"]);
    said.ends(2).tells("is not registered").tells("worker");
    assert!(
        desk.json(&["list"]).1["runs"]
            .as_array()
            .is_some_and(Vec::is_empty)
    );
}

#[test]
fn an_id_that_is_taken_is_told_with_what_has_it() {
    let Some((desk, _ferry)) = Desk::ferrying(&[]) else {
        return;
    };
    desk.well(&["run", "taken", "--input", "straw.toml"]);
    let said = desk.run(&["run", "taken", "--input", "hay.toml"]);
    said.ends(3).tells("run `taken` was begun with another `load`");
    println!("{}", said.err);

    // Another program, another workflow.
    let mut desk = desk;
    let _launch = desk.worker(LAUNCH, free(), &[]);
    desk.folder.program(LAUNCH);
    for words in [
        &["run", "taken", "--input", "moon.toml"] as &[&str],
        &["status", "taken"],
    ] {
        let said = desk.run(words);
        said.ends(3)
            .tells("run `taken` is a run of ")
            .tells("`Ferry`, not of `Launch`");
        println!("{}", said.err);
    }
}

#[test]
fn workers_at_one_port_and_a_port_that_is_taken_are_told_apart_from_a_server_that_is_none() {
    let Some(server) = Server::shared() else {
        return;
    };
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("some port is free");
    let taken = taken.local_addr().expect("it listens").to_string();
    let (folder, url) = (folder(), server.admin_url());
    let cases: [(&str, &[&str]); 4] = [
        (
            &taken,
            &[
                "cannot listen on",
                "end the program that has it, or listen elsewhere",
            ],
        ),
        ("nonsense", &["cannot listen on `nonsense`", "127.0.0.1:9080"]),
        ("127.0.0.1", &["cannot listen on `127.0.0.1`", "127.0.0.1:9080"]),
        (
            "192.0.2.1:9080",
            &[
                "cannot listen on `192.0.2.1:9080`",
                "name an address of this machine",
            ],
        ),
    ];
    for (listen, expected) in cases {
        let said = at(
            &folder,
            &["worker", "--engine", "restate", "--url", &url, "--listen", listen],
        );
        said.ends(1);
        for expected in expected {
            said.tells(expected);
        }
    }
    let nobody = format!("http://127.0.0.1:{}", free());
    let listen = format!("127.0.0.1:{}", free());
    let words = [
        "worker",
        "--engine",
        "restate",
        "--url",
        &url,
        "--listen",
        &listen,
        "--advertise",
        &nobody,
    ];
    at(&folder, &words)
        .ends(1)
        .tells(&nobody)
        .tells("advertise an address at which the server reaches this program");
}
