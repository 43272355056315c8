#!/usr/bin/env python3
"""run_documents.py ROUTER: runs what the documents show against the programs at the ABAQUE_… addresses, in place of the ports that the documents name: every
`curl`, compared with the `json` block that follows it, where one does, and every GraphQL operation. The commands of the router run too, by the binary
ROUTER, in a copy of .ci/sample."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from contextlib import contextmanager
from pathlib import Path

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


@contextmanager
def sample(router):
    """A folder with what the documents' commands name: a configuration, SDLs, operations, supergraphs and recordings."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / ".ci/sample", folder, dirs_exist_ok=True)
        (folder / "schema").mkdir()
        subprocess.run([router, "compose", "--output", "base.graphql"], cwd=folder, check=True, capture_output=True)
        for other in ["old.graphql", "new.graphql"]:
            shutil.copy(folder / "base.graphql", folder / other)
        for recording in ["0.json", "1.json", "operations.json"]:
            (folder / recording).write_text('{"version":1,"operations":[]}')
        yield folder


def route(block, command, router, folder):
    """A command of the router: it ends well, or with findings, which are no mistake of the document."""
    ours = ADDRESS.sub(lambda found: address(found[1]), command)
    path = f"{router.parent}:{os.environ['PATH']}"
    ended = subprocess.run(["bash", "-c", ours], cwd=folder, env={**os.environ, "PATH": path}, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE)
    if ended.returncode not in (0, 1) or (ended.returncode == 1 and not ended.stdout.strip()):
        raise SystemExit(f"FAILED: {block}: {command}\nexit code {ended.returncode}\n{ended.stderr}{ended.stdout}")


def is_routed(command):
    """Whether it is one of the router's, and ends by itself."""
    return bool(re.match(r"router (?!serve|dev|init|ask|health)", command)) and "…" not in command


def main():
    router = Path(sys.argv[1]).resolve()
    with sample(router) as folder:
        everything(router, folder)


def everything(router, folder):
    ran = compared = operated = routed = 0
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
                    elif is_routed(command):
                        route(block, command, router, folder)
                        routed += 1
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
    if not (ran and compared and operated and routed):
        raise SystemExit("FAILED: the documents show no command with its answer, or no operation")
    print(f"{ran} requests and {routed} commands of the router ran, {compared} answers compared, {operated} operations executed")


if __name__ == "__main__":
    main()
