#!/usr/bin/env python3
"""load.py ADDRESS: asks the router at HOST:PORT without a pause, over kept connections, until it accepts no more, and counts.

Prints `answered N refused N retried N lost N`; fails when a request was lost, or answered with anything but what it asks for.

- refused: no connection could be made, so that nothing was sent: what a client sees of a program that has ended;
- retried: a kept connection was closed before anything of an answer came, which HTTP lets happen between any two requests, and
  the request was sent again on a new connection, as every client does with a query;
- lost: sent on a new connection and not answered, or answered in part.
"""

import http.client
import json
import sys
import threading
import time

QUERY = json.dumps({"query": "{ addition(a: 0.1, b: 0.2) moyenne(valeurs: [1, 2, 3]) }"})
EXPECTED = {"data": {"addition": "0.3", "moyenne": "2"}}
HEADERS = {"content-type": "application/json"}
CLIENTS = 16
# Seconds in all, however it goes.
LONGEST = 90

counts = {"answered": 0, "refused": 0, "retried": 0, "lost": 0, "wrong": 0}
lock = threading.Lock()
end = time.monotonic() + LONGEST


def count(what, detail=None):
    with lock:
        counts[what] += 1
    if detail is not None:
        print(f"{what}: {detail}", file=sys.stderr, flush=True)


def connect(host, port):
    """A new connection; none when it is refused, or when nobody is there any more."""
    connection = http.client.HTTPConnection(host, port, timeout=10)
    try:
        connection.connect()
    except OSError:
        return None
    return connection


def client(host, port):
    connection, fresh = None, True
    while time.monotonic() < end:
        if connection is None:
            connection, fresh = connect(host, port), True
            if connection is None:
                return count("refused")
        try:
            connection.request("POST", "/graphql", QUERY, HEADERS)
            response = connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            if fresh:
                count("lost", repr(error))
            else:
                count("retried")
            connection = None
            continue
        try:
            answer = json.loads(response.read())
        except (OSError, ValueError, http.client.HTTPException) as error:
            count("lost", repr(error))
            connection = None
            continue
        if response.status == 200 and answer == EXPECTED:
            count("answered")
        else:
            count("wrong", f"{response.status} {answer}")
        fresh = False
        if response.will_close:
            connection.close()
            connection = None


def main():
    host, port = sys.argv[1].rsplit(":", 1)
    threads = [threading.Thread(target=client, args=(host, int(port))) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(" ".join(f"{what} {number}" for what, number in counts.items()))
    ended = counts["refused"] == CLIENTS
    if not ended:
        print("the router did not stop accepting connections", file=sys.stderr)
    sys.exit(0 if ended and counts["answered"] and not counts["lost"] and not counts["wrong"] else 1)


main()
