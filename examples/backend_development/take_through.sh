#!/bin/sh
# Takes the sample project from its brief to its delivery, by the evidence in hand_ins. WAIVE=1 waives the optimization.
plan=backend_development
. "$(dirname "$0")/../people.sh"
. "$here/way.sh"

begin brief.toml
requirements
design
planning
implementation
testing
if [ -n "${WAIVE:-}" ]; then waived; else optimization; fi
delivery
finish
