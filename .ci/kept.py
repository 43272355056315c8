"""Short requests whose answers, or errors, hold far more than what was sent, unless all of it is paid for before it is made. For `attacks.py`."""

import json

from shapes import aliases, graphql, nested

# A number that is printed with 309 digits.
LARGEST = "1.7976931348623157e308"


def representing(fields, representation, count=1, kind="Serie"):
    return graphql("query($r:[_Any!]!){_entities(representations:$r){...on " + kind + "{" + fields + "}}}", {"r": [representation] * count})


def typenames(kind, representation, lists):
    """`__typename`, which is no field to the library."""
    for field, count in lists:
        for names in (1, 950):
            yield f"{names} times __typename in {count} times {field}", representing(f"a:{field}{{{aliases(names, '__typename')}}}", representation, count, kind)
    yield "__typename in a thousand entities", graphql("query($r:[_Any!]!){_entities(representations:$r){" + aliases(990, "__typename") + "}}", {"r": [representation] * 1000})


def quoted(representation, member):
    """Errors that quote a value of another type."""
    numbers = json.dumps(representation)[:-1] + f',"{member}":[{",".join([LARGEST] * 42_000)}]}}'
    for kind, given in (("_Any!", numbers), ("[_Any!]!", f"[{numbers}]")):
        query = f"query($r:{kind}){{" + aliases(200, "_entities(representations:$r){__typename}") + "}"
        yield f"a representation as {kind} whose {member} is quoted", ("POST", "/graphql", f'{{"query":{json.dumps(query)},"variables":{{"r":{given}}}}}')
    objects = representation | {member: {"a": "x" * 900_000}}
    yield f"a representation whose long {member} is quoted", graphql("query($r:[_Any!]!){" + aliases(80, "_entities(representations:$r){__typename}") + "}", {"r": [objects]})


def tables():
    """Objects whose tables have just grown to twice the room that they need: 449 members, or 897; with `_entities` of a large variable beside them."""
    calcul = '{"__typename":"Calcul","expression":"1","resultat":[' + ",".join(['{"a":1}'] * 20_000) + "]}"
    # The first two are too many, the last are nearly so.
    for members, classes in ((449, 972), (897, 540), (449, 290)):
        field = "h:histogramme(valeurs:[0,1],classes:" + str(classes) + "){" + aliases(members, "frequence") + "}"
        yield f"a histogram of {classes} objects of {members} members", graphql("{" + field + "}")
        query = "query($r:[_Any!]!){" + field + " _entities(representations:$r){__typename}}"
        yield f"a histogram of {classes} objects of {members} members beside a large variable", ("POST", "/graphql", f'{{"query":{json.dumps(query)},"variables":{{"r":[{calcul}]}}}}')


def calculatrice(serie_id, values):
    long = {"__typename": "Calcul", "expression": "1" + "+1" * 499}
    yield from typenames("Calcul", long, (("etapes", 4), ("etapes", 100)))
    yield from quoted({"__typename": "Serie", "id": "s1_QA"}, "__index")
    yield "identifiers of a long series", graphql("query($v:[Decimal!]!){serie(valeurs:$v){" + aliases(950, "id") + "}}", {"v": values})


def statistiques(serie_id, values):
    short = {"__typename": "Serie", "id": "s1_QIAB"}
    yield from typenames("Serie", short, (("histogramme(classes:1000)", 1), ("histogramme(classes:1000)", 4), ("histogramme(classes:1000)", 270)))
    yield "the objects of many lists", representing("h:histogramme(classes:1000){a:effectif}", short, 230)
    yield from quoted({"__typename": "Calcul", "expression": "1"}, "resultat")
    yield from tables()
    yield "identifiers of long series", representing(aliases(950, "id"), {"__typename": "Serie", "id": serie_id(values)}, 4)
    for name, text in (("of digits", "1" * 300_000), ("that control", "\1" * 100_000)):
        yield f"a key of characters {name} by aliases", representing(aliases(950, "expression"), {"__typename": "Calcul", "expression": text}, 1, "Calcul")
    for levels, length, count in ((16, 1_020, 1), (16, 1_020, 8), (17, 1_022, 8)):
        path = nested("a" * length + ":triee{", aliases(890, "ecartType"), "}", levels)
        yield f"errors below {levels} long names, in {count} entities", representing(path, {"__typename": "Serie", "id": "s1_QA"}, count)
    # The second event is the first that costs something.
    for count in (1, 8, 19):
        fields = aliases(count, 'intervalleConfiance(niveau:"0.5"){marge}')
        query = "subscription($v:[Decimal!]!){statistiquesCourantes(valeurs:$v,intervalle:0){" + fields + "}}"
        yield f"a stream of {count} intervals between two decimals", graphql(query, {"v": ["0", "0." + "0" * 27 + "3"]}) + ({"accept": "text/event-stream"},)
