//! `verify`: whether the journal is as it was recorded.

use std::fmt::Write;

use serde::Serialize;

use crate::cli::desk::{Desk, Wanted};
use crate::cli::fault::{Code, Envelope, Fault};
use crate::cli::harmless::in_a_line;
use crate::cli::mark::Mark;
use crate::cli::output::Reply;

/// What was checked, as scripts get it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct VerifyDocument {
    schema: &'static str,
    journal: String,
    runs: Vec<Checked>,
    verified: bool,
    error: Option<Envelope>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Checked {
    run: String,
    verified: bool,
    /// What is not as it was recorded.
    fault: Option<String>,
}

impl VerifyDocument {
    pub(crate) const SCHEMA: &str = "workflow.verify/1";
}

pub(super) async fn verify(desk: &Desk, id: Option<&str>) -> Result<Reply, Fault> {
    let runtime = desk.open()?;
    let ids: Vec<String> = match id {
        Some(_) => vec![desk.run(&runtime, id, Wanted::Any).await?.id],
        None => runtime.runs().await?.into_iter().map(|run| run.id).collect(),
    };
    let (mut text, mut runs) = (String::new(), Vec::new());
    for run in ids {
        let fault = match runtime.verify(&run).await {
            Ok(()) => None,
            Err(error) if error.is_damaged() => Some(desk.fault(error, &run).message),
            Err(error) => return Err(desk.fault(error, &run)),
        };
        let mark = if fault.is_none() { Mark::Done } else { Mark::Failed };
        let (style, sign) = (mark.style(), mark.sign());
        let well = match desk.is_on_engine() {
            true => "can be read; the engine checks by itself what it keeps",
            false => "as it was recorded",
        };
        let said = fault.as_deref().unwrap_or(well);
        let _ = writeln!(text, "{style}{sign}{style:#} {}: {said}", in_a_line(&run));
        runs.push(Checked {
            run,
            verified: fault.is_none(),
            fault,
        });
    }
    let broken = runs.iter().filter(|run| !run.verified).count();
    let of_all = match runs.len() {
        0 => {
            text.push_str("the journal has no runs\n");
            String::new()
        }
        1 => "the run is not as it was recorded".to_owned(),
        all => format!("{broken} of {all} runs are not as they were recorded"),
    };
    let journal = desk.place();
    let fault = (broken > 0).then(|| {
        Fault::new(Code::Damaged, of_all)
            .of(journal.clone())
            .fix(format!("restore `{journal}` from a backup"))
    });
    let document = VerifyDocument {
        schema: VerifyDocument::SCHEMA,
        journal,
        runs,
        verified: fault.is_none(),
        error: fault.as_ref().map(Fault::envelope),
    };
    let status = fault.as_ref().map_or(0, |fault| fault.code.exit());
    let reply = Reply::new(text, &document).status(status);
    Ok(Reply { fault, ..reply })
}
