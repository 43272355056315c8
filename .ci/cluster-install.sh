# shellcheck shell=bash
# Steps of .ci/cluster: the chart is taken, installed, answers, is watched, and leaves nothing. Sourced by it.
#
# Sourced: what it uses is set there, and what it sets and defines is used there.
# shellcheck disable=SC2034,SC2153,SC2329

here=${root:?set by cluster}/.ci

# The images that were not given are built; all that Docker has come to the cluster as it wants them; each is then asked for there.
step_images() {
    local program image context
    printf 'into %s\n' "$(kubectl config current-context 2>/dev/null || echo 'the cluster')"
    if [[ -z ${IMAGES[router]-} || -z ${IMAGES[calculatrice]-} || -z ${IMAGES[statistiques]-} ]]; then
        ABAQUE_VERSION=cluster-$(git rev-parse --short HEAD)
        RUST_IMAGE=${RUST_IMAGE:-$(sed -n 's/^ARG RUST_IMAGE=//p' Dockerfile)}
        export ABAQUE_VERSION
        IMAGE_PROFILE=release
        docker info >/dev/null 2>&1 || fail 'no Docker engine answers that could build the images: name them, router=IMAGE and so on'
        build_images
        for program in "${IMAGE_PROGRAMS[@]}"; do
            # An associative array.
            # shellcheck disable=SC2004
            IMAGES[$program]=${IMAGES[$program]:-ghcr.io/abaque/$program:$ABAQUE_VERSION}
        done
    fi
    if [[ -z $LOAD ]]; then
        context=$(kubectl config current-context 2>/dev/null || true)
        case $context in
        kind-*) LOAD="kind load docker-image --name ${context#kind-}" ;;
        k3d-*) LOAD="k3d image import --cluster ${context#k3d-}" ;;
        *) if command -v minikube >/dev/null && minikube profile list --output json 2>/dev/null | grep -q "\"Name\":\"$context\""; then
            LOAD="minikube image load --profile $context"
        fi ;;
        esac
    fi
    for image in "${IMAGES[@]}"; do
        if [[ -n $LOAD ]] && docker image inspect "$image" >/dev/null 2>&1; then
            # A command and its options.
            # shellcheck disable=SC2086
            $LOAD "$image"
        fi
    done
    for program in router calculatrice statistiques; do
        can_have "${IMAGES[$program]}" || fail "the cluster cannot have ${IMAGES[$program]}: $REASON"
        mapfile -t -O "${#VALUES[@]}" VALUES < <(values_of "$program" "${IMAGES[$program]}")
        printf '%s\n' "${IMAGES[$program]}"
    done
    HAS_PROMETHEUS=0
    for program in prometheus grafana; do
        if [[ -n ${IMAGES[$program]-} ]]; then
            mapfile -t -O "${#VALUES[@]}" VALUES < <(values_of "$program" "${IMAGES[$program]}")
        fi
        # As the chart would have it, with all values.
        image=$(helm_here template "$RELEASE" "$CHART" "${VALUES[@]}" | awk -v at="# Source: abaque/templates/$program/deployment.yaml" '/^# Source:/ { here = $0 == at } here && $1 == "image:" { print $2 }')
        if [[ -z $image ]]; then
            leave_out "$program: the values say that it is not there"
        elif can_have "$image"; then
            printf '%s\n' "$image"
            [[ $program == grafana ]] || HAS_PROMETHEUS=1
        else
            leave_out "$program: the cluster cannot have $image ($REASON)"
            VALUES+=(--set "$program.enabled=false")
            # Grafana has nothing to show then.
            [[ $program == grafana ]] || VALUES+=(--set grafana.enabled=false)
        fi
    done
    if [[ -n ${IMAGES[python]-} ]]; then
        can_have "${IMAGES[python]}" || fail "the cluster cannot have ${IMAGES[python]}: $REASON"
    else
        VALUES+=(--set router.service.type=NodePort)
    fi
}

# Kinds that a cluster has only if somebody brought them, and the value that asks for them.
declare -A BROUGHT=([HTTPRoute]=router.httpRoute [ServiceMonitor]=serviceMonitor [PrometheusRule]=prometheusRule
    [VerticalPodAutoscaler]='subgraphDefaults.verticalPodAutoscaler router.verticalPodAutoscaler')

# Where these come from.
declare -A SOURCES=(
    [HTTPRoute]=https://github.com/kubernetes-sigs/gateway-api/releases/download/v1.3.0/standard-install.yaml
    [ServiceMonitor]=https://github.com/prometheus-operator/prometheus-operator/releases/download/v0.85.0/stripped-down-crds.yaml
    [PrometheusRule]=https://github.com/prometheus-operator/prometheus-operator/releases/download/v0.85.0/stripped-down-crds.yaml
    [VerticalPodAutoscaler]=https://raw.githubusercontent.com/kubernetes/autoscaler/vertical-pod-autoscaler-1.4.1/vertical-pod-autoscaler/deploy/vpa-v1-crd-gen.yaml)

# All of them. What the cluster does not serve after that is named.
bring_kinds() {
    local kind source sources end=$((SECONDS + 60))
    mapfile -t sources < <(printf '%s\n' "${SOURCES[@]}" | sort -u)
    for source in "${sources[@]}"; do
        kubectl apply --server-side --filename "$source"
    done
    for kind in "${!BROUGHT[@]}"; do
        until kubectl api-resources --no-headers | awk '{ print $NF }' | grep -qx "$kind"; do
            ((SECONDS < end)) || fail "the cluster still has no $kind"
            sleep 1
        done
    done
}

# Each set of values that the chart has, as the API server would take it, by the versions of kinds that it has. Kinds that it lacks are named.
step_dry_run() {
    local values name kind lacking given=() off=() kinds=$CI_DIR/kinds rendered=$CI_DIR/dry-run.yaml
    kubectl api-resources --no-headers | awk '{ print $NF }' | sort -u >"$kinds"
    for kind in "${!BROUGHT[@]}"; do
        for values in ${BROUGHT[$kind]}; do
            grep -qx "$kind" "$kinds" || off+=(--set "$values.enabled=false")
        done
    done
    for values in "" "$CHART"/values-*.yaml "$CHART"/ci/*-values.yaml; do
        name=$(basename "${values:-default values}" .yaml)
        mapfile -t given < <(with_values "$values")
        lacking=$(helm_here template "$RELEASE" "$CHART" "${given[@]}" | sed -n 's/^kind: //p' | sort -u | grep -vxFf "$kinds" | paste -sd ' ' || true)
        helm_here template "$RELEASE" "$CHART" "${given[@]}" "${off[@]}" --dry-run=server >"$rendered"
        kube apply --dry-run=server --filename "$rendered" >"$CI_DIR/dry-run.log" 2>&1 || {
            cat "$CI_DIR/dry-run.log"
            fail "the API server refuses what the chart makes of $name"
        }
        printf '%s: %s objects\n' "$name" "$(grep -c 'server dry run' "$CI_DIR/dry-run.log")"
        [[ -z $lacking ]] || leave_out "of $name, what this cluster does not have: $lacking"
    done
}

step_install() {
    helm_here install "$RELEASE" "$CHART" "${VALUES[@]}" --wait --timeout "${PATIENCE}s" >"$CI_DIR/notes"
    kube get deployments
}

step_test() {
    helm_here test "$RELEASE" --timeout "${PATIENCE}s" >"$CI_DIR/test.log" 2>&1 || {
        cat "$CI_DIR/test.log"
        fail 'helm test finds something wrong'
    }
    printf '%s checks succeeded\n' "$(grep -c '^Phase: *Succeeded' "$CI_DIR/test.log")"
}

FEDERATED='{ addition(a: 0.1, b: 0.2) moyenne(valeurs: [1, 2, 3]) serie(valeurs: [1, 2, 4]) { somme mediane } }'
FEDERATED_ANSWER='{"data":{"addition":"0.3","moyenne":"2","serie":{"somme":"7","mediane":"2"}}}'

step_query() {
    expect "$FEDERATED" "$FEDERATED_ANSWER"
}

# Every pod of the router and of the services is a target, and answers; every rule can be evaluated.
step_scrape() {
    local end=$((SECONDS + 120)) pods=0 up=0 all=0 of='' good=0 rules=0
    if ((HAS_PROMETHEUS == 0)); then
        leave_out 'what Prometheus sees: it is not there'
        return
    fi
    forward prometheus 9090
    # And Prometheus itself.
    while ((up != pods + 1 || all != up || rules == 0 || good != rules)); do
        # Counted again each time: those that end are there for a while.
        pods=$(kube get pods --selector "app.kubernetes.io/instance=$RELEASE,app.kubernetes.io/component notin (prometheus, grafana, test)" \
            --output go-template='{{range .items}}{{if not .metadata.deletionTimestamp}}{{.metadata.name}}{{"\n"}}{{end}}{{end}}' | grep -c . || true)
        ((SECONDS < end)) || fail "of $pods pods and itself Prometheus sees $up of $all targets ($of), and evaluated $good of $rules rules"
        sleep 2
        read -r up all of < <(curl_ok "http://$FORWARDED/api/v1/targets?state=active" | python3 "$here/cluster.py" targets)
        read -r good rules < <(curl_ok "http://$FORWARDED/api/v1/rules" | python3 "$here/cluster.py" rules)
    done
    unforward
    printf '%s of %s targets are up (%s), %s of %s rules evaluated\n' "$up" "$all" "$of" "$good" "$rules"
}

# Grafana answers every query of every dashboard as it does for its pages; these are pictured where there are Node.js and a browser.
step_dashboards() {
    local user pages=()
    if [[ -z $(pods_of grafana) ]]; then
        leave_out 'the dashboards: Grafana is not there'
        return
    fi
    user=$(kube get secret "$RELEASE-grafana" --output go-template='{{index .data "admin-user" | base64decode}}:{{index .data "admin-password" | base64decode}}')
    forward grafana 3000
    if ! curl_ok "http://$FORWARDED/api/health" | grep -q '"version"'; then
        leave_out 'the dashboards: what stands in for Grafana asks no data source'
        unforward
        return
    fi
    python3 "$here/grafana.py" "http://$FORWARDED" "$user" >"$CI_DIR/dashboards.log"
    mapfile -t pages <"$CI_DIR/dashboards.log"
    if command -v npm >/dev/null && { [[ -n ${CHROMIUM-} ]] || command -v google-chrome >/dev/null; }; then
        npm_ci .ci
        node "$here/dashboards.mjs" "$CI_DIR/dashboards" "$user" "${pages[@]}"
    else
        leave_out 'pictures of the dashboards: there is no npm, or no browser'
    fi
    unforward
}

# Nothing of the release is left: not in the namespace, nor outside of it.
step_uninstall() {
    local left end=$((SECONDS + 120)) kinds
    helm_here uninstall "$RELEASE" --wait --timeout "${PATIENCE}s"
    kinds=$(kubectl api-resources --verbs list --output name | grep -vE '^(events|events\.events\.k8s\.io|componentstatuses)$|metrics\.k8s\.io$' | paste -sd ,)
    # What a controller deletes after its owner takes a moment.
    while left=$(kubectl get "$kinds" --all-namespaces --selector "app.kubernetes.io/instance=$RELEASE" --output name 2>>"$CI_DIR/cluster.log"
    kube get secrets,configmaps,persistentvolumeclaims,pods --output name | grep -vE '^(secret/default-token-|configmap/kube-root-ca.crt$|pod/image-)'); [[ -n $left ]]; do
        ((SECONDS < end)) || fail "helm uninstall leaves: $left"
        sleep 2
    done
    printf 'nothing is left\n'
}

