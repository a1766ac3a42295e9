#[path = "../plans.rs"]
mod plans;
use plans::*;

workflow! {
    workflow Api(brief: Brief) {
        phase Checks {
            step audit(brief) -> audit: AuditReport = Audit::strict();
        }
    }
}

fn main() {}
