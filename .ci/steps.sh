# shellcheck shell=bash
# The steps of .ci/run, each a function that fails, succeeds, or ends in `skip`. Sourced by it, never run.

here=${root:?set by run}/.ci
# shellcheck source=.ci/tools.sh
source "$here/tools.sh"
# shellcheck source=.ci/stack.sh
source "$here/stack.sh"
# shellcheck source=.ci/chart.sh
source "$here/chart.sh"
# shellcheck source=.ci/docker.sh
source "$here/docker.sh"
# shellcheck source=.ci/images.sh
source "$here/images.sh"
# shellcheck source=.ci/examples.sh
source "$here/examples.sh"
# shellcheck source=.ci/collector.sh
source "$here/collector.sh"
# shellcheck source=.ci/review.sh
source "$here/review.sh"
# shellcheck source=.ci/site.sh
source "$here/site.sh"

# Longest check of one OpenAPI document, in seconds.
OPENAPI_PATIENCE=${OPENAPI_PATIENCE:-300}
# What the services take as the longest series there.
OPENAPI_SERIES=200
# Longest comparison of digits, in seconds.
DIGITS_PATIENCE=${DIGITS_PATIENCE:-600}

step_scripts() {
    need_python_tools
    local scripts=("$here/run" "$here/cluster" "$here"/*.sh examples/*.sh .github/actions/*/*.sh)
    "$PYTHON_TOOLS/shellcheck" --external-sources --source-path="$root" "${scripts[@]}"
    printf 'shellcheck: %s scripts\n' "${#scripts[@]}"
    "$PYTHON_TOOLS/hadolint" --no-color Dockerfile
    "$PYTHON_TOOLS/yamllint" --strict --config-file "$here/yamllint.yaml" compose.yaml compose
    printf 'hadolint: Dockerfile\n'
    need_command python3 python3
    python3 -B "$here/versions.py"
}

step_workflows() {
    need_python_tools
    PATH=$PYTHON_TOOLS:$PATH "$PYTHON_TOOLS/actionlint" -color=false .github/workflows/*.yml
    "$PYTHON_TOOLS/yamllint" --strict --config-file "$here/yamllint.yaml" .github
    # Anyone who can move a tag of an action can run code here: each is named by its commit.
    if grep -nE '^[^#]*uses:' .github/workflows/*.yml .github/actions/*/*.yml | grep -vE 'uses: (\./|[^@ ]+@[0-9a-f]{40} # v[0-9.]+$)'; then
        fail 'an action is not pinned by its commit, with its version in a comment'
    fi
    # The chart is proven with nothing left out: with every kind that it can make use of, and with an earlier chart to upgrade from.
    # shellcheck source=.ci/cluster-install.sh
    source "$here/cluster-install.sh"
    local kind
    for kind in ${CUSTOM//|/ } "${!BROUGHT[@]}"; do
        [[ -n ${BROUGHT[$kind]-} && -n ${SOURCES[$kind]-} ]] || fail "nothing says where $kind comes from, or which value asks for it: cluster-install.sh"
    done
    if ! grep -q '.ci/cluster --bring-kinds' .github/workflows/chart.yml; then fail 'chart.yml proves the chart without the kinds of others'; fi
    if ! grep -q '.ci/cluster --slowest 1$' .github/workflows/chart.yml; then fail 'chart.yml lets requests take longer than a second'; fi
    # Both of its generations: the oldest version is the one that the documents name.
    local oldest
    oldest=$(sed -n 's/^The chart needs Kubernetes [0-9.]* and Helm \([0-9.]*\) or later\.$/\1/p' docs/deploy.md)
    for kind in "helm: v${oldest:?docs/deploy.md does not say which Helm the chart needs}." 'helm: v4.'; do
        grep -qF "$kind" .github/workflows/chart.yml || fail "chart.yml does not prove the chart with $kind"
    done
    if ! grep -q 'fetch-depth: 0' .github/workflows/chart.yml; then fail 'chart.yml proves the chart without the tags of earlier ones'; fi
}

step_fmt() {
    cargo fmt --all --check
    cargo fmt --manifest-path router/bench/Cargo.toml --check
    cargo fmt --manifest-path fuzz/Cargo.toml --check
    # Not router/client/benches/pools: rustfmt looks there for the tests of the files that it takes from the crate.
    cargo fmt --manifest-path router/composition/benches/apollo/Cargo.toml --check
}

step_clippy() {
    need_command python3 python3
    python3 -B "$here/features.py"
    cargo clippy --locked --workspace --all-targets -- -D warnings
    # In the folder of the workspace: most of what both need is the same.
    cargo clippy --locked --manifest-path router/bench/Cargo.toml --target-dir "${CARGO_TARGET_DIR:-target}" --all-targets -- -D warnings
}

step_doc() {
    RUSTDOCFLAGS='-D warnings' cargo doc --locked --workspace --no-deps
}

# Exactly the README's command; and it leaves the tree as it was.
step_test() {
    local before
    if command -v redis-server >/dev/null || apt redis-server; then
        # Tests that need one fail without it.
        export REQUIRE_REDIS=1
    else
        leave_out "rate limits that replicas share: redis-server cannot be installed, see $CI_DIR/apt.log"
    fi
    before=$(tree_state)
    cargo test --workspace
    [[ $(tree_state) == "$before" ]] || {
        git status --short
        fail 'the tests changed the tree, shown above'
    }
}

# What is in schema/ is what the programs print, whatever the tests think of it, and no snapshot waits for a decision.
step_snapshots() {
    local before pending service
    before=$(tree_state)
    pending=$(git ls-files --others --cached -- '*.snap.new' '*.pending-snap' ':!target')
    [[ -z $pending ]] || fail "snapshots that nobody has accepted: $pending"
    INSTA_UPDATE=no cargo test --locked --workspace --test it schema
    build_programs
    for service in calculatrice statistiques; do
        "$PROGRAMS/$service" schema >"$CI_DIR/$service.graphql"
        diff -u "schema/$service.graphql" "$CI_DIR/$service.graphql" ||
            fail "schema/$service.graphql is not what \`$service schema\` prints"
    done
    [[ $(tree_state) == "$before" ]] || fail 'the schema tests changed the tree'
}

step_deny() {
    need_cargo_deny
    cargo deny --workspace --locked check --hide-inclusion-graph licenses bans sources
    # Workspaces of their own that no other step builds: a dependency that a crate has given up is still in their locks.
    local manifest
    for manifest in router/client/benches/pools router/composition/benches/apollo; do
        cargo metadata --locked --format-version 1 --manifest-path "$manifest/Cargo.toml" >/dev/null ||
            fail "$manifest/Cargo.lock is not current"
    done
    # What releases bring of them.
    "$here/notices.sh" "$CI_DIR/THIRD-PARTY.md"
}

step_advisories() {
    need_cargo_deny
    # Only fetching may fail for lack of a network; what the database says then counts.
    timeout 120 cargo deny fetch db >"$CI_DIR/advisories.log" 2>&1 ||
        skip "the database of advisories cannot be reached: $(grep -m 1 '^fatal' "$CI_DIR/advisories.log")"
    cargo deny --workspace --locked check --hide-inclusion-graph advisories
}

step_playground() {
    need_node
    npm_ci platform/console/web
    npm --prefix platform/console/web run --silent check
}

# What is attacked: the debug builds that the tests have made, which take more time and memory than what is released. `ATTACKED_PROFILE=release` attacks that.
ATTACKED_PROFILE=${ATTACKED_PROFILE:-dev}
# Longest run of the hostile mode in seconds, how far its figures may be above what the long run asks, and what of it fits into that time: one or more of each family.
HOSTILE_PATIENCE=${HOSTILE_PATIENCE:-300}
HOSTILE_ALLOWANCE=${HOSTILE_ALLOWANCE:-20}
HOSTILE_ATTACKS=(
    defaults sdl bodies-unfinished bodies-nested answers-small answers-nested answers-wrong answers-entities answers-contexts answers-keys connections
    operations-aliases operations-fragments operations-overlapping operations-unions operations-mistakes introspection framing frames copies-persisted left-mutations
    subscriptions-endless defer door
)

# The README's first command: all three programs come up, and end when they are asked to.
step_stack() {
    local admin probe
    start_stack
    for admin in "${ADMINS[@]}"; do
        for probe in live ready; do
            curl_ok "http://$admin/health/$probe"
            echo
        done
    done
    stop_stack || fail "the programs did not end well within $STOP_PATIENCE s of SIGTERM"
}

# The attacks of router/testing in their brief form, on the router's binary. The whole of it is in docs/security.md.
step_hostile() {
    build_programs "$ATTACKED_PROFILE"
    # Other things run on this machine, so what takes time may take more of it: the figures are printed, and judged with an allowance.
    attack_router 2 "${HOSTILE_ATTACKS[@]}"
    # What waits for the memory that these hold does so for longer than two seconds in a debug build.
    attack_router 6 variables
}

# attack_router TIMEOUT ATTACK…: with `timeouts.request` of so many seconds.
attack_router() {
    timeout "$HOSTILE_PATIENCE" "$PROGRAMS/testing" hostile --brief --timeout "$1" --allowance "$HOSTILE_ALLOWANCE" "${@:2}" ||
        fail 'an attack succeeded, or took too long'
}

# Attacks on both services, each in a pod's limits, for so long. Waits are judged generously: these are debug builds, and this machine may be busy with more than the
# attacks. What must not take the runtime is judged by time of its processor.
ATTACKS_SECONDS=${ATTACKS_SECONDS:-70}
# How many times as long as promised a wait may be: 100 ms for a probe, 250 ms for a small request.
ATTACKS_PATIENCE=${ATTACKS_PATIENCE:-40}

step_attacks() {
    need_command python3 python3
    need_command taskset util-linux
    build_programs "$ATTACKED_PROFILE"
    # A stream of a thousand events takes 0.3 s of the processor in a debug build, spread over as many turns.
    local busy=0.3
    [[ $ATTACKED_PROFILE != dev ]] || busy=0.6
    python3 "$here/hostile.py" "$PROGRAMS/calculatrice" "$PROGRAMS/statistiques" --seconds "$ATTACKS_SECONDS" --patience "$ATTACKS_PATIENCE" --busy "$busy" --seed 1
}

# Longest run of the browser, in seconds.
BROWSER_PATIENCE=${BROWSER_PATIENCE:-540}

step_browser() {
    need_node
    need_chromium
    npm_ci .ci
    start_stack
    start_broken_router
    start_dev_router
    local failed=0
    timeout "$BROWSER_PATIENCE" node "$here/browser.mjs" --screenshots "$CI_DIR/screenshots" --admin "http://${ADMINS[0]}/" --broken "$BROKEN" \
        --dev "$DEV" --sdl "$CI_DIR/dev/reviews.graphql" --binary "$PROGRAMS/router" \
        "${PUBLICS[@]/%//graphql}" || failed=1
    kill -TERM "$BROKEN_PID" && wait "$BROKEN_PID" || true
    kill -TERM "$DEV_PID" && wait "$DEV_PID" || true
    ((failed == 0)) || fail "a check of the console failed, or did not end within $BROWSER_PATIENCE s"
}

# A router over two schemas that do not compose, for what the console says of it: sets BROKEN, the address of its admin port, and BROKEN_PID.
start_broken_router() {
    local folder=$CI_DIR/broken port=$((${ABAQUE_ROUTER##*:} + 6)) end=$((SECONDS + READY_PATIENCE))
    mkdir -p "$folder"
    printf 'type Query {\n  price: Int\n}\n' >"$folder/a.graphql"
    printf 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@shareable"])\ntype Query {\n  price: String @shareable\n}\n' >"$folder/b.graphql"
    printf 'listen: 127.0.0.1:%s\nadmin: 127.0.0.1:%s\nsubgraphs:\n  a: { url: "http://127.0.0.1:1/", sdl: a.graphql }\n  b: { url: "http://127.0.0.1:1/", sdl: b.graphql }\n' \
        "$port" $((port + 1)) >"$folder/router.yaml"
    "$PROGRAMS/router" serve --config "$folder/router.yaml" >"$folder/router.log" 2>&1 &
    BROKEN_PID=$!
    BROKEN=http://127.0.0.1:$((port + 1))/
    until curl -s --max-time 5 "${BROKEN}composition" | grep -q FIELD_TYPE_MISMATCH; do
        if ((SECONDS >= end)) || ! kill -0 "$BROKEN_PID"; then
            tail -n 20 "$folder/router.log" >&2
            fail 'the router over two schemas that do not compose does not say so'
        fi
        sleep 0.1
    done
}

# `router dev` over two schemas in files, for what the console says of a change: sets DEV, the address of the page, and DEV_PID.
start_dev_router() {
    local folder=$CI_DIR/dev port=$((${ABAQUE_ROUTER##*:} + 8)) end=$((SECONDS + READY_PATIENCE))
    mkdir -p "$folder"
    printf 'type Query {\n  products: [Product!]!\n}\ntype Product @key(fields: "id") {\n  id: ID!\n  name: String\n}\n' >"$folder/products.graphql"
    printf 'type Product @key(fields: "id") {\n  id: ID!\n  stars: Int\n}\n' >"$folder/reviews.graphql"
    (cd "$folder" && exec "$PROGRAMS/router" dev products=products.graphql reviews=reviews.graphql --port "$port" --no-open) >"$folder/router.log" 2>&1 &
    DEV_PID=$!
    DEV=http://127.0.0.1:$port/graphql
    until grep -q 'composed 2 subgraphs' "$folder/router.log"; do
        if ((SECONDS >= end)) || ! kill -0 "$DEV_PID"; then
            tail -n 20 "$folder/router.log" >&2
            fail 'router dev over two schemas in files does not compose them'
        fi
        sleep 0.1
    done
}

# Public clients of GraphQL over HTTP, WebSockets and server-sent events, and the audit of the reference implementation, against the stack.
step_clients() {
    need_node
    npm_ci .ci
    start_stack
    node "$here/clients.mjs" "${PUBLICS[0]}/graphql"
    node "$here/parts.mjs"
    node "$here/audit.mjs" "${PUBLICS[@]/%//graphql}"
    node "$here/uploads.mjs" "$PROGRAMS/router" "$CI_DIR/uploads"
    node "$here/frameworks/main.mjs" "$PROGRAMS/router" "$CI_DIR/frameworks" "${PUBLICS[@]:1:2}"
}

step_metrics() {
    need_prometheus
    start_stack
    local public admin metrics
    # Traffic first, good and bad, so that what only traffic shows is there to check.
    for public in "${PUBLICS[@]}"; do
        curl_ok "$public/graphql" -H 'content-type: application/json' -d '{"query":"{ __typename }"}'
        echo
        curl -sS -o /dev/null "$public/graphql" -H 'content-type: application/json' -d '{'
        curl -sS -o /dev/null "$public/nowhere"
    done
    for admin in "${ADMINS[@]}"; do
        metrics=$CI_DIR/metrics-${admin##*:}.txt
        curl_ok "http://$admin/metrics" >"$metrics"
        [[ -s $metrics ]] || fail "http://$admin/metrics is empty"
        # It exits with 3 on findings of style, which are findings.
        "$PROMTOOL" check metrics <"$metrics" || fail "promtool objects to http://$admin/metrics"
        printf 'http://%s/metrics: %s series, clean\n' "$admin" "$(grep -vc '^#' "$metrics")"
    done
}

# Every `curl` and every command of the router in the documents runs, and answers what they say where they say so; so does every GraphQL operation.
step_readme() {
    need_command jq jq
    start_stack
    python3 -B "$here/run_documents.py" "$PROGRAMS/router"
}

# The REST APIs hold what their OpenAPI documents promise, and no more: generated requests, valid and not, with every check.
step_openapi() {
    need_python_tools
    build_programs "$CI_PROFILE"
    # In a folder of its own: it keeps what it found there.
    mkdir -p "$CI_DIR/schemathesis"
    local service
    for service in calculatrice statistiques; do
        # Fewer values than by default: what is checked is each bound of the document, at the bound and beyond it.
        start_service "$service" --max-series "$OPENAPI_SERIES"
        (cd "$CI_DIR/schemathesis" && timeout "$OPENAPI_PATIENCE" "$PYTHON_TOOLS/schemathesis" --no-color \
            --config-file "$here/schemathesis.toml" run "http://$SERVICE/api/v1/openapi.json" \
            --checks all --phases examples,coverage,fuzzing --max-examples 15 --seed 1 --generation-database none) \
            >"$CI_DIR/schemathesis/$service.log" || {
            # A reproduction may be an address of 64 KiB.
            cut -c 1-400 "$CI_DIR/schemathesis/$service.log" | tail -n 120
            fail "the REST API of $service does not hold what its document promises, or was not checked within $OPENAPI_PATIENCE s"
        }
        grep -E 'Selected: |passed$' "$CI_DIR/schemathesis/$service.log" | sed "s/^ */$service: /"
        stop_stack || fail "$service did not end well within $STOP_PATIENCE s of SIGTERM"
    done
}

# Every digit of what the services answer, against exact results; digits/ says which, and asks for more when it is run alone.
step_digits() {
    need_python_tools
    start_stack
    timeout "$DIGITS_PATIENCE" "$PYTHON_TOOLS/python" -B "$here/digits" "http://$ABAQUE_CALCULATRICE" "http://$ABAQUE_STATISTIQUES" \
        --random 10000 --targeted 5000 || fail "a digit is wrong, or the comparison did not end within $DIGITS_PATIENCE s"
    stop_stack || fail "the programs did not end well within $STOP_PATIENCE s of SIGTERM"
}

# The images as they are released, started by compose.yaml: what they answer, and what a client sees when one of them ends.
step_images() {
    # Seconds that it takes where nothing is built yet, and those of them after the build.
    local longest=600 after=150
    ((${CI_LEFT:-$longest} >= longest)) || skip "the images take up to $longest s, and the run has $CI_LEFT s left: .ci/run images"
    if [[ -n ${CI_LEFT-} ]] && ((CI_LEFT - after < IMAGES_LONGEST)); then IMAGES_PATIENCE=$((CI_LEFT - after)); fi
    need_command curl curl ca-certificates
    need_command python3 python3
    ABAQUE_VERSION=ci-$$
    export ABAQUE_VERSION COMPOSE_PROJECT_NAME=abaque-ci-$$
    trap down_images EXIT
    need_docker
    local program
    rust_image || skip "the base image $RUST_IMAGE can neither be pulled nor made: see $CI_DIR/pull.log and $CI_DIR/debootstrap.log"
    build_images
    for program in "${IMAGE_PROGRAMS[@]}"; do look_at_image "$program"; done
    use_own_ports
    compose_up router
    images_answer
    images_survive_a_service
    images_drain
    images_are_watched
}
