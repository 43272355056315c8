# shellcheck shell=bash
# The three programs, started by the README's command on ports of the step's own, and stopped by their process's id. Sourced by steps.sh.

# What is started: the program of the README's command, in the build of the tests; `CI_PROFILE=release` builds and starts it as a release is.
CI_PROFILE=${CI_PROFILE:-dev}
# Longest waits for readiness and for the end, in seconds.
READY_PATIENCE=60
STOP_PATIENCE=40

# start_stack: sets PUBLICS and ADMINS (router, calculatrice, statistiques), and sees to it that all end with this shell.
start_stack() {
    need_command curl curl ca-certificates
    # Built first, so that the wait below is for the programs and not for the compiler.
    build_programs "$CI_PROFILE"
    local attempt
    for attempt in 1 2 3 4 5; do
        choose_addresses
        local log=$CI_DIR/stack-$attempt.log
        # Emptied here and not only by the child's redirection: an earlier step's log says that the programs are ready.
        : >"$log"
        cargo run --locked --quiet --profile "$CI_PROFILE" >"$log" 2>&1 &
        STACK_PID=$!
        trap 'stop_stack || true' EXIT
        if wait_until_ready "$log"; then
            printf 'started as %s: %s\n' "$STACK_PID" "${PUBLICS[*]}"
            return
        fi
        tail -n 30 "$log" >&2
        stop_stack || true
        # Another program may have taken a port between the look and the bind; anything else will not go away.
        grep -q 'cannot listen' "$log" || break
    done
    fail 'the programs do not come up'
}

# start_service NAME OPTION…: one of the services alone, of those in PROGRAMS; sets SERVICE to its public address.
start_service() {
    choose_addresses
    local program=$PROGRAMS/$1 log=$CI_DIR/$1.log end=$((SECONDS + READY_PATIENCE))
    local addresses=(--listen "$ABAQUE_CALCULATRICE" --admin "$ABAQUE_CALCULATRICE_ADMIN")
    # shellcheck disable=SC2034 # The steps read it.
    SERVICE=$ABAQUE_CALCULATRICE
    "$program" serve "${addresses[@]}" "${@:2}" >"$log" 2>&1 &
    STACK_PID=$!
    trap 'stop_stack || true' EXIT
    until "$program" health "${addresses[@]}" >/dev/null 2>&1; do
        if ! kill -0 "$STACK_PID" 2>/dev/null || ((SECONDS >= end)); then
            tail -n 30 "$log" >&2
            fail "$1 does not come up"
        fi
        sleep 0.1
    done
}

choose_addresses() {
    local base taken port
    while true; do
        base=$((20000 + RANDOM % 10000))
        taken=0
        for port in "$base" $((base + 1)) $((base + 2)) $((base + 3)) $((base + 4)) $((base + 5)); do
            if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then taken=1; fi
        done
        ((taken == 0)) && break
    done
    export ABAQUE_ROUTER=127.0.0.1:$base
    export ABAQUE_CALCULATRICE=127.0.0.1:$((base + 1))
    export ABAQUE_STATISTIQUES=127.0.0.1:$((base + 2))
    export ABAQUE_ROUTER_ADMIN=127.0.0.1:$((base + 3))
    export ABAQUE_CALCULATRICE_ADMIN=127.0.0.1:$((base + 4))
    export ABAQUE_STATISTIQUES_ADMIN=127.0.0.1:$((base + 5))
    # shellcheck disable=SC2034 # The steps read them.
    PUBLICS=("http://$ABAQUE_ROUTER" "http://$ABAQUE_CALCULATRICE" "http://$ABAQUE_STATISTIQUES")
    # shellcheck disable=SC2034
    ADMINS=("$ABAQUE_ROUTER_ADMIN" "$ABAQUE_CALCULATRICE_ADMIN" "$ABAQUE_STATISTIQUES_ADMIN")
}

# wait_until_ready LOG: until it says so; false when it ends before, or takes too long.
wait_until_ready() {
    local end=$((SECONDS + READY_PATIENCE))
    while ((SECONDS < end)); do
        kill -0 "$STACK_PID" 2>/dev/null || return 1
        if grep -q 'Abaque answers' "$1"; then return 0; fi
        sleep 0.1
    done
    return 1
}

# stop_stack: SIGTERM, then SIGKILL; false unless it ended by itself, with success.
stop_stack() {
    trap - EXIT
    local pid=${STACK_PID-} code=0 end=$((SECONDS + STOP_PATIENCE))
    [[ -n $pid ]] || return 0
    STACK_PID=
    # `cargo run` becomes the program on Unix: its id is the program's.
    kill -TERM "$pid" 2>/dev/null || true
    while ((SECONDS < end)) && kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
    if kill -KILL "$pid" 2>/dev/null; then
        wait "$pid" 2>/dev/null || true
        return 1
    fi
    wait "$pid" || code=$?
    ((code == 0))
}

# curl_ok URL OPTION…: prints the answer; fails, and says so, on any status but 2xx.
curl_ok() {
    local url=$1
    shift
    curl --silent --show-error --fail --max-time 30 "$@" "$url" || fail "$url does not answer well"
}
