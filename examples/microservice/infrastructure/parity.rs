//! How alike the environments are: each is brought up from one description, asked what it is, and compared.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{compose::Sizes, skeleton};
use crate::{
    artifacts::{ContainerSetup, Difference, EnvironmentParity},
    client::{Call, Client},
    failure::{During, Outcome},
    outputs::Outputs,
    service::process::{Instance, Launch},
    service::stock::ANYWHERE,
};

/// Where the description lies.
pub const FILE: &str = "infrastructure/environments.yaml";

/// All environments, from one description.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    /// What all of them have.
    base: Sizes,
    /// What each of them has otherwise, in the order in which a commit goes through them.
    environments: Vec<Environment>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Environment {
    name: String,
    instances: Option<u16>,
    memory_mib: Option<u64>,
    because: String,
}

impl Environment {
    fn sizes(&self, base: &Sizes) -> Sizes {
        Sizes {
            instances: self.instances.unwrap_or(base.instances),
            memory_mib: self.memory_mib.unwrap_or(base.memory_mib),
            ..base.clone()
        }
    }
}

fn description(containers: &ContainerSetup) -> Description {
    let environment = |name: &str, instances: Option<u16>, because: &str| Environment {
        name: name.to_owned(),
        instances,
        memory_mib: None,
        because: because.to_owned(),
    };
    Description {
        base: Sizes {
            instances: containers.instances_at_least,
            cpu_millicores: containers.cpu_millicores,
            memory_mib: containers.memory_bytes >> 20,
            grace_s: containers.grace_s,
        },
        environments: vec![
            environment(
                "development",
                Some(1),
                "a developer works on one instance; whatever needs two is tried in staging",
            ),
            environment("staging", None, ""),
            environment("production", None, ""),
        ],
    }
}

/// Brings them up and compares them.
///
/// # Errors
/// When one does not come up.
pub async fn establish(
    service: &str,
    containers: &ContainerSetup,
    outputs: &Outputs,
) -> Outcome<EnvironmentParity> {
    let text = serde_norway::to_string(&description(containers)).during("writing the environments")?;
    outputs.write(FILE, &text)?;
    // What is compared is what was written, as a stranger would read it.
    let description: Description = serde_norway::from_str(&text).during(format_args!("reading `{FILE}`"))?;
    let definition = skeleton::write(outputs, service)?;
    let mut seen = Vec::new();
    for environment in &description.environments {
        let sizes = environment.sizes(&description.base);
        let scratch = outputs.scratch()?;
        let launch = Launch::orders(&definition, ANYWHERE)
            .with("--environment", &environment.name)
            .with("--store", scratch.path().join("orders.db"));
        let mut instances: Vec<Instance> = Vec::new();
        for _ in 0..sizes.instances {
            instances.push(launch.start().await?);
        }
        let mut facts = sizes_of(&sizes, instances.len());
        for instance in instances {
            facts.extend(about(&instance).await?);
            instance.stop().await?;
        }
        seen.push(facts);
    }
    let names = |it: &Environment| it.name.clone();
    Ok(EnvironmentParity {
        environments: description.environments.iter().map(names).collect(),
        description: FILE.into(),
        differences: differences(&description, &seen),
    })
}

type Facts = BTreeMap<String, String>;

fn sizes_of(sizes: &Sizes, came_up: usize) -> Facts {
    BTreeMap::from([
        ("instances".to_owned(), came_up.to_string()),
        ("cpu_millicores".to_owned(), sizes.cpu_millicores.to_string()),
        ("memory_mib".to_owned(), sizes.memory_mib.to_string()),
        ("grace_s".to_owned(), sizes.grace_s.to_string()),
    ])
}

/// What an instance says that it is. Its environment is what it is asked in.
async fn about(instance: &Instance) -> Outcome<Facts> {
    let reply = Client::new(instance.address())
        .send(&Call::new("GET", "/about"))
        .await?;
    let facts = reply.json()?;
    let facts = facts.as_object().into_iter().flatten();
    let plain = facts.map(|(name, value)| {
        let value = value
            .as_str()
            .map_or_else(|| Value::to_string(value), String::from);
        (name.clone(), value)
    });
    Ok(plain.filter(|(name, _)| name != "environment").collect())
}

fn differences(description: &Description, seen: &[Facts]) -> Vec<Difference> {
    let names: BTreeSet<&String> = seen.iter().flat_map(BTreeMap::keys).collect();
    let mut differences = Vec::new();
    for name in names {
        let values: Vec<String> = seen
            .iter()
            .map(|facts| facts.get(name).cloned().unwrap_or_else(|| "(nothing)".to_owned()))
            .collect();
        let alike = values.windows(2).all(|pair| pair.first() == pair.last());
        if !alike {
            // The reason stands with the environment that is otherwise.
            let odd = description.environments.iter().zip(&values);
            let odd = odd.filter(|(_, value)| Some(*value) != values.last());
            let because: Vec<_> = odd.map(|(environment, _)| environment.because.as_str()).collect();
            differences.push(Difference {
                what: name.clone(),
                values,
                because: because.join("; "),
            });
        }
    }
    differences
}
