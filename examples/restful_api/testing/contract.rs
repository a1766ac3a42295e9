//! Contract tests, driven by the OpenAPI document: each operation is called on a live service, and every answer is held
//! against the status codes, headers and schemas that the document lists for it.

mod listed;

use serde_json::{Value, json};

pub use listed::Contract;

use super::{
    bed::TestBed,
    report::{Suite, TestReport, same},
};
use crate::{
    client::Reply,
    failure::Outcome,
    outputs::Outputs,
    requirements::access::Action,
    samples::{self, Extent},
    service::definition::{Route, ServiceDefinition},
};

/// Calls every operation of the document.
///
/// # Errors
/// When the service does not start or cannot be reached.
pub async fn run(service: &ServiceDefinition, document: &Value, outputs: &Outputs) -> Outcome<TestReport> {
    let contract = Contract::of(document)?;
    let bed = TestBed::start(service, document, outputs, false).await?;
    let mut tests = Tests {
        bed,
        contract,
        suite: Suite::begin("contract"),
    };
    let ran = tests.all().await;
    let Tests {
        bed,
        contract,
        mut suite,
    } = tests;
    bed.stop().await?;
    ran?;
    for operation in contract.operations() {
        let held = if contract.was_called(operation) {
            Ok(())
        } else {
            Err("it was never called")
        };
        suite.case(format_args!("{operation} is covered"), held);
    }
    suite.end(outputs)
}

struct Tests {
    bed: TestBed,
    contract: Contract,
    suite: Suite,
}

impl Tests {
    async fn all(&mut self) -> Outcome<()> {
        let order = self.bed.creation_order();
        for resource in &order {
            self.creations(resource).await?;
        }
        for resource in &order {
            self.lists(resource).await?;
            self.reads(resource).await?;
            self.updates(resource).await?;
        }
        for resource in order.iter().rev() {
            self.deletions(resource).await?;
        }
        Ok(())
    }

    /// Records whether an answer is the expected one and keeps the contract.
    fn hold(&mut self, case: String, route: &Route, reply: &Reply, status: u16) {
        let kept = same(reply.status, status).and_then(|()| self.contract.check(&route.operation_id, reply));
        self.suite
            .case(format_args!("{}: {case}", route.operation_id), kept);
    }

    async fn creations(&mut self, resource: &str) -> Outcome<()> {
        let route = self.bed.route(resource, Action::Create)?;
        for (extent, case) in [
            (Extent::Minimal, "what is required is enough"),
            (Extent::Full, "everything can be given"),
        ] {
            for _ in 0..2 {
                let (sample, reply) = self.bed.create(resource, extent).await?;
                self.hold(case.to_owned(), &route, &reply, 201);
                let created = reply.json()?;
                let kept = sample
                    .as_object()
                    .into_iter()
                    .flatten()
                    .find(|(name, value)| created[name.as_str()] != **value);
                let kept = kept.map_or(Ok(()), |(name, value)| {
                    Err(format!(
                        "`{name}` was given as {value} and is {}",
                        created[name.as_str()]
                    ))
                });
                self.suite.case(
                    format_args!("{}: what is given is kept", route.operation_id),
                    kept,
                );
                let location = format!("{}/{}", route.path, created["id"]);
                self.suite.case(
                    format_args!("{}: Location leads to it", route.operation_id),
                    same(reply.header("location"), Some(location.as_str())),
                );
            }
        }
        Ok(())
    }

    async fn lists(&mut self, resource: &str) -> Outcome<()> {
        let route = self.bed.route(resource, Action::List)?;
        let call = self.bed.call(&route, 0);
        let reply = self.bed.send(&call).await?;
        self.hold(String::from("a page as it comes"), &route, &reply, 200);
        let (mut seen, mut path) = (Vec::new(), format!("{}?limit=1", call.path));
        loop {
            let mut page_call = call.clone();
            page_call.path.clone_from(&path);
            let reply = self.bed.send(&page_call).await?;
            self.hold(String::from("a page of one"), &route, &reply, 200);
            let page = reply.json()?;
            seen.extend(
                page["items"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(|item| item["id"].as_i64()),
            );
            let link = reply
                .header("link")
                .and_then(|link| link.strip_prefix('<')?.split_once(">; rel=\"next\""));
            let agree = same(link.is_some(), page["next"].is_string());
            self.suite.case(
                format_args!("{}: Link and `next` agree", route.operation_id),
                agree,
            );
            match link {
                Some((next, _)) if seen.len() < 1_000 => next.clone_into(&mut path),
                _ => break,
            }
        }
        let known = self.bed.known.get(resource).cloned().unwrap_or_default();
        self.suite.case(
            format_args!("{}: the pages lead through everything", route.operation_id),
            same(seen, known),
        );
        self.filters(resource, &route).await
    }

    /// Every filter that the document lists, with a value that some entry has.
    async fn filters(&mut self, resource: &str, route: &Route) -> Outcome<()> {
        let id = self
            .bed
            .known
            .get(resource)
            .and_then(|ids| ids.last())
            .copied()
            .unwrap_or_default();
        let read = self.bed.call(&self.bed.route(resource, Action::Read)?, id);
        let entry = self.bed.send(&read).await?.json()?;
        for parameter in self.contract.query_parameters(&route.operation_id) {
            if ["limit", "cursor"].contains(&parameter.as_str()) {
                continue;
            }
            let many = parameter.replace("_id", "_ids");
            let property = if entry.get(&parameter).is_some() {
                &parameter
            } else {
                &many
            };
            let value = match &entry[property.as_str()] {
                Value::Array(ids) => ids.first().cloned().unwrap_or_default(),
                other => other.clone(),
            };
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let mut call = self.bed.call(route, 0);
            call.path = format!("{}?{parameter}={}", call.path, text.replace('@', "%40"));
            let reply = self.bed.send(&call).await?;
            self.hold(format!("narrowed by {parameter}"), route, &reply, 200);
            let page = reply.json()?;
            let fits = |item: &Value| match &item[property.as_str()] {
                Value::Array(ids) => ids.contains(&value),
                other => *other == value,
            };
            let items = page["items"].as_array().cloned().unwrap_or_default();
            let held = if !items.is_empty() && items.iter().all(fits) {
                Ok(())
            } else {
                Err(page.to_string())
            };
            self.suite
                .case(format_args!("{}: {parameter} narrows", route.operation_id), held);
        }
        Ok(())
    }

    async fn reads(&mut self, resource: &str) -> Outcome<()> {
        let route = self.bed.route(resource, Action::Read)?;
        for id in self.bed.known.get(resource).cloned().unwrap_or_default() {
            let reply = self.bed.send(&self.bed.call(&route, id)).await?;
            self.hold(String::from("one that is there"), &route, &reply, 200);
            self.suite.case(
                format_args!("{}: it is the one", route.operation_id),
                same(reply.json()?["id"].as_i64(), Some(id)),
            );
        }
        let reply = self.bed.send(&self.bed.call(&route, 999_999)).await?;
        self.hold(String::from("one that is not there"), &route, &reply, 404);
        Ok(())
    }

    async fn updates(&mut self, resource: &str) -> Outcome<()> {
        let route = self.bed.route(resource, Action::Update)?;
        let id = self
            .bed
            .known
            .get(resource)
            .and_then(|ids| ids.last())
            .copied()
            .unwrap_or_default();
        let schema = self.bed.schema(resource, "Update").clone();
        let ordered: Vec<&Value> = schema["x-order"].as_array().into_iter().flatten().collect();
        for (number, (property, rules)) in schema["properties"].as_object().into_iter().flatten().enumerate()
        {
            // One value alone may break an order that two fields keep; those are tried by the unit tests.
            if ordered
                .iter()
                .any(|rule| rule["before"] == *property || rule["after"] == *property)
            {
                continue;
            }
            let number = 5_000 + u64::try_from(number).unwrap_or_default();
            let Some(value) = samples::value(rules, property, number, 0, &self.bed.known) else {
                continue;
            };
            let call = self
                .bed
                .call(&route, id)
                .with_json(&json!({ property.as_str(): value }));
            let reply = self.bed.send(&call).await?;
            self.hold(format!("{property} alone"), &route, &reply, 200);
            let changed = reply.json()?;
            self.suite.case(
                format_args!("{}: {property} is changed", route.operation_id),
                same(&changed[property.as_str()], &value),
            );
        }
        let Value::Object(full) = self.bed.sample(resource, Extent::Minimal)? else {
            return Ok(());
        };
        let call = self.bed.call(&route, 999_999).with_json(&Value::Object(full));
        let reply = self.bed.send(&call).await?;
        self.hold(String::from("one that is not there"), &route, &reply, 404);
        Ok(())
    }

    async fn deletions(&mut self, resource: &str) -> Outcome<()> {
        let route = self.bed.route(resource, Action::Delete)?;
        let ids = self.bed.known.remove(resource).unwrap_or_default();
        for id in ids.iter().rev() {
            let reply = self.bed.send(&self.bed.call(&route, *id)).await?;
            self.hold(String::from("one that nothing points to"), &route, &reply, 204);
        }
        let reply = self
            .bed
            .send(&self.bed.call(&route, ids.first().copied().unwrap_or(1)))
            .await?;
        self.hold(String::from("one that is gone"), &route, &reply, 404);
        Ok(())
    }
}
