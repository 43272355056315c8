#!/usr/bin/env python3
"""hostile.py CALCULATRICE STATISTIQUES [--seconds N] [--only TEXT]: attacks both services as a hostile client would, each in a pod's limits.

Each program is started with one core (`taskset`) and 256 MiB (a memory cgroup where this user may make one; its peak is measured in any
case). Attacks go alone first, then several at once, while probes ask `/health/live` and a small `addition`. It fails when

- a program ends, or its memory passes 256 MiB;
- one request alone takes the memory of a fresh program past half of that;
- a request has no answer, or one that is neither JSON nor has data or a code, within the time limit and some;
- a probe or an addition is not answered in time.

What it measures is printed. Times are judged generously (--patience), as the machine of a test may be busy with more than the test.
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

LIMIT = 256 << 20
JSON = {"content-type": "application/json"}
# Of the programs, in seconds.
TIME_LIMIT = 10
# What a client waits for an answer, in seconds: the limit, and the answer's way.
PATIENCE = TIME_LIMIT + 15


# --- attacks ---------------------------------------------------------------------------------------------------------------------------


def graphql(query, variables=None):
    body = {"query": query} if variables is None else {"query": query, "variables": variables}
    return ("POST", "/graphql", json.dumps(body, separators=(",", ":")))


def aliases(count, field):
    return " ".join(f"a{n}:{field}" for n in range(count))


def numbers(count, digits=3, seed=1):
    made = random.Random(seed)
    return [made.randrange(10 ** (digits - 1), 10**digits) for _ in range(count)]


def wide(count, seed=1):
    """Numbers with all the digits that there are, as texts."""
    made = random.Random(seed)
    return [f"{made.randrange(1, 7)}.{made.randrange(10**27, 10**28)}" for _ in range(count)]


def serie_id(values):
    """The identifier of a series of whole numbers, as the services make it."""
    import base64

    data = bytearray()
    for value in values:
        rest = value << 6
        while rest >= 0x80:
            data.append(rest & 0x7F | 0x80)
            rest >>= 7
        data.append(rest)
    return "s1_" + base64.urlsafe_b64encode(bytes(data)).decode().rstrip("=")


def nested(opening, inner, closing, count):
    return opening * count + inner + closing * count


def expression(unit, count, function="max"):
    return f"{function}({','.join([unit] * count)})"


def documents():
    """What hurts any GraphQL service."""
    yield "deep parentheses", graphql("{" + nested("a(x:[", "1", "])", 1) + nested("[", "", "]", 100_000))
    yield "deep selection sets", graphql(nested("{ a ", "", "}", 100_000))
    yield "many fields", graphql("{" + "__typename " * 90_000 + "}")
    yield "many aliases", graphql("{" + aliases(100_000, "__typename") + "}")
    yield "many fragments", graphql(
        "{ ...f0 }" + "".join(f" fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(25)) + " fragment f25 on Query { __typename }"
    )
    yield "an operation beside the other", ("POST", "/graphql", json.dumps({
        "operationName": "A",
        "query": "query A { __typename } query B { ...f0 }"
        + "".join(f" fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(28))
        + " fragment f28 on Query { __typename }",
    }))
    yield "many inline fragments", graphql("{" + "...{__typename}" * 40_000 + "}")
    yield "many directives", graphql("{ __typename" + " @include(if: true)" * 40_000 + "}")
    yield "introspection", graphql("{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }")
    yield "schemas", graphql("{" + aliases(330, "_service { sdl }") + "}")
    yield "whole introspections", graphql(
        "{" + aliases(60, "__schema { types { name description fields { name description args { name description } } } }") + "}"
    )
    yield "deep variables", ("POST", "/graphql", '{"query":"query($v:[Decimal!]!){__typename}","variables":{"v":' + nested("[", "", "]", 400_000) + "}}")
    yield "many variables", graphql("query(" + " ".join(f"$v{n}: Int" for n in range(40_000)) + ") { __typename }", {f"v{n}": 1 for n in range(20_000)})
    yield "variables nobody declared", graphql("{ __typename }", {f"v{n}": [1] * 3 for n in range(70_000)})
    yield "a long string", graphql('{ a(x: "' + "x" * 1_000_000 + '") }')
    yield "strings that escape", graphql('{ a(x: "' + "\\u0041" * 100_000 + '") }')
    yield "a list of strings", graphql("{ a(x: [" + '"x",' * 240_000 + "]) }")
    yield "a list of objects", graphql("{ a(x: [" + "{a:1}," * 170_000 + "]) }")
    yield "too long a body", graphql("{ __typename }" + " " * 2_000_000)
    yield "a list of bodies", ("POST", "/graphql", "[" + '{"query":"{__typename}"},' * 40_000 + "{}]")


def entities(fields):
    """`_entities` with aliases, whatever is asked of a series."""
    query = "query($r:[_Any!]!){" + "{}" + "}"
    ids = [serie_id(numbers(10_000, 2, seed)) for seed in range(35)]
    representations = [{"__typename": "Serie", "id": text} for text in ids]
    for count in (1, 7, 80, 300):
        field = "_entities(representations:$r){...on Serie{" + fields + "}}"
        yield f"{count} times {len(ids)} entities", graphql(query.replace("{}", aliases(count, field)), {"r": representations})
    small = [{"__typename": "Serie", "id": serie_id(numbers(5, 3, seed))} for seed in range(1000)]
    yield "many small entities", graphql(query.replace("{}", aliases(30, "_entities(representations:$r){...on Serie{" + fields + "}}")), {"r": small})
    yield "forged entities", graphql(query.replace("{}", aliases(60, "_entities(representations:$r){__typename}")), {"r": [{"__typename": "Serie", "id": "x" * 900}] * 1000})
    yield "entities that are texts", graphql(query.replace("{}", aliases(60, "_entities(representations:$r){__typename}")), {"r": ["x"] * 1000})
    yield "entities that are lists", graphql(query.replace("{}", "_entities(representations:$r){__typename}"), {"r": [{"__typename": "Serie", "id": [1] * 400_000}]})


def calculatrice():
    yield from documents()
    yield from entities("id valeurs somme produit cumul")
    powers = expression("0.3^0.7", 123)
    thirds = expression("1/7", 248)
    many = [{"__typename": "Calcul", "expression": expression(f"0.3^0.7{n:03}", 90)} for n in range(200)]
    ask = "query($r:[_Any!]!){" + aliases(9, "_entities(representations:$r){...on Calcul{resultat etapes{reste}}}") + "}"
    yield "expressions as entities", graphql(ask, {"r": many})
    yield "one expression as entities", graphql(ask, {"r": [{"__typename": "Calcul", "expression": powers}] * 900})
    steps = "etapes{numero operation calcul operandes resultat reste}"
    yield "steps by aliases", graphql(f'{{ calcul(expression: "{thirds}") {{ {aliases(300, "etapes{reste}")} }} }}')
    yield "all of the steps by aliases", graphql(f'{{ calcul(expression: "{thirds}") {{ {aliases(140, steps)} }} }}')
    yield "steps of steps", graphql(f'{{ {aliases(80, f"""calcul(expression: "{thirds}") {{ {steps} }}""")} }}')
    yield "powers", graphql("{" + " ".join(f'a{n}:calcul(expression:"{expression(f"0.3^0.7{n:03}", 90)}"){{resultat}}' for n in range(90)) + "}")
    yield "an expression by a variable", graphql("query($e:String!){" + aliases(90, "calcul(expression:$e){resultat}") + "}", {"e": powers})
    for text in (
        "9" * 990, "9" * 900 + "^9", nested("(", "1", ")", 490), nested("-", "1", "", 990), "2^" * 480 + "2", "27" + "!" * 900,
        "9^9^9^9^9", "exp(" * 60 + "1" + ")" * 60, "0.0000000000000000000000000001^0.0000000000000000000000000001",
        "1.0000000000000000000000000001^79228162514264337593543950335", "sin(79228162514264337593543950335)", "tan(1.5707963267948966192313216916)",
        "ln(0.0000000000000000000000000001)", "racine(79228162514264337593543950335, 99)", "x" * 1000, "é" * 1000, "1+" * 499 + "1", "max(" + "1," * 490 + "1)",
        "produit(" + "1.1," * 240 + "1)", "1/3*" * 240 + "3", "ppcm(" + "99991," * 100 + "99989)", "1e-28^1e-28", "0.1^28^28", "170!", "3!!!!!!",
    ):
        yield f"calcul {text[:24]}", graphql("query($e:String!){calcul(expression:$e){expression resultat " + steps + "}}", {"e": text})
        yield f"REST calcul {text[:24]}", ("POST", "/api/v1/calcul", json.dumps({"expression": text}))
    scalars = (
        'puissance(base:"1.0000000000000000000000000001",exposant:"79228162514264337593543950335")', 'puissance(base:"1e-28",exposant:"0.3333333333333333333333333333")',
        'puissance(base:"79228162514264337593543950335",exposant:"-0.9999999999999999999999999999")', 'exponentielle(x:"66.54212933375474970405428")',
        'sinus(x:"79228162514264337593543950335")', 'tangente(x:"1.5707963267948966192313216916")', 'racineNieme(x:"79228162514264337593543950335",n:99)',
        'logarithme(x:"1e-28",base:"1.0000000000000000000000000001")', "factorielle(n:2147483647)", 'arctangente(x:"1e-28")', 'ppcm(a:"79228162514264337593543950335",b:"79228162514264337593543950333")',
    )
    for field in scalars:
        yield f"990 times {field[:40]}", graphql("{" + aliases(990, field) + "}")
    for values, name in ((numbers(10_000), "short"), (wide(10_000), "wide")):
        yield f"cumul of {name} values by aliases", graphql("query($v:[Decimal!]!){serie(valeurs:$v){" + aliases(990, "cumul") + "}}", {"v": values})
        yield f"all of a series of {name} values by aliases", graphql(
            "query($v:[Decimal!]!){serie(valeurs:$v){" + aliases(160, "id") + "".join(f" b{n}:valeurs c{n}:somme d{n}:produit e{n}:cumul" for n in range(160)) + "}}", {"v": values}
        )
        yield f"series of {name} values by aliases", graphql("query($v:[Decimal!]!){" + aliases(190, "serie(valeurs:$v){id somme produit cumul}") + "}", {"v": values})
        yield f"a literal of {name} values", graphql("{serie(valeurs:" + json.dumps(values) + "){id valeurs somme produit cumul}}")
        yield f"REST serie of {name} values", ("POST", "/api/v1/serie", json.dumps({"valeurs": values}))
    yield "many literals", graphql("{" + " ".join(f"a{n}:serie(valeurs:{json.dumps(numbers(1000, 1, n), separators=(',', ':'))}){{cumul}}" for n in range(330)) + "}")
    yield "short literals", graphql("{" + " ".join(f"a{n}:serie(valeurs:[1,2,3,4,5,6,7,8]){{cumul}}" for n in range(490)) + "}")
    yield "a default value", graphql("query($v:[Decimal!]!=" + json.dumps(numbers(10_000)) + "){" + aliases(190, "serie(valeurs:$v){somme}") + "}")
    yield "half a million values", graphql("query($v:[Decimal!]!){" + aliases(300, "serie(valeurs:$v){somme}") + "}", {"v": [1] * 490_000})
    yield "half a million values, once", graphql("query($v:[Decimal!]!){serie(valeurs:$v){somme}}", {"v": [1] * 490_000})
    yield "values of another kind", graphql("query($v:[Decimal!]!){" + aliases(300, "serie(valeurs:$v){somme}") + "}", {"v": [1] * 200_000 + [None]})
    yield "values that are lists", graphql("query($v:[Decimal!]!){" + aliases(300, "serie(valeurs:$v){somme}") + "}", {"v": [[1]] * 200_000})


STATISTICS = (
    "moyenne moyenneGeometrique moyenneHarmonique mediane modes variance ecartType coefficientVariation minimum maximum etendue "
    "quartiles{q1 q2 q3} ecartInterquartile asymetrie aplatissement histogramme(classes:1000){borneInf borneSup effectif frequence} scoresZ quantile(p:0.3) effectif"
).split(" ")
STATISTICS = re.split(r" (?![^{]*})", " ".join(STATISTICS))


def statistiques():
    yield from documents()
    yield from entities("id valeurs " + " ".join(STATISTICS))
    for values, name in ((numbers(10_000), "short"), (wide(10_000), "wide"), (["1e-28", "79228162514264337593543950335"] * 5_000, "extreme")):
        for field in STATISTICS:
            word = re.match(r"\w+", field).group()
            with_values = re.sub(r"^(\w+)(\(|)", lambda m: f"{m[1]}(valeurs:$v" + ("," if m[2] else ")"), field)
            for count in (1, 190):
                yield f"{count} times {word} of {name} values", graphql("query($v:[Decimal!]!){" + aliases(count, with_values) + "}", {"v": values})
        yield f"all of {name} values", graphql("query($r:[_Any!]!){_entities(representations:$r){...on Serie{" + " ".join(STATISTICS) + "}}}", {"r": [{"__typename": "Serie", "id": serie_id(numbers(10_000))}]})
        pair = {"x": values, "y": values[::-1]}
        for field in ("covariance(x:$x,y:$y)", "correlation(x:$x,y:$y)", "regressionLineaire(x:$x,y:$y){pente ordonnee r2}"):
            for count in (1, 90):
                yield f"{count} times {field[:10]} of {name} values", graphql("query($x:[Decimal!]!,$y:[Decimal!]!){" + aliases(count, field) + "}", pair)
        yield f"weights of {name} values", graphql("query($x:[Decimal!]!,$y:[Decimal!]!){" + aliases(90, "moyennePonderee(valeurs:$x,poids:$y)") + "}", pair)
        yield f"quantiles of {name} values", graphql("query($v:[Decimal!]!){" + " ".join(f"a{n}:quantile(valeurs:$v,p:{n / 1000})" for n in range(190)) + "}", {"v": values})
        yield f"scores of {name} values", graphql("query($v:[Decimal!]!){" + " ".join(f"a{n}:scoreZ(valeur:{n},dans:$v)" for n in range(190)) + "}", {"v": values})
        for path in ("moyenne", "scores-z", "moyenne-geometrique", "histogramme", "scoresZ", "moyenneGeometrique"):
            yield f"REST {path} of {name} values", ("POST", f"/api/v1/{path}", json.dumps({"valeurs": values}))
    yield from inference()
    yield from streams()
    yield "the issue's covariance", graphql("query($v:[Decimal!]!){" + aliases(990, "covariance(x:$v,y:$v)") + "}", {"v": [1] * 490_000})
    yield "covariances by fragments", graphql(
        "query($v:[Decimal!]!){...f0}" + "".join(f" fragment f{n} on Query {{ " + " ".join(f"b{n}x{m}:moyenne(valeurs:$v)" for m in range(19)) + f" ...f{n + 1} }}" for n in range(10)) + " fragment f10 on Query { __typename }",
        {"v": numbers(10_000)},
    )
    yield "many literals", graphql("{" + " ".join(f"a{n}:scoresZ(valeurs:{json.dumps(numbers(1000, 2, n), separators=(',', ':'))})" for n in range(49)) + "}")
    yield "results of others", graphql(
        "query($r:[_Any!]!,$v:[Decimal!]!){_entities(representations:$r){...on Calcul{" + aliases(150, "scoreZ(dans:$v)") + "}}}",
        {"r": [{"__typename": "Calcul", "expression": "1", "resultat": "1"}] * 1000, "v": numbers(10_000)},
    )
    yield "a long address", ("GET", "/api/v1/moyenne?valeurs=" + "1," * 25_000 + "1", None)
    yield "a parameter that is repeated", ("GET", "/api/v1/moyenne?" + "valeurs=1&" * 6_000 + "valeurs=1", None)
    for path in ("moyenne", "ecartType", "modes", "histogramme"):
        yield f"REST {path} of half a million values", ("POST", f"/api/v1/{path}", json.dumps({"valeurs": [1] * 330_000}))
    yield "REST pairs of long lists", ("POST", "/api/v1/regression", json.dumps({"x": wide(9_000), "y": wide(9_000, 2)}))
    yield "REST lists of lists", ("POST", "/api/v1/moyenne", json.dumps({"valeurs": [[1]] * 200_000}))
    yield "REST deep lists", ("POST", "/api/v1/moyenne", '{"valeurs":' + nested("[", "", "]", 400_000) + "}")


def inference():
    """Distributions, quantiles and series of series, at their ends."""
    top = "79228162514264337593543950335"
    samples = {
        "equal": [7] * 10_000, "one": [1], "two": [1, 2], "short": numbers(10_000), "wide": wide(10_000),
        "extreme": ["1e-28", top, "-" + top] * 3_000, "nearly equal": [top] * 9_999 + ["79228162514264337593543950334"],
    }
    levels = ["0.5", "0.95", "0." + "9" * 28, "0." + "0" * 27 + "1", "0", "1", "-1", top]
    for name, values in samples.items():
        for level in levels:
            fields = aliases(18, f'intervalleConfiance(valeurs:$v,niveau:"{level}"){{borneInf borneSup marge}}')
            yield f"intervals of {name} values at {level[:8]}", graphql("query($v:[Decimal!]!){" + fields + "}", {"v": values})
        for mean in ("0", "1e-28", top, "500", "499.5"):
            fields = " ".join(
                f'a{n}:testStudent(x:$v,y:$w,moyenne:"{mean}",variante:{kind}){{statistique degresLiberte pValeur}}'
                for n, kind in enumerate(("WELCH", "EGALES", "APPARIEES") * 6)
            )
            yield f"tests of {name} values against {mean[:8]}", graphql("query($v:[Decimal!]!,$w:[Decimal!]!){" + fields + "}", {"v": values, "w": values[::-1]})
        for count in (1, 49):
            fields = aliases(count, "quantiles(valeurs:$v,ps:$p,methode:TYPE_8)")
            ps = [f"0.{n:028}" for n in numbers(1_000, 28)]
            yield f"{count} times quantiles of {name} values", graphql("query($v:[Decimal!]!,$p:[Decimal!]!){" + fields + "}", {"v": values, "p": ps})
        for field in ("regression(x:$v,y:$w){pente ordonnee r2 residus prediction(x:1)}", "correlation(x:$v,y:$w,methode:SPEARMAN)"):
            yield f"{field[:10]} of {name} values", graphql("query($v:[Decimal!]!,$w:[Decimal!]!){" + aliases(33, field) + "}", {"v": values, "w": values[::-1]})
    yield "too many quantiles", graphql("query($p:[Decimal!]!){quantiles(valeurs:[1,2],ps:$p)}", {"p": ["0.5"] * 200_000})
    entity = {"r": [{"__typename": "Serie", "id": serie_id(numbers(10_000))}]}
    for inner in ("triee{id}", "centree{id valeurs}", "sans{id}", "sans(aberrantes:ECART_TYPE,facteur:0){id}", 'sans(facteur:"79228162514264337593543950335"){valeurs}'):
        yield f"many {inner[:16]}", graphql("query($r:[_Any!]!){_entities(representations:$r){...on Serie{" + aliases(140, inner) + "}}}", entity)
    yield "series of series of series", graphql("query($r:[_Any!]!){_entities(representations:$r){...on Serie{" + nested("triee{centree{", "id", "}}", 8) + "}}}", entity)
    for path in ("intervalleConfiance", "quantiles"):
        body = {"valeurs": numbers(10_000)} | ({"ps": ["0.5"] * 1_000} if path == "quantiles" else {})
        yield f"REST {path}", ("POST", f"/api/v1/{path}", json.dumps(body))
    yield "REST testStudent", ("POST", "/api/v1/testStudent", json.dumps({"x": wide(5_000), "y": wide(5_000, 2)}))


def subscription(arguments, fields="effectif moyenne variance", variables=None):
    method, path, body = graphql("subscription($v:[Decimal!]!){statistiquesCourantes(valeurs:$v" + arguments + "){" + fields + "}}", variables)
    return (method, path, body, {"accept": "text/event-stream"})


def streams():
    """Subscriptions that are read to their end."""
    everything = "id valeurs scoresZ quartiles{q1} histogramme(classes:1000){borneInf} intervalleConfiance{marge} moyenneGeometrique"
    for name, values in (("short", numbers(1_000)), ("wide", wide(1_000)), ("equal", [1] * 1_000), ("extreme", ["79228162514264337593543950335", "1e-28"] * 500)):
        yield f"a stream of {name} values", subscription(",intervalle:0", variables={"v": values})
        yield f"a stream of all of {name} values", subscription(",intervalle:0", everything, {"v": values})
        yield f"a stream of {name} values by aliases", subscription(",intervalle:0", aliases(150, "scoresZ"), {"v": values})
    yield "a stream that is too long", subscription("", variables={"v": [1] * 100_000})
    yield "a stream that is too slow", subscription(",intervalle:60000", variables={"v": [1] * 1_000})
    yield "a stream of a negative pace", subscription(",intervalle:-1", variables={"v": [1]})
    yield "a stream of many fields", subscription(",intervalle:0", aliases(900, "moyenne"), {"v": [1, 2]})
    yield "many streams in one", graphql("subscription{" + aliases(200, "statistiquesCourantes(valeurs:[1,2],intervalle:0){effectif}") + "}") + ({"accept": "text/event-stream"},)


# --- the pod ----------------------------------------------------------------------------------------------------------------------------


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

    def ask(self, port, method, path, body, *headers, patience):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patience)
        try:
            connection.request(method, path, body, (JSON if body else {}) | dict(*headers))
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def peak(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) << 10

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


class Probe(threading.Thread):
    """Asks again and again, and keeps the longest wait."""

    def __init__(self, pod, port, request, pause):
        super().__init__(daemon=True)
        self.pod, self.port, self.request, self.pause = pod, port, request, pause
        self.waits, self.failed, self.ending = [], [], threading.Event()

    def run(self):
        while not self.ending.wait(self.pause):
            began = time.monotonic()
            try:
                status, body = self.pod.ask(self.port, *self.request, patience=30)
                if status != 200:
                    self.failed.append(f"{status} {body[:120]}")
            except (OSError, http.client.HTTPException) as error:
                self.failed.append(repr(error))
            self.waits.append(time.monotonic() - began)

    def end(self):
        self.ending.set()
        self.join()
        waits = sorted(self.waits) or [0]
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
    live = Probe(pod, pod.admin, ("GET", "/health/live", None), 0.02)
    small = Probe(pod, pod.port, graphql(add), 0.05)
    live.start()
    small.start()
    return live, small


def judge(pod, live, small, patience, about):
    worst, usual = live.end()
    slowest, slow = small.end()
    memory = pod.peak() if pod.alive() else 0
    print(f"{about}: live {worst * 1e3:.0f} ms (p99 {usual * 1e3:.0f}), small {slowest * 1e3:.0f} ms (p99 {slow * 1e3:.0f}), memory {memory >> 20} MiB", flush=True)
    if not pod.alive():
        finding(f"{about}: {pod.binary} ended with {pod.process.returncode}")
    if memory > LIMIT:
        finding(f"{about}: {memory >> 20} MiB")
    if worst > 0.1 * patience:
        finding(f"{about}: /health/live took {worst * 1e3:.0f} ms")
    if slowest > 0.25 * patience:
        finding(f"{about}: a small request took {slowest * 1e3:.0f} ms")
    for failed in (live.failed + small.failed)[:3]:
        finding(f"{about}: beside it: {failed}")


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
    method, path, body = request
    return f"{method} {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n{body}".encode()


def pipelines(binary):
    """Requests that are short, of which hundreds of clients send many without waiting for answers: each takes a moment, all of them seconds."""
    made = random.Random(1)
    power = lambda n: f'a{n}:puissance(base:"1.3{made.randrange(1000):03}",exposant:"0.9999999999999999999999999{made.randrange(1000):03}")'
    interval = lambda n: f"a{n}:intervalleConfiance(valeurs:[{made.randrange(99)},2,5,9]){{marge}}"
    field = power if "calculatrice" in binary else interval
    yield "introspection", framed(graphql("{__schema{types{name description}}}")) * 40
    yield "schemas", framed(graphql("{_service{sdl}}")) * 40
    yield "documents that are not valid", framed(graphql("{" + "a " * 7_900 + "}")) * 4
    yield "other documents each time", b"".join(framed(graphql("{" + " ".join(map(field, range(10))) + "}")) for _ in range(20))
    yield "expressions", framed(("POST", "/api/v1/calcul", json.dumps({"expression": "+".join(f"0.3^0.7{n}" for n in range(24))}))) * 30
    yield "tests", framed(("POST", "/api/v1/testStudent", json.dumps({"x": numbers(9, 2), "y": numbers(9, 2, 2)}))) * 30


def many_streams(pod, count, seconds):
    """Clients that open streams of events: some read none of them, and all of them stay."""
    method, path, body, headers = subscription(",intervalle:100", "id valeurs", {"v": wide(1_000)})
    head = f"{method} {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\naccept: {headers['accept']}\r\ncontent-length: {len(body)}\r\n\r\n"
    hold(pod, count, seconds, head.encode() + body.encode(), patience=5, receive=4096)


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
    """Clients that begin small bodies at the REST door and do not end them: more than there are places."""
    path = "addition" if "calculatrice" in pod.binary else "moyenne"
    begun = f'POST /api/v1/{path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 60\r\n\r\n{{"valeurs":'
    hold(pod, count, seconds, begun.encode(), patience=5)


def chunked(pod, count, seconds):
    """Clients whose bodies come in pieces of one byte, at both doors: what is kept must not grow with the number of pieces."""
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


def campaign(binary, attacks, arguments, seconds):
    attacks = [(name, request) for name, request in attacks if arguments.only in name]
    order = random.Random(arguments.seed)
    order.shuffle(attacks)
    ending = time.monotonic() + seconds * 0.6
    print(f"--- {binary}: {len(attacks)} attacks", flush=True)
    results, pod = [], Pod(binary)
    limited = "in a cgroup" if pod.group else "measured only"
    print(f"256 MiB {limited}", flush=True)
    live, small = probes(pod)
    done = 0
    for name, request in attacks:
        if time.monotonic() > ending:
            break
        before = pod.peak()
        attack(pod, name, request, results)
        done += 1
        if not pod.alive():
            finding(f"{binary}: {name} killed it")
            break
        after = pod.peak()
        if arguments.verbose or after - before > 8 << 20:
            _, status, code, size, took = results[-1]
            print(f"  {name}: {status} {code} {size} bytes, {took:.2f} s, memory {before >> 20} -> {after >> 20} MiB", flush=True)
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

    pod = Pod(binary)
    live, small = probes(pod)
    ending = time.monotonic() + seconds * 0.25
    results = []

    def worker(seed):
        mine = random.Random(seed)
        while attacks and time.monotonic() < ending and pod.alive():
            attack(pod, *mine.choice(attacks), results)

    workers = [threading.Thread(target=worker, args=(seed,), daemon=True) for seed in range(arguments.clients)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    judge(pod, live, small, arguments.patience, f"{len(results)} attacks by {arguments.clients} clients at once")
    slowest = max(results, key=lambda r: r[4], default=("none", 0, "", 0, 0))
    print(f"  slowest: {slowest}; {sum(r[1] == 503 for r in results)} answered with 503", flush=True)
    pod.stop()

    pod = Pod(binary)
    live, small = probes(pod)
    large = [request for name, request in attacks if "1 times 35 entities" in name or name.startswith(("1 times scoresZ", "a literal of wide"))]
    for request in large[:2]:
        slow_readers(pod, request, 40, seconds * 0.05)
    slow_writers(pod, 100, seconds * 0.05)
    slow_rest(pod, 2_000, seconds * 0.05)
    chunked(pod, 8, seconds * 0.05)
    unread(pod, 1_000, seconds * 0.05)
    if any("stream" in name for name, _ in attacks):
        many_streams(pod, 2_000, seconds * 0.05)
        many_sockets(pod, 2_000, seconds * 0.05)
    judge(pod, live, small, arguments.patience, "slow readers and writers")
    pod.stop()

    for name, sent in pipelines(binary):
        if arguments.only in f"pipelines of {name}":
            pod = Pod(binary)
            live, small = probes(pod)
            hold(pod, 700, seconds * 0.05, sent, patience=3, receive=2048)
            judge(pod, live, small, arguments.patience, f"pipelines of {name}")
            pod.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs=2, metavar="PROGRAM")
    parser.add_argument("--seconds", type=float, default=100, help="for both together")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--patience", type=float, default=1, help="times that a wait may be longer than promised")
    parser.add_argument("--only", default="", help="attacks whose name has this text")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}")
    for binary, attacks in zip(arguments.programs, (calculatrice, statistiques)):
        campaign(binary, list(attacks()), arguments, arguments.seconds / 2)
    print(f"{len(findings)} findings")
    sys.exit(bool(findings))


if __name__ == "__main__":
    main()
