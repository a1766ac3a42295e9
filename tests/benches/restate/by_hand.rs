//! The ten steps as somebody writes them who knows the SDK, and nothing of us.

use std::net::Ipv4Addr;

use restate_sdk::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tests::restate::{Server, register};
use tokio::net::TcpListener;

use crate::Side;

struct ByHand;

/// As much as a line of ours has, so that both sides have as much to keep.
#[derive(Serialize, Deserialize)]
struct Kept {
    step: String,
    round: u32,
    attempt: u32,
    artifact: Made,
    took_ms: u64,
}

#[derive(Serialize, Deserialize)]
struct Made {
    n: u64,
}

#[workflow]
impl ByHand {
    #[handler]
    async fn run(
        &self,
        context: WorkflowContext<'_>,
        Json(asked): Json<Made>,
    ) -> Result<Json<Made>, HandlerError> {
        let mut sum = asked.n;
        for step in [
            "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        ] {
            let name = format!("Work.{step}");
            let kept = Kept {
                step: name.clone(),
                round: 0,
                attempt: 1,
                artifact: Made { n: 1 },
                took_ms: 0,
            };
            let work = || async move { Ok(Json(kept)) };
            let Json(kept) = context.run(work).name(name).await?;
            sum += kept.artifact.n;
        }
        Ok(Json(Made { n: sum }))
    }
}

/// Serves it from this process, and tells the server.
pub(super) async fn serve(server: &Server) -> crate::Result<Side> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let service = format!("http://{}", listener.local_addr()?);
    let endpoint = Endpoint::builder().bind(ByHand).build();
    tokio::spawn(HttpServer::new(endpoint).serve(listener));
    let admin = server.admin_url();
    tokio::task::spawn_blocking(move || register(&admin, &service)).await?;
    Ok(Side {
        name: "by hand",
        service: "ByHand".to_owned(),
        input: json!({"n": 0}),
    })
}
