"""How pods are made, spread, scaled and ended."""

import re

import yaml

from chart import CHART, refused, render


def check_scaling_by_other_metrics():
    """An autoscaler may go by metrics alone; by nothing it may not."""
    metrics = [{"type": "Pods", "pods": {"metric": {"name": "requests"}, "target": {"type": "AverageValue", "averageValue": "100"}}}]
    scaling = {"enabled": True, "targetCPUUtilizationPercentage": None}
    made = render(values={"router": {"autoscaling": scaling | {"metrics": metrics}}})
    assert made.one("HorizontalPodAutoscaler", "router")["spec"]["metrics"] == metrics
    refused("or `metrics`", values={"router": {"autoscaling": scaling}})


def check_strategy():
    """What a rollout goes by only comes with the type that takes it: the API server refuses it beside Recreate."""
    made = render(values={"router": {"strategy": {"type": "Recreate"}}, "subgraphDefaults": {"strategy": {"type": "Recreate"}}})
    for name in ("router", "calculatrice"):
        assert made.one("Deployment", name)["spec"]["strategy"] == {"type": "Recreate"}, name
    made = render(values={"router": {"strategy": {"rollingUpdate": {"maxSurge": 2}}}})
    assert made.one("Deployment", "router")["spec"]["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 2}


def check_spread_of_a_generation():
    """A constraint of values that selects nothing itself spreads each generation for itself: with as many replicas as nodes the new one would find no room else."""
    constraint = {"maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "DoNotSchedule"}
    mine = {"labelSelector": {"matchLabels": {"a": "b"}}}
    given = {"topologySpreadConstraints": [constraint, constraint | mine]}
    made = render(values={"router": given, "subgraphDefaults": given})
    for component in ("router", "calculatrice"):
        pod = made.pod(component)
        plain, selects = pod["spec"]["topologySpreadConstraints"]
        assert plain["matchLabelKeys"] == ["pod-template-hash"], plain
        assert plain["labelSelector"]["matchLabels"].items() <= pod["metadata"]["labels"].items(), plain
        assert "matchLabelKeys" not in selects and selects["labelSelector"]["matchLabels"]["a"] == "b", selects


def check_grace():
    """A hook before SIGTERM takes its time from the pod's grace: it is added, and counted where values say the grace."""
    hook = {"lifecycle": {"preStop": {"sleep": {"seconds": 20}}}}
    made = render(values={"router": hook, "subgraphDefaults": hook})
    assert made.pod("router")["spec"]["terminationGracePeriodSeconds"] == 5 + 25 + 20 + 5
    assert made.pod("calculatrice")["spec"]["terminationGracePeriodSeconds"] == 5 + 25 + 20 + 5
    assert render().pod("router")["spec"]["terminationGracePeriodSeconds"] == 35
    refused("router.terminationGracePeriodSeconds 40 is less than the drain takes, 50", values={"router": hook | {"terminationGracePeriodSeconds": 40}})
    runs = {"lifecycle": {"preStop": {"exec": {"command": ["/bin/wait"]}}}}
    runs_long = render(values={"router": runs, "subgraphs": {"calculatrice": runs}}, notes=True)
    assert "give `terminationGracePeriodSeconds` for subgraphs.calculatrice, router" in runs_long.notes, runs_long.notes
    assert render(values={"router": runs | {"terminationGracePeriodSeconds": 90}}).pod("router")["spec"]["terminationGracePeriodSeconds"] == 90


def check_every_pod_can_be_placed():
    """What values can say of where the router's pods run, they can say of every pod of the release; what of its containers, of every program."""
    defaults = yaml.safe_load((CHART / "values.yaml").read_text())
    for key in ("podLabels", "podAnnotations", "affinity", "nodeSelector", "tolerations", "priorityClassName", "runtimeClassName"):
        for component in ("router", "subgraphDefaults", "prometheus", "grafana", "tests"):
            assert key in defaults[component], f"{component}.{key}"
    more = {
        "lifecycle": {"preStop": {"sleep": {"seconds": 1}}},
        "extraEnv": [{"name": "A", "value": "b"}],
        "extraEnvFrom": [{"secretRef": {"name": "c"}}],
        "terminationGracePeriodSeconds": 77,
    }
    for key in ("dnsConfig", "hostAliases", "initContainers", "extraContainers", "extraVolumes", "extraVolumeMounts", *more):
        for component in ("router", "subgraphDefaults", "prometheus", "grafana"):
            assert key in defaults[component], f"{component}.{key}"
    made = render(values=dict.fromkeys(("router", "subgraphDefaults", "prometheus", "grafana"), more))
    for document in made.all("Deployment"):
        pod = document["spec"]["template"]["spec"]
        container = pod["containers"][0]
        assert pod["terminationGracePeriodSeconds"] == 77 and container["lifecycle"] == more["lifecycle"], document
        assert more["extraEnv"][0] in container["env"] and container["envFrom"] == more["extraEnvFrom"], document
    limited = {"requests": {"cpu": "1m"}, "limits": {"cpu": "100m", "memory": "32Mi"}}
    for pod in render(values={"tests": {"resources": limited}}).all("Pod"):
        assert pod["spec"]["containers"][0]["resources"]["limits"] == limited["limits"], pod
    for key in ("annotations", "labels", "appProtocol", "ipFamilyPolicy", "ipFamilies"):
        for component in ("router", "subgraphDefaults", "prometheus", "grafana"):
            assert key in defaults[component]["service"], f"{component}.service.{key}"
    placed = {"nodeSelector": {"a": "b"}, "tolerations": [{"key": "a"}], "runtimeClassName": "c", "priorityClassName": "d"}
    placed |= {"podLabels": {"e": "f"}, "podAnnotations": {"g": "h"}, "affinity": {"podAffinity": {}}}
    made = render(values=dict.fromkeys(("router", "subgraphDefaults", "prometheus", "grafana", "tests"), placed))
    pods = [document["spec"]["template"] for document in made.all("Deployment")] + made.all("Pod")
    for pod in pods:
        told = {key: pod["spec"].get(key) for key in placed if not key.startswith("pod")}
        assert told == {key: value for key, value in placed.items() if not key.startswith("pod")}, pod
        assert pod["metadata"]["labels"]["e"] == "f" and pod["metadata"]["annotations"]["g"] == "h", pod["metadata"]


def check_probes_of_others():
    """A server that answers no GET is probed by a connection, one with TLS by TLS; what an example of the README leaves out, a program of another maker lacks."""
    a = {"image": {"repository": "registry.example.org/a", "tag": "1"}, "adminPort": None, "metrics": {"enabled": False}}
    made = render(values={"subgraphs": {"tcp": a | {"probes": {"handler": "tcp"}}, "tls": a | {"probes": {"scheme": "HTTPS", "readinessPath": "/ready"}}}})
    for kind in ("startupProbe", "livenessProbe", "readinessProbe"):
        connects = made.pod("tcp")["spec"]["containers"][0][kind]
        assert connects["tcpSocket"] == {"port": "http"} and "httpGet" not in connects and connects["periodSeconds"], connects
        asks = made.pod("tls")["spec"]["containers"][0][kind]["httpGet"]
        assert (asks["scheme"], asks["port"]) == ("HTTPS", "http"), asks
    assert "scheme" not in made.pod("calculatrice")["spec"]["containers"][0]["livenessProbe"]["httpGet"]
    refused("value must be one of", values={"subgraphs": {"a": a | {"probes": {"handler": "grpc"}}}})
    text = (CHART / "README.md").read_text()
    example = yaml.safe_load(text.partition("```yaml\n")[2].partition("```")[0])
    made = render(values=example)
    (name,) = example["subgraphs"]
    assert not re.search(r"/health/|/metrics", yaml.safe_dump(made.pod(name))), "it asks paths that only services of the project have"
    assert name not in made.one("ConfigMap", "prometheus")["data"]["prometheus.yaml"], "it is scraped for metrics that it does not have"


def check_figures_of_the_documents():
    """docs/operations.md has the requests, limits and volumes of values.yaml."""
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    text = (CHART.parent.parent / "docs/operations.md").read_text()
    for name, component in (("router", "router"), ("a service", "subgraphDefaults"), ("Prometheus", "prometheus"), ("Grafana", "grafana")):
        resources = values[component]["resources"]
        row = f"| {name} | {', '.join(resources['requests'].values())} | {resources['limits']['memory']} |"
        assert row in text, f"there is no row {row}"
    prometheus = values["prometheus"]
    told = f"keeps {prometheus['retention'].rstrip('d')} days of samples, at most {prometheus['retentionSize']} of them, in a volume of {prometheus['persistence']['size']}"
    assert told in text, f"it does not say: {told}"
