"""Names, labels, images and rights of what there is."""

import shutil
import tempfile
from pathlib import Path

import yaml

from chart import CHART, refused, render
from gaps import nested
from kubernetes import Kubernetes


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


def check_what_may_not_be_seen():
    """Where Helm keeps its releases elsewhere (HELM_DRIVER), who upgrades need not be allowed to list Secrets."""
    with Kubernetes(forbidden=["Secret"]) as cluster:
        made = render(values={"router": {"autoscaling": {"enabled": True}}}, cluster=cluster)
        assert made.one("Secret", "grafana")["data"]["admin-password"]
    assert not render().all("Secret"), "a password is made up at each rendering"
