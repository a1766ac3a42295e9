//! Whether faults are answered as the error policy says: forbidden values, neighbours that fail, a locked database, bodies that
//! are too large, and what of all that stands in the log.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    artifacts::{
        Deviation, ErrorPolicy, ErrorReport, FaultCase, InputRule, InputValidation, IntegrationSuite,
        NeighbourFault, SampleCall, Shown,
    },
    bed::{Bed, Kept},
    client::{Call, Reply},
    evidence::{TestFailure, TestReport},
    failure::{During, Failure, Outcome},
    outputs::Outputs,
};

/// Causes faults on one service and compares the answers with the policy.
struct Trial<'a> {
    suite: &'a IntegrationSuite,
    policy: &'a ErrorPolicy,
    bed: &'a mut Bed,
    caused: BTreeSet<String>,
    deviations: Vec<Deviation>,
    leaks: Vec<String>,
    shows: BTreeSet<Shown>,
    /// Values that were sent in fields that are never logged.
    secrets: BTreeSet<String>,
}

/// The neighbour that every service with a database has.
const DATABASE: &str = "database";
/// What only somebody who has seen the inside can say.
const INSIDE: [&str; 12] = [
    "sqlite",
    "postgres",
    "panicked",
    "backtrace",
    "stack trace",
    "traceback",
    "exception in",
    "syntax error",
    "select ",
    "insert into",
    ".rs:",
    "/tmp/",
];
/// So short a text may stand in a log by chance.
const SECRET_CHARS: usize = 6;

/// Causes everything that the suite, the rules and the policy name. What keeps that from being done is a failure too, for
/// the gate to judge.
pub(crate) async fn run(
    suite: &IntegrationSuite,
    policy: &ErrorPolicy,
    validation: &InputValidation,
    outputs: &Outputs,
) -> Outcome<ErrorReport> {
    let tested = test(suite, policy, validation, outputs).await;
    let report = tested.unwrap_or_else(|failure| ErrorReport {
        report: TestReport::untested("errors", &suite.change.commit, &failure),
        classes_caused: Vec::new(),
        classes_missed: Vec::new(),
        calls: 0,
        deviations: Vec::new(),
        leaks: Vec::new(),
        shows: Vec::new(),
    });
    outputs.write_json("reports/errors.json", &report)?;
    Ok(report)
}

async fn test(
    suite: &IntegrationSuite,
    policy: &ErrorPolicy,
    validation: &InputValidation,
    outputs: &Outputs,
) -> Outcome<ErrorReport> {
    let begun = std::time::Instant::now();
    let mut bed = Bed::start(&suite.service, outputs).await?;
    let mut trial = Trial {
        suite,
        policy,
        bed: &mut bed,
        caused: BTreeSet::new(),
        deviations: Vec::new(),
        leaks: Vec::new(),
        shows: BTreeSet::new(),
        secrets: BTreeSet::new(),
    };
    for rule in &validation.rules {
        trial.rule(rule).await?;
    }
    trial.large_body(validation).await?;
    for case in &suite.cases {
        trial.case(case).await?;
    }
    trial.log();
    let Trial {
        caused,
        deviations,
        leaks,
        shows,
        ..
    } = trial;
    let calls = bed.sent();
    bed.stop().await?;
    let missed = policy
        .classes
        .iter()
        .filter(|class| !caused.contains(&class.name));
    let failures = deviations.iter().map(|deviation| TestFailure {
        test: deviation.operation.clone(),
        expected: deviation.specified.clone(),
        seen: deviation.seen.clone(),
    });
    let failures: Vec<TestFailure> = failures.collect();
    Ok(ErrorReport {
        report: TestReport {
            suite: String::from("errors"),
            commit: suite.change.commit.clone(),
            passed: calls.saturating_sub(u32::try_from(failures.len()).unwrap_or(u32::MAX)),
            failures,
            skipped: Vec::new(),
            took_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        },
        classes_missed: missed.map(|class| class.name.clone()).collect(),
        classes_caused: caused.into_iter().collect(),
        calls,
        deviations,
        shows: shows.into_iter().collect(),
        leaks,
    })
}

impl Trial<'_> {
    /// Sends each forbidden value in the place of the field, and no value where one must be.
    async fn rule(&mut self, rule: &InputRule) -> Outcome<()> {
        let (sample, kept) = self.before(&rule.operation).await?;
        let good = self.bed.request(&sample, &kept)?;
        let body: Value = serde_json::from_slice(&good.body).during(format_args!(
            "`rules.{}.{}` needs a call with a body",
            rule.operation, rule.field
        ))?;
        let mut bodies: Vec<Value> = Vec::new();
        for bad in &rule.forbidden {
            let mut with = body.clone();
            with[&rule.field] = bad.clone();
            bodies.push(with);
        }
        if !rule.optional {
            let mut without = body;
            if let Some(fields) = without.as_object_mut() {
                fields.remove(&rule.field);
            }
            bodies.push(without);
        }
        let mut all_as_said = true;
        for bad in bodies {
            self.note_secrets(&bad);
            let reply = self.bed.send(&good.clone().with_json(&bad)).await?;
            let shown = format!("`{}` against {}", bad[&rule.field], rule.rule);
            all_as_said &= self.compare(&rule.operation, &rule.class, &shown, &reply);
        }
        if let Some(requirement) = rule.serves.as_ref().filter(|_| all_as_said) {
            self.shows.insert(Shown {
                requirement: requirement.clone(),
                test: format!("forbidden values of {}.{}", rule.operation, rule.field),
            });
        }
        Ok(())
    }

    /// The call of an operation, with everything done that must be done before it.
    async fn before(&mut self, operation: &str) -> Outcome<(SampleCall, Kept)> {
        let mut kept = Kept::new();
        for sample in &self.suite.calls {
            if sample.operation == operation {
                return Ok((sample.clone(), kept));
            }
            self.bed.succeed(sample, &mut kept).await?;
        }
        Err(Failure::new(format_args!(
            "`integration_suite.calls` has no call of `{operation}`, which a rule is about"
        )))
    }

    /// One byte more than is read.
    async fn large_body(&mut self, validation: &InputValidation) -> Outcome<()> {
        let Some(first) = validation.rules.first() else {
            return Ok(());
        };
        let (sample, kept) = self.before(&first.operation).await?;
        let bytes = usize::try_from(validation.request_bytes_at_most).unwrap_or(usize::MAX);
        let body = format!("\"{}\"", "a".repeat(bytes - 1));
        let call = self
            .bed
            .request(&sample, &kept)?
            .with_body("application/json", body);
        let reply = self.bed.send_apart(&call).await?;
        let class = self.policy.classes.iter().find(|class| class.status == 413);
        let class = class.map_or("too large", |class| class.name.as_str()).to_owned();
        self.compare(&first.operation, &class, "a body that is too large", &reply);
        Ok(())
    }

    /// Lets something fail, and makes the calls; the last is answered as the class says.
    async fn case(&mut self, case: &FaultCase) -> Outcome<()> {
        let (last, before) = case
            .calls
            .split_last()
            .ok_or_else(|| Failure::new(format_args!("case `{}` calls nothing", case.name)))?;
        let mut kept = Kept::new();
        for sample in before {
            self.bed.succeed(sample, &mut kept).await?;
        }
        let call = self.bed.request(last, &kept)?;
        if let Ok(body) = serde_json::from_slice(&call.body) {
            self.note_secrets(&body);
        }
        let reply = match (&case.neighbour, case.fault) {
            (Some(name), Some(fault)) if name != DATABASE => {
                self.bed.let_fail(name, Some(fault)).await?;
                let reply = self.bed.send(&call).await;
                let asked = self.bed.asked(name);
                self.bed.let_fail(name, None).await?;
                self.tries(case, fault, asked);
                reply?
            }
            (Some(_), _) => self.with_locked_database(&call).await?,
            (None, _) => self.bed.send(&call).await?,
        };
        if self.compare(&last.operation, &case.class, &case.name, &reply) {
            let shown = case.shows.iter().map(|requirement| Shown {
                requirement: requirement.clone(),
                test: format!("case `{}`", case.name),
            });
            self.shows.extend(shown);
        }
        Ok(())
    }

    /// Another process holds the database for itself while the call is answered.
    async fn with_locked_database(&mut self, call: &Call) -> Outcome<Reply> {
        let holder = rusqlite::Connection::open(self.bed.database()).during("opening the database")?;
        holder
            .execute_batch("begin exclusive")
            .during("locking the database")?;
        let reply = self.bed.send(call).await;
        holder
            .execute_batch("rollback")
            .during("unlocking the database")?;
        reply
    }

    /// A neighbour that answers errors was asked as often as the policy says; one that is away cannot count.
    fn tries(&mut self, case: &FaultCase, fault: NeighbourFault, asked: u32) {
        let class = self.policy.classes.iter().find(|class| class.name == case.class);
        let wanted = class.map_or(0, |class| class.retries + 1);
        if fault != NeighbourFault::Away && asked != wanted {
            self.deviations.push(Deviation {
                operation: case
                    .calls
                    .last()
                    .map_or_else(String::new, |call| call.operation.clone()),
                specified: format!("{wanted} tries in case `{}`", case.name),
                seen: format!("{asked} tries"),
            });
        }
    }

    /// The status and the words are those of the class, and nothing of the inside is told.
    fn compare(&mut self, operation: &str, class: &str, what: &str, reply: &Reply) -> bool {
        let body = String::from_utf8_lossy(&reply.body).into_owned();
        for inside in INSIDE {
            if body.to_lowercase().contains(inside) {
                self.leaks
                    .push(format!("the answer to {what} says `{}`", inside.trim()));
            }
        }
        let Some(class) = self.policy.classes.iter().find(|known| known.name == class) else {
            self.deviations.push(Deviation {
                operation: operation.to_owned(),
                specified: format!("a class `{class}` of the error policy for {what}"),
                seen: String::from("the policy has none of that name"),
            });
            return false;
        };
        if reply.status == class.status && body.contains(&class.told) {
            self.caused.insert(class.name.clone());
            return true;
        }
        self.deviations.push(Deviation {
            operation: operation.to_owned(),
            specified: format!("{} `{}` for {what}", class.status, class.told),
            seen: format!("{} {}", reply.status, body.chars().take(160).collect::<String>()),
        });
        false
    }

    /// Remembers what must not be found in the log.
    fn note_secrets(&mut self, body: &Value) {
        for name in &self.policy.never_logged {
            if let Some(text) = body[name].as_str()
                && text.len() >= SECRET_CHARS
            {
                self.secrets.insert(text.to_owned());
            }
        }
    }

    /// Each line has the fields of the policy, and none has what must not be known.
    fn log(&mut self) {
        let lines = self.bed.log();
        let entries: Vec<Value> = lines
            .iter()
            .filter_map(|line| serde_json::from_str(line).ok())
            .filter(Value::is_object)
            .collect();
        for field in &self.policy.log_fields {
            let lacking = entries.iter().filter(|entry| entry.get(field).is_none()).count();
            if lacking > 0 || entries.is_empty() {
                self.deviations.push(Deviation {
                    operation: String::from("log"),
                    specified: format!("`{field}` in each line"),
                    seen: format!("{lacking} of {} lines without it", entries.len()),
                });
            }
        }
        for (caller, token) in self.bed.tokens() {
            if lines.iter().any(|line| line.contains(token)) {
                self.leaks.push(format!("the log has the token of `{caller}`"));
            }
        }
        let told = self
            .secrets
            .iter()
            .filter(|secret| lines.iter().any(|line| line.contains(*secret)))
            .count();
        if told > 0 {
            let names = self.policy.never_logged.join(", ");
            self.leaks.push(format!(
                "the log has {told} values of what is never logged ({names})"
            ));
        }
    }
}
