use workflow_runtime::prelude::*;

workflow! {
    workflow Api(brief: String) {
        phase Design {
            #[timeout("2 minutes")]
            step write(breif) -> openapi: String;
            manual step sign(openapi) { Ok(()) }
        }
        phase Design { step publish(openapi) -> openapi: String }
    }
}
fn ship<S: api::past::Design>(run: &Api<S>) -> &String { run.artifacts().openapi() }
fn main() {}
