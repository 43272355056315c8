#!/usr/bin/env python3
"""Whether dashboards and rules show what the programs do: panels.py RENDERED.yaml PROGRAMS PROMETHEUS FOLDER

1. RENDERED.yaml, the rendered chart, has dashboards and rules that are complete: units, descriptions, a test of each alert.
2. The programs in the folder PROGRAMS are started, and a third subgraph beside them, on ports that the system gives.
3. PROMETHEUS is started with the chart's own configuration. Only its addresses differ: what it would discover in a cluster is listed.
4. Traffic of every kind runs. For a moment one of the services is away, and another subgraph does not compose.
5. Every query of every panel, every recorded rule and every alert is asked for, as Grafana does it, and has to answer.

What is written on the way is in FOLDER.
"""

import contextlib
import json
import math
import re
import socket
import sys
import time
import urllib.parse
import urllib.request
from fnmatch import fnmatch
from pathlib import Path

import yaml

import traffic
from dashboards import unknown_to_grafana
from programs import SERVICES, Program, Wrong, answers, require

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "helm/abaque/tests/alerts.test.yaml"
OPERATIONS = ROOT / "docs/operations.md"
COMPOSE = ROOT / "compose/prometheus.yaml"
COMPONENTS = ["router", *SERVICES]
# Values of the labels by which one chooses.
MEANT = {"namespace": ["abaque"], "component": COMPONENTS, "subgraph": [*SERVICES, "horloge"]}

# Seconds: of traffic before and after the moment in which not all is well, and of that moment.
TRAFFIC = 15
MOMENT = 5
# Panels that may be without any sample, by dashboard and title, and why.
MAY_BE_EMPTY = {
    ("abaque-federation", "TLS handshakes"): "the router serves no TLS",
    ("abaque-federation", "Redis"): "no Redis is configured",
}
# Panels that may be zero all the time, and why. Any other that is, counts nothing.
MAY_BE_ZERO = {
    ("abaque-federation", "Not sent"): "the budget of retries is not used up by one query",
    ("abaque-federation", "Memory of requests"): "what a request holds of less than 16 KiB is not counted",
    ("abaque-federation", "Memory refused"): "there is enough",
    ("abaque-federation", "Certificates"): "those that there are can be used",
    ("abaque-federation", "Name lookups"): "subgraphs are at addresses here",
    ("abaque-federation", "Configurations read again"): "the configuration stays as it is",
    ("abaque-federation", "Waiting for a restart"): "the configuration stays as it is",
    ("abaque-federation", "Schema gate"): "no operations are recorded",
    # Of its two queries, the one for WebSockets: the traffic has its streams by server-sent events.
    ("abaque-overview", "Open streams"): "no WebSocket is opened",
    ("abaque-runtime", "Spans exported"): "there is no collector",
    ("abaque-runtime", "Spans dropped"): "there is no collector",
    ("abaque-runtime", "Queue"): "tasks are in the queues of the workers before they are in this one",
}
# Metrics that are not exported here, and why.
NOT_HERE = {
    "http_server_tls_handshake_duration_seconds": "the router serves no TLS",
    "router_redis_request_duration_seconds": "no Redis is configured",
}
# Panels that are not of all of these.
NARROWER = {
    ("abaque-overview", title): {"component": SERVICES} for title in ("Errors of the services", "Open streams", "Events of streams")
}


# --- What the chart delivers.


class Chart:
    def __init__(self, rendered):
        documents = [document for document in yaml.safe_load_all(rendered.read_text()) if document]
        files = {}
        for document in documents:
            if document["kind"] == "ConfigMap":
                files |= document["data"]
        self.configuration = yaml.safe_load(files["prometheus.yaml"])
        self.dashboards = [json.loads(text) for name, text in sorted(files.items()) if name.endswith(".json")]
        self.rule_files = {name: text for name, text in files.items() if name.endswith(".yaml") and "groups" in yaml.safe_load(text)}
        self.rules = [rule for text in self.rule_files.values() for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]
        self.recorded = [rule for rule in self.rules if "record" in rule]
        self.alerts = [rule for rule in self.rules if "alert" in rule]
        self.workloads = [document for document in documents if document["kind"] == "Deployment"]


def panels(dashboard):
    """Those that show something: rows do not, and may hold others."""
    for panel in dashboard["panels"]:
        if panel["type"] == "row":
            yield from panels({"panels": panel.get("panels", [])})
        else:
            yield panel


def check_dashboards(chart):
    wrong = []
    if len(chart.dashboards) < 3:
        wrong.append(f"there are {len(chart.dashboards)} dashboards")
    for dashboard in chart.dashboards:
        wrong += [f"{dashboard['uid']}: Grafana knows no {path}" for path in unknown_to_grafana(dashboard)]
        numbers = [panel["id"] for panel in panels(dashboard)]
        if len(set(numbers)) != len(numbers):
            wrong.append(f"{dashboard['uid']}: two panels have one id")
        for panel in panels(dashboard):
            name = f"{dashboard['uid']}: {panel['title']}"
            if not panel.get("description", "").endswith("."):
                wrong.append(f"{name}: its description is not a sentence")
            if not panel["fieldConfig"]["defaults"].get("unit"):
                wrong.append(f"{name}: it has no unit")
            if not panel["targets"]:
                wrong.append(f"{name}: it asks for nothing")
            for target in panel["targets"]:
                if target["datasource"] != {"type": "prometheus", "uid": "${datasource}"}:
                    wrong.append(f"{name}: it asks another source than the one that is chosen")
    require(wrong)


def check_alerts(chart):
    firing = {
        alert["alertname"]
        for test in yaml.safe_load(TESTS.read_text())["tests"]
        for alert in test.get("alert_rule_test", [])
        if alert["exp_alerts"]
    }
    sections = {line.removeprefix("### ").strip().lower() for line in OPERATIONS.read_text().splitlines() if line.startswith("### ")}
    wrong = [f"no test in {TESTS.name} makes {rule['alert']} fire" for rule in chart.alerts if rule["alert"] not in firing]
    for rule in chart.alerts:
        name = rule["alert"]
        if rule["annotations"]["runbook_url"].partition("#")[2] != name.lower() or name.lower() not in sections:
            wrong.append(f"{name}: its runbook_url leads to no section of its own in docs/operations.md")
        if not {"summary", "description"} <= rule["annotations"].keys() or "severity" not in rule["labels"]:
            wrong.append(f"{name}: it lacks a summary, a description or a severity")
    require(wrong)


# --- The programs.


class Stack:
    """The programs: `addresses` of GraphQL and `admins`, by name."""

    def __init__(self, folder, programs, stack):
        self.folder, self.programs, self.stack = folder, programs, stack
        self.horloge = traffic.Server()
        self.addresses, self.admins, self.running = {}, {}, {}
        for name in SERVICES:
            self.service(name)
        self.router()

    def run(self, name, *arguments):
        program = Program(name, [self.programs / name, *arguments], self.folder / f"{name}.log")
        self.running[name] = program
        return program

    def service(self, name):
        """Where it was before, if it was."""
        listen, admin = self.addresses.get(name, "127.0.0.1:0"), self.admins.get(name, "127.0.0.1:0")
        program = self.run(name, "serve", "--listen", listen, "--admin", admin, "--log-format", "json")
        self.stack.callback(program.stop)
        self.addresses[name], self.admins[name] = program.line("address", "admin_address")

    def router(self):
        subgraphs = {name: {"url": f"http://{self.addresses[name]}/graphql"} for name in SERVICES}
        subgraphs["horloge"] = {"url": self.horloge.url}
        for subgraph in subgraphs.values():
            # One is away for a moment, which is seen by more than one look at the metrics, and is found again soon after it.
            subgraph |= {"retry": {"attempts": 2}, "breaker": {"errors": "10%", "of": 5, "open": "3s"}}
        known = self.folder / "documents"
        known.mkdir(exist_ok=True)
        (known / "known.json").write_text(json.dumps({traffic.KNOWN: "{ addition(a: 1, b: 2) }"}))
        # Of an issuer whose tokens nobody sends: its keys are loaded all the same.
        keys = self.folder / "keys.json"
        keys.write_text(json.dumps({"keys": [{"kty": "oct", "k": "A" * 43}]}))
        configuration = {
            "listen": "127.0.0.1:0",
            "admin": "127.0.0.1:0",
            "subgraphs": subgraphs,
            # So that the moment in which not all is well is seen.
            "polling": {"interval": "1s"},
            "rate_limit": {"requests": "100000/s"},
            "cost": {"mode": "measure"},
            "persisted_documents": {"files": str(known / "known.json")},
            "authentication": {"jwt": [{"jwks": str(keys)}]},
            "log": {"format": "json"},
        }
        file = self.folder / "router.yaml"
        file.write_text(yaml.safe_dump(configuration))
        program = self.run("router", "--config", file, "serve")
        self.stack.callback(program.stop)
        graphql, self.admins["router"] = program.line("graphql", "admin")
        self.addresses["router"] = urllib.parse.urlsplit(graphql).netloc
        program.wait_for(lambda: answers(f"http://{self.admins['router']}/health/ready"))


# --- Prometheus.


def discovered(workloads, selector, addresses):
    """What the Kubernetes API would say about the pods that `selector` selects: an entry per container and port, as for `role: pod`."""
    wanted = dict(pair.split("=") for pair in selector.split(","))
    for workload in workloads:
        pod = workload["spec"]["template"]
        labels = pod["metadata"]["labels"]
        if not wanted.items() <= labels.items():
            continue
        component = labels["app.kubernetes.io/component"]
        for container in pod["spec"]["containers"]:
            for port in container["ports"]:
                for phase in ("Running", "Succeeded"):
                    meta = {
                        "namespace": workload["metadata"]["namespace"],
                        "pod_name": f"{workload['metadata']['name']}-{phase.lower()}",
                        "pod_phase": phase,
                        "pod_node_name": "node",
                        "pod_container_name": container["name"],
                        "pod_container_port_name": port["name"],
                    }
                    # Of other ports and of pods that have ended there is nothing to read; nobody answers at port 1.
                    address = addresses[component] if (port["name"], phase) == ("admin", "Running") else "127.0.0.1:1"
                    yield {"targets": [address], "labels": {f"__meta_kubernetes_{key}": value for key, value in meta.items()}}


def differences(one, other, path=""):
    """Where two documents differ, as paths."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one.keys() | other.keys():
            yield from differences(one.get(key), other.get(key), f"{path}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (this, that) in enumerate(zip(one, other, strict=True)):
            yield from differences(this, that, f"{path}[{index}]")
    elif one != other:
        yield path


def local(chart, admins, itself, rules):
    """The chart's configuration, with addresses and paths of this machine, and nothing else changed."""
    configuration = json.loads(json.dumps(chart.configuration))
    expected = {".rule_files[0]"}
    configuration["rule_files"] = [f"{rules}/*.yaml"]
    for index, job in enumerate(configuration["scrape_configs"]):
        if job["job_name"] == "prometheus":
            expected.add(f".scrape_configs[{index}].static_configs[0].targets[0]")
            job["static_configs"] = [{"targets": [itself]}]
            continue
        expected |= {f".scrape_configs[{index}].{key}" for key in ("kubernetes_sd_configs", "static_configs")}
        [discovery] = job.pop("kubernetes_sd_configs")
        [selector] = discovery["selectors"]
        job["static_configs"] = list(discovered(chart.workloads, selector["label"], admins))
    changed = set(differences(chart.configuration, configuration))
    require([f"the configuration that is tried differs from the chart's at {path}" for path in sorted(changed ^ expected)])
    return configuration


def free_address():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return "{}:{}".format(*taken.getsockname())


class Prometheus:
    def __init__(self, program, chart, admins, folder, stack):
        self.seconds = int(chart.configuration["global"]["scrape_interval"].removesuffix("s"))
        self.address = free_address()
        rules = folder / "rules"
        rules.mkdir()
        for name, text in chart.rule_files.items():
            (rules / name).write_text(text)
        file = folder / "prometheus.yaml"
        file.write_text(yaml.safe_dump(local(chart, admins, self.address, rules)))
        command = [program, f"--config.file={file}", f"--storage.tsdb.path={folder}/data", f"--web.listen-address={self.address}"]
        running = Program("prometheus", command, folder / "prometheus.log")
        stack.callback(running.stop)
        running.wait_for(lambda: answers(f"http://{self.address}/-/ready"))

    def get(self, path, **parameters):
        url = f"http://{self.address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=30) as response:
                answer = json.load(response)
        except urllib.error.HTTPError as error:
            answer = json.load(error)
        if answer["status"] != "success" or answer.get("warnings") or answer.get("infos"):
            raise Wrong(f"{parameters or path}: {answer.get('error') or answer.get('warnings') or answer.get('infos')}")
        return answer["data"]

    def series(self, expression, begin, end):
        """Of a query over a while, as (labels, numbers)."""
        data = self.get("query_range", query=expression, start=begin, end=end, step=self.seconds)
        return [(one["metric"], [float(value) for _, value in one["values"]]) for one in data["result"]]

    def check_targets(self):
        """All that ought to be scraped is, under the labels that rules and dashboards go by, and nothing else."""
        data = self.get("targets")
        active = {target["labels"]["job"]: target for target in data["activeTargets"]}
        wrong = [f"{target['scrapeUrl']}: {target['lastError']}" for target in data["activeTargets"] if target["health"] != "up"]
        if sorted(active) != sorted(["prometheus", *COMPONENTS]) or len(data["activeTargets"]) != len(active):
            wrong.append(f"the targets are {[target['labels'] for target in data['activeTargets']]}")
        else:
            for name in COMPONENTS:
                labels = {key: active[name]["labels"].get(key) for key in ("app", "component", "namespace", "pod", "node")}
                meant = {"app": "abaque", "component": name, "namespace": "abaque", "pod": f"abaque-{name}-running", "node": "node"}
                if labels != meant:
                    wrong.append(f"the labels of {name} are {labels}, and not {meant}")
        require(wrong)


def check_compose():
    """The Prometheus of compose.yaml sets the labels that rules and dashboards go by, too."""
    jobs = {job["job_name"]: job for job in yaml.safe_load(COMPOSE.read_text())["scrape_configs"]}
    wrong = [f"{COMPOSE.name} does not scrape {name}" for name in COMPONENTS if name not in jobs]
    for name in set(COMPONENTS) & jobs.keys():
        labels = jobs[name]["static_configs"][0]["labels"]
        if labels.keys() != {"app", "component", "namespace", "pod"} or labels["component"] != name:
            wrong.append(f"{COMPOSE.name}: the labels of {name} are {labels}")
    require(wrong)


# --- What is asked of it.


def choices(prometheus, dashboard):
    """The variables of a dashboard, filled in: with `All` chosen, and with every value chosen by itself, as Grafana writes it."""
    everything, each, wrong = {}, {}, []
    for variable in dashboard["templating"]["list"]:
        if variable["type"] != "query":
            continue
        metric, label = re.fullmatch(r"label_values\((\w+), (\w+)\)", variable["query"]["query"]).groups()
        found = prometheus.get(f"label/{label}/values", **{"match[]": metric})
        meant = MEANT[variable["name"]]
        if sorted(found) != sorted(meant):
            wrong.append(f"{dashboard['uid']}: ${variable['name']} offers {found}, and not {meant}")
        everything[variable["name"]] = variable["allValue"]
        each[variable["name"]] = f"({'|'.join(found)})" if variable["multi"] else found[0]
    require(wrong)
    return everything, each


def filled_in(expression, variables, scrape_interval):
    # Four scrapes: https://grafana.com/docs/grafana/latest/datasources/prometheus/template-variables/
    variables = variables | {"__rate_interval": f"{4 * scrape_interval}s"}
    for name, value in variables.items():
        expression = re.sub(rf"\$(?:{{{name}}}|{name}\b)", lambda _, value=value: value, expression)
    if "$" in expression:
        raise Wrong(f"{expression}: a variable that nothing fills in")
    return expression


def judge(name, series, legend="", meant=MEANT):
    """What is wrong with an answer: it has samples, and what tells its lines apart is there."""
    if not any(math.isfinite(number) for _, numbers in series for number in numbers):
        return [f"{name}: no sample"]
    wrong = []
    for label in re.findall(r"{{(\w+)}}", legend):
        values = {labels.get(label) for labels, _ in series}
        if None in values:
            wrong.append(f"{name}: the label {label} of the legend is not in the answer")
        elif label in meant and values != set(meant[label]):
            wrong.append(f"{name}: {label} is one of {sorted(values)}, and not of {meant[label]}")
    return wrong


def check_panels(prometheus, dashboards, begin, end):
    wrong, asked, zero, empty = [], 0, set(), set()
    for dashboard in dashboards:
        for variables in choices(prometheus, dashboard):
            for panel in panels(dashboard):
                key = (dashboard["uid"], panel["title"])
                for target in panel["targets"]:
                    series = prometheus.series(filled_in(target["expr"], variables, prometheus.seconds), begin, end)
                    asked += 1
                    if key in MAY_BE_EMPTY and not series:
                        empty.add(key)
                        continue
                    meant = MEANT | NARROWER.get(key, {})
                    wrong += judge(f"{': '.join(key)}: {target['expr']}", series, target.get("legendFormat", ""), meant)
                    if not any(math.isfinite(number) and number for _, numbers in series for number in numbers):
                        zero.add(key)
    wrong += [f"{': '.join(key)}: zero all the time" for key in sorted(zero - MAY_BE_ZERO.keys())]
    there = {(dashboard["uid"], panel["title"]) for dashboard in dashboards for panel in panels(dashboard)}
    wrong += [f"{': '.join(key)} is an exception, and is not there" for key in (MAY_BE_EMPTY | MAY_BE_ZERO | NARROWER).keys() - there]
    require(wrong)
    print(f"panels: {asked} queries of {len(dashboards)} dashboards answer; zero for a reason: {len(zero)}, empty for a reason: {len(empty)}")


def metrics_in(expression):
    """Names of metrics: what is neither in braces or brackets, nor a list of labels, nor a function or a keyword."""
    bare = re.sub(r'"[^"]*"|{[^}]*}|\[[^]]*\]', " ", expression)
    bare = re.sub(r"\b(by|without|on|ignoring|group_left|group_right) *\([^)]*\)", " ", bare)
    names = re.findall(r"(?<![\w.])([a-zA-Z_:][\w:]*)\b(?! *\()", bare)
    return set(names) - {"and", "or", "unless", "bool", "offset"}


def check_rules(prometheus, chart, begin, end):
    wrong = []
    rules = [rule for group in prometheus.get("rules")["groups"] for rule in group["rules"]]
    if len(rules) != len(chart.rules):
        wrong.append(f"Prometheus knows {len(rules)} of {len(chart.rules)} rules")
    wrong += [f"{rule['name']}: {rule['health']}: {rule.get('lastError')}" for rule in rules if rule["health"] != "ok"]
    for rule in chart.recorded:
        wrong += judge(rule["record"], prometheus.series(rule["record"], begin, end))
    # An alert is silent because all is well, and not because what it looks at does not exist.
    known = set(prometheus.get("label/__name__/values"))
    known |= {name + part for name in NOT_HERE for part in ("_bucket", "_count", "_sum")}
    for rule in chart.alerts:
        prometheus.series(rule["expr"], begin, end)
        looked_at = metrics_in(rule["expr"])
        wrong += [f"{rule['alert']}: there is no metric {name}" for name in sorted(looked_at - known)]
        # One that fires all the time has nothing to look at.
        if not looked_at and rule["expr"] != "vector(1)":
            wrong.append(f"{rule['alert']}: it looks at no metric")
    require(wrong)
    print(f"rules: {len(chart.recorded)} recorded, {len(chart.alerts)} alerts")


def check_documented(prometheus):
    """What the programs export is what docs/operations.md lists."""
    listed = set()
    for line in OPERATIONS.read_text().partition("\n## Metrics\n")[2].partition("\n## ")[0].splitlines():
        if line.startswith("| `"):
            listed |= set(re.findall("`([^`]+)`", line.split("|")[1]))
    known = set(prometheus.get("label/__name__/values", **{"match[]": '{app="abaque"}'}))
    exported = {re.sub("_(bucket|sum|count)$", "", name) for name in known if not re.match("up$|scrape_|ALERTS|.*:", name)}
    wrong = [f"docs/operations.md does not list {name}" for name in sorted(exported) if not any(fnmatch(name, one) for one in listed)]
    wrong += [f"docs/operations.md lists {one}, which nothing exports" for one in sorted(listed - NOT_HERE.keys()) if not any(fnmatch(name, one) for name in exported)]
    require(wrong)
    print(f"metrics: {len(exported)} are exported and listed")


def main():
    rendered, programs, program, folder = (Path(argument).resolve() for argument in sys.argv[1:])
    chart = Chart(rendered)
    check_dashboards(chart)
    check_alerts(chart)
    check_compose()
    with contextlib.ExitStack() as stack:
        running = Stack(folder, programs, stack)
        prometheus = Prometheus(program, chart, running.admins, folder, stack)
        begin = time.time()
        with traffic.Traffic(running.addresses):
            time.sleep(TRAFFIC)
            running.running["statistiques"].stop()
            running.horloge.sdl = traffic.BROKEN_SDL
            time.sleep(MOMENT)
            running.service("statistiques")
            running.horloge.sdl = traffic.OTHER_SDL
            time.sleep(TRAFFIC)
            prometheus.check_targets()
        end = time.time()
        check_panels(prometheus, chart.dashboards, begin, end)
        check_rules(prometheus, chart, begin, end)
        check_documented(prometheus)


if __name__ == "__main__":
    try:
        main()
    except Wrong as wrong:
        sys.exit(str(wrong))
