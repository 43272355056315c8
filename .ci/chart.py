#!/usr/bin/env python3
"""What holds of every rendering of the chart, whatever the values: chart.py RENDERED.yaml [ROUTER_CONFIGURATION]

Writes the router's configuration to the second file, for the router to judge.
"""

import sys
from pathlib import Path

import yaml

WORKLOADS = {"Deployment", "StatefulSet", "Job", "Pod"}


def pod_of(document):
    return document if document["kind"] == "Pod" else document["spec"]["template"]


def selects(selector, labels):
    return bool(selector) and all(labels.get(key) == value for key, value in selector.items())


def check(documents, wrong):
    pods = [(d, pod_of(d)) for d in documents if d["kind"] in WORKLOADS]
    names = {(d["kind"], d["metadata"]["name"]) for d in documents}
    if len(names) != len(documents):
        wrong.append("two objects have one kind and name")
    for document, pod in pods:
        name = f"{document['kind']} {document['metadata']['name']}"
        spec = pod["spec"]
        # Who has a Role, and nobody else.
        bound = {s["name"] for d in documents if d["kind"].endswith("RoleBinding") for s in d["subjects"]}
        if bool(spec.get("automountServiceAccountToken")) != (spec.get("serviceAccountName") in bound):
            wrong.append(f"{name} mounts a token without a Role, or has a Role and no token")
        if not spec.get("securityContext", {}).get("runAsNonRoot"):
            wrong.append(f"{name} may run as root")
        if document["kind"] == "Deployment" and not selects(document["spec"]["selector"]["matchLabels"], pod["metadata"]["labels"]):
            wrong.append(f"{name} does not select its own pods")
        accounts = {d["metadata"]["name"] for d in documents if d["kind"] == "ServiceAccount"} | {"default"}
        if spec.get("serviceAccountName", "default") not in accounts:
            wrong.append(f"{name} runs as an account that is not there")
        for volume in spec.get("volumes", []):
            source = volume.get("configMap", {}).get("name")
            if source and ("ConfigMap", source) not in names:
                wrong.append(f"{name} mounts the ConfigMap {source}, which is not there")
        for container in spec["containers"]:
            context = container.get("securityContext", {})
            if context.get("allowPrivilegeEscalation") is not False or context.get("capabilities", {}).get("drop") != ["ALL"]:
                wrong.append(f"{name}: the container is not restricted")
            if not context.get("readOnlyRootFilesystem"):
                wrong.append(f"{name}: the root file system can be written")
            if not container.get("resources", {}).get("limits", {}).get("memory"):
                wrong.append(f"{name}: memory has no limit")
            if ":" not in container["image"].rsplit("/", 1)[-1]:
                wrong.append(f"{name}: the image {container['image']} has neither tag nor digest")
            ports = {port["name"] for port in container.get("ports", [])}
            for kind in ("startupProbe", "livenessProbe", "readinessProbe"):
                probe = container.get(kind)
                # What values add beside it may have none.
                if document["kind"] == "Deployment" and container is spec["containers"][0] and not probe:
                    wrong.append(f"{name} has no {kind}")
                elif probe and (port := (probe.get("httpGet") or probe["tcpSocket"])["port"]) not in ports:
                    wrong.append(f"{name}: {kind} asks the port {port}, which is not there")
            mounts = {mount["name"] for mount in container.get("volumeMounts", [])}
            if missing := mounts - {volume["name"] for volume in spec.get("volumes", [])}:
                wrong.append(f"{name} mounts {missing}, which are no volumes")
    for service in (d for d in documents if d["kind"] == "Service"):
        name = f"Service {service['metadata']['name']}"
        behind = [pod for _, pod in pods if selects(service["spec"]["selector"], pod["metadata"]["labels"])]
        if not behind:
            wrong.append(f"{name} selects no pods")
        for port in service["spec"]["ports"]:
            target = port.get("targetPort")
            open_ports = {
                p["name"] for pod in behind for container in pod["spec"]["containers"] for p in container.get("ports", [])
            }
            if isinstance(target, str) and target not in open_ports:
                wrong.append(f"{name} leads to the port {target}, which is not there")
    policies = [d for d in documents if d["kind"] == "NetworkPolicy" and "helm.sh/hook" not in d["metadata"].get("annotations", {})]
    for policy in policies:
        selector = policy["spec"]["podSelector"].get("matchLabels")
        if not any(selects(selector, pod["metadata"]["labels"]) for _, pod in pods):
            wrong.append(f"NetworkPolicy {policy['metadata']['name']} selects no pods")
    for document, pod in pods:
        covered = any(selects(p["spec"]["podSelector"].get("matchLabels"), pod["metadata"]["labels"]) for p in policies)
        if policies and document["kind"] == "Deployment" and not covered:
            wrong.append(f"{document['metadata']['name']} has no NetworkPolicy")
    for kind, spec in ((d["kind"], d["spec"]) for d in documents if d["kind"] in ("HorizontalPodAutoscaler",)):
        if ("Deployment", spec["scaleTargetRef"]["name"]) not in names:
            wrong.append(f"a {kind} scales {spec['scaleTargetRef']['name']}, which is not there")
    for budget in (d for d in documents if d["kind"] == "PodDisruptionBudget"):
        selector = budget["spec"]["selector"]["matchLabels"]
        if not any(selects(selector, pod["metadata"]["labels"]) for _, pod in pods):
            wrong.append(f"PodDisruptionBudget {budget['metadata']['name']} selects no pods")


def write_schemas(configuration, documents, folder):
    """Writes the SDL files that a configuration names beside it, as they are mounted; a stand-in for those of a ConfigMap that is not the chart's."""
    mounted = {key: text for d in documents if d["kind"] == "ConfigMap" for key, text in d.get("data", {}).items()}
    for subgraph in (yaml.safe_load(configuration).get("subgraphs") or {}).values():
        sdl = subgraph.get("sdl") or ""
        if sdl.startswith("./"):
            (folder / sdl).write_text(mounted.get(sdl[2:], "type Query { a: Int }\n"))


def main():
    with open(sys.argv[1]) as file:
        documents = [document for document in yaml.safe_load_all(file) if document]
    wrong = []
    check(documents, wrong)
    configurations = [d["data"]["router.yaml"] for d in documents if d["kind"] == "ConfigMap" and "router.yaml" in d.get("data", {})]
    if len(configurations) != 1:
        wrong.append("there is not one configuration of the router")
    elif len(sys.argv) > 2:
        with open(sys.argv[2], "w") as file:
            file.write(configurations[0])
        write_schemas(configurations[0], documents, Path(sys.argv[2]).parent)
    if wrong:
        sys.exit(f"{sys.argv[1]}:\n- " + "\n- ".join(wrong))


if __name__ == "__main__":
    main()
