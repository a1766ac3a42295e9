//! Ctrl-C in a program that follows a run on Restate.

#![cfg(unix)]
#![allow(missing_docs, reason = "tests")]

use std::sync::Arc;
use std::time::Duration;

use tests::child::{Child, errand, say};
use tests::place::Place;
use tests::restate::{Server, free};
use workflow_runtime::prelude::*;

workflow! {
    pub workflow Shift() {
        phase Morning {
            step open();
            step serve();
        }
    }
}

struct Shop;

impl shift::Morning for Shop {
    async fn open(&self, _: &StepContext) -> StepResult<()> {
        tokio::time::sleep(Duration::from_secs(2)).await;
        Ok(())
    }
    async fn serve(&self, _: &StepContext) -> StepResult<()> {
        Ok(())
    }
}

/// Follows a run of the server at that port, and can be told to stop.
#[tokio::test]
async fn as_a_child_process() {
    let Some((port, _)) = errand() else { return };
    let runtime = workflow_restate::connect(&format!("http://127.0.0.1:{port}")).unwrap();
    let runtime = runtime.cancel_on_ctrl_c().unwrap();
    say("follows");
    let halted = Shift::run(&runtime, "s", &Arc::new(Shop)).await.unwrap_err();
    match halted.is_cancelled() {
        true => say("cancelled"),
        false => say(&halted.to_string()),
    }
}

#[tokio::test]
async fn it_tells_the_run_to_stop() {
    let Some(server) = Server::start() else {
        return;
    };
    let (ready, is_ready) = tokio::sync::oneshot::channel();
    let service = workflow_restate::serve::<Shift, _>(Shop)
        .listen(format!("127.0.0.1:{}", free()))
        .register_at(server.admin_url())
        .on_ready(|_| ready.send(()).unwrap());
    tokio::spawn(service.run());
    is_ready.await.unwrap();
    let admin = server.admin_url();
    let (_, port) = admin.rsplit_once(':').unwrap();
    let child = Child::sent(port, &Place::file());
    let child = tokio::task::spawn_blocking(move || {
        assert_eq!(child.says(), "follows");
        std::thread::sleep(Duration::from_secs(1));
        child.interrupt();
        assert_eq!(child.says(), "cancelled");
    });
    child.await.unwrap();
}
