//! The versions that a service is built from, beside the known faults that the plan names. Nothing is asked of the network.

use examples::lock_file::LockFile;

use crate::{
    artifacts::SecurityPlan,
    bed::Words,
    evidence::{Finding, Severity},
    failure::{During, Failure, Outcome},
};

/// What was looked at, and what was found.
pub(super) fn scan(
    plan: &SecurityPlan,
    lock: Option<&str>,
    words: &Words,
) -> Outcome<(String, Vec<Finding>)> {
    let lock = lock.ok_or_else(|| {
        Failure::new("the plan has a threat by known faults, and `service.lock_file` names no file; name it")
    })?;
    let place = words.fill(lock)?;
    let text = std::fs::read_to_string(&place).during(format_args!("reading `{place}`"))?;
    let read = LockFile::read(&text).during(format_args!("reading `{place}`"))?;
    let mut found = Vec::new();
    for package in &read.packages {
        for advisory in &plan.advisories {
            if advisory.package == package.name && is_before(&package.version, &advisory.fixed_in) {
                found.push(Finding {
                    title: format!(
                        "{} {} has {}, which {} mends",
                        package.name, package.version, advisory.id, advisory.fixed_in
                    ),
                    severity: advisory.severity,
                    place: lock.to_owned(),
                    reproduction: format!("cargo tree --invert {}@{}", package.name, package.version),
                    fixed_in: None,
                });
            }
        }
        // From a registry, and yet nothing says what must have come.
        if package
            .source
            .as_deref()
            .is_some_and(|source| source.starts_with("registry"))
            && package.checksum.is_none()
        {
            found.push(Finding {
                title: format!("{} {} has no checksum", package.name, package.version),
                severity: Severity::Medium,
                place: lock.to_owned(),
                reproduction: String::from("read the file"),
                fixed_in: None,
            });
        }
    }
    let scanned = format!(
        "{} packages of `{lock}` beside {} advisories as of {}",
        read.packages.len(),
        plan.advisories.len(),
        plan.advisories_as_of
    );
    Ok((scanned, found))
}

/// Whether a version comes before another; what follows a `-` or `+` does not count.
fn is_before(version: &str, other: &str) -> bool {
    let numbers = |version: &str| -> Vec<u64> {
        let plain = version.split(['-', '+']).next().unwrap_or_default();
        plain.split('.').map(|part| part.parse().unwrap_or(0)).collect()
    };
    numbers(version) < numbers(other)
}
