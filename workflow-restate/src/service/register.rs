//! Making a worker known to the server.
//!
//! The server keeps what it was first told of an address, unless it is forced; and forced, it forgets the plans that are
//! served there no more, with the runs of them that are under way. So it is forced only if there are none.

use serde::Deserialize;
use workflow_runtime::__engine::{refused, unavailable};
use workflow_runtime::RuntimeError;

use crate::server::http::Reply;
use crate::server::{Server, faults};

/// The server did not know of anything at the address.
const CREATED: u16 = 201;
/// The server's own code of an address at which it reaches nobody.
const UNREACHED: &str = "META0003";

/// What is served at an address, as the server has it.
#[derive(Deserialize)]
struct Deployment {
    id: String,
    services: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

/// Makes known that these services are at `address`.
pub(super) async fn register(
    server: &Server,
    address: &str,
    services: &[String],
) -> Result<(), RuntimeError> {
    let (is_new, known) = deploy(server, address, false).await?;
    let is_ours = |named: &Named| services.contains(&named.name);
    if let Some(other) = known.services.iter().find(|named| !is_ours(named)) {
        return Err(stranding(server, address, &known.id, &other.name));
    }
    if !is_new {
        // The same plans: what else is said of them may have changed, and more may have been added.
        deploy(server, address, true).await?;
    }
    Ok(())
}

/// Tells the server that something is at `address`; yields whether it did not know, and what it has of it now.
async fn deploy(server: &Server, address: &str, force: bool) -> Result<(bool, Deployment), RuntimeError> {
    let what = format!("registering the worker at `{address}`");
    let told = serde_json::json!({ "uri": address, "force": force });
    let asked = server.ask_admin(&what, |client, admin| {
        client.post(format!("{admin}/deployments")).json(&told)
    });
    let reply = asked.await?;
    if !reply.is_success() {
        return Err(unwanted(server, address, &reply));
    }
    Ok((reply.status == CREATED, server.read(&what, &reply)?))
}

fn unwanted(server: &Server, address: &str, reply: &Reply) -> RuntimeError {
    let (place, why) = (server.place(), faults::said(reply));
    let remedy = match why.contains(UNREACHED) {
        true => "advertise an address at which the server reaches this program",
        false if !address.contains("://") => "advertise it as in `http://127.0.0.1:9080`",
        false => "see the log of the server",
    };
    let why = why.replace(&format!("[{UNREACHED}] "), "");
    unavailable(format!(
        "{place} does not take the worker at `{address}`{why}; {remedy}"
    ))
}

fn stranding(server: &Server, address: &str, deployment: &str, other: &str) -> RuntimeError {
    refused(format!(
        "another build was served at `{address}` before: {} has `{other}` there, and its runs under way would be \
         stranded; serve this build at another address, or, if none is under way, let the server forget that one: \
         `curl -X DELETE '{}/deployments/{deployment}?force=true'`",
        server.place(),
        server.admin()
    ))
}
