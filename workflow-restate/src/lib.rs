//! Runs the plans of `workflow-runtime` on the Restate engine, unchanged.
