"""The four subgraphs of router/bench/shop, which say by OTLP what they were asked. Imported by collector.py, never run.

Their data are those of the bench, with short texts; what an operation selects of them is answered, and nothing else.
"""

import contextlib
import http.server
import json
import re
import secrets
import threading
import time
import urllib.request
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "router/bench/shop"
NAMES = ["accounts", "inventory", "products", "reviews"]
JSON = {"content-type": "application/json"}

# The product of each review.
REVIEWS = [1, 1, 1, 1, 2, 2, 2, 2, 3, 4, 4]
SERVER = 2

TOKEN = re.compile(r'\.\.\.|"(?:[^"\\]|\\.)*"|[$]?[_A-Za-z]\w*|-?\d+|[{}()\[\]:!=@]')


class Document:
    """An operation and its fragments, as far as the router's requests need them."""

    def __init__(self, text):
        self.tokens = TOKEN.findall(text)
        self.at = 0
        self.fragments = {}
        self.selections = []
        while self.at < len(self.tokens):
            is_fragment = self.tokens[self.at] == "fragment"
            name = self.tokens[self.at + 1]
            # Over names, variables and types.
            while self.tokens[self.at] != "{":
                self.at += 1
            selections = self.selection_set()
            if is_fragment:
                self.fragments[name] = selections
            else:
                self.selections = selections

    def next(self):
        self.at += 1
        return self.tokens[self.at - 1]

    def is_next(self, token):
        return self.at < len(self.tokens) and self.tokens[self.at] == token

    def selection_set(self):
        selections = []
        self.next()
        while not self.is_next("}"):
            selections.append(self.selection())
        self.next()
        return selections

    def selection(self):
        name = self.next()
        if name == "...":
            if not self.is_next("on"):
                return ("spread", self.next())
            self.next()
            return ("inline", self.next(), self.selection_set())
        key = name
        if self.is_next(":"):
            self.next()
            name = self.next()
        variable = None
        if self.is_next("("):
            # Only `representations` has a meaning here, which is a variable.
            while (token := self.next()) != ")":
                variable = token.removeprefix("$") if token.startswith("$") else variable
        return ("field", key, name, variable, self.selection_set() if self.is_next("{") else [])


def value(kind, key, name):
    """A field of an object: a scalar, an object (kind, key), or a list of those."""
    match kind, name:
        case _, "__typename":
            return kind
        case "Query", "users":
            return [("User", number) for number in range(1, 7)]
        case "Query", "topProducts":
            return [("Product", number) for number in range(1, 6)]
        case "User" | "Review", "id":
            return str(key)
        case "User", "name" | "username":
            return f"{name} {key}"
        case "User", "reviews":
            return [("Review", 1), ("Review", 2)]
        case "Product", "upc":
            return str(key)
        case "Product", "name":
            return f"product {key}"
        case "Product", "price" | "weight" | "shippingEstimate":
            return key * 100
        case "Product", "inStock":
            return key % 3 != 0
        case "Product", "reviews":
            return [("Review", number) for number, product in enumerate(REVIEWS, 1) if product == key]
        case "Review", "body":
            return f"review {key}"
        case "Review", "author":
            return ("User", 1)
        case "Review", "product":
            return ("Product", REVIEWS[key - 1])
    raise ValueError(f"{kind} has no {name}")


def selected(document, selections, kind, key):
    chosen = {}
    for selection in selections:
        match selection:
            case ("spread", name):
                chosen |= selected(document, document.fragments[name], kind, key)
            case ("inline", condition, below):
                if condition == kind:
                    chosen |= selected(document, below, kind, key)
            case ("field", response_key, name, _, below):
                chosen[response_key] = complete(document, below, value(kind, key, name))
    return chosen


def complete(document, below, found):
    if isinstance(found, list):
        return [complete(document, below, each) for each in found]
    if isinstance(found, tuple):
        return selected(document, below, *found)
    return found


def answer(request):
    """The data of a request to any of the four."""
    document = Document(request["query"])
    data = {}
    for _, response_key, name, variable, below in document.selections:
        if name == "_entities":
            representations = request["variables"][variable]
            keys = [(each["__typename"], int(each.get("id") or each["upc"])) for each in representations]
            data[response_key] = complete(document, below, keys)
        else:
            data[response_key] = complete(document, below, value("Query", None, name))
    return data


class Shop(http.server.BaseHTTPRequestHandler):
    """One subgraph; which one, its server knows."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        began = time.time_ns()
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if "_service" in request["query"]:
            sdl = (FOLDER / f"{self.server.name}.graphql").read_text()
            data = {"_service": {"sdl": sdl}}
        else:
            data = answer(request)
        body = json.dumps({"data": data}).encode()
        self.send_response(200)
        self.send_header("content-type", JSON["content-type"])
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        # The span ends before the router can know of the answer.
        self.export(began, time.time_ns())
        self.wfile.write(body)

    def export(self, began, ended):
        parts = self.headers.get("traceparent", "").split("-")
        if len(parts) != 4 or parts[3] != "01":
            return
        span = {
            "traceId": parts[1],
            "spanId": secrets.token_hex(8),
            "parentSpanId": parts[2],
            "name": "POST /graphql",
            "kind": SERVER,
            "startTimeUnixNano": str(began),
            "endTimeUnixNano": str(ended),
            "attributes": [{"key": "http.route", "value": {"stringValue": "/graphql"}}],
        }
        resource = {"attributes": [{"key": "service.name", "value": {"stringValue": self.server.name}}]}
        message = {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [span]}]}]}
        told = urllib.request.Request(f"{self.server.collector}/v1/traces", json.dumps(message).encode(), JSON)
        with contextlib.suppress(OSError), urllib.request.urlopen(told, timeout=10):
            pass

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    """A subgraph, for as long as this program runs, which exports to the collector at a URL."""

    daemon_threads = True

    def __init__(self, name, collector):
        super().__init__(("127.0.0.1", 0), Shop)
        self.name, self.collector = name, collector
        self.url = "http://{}:{}/graphql".format(*self.server_address)
        threading.Thread(target=self.serve_forever, daemon=True).start()
