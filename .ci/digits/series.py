"""Statistics of series, and streams of them."""

import base64
import json
import urllib.request

from drawn import Number, decimal, positive
from lists import check_lists
from oracle_of_series import oracle, shown
from services import literal, post


STATISTICS = {"pente", "ordonnee", "r2", "prediction", "residus"}
STUDENT = {"statistique", "degresLiberte", "pValeur"}
SERIES = {"centree": "centree { valeurs }", "sans": "sans { effectif }"}


def entity(x, fields):
    """What only a series has, asked as a router asks it."""
    return '_entities(representations: [{ __typename: "Serie", id: "%s" }]) { ... on Serie { %s } }' % (serie_id(x), fields)


def serie_id(values):
    """The identifier of a series."""
    data = bytearray()
    for value in values:
        number = value.value
        scale = next(scale for scale in range(29) if (number * 10**scale).denominator == 1)
        rest = int(abs(number) * 10**scale) << 6 | scale << 1 | (number < 0)
        while rest >= 0x80:
            data.append(rest & 0x7F | 0x80)
            rest >>= 7
        data.append(rest)
    return "s1_" + base64.urlsafe_b64encode(bytes(data)).decode().rstrip("=")


def check_weights(url, number, rng, wrong):
    """Weighted means and several quantiles at once, whose arguments no row of the reference has."""
    length = rng.choice([1, 2, 3, 7])
    x, weights = [number(rng) for _ in range(length)], [positive(rng, number) for _ in range(length)]
    total = sum(w.value for w in weights)
    mean = shown(sum(a.value * w.value for a, w in zip(x, weights)) / total)
    ps = [decimal(rng.randint(0, 10**28), 28) for _ in range(3)] + [Number("0"), Number("1"), Number("0.5")]
    kind = rng.randint(1, 9)
    values = [oracle.quantile_of([a.value for a in x], p.value, kind) for p in ps]
    texts = [shown(value) for value in values]
    for query, key, expected in (
        (f"moyennePonderee(valeurs: {literal(x)}, poids: {literal(weights)})", "moyennePonderee", mean),
        (f"quantiles(valeurs: {literal(x)}, ps: {literal(ps)}, methode: TYPE_{kind})", "quantiles", "OVERFLOW" if "OVERFLOW" in texts else texts),
    ):
        response = post(url, "{" + query + "}")
        errors = response.get("errors")
        result = errors[0]["extensions"]["code"] if errors else response["data"][key]
        if result != expected:
            wrong.append(f"{query}: {result}, not {expected}")
    return 1 + len(ps)


def check_stream(url, number, rng, wrong):
    """Running statistics: each event is compared with the statistics of the values so far, computed anew."""
    x = [number(rng) for _ in range(rng.choice([1, 2, 5, 20]))]
    fields = "effectif moyenne minimum maximum etendue variance ecartType population: variance(definition: POPULATION)"
    body = {"query": f"subscription($v: [Decimal!]!) {{ statistiquesCourantes(valeurs: $v, intervalle: 0) {{ {fields} }} }}", "variables": {"v": x}}
    headers = {"content-type": "application/json", "accept": "text/event-stream"}
    request = urllib.request.Request(f"{url}/graphql", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=60) as response:
        parts = response.read().decode().split("\n\n")
    events = [json.loads(part.partition("data: ")[2]) for part in parts if part.startswith("event: next")]
    if len(events) != len(x):
        wrong.append(f"a stream of {x}: {len(events)} events")
    for count, event in enumerate(events, 1):
        values = [value.value for value in x[:count]]
        expected = {
            "effectif": str(count),
            "moyenne": shown(oracle.mean(values)),
            "minimum": shown(min(values)),
            "maximum": shown(max(values)),
            "etendue": shown(max(values) - min(values)),
            "population": shown(oracle.variance(values, "POPULATION")),
        }
        if count > 1:
            expected["variance"] = shown(oracle.variance(values, "ECHANTILLON"))
            expected["ecartType"] = shown(oracle.root(oracle.variance(values, "ECHANTILLON")))
        codes = {error["path"][-1]: error["extensions"]["code"] for error in event.get("errors", [])}
        found = (event.get("data") or {}).get("statistiquesCourantes") or {}
        for name, value in expected.items():
            result = codes.get(name, str(found.get(name)))
            if result != value:
                wrong.append(f"{name} of the event of {x[:count]}: {result}, not {value}")
    return 6 * len(events)


def field(statistic, x):
    """The field of a row of the reference."""
    name, _, parameter = statistic.partition(" ")
    if name == "quantile":
        return f"quantile(valeurs: $x, p: {parameter})"
    if name == "quantiles":
        p, kind = parameter.split()
        return f'quantiles(valeurs: $x, ps: ["{p}"], methode: {kind})'
    if name in SERIES:
        return entity(x, SERIES[name])
    if name in ("borneInf", "borneSup", "marge"):
        return f'intervalleConfiance(valeurs: $x, niveau: "{parameter}") {{ {name} }}'
    if name in STUDENT:
        kind, _, alternative = parameter.partition(" ")
        alternative = f", alternative: {alternative}" if alternative else ""
        return f"testStudent(x: $x, y: $y, variante: {kind}{alternative}) {{ {name} }}"
    if name == "correlation" and parameter:
        return f"correlation(x: $x, y: $y, methode: {parameter})"
    definition = f", definition: {parameter}" if parameter else ""
    if name in ("covariance", "correlation"):
        return f"{name}(x: $x, y: $y{definition})"
    if name == "scoreZ":
        return f"scoreZ(valeur: $v, dans: $x{definition})"
    if name == "prediction":
        return "regression(x: $x, y: $y) { prediction(x: $v) }"
    if name in STATISTICS:
        return f"regression(x: $x, y: $y) {{ {name} }}"
    return f"{name}(valeurs: $x{definition})"


def statistics(url, fields, x, y):
    """The answer to some fields about a pair of series; the last three use the variables that the others may not."""
    used = "x: minimum(valeurs: $x) y: minimum(valeurs: $y) v: minimum(valeurs: [$v])"
    query = f"query($x: [Decimal!]!, $y: [Decimal!]!, $v: Decimal!) {{ {fields} {used} }}"
    return post(url, query, {"x": x, "y": y, "v": y[0]})


def check_statistics(url, count, number, rng, wrong):
    """As many statistics as `count`, of series whose values are drawn."""
    done = 0
    while done < count:
        length = rng.choice([1, 2, 3, 4, 7, 12])
        x, y = ([number(rng) for _ in range(length)] for _ in range(2))
        if rng.random() < 0.5:
            x = [positive(rng, number) for _ in range(length)]
        rows = list(oracle.rows(x, y))
        # What takes the oracle longest, for some of the series.
        if rng.random() < 0.2:
            levels = rng.sample(["0.5", "0.6", "0.9", "0.95", "0.99", "0.999999", decimal(rng.randint(1, 10**28 - 1), 28)], 3)
            rows += oracle.inference_rows(x, y, levels)
        for start in range(0, len(rows), 20):
            part = rows[start : start + 20]
            fields = " ".join(f"a{index}: {field(statistic, x)}" for index, (statistic, _) in enumerate(part))
            response = statistics(url, fields, x, y)
            for index, (statistic, value) in enumerate(part):
                expected = shown(value)
                result = of_statistic(url, response, f"a{index}", statistic, x, y)
                if result != expected:
                    wrong.append(f"{statistic} of {x} and {y}: {result}, not {expected}")
        done += len(rows)
        if rng.random() < 0.2:
            done += check_weights(url, number, rng, wrong) + check_stream(url, number, rng, wrong) + check_lists(url, entity, number, rng, wrong)
    return done


def of_statistic(url, response, alias, statistic, x, y):
    for error in response.get("errors", []):
        if error.get("path") and error["path"][0] == alias:
            return error["extensions"]["code"]
    data = (response.get("data") or {}).get(alias)
    if data is None:
        # Another field failed, and the whole answer with it.
        alone = statistics(url, f"{alias}: {field(statistic, x)}", x, y)
        codes = [error["extensions"]["code"] for error in alone.get("errors", [])]
        if codes:
            return codes[0]
        data = alone["data"][alias]
    # Of a list the first is compared, and the only field of an object: `lists` compares all of them.
    while isinstance(data, (dict, list)):
        data = data[0] if isinstance(data, list) else next(iter(data.values()))
    return str(data) if isinstance(data, int) else data
