//! Unit tests of the service layer: the rules of the business, without HTTP, on a database of their own.

use rusqlite::Connection;
use serde_json::Value;

use super::report::{Suite, TestReport, same};
use crate::{
    brief::{FieldKind, OnDelete},
    failure::{During, Failure, Outcome},
    outputs::Outputs,
    requirements::resources::ResourceModel,
    samples::{self, Extent, Known},
    service::{
        definition::{Entity, ServiceDefinition},
        logic::{self, ListRequest, Refusal},
        repository::Record,
    },
};

/// Holds every rule of the model against the service layer.
///
/// # Errors
/// When the database cannot be used or no sample can be kept.
pub fn run(
    service: &ServiceDefinition,
    model: &ResourceModel,
    document: &Value,
    outputs: &Outputs,
) -> Outcome<TestReport> {
    let scratch = outputs.scratch()?;
    let mut database = crate::database::open(&scratch.path().join("unit.db"))?;
    crate::database::migrations::apply(&mut database, &service.migrations)?;
    let mut unit = Unit {
        service,
        model,
        document,
        database,
        known: Known::new(),
        number: 0,
        suite: Suite::begin("unit"),
    };
    for name in &model.creation_order {
        unit.create(name)?;
    }
    for entity in &service.entities {
        unit.defaults(entity)?;
        unit.references(entity)?;
        unit.orders(entity)?;
        unit.uniqueness(entity)?;
        unit.transitions(entity)?;
        unit.patches(entity)?;
        unit.pages(entity)?;
        unit.deletions(entity)?;
    }
    unit.suite.end(outputs)
}

struct Unit<'a> {
    service: &'a ServiceDefinition,
    model: &'a ResourceModel,
    document: &'a Value,
    database: Connection,
    known: Known,
    number: u64,
    suite: Suite,
}

impl<'a> Unit<'a> {
    fn entity(&self, name: &str) -> Outcome<&'a Entity> {
        self.service
            .entity(name)
            .ok_or_else(|| Failure::new(format_args!("there is no entity `{name}`")))
    }

    fn sample(&mut self, entity: &Entity, extent: Extent) -> Record {
        self.number += 1;
        let schema = &self.document["components"]["schemas"][format!("{}Create", entity.resource.schema())];
        samples::body(schema, self.number, &self.known, extent).unwrap_or_default()
    }

    fn try_create(&mut self, entity: &Entity, record: Record) -> Result<Record, Refusal> {
        logic::create(self.service, entity, &mut self.database, record)
    }

    fn create(&mut self, name: &str) -> Outcome<(i64, Record)> {
        let entity = self.entity(name)?;
        let sample = self.sample(entity, Extent::Full);
        let created = self
            .try_create(entity, sample)
            .during(format_args!("creating one of `{}`", entity.resource.plural))?;
        let id = created.get("id").and_then(Value::as_i64).unwrap_or_default();
        self.known.entry(name.to_owned()).or_default().push(id);
        Ok((id, created))
    }

    fn defaults(&mut self, entity: &Entity) -> Outcome<()> {
        let resource = self.model.resource(&entity.resource.name)?;
        let sample = self.sample(entity, Extent::Minimal);
        let created = self
            .try_create(entity, sample)
            .during("creating from what is required alone")?;
        for field in &resource.fields {
            if let Some(default) = &field.default {
                let held = same(created.get(&field.name), Some(default));
                self.suite.case(
                    format_args!("{}.{} has its default", resource.plural, field.name),
                    held,
                );
            } else if !field.required {
                let held = same(created.get(&field.name), Some(&Value::Null));
                self.suite.case(
                    format_args!("{}.{} is null when left out", resource.plural, field.name),
                    held,
                );
            }
        }
        Ok(())
    }

    fn references(&mut self, entity: &Entity) -> Outcome<()> {
        let resource = self.model.resource(&entity.resource.name)?;
        for relation in &resource.relations {
            let mut sample = self.sample(entity, Extent::Full);
            let nowhere = Value::from(999_999);
            let lost = if relation.many {
                Value::Array(vec![nowhere])
            } else {
                nowhere
            };
            sample.insert(relation.property(), lost);
            let outcome = self.try_create(entity, sample);
            let case = format!(
                "{}.{} points only to what exists",
                resource.plural,
                relation.property()
            );
            self.suite.case(case, refused_at(outcome, &relation.property()));
        }
        Ok(())
    }

    fn orders(&mut self, entity: &Entity) -> Outcome<()> {
        let resource = self.model.resource(&entity.resource.name)?;
        for rule in &resource.rules {
            let mut sample = self.sample(entity, Extent::Full);
            if let (Some(before), Some(after)) = (sample.remove(&rule.before), sample.remove(&rule.after)) {
                sample.insert(rule.before.clone(), after);
                sample.insert(rule.after.clone(), before);
                let outcome = self.try_create(entity, sample);
                let case = format!("{}: {} lies before {}", resource.plural, rule.before, rule.after);
                self.suite.case(case, refused_at(outcome, &rule.after));
            }
        }
        Ok(())
    }

    fn uniqueness(&mut self, entity: &Entity) -> Outcome<()> {
        let resource = self.model.resource(&entity.resource.name)?;
        for field in resource.fields.iter().filter(|field| field.unique) {
            let (_, first) = self.create(&resource.name)?;
            let mut second = self.sample(entity, Extent::Full);
            second.insert(
                field.name.clone(),
                first.get(&field.name).cloned().unwrap_or_default(),
            );
            let outcome = self.try_create(entity, second);
            let expected = Err(Refusal::Taken {
                property: field.name.clone(),
            });
            self.suite.case(
                format_args!("{}.{} is unique", resource.plural, field.name),
                same(outcome, expected),
            );
        }
        Ok(())
    }

    fn transitions(&mut self, entity: &Entity) -> Outcome<()> {
        let resource = self.model.resource(&entity.resource.name)?;
        for field in &resource.fields {
            let FieldKind::Enum { values, transitions } = &field.kind else {
                continue;
            };
            for (from, allowed) in transitions {
                for to in values.iter().filter(|to| *to != from) {
                    let mut sample = self.sample(entity, Extent::Full);
                    sample.insert(field.name.clone(), Value::from(from.as_str()));
                    let created = self
                        .try_create(entity, sample)
                        .during(format_args!("creating one that is `{from}`"))?;
                    let id = created.get("id").and_then(Value::as_i64).unwrap_or_default();
                    let change = Record::from_iter([(field.name.clone(), Value::from(to.as_str()))]);
                    let outcome = logic::update(self.service, entity, &mut self.database, id, change);
                    let held = match (outcome, allowed.contains(to)) {
                        (Ok(changed), true) => {
                            same(changed.get(&field.name), Some(&Value::from(to.as_str())))
                        }
                        (Err(refusal), true) => Err(refusal.to_string()),
                        (outcome, false) => refused_at(outcome, &field.name),
                    };
                    let verb = if allowed.contains(to) { "may" } else { "may not" };
                    self.suite.case(
                        format_args!("{}.{} {verb} go from {from} to {to}", resource.plural, field.name),
                        held,
                    );
                }
            }
        }
        Ok(())
    }

    fn patches(&mut self, entity: &Entity) -> Outcome<()> {
        let resource = self.model.resource(&entity.resource.name)?;
        let (id, before) = self.create(&resource.name)?;
        for field in resource
            .fields
            .iter()
            .filter(|field| !field.required && field.default.is_none())
        {
            let change = Record::from_iter([(field.name.clone(), Value::Null)]);
            let outcome = logic::update(self.service, entity, &mut self.database, id, change);
            let held = outcome
                .map_err(|refusal| refusal.to_string())
                .and_then(|changed| {
                    let others = |record: &Record| {
                        let kept = record.iter().filter(|(name, _)| {
                            resource.fields.iter().any(|other| {
                                other.name == **name && (other.required || other.default.is_some())
                            })
                        });
                        kept.map(|(name, value)| (name.clone(), value.clone()))
                            .collect::<Vec<_>>()
                    };
                    same(changed.get(&field.name), Some(&Value::Null))
                        .and(same(others(&changed), others(&before)))
                });
            self.suite.case(
                format_args!("{}.{} can be taken away alone", resource.plural, field.name),
                held,
            );
        }
        let missing = logic::update(self.service, entity, &mut self.database, 999_999, Record::new());
        self.suite.case(
            format_args!("{}: what is not there is not changed", resource.plural),
            same(missing, Err(Refusal::NotFound)),
        );
        Ok(())
    }

    fn pages(&mut self, entity: &Entity) -> Outcome<()> {
        for _ in 0..3 {
            self.create(&entity.resource.name)?;
        }
        let everything = self.list(entity, 0, 1_000)?.0;
        for limit in [1, 2, 3, 1_000] {
            let (mut seen, mut after) = (Vec::new(), Some(0));
            while let Some(begin) = after {
                let (ids, next) = self.list(entity, begin, limit)?;
                seen.extend(ids);
                after = next;
            }
            self.suite.case(
                format_args!("{}: pages of {limit} show each one once", entity.resource.plural),
                same(seen, everything.clone()),
            );
        }
        Ok(())
    }

    fn list(&self, entity: &Entity, after: i64, limit: u32) -> Outcome<(Vec<i64>, Option<i64>)> {
        let page = logic::list(
            entity,
            &self.database,
            &ListRequest {
                after,
                limit,
                filter: None,
            },
        )
        .during("listing")?;
        let ids = page
            .items
            .iter()
            .filter_map(|record| record.get("id").and_then(Value::as_i64))
            .collect();
        Ok((ids, page.next_after))
    }

    /// What becomes of those that point to a resource when it is deleted.
    fn deletions(&mut self, entity: &Entity) -> Outcome<()> {
        let dependents = self
            .model
            .dependents
            .iter()
            .filter(|dependent| dependent.of == entity.resource.name);
        for dependent in dependents {
            let pointing = self.entity(&dependent.resource)?;
            let relation = pointing
                .resource
                .relations
                .iter()
                .find(|relation| relation.name == dependent.relation);
            let Some(relation) = relation else { continue };
            let (target, _) = self.create(&entity.resource.name)?;
            let mut sample = self.sample(pointing, Extent::Full);
            let to = Value::from(target);
            sample.insert(
                relation.property(),
                if relation.many {
                    Value::Array(vec![to.clone()])
                } else {
                    to
                },
            );
            let created = self
                .try_create(pointing, sample)
                .during("creating one that points to it")?;
            let id = created.get("id").and_then(Value::as_i64).unwrap_or_default();
            let deleted = logic::delete(entity, &mut self.database, target);
            self.known
                .entry(entity.resource.name.clone())
                .or_default()
                .retain(|known| *known != target);
            let after = logic::read(pointing, &self.database, id);
            let property = relation.property();
            let (what, held) = match (dependent.on_delete, relation.many) {
                (OnDelete::Restrict, _) => (
                    "is kept while",
                    match deleted {
                        Err(Refusal::Held { .. }) => Ok(()),
                        other => Err(format!("{other:?}")),
                    },
                ),
                (OnDelete::Cascade, false) => ("takes along", same(after, Err(Refusal::NotFound))),
                (OnDelete::Cascade, true) => (
                    "is unlinked from",
                    same(
                        after.ok().and_then(|record| record.get(&property).cloned()),
                        Some(Value::Array(Vec::new())),
                    ),
                ),
                (OnDelete::SetNull, _) => (
                    "is let go by",
                    same(
                        after.ok().and_then(|record| record.get(&property).cloned()),
                        Some(Value::Null),
                    ),
                ),
            };
            self.suite.case(
                format_args!(
                    "{} that is deleted {what} {}.{property}",
                    entity.resource.name, pointing.resource.plural
                ),
                held,
            );
        }
        Ok(())
    }
}

fn refused_at(outcome: Result<Record, Refusal>, property: &str) -> Result<(), String> {
    match outcome {
        Err(Refusal::Invalid(violations))
            if violations
                .iter()
                .any(|violation| violation.pointer.split('/').nth(1) == Some(property)) =>
        {
            Ok(())
        }
        other => Err(format!("{other:?}")),
    }
}
