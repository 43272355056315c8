"""Runs the commands of a page and compares what they print with what the page says.

    walk.py PAGE --router BINARY [--replace OLD=NEW]…

In the `sh` blocks of PAGE, each line that begins with `curl `, `router plan ` or `router compose ` is run, with the texts replaced that
are to be replaced, such as ports. The `json` or `text` block that follows says what it prints: JSON is compared as data, text exactly.
"""

import argparse
import difflib
import json
import re
import subprocess
import sys

RUN = ("curl ", "router plan ", "router compose ")
PATIENCE = 30
BLOCK = re.compile(r"^ *```(sh|json|text) *\n(.*?)^ *```", re.MULTILINE | re.DOTALL)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("page")
    parser.add_argument("--router", required=True)
    parser.add_argument("--replace", action="append", default=[])
    parser.add_argument("--update", action="store_true", help="write what text commands print into the page")
    options = parser.parse_args()
    with open(options.page, encoding="utf-8") as file:
        page = file.read()
    ran = compared = 0
    printed = None
    updated = page
    for kind, block in BLOCK.findall(page):
        if kind == "sh":
            printed = None
            for line in map(str.strip, block.splitlines()):
                if line.startswith(RUN):
                    printed = run(line, options)
                    ran += 1
        elif printed is not None:
            if kind == "text" and options.update:
                updated = updated.replace(f"```text\n{block}```", f"```text\n{printed.strip()}\n```", 1)
            else:
                compare(kind, block, printed)
            compared += 1
            printed = None
    if options.update:
        with open(options.page, "w", encoding="utf-8") as file:
            file.write(updated)
    if ran == 0:
        sys.exit(f"{options.page} has no command that is run")
    print(f"{options.page}: {ran} commands ran, {compared} answers compared")


def run(line: str, options: argparse.Namespace) -> str:
    print(f"$ {line}", flush=True)
    command = line
    for replacement in options.replace:
        old, new = replacement.split("=", 1)
        command = command.replace(old, new)
    # A command of a page in this repository is run as a reader's shell would run it.
    command = re.sub(r"^router ", f"'{options.router}' ", command)
    command = re.sub(r"^curl ", f"curl --max-time {PATIENCE} ", command)
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=2 * PATIENCE, check=False)
    if done.returncode != 0:
        sys.exit(f"FAILED: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout.replace("\r\n", "\n")


def compare(kind: str, expected: str, printed: str) -> None:
    if kind == "json":
        expected = json.dumps(json.loads(expected), indent=1, sort_keys=True)
        printed = json.dumps(json.loads(printed), indent=1, sort_keys=True)
    if expected.strip() == printed.strip():
        return
    lines = difflib.unified_diff(expected.strip().splitlines(), printed.strip().splitlines(), "the page", "what was printed", lineterm="")
    sys.exit("FAILED: something else was printed than the page says\n" + "\n".join(lines))


main()
