//! Workers, servers and nodes of a cluster are killed at random moments: every run of a plan finishes, and what was kept is
//! not done again.
//!
//! `RESTATE_SEED=n` repeats the delays of a trial; each prints its own.

mod record;
mod trial;

use std::time::{Duration, Instant};

use tests::child::{self, Child};
use tests::place::Place;
use tests::restate::{Cluster, Server, ask, free};
use tests::soon::LONG;

use trial::{Target, Trial};

#[test]
fn runs_survive_the_death_of_their_worker() {
    let Some(server) = Server::start() else {
        return;
    };
    Trial::on("worker", Target::Server(server)).killing_the_worker(12);
}

#[test]
fn runs_survive_the_death_of_one_of_two_workers() {
    let Some(server) = Server::start() else {
        return;
    };
    Trial::on("two workers", Target::Server(server)).killing_one_of_two_workers(8);
}

#[test]
fn runs_survive_the_death_of_the_server() {
    let Some(server) = Server::start() else {
        return;
    };
    Trial::on("server", Target::Server(server)).killing_the_engine(6, 4);
}

#[test]
fn runs_survive_the_death_of_any_one_of_three_nodes() {
    let Some(cluster) = Cluster::start(3) else {
        return;
    };
    Trial::on("cluster", Target::Cluster(cluster)).killing_the_engine(3, 7);
}

#[test]
fn one_server_is_shared_by_all_tests_of_a_program() {
    let (Some(one), Some(other)) = (Server::shared(), Server::shared()) else {
        return;
    };
    assert_eq!(one.admin_url(), other.admin_url());
    let version = ask(&format!("{}/version", one.admin_url()), None).expect("it answers");
    let version = version.json()["version"].as_str().map(str::to_owned);
    assert!(
        version
            .as_deref()
            .is_some_and(|version| version.starts_with("1.7.")),
        "{version:?}"
    );
}

#[test]
fn a_server_ends_with_its_test_also_when_that_is_killed() {
    let Some(_server) = Server::shared() else {
        return;
    };
    let place = Place::file();
    let child = Child::sent("start", &place);
    let health = format!("{}/health", child.says());
    assert!(ask(&health, None).is_ok_and(|answer| answer.is_good()));
    child.kill();
    let began = Instant::now();
    while ask(&health, None).is_ok() {
        assert!(began.elapsed() < LONG, "the server goes on");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Has a server and does not end by itself.
#[test]
fn as_a_child_process() {
    if child::errand().is_some() {
        let server = Server::start().expect("the parent has one");
        child::say(&server.admin_url());
        std::thread::sleep(LONG);
    }
}

#[test]
fn a_server_has_its_runs_when_it_is_started_again() {
    let Some(server) = Server::start() else {
        return;
    };
    let mut trial = Trial::on("again", Target::Server(server));
    trial.begin(1, 0);
    trial.finish();
    trial.target.restart(0);
    trial.finish();
    trial.check();
    assert_ne!(free(), free());
}
