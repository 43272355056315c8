# shellcheck shell=bash
# Steps of .ci/cluster: what is around the release, such as policies, other namespaces, nodes that are not for it. Sourced by it.
#
# Sourced: what it uses is set there, and what it sets and defines is used there.
# shellcheck disable=SC2034,SC2153,SC2329

here=${root:?set by cluster}/.ci

# surround: the namespaces. That of the release lets nothing in or out but what the chart says; the other is somebody else's.
surround() {
    kubectl create namespace "$NAMESPACE"
    MADE=1
    kubectl create namespace "$ELSEWHERE"
    # What the chart says of its pods, the cluster then holds it to.
    kubectl label namespace "$NAMESPACE" "$ELSEWHERE" pod-security.kubernetes.io/enforce=restricted >/dev/null
    kube create --filename - <<'END'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: nothing }
spec: { podSelector: {}, policyTypes: [Ingress, Egress] }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: load }
spec: { podSelector: { matchLabels: { abaque-check: pod } }, policyTypes: [Egress], egress: [{}] }
END
}

# reaches URL: whether a pod of the other namespace gets an answer there.
reaches() {
    local pod=ask-$RANDOM phase='' end=$((SECONDS + 60))
    NAMESPACE=$ELSEWHERE make_pod "$pod" "${IMAGES[router]}" ask "$1" --query '{ __typename }' --within 3
    until [[ $phase == Succeeded || $phase == Failed ]]; do
        ((SECONDS < end)) || fail "the pod that asks $1 does not end"
        sleep 0.5
        phase=$(NAMESPACE=$ELSEWHERE kube get pod "$pod" --output jsonpath='{.status.phase}')
    done
    NAMESPACE=$ELSEWHERE kube delete pod "$pod" --grace-period 1 >>"$CI_DIR/cluster.log"
    [[ $phase == Succeeded ]]
}

# What the policies are for: from another namespace there is the router, and nothing behind it.
step_policies() {
    local inside=$NAMESPACE.svc.cluster.local
    reaches "http://$RELEASE-router.$inside:4000/graphql" || fail 'the router cannot be reached from another namespace'
    if reaches "http://$RELEASE-calculatrice.$inside:4001/graphql"; then
        leave_out 'NetworkPolicies: this cluster does not enforce them'
        return
    fi
    printf 'another namespace reaches the router, and no subgraph\n'
}

# others_subgraph NAME IMAGE PORT ADMIN: a subgraph of somebody else, behind a Service whose port is not its pods'.
others_subgraph() {
    NAMESPACE=$ELSEWHERE kube apply --filename - >>"$CI_DIR/cluster.log" <<END
apiVersion: apps/v1
kind: Deployment
metadata: { name: $1 }
spec:
  selector: { matchLabels: { app: $1 } }
  template:
    metadata: { labels: { app: $1 } }
    spec:
      automountServiceAccountToken: false
      securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: RuntimeDefault } }
      containers:
        - name: $1
          image: $2
          ports: [{ containerPort: $3 }]
          readinessProbe: { httpGet: { path: /health/ready, port: $4 }, periodSeconds: 1 }
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }
---
apiVersion: v1
kind: Service
metadata: { name: $1 }
spec: { selector: { app: $1 }, ports: [{ port: 80, targetPort: $3, protocol: TCP }] }
END
    NAMESPACE=$ELSEWHERE kube rollout status "deployment/$1" --timeout "${PATIENCE}s" >>"$CI_DIR/cluster.log"
}

# An Alertmanager of somebody else, behind such a Service too.
alertmanager() {
    if ((HAS_PROMETHEUS == 0)) || ! can_have "${IMAGES[alertmanager]}"; then
        leave_out "alerts that arrive: the cluster cannot have ${IMAGES[alertmanager]}, or no Prometheus"
        return
    fi
    ADOPTED+=(--set "prometheus.alertmanagers={alertmanager.$ELSEWHERE.svc:80}")
    NAMESPACE=$ELSEWHERE kube apply --filename - >>"$CI_DIR/cluster.log" <<END
apiVersion: v1
kind: Pod
metadata: { name: alertmanager, labels: { app: alertmanager } }
spec:
  automountServiceAccountToken: false
  securityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: RuntimeDefault } }
  containers:
    - name: alertmanager
      image: ${IMAGES[alertmanager]}
      args: [--config.file=/etc/alertmanager/alertmanager.yml, --storage.path=/alertmanager, --cluster.listen-address=]
      readinessProbe: { httpGet: { path: /-/ready, port: 9093 }, periodSeconds: 1 }
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }
      volumeMounts: [{ name: data, mountPath: /alertmanager }]
  volumes: [{ name: data, emptyDir: {} }]
---
apiVersion: v1
kind: Service
metadata: { name: alertmanager }
spec: { selector: { app: alertmanager }, ports: [{ port: 80, targetPort: 9093, protocol: TCP }] }
END
    NAMESPACE=$ELSEWHERE kube wait pod/alertmanager --for condition=Ready --timeout "${PATIENCE}s" >>"$CI_DIR/cluster.log"
}

# The values of a team that adopts the chart: programs that know nothing of it, a path of its own, containers beside the router.
adopted_values() {
    local head='extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@override"])
      scalar Decimal @specifiedBy(url: "https://www.w3.org/TR/xmlschema11-2/#decimal")'
    cat >"$CI_DIR/adopted.yaml" <<END
router:
  config: { path: /api/graphql, expose_plan: true }
  ingress: { enabled: true, hosts: [graph.example.org], path: /api }
  initContainers:
    - name: before
      image: ${IMAGES[router]}
      args: [--version]
      securityContext: &restricted { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ALL] } }
  extraContainers:
    - name: beside
      image: ${IMAGES[calculatrice]}
      args: [serve, --listen, "0.0.0.0:15090", --admin, "127.0.0.1:15091"]
      securityContext: *restricted
subgraphs:
  # Of another maker, as far as the chart knows: one port, no settings by the environment, a server that refuses a GET without this header.
  order_items:
    port: 8080
    adminPort: null
    replicas: 1
    args: [serve, --listen, "0.0.0.0:8080", --admin, "127.0.0.1:9091"]
    metrics: { enabled: false }
    probes:
      livenessPath: /graphql?query=%7B__typename%7D
      readinessPath: /graphql?query=%7B__typename%7D
      httpHeaders: [{ name: apollo-require-preflight, value: "true" }]
    sdl: |
      $head
      type Query { soustraction(a: Decimal!, b: Decimal!): Decimal! @override(from: "calculatrice") }
  elsewhere:
    url: http://shop.$ELSEWHERE.svc/graphql
    podPort: 4001
    sdl: |
      $head
      type Query { addition(a: Decimal!, b: Decimal!): Decimal! @override(from: "calculatrice") }
networkPolicy:
  extraIngress: [{ ports: [{ port: 15090, protocol: TCP }] }]
  extraEgress: [{ ports: [{ port: 15012, protocol: TCP }] }]
END
    mapfile -t ADOPTED < <(
        printf '%s\n' --values "$CI_DIR/adopted.yaml"
        values_of order_items "${IMAGES[calculatrice]}"
    )
}

# Others' subgraphs are composed and asked, alerts arrive, and one of the subgraphs leaves while it is asked.
step_adopted() {
    adopted_values
    others_subgraph shop "${IMAGES[calculatrice]}" 4001 9091
    alertmanager
    upgrade "${ADOPTED[@]}"
    wait_for_the_end
    PATH_OF_GRAPHQL=/api/graphql
    ask '{ addition(a: 0.1, b: 0.2) soustraction(a: 3, b: 1) }'
    [[ $ANSWER == '{"data":{"addition":"0.3","soustraction":"2"}'*'"elsewhere"'* && $ANSWER == *'"order_items"'* && $ANSWER != *'"calculatrice"'* ]] ||
        fail "the subgraphs of others are not asked: $ANSWER"
    printf '%s\n' "$ANSWER"
    step_test
    under_load 'a subgraph by URL is removed' upgrade "${ADOPTED[@]}" --set subgraphs.elsewhere=null
    # Not before: the routers that answer at this path are to be gone.
    upgrade
    wait_for_the_end
    PATH_OF_GRAPHQL=
}

# The router alone, over a subgraph of somebody else.
step_router_only() {
    local release=$RELEASE given
    others_subgraph shop "${IMAGES[calculatrice]}" 4001 9091
    # Those of the run are of more than the router.
    mapfile -t given < <(values_of router "${IMAGES[router]}")
    RELEASE=abaque-only
    helm_here install "$RELEASE" "$CHART" --values "$CHART/values-router-only.yaml" "${given[@]}" --set "subgraphs.shop.url=http://shop.$ELSEWHERE.svc/graphql" \
        --set subgraphs.shop.podPort=4001 --wait --timeout "${PATIENCE}s" >"$CI_DIR/notes"
    expect '{ addition(a: 0.1, b: 0.2) }' '{"data":{"addition":"0.3"}}'
    step_test
    helm_here uninstall "$RELEASE" --wait --timeout "${PATIENCE}s" >>"$CI_DIR/cluster.log"
    RELEASE=$release
}

# The router's configuration and a schema, which gives a field to another subgraph, come from ConfigMaps that are there already.
step_existing() {
    local existing
    cat >"$CI_DIR/existing.yaml" <<END
listen: 0.0.0.0:4000
admin: 0.0.0.0:9090
path: /existing
expose_plan: true
subgraphs:
  calculatrice: { url: "http://$RELEASE-calculatrice:4001/graphql" }
  statistiques: { url: "http://$RELEASE-statistiques:4002/graphql" }
  other: { url: "http://$RELEASE-other:8080/graphql", sdl: ./other.graphql }
END
    cat >"$CI_DIR/existing.graphql" <<'END'
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@override"])
scalar Decimal @specifiedBy(url: "https://www.w3.org/TR/xmlschema11-2/#decimal")
type Query { soustraction(a: Decimal!, b: Decimal!): Decimal! @override(from: "calculatrice") }
END
    kube create configmap existing --from-file "router.yaml=$CI_DIR/existing.yaml" >>"$CI_DIR/cluster.log"
    kube create configmap schemas --from-file "of-other=$CI_DIR/existing.graphql" >>"$CI_DIR/cluster.log"
    mapfile -t existing < <(
        values_of other "${IMAGES[calculatrice]}"
        printf '%s\n' --set router.existingConfigMap=existing --set router.config.path=/existing --set subgraphs.other.port=8080 \
            --set subgraphs.other.adminPort=9091 --set subgraphs.other.settingsPrefix=CALCULATRICE --set subgraphs.other.replicas=1 \
            --set subgraphs.other.podDisruptionBudget.enabled=false --set subgraphs.other.sdlFrom.configMap=schemas --set subgraphs.other.sdlFrom.key=of-other
    )
    upgrade "${existing[@]}"
    wait_for_the_end
    PATH_OF_GRAPHQL=/existing
    ask '{ addition(a: 0.1, b: 0.2) soustraction(a: 3, b: 1) }'
    [[ $ANSWER == '{"data":{"addition":"0.3","soustraction":"2"}'*'"other"'* ]] || fail "the configuration that was there is not the router's: $ANSWER"
    printf '%s\n' "$ANSWER"
    step_test
    # Once more, since what leaves is kept for the routers of before.
    upgrade
    wait_for_the_end
    upgrade
    PATH_OF_GRAPHQL=
    kube delete configmap existing schemas >>"$CI_DIR/cluster.log"
    expect "$FEDERATED" "$FEDERATED_ANSWER"
}

# A node that is not for the release is no place that waits for a replica: neither the first install nor a rollout does. A component with one
# replica may be evicted, so that its node can be drained.
step_tainted() {
    local release=$RELEASE pod given end=$((SECONDS + PATIENCE))
    RELEASE=abaque-spread
    kubectl create --filename - >>"$CI_DIR/cluster.log" <<END
apiVersion: v1
kind: Node
metadata: { name: $NAMESPACE-tainted, labels: { kubernetes.io/hostname: $NAMESPACE-tainted, topology.kubernetes.io/zone: elsewhere } }
spec: { taints: [{ key: abaque-check, effect: NoSchedule }] }
END
    mapfile -t given < <(with_values "$CHART/values-ha.yaml")
    helm_here install "$RELEASE" "$CHART" "${given[@]}" "${VALUES[@]}" "${ALONE[@]}" --set router.resources.requests.cpu=20m \
        --set router.resources.requests.memory=32Mi --set subgraphs.statistiques.replicas=1 --wait --timeout "${PATIENCE}s" >"$CI_DIR/notes"
    # It says nothing of replicas: the autoscaler does, which begins with its fewest.
    until [[ $(kube get deployment "$RELEASE-router" --output jsonpath='{.status.readyReplicas}') == 3 ]]; do
        ((SECONDS < end)) || fail 'the autoscaler does not bring the fewest replicas of values-ha.yaml'
        sleep 1
    done
    # An upgrade and its rollback leave them what they are.
    helm_here upgrade "$RELEASE" "$CHART" --reuse-values --set router.podAnnotations.changed=yes --wait --timeout "${PATIENCE}s" >"$CI_DIR/notes"
    helm_here rollback "$RELEASE" --wait --timeout "${PATIENCE}s" >>"$CI_DIR/cluster.log"
    [[ $(kube get deployment "$RELEASE-router" --output jsonpath='{.spec.replicas}') == 3 ]] || fail 'an upgrade or its rollback changed what the autoscaler had set'
    restart router
    pod=$(pods_of statistiques)
    kubectl create --raw "/api/v1/namespaces/$NAMESPACE/pods/${pod% }/eviction" --filename - >>"$CI_DIR/cluster.log" <<END ||
{ "apiVersion": "policy/v1", "kind": "Eviction", "metadata": { "name": "${pod% }", "namespace": "$NAMESPACE" } }
END
        fail 'the only replica of a service may not be evicted: its node could not be drained'
    printf '%s replicas beside a tainted node, also by a rolling restart; the only replica of a service may be evicted\n' "$(pods_of router | wc -w)"
    helm_here uninstall "$RELEASE" --wait --timeout "${PATIENCE}s" >>"$CI_DIR/cluster.log"
    kubectl delete node "$NAMESPACE-tainted" >>"$CI_DIR/cluster.log"
    RELEASE=$release
}

# A check that fails says which and why, and leaves no pod behind: what the uninstall after it would have to find.
step_failure() {
    local left end=$((SECONDS + 120))
    upgrade --set tests.deadlineSeconds=3
    scale calculatrice 0
    if helm_here test "$RELEASE" --timeout "${PATIENCE}s" >"$CI_DIR/test.log" 2>&1; then
        cat "$CI_DIR/test.log"
        fail 'helm test finds nothing wrong while a service is away'
    fi
    grep -q 'test-[a-z-]* failed\|Phase: *Failed' "$CI_DIR/test.log" || {
        cat "$CI_DIR/test.log"
        fail 'helm test does not say which check failed'
    }
    while left=$(kube get pods --selector "app.kubernetes.io/instance=$RELEASE,app.kubernetes.io/component=test" --output name) && [[ -n $left ]]; do
        ((SECONDS < end)) || fail "a check that failed leaves: $left"
        sleep 1
    done
    printf 'helm test fails while a service is away, and leaves no pod\n'
}

# scale COMPONENT REPLICAS: until they are there, or gone.
scale() {
    kube scale "deployment/$RELEASE-$1" --replicas "$2" >>"$CI_DIR/cluster.log"
    if (($2 == 0)); then
        kube wait pods --selector "app.kubernetes.io/instance=$RELEASE,app.kubernetes.io/component=$1" --for delete --timeout "${PATIENCE}s" >>"$CI_DIR/cluster.log"
    else
        kube rollout status "deployment/$RELEASE-$1" --timeout "${PATIENCE}s" >>"$CI_DIR/cluster.log"
    fi
}

# A service is away while routers come anew: one by one by the schema of a sibling, all at once by what still answers.
step_siblings() {
    local addition='{ addition(a: 0.1, b: 0.2) }'
    scale statistiques 0
    restart router
    expect "$addition" '{"data":{"addition":"0.3"}}'
    # The field is known, and its service does not answer.
    ask '{ addition(a: 0.1, b: 0.2) moyenne(valeurs: [1]) }'
    [[ $ANSWER == *'"addition":"0.3"'* && $ANSWER == *'"SUBREQUEST_'* ]] || fail "a router that came while a service was away answers $ANSWER"
    printf 'from a sibling: %s\n' "$ANSWER"
    scale router 0
    scale router 2
    expect "$addition" '{"data":{"addition":"0.3"}}'
    scale statistiques 2
    until_answered "$FEDERATED" "$FEDERATED_ANSWER"
}

# A Service with a label joins the graph while it runs, and leaves it when the label goes: with no change of the release.
step_discovery() {
    local mean='{ moyenne(valeurs: [1, 2, 3]) }' discovers=(--set-json "router.config.discovery={\"kubernetes\":{\"namespaces\":[\"$ELSEWHERE\"],\"grace\":\"1s\"}}")
    others_subgraph numbers "${IMAGES[statistiques]}" 4002 9092
    # Its fields come from the other namespace, or from nowhere.
    upgrade "${discovers[@]}" --set subgraphs.statistiques.inGraph=false
    wait_for_the_end
    until_answered "$mean" '*"errors"*'
    NAMESPACE=$ELSEWHERE kube label service/numbers abaque.dev/subgraph=numbers >>"$CI_DIR/cluster.log"
    until_answered "$mean" '{"data":{"moyenne":"2"}}'
    NAMESPACE=$ELSEWHERE kube label service/numbers abaque.dev/subgraph- >>"$CI_DIR/cluster.log"
    until_answered "$mean" '*"errors"*'
    upgrade
    wait_for_the_end
    expect "$FEDERATED" "$FEDERATED_ANSWER"
}

# until_answered QUERY PATTERN
until_answered() {
    local end=$((SECONDS + 60))
    ask "$1"
    # A pattern.
    # shellcheck disable=SC2053
    until [[ $ANSWER == $2 ]]; do
        ((SECONDS < end)) || fail "the router still answers $ANSWER to $1"
        sleep 1
        ask "$1"
    done
    printf '%s: %s\n' "$1" "$ANSWER"
}
