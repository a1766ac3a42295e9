//! A workflow of ten steps, written by hand with the SDK of Restate: what is tested with it holds of the engine, and of
//! the harness, whatever our plans do on it.
//!
//! `by_hand PORT EFFECTS PAUSE` listens on a port of loopback; each step adds a line to the file of effects, as soon as it
//! begins, and then takes so many milliseconds.

#![allow(missing_docs, reason = "the names say it")]

use std::fs::File;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use restate_sdk::prelude::*;

struct ByHand {
    effects: File,
    pause: Duration,
}

#[workflow]
impl ByHand {
    #[handler]
    async fn run(&self, context: WorkflowContext<'_>, input: String) -> Result<String, HandlerError> {
        let run = context.key().to_owned();
        let mut made = input;
        for step in 0..10 {
            let line = format!("{run} {step}\n");
            let work = || async move {
                // One write, so that a kill leaves all of the line or nothing.
                (&self.effects).write_all(line.as_bytes())?;
                tokio::time::sleep(self.pause).await;
                Ok(format!("{step}"))
            };
            made += &context.run(work).name(format!("step {step}")).await?;
        }
        Ok(made)
    }
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, port, effects, pause] = &arguments[..] else {
        panic!("by_hand PORT EFFECTS PAUSE");
    };
    let effects = File::options().create(true).append(true).open(effects);
    let by_hand = ByHand {
        effects: effects.expect("a file for the effects"),
        pause: Duration::from_millis(pause.parse().expect("milliseconds")),
    };
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port.parse().expect("a port")));
    let endpoint = Endpoint::builder().bind(by_hand).build();
    HttpServer::new(endpoint).listen_and_serve(address).await;
}
