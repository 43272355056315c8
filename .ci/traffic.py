"""Traffic of every kind for the three programs: what panels.py needs to be going on. Imported by it, never run.

The services have queries only, so a third subgraph is played here, with a mutation, a subscription, and a field that is slow.
"""

import contextlib
import http.client
import http.server
import itertools
import json
import threading
import time

SDL = "type Query { lent: Int! } type Mutation { avance(pas: Int!): Int! } type Subscription { battements: Int! }"
# One that does not compose, and one that is another.
BROKEN_SDL = "type Query { lent: Nothing! }"
OTHER_SDL = SDL + " extend type Query { alors: Int }"
# Seconds: what the slow field takes, and between two events.
SLOW = 0.2
BEAT = 0.5

# A document that the router knows by an id.
KNOWN = "known"

JSON = "application/json"
EVENTS = "text/event-stream"
PARTS = "multipart/mixed;deferSpec=20220824, application/json"
# A stream at the service itself, of five events.
RUNNING = "subscription { statistiquesCourantes(valeurs: [1, 2, 4, 8, 16], intervalle: 200) { effectif moyenne } }"

# What clients ask of the router: of one service, of both, entities in a batch, entities that are the same, what fails in
# part, what fails as a whole, what is refused.
QUERIES = [
    "{ addition(a: 0.1, b: 0.2) }",
    "{ addition(a: 0.1, b: 0.2) serie(valeurs: [1, 2, 4]) { somme moyenne ecartType } }",
    '{ calcul(expression: "1 + 2") { resultat scoreZ(dans: [1, 2, 3]) } }',
    '{ a: calcul(expression: "1 + 2") { scoreZ(dans: [1, 2]) } b: calcul(expression: "(1) + 2") { scoreZ(dans: [1, 2]) } }',
    "{ division(a: 1, b: 0) }",
    "{ addition(a: 1, b: 1) division(a: 1, b: 0) }",
    "{ nothingOfTheKind }",
    "{ addition(",
    "mutation { avance(pas: 1) }",
]
# In two parts, of which the second is slow.
DEFERRED = "{ addition(a: 0.1, b: 0.2) ... @defer { lent } }"
# What each service is asked by itself.
DIRECT = {
    "calculatrice": ["{ addition(a: 0.1, b: 0.2) }", "{ division(a: 1, b: 0) }"],
    "statistiques": ["{ moyenne(valeurs: [1, 2, 3]) }", "{ moyenne(valeurs: []) }"],
}


class Horloge(http.server.BaseHTTPRequestHandler):
    """What the third subgraph answers."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        query = json.loads(self.rfile.read(int(self.headers["content-length"])))["query"]
        if query.lstrip().startswith("subscription"):
            self.events()
            return
        if "_service" in query:
            data = {"_service": {"sdl": self.server.sdl}}
        elif "avance" in query:
            data = {"avance": 1}
        else:
            time.sleep(SLOW)
            data = {"lent": 1}
        body = json.dumps({"data": data}).encode()
        self.send_response(200)
        self.send_header("content-type", JSON)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def events(self):
        self.close_connection = True
        self.send_response(200)
        self.send_header("content-type", EVENTS)
        self.end_headers()
        with contextlib.suppress(OSError):
            for number in itertools.count():
                self.wfile.write(f"event: next\ndata: {json.dumps({'data': {'battements': number}})}\n\n".encode())
                time.sleep(BEAT)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    """The third subgraph, for as long as this program runs. Its SDL is `sdl`."""

    daemon_threads = True
    sdl = SDL

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Horloge)
        self.url = "http://{}:{}/graphql".format(*self.server_address)
        threading.Thread(target=self.serve_forever, daemon=True).start()


def post(address, body, accept=JSON):
    """(status, text) of what `address` answers at /graphql; (None, "") when it does not."""
    connection = http.client.HTTPConnection(address, timeout=10)
    try:
        connection.request("POST", "/graphql", body, {"content-type": JSON, "accept": accept})
        response = connection.getresponse()
        return response.status, response.read().decode()
    except OSError:
        return None, ""
    finally:
        connection.close()


def ask(address, query):
    return post(address, json.dumps({"query": query}))


class Traffic:
    """`with Traffic(addresses):` clients ask for as long as the block runs."""

    # Seconds between two rounds of one client: this is about what is counted, not about load.
    PAUSE = 0.1

    def __init__(self, addresses):
        self.router = addresses["router"]
        self.ended = threading.Event()
        clients = [self.everything, self.the_same, self.the_same, self.subscription, self.spellings]
        clients += [lambda: self.events(addresses["statistiques"], RUNNING, 5)]
        clients += [lambda name=name: self.direct(addresses[name], name) for name in DIRECT]
        self.threads = [threading.Thread(target=client, daemon=True) for client in clients]

    def __enter__(self):
        for thread in self.threads:
            thread.start()

    def __exit__(self, *_):
        self.ended.set()
        for thread in self.threads:
            thread.join()

    def rounds(self):
        while not self.ended.wait(self.PAUSE):
            yield

    def everything(self):
        for _ in self.rounds():
            for query in QUERIES:
                ask(self.router, query)
            post(self.router, json.dumps({"documentId": KNOWN}))
            post(self.router, json.dumps({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}}))
            post(self.router, "{")
            post(self.router, json.dumps({"query": DEFERRED}), PARTS)

    # Equal queries in flight at once.
    def the_same(self):
        for _ in self.rounds():
            ask(self.router, "{ lent }")

    # Documents that were never seen: new operations, and old ones in other words.
    def spellings(self):
        for number, _ in enumerate(self.rounds()):
            ask(self.router, f"{{ addition(a: 0.1, b: 0.2) }} # {number}")
            ask(self.router, f"{{ addition(a: {number}, b: 0.2) }}")

    def direct(self, address, name):
        for _ in self.rounds():
            for query in DIRECT[name]:
                ask(address, query)

    # Two events, and another one.
    def subscription(self):
        self.events(self.router, "subscription { battements }", 2)

    def events(self, address, query, wanted):
        body = json.dumps({"query": query})
        for _ in self.rounds():
            connection = http.client.HTTPConnection(address, timeout=10)
            try:
                connection.request("POST", "/graphql", body, {"content-type": JSON, "accept": EVENTS})
                response = connection.getresponse()
                seen = 0
                while seen < wanted and (line := response.readline()):
                    seen += line.startswith(b"event: next")
            except OSError:
                continue
            finally:
                connection.close()
