#!/bin/sh
# Carries a plan out on the Restate engine: starts a server on loopback with a folder of its own and a worker of the plan,
# begins the run, and ends both when that is over. From the top of the repository:
#
#   sh examples/on_restate.sh restful_api
#   sh examples/on_restate.sh database_migration
#
# The server comes from npm (tests/tools/restate), or is what RESTATE_SERVER names. INGRESS_PORT, ADMIN_PORT, NODE_PORT and
# WORKER_PORT choose other ports than Restate's own. PROGRAM names the built example; without it, cargo builds it.
set -eu
cd "$(dirname "$0")/.."
plan="${1:-}"
case "$plan" in
restful_api | database_migration) ;;
*) echo "usage: sh examples/on_restate.sh restful_api|database_migration" >&2 && exit 2 ;;
esac
: "${INGRESS_PORT:=8080}" "${ADMIN_PORT:=9070}" "${NODE_PORT:=5122}" "${WORKER_PORT:=9080}" "${PROGRAM:=}" "${RUN:=sample}"
: "${RESTATE_SERVER:=}"

if [ -z "$RESTATE_SERVER" ]; then
    tools=tests/tools/restate
    [ -d "$tools/node_modules" ] || (cd "$tools" && npm ci --no-audit --no-fund >&2)
    for RESTATE_SERVER in "$tools"/node_modules/@restatedev/restate-server-*/bin/restate-server; do :; done
fi
if [ -z "$PROGRAM" ]; then
    cargo build --quiet --example "$plan"
    PROGRAM="target/debug/examples/$plan"
fi

place="$(mktemp -d)"
server="" worker=""
end() {
    status=$?
    for process in $worker $server; do kill "$process" 2>/dev/null && wait "$process" 2>/dev/null || true; done
    [ "$status" = 0 ] || tail -n 20 "$place"/*.log >&2
    rm -rf "$place"
    exit "$status"
}
trap end EXIT
trap 'exit 130' INT TERM

RESTATE_BIND_IP=127.0.0.1 RESTATE_LISTEN_MODE=tcp RESTATE_DISABLE_TELEMETRY=true RESTATE_NODE_NAME=one \
    RESTATE_BASE_DIR="$place/data" RESTATE_BIND_PORT="$NODE_PORT" RESTATE_LOG_DISABLE_ANSI_CODES=true \
    RESTATE_INGRESS__BIND_PORT="$INGRESS_PORT" RESTATE_ADMIN__BIND_PORT="$ADMIN_PORT" \
    "$RESTATE_SERVER" --no-logo >"$place/server.log" 2>&1 &
server=$!

# Whatever is asked of a run from here on is asked of the engine.
export WORKFLOW_ENGINE=restate WORKFLOW_ENGINE_URL="http://127.0.0.1:$ADMIN_PORT"

# Tries it again for half a minute, unless the process is gone.
until_it_is_well() {
    process="$1"
    shift
    for attempt in $(seq 300); do
        "$@" >/dev/null 2>&1 && return 0
        kill -0 "$process" 2>/dev/null || break
        sleep 0.1
    done
    echo "\`$*\` does not succeed" >&2
    return 1
}

until_it_is_well "$server" "$PROGRAM" list
"$PROGRAM" worker --listen "127.0.0.1:$WORKER_PORT" >"$place/worker.log" 2>&1 &
worker=$!
until_it_is_well "$worker" grep -q "is served at" "$place/worker.log"

case "$plan" in
restful_api) "$PROGRAM" run "$RUN" --input "${INPUT:-examples/restful_api/bookshop.toml}" ;;
database_migration) PROGRAM="$PROGRAM" RUN="$RUN" sh examples/database_migration/take_through.sh ;;
esac
"$PROGRAM" status "$RUN"
