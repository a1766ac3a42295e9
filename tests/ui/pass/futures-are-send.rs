#[path = "../plans.rs"]
mod plans;
use plans::*;

fn is_send<T: Send>(_: T) {}

fn by_phase(run: RestfulApi<restful_api::Start>, team: Arc<Team>) {
    is_send(async move {
        let run = run.requirements(&team).await?;
        run.api_design(&team).write_openapi().await?.sign_off().await
    });
}

/// A function over any team that does two phases.
async fn build<T: restful_api::Implementation + restful_api::Testing>(
    run: RestfulApi<restful_api::after::ApiDesign>,
    team: &Arc<T>,
) -> Result<restful_api::TestingOutcome, restful_api::Halted> {
    run.implementation(team).await?.testing(team).await
}

fn main() {
    let _ = (by_phase, build::<Team>);
}
