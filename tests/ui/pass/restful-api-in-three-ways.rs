#[path = "../plans.rs"]
mod plans;
use plans::restful_api::{Position, TestingOutcome, hand_in};
use plans::*;

type Error = Box<dyn std::error::Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let (runtime, team) = (Runtime::in_memory(), Arc::new(Team));
    drive_all(&runtime, &team).await?;
    drive_by_phase(&runtime, &team).await?;
    drive_by_step(&runtime, &team).await
}

async fn sign(runtime: &Runtime, id: &str) -> Result<(), RuntimeError> {
    hand_in::sign_off(runtime, id, Actor::new("ada"), Verdict::Pass).await
}

async fn drive_all(runtime: &Runtime, team: &Arc<Team>) -> Result<(), Error> {
    let halted = RestfulApi::run(runtime, "all", team, Brief::default()).await.unwrap_err();
    assert!(halted.is_waiting());
    drop(halted);
    sign(runtime, "all").await?;
    let done: RestfulApi<restful_api::Done> = RestfulApi::run(runtime, "all", team, Brief::default()).await?;
    let _docs: &Docs = done.artifacts().docs();
    let _gain: Option<&Gain> = done.artifacts().gain();
    Ok(())
}

async fn drive_by_phase(runtime: &Runtime, team: &Arc<Team>) -> Result<(), Error> {
    let run = RestfulApi::start(runtime, "phase", Brief::default()).await?;
    let run = run.requirements(team).await?;
    let halted = run.api_design(team).await.unwrap_err();
    sign(runtime, "phase").await?;
    let Position::AfterRequirements(run) = halted.run else { panic!("at {:?}", halted.run) };
    let run = run.api_design(team).await?;
    let run = run.implementation(team).await?;
    let TestingOutcome::Passed(run) = run.testing(team).await? else { panic!("sent back") };
    deploy(&run);
    let run = run.skip_tuning(Waiver::because("p99 is within budget")).await?;
    let done = run.documentation(team).await?;
    deploy(&done);
    Ok(())
}

async fn drive_by_step(runtime: &Runtime, team: &Arc<Team>) -> Result<(), Error> {
    let run = RestfulApi::start(runtime, "step", Brief::default()).await?;
    let run = run.requirements(team).define_resources().await?.choose_conventions().await?;
    let phase = run.api_design(team).write_openapi().await?;
    let halted = phase.sign_off().await.unwrap_err();
    sign(runtime, "step").await?;
    let Position::AfterRequirements(run) = halted.run else { panic!("at {:?}", halted.run) };
    let run = run.api_design(team).await?;
    let phase = run.implementation(team).build_service().await?.lint().await?;
    let _run: RestfulApi<restful_api::after::Implementation> = phase.fix().await?.audit().await?;
    Ok(())
}

fn deploy<S: restful_api::past::Testing>(run: &RestfulApi<S>) {
    needs_design(run);
}

/// What is past `Testing` is past `ApiDesign`, too.
fn needs_design<S: restful_api::past::ApiDesign>(run: &RestfulApi<S>) {
    let _openapi: &OpenApi = run.artifacts().openapi();
}
