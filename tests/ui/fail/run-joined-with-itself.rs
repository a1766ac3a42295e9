#[path = "../plans.rs"]
mod plans;
use plans::*;

async fn ship(run: RestfulApi<restful_api::Start>, team: &Arc<Team>) {
    let both = futures_util::future::join(
        run.requirements(team).into_future(),
        run.requirements(team).into_future(),
    );
    both.await.0.unwrap();
}

fn main() {}
