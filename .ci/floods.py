"""Clients that hurt by what they do with their connections: `hostile.py` runs them beside its probes."""

import http.client
import json
import random
import socket
import threading
import time

from attacks import costly_events, graphql, numbers, subscription, wide


def hold(pod, count, seconds, sent, patience, receive=None):
    """Connections that send this and are then left alone, for so long."""
    sockets = []
    for _ in range(count):
        one = socket.socket()
        if receive is not None:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        one.settimeout(patience)
        try:
            one.connect(("127.0.0.1", pod.port))
            one.sendall(sent)
        except OSError:
            pass
        sockets.append(one)
    time.sleep(seconds)
    for one in sockets:
        one.close()


def slow_readers(pod, request, count, seconds):
    """Clients that ask and do not read."""
    hold(pod, count, seconds, framed(request), patience=20, receive=4096)


def framed(request):
    """A request as it is sent."""
    method, path, body, *headers = request
    named = "".join(f"{name}: {value}\r\n" for one in headers for name, value in one.items())
    body = body.encode()
    return f"{method} {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n{named}content-length: {len(body)}\r\n\r\n".encode() + body


def slow_events(pod, request, count, seconds):
    """Clients that ask for one answer as events, and do not read it."""
    slow_readers(pod, request + ({"accept": "text/event-stream"},), count, seconds)


def queued(pod, busy, short, count):
    """So many short requests at once while others take all threads."""
    ask = lambda request: threading.Thread(target=together, args=(pod, [request], 1, 0.5), daemon=True)
    clients = [ask(busy) for _ in range(4)] + [ask(short) for _ in range(count)]
    for one in clients:
        one.start()
        # Those that take the threads come first.
        time.sleep(0.02 if one in clients[:4] else 0)
    for one in clients:
        one.join()


def pipelines(binary):
    """Requests that are short, of which hundreds of clients send many without waiting for answers: each takes a moment, all of them seconds."""
    made = random.Random(1)
    power = lambda n: f'a{n}:puissance(base:"1.3{made.randrange(1000):03}",exposant:"0.9999999999999999999999999{made.randrange(1000):03}")'
    interval = lambda n: f"a{n}:intervalleConfiance(valeurs:[{made.randrange(99)},2,5,9]){{marge}}"
    field = power if "calculatrice" in binary else interval
    yield "introspection", framed(graphql("{__schema{types{name description}}}")) * 40
    yield "schemas", framed(graphql("{_service{sdl}}")) * 40
    got = lambda path: f"GET /api/v1/{path} HTTP/1.1\r\nhost: x\r\n\r\n".encode()
    if "calculatrice" in binary:
        # Of so few bytes that they could be taken for the least.
        yield "short expressions", got("calcul?expression=sin(1700!)") * 30
        yield "roots in short", got("calcul?expression=racine(1700!,97)") * 30
    else:
        yield "short intervals", got("intervalleConfiance?valeurs=1,3&niveau=0.5") * 30
        yield "short tests", got("testStudent?x=1,3&moyenne=1") * 30
    yield "documents that are not valid", framed(graphql("{" + "a " * 7_900 + "}")) * 4
    yield "other documents each time", b"".join(framed(graphql("{" + " ".join(map(field, range(10))) + "}")) for _ in range(20))
    yield "expressions", framed(("POST", "/api/v1/calcul", json.dumps({"expression": "+".join(f"0.3^0.7{n}" for n in range(24))}))) * 30
    yield "tests", framed(("POST", "/api/v1/testStudent", json.dumps({"x": numbers(9, 2), "y": numbers(9, 2, 2)}))) * 30


def reading_streams(pod, count, seconds):
    """Clients that open streams whose events are costly, and read them as fast as they come."""
    sent = framed(costly_events())
    ending = time.monotonic() + seconds

    def read():
        while time.monotonic() < ending:
            try:
                with socket.create_connection(("127.0.0.1", pod.port), timeout=5) as one:
                    one.sendall(sent)
                    while time.monotonic() < ending and one.recv(1 << 16):
                        pass
            except OSError:
                time.sleep(0.05)

    readers = [threading.Thread(target=read, daemon=True) for _ in range(count)]
    for one in readers:
        one.start()
    for one in readers:
        one.join()


def together(pod, requests, count, seconds, source="127.0.0.1"):
    """So many clients at once, each of which sends one of these after the other. From one address they are one client to the program."""
    ending = time.monotonic() + seconds

    def ask(at):
        while time.monotonic() < ending and pod.alive():
            try:
                pod.ask(pod.port, *requests[at % len(requests)], patience=30, source=source)
            except (OSError, http.client.HTTPException):
                pass
            at += 1

    clients = [threading.Thread(target=ask, args=(at,), daemon=True) for at in range(count)]
    for one in clients:
        one.start()
    for one in clients:
        one.join()


def many_streams(pod, count, seconds):
    """Clients that open streams of events: some read none of them, and all of them stay."""
    request = subscription(",intervalle:100", "id valeurs", {"v": wide(1_000)})
    hold(pod, count, seconds, framed(request), patience=5, receive=4096)


def many_sockets(pod, count, seconds):
    """Clients that open WebSockets and say nothing, or do not read what they asked for."""
    head = (
        "GET /graphql HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n"
        "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n"
    )
    query = json.loads(subscription(",intervalle:0", "id valeurs", {"v": wide(900)})[2])
    messages = [{"type": "connection_init"}] + [{"id": str(n), "type": "subscribe", "payload": query} for n in range(3)]
    framed = b"".join(frame(json.dumps(message).encode()) for message in messages)
    hold(pod, count // 2, seconds / 2, head.encode(), patience=5, receive=4096)
    hold(pod, count // 2, seconds / 2, head.encode() + framed, patience=5, receive=4096)


def frame(text):
    """A message of a client, masked with zeros."""
    size = bytes([0x80 | len(text)]) if len(text) < 126 else b"\xfe" + len(text).to_bytes(2) if len(text) < 1 << 16 else b"\xff" + len(text).to_bytes(8)
    return b"\x81" + size + bytes(4) + text


def slow_writers(pod, count, seconds):
    """Clients that begin bodies and do not end them."""
    begun = b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n" + b" " * 900_000
    hold(pod, count, seconds, begun, patience=5)


def slow_rest(pod, count, seconds):
    """Clients that begin small bodies at the REST API and do not end them: more than there are places."""
    path = "addition" if "calculatrice" in pod.binary else "moyenne"
    begun = f'POST /api/v1/{path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 60\r\n\r\n{{"valeurs":'
    hold(pod, count, seconds, begun.encode(), patience=5)


def chunked(pod, count, seconds):
    """Clients whose bodies come in pieces of one byte, at both endpoints: what is kept must not grow with the number of pieces."""
    path = "addition" if "calculatrice" in pod.binary else "moyenne"
    for door in ("/graphql", f"/api/v1/{path}"):
        head = f"POST {door} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n".encode()
        senders = [threading.Thread(target=hold, args=(pod, 1, seconds, head + b"1\r\n \r\n" * 1_000_000, 20)) for _ in range(count)]
        for one in senders:
            one.start()
        for one in senders:
            one.join()


def unread(pod, count, seconds):
    """Clients that send short requests without end and read no answer: more than there are places, each with as much unread as the system takes."""
    add = "{addition(a:1,b:2)}" if "calculatrice" in pod.binary else "{moyenne(valeurs:[1,2])}"
    hold(pod, count, seconds, framed(graphql("{__schema{types{name}}}")) * 20 + framed(graphql(add)) * 200, patience=2, receive=2048)


def slow_heads(pod, count, seconds):
    """Clients that send the head of a request byte by byte, and never its end: more than there are places."""
    sockets = []
    for _ in range(count):
        one = socket.socket()
        one.setblocking(False)
        one.connect_ex(("127.0.0.1", pod.port))
        sockets.append(one)
    head = b"POST /graphql HTTP/1.1\r\nhost: x\r\nx-slow: " + b"y" * 1_000
    ending, at = time.monotonic() + seconds, 0
    while time.monotonic() < ending:
        for one in sockets:
            try:
                one.send(head[at % len(head) : at % len(head) + 1])
            except OSError:
                pass
        at += 1
        time.sleep(0.1)
    for one in sockets:
        one.close()


def trickling_reader(pod, request, seconds):
    """A client that asks for a large answer and reads a few KiB of it each tenth of a second, and asks again when it is cut off."""
    ending = time.monotonic() + seconds
    while time.monotonic() < ending:
        with socket.socket() as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.settimeout(5)
            try:
                one.connect(("127.0.0.1", pod.port))
                one.sendall(framed(request))
                while time.monotonic() < ending and one.recv(2048):
                    time.sleep(0.1)
            except OSError:
                pass
        time.sleep(0.2)


def streams_that_end(pod, count, seconds):
    """A client that opens streams one after the other, and leaves each after its first bytes."""
    sent = framed(subscription(",intervalle:1000", variables={"v": numbers(500)}))
    ending = time.monotonic() + seconds
    for _ in range(count):
        if time.monotonic() > ending:
            return
        try:
            with socket.create_connection(("127.0.0.1", pod.port), timeout=5) as one:
                one.sendall(sent)
                one.recv(16)
        except OSError:
            pass


def other_protocols(pod, count):
    """Clients that speak something else: HTTP/2 with its resets, TLS, or nothing that means anything."""
    settings = bytes.fromhex("000000040000000000")
    # A request on each of many streams, and its reset.
    resets = b"".join(b"\0\0\x01\x01\x05" + n.to_bytes(4) + b"\x82" + b"\0\0\x04\x03\0" + n.to_bytes(4) + b"\0\0\0\x08" for n in range(1, 20_001, 2))
    flood = b"".join(b"\0\x40\0\x09\0\0\0\0\x01" + b"\x40\x01x\x01y" * 3_276 for _ in range(20))
    for sent in (
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + settings + resets,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + settings + flood,
        bytes.fromhex("16030100c8010000c40303") + b"\0" * 189,
        bytes(random.Random(1).randrange(256) for _ in range(60_000)),
        b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 20_000,
        b"POST /graphql HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ncontent-length: 5\r\n\r\nffffffffffffffff\r\n",
        b"POST /graphql HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 99999999999999999999\r\n\r\n",
    ):
        for _ in range(count // 7):
            hold(pod, 1, 0, sent, patience=0.5)
