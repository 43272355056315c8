#!/usr/bin/env python3
"""instructions.py PLAIN CALCULATRICE STATISTIQUES: instructions of a request, beside a plain axum handler with the same JSON in and out.

Counted by `valgrind --tool=callgrind`, so that no load of the machine disturbs it. Each program runs twice, with some requests and with more, over one connection: the
difference is what the further requests took, without the start. It fails where a service takes more than it may.
"""

import json
import os
import pathlib
import random
import re
import socket
import subprocess
import sys
import tempfile
import time

from cpu import ask

# No two starts take the same, by some millions: of what takes little, more are asked for.
FEW, MANY = 100, {"addition": 10_100, "moyenne": 600}
MADE = random.Random(1)
NUMBERS = [MADE.randrange(-99999, 99999) / 100 for _ in range(1000)]
ADDITION = {"query": "query($a: Decimal!, $b: Decimal!) { addition(a: $a, b: $b) }", "variables": {"a": "0.1", "b": "0.2"}}
MOYENNE = {"query": "query($v: [Decimal!]!) { moyenne(valeurs: $v) }", "variables": {"v": NUMBERS}}
# What is asked: the field, the path at the plain handler and at the service, the body, and the most times that the service may take of what the plain handler takes.
REQUESTS = (
    ("addition", "/addition", "/graphql", ADDITION, 1.5),
    ("addition", "/api/v1/addition", "/api/v1/addition", ADDITION["variables"], 1.5),
    ("moyenne", "/moyenne", "/graphql", MOYENNE, 2),
    ("moyenne", "/api/v1/moyenne", "/api/v1/moyenne", {"valeurs": NUMBERS}, 2),
)


def connected(port):
    for _ in range(1200):
        try:
            return socket.create_connection(("127.0.0.1", port))
        except OSError:
            time.sleep(0.1)
    raise SystemExit("a program does not come up")


def counted(binary, arguments, path, body, count, out):
    """The instructions of a program that answers so many requests."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    arguments = [one.replace("ADDRESS", f"127.0.0.1:{port}") for one in arguments]
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", binary, *arguments]
    # A program that starts itself again, to set its allocator, would leave valgrind.
    settled = os.environ | {"MALLOC_ARENA_MAX": "2"}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=settled)
    try:
        with connected(port) as connection:
            for _ in range(count):
                answer = ask(connection, path, body)
        if not answer.startswith((b'{"data"', b'{"resultat"')) or b'"errors"' in answer:
            raise SystemExit(f"{binary}: {answer[:200]}")
    finally:
        process.terminate()
        _, told = process.communicate()
    return int(re.search(r"Collected : (\d+)", told).group(1))


def main():
    plain, calculatrice, statistiques = sys.argv[1:]
    serve = ["--listen", "ADDRESS", "--admin", "127.0.0.1:0", "--log", "info,access=off"]
    beyond = False
    for name, plain_path, path, body, most in REQUESTS:
        program = calculatrice if name == "addition" else statistiques
        body = json.dumps(body).encode()
        taken = []
        for who, binary, arguments, asked in (("plain", plain, ["ADDRESS"], plain_path), ("service", program, serve, path)):
            with tempfile.TemporaryDirectory() as folder:
                out = pathlib.Path(folder) / "callgrind.out"
                few, many = (counted(binary, arguments, asked, body, count, out) for count in (FEW, MANY[name]))
            taken.append((many - few) / (MANY[name] - FEW))
            print(f"{name:10} {asked:18} {who:8} {taken[-1]:12,.0f}", flush=True)
        ratio = taken[1] / taken[0]
        beyond |= ratio > most
        print(f"{name} at {path}: {ratio:.2f} times plain, at most {most}", flush=True)
    sys.exit(beyond)


if __name__ == "__main__":
    main()
