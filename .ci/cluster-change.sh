# shellcheck shell=bash
# Steps of .ci/cluster: what changes while requests are answered, of which none may be lost. Sourced by it.
#
# Sourced: what it uses is set there, and what it sets and defines is used there.
# shellcheck disable=SC2034,SC2153,SC2329

here=${root:?set by cluster}/.ci

INTROSPECTION='{ __schema { queryType { name } } }'
INTROSPECTION_ANSWER='{"data":{"__schema":{"queryType":{"name":"Query"}}}}'
# What runs beside the release, so that its own Prometheus and Grafana need not.
ALONE=(--set prometheus.enabled=false --set grafana.enabled=false)

# A changed configuration of the router takes effect, on all replicas.
step_upgrade() {
    expect "$INTROSPECTION" "$INTROSPECTION_ANSWER"
    under_load 'helm upgrade' upgrade --set router.config.introspection=false
    ask "$INTROSPECTION"
    [[ $ANSWER == *'"errors"'* && $ANSWER != *'"Query"'* ]] || fail "introspection was switched off, and the router answers $ANSWER"
    printf '%s: %s\n' "$INTROSPECTION" "$ANSWER"
    expect "$FEDERATED" "$FEDERATED_ANSWER"
}

step_rollback() {
    under_load 'helm rollback' helm_here rollback "$RELEASE" 1 --wait --timeout "${PATIENCE}s"
    expect "$INTROSPECTION" "$INTROSPECTION_ANSWER"
    helm_here history "$RELEASE"
}

# Pods that end, one by one and by a rollout, take no request with them.
step_disruption() {
    local pod component
    delete_one() {
        kube delete pod "$1" >>"$CI_DIR/cluster.log"
        kube rollout status "deployment/$RELEASE-router" --timeout "${PATIENCE}s" >>"$CI_DIR/cluster.log"
    }
    pod=$(pods_of router)
    under_load 'a pod of the router is deleted' delete_one "${pod%% *}"
    for component in router calculatrice statistiques; do
        under_load "rolling restart of $component" restart "$component"
    done
}

# restart COMPONENT: by new pods.
restart() {
    kube rollout restart "deployment/$RELEASE-$1" >>"$CI_DIR/cluster.log"
    kube rollout status "deployment/$RELEASE-$1" --timeout "${PATIENCE}s" >>"$CI_DIR/cluster.log"
}

# The first chart that releases are upgraded from, as long as there is no tag.
FIRST_CHART=b75c8e9d

# The chart of a release before (--from), of which an upgrade takes the values over: with its old defaults, and with the new ones. Its checks are run
# before, whatever they find: what they leave behind must be in nobody's way.
step_released() {
    local chart=$CI_DIR/released/helm/abaque release=$RELEASE since option left
    if [[ -n $FROM ]]; then
        chart=$FROM
    else
        if [[ $(git rev-parse --is-shallow-repository 2>/dev/null) != false ]]; then
            leave_out 'an upgrade of a release: this is no clone with the whole history'
            return
        fi
        # Not the tag of this very commit, which a release has: an upgrade from itself proves nothing.
        since=$(git describe --tags --abbrev=0 --match 'v*' 'HEAD^' 2>/dev/null || printf '%s' "$FIRST_CHART")
        git cat-file -e "$since^{commit}" || fail "the chart to upgrade from, that of $since, is not in the history"
        rm -rf "$CI_DIR/released"
        mkdir -p "$CI_DIR/released"
        git archive "$since" helm/abaque | tar -x -C "$CI_DIR/released"
        printf 'from the chart of %s\n' "$(git log -1 --format='%h, %s' "$since")"
    fi
    RELEASE=abaque-before
    helm_here install "$RELEASE" "$chart" "${VALUES[@]}" "${ALONE[@]}" --wait --timeout "${PATIENCE}s" >"$CI_DIR/notes"
    helm_here test "$RELEASE" --timeout "${PATIENCE}s" >>"$CI_DIR/cluster.log" 2>&1 || printf 'the checks of that chart fail here\n'
    left=$(kube get networkpolicies,pods --selector "app.kubernetes.io/instance=$RELEASE,app.kubernetes.io/component=test" --output name | paste -sd ' ')
    printf 'its checks leave: %s\n' "${left:-nothing}"
    for option in --reuse-values --reset-then-reuse-values; do
        under_load "the release is upgraded with $option" upgrade_released "$option" --set "router.podAnnotations.upgraded=by$option"
    done
    step_test
    helm_here uninstall "$RELEASE" --wait --timeout "${PATIENCE}s" >>"$CI_DIR/cluster.log"
    # What hooks of before left is no release's.
    kube delete networkpolicies,pods --selector "app.kubernetes.io/instance=$RELEASE,app.kubernetes.io/component=test" >>"$CI_DIR/cluster.log"
    wait_for_the_end
    # The first one kept no record of what its routers ask.
    third_values
    helm_here install "$RELEASE" "$chart" "${VALUES[@]}" "${ALONE[@]}" "${THIRD[@]}" --wait --timeout "${PATIENCE}s" >"$CI_DIR/notes"
    third_answers
    under_load 'the release is upgraded, and loses a subgraph by that' upgrade_released --reset-then-reuse-values --set subgraphs.addition=null
    [[ -n $(pods_of addition) ]] || fail 'the subgraph was taken away from the routers of the earlier chart'
    helm_here uninstall "$RELEASE" --wait --timeout "${PATIENCE}s" >>"$CI_DIR/cluster.log"
    RELEASE=$release
}

# upgrade_released OPTION…: to this chart, by the values that the release has.
upgrade_released() {
    helm_here upgrade "$RELEASE" "$CHART" "$@" --wait --timeout "${PATIENCE}s" >"$CI_DIR/notes"
}

# Somebody scales by hand, and upgrades later: as docs/operations.md says.
step_scaled() {
    local force
    force_conflicts
    kube scale "deployment/$RELEASE-router" --replicas 3
    kube rollout status "deployment/$RELEASE-router" --timeout "${PATIENCE}s" >>"$CI_DIR/cluster.log"
    under_load 'an upgrade after kubectl scale' upgrade "${force[@]}"
    [[ $(kube get deployment "$RELEASE-router" --output jsonpath='{.spec.replicas}') == 2 ]] || fail 'the upgrade left the replicas as kubectl scale had set them'
}

# force_conflicts: sets `force` to the option by which a field is taken from another manager. Only Helm 4 knows of these.
force_conflicts() {
    force=()
    if helm_here upgrade --help | grep -q -- --force-conflicts; then force=(--force-conflicts); fi
}

# The values of a third subgraph, which takes over a field from another.
third_values() {
    cat >"$CI_DIR/third.yaml" <<'END'
subgraphs:
  addition:
    port: 4003
    adminPort: 9093
    settingsPrefix: CALCULATRICE
    replicas: 1
    podDisruptionBudget: { enabled: false }
    sdl: |
      extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@override"])
      scalar Decimal @specifiedBy(url: "https://www.w3.org/TR/xmlschema11-2/#decimal")
      type Query {
        addition(a: Decimal!, b: Decimal!): Decimal! @override(from: "calculatrice")
      }
router:
  config: { expose_plan: true }
END
    mapfile -t THIRD < <(
        printf '%s\n' --values "$CI_DIR/third.yaml"
        values_of addition "${IMAGES[calculatrice]}"
    )
}

# The third subgraph, and no other, is asked for its field.
third_answers() {
    ask '{ addition(a: 0.1, b: 0.2) }'
    [[ $ANSWER == '{"data":{"addition":"0.3"}'*'"addition"'* && $ANSWER != *'"calculatrice"'* ]] || fail "the third subgraph is not asked: $ANSWER"
    printf '%s\n' "$ANSWER"
}

# A third subgraph by values alone: it is deployed, composed, asked and scraped.
step_third() {
    third_values
    under_load 'a subgraph is added' upgrade "${THIRD[@]}"
    third_answers
    step_scrape
    step_test
}

# The port of a subgraph changes, while routers of before ask the old one.
step_port() {
    under_load "a subgraph's port is changed" upgrade "${THIRD[@]}" --set subgraphs.addition.port=4013
    third_answers
}

# A subgraph is taken away: it stays for the routers of before, and goes by the next upgrade, unless they are still there.
step_removal() {
    removed() {
        helm_here upgrade "$RELEASE" "$CHART" "${VALUES[@]}" >>"$CI_DIR/cluster.log"
        upgrade
    }
    under_load 'a subgraph is removed, and another upgrade comes at once' removed
    [[ -n $(pods_of addition) ]] || fail 'the subgraph was taken away from the routers of before'
    grep -q 'kept for them until the next upgrade' "$CI_DIR/notes" || fail 'the notes do not say that the subgraph still runs'
    under_load 'the next upgrade' upgrade
    [[ -z $(pods_of addition) ]] || fail 'the subgraph that was removed still runs'
    if kube get service "$RELEASE-addition" >>"$CI_DIR/cluster.log" 2>&1; then fail 'the Service of the subgraph that was removed is still there'; fi
    expect "$FEDERATED" "$FEDERATED_ANSWER"
    # In two steps, as where nothing is looked up: the second has nothing left to keep.
    two_steps() {
        upgrade "${THIRD[@]}" --set subgraphs.addition.inGraph=false
        wait_for_the_end
        upgrade
    }
    upgrade "${THIRD[@]}"
    wait_for_the_end
    third_answers
    under_load 'a subgraph leaves the graph, and then the cluster' two_steps
    [[ -z $(pods_of addition) ]] || fail 'the subgraph that had left the graph before it was taken away still runs'
    expect "$FEDERATED" "$FEDERATED_ANSWER"
}

# An autoscaler takes over more replicas than it would begin with: none of them is lost in between. It is switched off when it has set the number itself, and a
# rollback brings it back: as docs/operations.md says.
step_autoscaling() {
    local few=4 force end
    force_conflicts
    watched() {
        local seen end=$((SECONDS + 15))
        upgrade --set router.autoscaling.enabled=true &
        while ((SECONDS < end)); do
            seen=$(kube get deployment "$RELEASE-router" --output jsonpath='{.status.readyReplicas}')
            ((${seen:-0} >= few)) || few=${seen:-0}
            sleep 0.2
        done
        wait $!
    }
    upgrade --set router.replicas=4
    under_load 'autoscaling is switched on' watched
    ((few == 4)) || fail "$few replicas of the router were ready when autoscaling was switched on, and there were 4"
    printf 'never fewer than %s replicas ready\n' "$few"
    # By the autoscaler alone, whose field the number is then.
    kube patch horizontalpodautoscaler "$RELEASE-router" --type merge --patch '{"spec":{"minReplicas":5}}' >>"$CI_DIR/cluster.log"
    end=$((SECONDS + PATIENCE))
    until [[ $(kube get deployment "$RELEASE-router" --output jsonpath='{.spec.replicas} {.status.readyReplicas}') == '5 5' ]]; do
        ((SECONDS < end)) || fail 'the autoscaler does not scale the router to 5'
        sleep 1
    done
    under_load 'autoscaling is switched off' upgrade "${force[@]}"
    [[ $(kube get deployment "$RELEASE-router" --output jsonpath='{.spec.replicas}') == 2 ]] || fail 'the upgrade left the replicas as the autoscaler had set them'
    under_load 'it is rolled back to' helm_here rollback "$RELEASE" "${force[@]}" --wait --timeout "${PATIENCE}s"
    kube get horizontalpodautoscaler "$RELEASE-router" >>"$CI_DIR/cluster.log" || fail 'the rollback did not bring the autoscaler back'
    # And off again.
    upgrade "${force[@]}"
}

# A changed ConfigMap is taken over by the routers that run, under load: the kubelet swaps a link, and no pod is replaced.
step_watched() {
    local before
    taken_over() {
        local end=$((SECONDS + 180)) pod answer taken=0
        upgrade --set router.reload=watch --set router.config.introspection=false
        while ((taken < 2)); do
            ((SECONDS < end)) || fail "the routers do not take a changed ConfigMap over: $answer"
            sleep 2
            taken=0
            for pod in $(pods_of router); do
                answer=$(kube get --raw "/api/v1/namespaces/$NAMESPACE/pods/$pod:4000/proxy/graphql?query=%7B__schema%7BqueryType%7Bname%7D%7D%7D" 2>&1 || true)
                [[ $answer != *INTROSPECTION_DISABLED* ]] || taken=$((taken + 1))
            done
        done
    }
    upgrade --set router.reload=watch
    before=$(pods_of router)
    under_load 'a configuration is taken over without a rollout' taken_over
    [[ $(pods_of router) == "$before" ]] || fail 'the pods of the router were replaced'
    printf 'taken over by the same pods: %s\n' "$before"
    upgrade
}

# A rule comes by a changed ConfigMap: the pod of Prometheus, and what it has seen, stay.
step_reload() {
    local before since end=$((SECONDS + 180)) rules seen
    if ((HAS_PROMETHEUS == 0)); then
        leave_out 'the reload of Prometheus: it is not there'
        return
    fi
    before=$(pods_of prometheus)
    since=$(date +%s)
    upgrade --set-json 'prometheus.extraRules={"more":{"groups":[{"name":"more","rules":[{"record":"more:up:sum","expr":"sum(up)"}]}]}}'
    forward prometheus 9090
    until rules=$(curl_ok "http://$FORWARDED/api/v1/rules") && [[ $rules == *more:up:sum* ]]; do
        ((SECONDS < end)) || fail 'Prometheus does not take a changed ConfigMap over'
        sleep 2
    done
    seen=$(curl_ok "http://$FORWARDED/api/v1/query?query=count(up)&time=$since")
    unforward
    [[ $(pods_of prometheus) == "$before" ]] || fail 'the pod of Prometheus was replaced'
    [[ $seen == *'"value":'* ]] || fail "what Prometheus had seen before is gone: $seen"
    printf 'the rule is there, in the same pod, which still has what it had seen\n'
}
