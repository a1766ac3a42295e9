//! One file a verb, or a few that do nearly the same. Each looks, does what it is for, and answers in text and as a document.

mod cancel;
mod drive;
mod hand_in;
mod list;
mod log;
mod next;
mod pictures;
mod plan;
mod schema;
mod show;
mod skip;
mod status;
mod verify;
mod why;
mod worker;

use crate::cli::arguments::Verb;
use crate::cli::desk::Desk;
use crate::cli::fault::Fault;
use crate::cli::output::Reply;

/// Does what the verb says.
pub(crate) async fn perform(desk: &mut Desk, verb: Verb, command: clap::Command) -> Result<Reply, Fault> {
    // Also where a verb could do without: who names an engine means it.
    desk.engine()?;
    match verb {
        Verb::Plan => Ok(plan::plan(desk)),
        Verb::Run { id, input, wait } => drive::run(desk, id.as_deref(), input.as_deref(), wait).await,
        Verb::Undo { which, yes } => drive::undo(desk, which.id(), yes).await,
        Verb::Cancel { which, yes } => cancel::cancel(desk, which.id(), yes).await,
        Verb::Status(which) => status::status(desk, which.id()).await,
        Verb::List { open } => list::list(desk, open).await,
        Verb::Next(which) => next::next(desk, which.id()).await,
        Verb::Why { step, of } => why::why(desk, &step, of.run.as_deref()).await,
        Verb::Done {
            step,
            artifact,
            message,
            by,
            of,
        } => {
            let signed = hand_in::Signed::new(&by, message, &of);
            hand_in::done(desk, &step, artifact.as_deref(), signed).await
        }
        Verb::Approve {
            gate,
            message,
            by,
            of,
        } => hand_in::approve(desk, &gate, hand_in::Signed::new(&by, message, &of)).await,
        Verb::Reject {
            gate,
            message,
            by,
            of,
        } => hand_in::reject(desk, &gate, hand_in::Signed::new(&by, message, &of)).await,
        Verb::Skip {
            phase,
            because,
            by,
            of,
        } => skip::skip(desk, &phase, hand_in::Signed::new(&by, because, &of)).await,
        Verb::Log(which) => log::log(desk, which.id()).await,
        Verb::Show { step, round, of } => show::show(desk, &step, round, of.run.as_deref()).await,
        Verb::Verify(which) => verify::verify(desk, which.id()).await,
        Verb::Graph {
            id,
            format,
            run,
            output,
        } => {
            let run = run.or_else(|| id.map(Some));
            let run = run.as_ref().map(Option::as_deref);
            pictures::graph(desk, format, run, output.as_deref()).await
        }
        Verb::Report { which, output } => pictures::report(desk, which.id(), output.as_deref()).await,
        Verb::Export {
            which,
            format,
            output,
        } => pictures::export(desk, which.id(), format, output.as_deref()).await,
        Verb::Worker { listen, advertise } => worker::worker(desk, listen, advertise).await,
        Verb::Completions { shell } => Ok(schema::completions(command, shell)),
        Verb::Schema { name } => schema::schema(desk, name.as_deref()),
    }
}
