# For the scripts that take a plan through as its people would: each step that waits for a person is handed in by that
# person, from a file or in words. Sourced by a script that has set `plan` (the example's name).
#
#   begin FILE                   begins the run with that input, and drives it as far as it goes
#   hand_in WHO STEP             hands in hand_ins/STEP.toml
#   approve WHO GATE [WORDS]     passes a gate
#   reject WHO GATE WORDS        sends it back
#   skip WHO PHASE WORDS         waives an optional phase
#   finish                       says where the run is, and fails unless it is done
#
# What was handed in is not handed in again, so a script that was stopped is started again. PROGRAM names the built example;
# without it, cargo builds it. The journal is target/PLAN.db, or what WORKFLOW_JOURNAL names; so is the run's id `sample`,
# or RUN. WORKFLOW_EVENTS=1 prints what happens as JSON lines.
set -eu

here="$(cd "$(dirname "$0")" && pwd)"
: "${RUN:=sample}" "${WORKFLOW_JOURNAL:=target/$plan.db}" "${PROGRAM:=}" "${WORKFLOW_EVENTS:=}"
export WORKFLOW_JOURNAL
[ ! -f "$here/roster.toml" ] || export WORKFLOW_ROSTER="$here/roster.toml"
if [ -z "$PROGRAM" ]; then
    cargo build --quiet --example "$plan"
    PROGRAM="target/debug/examples/$plan"
fi
mkdir -p "$(dirname "$WORKFLOW_JOURNAL")"

drive() { "$PROGRAM" run "$RUN" ${WORKFLOW_EVENTS:+--json-lines} "$@"; }

begin() { drive --input "$here/$1"; }

waits() { "$PROGRAM" next "$RUN" --json | tr -d ' \n' | grep -q "\"target\":\"[A-Za-z]*[.]\\{0,1\\}$1\""; }

# Hands something in if it is waited for, and lets the run go on.
if_waited_for() {
    step="$1"
    shift
    if waits "$step"; then
        "$PROGRAM" "$@" --run "$RUN" >/dev/null
        drive
    fi
}

hand_in() { if_waited_for "$2" done "$2" --artifact "$here/hand_ins/$2.toml" --by "$1"; }

approve() { if_waited_for "$2" approve "$2" --by "$1" ${3:+-m "$3"}; }

reject() { if_waited_for "$2" reject "$2" --by "$1" -m "$3"; }

skip() { if_waited_for "$2" skip "$2" --by "$1" --because "$3"; }

finish() { "$PROGRAM" status "$RUN"; "$PROGRAM" status "$RUN" --json | grep -q '"standing": *"done"'; }
