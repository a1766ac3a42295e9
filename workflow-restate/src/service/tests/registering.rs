use std::sync::{Arc, Mutex};
use std::time::Duration;

use tests::restate::free;
use workflow_runtime::__engine::Ended;
use workflow_runtime::RuntimeError;

use super::scripted::{Dog, Served, Swim, Walk};
use super::server::Server;
use crate::Service;

/// Serves until it is ready; yields what it said then.
async fn once(service: Service) -> Result<String, RuntimeError> {
    let said = Arc::new(Mutex::new(String::new()));
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let ready = Arc::clone(&said);
    let service = service.until(async { drop(ended.await) }).on_ready(move |text| {
        *ready.lock().unwrap() = text.to_owned();
        drop(end);
    });
    tokio::time::timeout(Duration::from_secs(40), service)
        .await
        .expect("it ends")?;
    let said = said.lock().unwrap().clone();
    Ok(said)
}

#[tokio::test]
async fn the_server_is_told_of_the_plan_and_to_keep_its_runs() {
    let Some(server) = Server::start() else {
        return;
    };
    let served = Served::new(&server, |_, _, _| Box::pin(async { Ok(Ended::Done) })).await;
    let service = server.get(&format!("/services/{}", served.name)).await;
    assert_eq!(service["ty"], "Workflow");
    assert_eq!(service["metadata"]["workflow.name"], "Walk");
    assert_eq!(service["workflow_completion_retention"], "3650d");
    assert_eq!(service["journal_retention"], "3650d");
    assert_eq!(service["abort_timeout"], "1m 3s");
    assert_eq!(service["retry_policy"]["max_attempts"], u64::MAX);
    assert_eq!(service["retry_policy"]["max_interval"], "10s");
    let handlers = service["handlers"].as_array().unwrap();
    let public = |name: &str| handlers.iter().find(|of| of["name"] == name).unwrap()["public"] == true;
    assert!(public("run") && public("give") && public("take_back") && !public("attempt"));
}

#[tokio::test]
async fn the_same_build_is_served_again_and_tells_what_changed() {
    let Some(server) = Server::start() else {
        return;
    };
    let address = format!("127.0.0.1:{}", free());
    let service = || {
        crate::serve::<Walk, _>(Dog)
            .listen(&*address)
            .register_at(&*server.admin)
    };
    let said = once(service()).await.unwrap();
    assert_eq!(
        said,
        format!(
            "`Walk` is served at `http://{address}` to the Restate server at `{}`",
            server.admin
        )
    );
    once(service().keep_for(Duration::from_secs(3600)).and::<Swim, _>(Dog))
        .await
        .unwrap();
    let services = server.get("/services").await;
    let services = services["services"].as_array().unwrap();
    assert_eq!(services.len(), 2);
    assert!(
        services
            .iter()
            .all(|service| service["journal_retention"] == "1h"),
        "{services:?}"
    );
}

#[tokio::test]
async fn another_build_at_the_same_address_is_refused() {
    let Some(server) = Server::start() else {
        return;
    };
    let address = format!("127.0.0.1:{}", free());
    once(
        crate::serve::<Walk, _>(Dog)
            .listen(&*address)
            .register_at(&*server.admin),
    )
    .await
    .unwrap();
    let other = || {
        crate::serve::<Swim, _>(Dog)
            .listen(&*address)
            .register_at(&*server.admin)
    };
    let error = once(other()).await.unwrap_err();
    assert!(error.is_refused());
    let said = error.to_string();
    assert!(
        said.contains("has `Walk.") && said.contains("would be stranded"),
        "{said}"
    );
    // What the message says to do.
    let delete = said.split('\'').nth(1).unwrap();
    assert!(
        server
            .client
            .delete(delete)
            .send()
            .await
            .unwrap()
            .status()
            .is_success(),
        "{delete}"
    );
    once(other()).await.unwrap();
}

#[tokio::test]
async fn what_is_wrong_with_an_address_is_said() {
    let Some(server) = Server::start() else {
        return;
    };
    let service = || {
        crate::serve::<Walk, _>(Dog)
            .listen("127.0.0.1:0")
            .register_at(&*server.admin)
    };
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let nobody = format!("http://127.0.0.1:{}", free());
    let ingress = server.get("/version").await["ingress_endpoint"]
        .as_str()
        .unwrap()
        .to_owned();
    let cases = [
        (service().and::<Walk, _>(Dog), "`Walk` is served twice"),
        (service().listen(&*taken), "end the program that has it"),
        (service().listen("nonsense"), "name an address of this machine"),
        (
            service().register_at(&*nobody),
            "nothing can be reached at `http://127.0.0.1:",
        ),
        (
            service().register_at("nonsense"),
            "write it as in `http://127.0.0.1:9070`",
        ),
        (
            service().register_at(ingress),
            "is the ingress of a Restate server, not its admin API",
        ),
        (
            service().advertise(&*nobody),
            "advertise an address at which the server reaches this program",
        ),
        (
            service().advertise("nonsense"),
            "does not take the worker at `nonsense`",
        ),
    ];
    for (service, expected) in cases {
        let error = once(service).await.unwrap_err().to_string();
        eprintln!("{error}\n");
        assert!(error.contains(expected), "{error}");
    }
}
