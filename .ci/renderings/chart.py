"""The chart, as Helm renders it with some values."""

import json
import subprocess
import sys
from pathlib import Path

import yaml

from kubernetes import Kubernetes

CHART = Path(__file__).resolve().parents[2] / "helm/abaque"
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
