# shellcheck shell=bash
# An OpenTelemetry collector and what the programs export to it. Sourced by steps.sh.

here=${root:?set by run}/.ci
# Longest build of the collector, modules and perhaps a toolchain included, and longest check, in seconds.
COLLECTOR_BUILD_PATIENCE=${COLLECTOR_BUILD_PATIENCE:-600}
COLLECTOR_PATIENCE=${COLLECTOR_PATIENCE:-180}

# Traces and metrics of the programs, as a collector of OpenTelemetry's own parts has received them; collector.py says what is compared.
# UPDATE_COLLECTOR=1 writes collector/trace.txt, to be reviewed.
step_collector() {
    need_python_tools
    need_collector
    local out=$CI_DIR/collector update=()
    [[ ${UPDATE_COLLECTOR:-0} != 1 ]] || update=(--update)
    mkdir -p "$out"
    rm -f "$out"/*.jsonl "$out"/*.log
    build_programs
    timeout "$COLLECTOR_PATIENCE" "$PYTHON_TOOLS/python" -B "$here/collector.py" "$COLLECTOR" "$PROGRAMS" "$out" "${update[@]}" ||
        fail "what the collector has is wrong, or did not come within $COLLECTOR_PATIENCE s"
}

# The collector of .ci/collector, which is built once for each state of its folder: its modules come from Go's proxy.
need_collector() {
    need_go
    local folder=$CI_DIR/collector source state code=0
    source=$here/collector
    COLLECTOR=$folder/collector
    state=$(cat "$source"/go.mod "$source"/go.sum "$source"/*.go | git hash-object --stdin)
    [[ -x $COLLECTOR && $(cat "$folder/state" 2>/dev/null) == "$state" ]] && return
    mkdir -p "$folder"
    rm -f "$folder/state"
    # Only fetching may fail for lack of a network; a program that does not compile counts.
    in_collector go list -deps . || skip "the modules of the collector cannot be fetched: $(tail -n 1 "$CI_DIR/collector-build.log")"
    in_collector go build -trimpath -ldflags '-s -w' -o "$COLLECTOR" . || code=$?
    ((code != 124)) || skip "the collector was not built within $COLLECTOR_BUILD_PATIENCE s"
    ((code == 0)) || fail "the collector does not build: $(cat "$CI_DIR/collector-build.log")"
    printf '%s\n' "$state" >"$folder/state"
}

# in_collector COMMAND…: in its folder, within its time; what it says is in a log.
in_collector() {
    (cd "$here/collector" && GOFLAGS=-buildvcs=false CGO_ENABLED=0 timeout "$COLLECTOR_BUILD_PATIENCE" "$@") >"$CI_DIR/collector-build.log" 2>&1
}
