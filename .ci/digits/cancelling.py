"""Expressions whose arguments are huge, next to a limit, or cancel: pairs of a text and what it is, computed by mpmath with the digits that are set."""

import math
from fractions import Fraction

import mpmath
from drawn import decimal
from expected import mp
from oracle_of_series import shown


def power_of_ten(k):
    return mpmath.mpf(10) ** k


def positive_decimal(rng):
    x = decimal(rng.randint(1, 10 ** rng.randint(1, 6)), rng.randint(0, 4))
    return x, lambda: mp(x)


def long_number(rng):
    """An exact number of up to a thousand digits and more before its point."""
    n, k, d = rng.randint(20, 600), rng.randint(30, 700), rng.choice([3, 7, 9, 11, 13, 97])
    base = rng.randint(2, 30)
    return rng.choice([
        (f"{n}!", lambda: mpmath.mpf(math.factorial(n))),
        (f"{n}! / {d}", lambda: mpmath.mpf(math.factorial(n)) / d),
        (f"{base}^{k}", lambda: mpmath.mpf(base) ** k),
        (f"{base}^{k} / {d}", lambda: mpmath.mpf(base) ** k / d),
        (f"1/{d}*10^{k}", lambda: power_of_ten(k) / d),
    ])


def of_a_long_number(rng):
    text, x = long_number(rng)
    (a, y), k = positive_decimal(rng), rng.randint(2, 100)
    function, value = rng.choice([
        (f"sin({text})", lambda: mpmath.sin(x())),
        (f"cos({text})", lambda: mpmath.cos(x())),
        (f"tan({text})", lambda: mpmath.tan(x())),
        (f"ln({text})", lambda: mpmath.log(x())),
        (f"log({text}, {a} + 1)", lambda: mpmath.log(x()) / mpmath.log(y() + 1)),
        (f"racine({text}, {k}) / racine({text} + 1, {k})", lambda: mpmath.root(x() / (x() + 1), k)),
        (f"({text})^(1/{k}) / ({text})^(1/{k + 1})", lambda: mpmath.power(x(), mpmath.mpf(1) / (k * (k + 1)))),
        (f"sin(({text})°)", lambda: mpmath.sin(x() * mpmath.pi / 180)),
        (f"atan({text}) * {a}", lambda: mpmath.atan(x()) * y()),
        (f"sin({text} + {a})", lambda: mpmath.sin(x() + y())),
        (f"sin({text} * pi / {k})", lambda: mpmath.sin(x() * mpmath.pi / k)),
    ])
    return function, value


def next_to_a_limit(rng):
    """Next to 1, where logarithms and powers are small, and next to 0."""
    (a, x), (b, y), k = positive_decimal(rng), positive_decimal(rng), rng.randint(5, 400)
    d, sign = rng.choice([1, 3, 7, 9]), rng.choice([-1, 1])
    symbol = "+" if sign > 0 else "-"
    small = f"{a}/{d}/10^{k + 8}"
    h = lambda: x() / d / power_of_ten(k + 8)  # noqa: E731
    return rng.choice([
        (f"ln(1 {symbol} {small}) * 10^{k}", lambda: mpmath.log1p(sign * h()) * power_of_ten(k)),
        (f"ln(1 {symbol} {small}) * 10^{k + 8}", lambda: mpmath.log1p(sign * h()) * power_of_ten(k + 8)),
        (f"(1 {symbol} {small})^(10^{k})", lambda: mpmath.exp(mpmath.log1p(sign * h()) * power_of_ten(k))),
        (f"(1 {symbol} {small})^({b}*10^{k})", lambda: mpmath.exp(mpmath.log1p(sign * h()) * power_of_ten(k) * y())),
        (f"log(1 {symbol} {small}, 1 + 1/10^{k})", lambda: mpmath.log1p(sign * h()) / mpmath.log1p(1 / power_of_ten(k))),
        (f"(exp({small}) - 1) * 10^{k}", lambda: mpmath.expm1(h()) * power_of_ten(k)),
        (f"sin({small}) * 10^{k + 8}", lambda: mpmath.sin(h()) * power_of_ten(k + 8)),
        (f"atan({small}) * 10^{k + 8}", lambda: mpmath.atan(h()) * power_of_ten(k + 8)),
        (f"tan(90° - {small}) / 10^{k}", lambda: 1 / mpmath.tan(h()) / power_of_ten(k)),
        (f"racine(1 {symbol} {small}, {d + 2}) * {b}", lambda: mpmath.root(1 + sign * h(), d + 2) * y()),
    ])


def cancelling(rng):
    """A difference of what is nearly or exactly equal, with a power of ten that shows what is left."""
    (a, x), (b, _), k, n = positive_decimal(rng), positive_decimal(rng), rng.randint(1, 200), rng.randint(2, 40)
    j = rng.randint(0, 200)
    ten = lambda: power_of_ten(j)  # noqa: E731
    return rng.choice([
        (f"(exp({n}) - exp({n}/{n + 1})^{n + 1}) * 10^{j}", lambda: mpmath.mpf(0)),
        (f"(10^{k}*racine({a}))^2 - {a}*10^{2 * k}", lambda: mpmath.mpf(0)),
        (f"(ln({a}*{b}) - ln({a}) - ln({b})) * 10^{j}", lambda: mpmath.mpf(0)),
        (f"(racine(10^{2 * k} + {a}) - 10^{k}) * 10^{k}", lambda: (mpmath.sqrt(power_of_ten(2 * k) + x()) - power_of_ten(k)) * power_of_ten(k)),
        (f"(racine({a}, {n}) - racine({a} + 1/10^{k}, {n})) * 10^{k}", lambda: (mpmath.root(x(), n) - mpmath.root(x() + 1 / power_of_ten(k), n)) * power_of_ten(k)),
        (f"sin({a}°*10^{k})", lambda: mpmath.sin(x() * mpmath.pi / 180 * power_of_ten(k))),
        (f"(pi*10^{k}) % 1", lambda: (mpmath.pi * power_of_ten(k)) % 1),
        (f"(e*10^{k} - plancher(e*10^{k})) * {a}", lambda: (mpmath.e * power_of_ten(k)) % 1 * x()),
        (f"(sin({a})^2 + cos({a})^2 - 1 + 1/10^{j}) * 10^{j}", lambda: mpmath.mpf(1)),
        (f"(atan({a} + 1/10^{j}) - atan({a})) * 10^{j}", lambda: (mpmath.atan(x() + 1 / ten()) - mpmath.atan(x())) * ten()),
        (f"max(exp({n})^2, exp({2 * n})) - exp({2 * n})", lambda: mpmath.mpf(0)),
    ])


def at_a_step(rng):
    """What no number of digits tells from a step is the step."""
    n, (a, x) = rng.randint(1, 900), positive_decimal(rng)
    return rng.choice([
        (f"plancher(racine({n})^2)", lambda: mpmath.mpf(n)),
        (f"plafond(exp(ln({n})))", lambda: mpmath.mpf(n)),
        (f"tronque(ln(exp({a}/1000)) * 1000, 4)", x),
        (f"arrondi(racine({n})^2 / 2)", lambda: mpmath.mpf(round(Fraction(n, 2)))),
        (f"signe(exp({n}) - exp({n}/2)^2) + {a}", x),
        (f"(racine({n})^2 * {n}) % racine({n})^2", lambda: mpmath.mpf(0)),
        (f"racine(tan(atan({a})) - {a})", lambda: mpmath.mpf(0)),
    ])


def exactly(function, digits=2500):
    """The decimal nearest to a value, whose cancellation leaves the same with twice as many digits."""
    found = []
    for digits in (digits, 2 * digits):
        with mpmath.workdps(digits):
            value = function()
            if abs(value) >= power_of_ten(40):
                return "OVERFLOW"
            kept = digits * 6 // 7
            found.append(shown(Fraction(int(mpmath.nint(value * power_of_ten(kept))), 10**kept)) if abs(value) >= power_of_ten(-40) else "0")
    assert found[0] == found[1], found
    return found[0]


def hard_expression(rng, number):
    """One of these kinds, or two of them with an operation between."""

    def draw():
        return rng.choice([of_a_long_number, next_to_a_limit, cancelling])(rng)

    if rng.random() < 0.15:
        text, value = at_a_step(rng)
    elif rng.random() < 0.5:
        text, value = draw()
    else:
        (left, a), (right, b), operator = draw(), draw(), rng.choice("+-*")
        text = f"({left}) {operator} ({right})"
        value = {"+": lambda: a() + b(), "-": lambda: a() - b(), "*": lambda: a() * b()}[operator]
    return "calcul", {"expression": text}, exactly(value)
