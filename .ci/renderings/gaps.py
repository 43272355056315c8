"""Values that are null or missing."""

import json
import re

import yaml
from jsonschema import Draft7Validator

from chart import CHART, refused, render


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
