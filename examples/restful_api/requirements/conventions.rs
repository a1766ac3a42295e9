//! How things are named and addressed, with every name held against the rules.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::resources::ResourceModel;
use crate::{
    brief::{Api, Resource},
    failure::{Outcome, ensure},
};

/// The structure of the URLs, and the checks that every name passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conventions {
    /// `/v1`.
    pub base_path: String,
    /// Where each resource is found.
    pub paths: Vec<ResourcePaths>,
    /// What was checked, and over how many names.
    pub checks: Vec<NamingCheck>,
}

/// Where a resource is found, below the base path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourcePaths {
    /// The resource.
    pub resource: String,
    /// `/order-lines`.
    pub collection: String,
    /// `/order-lines/{order_line_id}`.
    pub item: String,
    /// `order_line_id`.
    pub id_parameter: String,
    /// The query parameters that narrow the list.
    pub filters: Vec<String>,
}

/// A rule that was held against names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamingCheck {
    /// The rule, as a sentence.
    pub rule: String,
    /// How many names it was held against.
    pub names: usize,
}

/// Query parameters of every list.
pub const PAGE_PARAMETERS: [&str; 2] = ["limit", "cursor"];

/// Lays out the URLs and checks every name that follows from the model.
///
/// # Errors
/// All names that break a rule, in one sentence each.
pub fn choose(api: &Api, model: &ResourceModel) -> Outcome<Conventions> {
    let paths: Vec<ResourcePaths> = model.resources.iter().map(paths_of).collect();
    let mut naming = Naming::default();
    let segments: Vec<&str> = paths.iter().map(|paths| &paths.collection[1..]).collect();
    naming.hold(
        "path segments are plural and in kebab-case",
        segments.iter().copied(),
        |segment| {
            segment.split('-').all(|word| {
                !word.is_empty()
                    && word
                        .chars()
                        .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
            })
        },
    );
    let properties: Vec<(String, String)> = model
        .resources
        .iter()
        .flat_map(|resource| {
            properties_of(resource)
                .into_iter()
                .map(|property| (resource.name.clone(), property))
        })
        .collect();
    naming.hold(
        "properties are in snake_case",
        properties.iter().map(|(_, property)| property.as_str()),
        |property| {
            property
                .chars()
                .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
        },
    );
    naming.once(
        "no two collections share a path",
        segments.iter().map(|segment| (*segment).to_owned()),
    );
    naming.once(
        "no two schemas share a name",
        model.resources.iter().flat_map(schemas_of),
    );
    naming.once(
        "no two properties of a resource share a name",
        properties
            .iter()
            .map(|(resource, property)| format!("{resource}.{property}")),
    );
    naming.hold(
        "filters do not hide the parameters of pages",
        paths
            .iter()
            .flat_map(|paths| paths.filters.iter().map(String::as_str)),
        |filter| !PAGE_PARAMETERS.contains(&filter),
    );
    ensure(naming.broken.is_empty(), naming.broken.join("; "))?;
    Ok(Conventions {
        base_path: format!("/v{}", api.version),
        paths,
        checks: naming.checks,
    })
}

impl Conventions {
    /// The paths of a resource.
    #[must_use]
    pub fn of(&self, resource: &str) -> Option<&ResourcePaths> {
        self.paths.iter().find(|paths| paths.resource == resource)
    }
}

fn paths_of(resource: &Resource) -> ResourcePaths {
    let collection = format!("/{}", resource.collection());
    let id_parameter = resource.id_parameter();
    let fields = resource
        .fields
        .iter()
        .filter(|field| field.filterable)
        .map(|field| field.name.clone());
    let relations = resource.relations.iter().map(crate::brief::Relation::filter);
    ResourcePaths {
        resource: resource.name.clone(),
        item: format!("{collection}/{{{id_parameter}}}"),
        collection,
        id_parameter,
        filters: fields.chain(relations).collect(),
    }
}

fn properties_of(resource: &Resource) -> Vec<String> {
    let managed = ["id", "created_at", "updated_at"].map(str::to_owned);
    let fields = resource.fields.iter().map(|field| field.name.clone());
    let relations = resource.relations.iter().map(crate::brief::Relation::property);
    managed.into_iter().chain(fields).chain(relations).collect()
}

fn schemas_of(resource: &Resource) -> Vec<String> {
    let name = resource.schema();
    ["", "Create", "Update", "Page"]
        .iter()
        .map(|suffix| format!("{name}{suffix}"))
        .collect()
}

#[derive(Default)]
struct Naming {
    checks: Vec<NamingCheck>,
    broken: Vec<String>,
}

impl Naming {
    fn hold<'a>(&mut self, rule: &str, names: impl Iterator<Item = &'a str>, holds: impl Fn(&str) -> bool) {
        let mut count = 0;
        for name in names {
            count += 1;
            if !holds(name) {
                self.broken.push(format!("`{name}` breaks a convention: {rule}"));
            }
        }
        self.checks.push(NamingCheck {
            rule: rule.to_owned(),
            names: count,
        });
    }

    fn once(&mut self, rule: &str, names: impl Iterator<Item = String>) {
        let mut seen = BTreeMap::<String, usize>::new();
        for name in names {
            *seen.entry(name).or_default() += 1;
        }
        let twice = seen.iter().filter(|(_, times)| **times > 1);
        self.broken
            .extend(twice.map(|(name, _)| format!("`{name}` breaks a convention: {rule}")));
        self.checks.push(NamingCheck {
            rule: rule.to_owned(),
            names: seen.len(),
        });
    }
}
