//! What turns a commit into a running service: written as a definition, and gone through once with the walking skeleton.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::skeleton;
use crate::{
    artifacts::{DeliveryPipeline, PipelineStage, TechnologyStack},
    command::Command,
    failure::{During, Outcome},
    outputs::Outputs,
    service::process::program,
};

/// Where it is defined.
pub const FILE: &str = "infrastructure/pipeline.yaml";

/// The definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// The release of the compiler that all stages use.
    pub rust: String,
    /// Where images go, by digest.
    pub registry: String,
    /// The stages; each blocks the next.
    pub stages: Vec<Stage>,
}

/// A stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// The command, as program and arguments.
    pub command: Vec<String>,
}

/// How long a stage may take here.
const STAGE_TAKES_AT_MOST: Duration = Duration::from_secs(120);
/// The program of this project, in the commands of stages.
const PROGRAM: &str = "microservice";
const REGISTRY: &str = "registry.shop.internal/orders";

fn definition(stack: &TechnologyStack) -> Definition {
    let language = stack.parts.iter().find(|part| part.purpose == "language");
    let stage = |name: &str, command: &str| Stage {
        name: name.to_owned(),
        command: command.split(' ').map(String::from).collect(),
    };
    Definition {
        rust: language.map_or_else(String::new, |part| part.version.clone()),
        registry: REGISTRY.to_owned(),
        stages: vec![
            stage("format", "cargo fmt --all --check"),
            stage(
                "lint code",
                "cargo clippy --workspace --all-targets --locked -- -D warnings",
            ),
            stage("test", "cargo test --workspace --locked"),
            stage("lint deployment", "microservice lint ."),
            stage("smoke", "microservice smoke infrastructure/skeleton.json"),
            stage("digest", "microservice digest infrastructure/skeleton.json"),
            stage(
                "image",
                "docker build --file infrastructure/Dockerfile --tag orders .",
            ),
            stage("ship", "docker push registry.shop.internal/orders"),
        ],
    }
}

/// Writes the definition and takes the skeleton through it: the stages that this program does are done; the others need the
/// repository, a container engine or a registry, and are left out with that reason.
///
/// # Errors
/// When a stage fails.
pub async fn set_up(service: &str, stack: &TechnologyStack, outputs: &Outputs) -> Outcome<DeliveryPipeline> {
    let text = serde_norway::to_string(&definition(stack)).during("writing the pipeline")?;
    outputs.write(FILE, &text)?;
    let definition: Definition = serde_norway::from_str(&text).during(format_args!("reading `{FILE}`"))?;
    skeleton::write(outputs, service)?;
    let (mut stages, mut first_image) = (Vec::new(), String::new());
    for stage in definition.stages {
        let (mut took_ms, mut left_out_because) = (None, None);
        match stage.command.split_first() {
            Some((first, arguments)) if first == PROGRAM => {
                let mut command = Command::new(program()?)
                    .in_folder(outputs.root())
                    .time_limit(STAGE_TAKES_AT_MOST);
                for argument in arguments {
                    command = command.arg(argument);
                }
                let output = command.run().await.and_then(crate::command::Output::succeeded);
                let output = output.during(format_args!("stage `{}`", stage.name))?;
                took_ms = Some(output.elapsed_ms);
                if stage.name == "digest" {
                    output.stdout.trim().clone_into(&mut first_image);
                }
            }
            Some((first, _)) if first == "cargo" => {
                left_out_because =
                    Some("it is about the whole repository, whose own checks do it".to_owned());
            }
            _ => left_out_because = Some("it needs a container engine and a registry".to_owned()),
        }
        stages.push(PipelineStage {
            name: stage.name,
            command: stage.command,
            took_ms,
            left_out_because,
            blocks: true,
        });
    }
    Ok(DeliveryPipeline {
        definition: FILE.into(),
        stages,
        builds_once: true,
        registry: definition.registry,
        first_image,
    })
}
