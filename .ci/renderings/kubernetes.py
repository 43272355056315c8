"""As much of a Kubernetes API as Helm looks things up in: renderings of an upgrade need what is there already.

    with Kubernetes([deployment, …]) as kubeconfig: helm template --dry-run=server --kubeconfig …

Reads only. What is not given is not there, and what a rendering may not look at (`forbidden`) is refused as the API server does it.
"""

import json
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

# (group and version, plural) of the kinds that the chart has.
KINDS = {
    "ConfigMap": ("v1", "configmaps"),
    "PersistentVolumeClaim": ("v1", "persistentvolumeclaims"),
    "Pod": ("v1", "pods"),
    "Secret": ("v1", "secrets"),
    "Service": ("v1", "services"),
    "ServiceAccount": ("v1", "serviceaccounts"),
    "Deployment": ("apps/v1", "deployments"),
    "HorizontalPodAutoscaler": ("autoscaling/v2", "horizontalpodautoscalers"),
    "Ingress": ("networking.k8s.io/v1", "ingresses"),
    "NetworkPolicy": ("networking.k8s.io/v1", "networkpolicies"),
    "PodDisruptionBudget": ("policy/v1", "poddisruptionbudgets"),
    "Role": ("rbac.authorization.k8s.io/v1", "roles"),
    "RoleBinding": ("rbac.authorization.k8s.io/v1", "rolebindings"),
}


def path_of(document):
    version, plural = KINDS[document["kind"]]
    base = "/api/v1" if version == "v1" else f"/apis/{version}"
    return f"{base}/namespaces/{document['metadata']['namespace']}/{plural}/{document['metadata']['name']}"


def discovery():
    """The paths by which clients learn of kinds."""
    groups, answers = {}, {"/version": {"major": "1", "minor": "34", "gitVersion": "v1.34.0"}}
    answers["/api"] = {"kind": "APIVersions", "versions": ["v1"]}
    for version in sorted({version for version, _ in KINDS.values()}):
        resources = [
            {"name": plural, "singularName": "", "namespaced": True, "kind": kind, "verbs": ["get", "list", "create"]}
            for kind, (of, plural) in KINDS.items()
            if of == version
        ]
        base = "/api/v1" if version == "v1" else f"/apis/{version}"
        answers[base] = {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": resources}
        if version != "v1":
            group, short = version.split("/")
            known = {"groupVersion": version, "version": short}
            groups[group] = {"name": group, "versions": [known], "preferredVersion": known}
    answers["/apis"] = {"kind": "APIGroupList", "apiVersion": "v1", "groups": list(groups.values())}
    return answers


class Kubernetes:
    def __init__(self, documents=(), forbidden=()):
        self.answers = discovery()
        for document in documents:
            self.answers[path_of(document)] = document
        self.forbidden = {f"/{KINDS[kind][1]}" for kind in forbidden}
        self.folder = tempfile.TemporaryDirectory()

    def answer(self, path):
        """(status, body) of a GET."""
        if path in self.answers:
            return 200, self.answers[path]
        if any(path.endswith(plural) for plural in self.forbidden):
            return 403, self.status(403, "Forbidden", f"{path.rpartition('/')[2]} is forbidden")
        lists = {f"/{plural}": kind for kind, (_, plural) in KINDS.items()}
        if kind := lists.get(path[path.rfind("/") :]):
            found = [document for at, document in self.answers.items() if at.startswith(f"{path}/")]
            version = KINDS[kind][0]
            return 200, {"kind": f"{kind}List", "apiVersion": version, "metadata": {}, "items": found}
        return 404, self.status(404, "NotFound", f"{path} is not found")

    @staticmethod
    def status(code, reason, message):
        return {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason, "message": message}

    def __enter__(self):
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                status, body = outer.answer(self.path.partition("?")[0])
                text = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        config = Path(self.folder.name) / "config"
        cluster = {"server": f"http://127.0.0.1:{self.server.server_port}"}
        config.write_text(
            json.dumps(
                {
                    "apiVersion": "v1",
                    "kind": "Config",
                    "clusters": [{"name": "this", "cluster": cluster}],
                    "users": [{"name": "this", "user": {}}],
                    "contexts": [{"name": "this", "context": {"cluster": "this", "user": "this"}}],
                    "current-context": "this",
                }
            )
        )
        return str(config)

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.folder.cleanup()
