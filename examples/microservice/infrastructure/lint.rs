//! Everything that was written for the operation of the service, linted: what is not there is not looked at.

use std::path::Path;

use super::{
    alerts::{RULES, RuleFile},
    compose, container_file, container_lint, monitoring, pipeline,
};
use crate::{
    failure::{During, Outcome},
    operation::runbook,
    service::metrics::MEASURABLE,
};

/// What was looked at, and what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Linted {
    /// The files, relative to the folder.
    pub files: Vec<&'static str>,
    /// The faults, each with its file.
    pub faults: Vec<String>,
}

/// Looks at the folder of a run.
///
/// # Errors
/// When a file cannot be read.
pub fn lint(folder: &Path) -> Outcome<Linted> {
    let mut linted = Linted::default();
    let container = |text: &str| {
        let broken = container_lint::lint(text).into_iter();
        broken.map(|it| format!("{}: {}", it.rule, it.fault)).collect()
    };
    let runbook_text = read(folder, runbook::FILE)?;
    let headings: Option<Vec<String>> = runbook_text.as_deref().map(runbook::headings);
    linted.look(folder, container_file::FILE, container)?;
    linted.look(folder, compose::FILE, compose::lint)?;
    linted.look(folder, pipeline::FILE, pipeline_faults)?;
    linted.look(folder, monitoring::RULES_FILE, |text| {
        rule_faults(text, headings.as_deref())
    })?;
    linted.look(folder, runbook::FILE, runbook::lint)?;
    Ok(linted)
}

fn read(folder: &Path, file: &str) -> Outcome<Option<String>> {
    let path = folder.join(file);
    if !path.is_file() {
        return Ok(None);
    }
    std::fs::read_to_string(&path)
        .map(Some)
        .during(format_args!("reading `{}`", path.display()))
}

impl Linted {
    fn look(
        &mut self,
        folder: &Path,
        file: &'static str,
        faults: impl Fn(&str) -> Vec<String>,
    ) -> Outcome<()> {
        if let Some(text) = read(folder, file)? {
            self.files.push(file);
            self.faults
                .extend(faults(&text).into_iter().map(|fault| format!("{file}: {fault}")));
        }
        Ok(())
    }
}

fn pipeline_faults(text: &str) -> Vec<String> {
    match serde_norway::from_str::<pipeline::Definition>(text) {
        Err(error) => vec![format!("it cannot be read: {error}")],
        Ok(definition) => {
            let empty = definition.stages.iter().filter(|stage| stage.command.is_empty());
            empty
                .map(|stage| format!("stage `{}` does nothing", stage.name))
                .collect()
        }
    }
}

/// The rules rest on metrics that the service has, and lead to headings of the runbook, once there is one.
#[must_use]
pub fn rule_faults(text: &str, headings: Option<&[String]>) -> Vec<String> {
    let file: RuleFile = match serde_norway::from_str(text) {
        Ok(file) => file,
        Err(error) => return vec![format!("it cannot be read: {error}")],
    };
    let mut faults = Vec::new();
    let rules: Vec<_> = file.groups.iter().flat_map(|group| &group.rules).collect();
    if rules.is_empty() {
        faults.push("it has no rule".to_owned());
    }
    for rule in rules {
        let named = metrics_in(&rule.expr);
        for name in &named {
            if !MEASURABLE.iter().any(|(known, _)| known == name) {
                faults.push(format!(
                    "`{}` rests on `{name}`, which nothing exposes",
                    rule.alert
                ));
            }
        }
        if named.is_empty() {
            faults.push(format!("`{}` rests on no metric", rule.alert));
        }
        let runbook = &rule.annotations.runbook;
        let leads = headings.map_or_else(
            || RULES.iter().any(|known| known.procedure == runbook),
            |headings| headings.contains(runbook),
        );
        if !leads {
            faults.push(format!(
                "`{}` leads to `{runbook}`, which is not in the runbook",
                rule.alert
            ));
        }
    }
    faults
}

/// What stands directly before `{` or `[` in an expression.
fn metrics_in(expression: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in expression.match_indices(['{', '[']) {
        let before = expression.get(..at).unwrap_or_default();
        let start = before.rfind(|letter: char| !letter.is_alphanumeric() && letter != '_');
        let name = before.get(start.map_or(0, |at| at + 1)..).unwrap_or_default();
        if !name.is_empty() {
            names.push(name.to_owned());
        }
    }
    names
}
