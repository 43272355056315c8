# shellcheck shell=bash
# The examples: subgraphs in three languages, the router over them, and the gateway that it replaces. Sourced by steps.sh.

here=${root:?set by run}/.ci
# Longest wait for what is installed and started, in seconds.
EXAMPLES_PATIENCE=${EXAMPLES_PATIENCE:-300}
# The processes that were started, the last first.
EXAMPLE_PIDS=()

# Both pages of examples/ are true: what they start runs, and their commands print what they say.
step_examples() {
    need_node
    need_command python3 python3 python3-venv
    need_command curl curl ca-certificates
    need_go
    build_programs "$CI_PROFILE"
    local router=$PROGRAMS/router
    timeout "$EXAMPLES_PATIENCE" examples/subgraphs.sh --install >"$CI_DIR/examples-install.log" 2>&1 ||
        skip "what the examples need cannot be installed: $(tail -n 1 "$CI_DIR/examples-install.log")"
    trap stop_examples EXIT
    start_subgraphs
    walk_examples "$router"
    walk_from_gateway "$router"
    stop_examples
}

# start_example LOG COMMAND…: in the background, its output in a file of CI_DIR.
start_example() {
    local log=$CI_DIR/$1
    shift
    "$@" >"$log" 2>&1 &
    EXAMPLE_PIDS=("$!" "${EXAMPLE_PIDS[@]}")
}

stop_examples() {
    trap - EXIT
    local pid
    for pid in "${EXAMPLE_PIDS[@]}"; do
        kill -TERM "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    EXAMPLE_PIDS=()
}

# until_answers LOG URL [TEXT]: asks for the type name at the root until the answer has a text in it.
until_answers() {
    local log=$CI_DIR/$1 url=$2 text=${3-__typename} end=$((SECONDS + EXAMPLES_PATIENCE))
    local query='{"query":"{ __typename }"}'
    until curl --silent --max-time 5 "$url" -H 'content-type: application/json' -d "$query" | grep -q "$text"; do
        if ((SECONDS >= end)) || ! kill -0 "${EXAMPLE_PIDS[0]}" 2>/dev/null; then
            tail -n 30 "$log" >&2
            fail "$url does not answer"
        fi
        sleep 0.2
    done
}

# free_ports COUNT: sets PORTS. Another program may take one between the look and the bind; then the step fails, and says so.
free_ports() {
    mapfile -t PORTS < <(python3 - "$1" <<'PYTHON'
import socket, sys
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
for one in sockets:
    print(one.getsockname()[1])
PYTHON
    )
}

start_subgraphs() {
    free_ports 7
    export PRODUCTS_PORT=${PORTS[0]} REVIEWS_PORT=${PORTS[1]} STOCK_PORT=${PORTS[2]}
    export PRODUCTS_URL=http://localhost:$PRODUCTS_PORT/graphql REVIEWS_URL=http://localhost:$REVIEWS_PORT/graphql STOCK_URL=http://localhost:$STOCK_PORT/graphql
    start_example subgraphs.log examples/subgraphs.sh
    local url
    for url in "$PRODUCTS_URL" "$REVIEWS_URL" "$STOCK_URL"; do until_answers subgraphs.log "$url"; done
    printf 'subgraphs: %s %s %s\n' "$PRODUCTS_URL" "$REVIEWS_URL" "$STOCK_URL"
}

# By the command that the README has for a clone; it listens on a port of this run.
walk_examples() {
    local router=$1 port=${PORTS[3]}
    start_example dev.log cargo run --locked --quiet --profile "$CI_PROFILE" --bin router -- dev products="$PRODUCTS_URL" reviews="$REVIEWS_URL" stock="$STOCK_URL" --port "$port" --no-open
    until_answers dev.log "http://localhost:$port/graphql" Query
    python3 -B "$here/run_documents.py" "$router" examples/README.md --at "4000=localhost:$port"
    local text
    for text in 'composed 3 subgraphs' 'query (no name)' 'subscription (no name)'; do
        grep -qF "$text" "$CI_DIR/dev.log" || fail "\`router dev\` does not say \"$text\": $(cat "$CI_DIR/dev.log")"
    done
}

# The gateway of today and the router in its place answer the same.
walk_from_gateway() {
    local router=$1 old=${PORTS[4]} folder=examples/from-apollo-gateway
    local config=$CI_DIR/from-apollo-gateway.yaml
    npm_ci "$folder"
    start_example gateway.log env PORT="$old" node "$folder/gateway.mjs"
    until_answers gateway.log "http://localhost:$old/" Query
    sed -e "s/^listen:.*/listen: 127.0.0.1:${PORTS[5]}/" -e "s/^admin:.*/admin: 127.0.0.1:${PORTS[6]}/" "$folder/router.yaml" >"$config"
    start_example from-gateway.log "$router" serve --config "$config"
    until_answers from-gateway.log "http://localhost:${PORTS[5]}/" Query
    node "$folder/compare.mjs" "http://localhost:$old/" "http://localhost:${PORTS[5]}/" || fail 'the gateway and the router answer differently'
    # What the page says of an unknown field.
    local port accepted expected status
    while read -r port accepted expected; do
        status=$(curl --silent --output /dev/null --write-out '%{http_code}' --max-time 30 "http://localhost:$port/" \
            -H "accept: $accepted" -H 'content-type: application/json' -d '{"query":"{ unknown }"}')
        [[ $status == "$expected" ]] || fail "port $port answers $status in place of $expected where $accepted is accepted"
    done <<STATUSES
$old application/json 400
${PORTS[5]} application/json 200
${PORTS[5]} application/graphql-response+json 422
STATUSES
    python3 -B "$here/run_documents.py" "$router" "$folder/README.md" --replace "supergraph.graphql=$CI_DIR/from-apollo-gateway.graphql"
}
