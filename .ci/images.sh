# shellcheck shell=bash
# The container images, built and run by the real Dockerfile and compose.yaml. Sourced by steps.sh.
#
# Base images that this machine has are used as they are; others are pulled, or made (docker.sh). RUST_IMAGE names another.

here=${root:?set by run}/.ci

# IMAGE_PROFILE=release builds what is published, in four times the time.
IMAGE_PROFILE=${IMAGE_PROFILE:-dev}
# The size of an image on disk, at most.
IMAGE_BYTES=$((25 * 1000 * 1000))
[[ $IMAGE_PROFILE == release ]] || IMAGE_BYTES=$((150 * 1000 * 1000))
# Longest build of all three images, and longest pull of one, in seconds.
IMAGES_LONGEST=1800
IMAGES_PATIENCE=$IMAGES_LONGEST
PULL_PATIENCE=${PULL_PATIENCE:-180}
IMAGE_PROGRAMS=(calculatrice statistiques router)

# down_images: whatever was started here, and only that.
down_images() {
    trap - EXIT
    timeout 120 docker compose down --volumes --timeout 5 >>"$CI_DIR/compose.log" 2>&1 || true
    local program
    for program in "${IMAGE_PROGRAMS[@]}"; do
        timeout 30 docker image rm "ghcr.io/abaque/$program:$ABAQUE_VERSION" >>"$CI_DIR/compose.log" 2>&1 || true
    done
    if [[ ${PROMETHEUS_VERSION-} == "$STAND_IN" ]]; then
        timeout 30 docker image rm "$(image_of prometheus)" >>"$CI_DIR/compose.log" 2>&1 || true
    fi
    stop_docker
}

build_images() {
    local program left code began=$SECONDS
    for program in "${IMAGE_PROGRAMS[@]}"; do
        left=$((IMAGES_PATIENCE - SECONDS + began)) code=0
        ((left > 0)) || left=1
        DOCKER_BUILDKIT=1 timeout "$left" docker build --quiet --target "$program" --tag "ghcr.io/abaque/$program:$ABAQUE_VERSION" \
            --build-arg "RUST_IMAGE=$RUST_IMAGE" --build-arg "PROFILE=$IMAGE_PROFILE" \
            --build-arg "VERSION=$ABAQUE_VERSION" --build-arg "REVISION=$(git rev-parse HEAD)" . >"$CI_DIR/image-$program.log" 2>&1 || code=$?
        if ((code == 124)) && ((IMAGES_PATIENCE < IMAGES_LONGEST)); then
            skip "the images were not built in the $IMAGES_PATIENCE s that the run had left for it: .ci/run images"
        elif ((code == 124)); then
            fail "the images were not built within $IMAGES_PATIENCE s"
        elif ((code != 0)); then
            tail -n 30 "$CI_DIR/image-$program.log" >&2
            fail "the image of $program does not build"
        fi
    done
}

# look_at_image PROGRAM: not root, no shell, its own health check, small.
look_at_image() {
    local image=ghcr.io/abaque/$1:$ABAQUE_VERSION bytes notices
    [[ $(docker image inspect --format '{{.Config.User}}' "$image") == 65532:65532 ]] || fail "$image does not run as 65532:65532"
    [[ $(docker image inspect --format '{{.Config.Healthcheck.Test}}' "$image") == "[CMD /usr/local/bin/$1 health]" ]] ||
        fail "$image has another health check than \`$1 health\`"
    if docker run --rm --entrypoint /bin/sh "$image" -c true 2>/dev/null; then fail "$image has a shell"; fi
    docker run --rm --read-only --network none --cap-drop ALL "$image" --version
    notices=$(docker create "$image")
    docker cp "$notices:/usr/share/doc/abaque" - | tar -t | grep -q THIRD-PARTY.md || fail "$image has no notices of third parties"
    docker rm "$notices" >/dev/null
    bytes=$(docker image inspect --format '{{.Size}}' "$image")
    ((bytes <= IMAGE_BYTES)) || fail "$image has $bytes bytes: more than $IMAGE_BYTES"
    printf '%s: %s bytes\n' "$image" "$bytes"
}

# compose_query URL QUERY EXPECTED
compose_query() {
    local answer
    answer=$(curl --silent --show-error --max-time 30 -H 'content-type: application/json' -d "{\"query\":\"$2\"}" "$1")
    [[ $answer == "$3" ]] || fail "$1 answers $answer to $2, and not $3"
    printf '%s: %s\n' "$2" "$answer"
}

# The ports of compose.yaml, on this machine: whatever is free.
use_own_ports() {
    choose_addresses
    export ROUTER_PORT=${ABAQUE_ROUTER##*:} ROUTER_ADMIN_PORT=${ABAQUE_ROUTER_ADMIN##*:}
    export CALCULATRICE_PORT=${ABAQUE_CALCULATRICE##*:} CALCULATRICE_ADMIN_PORT=${ABAQUE_CALCULATRICE_ADMIN##*:}
    export STATISTIQUES_PORT=${ABAQUE_STATISTIQUES##*:} STATISTIQUES_ADMIN_PORT=${ABAQUE_STATISTIQUES_ADMIN##*:}
    export PROMETHEUS_PORT=$((ROUTER_PORT + 6)) GRAFANA_PORT=$((ROUTER_PORT + 7))
}

# compose_up SERVICE…: with what they depend on, until all are healthy.
compose_up() {
    timeout 120 docker compose up --detach --wait --no-build "$@" >>"$CI_DIR/compose.log" 2>&1 || {
        docker compose ps --all >&2
        docker compose logs --tail 20 "$@" >&2
        fail "$* do not come up by compose.yaml"
    }
}

# Fields of both services through the router, an entity of both, and each service by itself.
images_answer() {
    compose_query "${PUBLICS[0]}/graphql" '{ addition(a: 0.1, b: 0.2) moyenne(valeurs: [1, 2, 3]) serie(valeurs: [1, 2, 4]) { somme mediane } }' \
        '{"data":{"addition":"0.3","moyenne":"2","serie":{"somme":"7","mediane":"2"}}}'
    compose_query "${PUBLICS[1]}/graphql" '{ addition(a: 0.1, b: 0.2) }' '{"data":{"addition":"0.3"}}'
    compose_query "${PUBLICS[2]}/graphql" '{ moyenne(valeurs: [1, 2, 3]) }' '{"data":{"moyenne":"2"}}'
}

# A service that is killed takes its own fields with it and no others, and is asked again when it is back.
images_survive_a_service() {
    docker compose kill statistiques >>"$CI_DIR/compose.log" 2>&1
    compose_query "${PUBLICS[0]}/graphql" '{ addition(a: 0.1, b: 0.2) }' '{"data":{"addition":"0.3"}}'
    # The router itself too: it serves the schema that it kept.
    docker compose kill router >>"$CI_DIR/compose.log" 2>&1
    timeout 60 docker compose up --detach --no-build --no-deps --wait router >>"$CI_DIR/compose.log" 2>&1 ||
        fail 'the router does not start from the schema that it kept while a service is down'
    compose_query "${PUBLICS[0]}/graphql" '{ addition(a: 0.1, b: 0.2) }' '{"data":{"addition":"0.3"}}'
    compose_up statistiques
    images_answer
}

# Stopped under load, the router answers all that it accepted, and ends with success.
images_drain() {
    local container address load code=0
    container=$(docker compose ps --quiet router)
    address=$(docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$container"):4000
    # Past the proxy of published ports, which accepts whether the router does or not.
    if ! curl --silent --output /dev/null --max-time 5 "http://$address/graphql?query=%7B__typename%7D"; then
        leave_out 'the drain: addresses of containers cannot be reached from here'
        return
    fi
    python3 "$here/load.py" "$address" --while-ready "${address%:*}:9090" >"$CI_DIR/load.log" 2>&1 &
    load=$!
    sleep 2
    timeout 60 docker compose stop router >>"$CI_DIR/compose.log" 2>&1 || fail 'the router does not stop'
    wait "$load" || code=$?
    printf 'stopped under load: %s\n' "$(tail -n 3 "$CI_DIR/load.log")"
    ((code == 0)) || fail 'requests were lost, or answered wrongly'
    [[ $(docker inspect --format '{{.State.ExitCode}}' "$container") == 0 ]] || fail 'the router did not end with success'
    compose_up router
    images_answer
}

# Prometheus sees all programs and has the chart's rules; Grafana has the dashboards.
images_are_watched() {
    local end=$((SECONDS + 90)) up=0 rules=0
    if ! prometheus_image "$(image_of prometheus)"; then
        leave_out "Prometheus and Grafana: $(image_of prometheus) can neither be pulled nor made, see $CI_DIR/pull.log"
        return
    fi
    compose_up prometheus
    # Each is scraped, and each group of rules evaluated, for the first time within an interval of 15 s.
    while ((up != 4 || rules == 0)); do
        ((SECONDS < end)) || fail "Prometheus sees $up of 4 targets, and evaluated $rules rules"
        sleep 1
        up=$(curl_ok "http://127.0.0.1:$PROMETHEUS_PORT/api/v1/targets?state=active" | occurrences '"health":"up"')
        rules=$(curl_ok "http://127.0.0.1:$PROMETHEUS_PORT/api/v1/rules" | occurrences '"health":"ok"')
    done
    printf 'Prometheus: %s of 4 targets, %s rules\n' "$up" "$rules"
    if ! image_here "$(image_of grafana)"; then
        leave_out "Grafana: $(image_of grafana) cannot be pulled, see $CI_DIR/pull.log"
        return
    fi
    compose_up grafana
    curl_ok "http://127.0.0.1:$GRAFANA_PORT/api/search?type=dash-db" --user "admin:${GRAFANA_PASSWORD:-abaque}" | grep '"uid"' ||
        fail 'Grafana has no dashboards'
}

# occurrences TEXT: how often it stands in the input, which may be never.
occurrences() {
    { grep -oF "$1" || true; } | wc -l
}

# image_of SERVICE: the one that compose.yaml names.
image_of() {
    docker compose config --format json | python3 -c 'import json, sys; print(json.load(sys.stdin)["services"][sys.argv[1]]["image"])' "$1"
}
