#!/usr/bin/env python3
"""What an OpenTelemetry collector gets: collector.py COLLECTOR PROGRAMS FOLDER [--update]

1. COLLECTOR, a program that writes down what comes by OTLP, is started; then the two services and the router of the folder PROGRAMS, which export to it by
   gRPC and by HTTP, and four subgraphs that do as well.
2. A client that has a trace asks for the deep operation of router/bench/shop, which needs all four subgraphs, and for fields of both services. What the
   collector has of these traces is compared with collector/trace.txt; --update writes it.
3. After known requests, the metrics that the collector has are those of /metrics: their names, kinds, labels and values.

What is written on the way is in FOLDER.
"""

import argparse
import contextlib
import difflib
import json
import re
import socket
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path

import yaml

import shop
from programs import SERVICES, Program, Wrong, answers, require

SNAPSHOT = Path(__file__).resolve().parent / "collector/trace.txt"
# What a client asks for, by the trace that it has; the identity of its own span is the same in both.
CLIENT = "b7ad6b7169203331"
OPERATIONS = {
    "0af7651916cd43dd8448eb211c80319c": (shop.FOLDER / "deep.graphql").read_text(),
    "4bf92f3577b34da6a3ce929d0e0e4736": "query Page { addition(a: 1, b: 2) serie(valeurs: [1, 2, 4]) { somme moyenne } }",
}
# How often one is asked for after that, and another that has an error.
COUNTED = 7
REFUSED = 3
# Longest wait for what was exported, in seconds.
PATIENCE = 30
# How far the clocks of two threads of one machine may be apart, in nanoseconds.
CLOCKS = 1_000_000

KINDS = {1: "internal", 2: "server", 3: "client", 4: "producer", 5: "consumer"}
# Attributes that differ from run to run.
VARYING = {"abaque.operation.hash", "abaque.request.id", "server.port", "network.peer.port", "client.port"}


# --- The programs.


def free_ports(count):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in sockets]


class Stack:
    """All of them: `public` and `admins` are addresses by name."""

    def __init__(self, collector, programs, folder, stack):
        self.programs, self.folder, self.stack = programs, folder, stack
        self.public, self.admins, self.running = {}, {}, {}
        http, grpc = self.collector(collector)
        self.subgraphs = {name: shop.Server(name, http).url for name in shop.NAMES}
        self.service("calculatrice", "http", http)
        self.service("statistiques", "grpc", grpc)
        self.router(http)

    def run(self, name, *command):
        program = Program(name, command, self.folder / f"{name}.log")
        self.running[name] = program
        self.stack.callback(program.stop)
        return program

    def collector(self, binary):
        """Its URLs, by HTTP and by gRPC."""
        ports = free_ports(2)
        http, grpc = (f"127.0.0.1:{port}" for port in ports)
        pipeline = lambda name: {"receivers": ["otlp"], "exporters": [f"lines/{name}"]}  # noqa: E731
        configuration = {
            "receivers": {"otlp": {"protocols": {"http": {"endpoint": http}, "grpc": {"endpoint": grpc}}}},
            "exporters": {f"lines/{name}": {"path": str(self.folder / f"{name}.jsonl")} for name in ("traces", "metrics")},
            "service": {"pipelines": {name: pipeline(name) for name in ("traces", "metrics")}},
        }
        file = self.folder / "collector.yaml"
        file.write_text(yaml.safe_dump(configuration))
        program = self.run("collector", binary, f"--config=file:{file}")
        for port in ports:
            program.wait_for(lambda port=port: listens(port))
        return f"http://{http}", f"http://{grpc}"

    def service(self, name, protocol, endpoint):
        program = self.run(
            *(name, self.programs / name, "serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--log-format", "json"),
            # Only what its caller has decided about is exported.
            *("--otlp-endpoint", endpoint, "--otlp-protocol", protocol, "--otlp-sample", "0%", "--otlp-metrics", "true"),
        )
        self.public[name], self.admins[name] = program.line("address", "admin_address")
        self.subgraphs[name] = f"http://{self.public[name]}/graphql"

    def router(self, endpoint):
        otlp = {"endpoint": endpoint, "sample": "0%", "delay": "10ms", "metrics": True, "metrics_interval": "200ms"}
        configuration = {
            "listen": "127.0.0.1:0",
            "admin": "127.0.0.1:0",
            "subgraphs": {name: {"url": url} for name, url in self.subgraphs.items()},
            # Nothing goes on but what is asked for here.
            "polling": {"interval": "1h"},
            "telemetry": {"otlp": otlp},
            "log": {"format": "json"},
        }
        file = self.folder / "router.yaml"
        file.write_text(yaml.safe_dump(configuration))
        program = self.run("router", self.programs / "router", "--config", file, "serve")
        graphql, self.admins["router"] = program.line("graphql", "admin")
        self.public["router"] = urllib.parse.urlsplit(graphql).netloc
        program.wait_for(lambda: answers(f"http://{self.admins['router']}/health/ready"))

    def ask(self, query, headers=()):
        body = json.dumps({"query": query}).encode()
        headers = shop.JSON | {"user-agent": "check"} | dict(headers)
        request = urllib.request.Request(f"http://{self.public['router']}/graphql", body, headers)
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            return json.load(response)

    def lines(self, signal):
        """The messages that the collector has written so far; the last line may be unfinished."""
        file = self.folder / f"{signal}.jsonl"
        text = file.read_text() if file.exists() else ""
        return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def listens(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
        return True
    return None


def until(what, otherwise):
    """What `what` gives as soon as it gives anything but None; else it is wrong as `otherwise` says."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if (found := what()) is not None:
            return found
        time.sleep(0.1)
    raise Wrong(otherwise())


# --- Traces.


def plain(value):
    """An attribute's value as text."""
    (kind, inner), *_ = value.items()
    if kind == "arrayValue":
        return json.dumps([plain(each) for each in inner.get("values", [])])
    return str(inner).lower() if kind == "boolValue" else str(inner)


def attributes(of):
    return {each["key"]: plain(each["value"]) for each in of.get("attributes", [])}


def spans(messages, trace):
    """(program, span) of each span of a trace."""
    for message in messages:
        for resource in message["resourceSpans"]:
            program = attributes(resource["resource"])["service.name"]
            for scope in resource["scopeSpans"]:
                yield from ((program, span) for span in scope["spans"] if span["traceId"] == trace)


def branch(exported, parent, depth):
    """The lines of the spans below a parent."""

    def order(entry):
        program, span = entry
        have = attributes(span)
        return (program, span["name"], int(have.get("abaque.plan.fetch", -1)))

    indent = "  " * depth
    for program, span in sorted((entry for entry in exported if entry[1].get("parentSpanId") == parent), key=order):
        failed = " failed" if span.get("status", {}).get("code") == 2 else ""
        yield f"{indent}{program}: {span['name']} ({KINDS[span['kind']]}){failed}"
        for name, value in sorted(attributes(span).items()):
            if name in VARYING:
                value = "…"
            # Ports, and the version of the router as it introduces itself.
            yield f"{indent}  · {name}: {re.sub(r'(?<=^http://127.0.0.1:)[0-9]+|(?<=^abaque-router/).+', '…', value)}"
        yield from branch(exported, span["spanId"], depth + 1)


def trees(messages):
    """What is compared: each trace, below the span of its client."""
    lines = []
    for trace, query in OPERATIONS.items():
        exported = list(spans(messages, trace))
        lines += [f"# {query.splitlines()[0]}", "client", *branch(exported, CLIENT, 1), ""]
    return "\n".join(lines)


def check_times(messages):
    """A span lies within its parent: the clock is that of one machine."""
    wrong = []
    for trace in OPERATIONS:
        exported = {span["spanId"]: (program, span) for program, span in spans(messages, trace)}
        for program, span in exported.values():
            began, ended = int(span["startTimeUnixNano"]), int(span["endTimeUnixNano"])
            if began > ended:
                wrong.append(f"{program}: {span['name']} ends before it begins")
            _, parent = exported.get(span["parentSpanId"], (None, None))
            if parent is None:
                continue
            if began + CLOCKS < int(parent["startTimeUnixNano"]) or ended > int(parent["endTimeUnixNano"]) + CLOCKS:
                wrong.append(f"{program}: {span['name']} is not within {parent['name']}")
    require(wrong)


def check_traces(stack, update):
    for trace, query in OPERATIONS.items():
        answer = stack.ask(query, {"traceparent": f"00-{trace}-{CLIENT}-01", "apollographql-client-name": "web", "x-request-id": "r1"})
        if "errors" in answer or not answer["data"]:
            raise Wrong(f"the operation failed: {answer}")
    if update:
        # As long as a collector may be behind.
        time.sleep(5)
        SNAPSHOT.write_text(trees(stack.lines("traces")))
    expected = SNAPSHOT.read_text()

    def otherwise():
        found = trees(stack.lines("traces"))
        (stack.folder / SNAPSHOT.name).write_text(found)
        difference = difflib.unified_diff(expected.splitlines(), found.splitlines(), SNAPSHOT.name, "what the collector has", lineterm="")
        return "\n".join(difference)

    until(lambda: True if trees(stack.lines("traces")) == expected else None, otherwise)
    check_times(stack.lines("traces"))
    print(f"traces: {sum(line.count(': ') and '·' not in line for line in expected.splitlines())} spans in {len(OPERATIONS)} traces, as in {SNAPSHOT.name}")


# --- Metrics.

SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$")
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def exposed(admin):
    """What /metrics has: {name: kind}, and {(name, labels): value}; of a histogram the number and the sum."""
    with urllib.request.urlopen(f"http://{admin}/metrics", timeout=PATIENCE) as response:
        text = response.read().decode()
    kinds, values = {}, {}
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            kinds[name] = kind
        elif sample := SAMPLE.match(line):
            name, labels, value = sample.groups()
            if not name.endswith("_bucket"):
                values[name, frozenset(LABEL.findall(labels or ""))] = float(value)
    return kinds, values


def received(messages, program):
    """The same of what the collector got of a program last."""
    kinds, values = {}, {}
    of_program = [
        resource for message in messages for resource in message["resourceMetrics"] if attributes(resource["resource"])["service.name"] == program
    ]
    for scope in of_program[-1]["scopeMetrics"] if of_program else []:
        for metric in scope["metrics"]:
            name = metric["name"]
            kind = next(kind for kind in ("sum", "gauge", "histogram") if kind in metric)
            kinds[name] = "counter" if kind == "sum" else kind
            for point in metric[kind].get("dataPoints", []):
                labels = frozenset(attributes(point).items())
                if kind == "histogram":
                    values[f"{name}_count", labels] = float(point.get("count", 0))
                    values[f"{name}_sum", labels] = float(point.get("sum", 0))
                else:
                    values[name, labels] = float(point.get("asDouble", point.get("asInt", 0)))
    return kinds, values


def shown(series):
    name, labels = series
    return name + "{" + ", ".join(f'{key}="{value}"' for key, value in sorted(labels)) + "}"


def differences(before, got, after):
    """What the collector got between two looks at /metrics, beside what both looks have: what has not changed is what it got."""
    (kinds, values), (last_kinds, last_values) = before, after
    wrong = [f"{name} ({kind}) is not exported" for name, kind in kinds.items() if got[0].get(name) != kind]
    wrong += [f"{name} ({kind}) is not in /metrics" for name, kind in got[0].items() if last_kinds.get(name) != kind]
    for series, value in values.items():
        if last_values.get(series) == value and (found := got[1].get(series)) != value:
            wrong.append(f"{shown(series)} is {found} at the collector and {value} in /metrics")
    wrong += [f"{shown(series)} is not in /metrics" for series in got[1] if series not in last_values]
    return wrong


def check_metrics(stack):
    kinds, values = exposed(stack.admins["router"])
    asked = ("graphql_requests_total", frozenset({("outcome", "ok")}))
    refused = ("graphql_requests_refused_total", frozenset({("code", "GRAPHQL_VALIDATION_FAILED")}))
    expected = {asked: values.get(asked, 0) + COUNTED, refused: values.get(refused, 0) + REFUSED}
    for _ in range(COUNTED):
        stack.ask("{ addition(a: 1, b: 2) }")
    for _ in range(REFUSED):
        stack.ask("{ nothingOfTheKind }")

    def compared():
        """What differs is looked at again: something may have changed meanwhile."""
        before = exposed(stack.admins["router"])
        count = len(stack.lines("metrics"))
        time.sleep(0.5)
        messages = stack.lines("metrics")[count:]
        return differences(before, received(messages, "router"), exposed(stack.admins["router"]))

    until(lambda: None if compared() else True, lambda: "\n".join(f"- router: {line}" for line in compared()))
    kinds, values = received(stack.lines("metrics"), "router")
    require([f"{shown(series)} is {values.get(series)} at the collector, {count} was expected" for series, count in expected.items() if values.get(series) != count])
    print(f"metrics of the router: {len(kinds)} names, {len(values)} values; {COUNTED} answered and {REFUSED} refused requests are counted")


def check_services(stack):
    """They export once a minute, and a last time when they end."""
    for name in SERVICES:
        kinds, values = exposed(stack.admins[name])
        stack.running[name].stop()
        found = received(stack.lines("metrics"), name)
        wrong = [f"{name}: {metric} ({kind}) is not exported" for metric, kind in kinds.items() if found[0].get(metric) != kind]
        wrong += [f"{name}: {metric} is not in /metrics" for metric in found[0] if metric not in kinds]
        counted = [series for series in values if series[0].startswith("graphql_server_") and not series[0].endswith("_sum")]
        wrong += [f"{name}: {shown(series)} is {found[1].get(series)}" for series in counted if found[1].get(series) != values[series]]
        if not any(values[series] for series in counted):
            wrong.append(f"{name}: it has counted nothing")
        require(wrong)
        print(f"metrics of {name}: {len(found[0])} names, {len(found[1])} values")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("collector", type=Path)
    parser.add_argument("programs", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        running = Stack(options.collector, options.programs, options.folder, stack)
        check_traces(running, options.update)
        check_metrics(running)
        check_services(running)


if __name__ == "__main__":
    try:
        main()
    except Wrong as wrong:
        sys.exit(f"FAILED: what the collector has is wrong\n{wrong}")
