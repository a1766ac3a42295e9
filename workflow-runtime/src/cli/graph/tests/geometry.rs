//! What must be true of every drawing, whatever the plan.
