#!/usr/bin/env python3
"""Runs what the documents show against the programs at the ABAQUE_… addresses, in place of the ports that the documents name: every `curl`, compared with
the `json` block that follows it, where one does, and every GraphQL operation."""

import json
import os
import re
import subprocess
import sys
import urllib.request

from documents import ROOT, SHELL, blocks, documents

ADDRESSES = {"4000": "ROUTER", "4001": "CALCULATRICE", "4002": "STATISTIQUES", "9090": "ROUTER_ADMIN", "9091": "CALCULATRICE_ADMIN", "9092": "STATISTIQUES_ADMIN"}
ADDRESS = re.compile(r"localhost:(\d+)")
# A command's time, in seconds.
PATIENCE = 30


def address(port):
    return os.environ[f"ABAQUE_{ADDRESSES[port]}"]


def runs(command):
    """Whether it asks the programs, and nothing else."""
    ports = ADDRESS.findall(command)
    return command.startswith("curl ") and "…" not in command and bool(ports) and all(port in ADDRESSES for port in ports)


def run(block, command):
    """The answer: JSON where it is some, or text."""
    ours = ADDRESS.sub(lambda found: address(found[1]), command).replace("curl ", f"curl --fail-with-body --no-progress-meter --max-time {PATIENCE} ", 1)
    # A document is trusted as the repository is: this runs its command as a reader's shell would.
    ended = subprocess.run(["bash", "-c", f"set -o pipefail; {ours}"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE + 10)
    if ended.returncode or not ended.stdout.strip():
        raise SystemExit(f"FAILED: {block}: {command}\nexit code {ended.returncode}\n{ended.stderr}{ended.stdout}")
    try:
        answer = json.loads(ended.stdout)
    except ValueError:
        return ended.stdout
    if isinstance(answer, dict) and "errors" in answer:
        raise SystemExit(f"FAILED: {block}: {command}\nanswers {ended.stdout}")
    return answer


def operate(block):
    """A query, or the first event of a subscription, at the router."""
    operation = block.text.strip()
    stream = operation.startswith("subscription")
    headers = {"content-type": "application/json", "accept": "text/event-stream" if stream else "application/json"}
    request = urllib.request.Request(f"http://{address('4000')}/graphql", json.dumps({"query": operation}).encode(), headers)
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        if not stream:
            said = json.load(answer)
            if "errors" in said:
                raise SystemExit(f"FAILED: {block}: {said['errors']}")
            return
        # A value can be null beside its error; an event without data is none.
        event = next(line for line in answer if line.startswith(b"data:"))
        if not json.loads(event.removeprefix(b"data:")).get("data"):
            raise SystemExit(f"FAILED: {block}: {event.decode()}")


def main():
    ran = compared = operated = 0
    for path in documents():
        # Over subgraphs of their own: the step `examples` runs those.
        if path.is_relative_to(ROOT / "examples"):
            continue
        answer = None
        for block in blocks(path):
            if block.kind in SHELL:
                for command in block.commands():
                    # What follows would be asked of a service that is not there.
                    if "docker compose stop" in command:
                        break
                    if runs(command):
                        answer = run(block, command)
                        ran += 1
                        print(f"{block}: {command[:160]}")
            elif block.kind == "json" and answer is not None:
                if answer != json.loads(block.text):
                    raise SystemExit(f"FAILED: {block}: the answer is {json.dumps(answer, ensure_ascii=False)}")
                answer = None
                compared += 1
            elif block.kind == "graphql" and re.match(r"\{|query|mutation|subscription", block.text):
                operate(block)
                operated += 1
            if block.kind not in SHELL:
                answer = None
    if not (ran and compared and operated):
        raise SystemExit("FAILED: the documents show no command with its answer, or no operation")
    print(f"{ran} commands ran, {compared} answers compared, {operated} operations executed")


if __name__ == "__main__":
    sys.exit(main())
