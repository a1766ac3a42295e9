::core::compile_error! {
    "this workflow has no name; write `workflow Name`"
}
