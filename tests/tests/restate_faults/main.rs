//! Services, servers and nodes of a cluster are killed at random moments: every run finishes, and what was kept is not done
//! again. The workflow is written by hand with the SDK.
//!
//! `RESTATE_SEED=n` repeats the delays of a trial; each prints its own.

mod trial;
mod usage;

use tests::restate::{Cluster, Server, ask, free};

use trial::{Target, Trial};

#[test]
fn runs_survive_the_death_of_their_service() {
    let Some(server) = Server::start() else {
        return;
    };
    Trial::on("service", Target::Server(server)).killing_the_service(12);
}

#[test]
fn runs_survive_the_death_of_the_server() {
    let Some(server) = Server::start() else {
        return;
    };
    Trial::on("server", Target::Server(server)).killing_the_engine(5);
}

#[test]
fn runs_survive_the_death_of_any_one_of_three_nodes() {
    let Some(cluster) = Cluster::start(3) else {
        return;
    };
    Trial::on("cluster", Target::Cluster(cluster)).killing_the_engine(3);
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
fn a_server_has_its_runs_when_it_is_started_again() {
    let Some(server) = Server::start() else {
        return;
    };
    let mut trial = Trial::on("again", Target::Server(server));
    trial.begin(1);
    trial.finish();
    trial.target.restart(0);
    trial.check();
    assert_ne!(free(), free());
}
