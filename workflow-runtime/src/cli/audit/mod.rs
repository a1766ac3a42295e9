//! The audit record of a run: one document with everything that its journal tells, for whoever must keep it or prove
//! something by it. Nothing is cut and nothing is worked out beyond what a decision was about.

mod plan;
mod record;
mod shown;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::cli::moment::rfc3339;
use crate::cli::view::View;

use plan::AuditedPlan;
use record::AuditedRecord;
use shown::Shelf;

/// The audit record of a whole run.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Audit {
    /// What this document is, and its version.
    pub(crate) schema: Schema,
    pub(crate) run: AuditedRun,
    /// The plan that the run goes under now.
    pub(crate) plan: AuditedPlan,
    /// What it began with.
    pub(crate) inputs: Vec<Input>,
    /// Everything that was recorded, in that order.
    pub(crate) records: Vec<AuditedRecord>,
}

/// Which document this is.
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) enum Schema {
    #[serde(rename = "workflow.audit/1")]
    V1,
}

/// The run as it stands.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct AuditedRun {
    pub(crate) id: String,
    pub(crate) workflow: String,
    pub(crate) standing: String,
    /// The step or phase that the last record with one was about.
    pub(crate) position: String,
    /// Which pass through the plan it is in, from 0.
    pub(crate) round: u32,
    pub(crate) began_at: String,
    pub(crate) changed_at: String,
    /// Who drives it now.
    pub(crate) held_by: Option<String>,
}

/// An input of the run.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Input {
    pub(crate) name: String,
    #[cfg_attr(test, schemars(with = "serde_json::Value"))]
    pub(crate) value: Box<RawValue>,
}

pub(crate) fn audit(view: &View) -> Audit {
    let run = &view.history.run;
    let mut shelf = Shelf::new(view);
    let records = view.history.records.iter().map(|record| {
        let shown = shelf.shown_for(record);
        shelf.take_in(record);
        AuditedRecord::of(record, shown)
    });
    Audit {
        schema: Schema::V1,
        run: AuditedRun {
            id: run.id.clone(),
            workflow: run.workflow.clone(),
            standing: run.standing.to_string(),
            position: run.position.clone(),
            round: view.round,
            began_at: rfc3339(run.began_at),
            changed_at: rfc3339(run.changed_at),
            held_by: run.held_by.clone(),
        },
        plan: AuditedPlan::of(view.history.plan, &view.layout.fingerprint),
        inputs: record::inputs(&view.history.records),
        records: records.collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::cli::sample::{Diary, Release, began, done, eventful, failed, handed_in};

    fn audited(view: &View) -> Value {
        serde_json::from_str(&serde_json::to_string_pretty(&audit(view)).unwrap()).unwrap()
    }

    #[test]
    fn every_record_is_there_with_who_what_and_when() {
        let audit = audited(&eventful().view());
        assert_eq!(audit["schema"], "workflow.audit/1");
        assert_eq!(audit["inputs"], json!([{ "name": "wish", "value": "a shop" }]));
        let records = audit["records"].as_array().unwrap();
        assert_eq!(records.len(), 19);
        assert_eq!(
            records[2],
            json!({
                "number": 3, "at": "2026-03-12T09:12:00.000Z", "kind": "step_failed", "step": "Design.draw",
                "round": 0, "attempt": 1, "error": "the pencil broke\nin two", "terminal": false, "halts": false,
                "took_ms": 600_000, "said": ["out of ink"],
            })
        );
        assert_eq!(
            records[17],
            json!({
                "number": 18, "at": "2026-03-15T15:29:02.000Z", "kind": "waived", "phase": "Translation",
                "round": 1, "reason": "everybody reads English", "who": "olga",
            })
        );
        assert_eq!(
            records[7]["artifact"],
            json!({ "lines": 1200, "files": ["a.rs", "b.rs"] })
        );
        let date = &audit["plan"]["phases"][4]["steps"][0];
        assert_eq!((&date["role"], &date["manual"]), (&json!("Owner"), &json!(true)));
        assert_eq!(
            audit["plan"]["phases"][2]["steps"][3]["rework"],
            json!({ "to": "Design", "max": 2 })
        );
    }

    #[test]
    fn an_approval_names_what_it_approved() {
        let audit = audited(&eventful().view());
        let first = &audit["records"][5];
        assert_eq!(
            (&first["who"], &first["role"]),
            (&json!("ada"), &json!("Architect"))
        );
        assert_eq!(first["note"], "looks good");
        assert_eq!(
            first["shown"],
            json!([{
                "artifact": "drawing", "made_in_record": 4, "made_by": "Design.draw",
                "sha256": "ec92e62e8c8abff2216732bc60af38381b365d7c08da2137b7fd4ded7248b3c0",
            }])
        );
        assert_eq!(audit["records"][12]["shown"][0]["made_in_record"], 11);
    }

    #[test]
    fn a_rework_takes_back_what_an_approval_would_be_shown() {
        let bob = ("bob", "", "");
        let diary = Diary::of(Twice::PLAN)
            .then(0, began())
            .then(1, done("First.draw", 0, 1, 1, "1"))
            .then(1, handed_in("Second.look", 0, bob, ""))
            .then(1, done("Second.tidy", 0, 1, 1, "2"))
            .then(
                1,
                crate::cli::sample::rejected("Second.test", 0, "no", Some("Second")),
            )
            .then(1, handed_in("Second.look", 1, bob, ""));
        let audit = audited(&diary.view());
        assert_eq!(audit["records"][5]["shown"][0]["made_in_record"], 2);
    }

    workflow_runtime::workflow! {
        workflow Twice(wish: String) {
            phase First {
                step draw(wish) -> drawing: u32;
            }
            phase Second {
                manual gate look(drawing);
                step tidy(drawing) -> drawing;
                #[rework(to = Second, max = 1)]
                gate test(drawing);
            }
        }
    }

    #[test]
    fn artifacts_keep_every_digit_and_damage_is_told() {
        let exact = "{\"z\":1.00000000000000000001,\"a\":123456789012345678901234567890}";
        let diary = Diary::of(Release::PLAN)
            .then(0, began())
            .then(1, done("Requirements.gather", 0, 1, 1, exact))
            .then(1, done("Design.draw", 0, 1, 1, "{not json"))
            .then(1, failed("Design.draw", 0, 1, 1, "x"));
        let text = serde_json::to_string(&audit(&diary.view())).unwrap();
        assert!(text.contains(exact), "{text}");
        assert!(text.contains(r#""artifact":"{not json""#), "{text}");
    }

    #[test]
    fn the_document_is_what_its_schema_says() {
        let schema = schemars::schema_for!(Audit);
        let validator = jsonschema::validator_for(&schema.to_value()).unwrap();
        for view in [eventful().view(), eventful().timeless()] {
            let document = audited(&view);
            let errors: Vec<_> = validator
                .iter_errors(&document)
                .map(|error| error.to_string())
                .collect();
            assert_eq!(errors, Vec::<String>::new());
        }
    }
}
