#!/usr/bin/env python3
"""Whether `cargo run` and `cargo test --workspace` ask for the same features of every crate that both need: where they differ, the crate and all that
depends on it are compiled twice. What differs is put into [workspace.dependencies] of Cargo.toml."""

import subprocess
import sys


def features(*arguments):
    """Each package and version, with the sets of features that it is built with."""
    command = ["cargo", "tree", "--locked", "--prefix", "none", "--no-dedupe", "--format", "{p}|{f}", *arguments]
    found = {}
    for line in subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines():
        package, separator, names = line.removesuffix(" (*)").partition("|")
        if separator:
            found.setdefault(" ".join(package.split()[:2]), set()).add(names)
    return found


def main():
    run = features("--edges", "normal")
    test = features("--workspace", "--edges", "normal,dev")
    differing = [(package, names, test[package]) for package, names in sorted(run.items()) if names != test[package]]
    for package, of_run, of_test in differing:
        print(f"{package}: `cargo run` builds it with {sorted(of_run)}, `cargo test --workspace` with {sorted(of_test)}")
    if differing:
        sys.exit(f"{len(differing)} crates are compiled twice: name their features in [workspace.dependencies]")
    print(f"{len(run)} crates of the programs are built once for `cargo run` and the tests")


main()
