"""Clients that hurt by how they frame what they send, over HTTP/1.1 and WebSockets: `hostile.py` runs them beside its probes."""

import json
import random
import socket
import threading
import time

from attacks import subscription, wide


def send(pod, sent, seconds, read=False):
    """One connection that sends this as fast as it is taken, and stays for a while."""
    ending = time.monotonic() + seconds
    with socket.socket() as one:
        one.settimeout(1)
        try:
            one.connect(("127.0.0.1", pod.port))
            for piece in sent:
                view = memoryview(piece)
                while view and time.monotonic() < ending:
                    try:
                        view = view[one.send(view) :]
                    except TimeoutError:
                        pass
                if time.monotonic() > ending:
                    return
                if read:
                    one.setblocking(False)
                    try:
                        while one.recv(65536):
                            pass
                    except BlockingIOError:
                        pass
                    one.settimeout(1)
            time.sleep(max(0, min(ending - time.monotonic(), seconds / 2)))
        except OSError:
            pass


def at_once(pod, clients, sent, seconds, read=False):
    threads = [threading.Thread(target=send, args=(pod, sent(), seconds, read), daemon=True) for _ in range(clients)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()


def asked(body, *fields, framing=None):
    """A POST with this body, as it is sent; `framing` is in the place of its length."""
    framing = framing or f"content-length: {len(body)}"
    head = "\r\n".join(("POST /graphql HTTP/1.1", "host: x", "content-type: application/json", framing, *fields))
    return f"{head}\r\n\r\n".encode() + body


def chunks(body, size, extension=b""):
    """A body in chunks, without the last one."""
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x%s\r\n%s\r\n" % (len(piece), extension, piece) for piece in pieces)


def http1(binary):
    """Each is a name, what makes pieces of one connection, and whether the client reads what it gets. The services speak no HTTP/2: its preface ends a connection."""
    add = json.dumps({"query": "{addition(a:1,b:2)}" if "calculatrice" in binary else "{moyenne(valeurs:[1,2])}"}).encode()
    schema = json.dumps({"query": "{__schema{types{name description}}}"}).encode()
    chunked = lambda sent, *fields: asked(b"", *fields, framing="transfer-encoding: chunked") + sent  # noqa: E731
    many = lambda count, piece: (lambda: (piece for _ in range(count)))  # noqa: E731
    after = lambda first, count, piece: (lambda: (piece if n else first for n in range(count)))  # noqa: E731
    yield "requests without waiting for answers", many(1_000, asked(add) * 50), True
    yield "no answer is read", many(400, asked(add) * 50), False
    yield "no answer of many is read", many(400, asked(schema) * 50), False
    yield "heads of which bodies never come", after(asked(b"", framing="content-length: 100000"), 1_000, b" "), True
    yield "bodies in chunks of a byte", many(400, (chunked(chunks(add, 1)) + b"0\r\n\r\n") * 50), True
    yield "chunks with extensions", after(chunked(b""), 2_000, chunks(b" " * 50, 1, b";" + b"x" * 1_000)), True
    yield "a body without an end", after(chunked(b""), 2_000, chunks(b" " * 20_000, 500)), True
    yield "trailers without an end", after(chunked(chunks(add, 100)) + b"0\r\n", 2_000, b"x-more: y\r\n" * 500), True
    yield "empty lines", after(b"\r\n", 400, b"\r\n" * 5_000), True
    yield "expectations", many(400, asked(add, "expect: 100-continue") * 50), True
    yield "heads without an end", after(b"POST /graphql HTTP/1.1\r\n", 2_000, b"x-" + b"y" * 50 + b": " + b"z" * 12_000 + b"\r\n"), True
    yield "a field that is repeated", many(2_000, asked(add, *["x-large: v"] * 90)), True
    yield "methods of HTTP", many(400, b"".join(f"{method} /graphql HTTP/1.1\r\nhost: x\r\n\r\n".encode() for method in ("HEAD", "OPTIONS", "TRACE", "DELETE")) * 20), True
    yield "bytes of all kinds", lambda: iter([bytes(random.Random(n).randrange(256) for n in range(30_000))]), True


def websockets():
    """Each is a name, what makes pieces of messages after the handshake, and whether the client reads what it gets."""
    upgrade = (
        b"GET /graphql HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n"
        b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n"
    )
    init = message('{"type":"connection_init"}')
    query = json.loads(subscription(",intervalle:0", "id valeurs scoresZ", {"v": wide(900)})[2])
    subscribe = lambda n, payload=query: message(json.dumps({"id": str(n), "type": "subscribe", "payload": payload}))  # noqa: E731
    slow = json.loads(subscription(",intervalle:60000", "effectif", {"v": [1] * 900})[2])
    opened = lambda pieces: (lambda: iter([upgrade + init, *pieces()]))  # noqa: E731
    yield "ten thousand subscriptions", opened(lambda: (subscribe(n, slow) for n in range(10_000))), True
    yield "subscriptions and their ends", opened(lambda: (subscribe(n, slow) + message(json.dumps({"id": str(n), "type": "complete"})) for n in range(10_000))), True
    yield "subscriptions of one id", opened(lambda: (subscribe(1) for _ in range(1_000))), True
    yield "subscriptions that nobody reads", opened(lambda: (subscribe(n) for n in range(200))), False
    yield "queries that nobody reads", opened(lambda: (subscribe(n, {"query": "{__schema{types{name description}}}"}) for n in range(4_000))), False
    yield "pings", opened(lambda: (message('{"type":"ping"}') * 1_000 for _ in range(200))), False
    # Whose answers nobody reads.
    yield "pings of the protocol", opened(lambda: (message("x" * 125, opcode=9) * 1_000 for _ in range(2_000))), False
    yield "a message without an end", opened(lambda: (message("x" * 60_000, opcode=1 if n == 0 else 0, last=False) for n in range(2_000))), True
    yield "pieces of nothing", opened(lambda: (message("", opcode=1 if n == 0 else 0, last=False) * 1_000 for n in range(500))), True
    yield "a long message", opened(lambda: iter([message("x" * 4_000_000)])), True
    yield "messages that are none", opened(lambda: (message(text) for text in ("[]", "null", "{" * 50_000, '{"type":"x"}', '{"id":"' + "x" * 50_000 + '","type":"subscribe"}') * 100)), True
    yield "no handshake", lambda: iter([upgrade] + [subscribe(n) for n in range(1_000)]), True
    yield "two handshakes", opened(lambda: iter([init] * 1_000)), True


def message(content, opcode=1, last=True):
    """A message of a client, masked with zeros."""
    data = content.encode()
    size = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + len(data).to_bytes(2) if len(data) < 1 << 16 else b"\xff" + len(data).to_bytes(8)
    return bytes([(0x80 if last else 0) | opcode]) + size + bytes(4) + data
