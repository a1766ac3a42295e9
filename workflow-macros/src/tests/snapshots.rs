//! What declarations become, good and broken ones: `UPDATE_SNAPSHOTS=1 cargo test -p workflow-macros snapshots` writes
//! the files anew; read the difference before accepting it.

use std::fs;
use std::path::Path;

use crate::compile::workflow;

/// Compares an expansion with the file of that name.
fn check(name: &str, input: &str) {
    let tokens = input.parse().expect("the input is lexed");
    let file = syn::parse2(workflow(tokens)).expect("an expansion is items, also of a broken declaration");
    let expanded = prettyplease::unparse(&file);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/tests/snapshots/{name}.rs"));
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        return fs::write(path, expanded).expect("the folder of the snapshots can be written");
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    let differs = kept
        .lines()
        .zip(expanded.lines())
        .position(|(kept, now)| kept != now);
    let differs = differs.unwrap_or_else(|| kept.lines().count().min(expanded.lines().count()));
    let line = |text: &str| text.lines().nth(differs).unwrap_or("the end").to_owned();
    assert!(
        kept == expanded,
        "`{name}` expands to something else from line {} on; UPDATE_SNAPSHOTS=1 accepts it\n kept: {}\n  now: {}",
        differs + 1,
        line(&kept),
        line(&expanded),
    );
}

#[test]
fn the_smallest_plan() {
    check("smallest", "workflow Smallest { phase Only { step work(); } }");
}

#[test]
fn artifacts_and_bodies() {
    check(
        "bodies",
        "
        /// Counts words.
        pub workflow WordCount(text: String) {
            /// Looks at it.
            phase Counting {
                /// Counts.
                step count(text) -> count: usize { Ok(text.split(' ').count()) }
                step audit(text, count) -> audit: self::Audit = library::Audit::strict();
                step correct(count, audit) -> count;
            }
            phase Release {
                #[check(fine)]
                #[undo(withdraw)]
                step publish(count) -> page: Page;
            }
        }",
    );
}

#[test]
fn gates_that_send_back() {
    check(
        "rework",
        "
        workflow Review(draft: Draft) {
            role Editor;
            phase Writing { step write(draft) -> text: String; }
            parallel phase Reading {
                #[rework(to = Writing, max = 2)]
                gate spelling(text);
                #[by(Editor)]
                manual gate sign_off(text);
            }
        }",
    );
}

#[test]
fn phases_that_may_be_waived() {
    check(
        "optional",
        "
        workflow Tuned(service: Service) {
            optional(service) phase Tuning {
                #[retry(attempts = 3, backoff = \"1s..5s\")]
                step measure(service) -> gain: Gain;
                manual step explain(gain) -> note: String;
            }
            phase Release { step tell(gain) -> told: String { Ok(format!(\"{gain:?}\")) } }
        }",
    );
}

#[test]
fn a_broken_plan_keeps_what_it_can() {
    check(
        "broken",
        "
        workflow Broken(brief: Brief) {
            phase Design {
                step write(breif) -> openapi: OpenApi;
                step lint(openapi, nothing) -> findings: &str;
                manual step sign(openapi) { Ok(()) }
            }
            phase Design { step again() }
        }",
    );
}

#[test]
fn a_plan_being_typed() {
    check(
        "typed",
        "
        workflow Typed(brief: Brief) {
            phase Design {
                step write(br)
                step lint(brief) ->
                step publish(brief);
            }
        }",
    );
}

#[test]
fn a_plan_without_a_name() {
    check("nameless", "workflow { phase Only { step work(); } }");
}
