"""Which subgraphs the router asks, and how they are tested."""

import json

from chart import refused, render
from gaps import nested
from kubernetes import Kubernetes
from upgrades import deployed


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


def check_first_query():
    """The query that the notes show, and that `helm test` asks, is of fields that the graph has."""
    for subgraph in ({"enabled": False}, {"inGraph": False}, None):
        made = render(values={"subgraphs": {"statistiques": subgraph}}, notes=True)
        assert "__typename" in made.notes and "serie(" not in made.notes, subgraph
    assert "serie(" in render(notes=True).notes
