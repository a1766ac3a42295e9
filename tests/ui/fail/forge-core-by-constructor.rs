fn forge() {
    let _core = workflow_runtime::__private::Core;
}

fn main() {}
