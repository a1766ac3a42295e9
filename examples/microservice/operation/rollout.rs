//! Shifts traffic to the new image in steps, each only when the one before kept the objectives; else all of it goes back.

use std::{net::SocketAddr, time::Duration};

use super::{
    deployment::{self, Traffic},
    switch::{Side, Switch},
};
use crate::{
    artifacts::{Good, Rollout, RolloutStep, ServiceCharter, ServiceLevels},
    client::{Call, Client},
    failure::{During, Outcome, ensure},
    outputs::Outputs,
    service::{
        orders::OwnFault,
        process::{Instance, Launch},
        stock::Stock,
    },
    testing::{
        callers::{self, Answer, Pace},
        load::good_percent,
    },
};

/// The steps, in percent of the traffic.
pub const STEPS: &[u8] = &[10, 50, 100];
/// A share is judged by so many answers at least.
const ANSWERS_AT_LEAST: usize = 5;
/// A share that is late is looked at so often before all traffic goes back.
const LOOKS_AT_MOST: u32 = 3;
/// Callers at the same time.
const CALLERS: u32 = 8;

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcomes {
    /// The steps that were taken.
    pub rollout: Rollout,
    /// Why all traffic went back, if it did.
    pub rolled_back: Option<String>,
    /// How many requests users sent afterwards, all of which went to what was there.
    pub went_back: Option<u32>,
}

/// Both images with the switch before them, and their neighbour.
pub struct Production {
    /// Where callers ask.
    pub switch: Switch,
    /// What was there.
    pub old: Instance,
    /// What comes.
    pub new: Instance,
    /// Their neighbour.
    pub stock: Stock,
}

impl Production {
    /// Starts what the traffic goes to, on one store, with the traffic where it is.
    ///
    /// # Errors
    /// When one does not start.
    pub async fn start(
        charter: &ServiceCharter,
        traffic: &Traffic,
        fault: Option<OwnFault>,
        outputs: &Outputs,
    ) -> Outcome<Self> {
        let answers_in = charter.neighbours.iter().map(|it| it.answers_in_ms).max();
        let stock = Stock::start_quietly(Duration::from_millis(u64::from(answers_in.unwrap_or(1)))).await?;
        let store = outputs.place(deployment::STORE);
        if let Some(folder) = store.parent() {
            std::fs::create_dir_all(folder).during(format_args!("creating `{}`", folder.display()))?;
        }
        let launch = |definition: &std::path::Path| {
            Launch::orders(&outputs.root().join(definition), stock.address())
                .with("--store", &store)
                .with("--environment", "production")
        };
        let mut new = launch(&traffic.definition);
        match fault {
            Some(OwnFault::Slow) => new = new.with("--fault", "slow"),
            Some(OwnFault::Errors) => new = new.with("--fault", "errors"),
            Some(OwnFault::Unready) => new = new.with("--fault", "unready"),
            None => {}
        }
        let old = launch(&traffic.definition_before).start().await?;
        let new = new.start().await?;
        let switch = Switch::start(old.address(), new.address()).await?;
        switch.shift(traffic.percent);
        Ok(Production {
            switch,
            old,
            new,
            stock,
        })
    }

    /// Stops both, after what is being answered.
    ///
    /// # Errors
    /// When one does not stop.
    pub async fn stop(self) -> Outcome<()> {
        drop(self.switch);
        self.new.stop().await?;
        self.old.stop().await
    }
}

/// Rolls it out, while users go on ordering.
///
/// # Errors
/// When an instance does not start.
pub async fn run(
    charter: &ServiceCharter,
    levels: &ServiceLevels,
    fault: Option<OwnFault>,
    outputs: &Outputs,
) -> Outcome<Outcomes> {
    let mut traffic = deployment::before(outputs)?;
    deployment::write(outputs, &traffic)?;
    let production = Production::start(charter, &traffic, fault, outputs).await?;
    let mut rollout = Rollout {
        image: traffic.image.clone(),
        image_before: Some(traffic.image_before.clone()),
        steps: Vec::new(),
        users_requests: 0,
        users_failed: 0,
    };
    let (mut rolled_back, mut went_back) = (None, None);
    for &percent in STEPS {
        rolled_back = try_share(charter, levels, &production, percent, &mut rollout).await?;
        if rolled_back.is_some() {
            production.switch.shift(0);
            traffic.percent = 0;
            deployment::write(outputs, &traffic)?;
            went_back = Some(all_go_back(charter, &production.switch).await?);
            break;
        }
        traffic.percent = percent;
        deployment::write(outputs, &traffic)?;
    }
    production.stop().await?;
    Ok(Outcomes {
        rollout,
        rolled_back,
        went_back,
    })
}

/// Gives the new side a share of the traffic, and judges what it answers; says why all of it must go back, if it must.
async fn try_share(
    charter: &ServiceCharter,
    levels: &ServiceLevels,
    production: &Production,
    percent: u8,
    rollout: &mut Rollout,
) -> Outcome<Option<String>> {
    if let Err(failure) = is_ready(production.new.address()).await {
        return Ok(Some(failure.to_string()));
    }
    production.switch.shift(percent);
    let mut found = None;
    for _ in 0..LOOKS_AT_MOST {
        let (step, answers, users) = watch(charter, &production.switch, percent).await?;
        rollout.users_requests += u32::try_from(users.len()).unwrap_or(u32::MAX);
        rollout.users_failed += failed(&users);
        rollout.steps.push(step);
        found = broken(levels, &answers);
        // An error is the version's own; a late answer may be the machine's, which is seldom late each time.
        if found.as_ref().is_none_or(|broken| !broken.is_about_time) {
            break;
        }
    }
    Ok(found.map(|broken| format!("at {percent} %: {}", broken.fault)))
}

/// Has users order once all traffic went back; how many they sent.
async fn all_go_back(charter: &ServiceCharter, switch: &Switch) -> Outcome<u32> {
    let (step, _, users) = watch(charter, switch, 0).await?;
    let failed = failed(&users);
    ensure(
        step.requests == 0 && failed == 0,
        format_args!(
            "{} requests reached the new image and {failed} failed after all traffic went back; stop it by hand",
            step.requests
        ),
    )?;
    Ok(u32::try_from(users.len()).unwrap_or(u32::MAX))
}

fn failed(answers: &[Answer]) -> u32 {
    let failed = answers.iter().filter(|answer| !answer.is_taken());
    u32::try_from(failed.count()).unwrap_or(u32::MAX)
}

async fn is_ready(address: SocketAddr) -> Outcome<()> {
    let reply = Client::new(address)
        .send(&Call::new("GET", "/health/ready"))
        .await?;
    ensure(
        reply.status == 200,
        format_args!("the new instance answers {} to whether it is ready", reply.status),
    )
}

/// Has users order for the time of a step, or for as long as it takes until the new side has answered enough.
async fn watch(
    charter: &ServiceCharter,
    switch: &Switch,
    percent: u8,
) -> Outcome<(RolloutStep, Vec<Answer>, Vec<Answer>)> {
    let rate = charter.expected_requests_per_second;
    let enough = match percent {
        0 => 0,
        percent => u32::try_from(ANSWERS_AT_LEAST).unwrap_or(0) * 100 / u32::from(percent) + 1,
    };
    let pace = Pace {
        orders: (rate * charter.trials.rollout_step_s).max(enough),
        callers: CALLERS,
        per_second: Some(rate),
        lines: 3,
    };
    drop(switch.taken_answers(Side::New));
    let begun = std::time::Instant::now();
    let users = callers::send(switch.address(), pace).await?;
    let answers = switch.taken_answers(Side::New);
    let taken = callers::percent_where(&answers, Answer::is_taken);
    let step = RolloutStep {
        traffic_percent: percent,
        watched_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        requests: u32::try_from(answers.len()).unwrap_or(u32::MAX),
        errors_percent: 100.0 - taken,
        latency: callers::latency(&answers),
    };
    Ok((step, answers, users))
}

/// An objective that was missed.
struct Broken {
    /// What to tell of it.
    fault: String,
    /// Whether an answer must come in time to be good.
    is_about_time: bool,
}

/// The objective that the answers break, if one is; one that is about errors comes before one that is about time.
fn broken(levels: &ServiceLevels, answers: &[Answer]) -> Option<Broken> {
    let missed = levels.objectives.iter().filter_map(|objective| {
        let good = good_percent(answers, &objective.good_when);
        (good < objective.target_percent).then(|| Broken {
            fault: format!(
                "`{}`: {good} % of {} answers were good, {} % are aimed for",
                objective.name,
                answers.len(),
                objective.target_percent
            ),
            is_about_time: Good::read(&objective.good_when).is_some_and(|good| good.within_ms.is_some()),
        })
    });
    missed.min_by_key(|broken| broken.is_about_time)
}

/// Shifts all traffic back, and sees that it goes there. Nothing was shifted where nothing is written down.
///
/// # Errors
/// When a request fails afterwards, or reaches the new image.
pub async fn roll_back(charter: &ServiceCharter, outputs: &Outputs) -> Outcome<u32> {
    if !outputs.place(deployment::FILE).is_file() {
        return Ok(0);
    }
    let mut traffic = deployment::read(outputs)?;
    traffic.percent = 0;
    deployment::write(outputs, &traffic)?;
    let production = Production::start(charter, &traffic, None, outputs).await?;
    let requests = all_go_back(charter, &production.switch).await?;
    production.stop().await?;
    Ok(requests)
}
