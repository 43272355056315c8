#!/usr/bin/env python3
"""load.py ADDRESS ADMIN: asks the router at HOST:PORT without a pause until it is not ready any more, as a balancer would, and counts.

Half of the clients keep their connection, the others make one for each request. Whoever balances load asks ADMIN whether the router is ready, and
takes it away a second after it is not: up to then every request must be answered, on whatever connection.

Prints `answered N lost N wrong N`; fails when a request was lost, or answered with anything but what it asks for.
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

# Seconds that a balancer takes to notice.
NOTICE = 1

counts = {"answered": 0, "lost": 0, "wrong": 0}
lock = threading.Lock()
end = time.monotonic() + LONGEST
taken_away = threading.Event()


def count(what, detail=None):
    with lock:
        counts[what] += 1
    if detail is not None:
        print(f"{what}: {detail}", file=sys.stderr, flush=True)


def client(address, keeps):
    headers = HEADERS if keeps else HEADERS | {"connection": "close"}
    connection = None
    while not taken_away.is_set():
        try:
            if connection is None:
                connection = http.client.HTTPConnection(address, timeout=10)
            connection.request("POST", "/graphql", QUERY, headers)
            response = connection.getresponse()
            answer = json.loads(response.read())
        except (OSError, ValueError, http.client.HTTPException) as error:
            count("lost", repr(error))
            connection = None
            # A router that is not there at all is told once, not a thousand times.
            time.sleep(0.1)
            continue
        if response.status == 200 and answer == EXPECTED:
            count("answered")
        else:
            count("wrong", f"{response.status} {answer}")
        if response.will_close:
            connection.close()
            connection = None


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
    address, admin = sys.argv[1:]
    threads = [threading.Thread(target=client, args=(address, index % 2 == 0)) for index in range(CLIENTS)]
    for thread in threads:
        thread.start()
    while is_ready(admin) and time.monotonic() < end:
        time.sleep(0.05)
    ended = time.monotonic() < end
    time.sleep(NOTICE)
    taken_away.set()
    for thread in threads:
        thread.join()
    print(" ".join(f"{what} {number}" for what, number in counts.items()))
    if not ended:
        print("the router was ready all the time", file=sys.stderr)
    sys.exit(0 if ended and counts["answered"] and not counts["lost"] and not counts["wrong"] else 1)


main()
