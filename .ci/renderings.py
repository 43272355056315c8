#!/usr/bin/env python3
"""What the chart makes of values that no golden file has: renderings.py HELM PROMTOOL [NAME…]

Each function below whose name begins with `check_` is one property; its docstring says which. With names, only these are checked.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import yaml
from jsonschema import Draft7Validator

from kubernetes import Kubernetes

CHART = Path(__file__).resolve().parent.parent / "helm/abaque"
HELM, PROMTOOL = sys.argv[1:3]


class Refused(Exception):
    """What Helm says instead of manifests."""


class Loader(yaml.SafeLoader):
    """Refuses a key that is there twice, as Helm does not."""

    def construct_mapping(self, node, deep=False):
        keys = [key.value for key, _ in node.value]
        assert len(keys) == len(set(keys)), f"a key is there twice: {keys}"
        return super().construct_mapping(node, deep)


class Rendering:
    """Manifests, by kind and name without the release's; and the notes."""

    def __init__(self, output):
        text, _, self.notes = output.partition("\nNOTES:\n")
        self.documents = [document for document in yaml.load_all(text, Loader) if document]

    def all(self, kind):
        return [document for document in self.documents if document["kind"] == kind]

    def one(self, kind, name):
        found = [document for document in self.all(kind) if document["metadata"]["name"] == f"abaque{name and '-' + name}"]
        assert len(found) == 1, f"there are {len(found)} of {kind} {name}"
        return found[0]

    def pod(self, name):
        return self.one("Deployment", name)["spec"]["template"]

    def router(self):
        """The router's configuration."""
        return yaml.safe_load(self.one("ConfigMap", "router")["data"]["router.yaml"])


def render(*options, values=None, chart=CHART, namespace="abaque", notes=False, cluster=None):
    """What `helm template` makes of the chart, with the notes where they are asked for; a cluster is one to look things up in."""
    command = ["install", "--dry-run=client"] if notes else ["template"]
    command = [HELM, *command, "abaque", str(chart), "--namespace", namespace, *options]
    if notes and not cluster:
        # Helm 3 asks which Kubernetes it is, and nothing else.
        with Kubernetes() as empty:
            return run([*command, "--disable-openapi-validation", "--kubeconfig", empty], values, notes)
    if cluster:
        command += ["--dry-run=server", "--disable-openapi-validation", "--kubeconfig", cluster]
    return run(command, values, notes)


def run(command, values, notes):
    """What this command of Helm prints."""
    if values is not None:
        command = [*command, "--values", "-"]
    made = subprocess.run(command, input=json.dumps(values), capture_output=True, text=True, check=False)
    if made.returncode:
        raise Refused(made.stderr)
    # An install says what it is before the manifests.
    return Rendering(made.stdout.partition("\nMANIFEST:\n")[2] if notes else made.stdout)


def refused(reason, **given):
    """These values must be refused, with this in the reason."""
    try:
        render(**given)
    except Refused as refusal:
        assert reason in str(refusal), f"refused without “{reason}”: {refusal}"
    else:
        raise AssertionError(f"taken, and not refused with “{reason}”")


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


def check_labels():
    """Labels of values go over the chart's, none is there twice, and by which pods are selected is nobody else's to say."""
    values = {
        "commonLabels": {"app.kubernetes.io/part-of": "shop", "release": "a"},
        "router": {"service": {"labels": {"release": "b"}}, "podLabels": {"release": "c"}},
        "prometheusRule": {"enabled": True, "labels": {"release": "d"}},
        "serviceMonitor": {"enabled": True, "labels": {"release": "e"}},
        "dashboards": {"enabled": True, "labels": {"release": "f"}},
        "networkPolicy": {"metricsFrom": [{"podSelector": {}}]},
    }
    made = render(values=values)
    assert made.one("Deployment", "router")["metadata"]["labels"]["release"] == "a"
    for labels in (document["metadata"]["labels"] for document in made.documents):
        assert labels["app.kubernetes.io/part-of"] == "shop", labels
    for kind, name, release in (
        ("Service", "router", "b"),
        ("PrometheusRule", "rules-alerts", "d"),
        ("ServiceMonitor", "router", "e"),
        ("ConfigMap", "dashboards-overview", "f"),
    ):
        assert made.one(kind, name)["metadata"]["labels"]["release"] == release, name
    assert made.pod("router")["metadata"]["labels"]["release"] == "c"
    own = {"app.kubernetes.io/component": "x"}
    for path in (["commonLabels"], ["router", "podLabels"], ["prometheus", "podLabels"], ["router", "service", "labels"], ["router", "httpRoute", "labels"]):
        refused(f"{'.'.join(path)}: the label app.kubernetes.io/component is the chart's own", values=nested(path, own))
    # What the API server refuses is refused before.
    for path in (["commonLabels"], ["router", "podLabels"], ["router", "podAnnotations"], ["router", "ingress", "annotations"], ["router", "nodeSelector"]):
        refused("want string", values=nested([*path, "cost"], 12))
    refused("does not match pattern", values={"commonLabels": {"team": "graph & co"}})
    made = render(values={"router": {"podAnnotations": {"Proxy.example.org/note": "any text, of any length: " + 64 * "a"}}})
    assert made.pod("router")["metadata"]["annotations"]["Proxy.example.org/note"]


def check_roles_of_two_releases():
    """Two releases of one name may look for subgraphs in one namespace: what each has outside of its own is named after it."""
    discovers = {"router": {"config": {"discovery": {"kubernetes": {"namespaces": ["shop", "blue"]}}}}}
    outside = set()
    for namespace in ("blue", "green"):
        made = render(values=discovers, namespace=namespace)
        mine = {
            (document["kind"], document["metadata"]["name"], document["metadata"]["namespace"])
            for document in made.all("Role") + made.all("RoleBinding")
        }
        assert len({one for one in mine if one[2] == "shop"}) == 2, mine
        assert not mine & outside, f"both releases have {mine & outside}"
        outside |= mine


def check_services_by_url():
    """A URL of the internet is no Service, and a Service is one however it is named."""
    def told(url, pod_port=None):
        made = render(values={"subgraphs": {"a": {"url": url, "podPort": pod_port}}}, notes=True)
        selected = [
            peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
            for rule in made.one("NetworkPolicy", "router")["spec"]["egress"]
            for peer in rule.get("to", [])
            if "namespaceSelector" in peer
        ]
        assert ("is a Service of the namespace" in made.notes) == (bool(selected) and not pod_port), (url, made.notes)
        return selected

    for url in ("https://example.org/graphql", "http://shop.example.org/", "https://192.0.2.7/", "http://192.0.2.7:80/"):
        assert told(url) == [], url
    for url in ("http://a.shop/", "http://a.shop.svc:80/", "https://a.shop.svc/", "https://a.shop.svc.cluster.local./"):
        assert told(url) == ["shop"], url
    assert told("http://a/graphql") == ["abaque"]
    assert told("https://a.shop/", 4001) == ["shop"]


def check_tests_of_subgraphs():
    """A subgraph that runs here is asked by itself, whatever it calls its root type, unless values say that it would not answer."""
    image = {"image": {"repository": "registry.example.org/a", "tag": "1"}}
    made = render(values={"subgraphs": {"a": image, "b": image | {"tests": {"enabled": False}}}})
    names = {pod["metadata"]["name"] for pod in made.all("Pod")}
    assert "abaque-test-subgraph-a" in names and "abaque-test-subgraph-b" not in names, names
    arguments = made.one("Pod", "test-subgraph-a")["spec"]["containers"][0]["args"]
    assert [wanted for flag, wanted in zip(arguments, arguments[1:]) if flag == "--contains"] == ['"__typename":'], arguments
    switched_off = render(values={"subgraphDefaults": {"tests": {"enabled": False}}})
    assert not [pod for pod in switched_off.all("Pod") if "test-subgraph" in pod["metadata"]["name"]]
    assert switched_off.one("Pod", "test-federated")


def check_settings_of_what_is_discovered():
    """What the router does differently for a subgraph that it finds by itself can be said, and nothing is deployed for it."""
    settings = {"products": {"routerSettings": {"timeout": "5s"}, "includeErrors": True}}
    discovers = {"router": {"config": {"discovery": {"kubernetes": {}}}}}
    made = render(values=discovers | {"subgraphs": settings | {"calculatrice": None, "statistiques": None}}, notes=True)
    assert made.router()["subgraphs"] == {"products": {"timeout": "5s"}}, made.router()
    assert made.router()["include_subgraph_errors"] == {"products": True}
    about = [document["metadata"]["name"] for document in made.documents if "products" in document["metadata"]["name"]]
    assert not about, about
    record = json.loads(made.one("Deployment", "router")["metadata"]["annotations"]["abaque.dev/subgraphs"])
    assert record["inGraph"] == [], record
    refused("has neither an `image.repository`", values={"subgraphs": settings})


def check_images_of_others():
    """A program of another maker runs as values say, by a tag of its own; images of the project have the chart's version wherever they come from."""
    image = {"repository": "docker.io/library/node", "tag": "24"}
    made = render(values={"subgraphs": {"a": {"image": image, "command": ["node"], "args": ["server.js"]}}})
    container = made.pod("a")["spec"]["containers"][0]
    assert (container["command"], container["args"]) == (["node"], ["server.js"]), container
    assert "command" not in made.pod("calculatrice")["spec"]["containers"][0]
    refused("subgraphs.a.image has neither a `tag` nor a `digest`", values={"subgraphs": {"a": {"image": {"repository": "docker.io/library/node"}}}})
    render(values={"subgraphs": {"a": {"image": {"repository": "node", "digest": f"sha256:{'0' * 64}"}}}})
    version = yaml.safe_load((CHART / "Chart.yaml").read_text())["appVersion"]
    made = render(values={"subgraphs": {"calculatrice": {"image": {"repository": "localhost:5000/mirror/calculatrice"}}}})
    assert made.pod("calculatrice")["spec"]["containers"][0]["image"] == f"localhost:5000/mirror/calculatrice:{version}"


def check_settings_of_grafana():
    """Null takes a setting of the chart's away, so that a Secret may say it; no setting is the word for nothing."""
    given = {"GF_LOG_MODE": None, "GF_OTHER": None, "GF_USERS_ALLOW_SIGN_UP": True, "GF_SERVER_HTTP_PORT": 3000, "GF_EMPTY": ""}
    made = render(values={"grafana": {"config": given}})
    told = {one["name"]: one.get("value") for one in made.pod("grafana")["spec"]["containers"][0]["env"]}
    assert not {"GF_LOG_MODE", "GF_OTHER"} & set(told), told
    assert (told["GF_USERS_ALLOW_SIGN_UP"], told["GF_SERVER_HTTP_PORT"], told["GF_SECURITY_DISABLE_GRAVATAR"], told["GF_EMPTY"]) == ("true", "3000", "true", ""), told


def check_namespaces_that_are_opened():
    """The notes say which namespace the policies open as a whole, since the port of the pods behind a Service is not known; of addresses of the internet they need not."""
    values = {
        "prometheus": {"alertmanagers": ["am.monitoring.svc:9093", "am.example.org:9093"], "remoteWrite": [{"url": "http://mimir.metrics:80/push"}]},
        "grafana": {"datasourceUrl": "http://prometheus.monitoring.svc:9090"},
        "telemetry": {"endpoint": "http://collector.observability.svc:4318"},
    }
    told = re.findall(r"By its URL, (.+) is a Service of the namespace (\w+)", render(values=values, notes=True).notes)
    assert sorted(told) == [
        ("am.monitoring.svc:9093 of prometheus.alertmanagers", "monitoring"),
        ("grafana.datasourceUrl", "monitoring"),
        ("http://mimir.metrics:80/push of prometheus.remoteWrite", "metrics"),
        ("telemetry.endpoint", "observability"),
    ], told
    quiet = values | {"telemetry": {"endpoint": "http://collector.observability.svc:4318", "podPort": 4318}, "prometheus": {"enabled": False}}
    assert "telemetry.endpoint is" not in (notes := render(values=quiet, notes=True).notes) and "prometheus." not in notes.replace("prometheus.monitoring", ""), notes
    assert "By its URL" not in render(values=values | {"networkPolicy": {"enabled": False}}, notes=True).notes


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


def check_first_query():
    """The query that the notes show, and that `helm test` asks, is of fields that the graph has."""
    for subgraph in ({"enabled": False}, {"inGraph": False}, None):
        made = render(values={"subgraphs": {"statistiques": subgraph}}, notes=True)
        assert "__typename" in made.notes and "serie(" not in made.notes, subgraph
    assert "serie(" in render(notes=True).notes


def check_existing_config_map():
    """What the chart has to know of a configuration that is not its own can be said, and must be true."""
    of = {"existingConfigMap": "graph", "ingress": {"enabled": True, "hosts": ["a"], "path": "/api"}}
    knows = {"router": of | {"config": {"path": "/api", "discovery": {"kubernetes": {}}}}}
    made = render(values=knows)
    asked = made.one("Pod", "test-federated")["spec"]["containers"][0]["args"]
    assert asked[1].endswith(":4000/api") and not any("serie" in argument for argument in asked), asked
    assert made.pod("router")["spec"]["automountServiceAccountToken"] and made.one("Role", "router")
    assert "router" not in {document["metadata"]["name"].removeprefix("abaque-") for document in made.all("ConfigMap")}
    refused("router.config.limits is not read", values={"router": of | {"config": {"path": "/api", "limits": {}}}})
    for text, reason in (
        ("path: /graph", "router.yaml of graph answers at /graph, and `router.config.path` says /api"),
        ("path: /api\ndiscovery: { kubernetes: {} }", "router.yaml of graph looks for subgraphs (`discovery.kubernetes`)"),
        ("path: /api", None),
        ("path: ${GRAPH_PATH}", None),
    ):
        there = {"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "graph", "namespace": "abaque"}, "data": {"router.yaml": text}}
        with Kubernetes([there]) as cluster:
            given = {"values": {"router": of | {"config": {"path": "/api"}}}, "cluster": cluster}
            if reason:
                refused(reason, **given)
            else:
                render(**given)


def check_schemas_beside_an_existing_config_map():
    """A schema that others keep is mounted beside a configuration that others keep; what would not be read is refused, but for what values.yaml says itself."""
    image = {"image": {"repository": "registry.example.org/a", "tag": "1"}}
    made = render(values={"router": {"existingConfigMap": "graph"}, "subgraphs": {"a": image | {"sdlFrom": {"configMap": "schemas", "key": "of-a"}}}})
    sources = next(volume for volume in made.pod("router")["spec"]["volumes"] if volume["name"] == "config")["projected"]["sources"]
    assert sources == [
        {"configMap": {"name": "graph"}},
        {"configMap": {"name": "schemas", "items": [{"key": "of-a", "path": "a.graphql"}]}},
    ], sources
    for key, value in (("sdl", "type Query { a: Int }"), ("routerSettings", {"timeout": "5s"}), ("includeErrors", True), ("inGraph", False)):
        for name, entry in (("a", image), ("statistiques", {})):
            if (name, key) != ("statistiques", "includeErrors"):
                refused(f"subgraphs.{name}.{key}", values={"router": {"existingConfigMap": "graph"}, "subgraphs": {name: entry | {key: value}}})


def check_way_out():
    """Whatever a URL in the router's configuration names is let through, by its own port; where a variable tells it, the notes say so."""
    config = {
        "authentication": {"jwt": [{"jwks": "https://login.example.org:8443/keys"}, {"jwks": "./keys.json"}, {"jwks": "http://keys.example.org/"}]},
        "redis": {"url": "redis://:${REDIS_PASSWORD:-none}@cache.example.org/2"},
        "proxy": {"url": "http://user:word@proxy.example.org:3128"},
        "telemetry": {"otlp": {"endpoint": "http://collector.observability.svc:4318"}},
    }
    settings = {
        "routes": [{"when": {"header": "a", "is": "b"}, "url": "http://other.example.org:4009/graphql"}],
        "subscriptions": {"url": "wss://events.example.org:4010/"},
    }
    given = {"router": {"config": config}, "subgraphs": {"statistiques": {"routerSettings": settings}}}
    made = render(values=given, notes=True)
    rules = made.one("NetworkPolicy", "router")["spec"]["egress"]
    anywhere = {port["port"] for rule in rules if "to" not in rule for port in rule["ports"]}
    assert anywhere == {53, 8443, 80, 6379, 3128, 4318, 4009, 4010}, anywhere
    assert any("observability" in str(rule.get("to")) for rule in rules)
    assert "Variables tell" not in made.notes, made.notes
    elsewhere = {
        "prometheus": {"remoteWrite": [{"url": "https://samples.example.org:8427/write"}]},
        "grafana": {"datasourceUrl": "http://prometheus.example.org:9099"},
    }
    made = render(values=elsewhere)
    for component, port in (("prometheus", 8427), ("grafana", 9099)):
        rules = made.one("NetworkPolicy", component)["spec"]["egress"]
        assert {"ports": [{"port": port, "protocol": "TCP"}]} in rules, f"{component} is not let through to {port}"
    given = {"router": {"config": {"redis": {"url": "redis://${REDIS_HOST}:6379"}, "authentication": {"jwt": [{"jwks": "${KEYS}"}]}}}}
    made = render(values=given, notes=True)
    lists = {"authentication": {"jwt": "${ISSUERS}"}, "schema": {"seed": "${SEEDS}"}, "proxy": {"environment": True}}
    made_of_lists = render(values={"router": {"config": lists}, "subgraphs": {"a": {"url": "http://a.b.c/", "routerSettings": {"routes": "${A}"}}}}, notes=True)
    for key in ("jwt[0].jwks", "schema.seed", "subgraphs.a.routerSettings.routes", "proxy.environment"):
        assert key in made_of_lists.notes, made_of_lists.notes
    told = "cannot know: router.config.authentication.jwt[0].jwks, router.config.redis.url."
    assert told in made.notes, made.notes


def owned(document):
    """An object as a cluster has it of this release: Helm takes over no other."""
    owner = {"meta.helm.sh/release-name": "abaque", "meta.helm.sh/release-namespace": "abaque"}
    document["metadata"] |= {"generation": 1, "annotations": owner | document["metadata"].get("annotations", {})}
    return document


def deployed(made, *names, **status):
    """Deployments of a rendering as a cluster has them when they have been rolled out."""
    settled = {"observedGeneration": 1, "replicas": 2, "updatedReplicas": 2, "readyReplicas": 2}
    for name in names:
        yield owned(made.one("Deployment", name)) | {"status": settled | status}


def check_replicas_under_an_autoscaler():
    """An autoscaler's number is in no manifest, so that a rollback does not bring that of then; but one that was there stays, or Kubernetes makes it one."""
    scaled = {"router": {"autoscaling": {"enabled": True}}, "subgraphDefaults": {"autoscaling": {"enabled": True}}}

    def replicas(made):
        return [made.one("Deployment", name)["spec"].get("replicas") for name in ("router", "calculatrice")]

    fixed = render(values={"router": {"replicas": 4}})
    with Kubernetes() as cluster:
        first = render(values=scaled, cluster=cluster)
        assert replicas(first) == [None, None], "a new release says how many"
    for before in (first, render(values=scaled)):
        running = list(deployed(before, "router", "calculatrice"))
        for document in running:
            document["spec"]["replicas"] = 5
        with Kubernetes(running) as cluster:
            assert replicas(render(values=scaled, cluster=cluster)) == [None, None], "an upgrade says how many"
            assert replicas(render(cluster=cluster)) == [2, 2]
    for _ in range(2):
        running = list(deployed(fixed, "router", "calculatrice"))
        running[0]["spec"]["replicas"] = 5
        with Kubernetes(running) as cluster:
            fixed = render(values=scaled, cluster=cluster)
            assert replicas(fixed) == [5, 2], "what was said is said no more"


def check_subgraph_of_the_first_chart():
    """The first chart made no record of what its routers ask: what the upgrade from it takes away is known by their configuration, and runs on as it ran."""
    image = {"repository": "registry.example.org:5000/a", "tag": "1.2.3"}
    entry = {"image": image, "port": 4003, "adminPort": 9093, "settingsPrefix": "A", "args": ["serve"], "resources": {"limits": {"memory": "99Mi"}}}
    subgraphs = {"a": entry, "b": {"url": "http://b.shop.svc:4000/graphql"}, "c": {"url": "http://${C_HOST}/graphql"}}
    before = render(values={"subgraphs": subgraphs})
    running = list(deployed(before, "router", "a"))
    del running[0]["metadata"]["annotations"]["abaque.dev/subgraphs"]
    configuration = owned(before.one("ConfigMap", "router"))
    configuration["data"]["router.yaml"] = configuration["data"]["router.yaml"].replace(".svc.cluster.local:", ".svc:")
    was = before.pod("a")["spec"]
    with Kubernetes([*running, configuration, owned(before.one("Service", "a"))]) as cluster:
        after = render(cluster=cluster)
        left = after.pod("a")["spec"]
        for key in ("image", "args", "env", "ports", "resources", "readinessProbe", "securityContext"):
            assert left["containers"][0][key] == was["containers"][0][key], f"{key}: {left['containers'][0][key]}"
        assert left["terminationGracePeriodSeconds"] == was["terminationGracePeriodSeconds"]
        assert {port["port"] for port in after.one("Service", "a")["spec"]["ports"]} == {4003, 9093}
        assert "a" not in after.router()["subgraphs"]
        rules = yaml.safe_dump(after.one("NetworkPolicy", "router")["spec"]["egress"])
        assert "component: a" in rules and "name: shop" in rules, rules
        leaving = json.loads(after.one("Deployment", "router")["metadata"]["annotations"]["abaque.dev/subgraphs"])["leaving"]
        assert [one["name"] for one in leaving] == ["a", "b", "c"], leaving
        # Those that stay are as values say, by the ports of before and of now.
        stays = render(values={"subgraphs": subgraphs | {"a": entry | {"port": 4103}}}, cluster=cluster)
        assert {port["port"] for port in stays.one("Service", "a")["spec"]["ports"]} == {4103, 4003, 9093}
        same = render(values={"subgraphs": subgraphs}, cluster=cluster)
        assert json.loads(same.one("Deployment", "router")["metadata"]["annotations"]["abaque.dev/subgraphs"])["leaving"] == []
    digest = f"sha256:{'0' * 64}"
    running[1]["spec"]["template"]["spec"]["containers"][0]["image"] = f"mirror.example.org/a@{digest}"
    with Kubernetes([*running, configuration]) as cluster:
        for values in ({}, {"global": {"imageRegistry": "mirror.example.org"}}):
            assert render(values=values, cluster=cluster).pod("a")["spec"]["containers"][0]["image"] == f"mirror.example.org/a@{digest}"


def check_leftover_of_the_first_chart():
    """A policy that the first chart made for `helm test`, which stayed where a check failed, is in nobody's way: the name is not taken."""
    hook = {"helm.sh/hook": "test", "helm.sh/hook-delete-policy": "before-hook-creation,hook-succeeded"}
    metadata = {"name": "abaque-test", "namespace": "abaque", "annotations": hook}
    metadata["labels"] = {"app.kubernetes.io/managed-by": "Helm", "app.kubernetes.io/instance": "abaque"}
    left = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": {"podSelector": {}}}
    with Kubernetes([left]) as cluster:
        assert render(cluster=cluster).one("NetworkPolicy", "test-checks")


def check_what_may_not_be_seen():
    """Where Helm keeps its releases elsewhere (HELM_DRIVER), who upgrades need not be allowed to list Secrets."""
    with Kubernetes(forbidden=["Secret"]) as cluster:
        made = render(values={"router": {"autoscaling": {"enabled": True}}}, cluster=cluster)
        assert made.one("Secret", "grafana")["data"]["admin-password"]
    assert not render().all("Secret"), "a password is made up at each rendering"


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


def check_alertmanagers():
    """An Alertmanager is host and port, or a URL of which Prometheus gets each part by itself."""
    addresses = ["am.monitoring.svc:9093", "https://am.example.org/alerts/", "http://am.monitoring.svc:9093", "[2001:db8::1]:9093"]
    made = render(values={"prometheus": {"alertmanagers": addresses}})
    configuration = yaml.safe_load(made.one("ConfigMap", "prometheus")["data"]["prometheus.yaml"])
    told = [
        (one.get("scheme", "http"), one["static_configs"][0]["targets"], one.get("path_prefix", "/"))
        for one in configuration["alerting"]["alertmanagers"]
    ]
    assert told == [
        ("http", ["am.monitoring.svc:9093"], "/"),
        ("https", ["am.example.org"], "/alerts"),
        ("http", ["am.monitoring.svc:9093"], "/"),
        ("http", ["[2001:db8::1]:9093"], "/"),
    ], told
    ports = {
        port["port"] for rule in made.one("NetworkPolicy", "prometheus")["spec"]["egress"] if "to" not in rule for port in rule.get("ports", [])
    }
    assert {9093, 443} <= ports, ports
    for address in ("am:port", "ftp://am/", "http://user:word@am/", "am 9093", ""):
        refused("is neither host and port", values={"prometheus": {"alertmanagers": [address]}})


def check_alerts_that_arrive():
    """What `helm test` asks of alerts holds only while each Alertmanager takes them: the query of the check, on what Prometheus would have counted."""
    made = render(values={"prometheus": {"alertmanagers": ["one:9093", "two:9093", "http://one:9093/"]}})
    url, contains, wanted, _ = made.one("Pod", "test-alerts")["spec"]["containers"][0]["args"][1:]
    assert (contains, wanted) == ("--contains", ',"2"]'), made.one("Pod", "test-alerts")
    query = parse_qs(urlsplit(url).query)["query"][0]
    steady, silent = "0 0 0 0 1 1 1 1 2 2 2 2 3 3 3 3 4 4 4 4 5 5 5 5", "0 0 0 0 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"
    late = "0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1 1 1 1 2 2 2 2"
    cases = {
        # What two Alertmanagers were sent, what of it failed, and how many take alerts at the end.
        "both take them": (steady, silent.replace("1", "0"), 2),
        "one is away now, and took some before": (steady, late, 1),
        "one was away at first": (steady, silent, 2),
        "one is sent nothing": (silent, silent.replace("1", "0"), 1),
    }
    tests = []
    for sent, failed, taking in cases.values():
        series = [
            {"series": 'prometheus_notifications_sent_total{alertmanager="one"}', "values": steady},
            {"series": 'prometheus_notifications_errors_total{alertmanager="one"}', "values": "0x23"},
            {"series": 'prometheus_notifications_sent_total{alertmanager="two"}', "values": sent},
            {"series": 'prometheus_notifications_errors_total{alertmanager="two"}', "values": failed},
        ]
        expected = [{"expr": query, "eval_time": "345s", "exp_samples": [{"labels": "{}", "value": taking}]}]
        tests.append({"interval": "15s", "input_series": series, "promql_expr_test": expected})
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        yaml.safe_dump({"rule_files": [], "tests": tests}, file)
        file.flush()
        told = subprocess.run([PROMTOOL, "test", "rules", file.name], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr


def check_paths_from_outside():
    """A path that does not lead to the router is refused, unless something may rewrite it; then the notes say that it must."""
    ingress = {"enabled": True, "hosts": ["a.example.org"], "path": "/api"}
    rewrites = {"nginx.ingress.kubernetes.io/rewrite-target": "/graphql"}
    refused("or have it rewritten by `router.ingress.annotations`", values={"router": {"ingress": ingress}})
    refused("does not lead to the router", values={"router": {"ingress": ingress | {"pathType": "Exact", "path": "/"}}})
    made = render(values={"router": {"ingress": ingress | {"annotations": rewrites}}}, notes=True)
    assert "The path /api of http://a.example.org leads there only where" in made.notes and "curl -s http://a.example.org/api " in made.notes, made.notes
    regular = {"pathType": "ImplementationSpecific", "path": "/api(/|$)(.*)"}
    made = render(values={"router": {"ingress": ingress | regular | {"annotations": rewrites}}}, notes=True)
    path = made.one("Ingress", "router")["spec"]["rules"][0]["http"]["paths"][0]
    assert (path["path"], path["pathType"]) == (regular["path"], regular["pathType"]), path
    route = {"enabled": True, "parentRefs": [{"name": "public"}], "path": "/api"}
    refused("or have it rewritten by `router.httpRoute.filters`", values={"router": {"httpRoute": route}})
    filters = [{"type": "URLRewrite", "urlRewrite": {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/graphql"}}}]
    rule = render(values={"router": {"httpRoute": route | {"filters": filters}}}).one("HTTPRoute", "router")["spec"]["rules"][0]
    assert rule["filters"] == filters and rule["matches"] == [{"path": {"type": "PathPrefix", "value": "/api"}}], rule
    # What has nothing to do with the path is no reason to believe that it is rewritten.
    others = {"cert-manager.io/cluster-issuer": "letsencrypt", "nginx.ingress.kubernetes.io/proxy-body-size": "1m", "alb.ingress.kubernetes.io/healthcheck-path": "/"}
    refused("does not look as if it did", values={"router": {"ingress": ingress | {"annotations": others}}})
    for annotation in ({"konghq.com/strip-path": "true"}, {"traefik.ingress.kubernetes.io/router.middlewares": "a-strip@kubernetescrd"}, {"zalando.org/skipper-filter": 'setPath("/graphql")'}):
        render(values={"router": {"ingress": ingress | {"annotations": others | annotation}}})
    headers = {"type": "RequestHeaderModifier", "requestHeaderModifier": {"set": [{"name": "a", "value": "b"}]}}
    host = {"type": "URLRewrite", "urlRewrite": {"hostname": "b.example.org"}}
    refused("does not look as if it did", values={"router": {"httpRoute": route | {"filters": [headers, host]}}})
    render(values={"router": {"httpRoute": route | {"filters": [headers, *filters]}}})
    refused("router.config.path: ", values={"router": {"config": {"path": "${GRAPH_PATH}"}}})
    exact = {"path": "/graphql", "pathType": "Exact"}
    render(values={"router": {"httpRoute": route | exact, "ingress": ingress | exact}})
    refused("value must be one of", values={"router": {"httpRoute": {"pathType": "Prefix"}}})


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


def check_names_in_full():
    """Every pod asks for a name of the cluster in full as it is, before it goes through a search list."""
    made = render()
    names = [line.split("//")[1].split(":")[0] for line in made.one("ConfigMap", "grafana-provisioning")["data"]["datasource.yaml"].splitlines() if "url:" in line]
    names += [argument.split("//")[1].split(":")[0] for pod in made.all("Pod") for argument in pod["spec"]["containers"][0]["args"] if "//" in argument]
    fewest = min(name.count(".") for name in names)
    for pod in [document["spec"]["template"] for document in made.all("Deployment")] + made.all("Pod"):
        options = {option["name"]: option["value"] for option in pod["spec"].get("dnsConfig", {}).get("options", [])}
        assert int(options.get("ndots", 5)) <= fewest, pod
    assert "say it by `clusterDomain`" in render(notes=True).notes
    assert "clusterDomain" not in render(values={"clusterDomain": "corp.internal"}, notes=True).notes


def check_routes():
    """A route of the Gateway API has labels as an Ingress has; an Ingress may answer to every name, and then the notes do not make one up."""
    route = {"enabled": True, "parentRefs": [{"name": "public"}], "labels": {"expose": "true"}}
    assert render(values={"router": {"httpRoute": route}}).one("HTTPRoute", "router")["metadata"]["labels"]["expose"] == "true"
    for hosts, endpoint in (([""], "http://localhost:4000/graphql"), (["", "a.example.org"], "http://a.example.org/graphql")):
        made = render(values={"router": {"ingress": {"enabled": True, "hosts": hosts}}}, notes=True)
        rules = made.one("Ingress", "router")["spec"]["rules"]
        assert [rule.get("host", "") for rule in rules] == hosts and "host" not in rules[0], rules
        assert f"curl -s {endpoint} " in made.notes, made.notes


def check_dual_stack():
    """A Service has no address of IPv6 before a program of the project that listens by IPv4 only; what listens as it pleases may have one."""
    told = "the programs listen on 0.0.0.0. Set `bindAddress`"
    for network in ({"ipFamilyPolicy": "PreferDualStack"}, {"ipFamilyPolicy": "RequireDualStack", "ipFamilies": ["IPv4"]}, {"ipFamilies": ["IPv6"]}):
        for values in ({"router": {"service": network}}, {"subgraphDefaults": {"service": network}}):
            refused(told, values=values)
        made = render(values={"bindAddress": "[::]", "router": {"service": network}, "subgraphDefaults": {"service": network}})
        assert made.router()["listen"] == "[::]:4000"
        assert network.items() <= made.one("Service", "calculatrice")["spec"].items()
        others = {"image": {"repository": "registry.example.org/a", "tag": "1"}, "service": network}
        render(values={"subgraphs": {"a": others}, "prometheus": {"service": network}, "grafana": {"service": network}})
    one = {"ipFamilyPolicy": "SingleStack", "ipFamilies": ["IPv4"]}
    render(values={"router": {"service": one}, "subgraphDefaults": {"service": one}})


def check_dependency():
    """A chart may depend on this one by a condition, and have values for all of its charts."""
    with tempfile.TemporaryDirectory() as folder:
        parent = Path(folder)
        shutil.copytree(CHART, parent / "charts/abaque")
        version = yaml.safe_load((CHART / "Chart.yaml").read_text())["version"]
        dependency = {"name": "abaque", "version": version, "condition": "abaque.enabled"}
        about = {"apiVersion": "v2", "name": "shop", "version": "1.0.0", "dependencies": [dependency]}
        (parent / "Chart.yaml").write_text(yaml.safe_dump(about))
        everybody = {"imageRegistry": "mirror.example.org", "storageClass": "fast", "postgresql": {"auth": {}}}
        made = render(values={"global": everybody, "abaque": {"enabled": True}}, chart=parent)
        assert made.pod("router")["spec"]["containers"][0]["image"].startswith("mirror.example.org/abaque/router:")
        assert not render(values={"global": everybody, "abaque": {"enabled": False}}, chart=parent).documents
        refused("additional properties 'replcas' not allowed", values={"abaque": {"replcas": 1}}, chart=parent)


def check_urls():
    """A text that is to be a URL and is none is refused in words, and not by a template that fails on it; one of variables, or of a socket, is taken."""
    for url in ("collector:4317", "not a url", "http:/a/", "http://", "ftp://a/", "http://a:port/"):
        for path in (["telemetry", "endpoint"], ["grafana", "datasourceUrl"], ["subgraphs", "a", "url"]):
            refused(f"{'.'.join(path)}: ", values=nested(path, url))
    for url in ("${A_URL}", "http://${A_HOST}:4000/graphql", "https://${A_HOST:-a}/"):
        made = render(values=nested(["subgraphs", "a", "url"], url), notes=True)
        assert "cannot know: subgraphs.a.url." in made.notes, made.notes
        assert made.router()["subgraphs"]["a"]["url"] == url
    for url in ("http+unix:///run/a.sock:/graphql", "http://[2001:db8::1]:4000/", "http://a_b.shop.svc./graphql?x=1"):
        made = render(values=nested(["subgraphs", "a", "url"], url), notes=True)
        assert "cannot know" not in made.notes, made.notes


def check_names_that_yaml_takes_for_others():
    """A namespace of digits and a subgraph whose name is a word of YAML are texts wherever they stand."""
    values = {
        "subgraphs": {name: {"image": {"repository": "registry.example.org/a", "tag": "1"}, "verticalPodAutoscaler": {"enabled": True}} for name in ("on", "null", "e1")},
        "router": {"config": {"discovery": {"kubernetes": {"namespaces": ["1234", "1e3"]}}}},
        "serviceMonitor": {"enabled": True},
        "networkPolicy": {"metricsFrom": [{"podSelector": {}}]},
    }
    made = render(values=values, namespace="1234")

    def walk(value, path):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            here = f"{path}.{key}"
            if isinstance(inner, (dict, list)):
                walk(inner, here)
            elif "labels" in path.lower() or key in ("name", "namespace", "containerName", "replacement", "job_name") or "names" in path.lower():
                assert isinstance(inner, str), f"{here} is {inner!r}"

    for document in made.documents:
        walk(document, document["metadata"]["name"])
    walk(yaml.safe_load(made.one("ConfigMap", "prometheus")["data"]["prometheus.yaml"]), "prometheus.yaml")


def check_port_by_default():
    """A port that `subgraphDefaults` told is kept for the routers of before, as one of the entry is; and so is a subgraph that leaves."""
    subgraphs = {"a": {"image": {"repository": "registry.example.org/a", "tag": "1"}}}
    before = render(values={"subgraphs": subgraphs})
    with Kubernetes(deployed(before, "router")) as cluster:
        moved = render(values={"subgraphs": subgraphs, "subgraphDefaults": {"port": 4100}}, cluster=cluster)
        ports = {port["port"] for port in moved.one("Service", "a")["spec"]["ports"]}
        assert ports == {4100, 4000, 9090}, ports
        left = render(values={"subgraphDefaults": {"port": 4100, "adminPort": None}}, cluster=cluster)
        ports = {port["port"] for port in left.one("Service", "a")["spec"]["ports"]}
        assert ports == {4000, 9090}, ports
        ports = {port["name"]: port["containerPort"] for port in left.pod("a")["spec"]["containers"][0]["ports"]}
        assert ports == {"http": 4000, "admin": 9090}, ports
    with Kubernetes(deployed(moved, "router")) as cluster:
        after = render(values={"subgraphs": subgraphs, "subgraphDefaults": {"port": 4100}}, cluster=cluster)
        ports = {port["port"] for port in after.one("Service", "a")["spec"]["ports"]}
        assert ports == {4100, 9090}, ports
    with Kubernetes(deployed(before, "router")) as cluster:
        taken = {"a": subgraphs["a"] | {"port": 4100, "adminPort": 4000}}
        refused("subgraphs.a.adminPort 4000 is the port of the Service at which", values={"subgraphs": taken}, cluster=cluster)
        render(values={"subgraphs": {"a": taken["a"] | {"adminPort": 4001}}}, cluster=cluster)
    # Without a port for probes there was none.
    without = {"a": {"image": {"repository": "registry.example.org/a", "tag": "1"}, "adminPort": None}}
    with Kubernetes(deployed(render(values={"subgraphs": without}), "router")) as cluster:
        left = render(cluster=cluster)
        assert [port["port"] for port in left.one("Service", "a")["spec"]["ports"]] == [4000]


def nested(path, value):
    for key in reversed(path):
        value = {key: value}
    return value


def merged(one, other):
    return one | {key: merged(one.get(key) or {}, value) if isinstance(value, dict) else value for key, value in other.items()}


def may_be_missing(values, path):
    """Whether the schema takes values without what is there: Helm takes away what is null before it looks."""
    values = json.loads(json.dumps(values))
    at = values
    for key in path[:-1]:
        at = at[key]
    del at[path[-1]]
    return Draft7Validator(json.loads((CHART / "values.schema.json").read_text())).is_valid(values)


def rendered_without_gaps(values):
    made = render(values=values, notes=True)
    assert not re.search(r"no value|<nil>", yaml.dump(made.documents) + made.notes), f"{values}: something is rendered as nothing"


def check_null():
    """Null in place of a section, and of everything that may be empty, is rendered or refused in words: no template fails on it."""
    for template in [*(CHART / "templates").rglob("*.yaml"), CHART / "templates/NOTES.txt"]:
        assert template.read_text().startswith('{{- include "abaque.prepare" . }}\n'), f"{template} does not begin with what it goes by"
    defaults = yaml.safe_load((CHART / "values.yaml").read_text())
    described = set(re.findall(r"## @param (\S+)", (CHART / "values.yaml").read_text()))
    empty, sections = {}, []

    def walk(values, path):
        nonlocal empty
        for key, value in values.items():
            here = [*path, key]
            if ".".join(here) not in described:
                sections.append(here)
                walk(value, here)
            elif not value or isinstance(value, (dict, list)):
                empty = merged(empty, nested(here, None))

    walk(defaults, [])
    # The two services are an entry of this map.
    del empty["subgraphs"]
    rendered_without_gaps(empty)
    sections += [["subgraphs"], ["commonLabels"], ["extraObjects"]]
    outcomes, inner = {}, {}
    for section in sections:
        nothing = nested(section, None)
        name = ".".join(section)
        if not may_be_missing(defaults, section):
            outcomes[name] = "refused"
            continue
        outcomes[name] = "rendered"
        if len(section) > 1:
            # All of these at once, below.
            inner = merged(inner, nothing)
            continue
        if name == "prometheus":
            nothing |= {"grafana": None}
        elif name == "subgraphs":
            nothing |= {"router": {"config": {"discovery": {"kubernetes": {}}}}}
        rendered_without_gaps(nothing)
    rendered_without_gaps(inner)
    refused("missing property", values={"router": {"service": None}})
    for section in ("global", "subgraphs", "telemetry", "prometheus", "grafana", "tests", "dashboards", "router.tls", "router.rbac"):
        assert outcomes[section] == "rendered", f"{section} is refused"
    for section in ("router", "networkPolicy", "router.service"):
        assert outcomes[section] == "refused", f"{section} is rendered"


def main():
    checks = {name.removeprefix("check_"): check for name, check in globals().items() if name.startswith("check_")}
    wanted = sys.argv[3:] or list(checks)

    def run(name):
        try:
            checks[name]()
        except (AssertionError, Refused, KeyError) as wrong:
            return f"{name} ({checks[name].__doc__}): {wrong!r}"
        return None

    with ThreadPoolExecutor(2) as threads:
        wrong = [problem for problem in threads.map(run, wanted) if problem]
    print(f"{len(wanted) - len(wrong)} of {len(wanted)} properties of renderings hold")
    if wrong:
        sys.exit("- " + "\n- ".join(wrong))


if __name__ == "__main__":
    main()
