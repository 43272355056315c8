#!/usr/bin/env python3
"""cpu.py PLAIN CALCULATRICE STATISTIQUES: CPU time of a request, beside a plain axum handler with the same JSON in and out.

All in one run, in rounds that take turns, over one connection that is kept. What is given is the median of the rounds.
"""

import json
import pathlib
import random
import socket
import statistics
import subprocess
import sys
import time

ROUNDS = 9
REQUESTS = {"__typename": 1500, "addition": 1500, "moyenne": 500}
# Requests before the first round that are not counted.
WARM = 200


def start(binary, *arguments):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"127.0.0.1:{port}"
    process = subprocess.Popen([binary, *(one.replace("ADDRESS", address) for one in arguments)])
    for _ in range(200):
        try:
            return process, socket.create_connection(("127.0.0.1", port))
        except OSError:
            time.sleep(0.02)
    raise SystemExit(f"{binary} does not come up")


def cpu(process):
    """Nanoseconds that all threads of a process have run."""
    tasks = pathlib.Path(f"/proc/{process.pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)


def ask(connection, path, body):
    head = f"POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    connection.sendall(head.encode() + body)
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += connection.recv(65536)
    head, _, answer = answer.partition(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
    while len(answer) < length:
        answer += connection.recv(65536)
    return answer


def main():
    plain, calculatrice, statistiques = sys.argv[1:]
    serve = ("--listen", "ADDRESS", "--admin", "127.0.0.1:0", "--log", "info,access=off")
    programs = {
        "plain": start(plain, "ADDRESS"),
        "calculatrice": start(calculatrice, *serve),
        "statistiques": start(statistiques, *serve),
    }
    made = random.Random(1)
    numbers = [made.randrange(-99999, 99999) / 100 for _ in range(1000)]
    sent = {
        "__typename": {"query": "{ __typename }"},
        "addition": {"query": "query($a: Decimal!, $b: Decimal!) { addition(a: $a, b: $b) }", "variables": {"a": "0.1", "b": "0.2"}},
        "moyenne": {"query": "query($v: [Decimal!]!) { moyenne(valeurs: $v) }", "variables": {"v": numbers}},
    }
    cases = [("__typename", "calculatrice", "/graphql")]
    for name, program in (("addition", "calculatrice"), ("moyenne", "statistiques")):
        cases += [(name, "plain", f"/{name}"), (name, program, "/graphql")]
    times = {case: [] for case in cases}
    try:
        for turn in range(ROUNDS + 1):
            for case in cases:
                name, program, path = case
                process, connection = programs[program]
                body = json.dumps(sent[name]).encode()
                count = REQUESTS[name] if turn else WARM
                before = cpu(process)
                for _ in range(count):
                    answer = ask(connection, path, body)
                used = (cpu(process) - before) / count / 1000
                if turn:
                    times[case].append(used)
                elif b'"errors"' in answer or not answer.startswith(b'{"data"'):
                    raise SystemExit(f"{case}: {answer[:200]}")
        for case in cases:
            print(f"{case[0]:12} {case[1]:14} {statistics.median(times[case]):8.1f} µs")
        for name, program in (("addition", "calculatrice"), ("moyenne", "statistiques")):
            pairs = zip(times[(name, program, "/graphql")], times[(name, "plain", f"/{name}")])
            print(f"{name}: {statistics.median(ours / theirs for ours, theirs in pairs):.2f} times plain")
    finally:
        for process, _ in programs.values():
            process.terminate()


if __name__ == "__main__":
    main()
