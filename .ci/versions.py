#!/usr/bin/env python3
"""versions.py: what names the version of a release names the same one, and so does what names the compiler, Prometheus or Grafana. CONTRIBUTING.md says how a
release is made."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# What the version is in, and what it looks like there. Each has to be found.
VERSION = {
    "Cargo.toml": r'^version = "(.+)"$',
    "helm/abaque/Chart.yaml": r"^(?:version|appVersion): (.+)$",
    "compose.yaml": r"\$\{ABAQUE_VERSION:-([^}]+)\}",
    "Dockerfile": r"^ARG VERSION=(.+)$",
    "docs/deploy.md": r"(?:ghcr\.io/abaque/[a-z/$]+:|--version |ABAQUE_VERSION=|refs/tags/v)([0-9][\w.-]*)",
    "docs/governance.md": r"actions/schema-check@v([0-9][\w.-]*)",
    "docs/fr/guide.md": r"ghcr\.io/abaque/[a-z…]+:([0-9][\w.-]*)",
}
# The compiler.
COMPILER = {
    "rust-toolchain.toml": r'^channel = "(.+)"$',
    "Cargo.toml": r'^rust-version = "(.+)"$',
    "Dockerfile": r"^ARG RUST_IMAGE=rust:([0-9.]+)-",
}
# What watches the programs: the chart and compose.yaml bring the same.
WATCHERS = [
    {
        "helm/abaque/values.yaml": r"^ {4}tag: (v[0-9][\w.-]*)$",
        "compose.yaml": r"\$\{PROMETHEUS_VERSION:-([^}]+)\}",
    },
    {
        "helm/abaque/values.yaml": r"^ {4}tag: ([0-9][\w.-]*)$",
        "compose.yaml": r"\$\{GRAFANA_VERSION:-([^}]+)\}",
    },
]


def named(places):
    """Each version that is named: the file, the line and the version."""
    for name, pattern in places.items():
        found = 0
        for number, line in enumerate((ROOT / name).read_text().splitlines(), 1):
            for version in re.findall(pattern, line):
                found += 1
                yield name, number, version
        if not found:
            raise SystemExit(f"FAILED: {name}: no version is found there: {pattern}")


def main():
    wrong = []
    cargo = next(version for name, _, version in named(VERSION) if name == "Cargo.toml")
    wrong += [f"{name}:{number}: {version}, and Cargo.toml has {cargo}" for name, number, version in named(VERSION) if version != cargo]
    compiler = next(version for _, _, version in named(COMPILER))
    # `rust-version` has no patch.
    wrong += [
        f"{name}:{number}: {version}, and rust-toolchain.toml has {compiler}"
        for name, number, version in named(COMPILER)
        if version != compiler and not (name == "Cargo.toml" and compiler.startswith(f"{version}."))
    ]
    for watcher in WATCHERS:
        chart, *others = named(watcher)
        wrong += [f"{name}:{number}: {version}, and {chart[0]}:{chart[1]} has {chart[2]}" for name, number, version in others if version != chart[2]]
    if not re.search(r"^## \[Unreleased\]$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE):
        wrong.append("CHANGELOG.md: there is no section Unreleased")
    if wrong:
        raise SystemExit("\n".join(["FAILED: versions differ", *wrong]))
    print(f"versions: {cargo} in {len(VERSION)} files, Rust {compiler} in {len(COMPILER)}")


if __name__ == "__main__":
    main()
