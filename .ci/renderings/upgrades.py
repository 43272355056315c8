"""What a release makes of what the one before has left in the cluster."""

import json

import yaml

from chart import render
from kubernetes import Kubernetes


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
