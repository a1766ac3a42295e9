//! A neighbour, stood in for by what its contract says it answers; it fails when it is told to.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{Response, header},
};

use crate::{
    artifacts::{NeighbourFault, StandIn},
    failure::Outcome,
    live::Live,
};

/// A stand-in that listens, or that is away.
#[derive(Debug)]
pub(super) struct Neighbour {
    contract: Arc<Contract>,
    address: SocketAddr,
    live: Option<Live>,
}

#[derive(Debug)]
struct Contract {
    stand_in: StandIn,
    fault: Mutex<Option<NeighbourFault>>,
    asked: AtomicU32,
}

/// Longer than anybody waits.
const SILENCE: Duration = Duration::from_secs(60);

impl Neighbour {
    pub(super) async fn start(stand_in: &StandIn) -> Outcome<Self> {
        let contract = Arc::new(Contract {
            stand_in: stand_in.clone(),
            fault: Mutex::new(None),
            asked: AtomicU32::new(0),
        });
        let live = Live::start(router(&contract), 0).await?;
        Ok(Neighbour {
            contract,
            address: live.address(),
            live: Some(live),
        })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn asked(&self) -> u32 {
        self.contract.asked.load(Ordering::Relaxed)
    }

    pub(super) async fn let_fail(&mut self, fault: Option<NeighbourFault>) -> Outcome<()> {
        *self.contract.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
        self.contract.asked.store(0, Ordering::Relaxed);
        if fault == Some(NeighbourFault::Away) {
            if let Some(live) = self.live.take() {
                live.stop().await?;
            }
        } else if self.live.is_none() {
            self.live = Some(Live::start(router(&self.contract), self.address.port()).await?);
        }
        Ok(())
    }
}

fn router(contract: &Arc<Contract>) -> Router {
    Router::new().fallback(respond).with_state(Arc::clone(contract))
}

async fn respond(State(contract): State<Arc<Contract>>, request: Request) -> Response<Body> {
    contract.asked.fetch_add(1, Ordering::Relaxed);
    let fault = *contract.fault.lock().unwrap_or_else(PoisonError::into_inner);
    match fault {
        Some(NeighbourFault::Silent) => {
            tokio::time::sleep(SILENCE).await;
            answer(504, String::new())
        }
        Some(NeighbourFault::Nonsense) => answer(200, String::from("<html>maintenance</html>")),
        Some(_) => answer(500, String::from("{}")),
        None => {
            let route = format!("{} {}", request.method(), request.uri().path());
            let known = contract
                .stand_in
                .answers
                .iter()
                .find(|answer| answer.route == route);
            known.map_or_else(
                || answer(404, String::from("{}")),
                |known| answer(known.status, known.body.to_string()),
            )
        }
    }
}

fn answer(status: u16, body: String) -> Response<Body> {
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body))
        .unwrap_or_default()
}
