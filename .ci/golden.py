#!/usr/bin/env python3
"""What the chart renders, as it is kept for review: golden.py RENDERED.yaml GOLDEN.yaml

Fails with the difference; with UPDATE_GOLDEN=1 in the environment it writes GOLDEN.yaml instead.

What says nothing of the templates is named rather than shown, so that a golden file changes when they do: the versions of the chart and
of the programs, checksums, and the text of a file of the chart, which is reviewed in its own place.
"""

import difflib
import json
import os
import re
import sys
from pathlib import Path

import yaml

CHART = Path(__file__).resolve().parent.parent / "helm/abaque"
HEAD = "# Made by `UPDATE_GOLDEN=1 .ci/run chart`: see CONTRIBUTING.md.\n"


class Dumper(yaml.SafeDumper):
    """Lists are indented, nothing is an alias, texts of several lines are written as such."""

    def increase_indent(self, flow=False, indentless=False):
        return super().increase_indent(flow, False)

    def ignore_aliases(self, data):
        return True


def text(dumper, value):
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


Dumper.add_representer(str, text)


def files():
    """Of the chart: what the text of each, and what is in it, is called."""
    texts, contents = {}, {}
    for path in sorted((CHART / "files").rglob("*.*")):
        name = f"the file {path.relative_to(CHART)}"
        texts[path.read_text().strip()] = name
        if path.suffix == ".yaml":
            contents[json.dumps(yaml.safe_load(path.read_text()), sort_keys=True)] = name
    return texts, contents


def named(value, key, texts, contents, versions):
    if isinstance(value, dict):
        if name := contents.get(json.dumps(value, sort_keys=True, default=str)):
            return name
        return {each: named(inner, each, texts, contents, versions) for each, inner in value.items()}
    if isinstance(value, list):
        return [named(inner, key, texts, contents, versions) for inner in value]
    if not isinstance(value, str):
        return value
    if name := texts.get(value.strip()):
        return name
    if key.startswith("checksum/"):
        return "CHECKSUM" if re.fullmatch("[0-9a-f]{64}", value) else value
    chart, programs = versions
    if key == "helm.sh/chart":
        return value.replace(chart, "VERSION")
    if key == "app.kubernetes.io/version" and value == programs:
        return "VERSION"
    if key == "image":
        return re.sub(rf"(/abaque/\w+):{re.escape(programs)}$", r"\1:VERSION", value)
    return value


def main():
    rendered, golden = map(Path, sys.argv[1:])
    about = yaml.safe_load((CHART / "Chart.yaml").read_text())
    versions = about["version"], about["appVersion"]
    documents = [document for document in yaml.safe_load_all(rendered.read_text()) if document]
    # Versions of Helm differ in the order.
    documents.sort(key=lambda document: (document["kind"], document["metadata"]["name"]))
    documents = [named(document, "", *files(), versions) for document in documents]
    made = HEAD + yaml.dump_all(documents, Dumper=Dumper, sort_keys=False, width=1000, allow_unicode=True, explicit_start=True)
    if os.environ.get("UPDATE_GOLDEN") == "1":
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(made)
        return
    kept = golden.read_text() if golden.exists() else ""
    if made != kept:
        sys.stdout.writelines(difflib.unified_diff(kept.splitlines(True), made.splitlines(True), str(golden), "what is rendered"))
        sys.exit(f"{golden} is not what the chart renders, as shown above; if that is what you mean: UPDATE_GOLDEN=1 .ci/run chart")


if __name__ == "__main__":
    main()
