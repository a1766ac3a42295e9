#!/bin/sh
# Carries a plan out on the Restate engine: starts a server on loopback with a folder of its own and a worker of the plan,
# begins the run, and ends both when that is over, also when it is interrupted.
#
#   sh examples/on_restate.sh restful_api
#   sh examples/on_restate.sh database_migration
#
# The server comes from npm (tests/tools/restate), or is what RESTATE_SERVER names. INGRESS_PORT, ADMIN_PORT, NODE_PORT and
# WORKER_PORT choose other ports than Restate's own. PROGRAM names the built example; without it, cargo builds it. The work
# is done in target/on_restate/PLAN, which is made anew, or in the folder that WORK names. INPUT names another input.
set -eu

plan="${1:-}"
case "$plan" in
restful_api | database_migration) ;;
*) echo "usage: sh examples/on_restate.sh restful_api|database_migration" >&2 && exit 2 ;;
esac
: "${INGRESS_PORT:=8080}" "${ADMIN_PORT:=9070}" "${NODE_PORT:=5122}" "${WORKER_PORT:=9080}" "${PROGRAM:=}" "${RUN:=sample}"
: "${RESTATE_SERVER:=}" "${WORK:=}" "${INPUT:=}"
export RUN

# A file or folder, wherever one stands.
absolute() {
    case "$1" in
    "" | /*) printf '%s' "$1" ;;
    *) printf '%s/%s' "$(pwd)" "$1" ;;
    esac
}
PROGRAM="$(absolute "$PROGRAM")" RESTATE_SERVER="$(absolute "$RESTATE_SERVER")"
WORK="$(absolute "$WORK")" INPUT="$(absolute "$INPUT")"
cd "$(dirname "$0")/.."
top="$(pwd)"

fail() {
    echo "$*" >&2
    exit 1
}

if [ -z "$RESTATE_SERVER" ]; then
    tools="$top/tests/tools/restate"
    [ -d "$tools/node_modules" ] || (cd "$tools" && npm ci --no-audit --no-fund >&2)
    for RESTATE_SERVER in "$tools"/node_modules/@restatedev/restate-server-*/bin/restate-server; do :; done
fi
[ -x "$RESTATE_SERVER" ] || fail "there is no Restate server at \`$RESTATE_SERVER\`; name one with RESTATE_SERVER"
if [ -z "$PROGRAM" ]; then
    cargo build --quiet --example "$plan"
    PROGRAM="$top/target/debug/examples/$plan"
fi
if [ -z "$WORK" ]; then
    WORK="$top/target/on_restate/$plan"
    rm -rf "$WORK"
    mkdir -p "$WORK"
fi
cd "$WORK"

place="$(mktemp -d)"
server="" worker="" carrying=""
# Gives it five seconds.
stop() {
    [ -n "$1" ] || return 0
    kill "$1" 2>/dev/null || true
    for attempt in $(seq 50); do
        kill -0 "$1" 2>/dev/null || break
        sleep 0.1
    done
    kill -KILL "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
}
end() {
    status=$?
    trap '' INT TERM HUP
    stop "$carrying"
    stop "$worker"
    stop "$server"
    [ "$status" = 0 ] || [ "$status" = 130 ] || tail -n 20 "$place"/*.log >&2 2>/dev/null || true
    rm -rf "$place"
    exit "$status"
}
trap end EXIT
trap 'exit 130' INT TERM HUP

# Whatever is asked of a run from here on is asked of the engine.
export WORKFLOW_ENGINE=restate WORKFLOW_ENGINE_URL="http://127.0.0.1:$ADMIN_PORT"

taken="choose other ports with INGRESS_PORT, ADMIN_PORT, NODE_PORT and WORKER_PORT (now $INGRESS_PORT, $ADMIN_PORT, \
$NODE_PORT and $WORKER_PORT)"
# Another server there would take the run, and keep it.
found="$("$PROGRAM" list 2>&1)" || case "$found" in *"nothing can be reached"*) found="" ;; esac
[ -z "$found" ] || fail "something is at port $ADMIN_PORT already; $taken"

RESTATE_BIND_IP=127.0.0.1 RESTATE_LISTEN_MODE=tcp RESTATE_DISABLE_TELEMETRY=true RESTATE_NODE_NAME=one \
    RESTATE_BASE_DIR="$place/data" RESTATE_BIND_PORT="$NODE_PORT" RESTATE_LOG_DISABLE_ANSI_CODES=true \
    RESTATE_INGRESS__BIND_PORT="$INGRESS_PORT" RESTATE_ADMIN__BIND_PORT="$ADMIN_PORT" \
    "$RESTATE_SERVER" --no-logo >"$place/server.log" 2>&1 &
server=$!

# Tries it again for half a minute, unless the process is gone.
until_it_is_well() {
    process="$1"
    shift
    for attempt in $(seq 300); do
        "$@" >/dev/null 2>&1 && return 0
        kill -0 "$process" 2>/dev/null || break
        sleep 0.1
    done
    return 1
}

until_it_is_well "$server" "$PROGRAM" list || fail "the Restate server does not start; if a port is taken, $taken"
"$PROGRAM" worker --listen "127.0.0.1:$WORKER_PORT" >"$place/worker.log" 2>&1 &
worker=$!
until_it_is_well "$worker" grep -q "is served at" "$place/worker.log" ||
    fail "the worker does not start; if its port is taken, $taken"

# In the background: a shell hears of a signal while it waits, and not while a command runs.
case "$plan" in
restful_api) "$PROGRAM" run "$RUN" --input "${INPUT:-$top/examples/restful_api/bookshop.toml}" & ;;
database_migration) PROGRAM="$PROGRAM" INPUT="$INPUT" sh "$top/examples/database_migration/take_through.sh" & ;;
esac
carrying=$!
wait "$carrying"
carrying=""
"$PROGRAM" report "$RUN" --output "$WORK/report.html"
echo "The work is in $WORK, and what happened in report.html there. The server ends now, and its runs with it: what is said above"
echo "to come next needs it. \`workflow-restate/README.md\` says how to keep one."
