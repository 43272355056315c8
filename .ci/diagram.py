#!/usr/bin/env python3
"""diagram.py: the diagram of docs/architecture.md has each crate of the workspace, and the dependencies between them that no longer way shows already."""

import re
import tomllib

from documents import ROOT


def crates():
    """The dependencies of each crate of the workspace on others of it, by their folders."""
    members = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]
    excluded = {ROOT / folder for folder in members.get("exclude", [])}
    folders = [path for member in members["members"] for path in sorted(ROOT.glob(member)) if (path / "Cargo.toml").is_file() and path not in excluded]
    paths = {name: ROOT / value["path"] for name, value in members.get("dependencies", {}).items() if isinstance(value, dict) and "path" in value}
    for folder in folders:
        manifest = tomllib.loads((folder / "Cargo.toml").read_text())
        needed = set()
        for name, value in manifest.get("dependencies", {}).items():
            if isinstance(value, dict) and "path" in value:
                needed.add((folder / value["path"]).resolve())
            elif isinstance(value, dict) and value.get("workspace") and name in paths:
                needed.add(paths[name].resolve())
        yield shown(folder), {shown(path) for path in needed}


def shown(path):
    return str(path.relative_to(ROOT))


def reduced(graph):
    """The arrows that are not implied by others."""

    def reach(crate):
        return set().union(*({below} | reach(below) for below in graph[crate])) if graph[crate] else set()

    return {(crate, below) for crate in graph for below in graph[crate] if not any(below in reach(other) for other in graph[crate] - {below})}


def drawn(text):
    """The crates and the arrows of the diagram."""
    names = dict(re.findall(r'^ +(\w+)\["((?:platform|router|subgraphs)/\w+)', text, re.M))
    arrows = set()
    for line in text.splitlines():
        ends = [[name.strip() for name in end.split("&")] for end in line.split("-->")]
        for left, right in zip(ends, ends[1:]):
            arrows |= {(names.get(a, a), names.get(b, b)) for a in left for b in right}
    return set(names.values()), arrows


def main():
    graph = dict(crates())
    text = (ROOT / "docs/architecture.md").read_text().split("```mermaid", 1)[1].split("```", 1)[0]
    boxes, arrows = drawn(text)
    real = reduced(graph)
    wrong = [f"no box for {crate}" for crate in sorted(set(graph) - boxes)] + [f"a box for {crate}, which is no crate" for crate in sorted(boxes - set(graph))]
    wrong += [f"no arrow {a} --> {b}" for a, b in sorted(real - arrows)]
    wrong += [f"an arrow {a} --> {b}, which is no dependency, or follows from others" for a, b in sorted(arrows - real)]
    if wrong:
        raise SystemExit("\n".join(["FAILED: the diagram of docs/architecture.md", *wrong]))
    print(f"{len(boxes)} crates and {len(arrows)} arrows in the diagram")


if __name__ == "__main__":
    main()
