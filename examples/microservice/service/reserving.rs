//! Has the stock put aside what an order wants.

use tokio::task::JoinSet;
use tracing::{Instrument, instrument::WithSubscriber};

use super::{
    core::{Line, Standing},
    stock::{Reservation, Reserved},
    stock_client::{Away, StockClient},
};

/// How the order stands afterwards, or why the stock did not say so of all lines. Each line is asked for, even where one
/// before it got no answer: what can be had now is put aside now.
///
/// # Errors
/// Why there was no answer, for the first line that got none.
pub async fn reserve(client: &StockClient, order: &str, lines: &[Line]) -> Result<Standing, Away> {
    let deadline = client.deadline();
    let mut answers = Vec::with_capacity(lines.len());
    for together in lines.chunks(client.at_once()) {
        let mut asking = JoinSet::new();
        for line in together {
            let (client, wanted) = (client.clone(), wanted(order, line));
            let ask = async move { client.reserve(&wanted, deadline).await };
            asking.spawn(ask.in_current_span().with_current_subscriber());
        }
        answers.extend(asking.join_all().await);
    }
    let mut standing = Standing::Confirmed;
    for answer in answers {
        let Reserved { reserved } = answer?;
        if !reserved {
            standing = Standing::OutOfStock;
        }
    }
    Ok(standing)
}

fn wanted(order: &str, line: &Line) -> Reservation {
    Reservation {
        order: order.to_owned(),
        sku: line.sku.clone(),
        quantity: line.quantity,
    }
}
