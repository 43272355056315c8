# shellcheck shell=bash
# How the steps of .ci/cluster talk to the cluster, to Helm and to what was installed. Sourced by it.
#
# Sourced: what it uses is set there, and what it sets and defines is used there.
# shellcheck disable=SC2034,SC2153,SC2329

here=${root:?set by cluster}/.ci

kube() {
    timeout $((PATIENCE + 30)) kubectl --namespace "$NAMESPACE" "$@"
}

helm_here() {
    timeout $((PATIENCE + 60)) "$HELM" --namespace "$NAMESPACE" "$@"
}

# values_of COMPONENT IMAGE: --set options that name the image.
values_of() {
    local at=$1.image image=$2 tag=
    [[ $1 == router || $1 == prometheus || $1 == grafana ]] || at=subgraphs.$at
    if [[ $image == *@* ]]; then
        printf '%s\n' --set "$at.repository=${image%@*}" --set "$at.digest=${image#*@}"
    else
        if [[ ${image##*/} == *:* ]]; then
            tag=${image##*:}
            image=${image%:*}
        fi
        printf '%s\n' --set "$at.repository=$image" --set-string "$at.tag=${tag:-latest}"
    fi
}

# make_pod NAME IMAGE ARGUMENT…: runs once, and may nothing. The folder /load is the ConfigMap `load`, where there is one.
make_pod() {
    local name=$1 image=$2
    shift 2
    kube create --filename - >>"$CI_DIR/cluster.log" <<END
apiVersion: v1
kind: Pod
metadata: { name: $name, labels: { abaque-check: pod } }
spec:
  restartPolicy: Never
  automountServiceAccountToken: false
  securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: RuntimeDefault } }
  containers:
    - name: this
      image: $image
      imagePullPolicy: IfNotPresent
      args: [$(printf '"%s", ' "$@")]
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }
      volumeMounts: [{ name: load, mountPath: /load }]
  volumes: [{ name: load, configMap: { name: load, optional: true } }]
END
}

# can_have IMAGE: whether the cluster can run it. Asked of the cluster, by a pod; REASON says why it cannot.
can_have() {
    local pod=image-$RANDOM end=$((SECONDS + PULL_PATIENCE)) said=
    make_pod "$pod" "$1" --version
    while [[ -z $said ]] && ((SECONDS < end)); do
        sleep 1
        said=$(kube get pod "$pod" --output json | python3 "$here/cluster.py" pull)
    done
    kube delete pod "$pod" --grace-period 1 >>"$CI_DIR/cluster.log"
    REASON=${said:-it is not there after $PULL_PATIENCE s}
    [[ $said == there ]]
}

# upgrade OPTION…: to the values of the run and these over them, until all is ready.
upgrade() {
    helm_here upgrade "$RELEASE" "$CHART" "${VALUES[@]}" "$@" --wait --timeout "${PATIENCE}s" >"$CI_DIR/notes"
}

# forward SERVICE PORT: sets FORWARDED to an address here that leads there, until `unforward`.
forward() {
    local log=$CI_DIR/forward.log end=$((SECONDS + 30))
    : >"$log"
    kubectl --namespace "$NAMESPACE" port-forward "service/$RELEASE-$1" ":$2" >"$log" 2>&1 &
    FORWARD_PID=$!
    until FORWARDED=$(sed -n 's/^Forwarding from \(127[^ ]*\) .*/\1/p' "$log") && [[ -n $FORWARDED ]]; do
        if ((SECONDS >= end)) || ! kill -0 "$FORWARD_PID" 2>/dev/null; then fail "no port-forward to $1: $(cat "$log")"; fi
        sleep 0.2
    done
}

unforward() {
    [[ -n ${FORWARD_PID-} ]] || return 0
    kill "$FORWARD_PID" 2>/dev/null || true
    wait "$FORWARD_PID" 2>/dev/null || true
    FORWARD_PID=
}

# ask QUERY: sets ANSWER to the router's, through port-forward.
ask() {
    forward router 4000
    ANSWER=$(curl --silent --show-error --max-time 30 -H 'content-type: application/json' -H 'abaque-expose-plan: true' -d "{\"query\":\"$1\"}" "http://$FORWARDED${PATH_OF_GRAPHQL:-/graphql}") ||
        fail "the router does not answer through port-forward: $(cat "$CI_DIR/forward.log")"
    unforward
}

# expect QUERY ANSWER
expect() {
    ask "$1"
    [[ $ANSWER == "$2" ]] || fail "the router answers $ANSWER to $1, and not $2"
    printf '%s: %s\n' "$1" "$ANSWER"
}

# pods_of COMPONENT: which they are, without those that are about to end.
pods_of() {
    kube get pods --selector "app.kubernetes.io/instance=$RELEASE,app.kubernetes.io/component=$1" \
        --output go-template='{{range .items}}{{if not .metadata.deletionTimestamp}}{{.metadata.name}} {{end}}{{end}}'
}

# Until no pod of the release is about to end, so that they do so under load.
wait_for_the_end() {
    local end=$((SECONDS + PATIENCE)) ending
    while ending=$(kube get pods --selector "app.kubernetes.io/instance=$RELEASE" \
        --output go-template='{{range .items}}{{if .metadata.deletionTimestamp}}{{.metadata.name}} {{end}}{{end}}') && [[ -n $ending ]]; do
        ((SECONDS < end)) || fail "these pods do not end: $ending"
        sleep 1
    done
}

# under_load WHAT COMMAND…: requests all the while, until what it ends has ended. None may be lost.
under_load() {
    local what=$1
    shift
    begin_load
    "$@"
    wait_for_the_end
    end_load "$what"
}

# The address of the router on a node, from where the load comes: one that can be reached from here.
node_address() {
    local port address addresses end=$((SECONDS + 30))
    port=$(kube get service "$RELEASE-router" --output jsonpath='{.spec.ports[0].nodePort}')
    mapfile -t addresses < <(kubectl get nodes --output jsonpath='{range .items[*].status.addresses[?(@.type!="Hostname")]}{.address}{"\n"}{end}')
    # A node learns of a new Service a moment after it is there.
    until ((SECONDS >= end)); do
        for address in "${addresses[@]}" 127.0.0.1; do
            [[ $address != *:* ]] || address="[$address]"
            if curl --silent --output /dev/null --max-time 5 "http://$address:$port${PATH_OF_GRAPHQL:-/graphql}?query=%7B__typename%7D"; then
                printf '%s:%s' "$address" "$port"
                return
            fi
        done
        sleep 1
    done
    fail "no node can be reached at its port $port from here: let the load come from inside, by python=IMAGE"
}

# begin_load: requests at a steady rate until `end_load`.
begin_load() {
    local address
    if [[ -z ${IMAGES[python]-} ]]; then
        address=$(node_address)
        printf 'load: %s a second from here, through the NodePort %s\n' "$RATE" "$address"
        python3 "$here/load.py" "$address" --rate "$RATE" "${LOAD_OPTIONS[@]}" --path "${PATH_OF_GRAPHQL:-/graphql}" >"$CI_DIR/load.log" 2>&1 &
        LOAD_PID=$!
    else
        printf 'load: %s a second from a pod inside the cluster\n' "$RATE"
        kube create configmap load --from-file "$here/load.py" >>"$CI_DIR/cluster.log"
        make_pod load "${IMAGES[python]}" python3 /load/load.py "$RELEASE-router.$NAMESPACE.svc:4000" --rate "$RATE" "${LOAD_OPTIONS[@]}" --path "${PATH_OF_GRAPHQL:-/graphql}"
        kube wait pod load --for condition=Ready --timeout "${PATIENCE}s" >>"$CI_DIR/cluster.log"
    fi
    sleep "$STEADY"
}

# end_load WHAT: reports what came of the load, and fails when anything was lost.
end_load() {
    local code=0 end=$((SECONDS + 60)) phase=
    sleep "$STEADY"
    if [[ -n ${LOAD_PID-} ]]; then
        kill -TERM "$LOAD_PID"
        wait "$LOAD_PID" || code=$?
        LOAD_PID=
    else
        kube exec load -- python3 -c 'import os, signal; os.kill(1, signal.SIGTERM)'
        until [[ $phase == Succeeded || $phase == Failed ]] || ((SECONDS >= end)); do
            sleep 1
            phase=$(kube get pod load --output jsonpath='{.status.phase}')
        done
        kube logs load >"$CI_DIR/load.log"
        [[ $phase == Succeeded ]] || code=1
        kube delete --grace-period 1 pod/load configmap/load >>"$CI_DIR/cluster.log"
    fi
    printf '%s: %s\n' "$1" "$(tail -n 1 "$CI_DIR/load.log")"
    ((code == 0)) || {
        grep -v '^answered' "$CI_DIR/load.log" | head -n 20
        fail "$1: requests were lost, or answered wrongly or late"
    }
}

