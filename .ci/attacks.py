"""Requests that hurt: what `hostile.py` sends to the two services, one by one and several at once. Each is a name with a method, a path, a body, and headers where it needs some."""

import json
import random
import re
import urllib.parse

import kept
import shapes


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


def large_answer(binary):
    """A request with an answer of nearly the largest size."""
    if "calculatrice" in binary:
        return graphql("query($v:[Decimal!]!){serie(valeurs:$v){" + aliases(19, "cumul") + "}}", {"v": wide(10_000)})
    return graphql("query($v:[Decimal!]!){" + aliases(19, "scoresZ(valeurs:$v)") + "}", {"v": wide(10_000)})


def documents(field):
    """What hurts any GraphQL service, where this field takes a number."""
    name = field.partition("(")[0]
    for family in (shapes.documents(name), shapes.bodies(), shapes.heads(), shapes.entities(), shapes.values(field, "7"), shapes.quoted(field, "7")):
        yield from family
    typed = field.replace("7", "[" + "$v " * 5_000 + "]")
    yield "a variable of another type in many operations", ("POST", "/graphql", json.dumps({
        "operationName": "A0", "query": "".join(f"query A{n}($v:Int){{...f}}" for n in range(700)) + "fragment f on Query{" + typed + "}",
    }))
    yield "a variable in a thousand places", graphql("query($v:String!){" + "".join(f"a{n}:__type(name:$v){{name}} " for n in range(1_000)) + "}", {"v": "Serie"})
    yield "a body that says it is compressed", ("POST", "/graphql", json.dumps({"query": "{__typename}"}), {"content-encoding": "gzip"})
    yield "introspection by fragments", graphql(
        "{__schema{types{...t}}} fragment t on __Type{name fields{name type{...u}}} fragment u on __Type{name ofType{name ofType{name ofType{name fields{name args{name type{name}}}}}}}"
    )
    yield "selections of one name", graphql("{" + "__schema{types{fields{name}}} " * 900 + "}")
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
    mixed = [{"__typename": "Serie", "id": serie_id(numbers(40, 3, n))} if n % 2 else {"__typename": "Calcul", "expression": f"1/{n + 1}", "resultat": "1"} for n in range(900)]
    both = "...on Serie{" + fields + "} ...on Calcul{expression}"
    for count in (1, 40):
        yield f"{count} times entities of both types", graphql(query.replace("{}", aliases(count, "_entities(representations:$r){__typename " + both + "}")), {"r": mixed})
    yield "entities of no type", graphql(query.replace("{}", "_entities(representations:$r){__typename}"), {"r": [{"__typename": "X" * 9_000}] * 100})
    yield "entities that are texts", graphql(query.replace("{}", aliases(60, "_entities(representations:$r){__typename}")), {"r": ["x"] * 1000})
    yield "entities that are lists", graphql(query.replace("{}", "_entities(representations:$r){__typename}"), {"r": [{"__typename": "Serie", "id": [1] * 400_000}]})


def degrees(number):
    """An expression of as many steps as there may be in one, each of which leaves nearly all of it."""
    return "max(" + "1°," * 328 + f"{number})"


def longest(number):
    """The same as the key of an entity, which may be longer."""
    return "max(" + ", ".join(["1.234567891°"] * 498 + [f"1.23456{number:04}°"]) + ")"


def kept_answer(binary):
    """A request whose answer is large, and small beside what it is made from."""
    if "calculatrice" in binary:
        steps = " ".join(f'a{n}:calcul(expression:"{degrees(n)}"){{etapes{{numero}}}}' for n in range(8))
        return graphql("query($v:[Decimal!]!){" + steps + " serie(valeurs:$v){" + aliases(25, "cumul") + "}}", {"v": [1_234_567] * 10_000})
    ids = [{"__typename": "Serie", "id": serie_id(numbers(10_000, 2, seed))} for seed in range(31)]
    fields = "_entities(representations:$r){...on Serie{mediane asymetrie}} b:_entities(representations:$s){...on Serie{" + aliases(9, "scoresZ") + "}}"
    return graphql("query($r:[_Any!]!,$s:[_Any!]!){" + fields + "}", {"r": ids, "s": ids[:1]})


def waiting():
    """Short requests of which much is made, and which are computed on the pool."""
    lists = "[" + ",".join([nested("[", "", "]", 125)] * 60) + "]"
    names = " ".join(f"b{n}:__typename" for n in range(30))
    return ("POST", "/graphql", '{"query":"query($v:_Any!,$w:String!){a:__type(name:$w){name} ' + names + ' _entities(representations:[$v]){__typename}}","variables":{"w":"x","v":' + lists + "}}")


def padded(binary):
    """A small request that is too long to be read on the runtime."""
    return graphql(("{addition(a:1,b:2)}" if "calculatrice" in binary else "{moyenne(valeurs:[1,2])}") + " " * 17_000)


def occupying(binary):
    """A request that takes a thread for a second or two, and little memory."""
    if "calculatrice" in binary:
        keys = [{"__typename": "Calcul", "expression": "+".join([f"racine({1500 + n}!,97)"] * 14)} for n in range(40)]
        return graphql("query($r:[_Any!]!){_entities(representations:$r){...on Calcul{resultat}}}", {"r": keys})
    return graphql("query($v:[Decimal!]!){" + aliases(40, "covariance(x:$v,y:$v)") + "}", {"v": wide(10_000)})


def calculatrice():
    yield from documents("addition(a:7,b:1)")
    yield from entities("id valeurs somme produit cumul")
    yield from kept.calculatrice(serie_id, wide(10_000))
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
        "produit(" + "1.1," * 240 + "1)", "1e-28*" * 160 + "1", "+".join(f"1/{n}" for n in range(1009, 1170)), "79228162514264337593543950335*" * 30 + "1",
        "1/(" * 60 + "3+1e-28" + ")" * 60, "+".join(["1700!"] * 160), "1700!/1699!*" * 80 + "1", "(1+1e-28)^9999999", "2^(0.5^(0.5^(0.5^(0.5^0.5))))", "1.5!", "(-1)!!",
        "pgcd(" + "9" * 480 + "," + "8" * 480 + ")", "racine(2," * 60 + "2" + ")" * 60, "1e-400", "1e99999", "1e-99999*" * 90 + "1", "sin(" * 60 + "1" + ")" * 60, "%" * 900, "1" + "%" * 900, "1" + "°" * 900,
        "produit(1.1,1)", "1/3*" * 240 + "3", "ppcm(" + "99991," * 100 + "99989)", "1e-28^1e-28", "0.1^28^28", "170!", "3!!!!!!",
    ):
        yield f"calcul {text[:24]}", graphql("query($e:String!){calcul(expression:$e){expression resultat " + steps + "}}", {"e": text})
        yield f"REST calcul {text[:24]}", ("POST", "/api/v1/calcul", json.dumps({"expression": text}))
    # Short, and long to compute.
    for text in ("sin(1700!)", "racine(1/1700!,97)", "racine(1700!,97)", "+".join(["racine(1700!,97)"] * 14), "+".join(["sin(1700!)"] * 6), "exp(1700!/1701!)", "tan(999!)", "9^999", "1700!"):
        yield f"a short expression {text[:40]}", ("GET", "/api/v1/calcul?expression=" + urllib.parse.quote(text), None)
        yield f"a short expression in a body {text[:40]}", ("POST", "/api/v1/calcul", json.dumps({"expression": text}))
        yield f"a short document {text[:40]}", graphql('{calcul(expression:"' + text + '"){resultat}}')
        yield f"a short representation {text[:40]}", graphql('{_entities(representations:[{__typename:"Calcul",expression:"' + text + '"}]){...on Calcul{resultat}}}')
        yield f"a short variable {text[:40]}", graphql("query($r:[_Any!]!){_entities(representations:$r){__typename}}", {"r": [{"__typename": "Calcul", "expression": text}]})
    for count in (1, 8):
        query = "{" + " ".join(f'a{n}:calcul(expression:"{"+".join(["sin(1700!)"] * (n + 1))}"){{resultat}}' for n in range(count)) + "}"
        yield f"{count} expressions as events", graphql(query) + ({"accept": "text/event-stream"},)
    for count in (1, 30, 55):
        for asked in ("numero", "numero reste"):
            yield f"{asked} of the steps of {count} expressions", graphql("{" + " ".join(f'a{n}:calcul(expression:"{degrees(n)}"){{etapes{{{asked}}}}}' for n in range(count)) + "}")
    for count in (1, 10, 20):
        keys = [{"__typename": "Calcul", "expression": longest(n)} for n in range(count)]
        yield f"the steps of {count} long keys", graphql("query($r:[_Any!]!){_entities(representations:$r){...on Calcul{etapes{numero}}}}", {"r": keys})
    yield "a list many times in a series", graphql("query($v:Decimal!){serie(valeurs:[" + "$v " * 199 + "]){somme}}", {"v": [1] * 49_900})
    yield "a list many times in the values of an expression", graphql('query($v:Decimal!){calcul(expression:"1",avec:[' + '{nom:"a",valeur:$v}' * 199 + "]){resultat}}", {"v": [1] * 49_900})
    yield "texts that control in place of a value", graphql('query($v:String!){calcul(expression:"1",avec:[[' + "$v " * 150 + "]]){resultat}}", {"v": "\1" * 100_000})
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
    yield from documents("scoreZ(valeur:7,dans:[1,2])")
    yield from kept.statistiques(serie_id, numbers(10_000, 28))
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
    yield "a list many times in a series", graphql("query($v:Decimal!){moyenne(valeurs:[" + "$v " * 199 + "])}", {"v": [1] * 49_900})
    yield from inference()
    yield from streams()
    # Short, and long to compute.
    for path in ("intervalleConfiance?valeurs=1,3&niveau=0.5", "intervalleConfiance?valeurs=1,3&niveau=0.9999999999999999999999999999", "testStudent?x=1,2,3&y=4,5,7", "histogramme?valeurs=1,2&classes=1000"):
        yield f"a short address {path}", ("GET", "/api/v1/" + path, None)
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
    yield "the longest address", ("GET", "/api/v1/moyenne?valeurs=" + "1;" * 31_900 + "1", None)
    yield "too long an address", ("GET", "/api/v1/moyenne?valeurs=" + "1;" * 40_000 + "1", None)
    yield "an address of escapes", ("GET", "/api/v1/moyenne?valeurs=" + "%31%2C" * 10_000 + "1", None)
    yield "a parameter that is repeated", ("GET", "/api/v1/moyenne?" + "valeurs=1&" * 6_000 + "valeurs=1", None)
    for path in ("moyenne", "ecartType", "modes", "histogramme"):
        yield f"REST {path} of half a million values", ("POST", f"/api/v1/{path}", json.dumps({"valeurs": [1] * 330_000}))
    yield "REST moyenne of a million values", ("POST", "/api/v1/moyenne", '{"valeurs":[' + "1," * 1_000_000 + "1]}")
    yield "REST members of many names", ("POST", "/api/v1/moyenne", json.dumps({f"v{n}": 1 for n in range(70_000)}))
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
    for count in (1, 40):
        fields = aliases(count, "quantiles(valeurs:$v,ps:$p)")
        yield f"{count} times ten thousand quantiles", graphql("query($v:[Decimal!]!,$p:[Decimal!]!){" + fields + "}", {"v": numbers(10_000), "p": [f"0.{n:028}" for n in numbers(10_000, 28)]})
    yield "too many quantiles", graphql("query($p:[Decimal!]!){quantiles(valeurs:[1,2],ps:$p)}", {"p": ["0.5"] * 200_000})
    entity = {"r": [{"__typename": "Serie", "id": serie_id(numbers(10_000))}]}
    for inner in ("triee{id}", "centree{id valeurs}", "sans{id}", "sans(aberrantes:ECART_TYPE,facteur:0){id}", 'sans(facteur:"79228162514264337593543950335"){valeurs}'):
        yield f"many {inner[:16]}", graphql("query($r:[_Any!]!){_entities(representations:$r){...on Serie{" + aliases(140, inner) + "}}}", entity)
    for opening in ("triee{centree{", "sans{triee{", "centree{sans{"):
        yield f"{opening} a thousand times", graphql("query($r:[_Any!]!){_entities(representations:$r){...on Serie{" + nested(opening, "id", "}}", 500) + "}}}", entity)
        yield f"{opening} as deep as may be", graphql("query($r:[_Any!]!){_entities(representations:$r){...on Serie{" + aliases(12, nested(opening, "id valeurs ecartType", "}}", 8)) + "}}}", entity)
    yield "series of series of series", graphql("query($r:[_Any!]!){_entities(representations:$r){...on Serie{" + nested("triee{centree{", "id", "}}", 8) + "}}}", entity)
    for path in ("intervalleConfiance", "quantiles"):
        body = {"valeurs": numbers(10_000)} | ({"ps": ["0.5"] * 1_000} if path == "quantiles" else {})
        yield f"REST {path}", ("POST", f"/api/v1/{path}", json.dumps(body))
    yield "REST testStudent", ("POST", "/api/v1/testStudent", json.dumps({"x": wide(5_000), "y": wide(5_000, 2)}))


def subscription(arguments, fields="effectif moyenne variance", variables=None):
    method, path, body = graphql("subscription($v:[Decimal!]!){statistiquesCourantes(valeurs:$v" + arguments + "){" + fields + "}}", variables)
    return (method, path, body, {"accept": "text/event-stream"})


def costly_events():
    """A subscription whose events take milliseconds each, by a document that is short."""
    fields = "scoresZ centree{id} triee{modes} moyenneGeometrique moyenneHarmonique asymetrie aplatissement"
    return subscription(",intervalle:0", fields, {"v": wide(400)})


def keeping():
    """Subscriptions that wait long for their next event, with large values."""
    ask = "{statistiquesCourantes(valeurs:[1,2,3,4,5,6,7,8,9],intervalle:60000){effectif #}}"
    events = ({"accept": "text/event-stream"},)
    yield "numbers", graphql("subscription($p:[Decimal!]!)" + ask.replace("#", "quantiles(ps:$p)"), {"p": [1] * 495_000}) + events
    yield "a text", graphql("subscription($m:Decimal!)" + ask.replace("#", "testStudent(moyenne:$m){pValeur}"), {"m": "1" * 1_000_000}) + events
    yield "numbers that nobody uses", graphql("subscription($p:[Decimal!])" + ask.replace("#", ""), {"p": [1] * 495_000}) + events
    yield "numbers in the document", graphql("subscription" + ask.replace("#", "quantiles(ps:[" + "1 " * 31_000 + "])")) + events
    yield "default values", graphql("subscription($p:[Decimal!]=[" + "1 " * 31_000 + "])" + ask.replace("#", "quantiles(ps:$p)")) + events
    yield "deep lists", graphql("subscription($p:[Decimal!])" + ask.replace("#", "quantiles(ps:$p)"), {"p": [[[[[[]]]]]] * 3_000}) + events


def streams():
    """Subscriptions that are read to their end."""
    for name, request in keeping():
        yield f"a stream that would keep {name}", request
    yield "a stream whose events are costly", costly_events()
    everything = "id valeurs scoresZ quartiles{q1} histogramme(classes:1000){borneInf} intervalleConfiance{marge} moyenneGeometrique"
    for name, values in (("short", numbers(1_000)), ("wide", wide(1_000)), ("equal", [1] * 1_000), ("extreme", ["79228162514264337593543950335", "1e-28"] * 500)):
        yield f"a stream of {name} values", subscription(",intervalle:0", variables={"v": values})
        yield f"a stream of all of {name} values", subscription(",intervalle:0", everything, {"v": values})
        yield f"a stream of {name} values by aliases", subscription(",intervalle:0", aliases(150, "scoresZ"), {"v": values})
    yield "a stream that is too long", subscription("", variables={"v": [1] * 100_000})
    yield "a stream of ten thousand values", subscription(",intervalle:0", variables={"v": numbers(10_000)})
    yield "a stream that is too slow", subscription(",intervalle:60000", variables={"v": [1] * 1_000})
    yield "a stream of a negative pace", subscription(",intervalle:-1", variables={"v": [1]})
    yield "a stream of many fields", subscription(",intervalle:0", aliases(900, "moyenne"), {"v": [1, 2]})
    yield "many streams in one", graphql("subscription{" + aliases(200, "statistiquesCourantes(valeurs:[1,2],intervalle:0){effectif}") + "}") + ({"accept": "text/event-stream"},)
