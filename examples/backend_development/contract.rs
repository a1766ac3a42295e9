//! Whether a service is as its contract says: every operation called with values made from the specification, allowed and
//! forbidden ones, and every answer laid beside it.

mod shape;
mod values;

use serde_json::Value;

use self::values::{Extent, forbidden, valid};
use crate::{
    artifacts::{
        ApiSpecification, ContractReport, Deviation, Endpoints, IntegrationSuite, Operation, ParameterPlace,
        Shown, split_route,
    },
    bed::{Bed, Words, accepts},
    client::{Call, Reply},
    evidence::{RequirementId, TestFailure, TestReport},
    failure::{Failure, Outcome, ensure},
    outputs::Outputs,
};

/// Calls operations of one service by one specification.
struct Examination<'a> {
    api: &'a ApiSpecification,
    bed: &'a mut Bed,
    deviations: Vec<Deviation>,
}

/// How far an operation may need another to be called before.
const DEPTH: u32 = 6;

/// Runs the suite, and calls every operation. What keeps that from being done is a failure too, for the gate to judge.
pub(crate) async fn run(
    suite: &IntegrationSuite,
    api: &ApiSpecification,
    endpoints: &Endpoints,
    outputs: &Outputs,
) -> Outcome<ContractReport> {
    let tested = test(suite, api, endpoints, outputs).await;
    let report = tested.unwrap_or_else(|failure| ContractReport {
        report: TestReport::untested("contract", &endpoints.change.commit, &failure),
        operations_called: Vec::new(),
        missing: Vec::new(),
        calls: 0,
        deviations: Vec::new(),
        shows: Vec::new(),
        names: named(api),
    });
    outputs.write_json("reports/contract.json", &report)?;
    Ok(report)
}

async fn test(
    suite: &IntegrationSuite,
    api: &ApiSpecification,
    endpoints: &Endpoints,
    outputs: &Outputs,
) -> Outcome<ContractReport> {
    ensure(
        suite.service == endpoints.service,
        "`integration_suite.service` and `endpoints.service` differ; test the service that was built",
    )?;
    ensure(
        endpoints.specification_version == api.version,
        format_args!(
            "the endpoints implement version {} of the specification, which is at {}; bring them together",
            endpoints.specification_version, api.version
        ),
    )?;
    let (mut passed, mut failures) = run_suite(suite, outputs).await?;
    let begun = std::time::Instant::now();
    let mut bed = Bed::start(&endpoints.service, outputs).await?;
    let mut examination = Examination {
        api,
        bed: &mut bed,
        deviations: Vec::new(),
    };
    let (mut called, mut missing) = (Vec::new(), Vec::new());
    for operation in &api.operations {
        if endpoints.operations.contains(&operation.id) {
            examination.operation(operation).await?;
            called.push(operation.id.clone());
        } else {
            missing.push(operation.id.clone());
        }
    }
    let deviations = examination.deviations;
    let calls = bed.sent();
    bed.stop().await?;
    passed += calls.saturating_sub(count(deviations.len()));
    failures.extend(deviations.iter().map(|deviation| TestFailure {
        test: deviation.operation.clone(),
        expected: deviation.specified.clone(),
        seen: deviation.seen.clone(),
    }));
    Ok(ContractReport {
        report: TestReport {
            suite: String::from("contract"),
            commit: endpoints.change.commit.clone(),
            passed,
            failures,
            skipped: Vec::new(),
            took_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        },
        shows: shown(api, &called, &deviations),
        operations_called: called,
        missing,
        calls,
        deviations,
        names: named(api),
    })
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The command of the suite; lines of its output that begin with `ok` or `not ok` are tests, as TAP has them.
async fn run_suite(suite: &IntegrationSuite, outputs: &Outputs) -> Outcome<(u32, Vec<TestFailure>)> {
    let folder = outputs.scratch()?;
    let words = Words::new(&folder.path().join("suite.db"));
    let mut parts = suite.command.iter();
    let program = words.fill(parts.next().map_or("", String::as_str))?;
    let mut command = crate::command::Command::new(program).time_limit(std::time::Duration::from_secs(1_800));
    for argument in parts {
        command = command.arg(words.fill(argument)?);
    }
    let output = command.run().await.map_err(Failure::new)?;
    let lines = || output.stdout.lines().map(str::trim);
    let passed = count(lines().filter(|line| line.starts_with("ok ")).count());
    let mut failures: Vec<TestFailure> = lines()
        .filter_map(|line| line.strip_prefix("not ok "))
        .map(|test| TestFailure {
            test: test.to_owned(),
            expected: String::from("ok"),
            seen: String::from("not ok"),
        })
        .collect();
    if output.exit_code != Some(0) && failures.is_empty() {
        let said = output.stderr.lines().last().unwrap_or("it said nothing");
        failures.push(TestFailure {
            test: suite.command.join(" "),
            expected: String::from("exit code 0"),
            seen: format!("{:?}: {said}", output.exit_code),
        });
    }
    Ok((passed, failures))
}

fn shown(api: &ApiSpecification, called: &[String], deviations: &[Deviation]) -> Vec<Shown> {
    let as_specified = api.operations.iter().filter(|operation| {
        called.contains(&operation.id)
            && !deviations
                .iter()
                .any(|deviation| deviation.operation == operation.id)
    });
    let shown = as_specified.flat_map(|operation| {
        operation.serves.iter().map(|requirement| Shown {
            requirement: requirement.clone(),
            test: format!("contract of {}", operation.id),
        })
    });
    shown.collect()
}

fn named(api: &ApiSpecification) -> Vec<RequirementId> {
    let all = api
        .operations
        .iter()
        .flat_map(|operation| operation.serves.clone());
    let all: std::collections::BTreeSet<_> = all.collect();
    all.into_iter().collect()
}

impl Examination<'_> {
    async fn operation(&mut self, operation: &Operation) -> Outcome<()> {
        for extent in [Extent::Least, Extent::Most] {
            let call = self.call(operation, extent, DEPTH).await?;
            let reply = self.bed.send(&call).await?;
            if accepts(&reply) {
                self.compare(operation, &format!("{extent} allowed values"), &reply);
            } else {
                let what = format!("success for {extent} allowed values");
                self.note(operation, what, &reply);
            }
        }
        self.forbidden_values(operation).await?;
        self.unknown_path(operation).await?;
        self.other_callers(operation).await
    }

    /// A call with allowed values; what the path needs is made by the operation that makes such things.
    async fn call(&mut self, operation: &Operation, extent: Extent, depth: u32) -> Outcome<Call> {
        let (method, path) = split_route(&operation.route)
            .ok_or_else(|| Failure::new(format_args!("`{}` is no method and path", operation.route)))?;
        let (mut path, mut query) = (path.to_owned(), Vec::new());
        for parameter in &operation.parameters {
            let value = match &parameter.taken_from {
                Some(source) => self.fresh(source, depth).await?,
                None => plain(&valid(self.api, &parameter.kind, extent)?),
            };
            match parameter.place {
                ParameterPlace::Path => path = path.replace(&format!("{{{}}}", parameter.name), &value),
                ParameterPlace::Query if extent == Extent::Most => {
                    query.push(format!("{}={value}", parameter.name));
                }
                ParameterPlace::Query => {}
            }
        }
        if !query.is_empty() {
            path = format!("{path}?{}", query.join("&"));
        }
        let mut call = Call::new(method, path);
        if let Some(body) = &operation.request {
            call = call.with_json(&values::of_type(self.api, body, extent)?);
        }
        if let Some(caller) = operation.callers.first() {
            call = call.with_token(self.token(caller)?);
        }
        Ok(call)
    }

    fn token(&self, caller: &str) -> Outcome<&str> {
        let token = self.bed.tokens().get(caller).map(String::as_str);
        token.ok_or_else(|| {
            Failure::new(format_args!(
                "the specification lets `{caller}` call, who is none of `service.callers`; name the caller there"
            ))
        })
    }

    /// A value that an operation hands out, as in `register_parcel/id`.
    async fn fresh(&mut self, source: &str, depth: u32) -> Outcome<String> {
        let (maker, field) = source.split_once('/').unwrap_or((source, ""));
        let operation = self.api.operations.iter().find(|operation| operation.id == maker);
        let operation = operation
            .filter(|_| depth > 0)
            .ok_or_else(|| Failure::new(format_args!("nothing hands out `{source}`; mend `taken_from`")))?;
        let call = Box::pin(self.call(operation, Extent::Least, depth - 1)).await?;
        let reply = self.bed.send(&call).await?;
        let body = reply.json().unwrap_or_default();
        let value = body.pointer(&format!("/{field}")).map(plain);
        value.ok_or_else(|| {
            Failure::new(format_args!(
                "`{maker}` was answered with {} and no `{field}`, so nothing that needs it can be tested",
                reply.status
            ))
        })
    }

    /// One forbidden value at a time, everything else as allowed.
    async fn forbidden_values(&mut self, operation: &Operation) -> Outcome<()> {
        let good = self.call(operation, Extent::Least, DEPTH).await?;
        if let Some(name) = &operation.request {
            let body: Value = serde_json::from_slice(&good.body).map_err(Failure::new)?;
            for (why, bad) in values::spoilt(self.api, name, &body)? {
                let reply = self.bed.send(&good.clone().with_json(&bad)).await?;
                self.refused(operation, &why, &reply);
            }
        }
        for parameter in &operation.parameters {
            if parameter.place == ParameterPlace::Query {
                for (why, bad) in forbidden(&parameter.kind) {
                    let mut call = good.clone();
                    call.path = format!("{}?{}={}", call.path, parameter.name, plain(&bad));
                    let reply = self.bed.send(&call).await?;
                    self.refused(operation, &format!("`{}` that is {why}", parameter.name), &reply);
                }
            }
        }
        Ok(())
    }

    /// A thing that nobody has made is not found.
    async fn unknown_path(&mut self, operation: &Operation) -> Outcome<()> {
        let taken = operation
            .parameters
            .iter()
            .any(|parameter| parameter.place == ParameterPlace::Path);
        if !taken {
            return Ok(());
        }
        let mut call = self.call(operation, Extent::Least, DEPTH).await?;
        let (_, path) = split_route(&operation.route).unwrap_or_default();
        call.path = path.to_owned();
        for parameter in &operation.parameters {
            call.path = call.path.replace(&format!("{{{}}}", parameter.name), "999999999");
        }
        let reply = self.bed.send(&call).await?;
        self.refused(operation, "a thing that nobody made", &reply);
        Ok(())
    }

    /// Whoever is not named may not.
    async fn other_callers(&mut self, operation: &Operation) -> Outcome<()> {
        if operation.callers.is_empty() {
            return Ok(());
        }
        let good = self.call(operation, Extent::Least, DEPTH).await?;
        let mut calls = vec![(
            String::from("no token"),
            Call {
                token: None,
                ..good.clone()
            },
        )];
        for (caller, token) in self.bed.tokens() {
            if !operation.callers.contains(caller) {
                calls.push((format!("the token of `{caller}`"), good.clone().with_token(token)));
            }
        }
        for (why, call) in calls {
            let reply = self.bed.send(&call).await?;
            self.refused(operation, &why, &reply);
        }
        Ok(())
    }

    /// A refusal is one of those that are specified.
    fn refused(&mut self, operation: &Operation, why: &str, reply: &Reply) {
        if (400..500).contains(&reply.status) {
            self.compare(operation, why, reply);
        } else {
            self.note(operation, format!("a refusal of {why}"), reply);
        }
    }

    /// The status is specified, and the body is what is said of it.
    fn compare(&mut self, operation: &Operation, why: &str, reply: &Reply) {
        let specified = operation
            .responses
            .iter()
            .find(|response| response.status == reply.status);
        let Some(specified) = specified else {
            let statuses: Vec<String> = operation
                .responses
                .iter()
                .map(|response| response.status.to_string())
                .collect();
            return self.note(
                operation,
                format!("one of {} for {why}", statuses.join(", ")),
                reply,
            );
        };
        let Some(name) = &specified.body else { return };
        let faults = match reply.json() {
            Ok(body) => shape::faults(self.api, name, &body),
            Err(failure) => vec![failure.to_string()],
        };
        if let Some(fault) = faults.first() {
            self.deviations.push(Deviation {
                operation: operation.id.clone(),
                specified: format!("`{name}` with {} for {why}", reply.status),
                seen: fault.clone(),
            });
        }
    }

    fn note(&mut self, operation: &Operation, specified: String, reply: &Reply) {
        let body = String::from_utf8_lossy(&reply.body);
        let body: String = body.chars().take(200).collect();
        self.deviations.push(Deviation {
            operation: operation.id.clone(),
            specified,
            seen: format!("{} {body}", reply.status),
        });
    }
}

/// A value as it stands in a path.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
