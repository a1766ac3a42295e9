//! The file that says how many instances run where, and what is wrong with one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::failure::{During, Outcome};

/// Where it lies.
pub const FILE: &str = "infrastructure/compose.yaml";

/// A compose file, as far as this project uses it; a key that is not here is refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compose {
    /// Its name.
    pub name: String,
    /// What runs.
    pub services: BTreeMap<String, Service>,
    /// What outlives it.
    #[serde(default)]
    pub volumes: BTreeMap<String, Volume>,
}

/// Something that runs. The keys stand in the order that linters want.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// The image, as the pipeline built it.
    pub image: String,
    /// What it waits for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub depends_on: BTreeMap<String, Waits>,
    /// What it keeps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<String>,
    /// Where it is reached from this machine.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<String>,
    /// What it is started with.
    pub command: Vec<String>,
    /// When it is started again.
    pub restart: String,
    /// How it is asked whether it is well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub healthcheck: Option<Healthcheck>,
    /// What it may not.
    pub cap_drop: Vec<String>,
    /// How many, and what each may use.
    pub deploy: Deploy,
    /// Whether its own files can be changed.
    pub read_only: bool,
    /// How long it has to finish.
    pub stop_grace_period: String,
}

/// What is waited for of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waits {
    /// `service_healthy`.
    pub condition: String,
}

/// How an instance is asked whether it is well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Healthcheck {
    /// The command.
    pub test: Vec<String>,
    /// How often.
    pub interval: String,
    /// How long it may take.
    pub timeout: String,
    /// How often it may fail.
    pub retries: u32,
}

/// How many, and what each may use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deploy {
    /// How many.
    pub replicas: u16,
    /// What each may use.
    pub resources: Resources,
}

/// What each may use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resources {
    /// At most.
    pub limits: Option<Limits>,
}

/// At most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Cores.
    pub cpus: String,
    /// Memory.
    pub memory: String,
}

/// Something that outlives it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Volume {}

/// What one environment has of everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sizes {
    /// Instances.
    pub instances: u16,
    /// Thousandths of a core for each.
    pub cpu_millicores: u32,
    /// Memory for each, in MiB.
    pub memory_mib: u64,
    /// Seconds to finish.
    pub grace_s: u32,
}

/// The file for these sizes.
#[must_use]
pub fn compose(system: &str, sizes: &Sizes) -> Compose {
    let version = env!("CARGO_PKG_VERSION");
    let asked = |port: u16| Healthcheck {
        test: [
            "CMD",
            "/usr/local/bin/microservice",
            "probe",
            &format!("http://127.0.0.1:{port}/health/alive"),
        ]
        .map(String::from)
        .to_vec(),
        interval: "10s".to_owned(),
        timeout: "2s".to_owned(),
        retries: 3,
    };
    let service = |ports: &[&str], command: &[&str]| Service {
        image: format!("orders:{version}"),
        depends_on: BTreeMap::new(),
        volumes: Vec::new(),
        ports: ports.iter().map(|port| (*port).to_owned()).collect(),
        command: command.iter().map(|word| (*word).to_owned()).collect(),
        read_only: true,
        cap_drop: vec!["ALL".to_owned()],
        healthcheck: None,
        deploy: Deploy {
            replicas: 1,
            resources: Resources {
                limits: Some(Limits {
                    cpus: format!(
                        "{}.{:03}",
                        sizes.cpu_millicores / 1_000,
                        sizes.cpu_millicores % 1_000
                    ),
                    memory: format!("{}M", sizes.memory_mib),
                }),
            },
        },
        stop_grace_period: format!("{}s", sizes.grace_s),
        restart: "unless-stopped".to_owned(),
    };
    // The switch takes one port of a range for each instance.
    let ports = format!(
        "127.0.0.1:8080-{}:8080",
        8_080 + sizes.instances.max(1).saturating_sub(1)
    );
    let mut orders = service(
        &[&ports],
        &[
            "orders",
            "--definition",
            "/etc/orders/service.json",
            "--stock",
            "http://stock:8081",
            "--store",
            "/data/orders.db",
            "--listen",
            "0.0.0.0:8080",
        ],
    );
    let waits = Waits {
        condition: "service_healthy".to_owned(),
    };
    orders.depends_on.insert("stock".to_owned(), waits);
    orders.volumes.push("orders-data:/data".to_owned());
    orders.healthcheck = Some(asked(8_080));
    orders.deploy.replicas = sizes.instances;
    let mut stock = service(&[], &["stock", "--listen", "0.0.0.0:8081"]);
    stock.healthcheck = Some(asked(8_081));
    Compose {
        name: system.to_owned(),
        services: BTreeMap::from([("orders".to_owned(), orders), ("stock".to_owned(), stock)]),
        volumes: BTreeMap::from([("orders-data".to_owned(), Volume {})]),
    }
}

/// As YAML.
///
/// # Errors
/// When it cannot be written.
pub fn text(compose: &Compose) -> Outcome<String> {
    let text = serde_norway::to_string(compose).during("writing the compose file")?;
    // Numbers with colons are read as sixties by some readers of YAML, unless they are quoted.
    let quoted = |line: &str| match line.split_once("- 127.") {
        Some((before, port)) => format!("{before}- '127.{port}'\n"),
        None => format!("{line}\n"),
    };
    Ok(text.lines().map(quoted).collect())
}

/// Everything that is wrong with one.
#[must_use]
pub fn lint(text: &str) -> Vec<String> {
    let compose: Compose = match serde_norway::from_str(text) {
        Ok(compose) => compose,
        Err(error) => return vec![format!("it cannot be read: {error}")],
    };
    let mut faults = Vec::new();
    for (name, service) in &compose.services {
        let mut found = |fault: String| faults.push(format!("`{name}` {fault}"));
        let tag = service.image.rsplit_once(':').map(|(_, tag)| tag);
        if tag.is_none_or(|tag| tag == "latest") {
            found("has an image without a version; name one".to_owned());
        }
        if service.deploy.resources.limits.is_none() {
            found("has no limits; say what it may use at most".to_owned());
        }
        for port in &service.ports {
            if !port.starts_with("127.0.0.1:") {
                found(format!(
                    "is reached from everywhere by `{port}`; begin it with `127.0.0.1:`"
                ));
            }
        }
        for (other, waits) in &service.depends_on {
            match compose.services.get(other) {
                None => found(format!("waits for `{other}`, which is not there")),
                Some(other_service) if other_service.healthcheck.is_none() => {
                    found(format!(
                        "waits for `{other}`, which nobody asks whether it is well"
                    ));
                }
                Some(_) if waits.condition != "service_healthy" => {
                    found(format!(
                        "does not wait until `{other}` is well; say `condition: service_healthy`"
                    ));
                }
                Some(_) => {}
            }
        }
        for volume in &service.volumes {
            let volume = volume.split(':').next().unwrap_or(volume);
            if !volume.starts_with(['.', '/']) && !compose.volumes.contains_key(volume) {
                found(format!(
                    "keeps data in `{volume}`, which is not among the volumes"
                ));
            }
        }
    }
    faults
}
