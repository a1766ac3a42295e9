#[path = "../plans.rs"]
mod plans;
use plans::*;

workflow! {
    workflow Two(service: Service) {
        phase First {
            step audit(service) -> audit: AuditReport = { let _ = two::after::First(()); Audit::strict() };
        }
    }
}

fn main() {}
