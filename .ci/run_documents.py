#!/usr/bin/env python3
"""run_documents.py ROUTER: runs what the documents show, and compares what is printed with what they say.

    run_documents.py ROUTER                                            every document but those of examples/
    run_documents.py ROUTER PAGE… [--at PORT=ADDRESS]… [--replace OLD=NEW]… [--update]

Every `curl` and every command of the router that ends by itself runs, and a `json` or `text` block that follows is what it prints: JSON is compared as data,
text character by character. Every GraphQL operation is executed. Ports that the documents name are replaced: by the programs at the ABAQUE_… addresses, or
by `--at`. The router's commands run in a copy of .ci/sample, or for named pages in the repository. `--update` writes printed text into a page.

What a document shows and this does not run is listed with where it is run, which elsewhere.py says; anything else is a failure."""

import argparse
import difflib
import json
import os
import re
import shutil
import subprocess
import tempfile
import urllib.request
from contextlib import contextmanager, nullcontext
from pathlib import Path

from documents import ROOT, SHELL, blocks, documents
from elsewhere import Elsewhere

PROGRAMS = {"4000": "ROUTER", "4001": "CALCULATRICE", "4002": "STATISTIQUES", "9090": "ROUTER_ADMIN", "9091": "CALCULATRICE_ADMIN", "9092": "STATISTIQUES_ADMIN"}
# Variables of router/router.yaml that say where the services are.
SERVICES = {"CALCULATRICE_URL": "4001", "STATISTIQUES_URL": "4002"}
ADDRESS = re.compile(r"localhost:(\d+)")
# A command's time, in seconds.
PATIENCE = 30


class Failed(SystemExit):
    def __init__(self, block, what, said=""):
        super().__init__(f"FAILED: {block}: {what}\n{said}")


class Runner:
    """Runs commands at addresses, in a folder, and counts them."""

    def __init__(self, router, folder, addresses, replaced=()):
        self.router, self.folder, self.addresses, self.replaced = router, folder, addresses, replaced
        self.ran = self.routed = self.compared = self.operated = 0

    def asks(self, command):
        """Whether it asks the programs, and nothing else."""
        ports = ADDRESS.findall(command)
        return command.startswith("curl ") and "…" not in command and bool(ports) and all(port in self.addresses for port in ports)

    def shell(self, command):
        """What a reader's shell prints: a document is trusted as the repository is."""
        ours = ADDRESS.sub(lambda found: self.addresses.get(found[1], found[0]), command)
        for old, new in self.replaced:
            ours = ours.replace(old, new)
        folder = self.folder
        if ours.startswith("router init"):
            # It writes a file that must not be there.
            folder = tempfile.mkdtemp(dir=folder)
        path = f"{self.router.parent}:{os.environ['PATH']}"
        # Where router/router.yaml finds the services.
        services = {name: f"http://{self.addresses[port]}/graphql" for name, port in SERVICES.items() if port in self.addresses}
        return subprocess.run(
            ["bash", "-c", f"set -o pipefail; {ours}"], cwd=folder, env={**os.environ, **services, "PATH": path}, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE + 10
        )

    def ask(self, block, command):
        ended = self.shell(command.replace("curl ", f"curl --fail-with-body --no-progress-meter --max-time {PATIENCE} ", 1))
        if ended.returncode or not ended.stdout.strip():
            raise Failed(block, command, f"exit code {ended.returncode}\n{ended.stderr}{ended.stdout}")
        if re.match(r'\{"(data|errors)"', ended.stdout) and "errors" in json.loads(ended.stdout):
            raise Failed(block, command, f"answers {ended.stdout}")
        self.ran += 1
        return ended.stdout.replace("\r\n", "\n")

    def route(self, block, command):
        """A command of the router: it ends well, or with findings, which are no mistake of the document."""
        ended = self.shell(command)
        if ended.returncode not in (0, 1) or (ended.returncode == 1 and not ended.stdout.strip()):
            raise Failed(block, command, f"exit code {ended.returncode}\n{ended.stderr}{ended.stdout}")
        self.routed += 1
        return ended.stdout

    def compare(self, block, printed):
        expected = block.text
        if block.kind == "json":
            expected, printed = (json.dumps(json.loads(text), indent=1, sort_keys=True, ensure_ascii=False) for text in (expected, printed))
        if expected.strip() != printed.strip():
            lines = difflib.unified_diff(expected.strip().splitlines(), printed.strip().splitlines(), "the page", "what was printed", lineterm="")
            raise Failed(block, "something else was printed", "\n".join(lines))
        self.compared += 1

    def request(self, operation, headers):
        body = json.dumps({"query": operation}).encode()
        return urllib.request.urlopen(urllib.request.Request(f"http://{self.addresses['4000']}/graphql", body, {"content-type": "application/json", **headers}), timeout=PATIENCE)

    def operate(self, block):
        """A query, or the first event of a subscription, at the router."""
        self.operated += 1
        operation = block.text.strip()
        stream = operation.startswith("subscription")
        with self.request(operation, {"accept": "text/event-stream" if stream else "application/json"}) as answer:
            if not stream:
                said = json.load(answer)
                if "errors" in said:
                    raise Failed(block, "answers with errors", said["errors"])
                return
            # A value can be null beside its error; an event without data is none.
            event = next(line for line in answer if line.startswith(b"data:"))
            if not json.loads(event.removeprefix(b"data:")).get("data"):
                raise Failed(block, "an event without data", event.decode())

    def trace(self, block):
        """The format of `extensions.trace`: the members of the document's example are those of a real one."""
        with self.request("{ serie(valeurs: [1, 2, 4]) { somme moyenne } }", {"abaque-expose-trace": "true"}) as answer:
            real = json.load(answer)["extensions"]["trace"]
        if members(json.loads(block.text)) != members(real):
            raise Failed(block, "a trace has other members", json.dumps(real))
        self.compared += 1


def members(value):
    """The names in a value, of its lists those of the first item."""
    if isinstance(value, dict):
        return {name: members(inner) for name, inner in value.items()}
    return [members(value[0])] if isinstance(value, list) and value else None


@contextmanager
def sample(router):
    """A folder with what the documents' commands name: configurations, SDLs, operations, supergraphs and recordings."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / ".ci/sample", folder, dirs_exist_ok=True)
        # Commands over this repository's own schemas.
        shutil.copytree(ROOT / "schema", folder / "schema")
        (folder / "router").mkdir()
        shutil.copy(ROOT / "router/router.yaml", folder / "router")
        subprocess.run([router, "compose", "--output", "base.graphql"], cwd=folder, check=True, capture_output=True)
        for other in ["old.graphql", "new.graphql"]:
            shutil.copy(folder / "base.graphql", folder / other)
        for recording in ["0.json", "1.json", "operations.json"]:
            (folder / recording).write_text('{"version":1,"operations":[]}')
        yield folder


def walk(path, runner, elsewhere, update=False):
    """Everything that one document shows."""
    name = str(path.relative_to(ROOT))
    printed, page = None, path.read_text()
    for block in blocks(path):
        if block.kind in SHELL:
            printed = commands(block, runner, elsewhere)
        elif block.kind == "text" and printed is not None and update:
            page = page.replace(f"```text\n{block.text}```", f"```text\n{printed.strip()}\n```", 1)
        elif block.kind in {"json", "text"} and printed is not None:
            runner.compare(block, printed)
        elif block.kind == "json" and name == "docs/console.md":
            runner.trace(block)
        elif block.kind == "graphql" and re.match(r"\{|query|mutation|subscription", block.text) and not elsewhere.block(block, name):
            runner.operate(block)
        # `cargo test -p router manual` reads every `yaml` block as a configuration, and the site draws the diagrams.
        elif block.kind not in {"yaml", "mermaid"}:
            held = elsewhere.block(block, name)
            if held is None:
                raise Failed(block, f"the block of {block.kind} is neither run nor compared, and elsewhere.py does not say what holds it")
            print(f"{block}: not run, held by: {held}")
        if block.kind not in SHELL:
            printed = None
    if update:
        path.write_text(page)


def is_routed(command):
    """Whether it is one of the router's, and ends by itself."""
    return bool(re.match(r"router (?!serve|dev|ask|health)", command)) and "…" not in command


def commands(block, runner, elsewhere):
    """What the last command of the block prints that is run."""
    printed = None
    stopped = False
    for command in block.commands():
        command = re.sub(r"^cargo run( --release)? --bin router -- (?!dev|serve)", "router ", re.sub(r"\s+#\s.*$", "", command))
        # What is asked after it would be asked of a service that is not there.
        stopped = stopped or command.startswith("docker compose stop")
        is_run = not stopped and (runner.asks(command) or is_routed(command))
        if is_run:
            print(f"{block}: {command[:160]}", flush=True)
            printed = runner.ask(block, command) if command.startswith("curl ") else runner.route(block, command)
        else:
            where = "step images" if stopped else elsewhere.command(command)
            if where is None:
                raise Failed(block, f"`{command}` is not run, and elsewhere.py does not say where it is")
            print(f"{block}: not run here: {command[:100]}  [{where}]")
    return printed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("router", type=lambda name: Path(name).resolve())
    parser.add_argument("pages", nargs="*", type=lambda name: Path(name).resolve())
    parser.add_argument("--at", action="append", default=[], metavar="PORT=ADDRESS")
    parser.add_argument("--replace", action="append", default=[], metavar="OLD=NEW")
    parser.add_argument("--update", action="store_true", help="write what is printed as text into the page")
    options = parser.parse_args()
    addresses = dict(one.split("=", 1) for one in options.at)
    if not options.pages:
        addresses = {port: os.environ[f"ABAQUE_{program}"] for port, program in PROGRAMS.items()} | addresses
    elsewhere = Elsewhere()
    with nullcontext(ROOT) if options.pages else sample(options.router) as folder:
        runner = Runner(options.router, folder, addresses, [one.split("=", 1) for one in options.replace])
        # Those of examples/ are over subgraphs of their own: the step `examples` names them.
        for path in options.pages or [path for path in documents() if not path.is_relative_to(ROOT / "examples")]:
            walk(path, runner, elsewhere, options.update)
    if not runner.ran + runner.routed:
        raise SystemExit("FAILED: no command was run")
    if not options.pages:
        for path in documents():
            for block in blocks(path):
                for command in block.commands() if block.kind in SHELL else ():
                    elsewhere.command(command)
        if idle := elsewhere.idle():
            raise SystemExit(f"FAILED: elsewhere.py has lines that nothing matches: {idle}")
    print(f"{runner.ran} requests and {runner.routed} commands of the router ran, {runner.compared} answers compared, {runner.operated} operations executed")


if __name__ == "__main__":
    main()
