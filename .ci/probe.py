"""An innocent client beside an attack: a process of its own, so that what the attacker is busy with is not measured.

    python3 .ci/probe.py PORT PAUSE REQUEST

REQUEST is JSON: the method, the path, the body or null, and the headers. It asks again and again until its input ends, then writes how long each answer took, in
seconds, and what was no answer.
"""

import http.client
import json
import select
import sys
import time


def ask(port, request):
    """What is wrong with the answer, or None."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(*request)
        answer = connection.getresponse()
        body = answer.read()
        return None if answer.status == 200 else f"{answer.status} {body[:120]}"
    except (OSError, http.client.HTTPException) as error:
        return repr(error)
    finally:
        connection.close()


def main():
    port, pause, request = int(sys.argv[1]), float(sys.argv[2]), json.loads(sys.argv[3])
    waits, failed = [], []
    while not select.select([sys.stdin], [], [], pause)[0]:
        began = time.monotonic()
        wrong = ask(port, request)
        waits.append(time.monotonic() - began)
        if wrong:
            failed.append(wrong)
    json.dump({"waits": waits, "failed": failed}, sys.stdout)


main()
