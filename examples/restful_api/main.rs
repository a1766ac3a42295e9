//! From a brief to a tested REST service.
#![allow(dead_code)]
pub mod brief;
pub mod database;
pub mod design;
pub mod failure;
pub mod finalization;
pub mod implementation;
pub mod outputs;
pub mod requirements;
pub mod samples;
pub mod service;
pub mod testing;

#[tokio::main]
async fn main() {
    if let Err(e) = go().await { eprintln!("{e}"); std::process::exit(1) }
}
async fn go() -> failure::Outcome<()> {
    let t = std::time::Instant::now();
    let a: Vec<String> = std::env::args().collect();
    let brief = brief::read(std::path::Path::new(&a[1])).map_err(failure::Failure::new)?;
    let out = outputs::Outputs::open(std::path::Path::new(&a[2]))?;
    let model = requirements::resources::define(&brief)?;
    let conv = requirements::conventions::choose(&brief.api, &model)?;
    let access = requirements::access::determine(&brief, &model)?;
    let formats = requirements::formats::define(&model, &access)?;
    let limits = requirements::limits::set(&brief)?;
    let oa = design::openapi::create(design::openapi::Sources{api:&brief.api, model:&model, conventions:&conv, access:&access, formats:&formats, limits:&limits})?;
    let dtos = design::dtos::design(&model, &limits);
    let rules = design::rules::define(&model, &dtos)?;
    let problems = design::problems::define(&formats)?;
    let ver = design::versioning::plan(&brief.api, &conv)?;
    let oa = design::contract::assemble(&oa, &dtos, &problems, &ver, &out)?;
    eprintln!("contract {:?}", t.elapsed());
    let diagram = database::diagram::draw(&model, &out)?;
    let tables = database::tables::define(&model)?;
    let indexes = database::indexes::plan(&model, &tables)?;
    let mig = database::migrations::establish(&tables, &indexes, &out)?;
    let q = database::queries::design(&model, &mig.steps)?;
    eprintln!("database {:?}", t.elapsed());
    let project = implementation::project::set_up(&brief.api, &mig, 2, &out)?;
    let repos = implementation::repositories::implement(&model, &conv, &q, &mig.steps, &oa.document, &out)?;
    let sl = implementation::services::implement(implementation::services::Parts{api:&brief.api, model:&model, conventions:&conv, repositories:&repos, migrations:&mig.steps, limits:&limits.limits, problems:&problems, reading_connections:2, document:&oa.document}, &out)?;
    eprintln!("services {:?}", t.elapsed());
    let s = implementation::routes::implement(&sl, &access, &conv, &oa.document, &out).await?;
    let s = implementation::authentication::implement(&s, &access, &out).await?;
    let s = implementation::validation::implement(&s, &rules, &out).await?;
    eprintln!("impl {:?}", t.elapsed());
    let unit = testing::unit::run(&s, &model, &oa.document, &out)?;
    eprintln!("unit {} {:?} {}ms", unit.passed, unit.findings, unit.elapsed_ms);
    for r in [testing::contract::run(&s, &oa.document, &out).await?, testing::authentication::run(&s, &oa.document, &out).await?, testing::bad_input::run(&s, &oa.document, &out).await?] {
        eprintln!("{} {} {:#?} {}ms", r.suite, r.passed, r.findings.iter().take(8).collect::<Vec<_>>(), r.elapsed_ms);
    }
    let load = testing::load::run(&s, &oa.document, &brief.load, &out).await?;
    eprintln!("{load:?}");
    println!("{:?}", finalization::reference::write(&oa.document, oa.operations, &out)?);
    println!("{:?}", finalization::usage::record(&s, &oa.document, &out).await?);
    println!("{:?}", finalization::guide::write(&s, &project, &mig, &diagram, &out)?);
    println!("{:#?}", finalization::review::perform(&s, &oa.document, &out).await?);
    println!("{:?}", finalization::bundle::prepare(&s, &out)?.total_bytes);
    println!("{:?}", finalization::bundle::check(&out)?);
    eprintln!("all {:?}", t.elapsed());
    Ok(())
}
