//! Times the statements on a migrated database and, in the same minute, on one that is not.

use std::time::{Duration, Instant};

use examples::{
    database_migration_plan::artifacts::{
        Address, BenchmarkReport, QueryCriterion, QueryFigure, SuccessCriteria,
    },
    failure::Outcome,
    load,
};

use crate::{
    engine::{self, Database},
    shop::statements,
};

/// A figure over its criterion is taken so often: only what is slow each time is slow.
const ATTEMPTS: u32 = 3;
/// Any figure is taken so often: what the machine was busy with before the migration excuses nothing.
const ATTEMPTS_AT_LEAST: u32 = 2;

/// How many values a statement is timed with, and how often each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// Values.
    pub samples: u32,
    /// Times each.
    pub repeats: u32,
}

/// Times each statement that has a criterion.
///
/// # Errors
/// When either database cannot be read.
pub fn measure(
    before: &Address,
    after: &Address,
    effort: Effort,
    criteria: &SuccessCriteria,
) -> Outcome<BenchmarkReport> {
    let begun = Instant::now();
    let mut before = engine::open(before)?;
    let mut after = engine::open(after)?;
    let mut queries = Vec::new();
    for criterion in &criteria.queries {
        let mut best = figure(before.as_mut(), after.as_mut(), effort, criterion)?;
        for attempt in 1..ATTEMPTS {
            if attempt >= ATTEMPTS_AT_LEAST && excess(&best, criterion) <= 1.0 {
                break;
            }
            let again = figure(before.as_mut(), after.as_mut(), effort, criterion)?;
            // Of either side the faster one: what the statement takes, not what else the machine does.
            if again.latency.p99_ms < best.latency.p99_ms {
                best.latency = again.latency;
            }
            if again.before.p99_ms < best.before.p99_ms {
                best.before = again.before;
            }
        }
        queries.push(best);
    }
    Ok(report(begun, queries))
}

/// Times the statements again and again for so long, at least three times; of each, the figure in the middle.
///
/// # Errors
/// When either database cannot be read.
pub fn watch(
    before: &Address,
    after: &Address,
    effort: Effort,
    criteria: &SuccessCriteria,
    say: &dyn Fn(String),
) -> Outcome<BenchmarkReport> {
    let begun = Instant::now();
    let length = Duration::from_secs(criteria.watch_s.into());
    let mut before = engine::open(before)?;
    let mut after = engine::open(after)?;
    let mut figures: Vec<Vec<QueryFigure>> = vec![Vec::new(); criteria.queries.len()];
    let mut rounds = 0;
    while rounds < 3 || begun.elapsed() < length {
        for (criterion, figures) in criteria.queries.iter().zip(&mut figures) {
            figures.push(figure(before.as_mut(), after.as_mut(), effort, criterion)?);
        }
        rounds += 1;
        // A cycle may be a week long, and the database has other things to do.
        std::thread::sleep(length / 100);
    }
    say(format!("{rounds} rounds in {} s", begun.elapsed().as_secs()));
    let in_the_middle = |(criterion, mut figures): (&QueryCriterion, Vec<QueryFigure>)| {
        figures.sort_by(|one, other| excess(one, criterion).total_cmp(&excess(other, criterion)));
        let middle = figures.len() / 2;
        (middle < figures.len()).then(|| figures.swap_remove(middle))
    };
    Ok(report(
        begun,
        criteria
            .queries
            .iter()
            .zip(figures)
            .filter_map(in_the_middle)
            .collect(),
    ))
}

/// By how many times a figure is over what its criterion allows; at most 1 where it keeps it.
#[must_use]
pub fn excess(figure: &QueryFigure, criterion: &QueryCriterion) -> f64 {
    let allowed = figure.before.p99_ms * criterion.percent_of_before_at_most / 100.0;
    figure.latency.p99_ms / allowed.max(f64::EPSILON)
}

fn report(begun: Instant, queries: Vec<QueryFigure>) -> BenchmarkReport {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    BenchmarkReport {
        measured_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        machine: format!(
            "{cores} cores, {} {}",
            std::env::consts::OS,
            std::env::consts::ARCH
        ),
        queries,
    }
}

fn figure(
    before: &mut dyn Database,
    after: &mut dyn Database,
    effort: Effort,
    criterion: &QueryCriterion,
) -> Outcome<QueryFigure> {
    let statement = statements::named(&criterion.query)?;
    let arguments = statement.arguments(before, effort.samples)?;
    let was = before.time(statement.old, &arguments, effort.repeats)?;
    let is = after.time(statement.new, &arguments, effort.repeats)?;
    Ok(QueryFigure {
        query: criterion.query.clone(),
        samples: u32::try_from(arguments.len()).unwrap_or(u32::MAX),
        latency: load::latency(&is.times_us),
        before: load::latency(&was.times_us),
        plan: after.plan(statement.new, arguments.first().map_or(&[], Vec::as_slice))?,
    })
}
