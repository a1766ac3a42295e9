mod plan {
    use workflow_runtime::prelude::*;
    struct Secret;

    workflow! {
        pub workflow Api(brief: String) {
            phase Design {
                step name_it(brief) -> name: Secret;
            }
        }
    }
}

fn main() {}
