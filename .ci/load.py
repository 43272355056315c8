#!/usr/bin/env python3
"""load.py HOST:PORT [--while-ready ADMIN] [--rate N] [--slowest SECONDS] [--path PATH]: asks the router without a pause, or N times a second, and counts.

Half of the clients keep their connection, the others make one for each request. No two requests are alike, so that none gets another's answer.
It goes on until SIGTERM, or with `--while-ready` as a balancer would: a load balancer asks the address ADMIN whether the router is ready,
and takes it away a second after it is not. Up to then every request must be answered, on whatever connection.

Prints `answered N lost N wrong N slowest N ms`; fails when a request was lost, or answered with anything but what it asks for.
"""

import argparse
import http.client
import itertools
import json
import signal
import sys
import threading
import time

# Fields of both services side by side, and an entity that one of them completes for the other.
QUERY = "query ($n: Decimal!) { addition(a: $n, b: 0.5) moyenne(valeurs: [$n, $n]) serie(valeurs: [$n, 0]) { somme mediane } }"
HEADERS = {"content-type": "application/json"}
CLIENTS = 16
# Seconds that a router may stay ready.
LONGEST = 90
# Seconds that a balancer takes to notice.
NOTICE = 1
counts = {"answered": 0, "lost": 0, "wrong": 0}
slowest = 0.0
lock = threading.Lock()
began = time.monotonic()
ended = threading.Event()
numbers = itertools.count(1)


def expected(number):
    return {
        "addition": f"{number}.5",
        "moyenne": f"{number}",
        "serie": {"somme": f"{number}", "mediane": f"{number // 2}" + (".5" if number % 2 else "")},
    }


def count(what, took=0.0, detail=None):
    global slowest
    with lock:
        counts[what] += 1
        slowest = max(slowest, took)
    if detail is not None:
        print(f"{time.strftime('%H:%M:%S')} {what}: {detail}", file=sys.stderr, flush=True)


def client(address, keeps, pause, path, patience):
    headers = HEADERS if keeps else HEADERS | {"connection": "close"}
    connection = None
    answers = 0
    due = time.monotonic()
    while not ended.is_set():
        number = next(numbers)
        start = time.monotonic()
        try:
            if connection is None:
                connection = http.client.HTTPConnection(address, timeout=patience)
                answers = 0
            connection.request("POST", path, json.dumps({"query": QUERY, "variables": {"n": number}}), headers)
            response = connection.getresponse()
            answer = json.loads(response.read())
        except (OSError, ValueError, http.client.HTTPException) as error:
            count("lost", detail=f"{error!r} after {answers} answers on this connection")
            connection.close()
            connection = None
            # A router that is not there at all is reported once, not a thousand times.
            time.sleep(0.1)
            continue
        took = time.monotonic() - start
        if took > patience:
            count("lost", took, f"answered after {took:.1f} s")
        elif response.status == 200 and answer == {"data": expected(number)}:
            count("answered", took)
        else:
            count("wrong", detail=f"{response.status} {answer}")
        answers += 1
        if response.will_close:
            connection.close()
            connection = None
        due = max(due + pause, time.monotonic() - pause)
        ended.wait(max(0.0, due - time.monotonic()))


def is_ready(admin):
    connection = http.client.HTTPConnection(admin, timeout=5)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("--while-ready", metavar="ADMIN")
    parser.add_argument("--rate", type=float)
    parser.add_argument("--slowest", type=float, default=10, help="a request that takes longer, in seconds, is lost")
    parser.add_argument("--path", default="/graphql")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    pause = CLIENTS / options.rate if options.rate else 0.0
    threads = [threading.Thread(target=client, args=(options.address, index % 2 == 0, pause, options.path, options.slowest)) for index in range(CLIENTS)]
    for thread in threads:
        thread.start()
    in_time = True
    if options.while_ready:
        while is_ready(options.while_ready) and time.monotonic() < began + LONGEST:
            time.sleep(0.05)
        in_time = time.monotonic() < began + LONGEST
        time.sleep(NOTICE)
        ended.set()
    # Not without an end: a signal is seen between two waits.
    while not ended.wait(1):
        pass
    for thread in threads:
        thread.join()
    print(" ".join(f"{what} {number}" for what, number in counts.items()), f"slowest {slowest * 1000:.0f} ms", flush=True)
    if not in_time:
        print("the router was ready all the time", file=sys.stderr)
    sys.exit(0 if in_time and counts["answered"] and not counts["lost"] and not counts["wrong"] else 1)


main()
