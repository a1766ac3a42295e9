#[path = "../plans.rs"]
mod plans;
use plans::*;

workflow! {
    workflow Api(service: Service) {
        phase Checks {
            step audit(service) -> audit: AuditReport = Audits::strict();
        }
    }
}

fn main() {}
