use workflow_runtime::prelude::*;

type OpenApi = String;

workflow! {
    workflow Api(brief: String) {
        phase Design {
            step write_openapi(brief) -> openapi: OpenApy;
            step publish(openapi);
        }
    }
}

fn main() {}
