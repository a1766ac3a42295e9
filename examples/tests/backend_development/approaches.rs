//! The eight approaches of the guidelines to communication, each held by the check of an artifact: the sample's evidence passes,
//! and without what the approach asks for it is refused by name.

use examples::backend_development_plan::artifacts as backend;
use serde::de::DeserializeOwned;
use toml::Value;
use workflow_runtime::prelude::*;

use crate::{
    desk::EXAMPLE,
    support::{Tested, shipped},
};

/// What an approach asks for: the step, the place in its artifact, what stands there instead, and what is said of it.
type Breach = (&'static str, &'static str, &'static str, &'static str);

/// Takes the place out, rather than putting something there.
const NOTHING: &str = "";

const APPROACHES: [(&str, &[Breach]); 8] = [
    (
        "API first: contracts before code",
        &[
            (
                "define_contracts",
                "operations/0/serves",
                "[]",
                ".serves` is empty",
            ),
            ("specify_api", "operations/1/serves", "[]", ".serves` is empty"),
            (
                "specify_api",
                "operations/1/responses",
                "[]",
                ".responses` has no success",
            ),
            (
                "create_endpoints",
                "unspecified_routes",
                "['GET /debug']",
                "`unspecified_routes` has GET /debug; specify them first",
            ),
        ],
    ),
    (
        "schema documentation",
        &[
            (
                "design_schema",
                "tables/0/row_means",
                "''",
                ".row_means` is empty",
            ),
            (
                "design_schema",
                "tables/0/columns/1/meaning",
                "' '",
                ".meaning` is empty",
            ),
            (
                "design_schema",
                "tables/0/columns/5/unit",
                NOTHING,
                "`tables.parcels.weight_g.unit` is missing",
            ),
        ],
    ),
    (
        "technical specifications",
        &[(
            "break_down_work",
            "pieces/3/specification",
            NOTHING,
            ".specification` is missing, though the piece is intricate",
        )],
    ),
    (
        "security considerations",
        &[
            (
                "design_architecture",
                "decisions/0/security_implication",
                "''",
                "`decisions[0].security_implication` is empty",
            ),
            (
                "select_frameworks",
                "decisions/0/security_implication",
                "''",
                "`decisions[0].security_implication` is empty",
            ),
            ("plan_security", "threats", "[]", "`threats` is empty"),
        ],
    ),
    (
        "performance implications",
        &[
            (
                "design_architecture",
                "decisions/0/performance_implication",
                "''",
                "`decisions[0].performance_implication` is empty",
            ),
            (
                "introduce_caching",
                "decisions/0/performance_implication",
                "''",
                "`decisions[0].performance_implication` is empty",
            ),
            (
                "establish_criteria",
                "criteria/0/unit",
                "''",
                "`criteria[0].unit` is empty",
            ),
        ],
    ),
    (
        "trade-off analysis",
        &[
            (
                "design_architecture",
                "decisions/0/trade_off",
                "''",
                "`decisions[0].trade_off` is empty",
            ),
            (
                "plan_security",
                "decisions/0/alternatives",
                "[]",
                "`decisions[0].alternatives` is empty",
            ),
        ],
    ),
    (
        "implementation details in proportion to complexity",
        &[
            (
                "break_down_work",
                "pieces/3/details",
                "['do it']",
                ".details` has 1 of the 5 that such a piece needs",
            ),
            (
                "break_down_work",
                "pieces/1/details",
                "['do it']",
                ".details` has 1 of the 3 that such a piece needs",
            ),
        ],
    ),
    (
        "references to standards, patterns and sources",
        &[
            (
                "design_architecture",
                "decisions/0/references",
                "[]",
                "`decisions[0].references` is empty",
            ),
            (
                "select_frameworks",
                "decisions/0/references",
                "[]",
                "`decisions[0].references` is empty",
            ),
        ],
    ),
];

#[test]
fn each_approach_is_what_an_artifact_must_contain() -> Tested {
    for (approach, breaches) in APPROACHES {
        for (step, place, instead, reason) in breaches {
            let text = std::fs::read_to_string(shipped(EXAMPLE, &format!("hand_ins/{step}.toml")))?;
            let good = Value::Table(text.parse()?);
            assert_eq!(judged(step, &good)?, Verdict::Pass, "{approach}: {step}");
            let mut spoilt = good;
            spoil(&mut spoilt, place, instead).ok_or_else(|| format!("{step} has no `{place}`"))?;
            match judged(step, &spoilt)? {
                Verdict::Reject(said) => {
                    assert!(said.contains(reason), "{approach}: {step}: {said}");
                }
                verdict => panic!("{approach}: {step} without `{place}`: {verdict:?}"),
            }
        }
    }
    Ok(())
}

/// The check of the step, as the plan names it.
fn judged(step: &str, evidence: &Value) -> Result<Verdict, Box<dyn std::error::Error>> {
    fn by<T: DeserializeOwned>(
        check: fn(&T) -> Verdict,
        evidence: &Value,
    ) -> Result<Verdict, Box<dyn std::error::Error>> {
        Ok(check(&evidence.clone().try_into()?))
    }
    match step {
        "define_contracts" => by(backend::ContractDraft::check, evidence),
        "establish_criteria" => by(backend::QualityCriteria::check, evidence),
        "design_architecture" => by(backend::Architecture::check, evidence),
        "design_schema" => by(backend::SchemaDesign::check, evidence),
        "specify_api" => by(backend::ApiSpecification::check, evidence),
        "plan_security" => by(backend::SecurityPlan::check, evidence),
        "break_down_work" => by(backend::WorkBreakdown::check, evidence),
        "select_frameworks" => by(backend::FrameworkSelection::check, evidence),
        "create_endpoints" => by(backend::Endpoints::check, evidence),
        "introduce_caching" => by(backend::CachingPlan::check, evidence),
        other => Err(format!("`{other}` is of no approach").into()),
    }
}

/// Puts something else at a place such as `decisions/0/trade_off`; `None` if there is no such place.
fn spoil(evidence: &mut Value, place: &str, instead: &str) -> Option<()> {
    let (parents, last) = place.rsplit_once('/').unwrap_or(("", place));
    let mut at = evidence;
    for part in parents.split('/').filter(|part| !part.is_empty()) {
        at = match part.parse::<usize>() {
            Ok(nth) => at.get_mut(nth)?,
            Err(_) => at.get_mut(part)?,
        };
    }
    let table = at.as_table_mut()?;
    table.get(last)?;
    if instead == NOTHING {
        table.remove(last)?;
    } else {
        let value = format!("it = {instead}")
            .parse::<toml::Table>()
            .ok()?
            .remove("it")?;
        table.insert(last.to_owned(), value);
    }
    Some(())
}
