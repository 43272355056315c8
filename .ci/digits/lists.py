"""Lists and totals of series: every value of each is compared."""

from collections import Counter
from fractions import Fraction

from drawn import MAX, decimal
from oracle_of_series import oracle, shown
from services import literal, post


def whole(values):
    """As many decimals; one that is beyond the largest makes all of the list fail."""
    texts = [shown(value) for value in values]
    return "OVERFLOW" if "OVERFLOW" in texts else texts


def found(response, *path):
    """What is there, or the code of the error that is in its place, or before it."""
    for error in response.get("errors", []):
        if tuple(error.get("path", [])) == path[: len(error.get("path", []))]:
            return error["extensions"]["code"]
    value = response["data"]
    for key in path:
        value = value[key]
    return value


def check_totals(url, number, rng, wrong):
    """The sum, the product and the running sums of a series."""
    factor = lambda rng: decimal(rng.choice([-1, 1]) * rng.randint(10**27, MAX), 28)  # noqa: E731
    # Many factors on either side of 1, whose product is in range.
    draw, length = rng.choice([(number, rng.choice([1, 2, 3, 7, 12])), (factor, rng.choice([3, 8, 20, 60]))])
    x = [draw(rng) for _ in range(length)]
    sums, product = [], Fraction(1)
    for value in x:
        sums.append((sums[-1] if sums else 0) + value.value)
        product *= value.value
    expected = {"somme": shown(sums[-1]), "produit": shown(product), "cumul": whole(sums), "valeurs": whole(value.value for value in x)}
    response = post(url, "query($x: [Decimal!]!) { serie(valeurs: $x) { somme produit cumul valeurs } }", {"x": x})
    for name, value in expected.items():
        result = found(response, "serie", name)
        if result != value:
            wrong.append(f"{name} of {x}: {result}, not {value}")
    return 2 + 2 * length


def histogram(x, count):
    """The classes of a histogram: values are counted between the bounds as they are shown."""
    low, high = min(x), max(x)
    if low == high:
        low, high = max(low - Fraction(1, 2), Fraction(-MAX)), min(high + Fraction(1, 2), Fraction(MAX))
    bounds = [shown((low * (count - n) + high * n) / count) for n in range(count + 1)]
    below = [0] + [sum(value < Fraction(bound) for value in x) for bound in bounds[1:-1]] + [len(x)]
    return [
        {"borneInf": bounds[n], "borneSup": bounds[n + 1], "effectif": below[n + 1] - below[n], "frequence": shown(Fraction(below[n + 1] - below[n], len(x)))}
        for n in range(count)
    ]


def check_lists(url, entity, number, rng, wrong):
    """What has more values than one, of a series in which some are repeated and another one."""
    drawn = [number(rng) for _ in range(rng.choice([1, 2, 3, 7]))]
    texts = drawn + [rng.choice(drawn) for _ in range(rng.choice([0, 1, 4]))]
    others = [number(rng) for _ in texts]
    x, y = [value.value for value in texts], [value.value for value in others]
    mean, spread, times = oracle.mean(x), oracle.moment(x, 2), Counter(x)
    classes = rng.choice([1, 2, 3, 10])
    quarters = {f"q{n}": shown(oracle.quantile(x, Fraction(n, 4))) for n in (1, 2, 3)}
    asked = [
        (entity(texts, "centree { valeurs }"), ("_entities", 0, "centree", "valeurs"), whole(value - mean for value in x)),
        ("modes(valeurs: $x)", ("modes",), whole(sorted(value for value in times if times[value] == max(times.values())))),
        ("quartiles(valeurs: $x) { q1 q2 q3 }", ("quartiles",), quarters),
        (f"histogramme(valeurs: $x, classes: {classes}) {{ borneInf borneSup effectif frequence }}", ("histogramme",), histogram(x, classes)),
    ]
    if spread:
        slope = oracle.products(x, y) / spread
        asked.append(("regression(x: $x, y: $y) { residus }", ("regression", "residus"), whole(b - oracle.mean(y) - slope * (a - mean) for a, b in zip(x, y))))
        for definition in ("ECHANTILLON", "POPULATION"):
            variance = oracle.variance(x, definition)
            scores = whole(oracle.signed_root((value - mean) ** 2 / variance, value - mean) for value in x)
            asked.append((f"scoresZ(valeurs: $x, definition: {definition})", ("scoresZ",), scores))
    done = 0
    for field, path, expected in asked:
        query = field.replace("$x", literal(texts)).replace("$y", literal(others))
        result = found(post(url, "{" + query + "}"), *path)
        if result != expected:
            wrong.append(f"{query}: {result}, not {expected}")
        done += len(expected) if isinstance(expected, (list, dict)) else 1
    return done
