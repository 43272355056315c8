#!/usr/bin/env python3
"""Every key in the table of docs/configuration.md is in an example of some document; that the examples are right, and that each key takes effect, are tests of the router's."""

import re

import yaml

from documents import ROOT, blocks, documents

BEGIN, END = "<!-- keys: begin -->", "<!-- keys: end -->"


def paths(value, above=()):
    """Every key of a configuration, as the names that lead to it."""
    if isinstance(value, dict):
        for name, below in value.items():
            yield (*above, name)
            yield from paths(below, (*above, name))


def main():
    table = (ROOT / "docs/configuration.md").read_text().split(BEGIN)[1].split(END)[0]
    keys = re.findall(r"^\| `([^`]+)` \|", table, re.M)
    shown = set()
    for path in documents():
        for block in blocks(path):
            if block.kind == "yaml" and path.parent.name != "abaque":
                shown.update(paths(yaml.safe_load(block.text)))
    missing = [key for key in keys if not any(matches(key.split("."), names) for names in shown)]
    if missing or not keys:
        raise SystemExit(f"FAILED: no example shows {', '.join(missing)}: docs/example.md has the place for it")
    print(f"{len(keys)} keys, each in an example")


def matches(key, names):
    return len(key) == len(names) and all(part == "<name>" or part == name for part, name in zip(key, names))


if __name__ == "__main__":
    main()
