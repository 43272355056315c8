"""Clients that hurt by the frames they send, of HTTP/2 and of WebSockets: `hostile.py` runs them beside its probes."""

import json
import random
import socket
import threading
import time

from attacks import subscription, wide

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST, SETTINGS, PING, WINDOW, CONTINUATION, PRIORITY = 0, 1, 3, 4, 6, 8, 9, 2
END_STREAM, END_HEADERS, ACK = 1, 4, 1


def frame(kind, flags, stream, payload=b""):
    return len(payload).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4) + payload


def text(name, value):
    """A header that is not indexed, nor compressed."""
    encoded = b""
    for one in (name.encode(), value.encode()):
        size = len(one)
        encoded += bytes([size]) if size < 127 else b"\x7f" + varint(size - 127)
        encoded += one
    return b"\0" + encoded


def varint(number):
    out = b""
    while number >= 0x80:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def head(path, length=None):
    """The head of a POST, or of a GET where there is no body."""
    block = (b"\x83" if length is not None else b"\x82") + b"\x86" + text(":path", path) + text(":authority", "x")
    if length is not None:
        block += text("content-type", "application/json") + text("content-length", str(length))
    return block


def request(stream, query):
    body = json.dumps({"query": query}).encode() if isinstance(query, str) else query
    return frame(HEADERS, END_HEADERS, stream, head("/graphql", len(body))) + frame(DATA, END_STREAM, stream, body)


def settings(**values):
    numbers = {"window": 4, "table": 1, "frame": 5}
    return frame(SETTINGS, 0, 0, b"".join(numbers[name].to_bytes(2) + value.to_bytes(4) for name, value in values.items()))


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


def many(count, make):
    """Pieces of some frames each, for streams of the numbers that a client may use."""
    for start in range(0, count, 50):
        yield b"".join(make(2 * n + 1) for n in range(start, min(count, start + 50)))


def http2(binary):
    """Each is a name, what makes pieces of frames, and whether the client reads what it gets."""
    add = "{addition(a:1,b:2)}" if "calculatrice" in binary else "{moyenne(valeurs:[1,2])}"
    opened = lambda pieces, **values: (lambda: iter([PREFACE + settings(**values), *pieces()]))  # noqa: E731
    cancel = frame(RST, 0, 0, (8).to_bytes(4))
    reset = lambda n: request(n, add) + cancel[:5] + n.to_bytes(4) + cancel[9:]  # noqa: E731
    yield "requests and their resets", opened(lambda: many(50_000, reset)), True
    yield "requests whose answers have no window", opened(lambda: many(20_000, lambda n: request(n, "{__schema{types{name description}}}")), window=0), False
    yield "requests without bodies", opened(lambda: many(20_000, lambda n: frame(HEADERS, END_HEADERS, n, head("/graphql", 100_000)))), True
    yield "windows of a byte", opened(lambda: many(20_000, lambda n: request(n, add) + frame(WINDOW, 0, n, (1).to_bytes(4))), window=1), True
    yield "pings", opened(lambda: (frame(PING, 0, 0, bytes(8)) * 1_000 for _ in range(200))), False
    yield "settings", opened(lambda: (frame(SETTINGS, 0, 0, b"\0\x04\0\0\xff\xff") * 1_000 for _ in range(200))), False
    yield "windows", opened(lambda: (frame(WINDOW, 0, 0, (1).to_bytes(4)) * 1_000 for _ in range(200))), True
    yield "priorities", opened(lambda: (frame(PRIORITY, 0, 2 * n + 1, bytes(5)) * 500 for n in range(400))), True
    yield "empty data", opened(lambda: (frame(HEADERS, END_HEADERS, 1, head("/graphql", 10)) if n == 0 else frame(DATA, 0, 1) * 1_000 for n in range(200))), True
    block = text("x-" + "y" * 50, "z" * 200)
    yield "heads without an end", opened(lambda: (frame(HEADERS, 0, 1, head("/graphql")) if n == 0 else frame(CONTINUATION, 0, 1, block * 60) for n in range(2_000))), True
    # A header of 4 KiB in the table of the connection, which a byte repeats.
    large = b"\x40" + text("x-large", "v" * 4_000)[1:]
    bomb = lambda n: frame(HEADERS, END_HEADERS | END_STREAM, n, head("/graphql") + (large if n == 1 else b"") + b"\xbe" * 12_000)  # noqa: E731
    yield "a header that is repeated", opened(lambda: many(2_000, bomb)), True
    yield "frames of all kinds", opened(lambda: iter([bytes(random.Random(n).randrange(256) for n in range(30_000))])), True
    yield "no answer is read", opened(lambda: many(20_000, lambda n: request(n, add))), False


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
