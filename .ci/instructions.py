#!/usr/bin/env python3
"""instructions.py PLAIN CALCULATRICE STATISTIQUES: instructions of a request, beside a plain axum handler with the same JSON in and out.

Counted by `valgrind --tool=callgrind`, so that no load of the machine disturbs it. Each program runs twice, with some requests and with more, over one connection: the
difference is what the further requests took, without the start.
"""

import json
import pathlib
import random
import re
import socket
import subprocess
import sys
import tempfile
import time

from cpu import ask

FEW, MANY = 100, 600
NUMBERS = [random.Random(1).randrange(-99999, 99999) / 100 for _ in range(1000)]
REQUESTS = {
    "addition": {"query": "query($a: Decimal!, $b: Decimal!) { addition(a: $a, b: $b) }", "variables": {"a": "0.1", "b": "0.2"}},
    "moyenne": {"query": "query($v: [Decimal!]!) { moyenne(valeurs: $v) }", "variables": {"v": NUMBERS}},
}


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
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        with connected(port) as connection:
            for _ in range(count):
                answer = ask(connection, path, body)
        if not answer.startswith(b'{"data"') or b'"errors"' in answer:
            raise SystemExit(f"{binary}: {answer[:200]}")
    finally:
        process.terminate()
        _, told = process.communicate()
    return int(re.search(r"Collected : (\d+)", told).group(1))


def main():
    plain, calculatrice, statistiques = sys.argv[1:]
    serve = ["--listen", "ADDRESS", "--admin", "127.0.0.1:0", "--log", "info,access=off"]
    for name, program in (("addition", calculatrice), ("moyenne", statistiques)):
        body = json.dumps(REQUESTS[name]).encode()
        taken = {}
        for who, binary, arguments, path in (("plain", plain, ["ADDRESS"], f"/{name}"), ("service", program, serve, "/graphql")):
            with tempfile.TemporaryDirectory() as folder:
                out = pathlib.Path(folder) / "callgrind.out"
                few, many = (counted(binary, arguments, path, body, count, out) for count in (FEW, MANY))
            taken[who] = (many - few) / (MANY - FEW)
            print(f"{name:10} {who:8} {taken[who]:12,.0f}", flush=True)
        print(f"{name}: {taken['service'] / taken['plain']:.2f} times plain", flush=True)


if __name__ == "__main__":
    main()
