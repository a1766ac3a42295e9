//! What was found, remembered in the folder of the run: later rounds are built without it.

use examples::{
    evidence::{Finding, Severity},
    failure::{During, Outcome},
    outputs::Outputs,
};

/// From this on a finding is of weight.
pub const OF_WEIGHT: Severity = Severity::Medium;

/// Keeps what a step found in a round; the same step of the same round may say it again.
///
/// # Errors
/// When the disk refuses.
pub fn keep(outputs: &Outputs, round: u32, step: &str, findings: &[Finding]) -> Outcome<()> {
    outputs
        .write_json(&format!("findings/round-{round}/{step}.json"), &findings)
        .map(drop)
}

/// What was found in the rounds before this one.
///
/// # Errors
/// When what was kept cannot be read.
pub fn before(outputs: &Outputs, round: u32) -> Outcome<Vec<Finding>> {
    let mut found = Vec::new();
    for earlier in 0..round {
        let folder = format!("findings/round-{earlier}");
        let Ok(files) = std::fs::read_dir(outputs.place(&folder)) else {
            continue;
        };
        let mut paths: Vec<_> = files
            .filter_map(|file| file.ok().map(|file| file.path()))
            .collect();
        paths.sort();
        for path in paths {
            let text = std::fs::read(&path).during(format_args!("reading `{}`", path.display()))?;
            let kept: Vec<Finding> =
                serde_json::from_slice(&text).during(format_args!("reading `{}`", path.display()))?;
            found.extend(kept);
        }
    }
    Ok(found)
}

/// The figure of the design that a finding is about, where it is of the design and not of the code: its place is
/// `design: FIGURE`.
pub fn figure_of_design(finding: &Finding) -> Option<&str> {
    finding.place.strip_prefix("design: ").map(str::trim)
}

/// How often a figure of the design was found wrong.
pub fn times_found(found: &[Finding], figure: &str) -> u32 {
    let about = found
        .iter()
        .filter(|finding| figure_of_design(finding) == Some(figure));
    u32::try_from(about.count()).unwrap_or(u32::MAX)
}
