#!/usr/bin/env python3
"""hostile.py CALCULATRICE STATISTIQUES [--seconds N] [--only TEXT]: attacks both services as a hostile client would, each in a pod's limits.

Each program is started with one core (`taskset`) and 256 MiB (a memory cgroup where this user may make one; its peak is measured in any
case). Attacks go alone first, then several at once, while probes ask `/health/live` and a small `addition`. It fails when

- a program ends, or its memory passes 256 MiB;
- one request alone takes the memory of a fresh program past half of that;
- a request has no answer, or one that is neither JSON nor has data or a code, within the time limit and some;
- a probe or an addition is not answered in time;
- one request alone keeps the threads of the runtime busy, on which probes and short requests are answered: what takes long is computed on others.

What it measures is printed. Times are judged generously (--patience), as the machine of a test may be busy with more than the test, and a debug build takes longer. How
busy the runtime is kept is time of its processor (--busy), so that it is judged where waits cannot be.
"""

import argparse
import http.client
import json
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time

import attacks
import floods
import frames
import shapes
from attacks import graphql

LIMIT = 256 << 20
JSON = {"content-type": "application/json"}
# Of the programs, in seconds.
TIME_LIMIT = 10
# Bytes of an answer that a debug build writes in a second of the runtime, event by event.
ANSWERED = 4 << 20
# What a client waits for an answer, in seconds: the limit, and the answer's way.
PATIENCE = TIME_LIMIT + 15

# --- the pod ------------------------------------------------------------------------------------------------------------------------


class Pod:
    """A program on one core, in 256 MiB."""

    def __init__(self, binary):
        self.binary = binary
        self.group = self.cgroup()
        listening = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
        self.port, self.admin = (one.getsockname()[1] for one in listening)
        for one in listening:
            one.close()
        command = ["taskset", "-c", "0", binary, "--listen", f"127.0.0.1:{self.port}", "--admin", f"127.0.0.1:{self.admin}", "--log", "error"]
        self.process = subprocess.Popen(command, preexec_fn=self.enter)
        for _ in range(200):
            try:
                if self.ask(self.admin, "GET", "/health/ready", None, patience=5)[0] == 200:
                    return
            except OSError:
                time.sleep(0.05)
        raise SystemExit(f"{binary} does not come up")

    def cgroup(self):
        for base, name in (("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max")):
            group = pathlib.Path(base) / f"abaque-hostile-{os.getpid()}-{random.randrange(10**9)}"
            try:
                group.mkdir()
                (group / name).write_text(str(LIMIT))
                return group
            except OSError:
                if group.exists():
                    group.rmdir()
        return None

    def enter(self):
        if self.group:
            (self.group / "cgroup.procs").write_text(str(os.getpid()))

    def ask(self, port, method, path, body, *headers, patience, source="127.0.0.1"):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patience, source_address=(source, 0))
        try:
            connection.request(method, path, body, (JSON if body else {}) | dict(*headers))
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def peak(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) << 10

    def busy(self):
        """Seconds of processor that all threads have taken but those that compute."""
        ticks = 0
        for task in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir():
            try:
                name, _, rest = (task / "stat").read_text().partition("(")[2].rpartition(")")
            except OSError:
                continue
            if name != "compute":
                ticks += sum(map(int, rest.split()[11:13]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def alive(self):
        return self.process.poll() is None

    def stop(self):
        if self.alive():
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        if self.group:
            for _ in range(50):
                try:
                    self.group.rmdir()
                    return
                except OSError:
                    time.sleep(0.02)


class Probe:
    """An innocent client that asks again and again; the longest wait counts."""

    def __init__(self, port, request, pause):
        method, path, body, *headers = request
        asked = [method, path, body, (JSON if body else {}) | dict(*headers)]
        command = [sys.executable, pathlib.Path(__file__).with_name("probe.py"), str(port), str(pause), json.dumps(asked)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.failed = []

    def end(self):
        probed = json.loads(self.process.communicate()[0])
        self.failed = probed["failed"]
        waits = sorted(probed["waits"]) or [0]
        return waits[-1], waits[int(len(waits) * 0.99)]


def verdict(status, body):
    """Why an answer is not one, or None."""
    if body.startswith(b"event: next"):
        events = [part.partition(b"data: ")[2] for part in body.split(b"\n\n") if part.startswith(b"event: next")]
        wrong = [verdict(status, event) for event in (events[0], events[-1])]
        return next(filter(None, wrong), None if b"event: complete" in body[-40:] else "a stream without an end")
    try:
        answer = json.loads(body)
    except ValueError:
        return f"{status} and no JSON: {body[:80]}"
    errors = answer.get("errors", []) if isinstance(answer, dict) else []
    if errors and not all(error.get("extensions", {}).get("code") for error in errors):
        return f"an error without a code: {str(errors)[:200]}"
    if status >= 500 and status != 503:
        return f"{status}: {body[:200]}"
    return None


findings = []


def finding(text):
    findings.append(text)
    sys.stdout.write(f"FINDING {text}\n")
    sys.stdout.flush()


def attack(pod, name, request, results):
    began = time.monotonic()
    try:
        status, body = pod.ask(pod.port, *request, patience=PATIENCE)
        wrong = verdict(status, body)
        size = len(body)
        code = re.search(rb'"code":"(\w+)"', body)
        code = code.group(1).decode() if code else ""
    except (OSError, http.client.HTTPException) as error:
        # A body that is refused early may break the connection while it is sent.
        refused = isinstance(error, (BrokenPipeError, ConnectionResetError)) and len(request[2] or "") > 1 << 20
        status, size, code, wrong = 0, 0, "", None if refused else repr(error)
    results.append((name, status, code, size, time.monotonic() - began))
    if wrong and pod.alive():
        finding(f"{pod.binary}: {name}: {wrong}")


def probes(pod):
    add = "{ addition(a: 1, b: 2) }" if "calculatrice" in pod.binary else "{ moyenne(valeurs: [1, 2]) }"
    return Probe(pod.admin, ("GET", "/health/live", None), 0.02), Probe(pod.port, graphql(add), 0.05)


def judge(pod, live, small, patience, about, most=LIMIT):
    worst, usual = live.end()
    slowest, slow = small.end()
    memory = pod.peak() if pod.alive() else 0
    print(f"{about}: live {worst * 1e3:.0f} ms (p99 {usual * 1e3:.0f}), small {slowest * 1e3:.0f} ms (p99 {slow * 1e3:.0f}), memory {memory >> 20} MiB", flush=True)
    if not pod.alive():
        finding(f"{about}: {pod.binary} ended with {pod.process.returncode}")
    if memory > most:
        finding(f"{about}: {memory >> 20} MiB")
    if worst > 0.1 * patience:
        finding(f"{about}: /health/live took {worst * 1e3:.0f} ms")
    if slowest > 0.25 * patience:
        finding(f"{about}: a small request took {slowest * 1e3:.0f} ms")
    for failed in (live.failed + small.failed)[:3]:
        finding(f"{about}: beside it: {failed}")


def campaign(binary, requests, arguments, seconds):
    everything = list(requests)
    requests = [(name, request) for name, request in everything if arguments.only in name]
    print(f"--- {binary}: {len(requests)} attacks", flush=True)
    if requests:
        one_by_one(binary, requests, arguments, seconds * 0.5)
        at_once(binary, requests, arguments, seconds * 0.2)
    streaming = any("stream" in name for name, _ in everything)
    if arguments.only in "slow readers and writers":
        large = [request for name, request in everything if "1 times 35 entities" in name or name.startswith(("1 times scoresZ", "a literal of wide"))]
        slow(binary, large, streaming, arguments, seconds * 0.08)
    if arguments.only in "readers that read a little now and then":
        trickle(binary, arguments, seconds * 0.08)
    if arguments.only in "a client that fills the line":
        in_line(binary, arguments, seconds * 0.04)
    for name, sent in floods.pipelines(binary):
        beside(binary, f"pipelines of {name}", arguments, lambda pod: floods.hold(pod, 700, seconds * 0.02, sent, patience=3, receive=2048))
    bombs = [request for _, request in shapes.bombs()]
    beside(binary, "compressed bombs, 100 at once", arguments, lambda pod: floods.together(pod, bombs, 100, max(2, seconds * 0.04)))
    beside(binary, "answers as events that nobody reads", arguments, lambda pod: floods.slow_events(pod, attacks.kept_answer(binary), 30, max(2, seconds * 0.04)))
    crowd = lambda pod: floods.queued(pod, attacks.occupying(binary), attacks.waiting(), 32)
    beside(binary, "short requests that wait for a thread", arguments, crowd, LIMIT // 4)
    if streaming:
        for name, request in attacks.keeping():
            beside(binary, f"streams that keep {name}", arguments, lambda pod: floods.hold(pod, 64, max(2, seconds * 0.02), floods.framed(request), patience=5), LIMIT // 2)
        beside(binary, "streams whose events are costly", arguments, lambda pod: floods.reading_streams(pod, 64, max(2, seconds * 0.04)))
    kinds = [("HTTP/1.1", frames.http1(binary)), ("WebSockets", frames.websockets() if streaming else ())]
    for kind, attacking in kinds:
        for name, sent, reads in attacking:
            beside(binary, f"{kind}: {name}", arguments, lambda pod: frames.at_once(pod, 16, sent, max(1, seconds * 0.02), reads))


def beside(binary, about, arguments, attacking, most=LIMIT):
    """An attack on a fresh program, beside its probes, which takes so much memory at most."""
    if arguments.only not in about:
        return
    pod = Pod(binary)
    live, small = probes(pod)
    attacking(pod)
    judge(pod, live, small, arguments.patience, about, most)
    pod.stop()


def one_by_one(binary, requests, arguments, seconds):
    random.Random(arguments.seed).shuffle(requests)
    ending = time.monotonic() + seconds
    results, pod = [], Pod(binary)
    limited = "in a cgroup" if pod.group else "measured only"
    print(f"256 MiB {limited}", flush=True)
    live, small = probes(pod)
    usual = usually_busy(pod)
    done = 0
    for name, request in requests:
        if time.monotonic() > ending:
            break
        before, busy = pod.peak(), pod.busy()
        attack(pod, name, request, results)
        done += 1
        if not pod.alive():
            finding(f"{binary}: {name} killed it")
            break
        after, (_, status, code, size, took) = pod.peak(), results[-1]
        # Beside what the probes take, and what it takes to write a long answer.
        busy = pod.busy() - busy - usual * took - size / ANSWERED
        if arguments.verbose or after - before > 8 << 20:
            print(f"  {name}: {status} {code} {size} bytes, {took:.2f} s, memory {before >> 20} -> {after >> 20} MiB, runtime {busy * 1e3:.0f} ms", flush=True)
        if busy > arguments.busy:
            finding(f"{binary}: {name} kept the runtime busy for {busy * 1e3:.0f} ms")
        if after > LIMIT // 2:
            finding(f"{binary}: {name}: memory at {after >> 20} MiB after requests one by one")
            live.end(), small.end(), pod.stop()
            pod = Pod(binary)
            live, small = probes(pod)
    judge(pod, live, small, arguments.patience, f"{done} attacks one by one")
    for name, status, code, size, took in sorted(results, key=lambda r: -r[4])[:5]:
        print(f"  slowest: {name}: {status} {code} {size} bytes, {took:.2f} s", flush=True)
        if took > TIME_LIMIT + 3 * arguments.patience:
            finding(f"{binary}: {name} took {took:.1f} s")
    pod.stop()


def usually_busy(pod):
    """The part of a second that the probes of an idle program take, and some."""
    time.sleep(0.3)
    before, began = pod.busy(), time.monotonic()
    time.sleep(1)
    return 1.5 * (pod.busy() - before) / (time.monotonic() - began)


def at_once(binary, requests, arguments, seconds):
    pod = Pod(binary)
    live, small = probes(pod)
    ending = time.monotonic() + seconds
    results = []

    def worker(seed):
        mine = random.Random(seed)
        while time.monotonic() < ending and pod.alive():
            attack(pod, *mine.choice(requests), results)

    workers = [threading.Thread(target=worker, args=(arguments.seed + n,), daemon=True) for n in range(arguments.clients)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    judge(pod, live, small, arguments.patience, f"{len(results)} attacks by {arguments.clients} clients at once")
    slowest = max(results, key=lambda r: r[4], default=("none", 0, "", 0, 0))
    print(f"  slowest: {slowest}; {sum(r[1] == 503 for r in results)} answered with 503", flush=True)
    pod.stop()


def slow(binary, large, streaming, arguments, seconds):
    """Clients that read and write slowly, or not at all, for so long each kind."""
    pod = Pod(binary)
    live, small = probes(pod)
    seconds /= 2
    for request in large[:2]:
        floods.slow_readers(pod, request, 40, seconds)
    floods.slow_writers(pod, 100, seconds)
    floods.slow_heads(pod, 2_000, seconds)
    floods.slow_rest(pod, 2_000, seconds)
    floods.chunked(pod, 8, seconds)
    floods.unread(pod, 1_000, seconds)
    floods.other_protocols(pod, 500)
    if streaming:
        floods.many_streams(pod, 2_000, seconds)
        floods.many_sockets(pod, 2_000, seconds)
        floods.streams_that_end(pod, 10_000, seconds)
    judge(pod, live, small, arguments.patience, "slow readers and writers")
    pod.stop()


def trickle(binary, arguments, seconds):
    """Clients that read a little of large answers now and then hold all the room there is; another one, which reads at once, wants answers as large."""
    pod = Pod(binary)
    live, small = probes(pod)
    request = attacks.large_answer(binary)
    readers = [threading.Thread(target=floods.trickling_reader, args=(pod, request, seconds + 2), daemon=True) for _ in range(20)]
    for one in readers:
        one.start()
    time.sleep(2)
    statuses = asked(pod, request, max(seconds, 3))
    for one in readers:
        one.join()
    answered = statuses.count(200)
    print(f"  beside clients that read a little now and then: {answered} of {len(statuses)} large answers", flush=True)
    if answered * 2 < len(statuses):
        finding(f"{binary}: only {answered} of {len(statuses)} large answers beside slow readers: {sorted(set(map(str, statuses)))}")
    judge(pod, live, small, arguments.patience, "readers that read a little now and then")
    pod.stop()


def in_line(binary, arguments, seconds):
    """A client keeps all threads busy, and the line for them full; another one asks for something that needs one."""
    pod = Pod(binary)
    live, small = probes(pod)
    seconds = max(seconds, 5)
    crowd = threading.Thread(target=floods.together, args=(pod, [attacks.occupying(binary)], 64, seconds, "127.0.0.2"), daemon=True)
    crowd.start()
    time.sleep(1)
    statuses = asked(pod, attacks.padded(binary), seconds - 1)
    crowd.join()
    print(f"  beside a client that fills the line: {statuses.count(200)} of {len(statuses)} answered", flush=True)
    if set(statuses) != {200}:
        finding(f"{binary}: who waits beside a client that fills the line is answered {sorted(set(map(str, statuses)))}")
    judge(pod, live, small, arguments.patience, "a client that fills the line")
    pod.stop()


def asked(pod, request, seconds):
    """The statuses of one client's requests."""
    statuses, ending = [], time.monotonic() + seconds
    while time.monotonic() < ending and pod.alive():
        try:
            statuses.append(pod.ask(pod.port, *request, patience=PATIENCE)[0])
        except (OSError, http.client.HTTPException) as error:
            statuses.append(repr(error))
        time.sleep(0.05)
    return statuses


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs=2, metavar="PROGRAM")
    parser.add_argument("--seconds", type=float, default=100, help="for both together")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--patience", type=float, default=1, help="times that a wait may be longer than promised")
    parser.add_argument("--busy", type=float, default=0.3, help="seconds of processor that one request may take of the runtime's threads")
    parser.add_argument("--only", default="", help="attacks whose name has this text")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}")
    for binary, requests in zip(arguments.programs, (attacks.calculatrice, attacks.statistiques)):
        campaign(binary, list(requests()), arguments, arguments.seconds / 2)
    print(f"{len(findings)} findings")
    sys.exit(bool(findings))


if __name__ == "__main__":
    main()
