#!/usr/bin/env python3
"""Makes values.schema.json and the table in README.md from the comments in values.yaml.

    tests/describe.py           writes both
    tests/describe.py --check   fails when they are not what it would write

Each value has a line `## @param path [types] What it is`. `[object]` is open, `[array]` holds anything, `[nullable]` may be null; otherwise the
type is that of the default. Everything else is refused: a key that is not documented is a mistake.

Null takes a default away, as Helm has it. Where nothing is left to go by then, the key is required: Helm says so, and no template fails on it.
"""

import json
import re
import sys
from pathlib import Path

import yaml

CHART = Path(__file__).resolve().parent.parent
PARAM = re.compile(r"\s*## @param (\S+)(?: \[([a-z,]+)\])? (.+)")
SECTION = re.compile(r"\s*## @section (.+)")
ENUMS = {
    "pullPolicy": ["Always", "IfNotPresent", "Never"],
    "type": ["ClusterIP", "NodePort", "LoadBalancer"],
    "updateMode": ["Off", "Initial", "Recreate", "InPlaceOrRecreate"],
    "externalTrafficPolicy": ["Cluster", "Local"],
    "reload": ["rollout", "watch"],
    "handler": ["http", "tcp"],
    "scheme": ["HTTP", "HTTPS"],
    "pathType": ["Prefix", "Exact", "ImplementationSpecific"],
}
ROUTE_PATH_TYPES = ["PathPrefix", "Exact", "RegularExpression"]
# What Kubernetes takes for the key and for the value of a label; of annotations the domain before the key may have capitals, and the values may be any text.
LABEL_KEY = "^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$"
ANNOTATION_KEY = LABEL_KEY.replace("a-z0-9", "A-Za-z0-9", 3)
LABEL = {"type": "string", "maxLength": 63, "pattern": "^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$"}
LABELS = ("labels", "commonLabels", "podLabels", "nodeSelector")
ANNOTATIONS = ("annotations", "podAnnotations")
# What a probe may say beside whom it asks.
PROBE_TIMING = ["initialDelaySeconds", "periodSeconds", "timeoutSeconds", "successThreshold", "failureThreshold", "terminationGracePeriodSeconds"]
# Sections that may be null: nothing of theirs is rendered then. Those that came after the first chart (`--reuse-values` lacks them) may too.
NOTHING = ("global", "subgraphs", "telemetry", "prometheus", "grafana", "serviceMonitor", "prometheusRule", "dashboards", "tests")
FIRST_VALUES = CHART / "tests/first-values.yaml"
# What the chart says in the router's configuration. `_validate.tpl` refuses it with a sentence, so that here it may be anything.
CHART_SETS = ("listen", "admin", "subgraphs", "keep")
# The router's own schema of its configuration: `router config schema`, which `.ci/run chart` compares.
ROUTER_SCHEMA = CHART / "files/router.schema.json"
JSON_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}


def parameters(text):
    """(section, path, types, description) of each documented value, in order."""
    section = ""
    for line in text.splitlines():
        if found := SECTION.match(line):
            section = found[1]
        elif found := PARAM.match(line):
            yield section, found[1], (found[2] or "").split(",") if found[2] else [], found[3]


def default_of(values, path):
    for key in path.split("."):
        values = values[key]
    return values


def router_configuration(schema, part, given):
    """The router's keys, all or those of a subgraph, of which the chart gives some."""
    own = json.loads(ROUTER_SCHEMA.read_text())
    if part == "subgraphs":
        own = own["properties"]["subgraphs"]["additionalProperties"]
    known = {key: {} if key in given else value for key, value in own["properties"].items()}
    return schema | {"additionalProperties": False, "properties": known}


def leaf(path, types, description, default):
    named = [kind for kind in types if kind != "nullable"] or [JSON_TYPES.get(type(default), "string")]
    if "nullable" in types:
        # How many, or what share.
        if default is None and len(named) == 1 and named[0] == "string":
            named = ["integer", "string"]
        elif isinstance(default, int) and "integer" in named and path.split(".")[-1] in ("maxUnavailable", "minAvailable"):
            named = ["integer", "string"]
        named = named + ["null"]
    schema = {"description": description, "type": named[0] if len(named) == 1 else named}
    last = path.split(".")[-1]
    if ".probes." in path and last in ("startup", "liveness", "readiness"):
        return schema | {"additionalProperties": False, "properties": dict.fromkeys(PROBE_TIMING, {"type": "integer", "minimum": 0})}
    if last == "imagePullSecrets":
        named_secret = {"type": "object", "required": ["name"], "additionalProperties": False, "properties": {"name": {"type": "string"}}}
        return schema | {"items": {"anyOf": [{"type": "string"}, named_secret]}}
    if last in LABELS:
        return schema | {"propertyNames": {"pattern": LABEL_KEY}, "additionalProperties": LABEL}
    if last in ANNOTATIONS:
        return schema | {"propertyNames": {"pattern": ANNOTATION_KEY}, "additionalProperties": {"type": "string"}}
    if last == "alertmanagers":
        return schema | {"items": {"type": "string"}}
    if last == "extraObjects":
        return schema | {"items": {"type": ["object", "string"]}}
    if path == "router.config":
        return router_configuration(schema, "properties", CHART_SETS)
    if path == "subgraphDefaults.routerSettings":
        return router_configuration(schema, "subgraphs", ("url", "sdl"))
    enum = ROUTE_PATH_TYPES if path == "router.httpRoute.pathType" else ENUMS.get(last)
    if enum and default in enum:
        schema["enum"] = enum
    if schema["type"] == "integer" and path.lower().endswith("port"):
        schema |= {"minimum": 1, "maximum": 65535}
    elif schema["type"] == "integer":
        schema["minimum"] = 0
    return schema


def required(first, values, documented, path=""):
    """Which keys must be there, as a schema of its own: sections, and values of which the templates need one."""
    types = {p: types for _, p, types, _ in documented}
    needed, below = [], {}
    for key, value in values.items():
        here = f"{path}.{key}" if path else key
        if key not in first or here in NOTHING:
            continue
        if here not in types:
            needed.append(key)
            below[key] = required(first[key], value, documented, here)
        elif not isinstance(value, (bool, list, dict)) and value not in ("", None) and "nullable" not in types[here]:
            needed.append(key)
    for section in () if path else [section for section in NOTHING if section in first]:
        if section not in types:
            below[section] = required(first[section], values[section], documented, section)
    below = {key: inner for key, inner in below.items() if inner}
    return ({"required": needed} if needed else {}) | ({"properties": below} if below else {})


def schema(values, documented):
    root = {"type": "object", "additionalProperties": False, "properties": {}}
    for _, path, types, description in documented:
        at = root
        *above, last = path.split(".")
        for key in above:
            at = at["properties"].setdefault(key, {"type": "object", "additionalProperties": False, "properties": {}})
        at["properties"][last] = leaf(path, types, description, default_of(values, path))
    # Beside others in one chart: `global` is for all of them, and `enabled` is what their `condition` looks at.
    root["properties"]["global"]["additionalProperties"] = True
    root["properties"]["enabled"] = {"description": "For a chart that depends on this one, as its `condition`: nothing here reads it", "type": "boolean"}
    # An entry of `subgraphs` says what differs from the defaults; null takes one of the chart's away.
    entry = root["properties"]["subgraphDefaults"]
    assert entry["additionalProperties"] is False
    root["properties"]["subgraphDefaults"] = {"$ref": "#/definitions/subgraph"}
    root["properties"]["subgraphs"] |= {
        "propertyNames": {"pattern": "^[A-Za-z]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?$"},
        "additionalProperties": {"oneOf": [{"$ref": "#/definitions/subgraph"}, {"type": "null"}]},
    }
    needed = required(yaml.safe_load(FIRST_VALUES.read_text()), values, documented)
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "title": "Values of the chart abaque"}
    return head | root | {"allOf": [needed], "definitions": {"subgraph": entry}}


def undocumented(values, documented, path=""):
    """Paths of values that no line describes."""
    known = {p: types for _, p, types, _ in documented}
    for key, value in values.items():
        here = f"{path}.{key}" if path else key
        if here in known:
            continue
        if isinstance(value, dict) and any(p.startswith(here + ".") for p in known):
            yield from undocumented(value, documented, here)
        else:
            yield here


def table(values, documented):
    lines, section = [], None
    for name, path, _, description in documented:
        if name != section:
            lines += ["", f"### {name}", "", "| value | what it is | default |", "| --- | --- | --- |"]
            section = name
        default = default_of(values, path)
        shown = "see `values.yaml`" if isinstance(default, dict) and default else f"`{json.dumps(default, ensure_ascii=False)}`"
        lines.append(f"| `{path}` | {description.replace('|', chr(92) + '|')} | {shown} |")
    return "\n".join(lines[1:]) + "\n"


def main():
    text = (CHART / "values.yaml").read_text()
    values, documented = yaml.safe_load(text), list(parameters(text))
    if missing := list(undocumented(values, documented)):
        sys.exit("values.yaml: without a line `## @param`: " + ", ".join(missing))
    readme = (CHART / "README.md").read_text()
    begin, end = "<!-- values -->\n", "<!-- end of values -->\n"
    head, rest = readme.split(begin)
    written = {
        "values.schema.json": json.dumps(schema(values, documented), indent=2, ensure_ascii=False) + "\n",
        "README.md": head + begin + "\n" + table(values, documented) + "\n" + end + rest.split(end)[1],
    }
    for name, content in written.items():
        file = CHART / name
        if "--check" not in sys.argv:
            file.write_text(content)
        elif not file.exists() or file.read_text() != content:
            sys.exit(f"{name} is not what values.yaml says: run tests/describe.py")


if __name__ == "__main__":
    main()
