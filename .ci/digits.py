"""Asks the running services for results, and compares every digit with exact ones.

    python3 digits.py CALCULATRICE_URL STATISTIQUES_URL [--random N] [--targeted N] [--seed SEED]

Rational results are exact fractions; real functions are computed by mpmath with more digits until the rounding is settled, and expressions whose
arguments are huge, next to a limit, or cancel, with some thousand. A result is rounded once, half to even, to a coefficient under 2**96 with at most 28 decimals. The statistics are those of
subgraphs/statistiques/src/reference/oracle.py. Targeted operations are where rounding is hard: tiny and huge operands, the top of the range,
exact ties and what lies beside them.
"""

import argparse
import base64
import json
import math
import random
import sys
import time
import urllib.error
import urllib.request
from fractions import Fraction
from pathlib import Path

import mpmath

sys.path.insert(0, str(Path(__file__).parent.parent / "subgraphs/statistiques/src/reference"))
import oracle as statistics_oracle  # noqa: E402

MAX = 2**96 - 1
LAST = Fraction(1, 10**28)
shown = statistics_oracle.shown
BATCH = 90
# How often a request is sent that a service has no time for.
TRIES = 10


class Number(str):
    """A decimal as it is sent, with its value."""

    @property
    def value(self):
        return Fraction(self)


def decimal(coefficient, scale):
    sign, digits = ("-", -coefficient) if coefficient < 0 else ("", coefficient)
    text = str(digits).rjust(scale + 1, "0")
    return Number(sign + (f"{text[:-scale]}.{text[-scale:]}" if scale else text))


# Numbers.


def anything(rng):
    bits = rng.choice([4, 8, 20, 32, 64, 93, 96, 96])
    return decimal(rng.choice([-1, 1]) * rng.getrandbits(bits), rng.randint(0, 28))


def positive(rng, number=anything):
    while True:
        drawn = number(rng)
        if drawn.value:
            return Number(drawn.lstrip("-"))


def tiny(rng):
    return decimal(rng.choice([-1, 1]) * rng.randint(1, 10 ** rng.randint(1, 6)), rng.randint(16, 28))


def top(rng):
    return decimal(rng.choice([-1, 1]) * (MAX - rng.getrandbits(rng.choice([1, 8, 64, 90]))), rng.choice([0, 0, 0, 1, 2, 27, 28]))


def short(rng):
    return decimal(rng.choice([-1, 1]) * rng.randint(0, 10 ** rng.randint(1, 4)), rng.randint(0, 3))


def odd(rng):
    """Whose half is a tie of the last digit that is kept."""
    digits = rng.choice([94, 95, 96])
    return decimal(rng.choice([-1, 1]) * (rng.getrandbits(digits) | 1 << (digits - 1) | 1), rng.choice([0, 5, 27, 28]))


def hard(rng):
    return rng.choice([tiny, top, short, odd, anything])(rng)


def angle(rng, number):
    drawn = number(rng)
    if rng.random() < 0.2:
        # Next to a multiple of π/2.
        with mpmath.workdps(60):
            near = rng.randint(-1000, 1000) * mpmath.pi / 2
            return decimal(int(mpmath.nint(near * 10**24)), 24)
    return drawn


# What is expected.


def real(function):
    """The decimal nearest to a real function, computed with as many digits as it takes."""
    before = None
    for digits in (80, 160, 400, 1000):
        with mpmath.workdps(digits):
            value = function()
            if abs(value) >= mpmath.mpf(10) ** 40:
                return "OVERFLOW"
            if abs(value) < mpmath.mpf(10) ** -40:
                return "0"
            scaled = Fraction(int(mpmath.nint(value * mpmath.mpf(10) ** (digits - 45))), 10 ** (digits - 45))
        doubt = Fraction(1, 10 ** (digits - 48))
        low, high = shown(scaled - doubt), shown(scaled + doubt)
        if low == high:
            return low
        before = shown(scaled)
    return before


def mp(x):
    value = x.value
    return mpmath.mpf(value.numerator) / value.denominator


def expected_power(base, exponent):
    a, b = base.value, exponent.value
    if b == 0 or a == 1:
        return "1"
    if a == 0:
        return "DIVISION_BY_ZERO" if b < 0 else "0"
    if a < 0 and b.denominator != 1:
        return "DOMAIN_ERROR"
    with mpmath.workdps(60):
        log = mp(exponent) * mpmath.log(abs(mp(base)))
    if log > 80:
        return "OVERFLOW"
    if log < -80:
        return "0"
    if b.denominator == 1 and abs(b) <= 400:
        return shown(a**b)
    result = real(lambda: mpmath.power(abs(mp(base)), mp(exponent)))
    negative = a < 0 and b.numerator % 2 and result not in ("0", "OVERFLOW")
    return "-" + result if negative else result


def expected_root(x, n):
    value = x.value
    if n % 2 == 0 and value < 0:
        return "DOMAIN_ERROR"
    # Exact: the root of the magnitude at each scale, by whole numbers.
    sign = "-" if value < 0 else ""
    result = real(lambda: mpmath.root(abs(mp(x)), n)) if value else "0"
    return sign + result if result != "0" else result


def expected_log(x, base=None):
    if x.value <= 0 or (base is not None and (base.value <= 0 or base.value == 1)):
        return "DOMAIN_ERROR"
    if base is None:
        return real(lambda: mpmath.log(mp(x)))
    return real(lambda: mpmath.log(mp(x)) / mpmath.log(mp(base)))


def expected_exp(x):
    if x.value > 100:
        return "OVERFLOW"
    return "0" if x.value < -100 else real(lambda: mpmath.exp(mp(x)))


def truncated(fraction):
    return int(fraction)


def whole_quotient(a, b):
    if b == 0:
        return "DIVISION_BY_ZERO"
    quotient = truncated(a / b)
    return str(quotient) if abs(quotient) <= MAX else "OVERFLOW"


# Operations: each draws its arguments, and gives the field, its arguments and the expected result.


def binary(name, compute, left="a", right="b"):
    def draw(rng, number):
        a, b = number(rng), number(rng)
        return name, {left: a, right: b}, compute(a.value, b.value)

    return draw


def exact(function):
    return lambda a, b: shown(function(a, b))


def divided(a, b):
    return "DIVISION_BY_ZERO" if b == 0 else shown(a / b)


def halves(rng, number):
    a = odd(rng)
    if rng.random() < 0.5:
        return "multiplication", {"a": a, "b": Number("0.5")}, shown(a.value / 2)
    b = Number(rng.choice(["2", "-2", "4", "8", "0.2", "20"]))
    return "division", {"a": a, "b": b}, shown(a.value / b.value)


def beside_halves(rng, number):
    a, b = odd(rng), tiny(rng)
    return "addition", {"a": a, "b": b}, shown(a.value + b.value)


def power(rng, number):
    base = number(rng)
    exponent = rng.choice([short, lambda r: decimal(r.randint(-30, 120), 0), number, tiny])(rng)
    if rng.random() < 0.3:
        base = decimal(10**28 + rng.choice([-1, 1]) * rng.randint(1, 10 ** rng.randint(1, 20)), 28)
        exponent = decimal(rng.choice([-1, 1]) * rng.getrandbits(rng.randint(1, 96)), rng.randint(0, 10))
    return "puissance", {"base": base, "exposant": exponent}, expected_power(base, exponent)


def exact_power(rng, number):
    base, exponent = decimal(rng.randint(-40, 40), rng.randint(0, 2)), decimal(rng.randint(-30, 30), 0)
    return "puissance", {"base": base, "exposant": exponent}, expected_power(base, exponent)


def square_root(rng, number):
    x = positive(rng, number)
    if rng.random() < 0.3:
        x = decimal(rng.getrandbits(rng.randint(1, 48)) ** 2, 2 * rng.randint(0, 14))
    return "racineCarree", {"x": x}, expected_root(x, 2)


def nth_root(rng, number):
    x, n = number(rng), rng.randint(1, 100)
    return "racineNieme", {"x": x, "n": n}, expected_root(x, n)


def one(name, compute, draw_number=lambda rng, number: number(rng)):
    def draw(rng, number):
        x = draw_number(rng, number)
        return name, {"x": x}, compute(x)

    return draw


def degrees(name, function, draw_number=None):
    """A function of an angle in degrees, which is reduced exactly before it becomes radians."""

    def draw(rng, number):
        x = (draw_number or angle_in_degrees)(rng, number)
        return name, {"x": x, "unite": Enum("DEGRE")}, function(x.value)

    return draw


def angle_in_degrees(rng, number):
    if rng.random() < 0.3:
        return decimal(15 * rng.randint(-10000, 10000), 0)
    if rng.random() < 0.3:
        # Beside a multiple of 45.
        return decimal(45 * rng.randint(-20, 20) * 10**24 + rng.choice([-1, 1]) * rng.randint(1, 10 ** rng.randint(1, 12)), 24)
    return number(rng)


def turned(function):
    def compute(x):
        x %= 360
        return real(lambda: function(mpmath.mpf(x.numerator) / x.denominator * mpmath.pi / 180))

    return compute


def tangent_of_degrees(x):
    return "DOMAIN_ERROR" if x % 180 == 90 else turned(mpmath.tan)(x)


def angle_of_tangent(x):
    return real(lambda: mpmath.atan(mpmath.mpf(x.numerator) / x.denominator) * 180 / mpmath.pi)


def small_exponent(rng, number):
    return rng.choice([tiny(rng), short(rng), decimal(rng.randint(-680000, 680000), 4), decimal(rng.getrandbits(96), 28)])


def logarithm(rng, number):
    x = positive(rng, number)
    if rng.random() < 0.2:
        x = decimal(10**28 + rng.choice([-1, 1]) * rng.randint(1, 10**15), 28)
    if rng.random() < 0.5:
        return "logarithme", {"x": x}, expected_log(x)
    base = positive(rng, number)
    return "logarithme", {"x": x, "base": base}, expected_log(x, base)


def change(a, b):
    return "DIVISION_BY_ZERO" if a == 0 else shown(100 * (b - a) / abs(a))


def lattice(name, function):
    def draw(rng, number):
        a, b = (decimal(rng.choice([-1, 1]) * rng.getrandbits(rng.choice([4, 16, 48, 96])), 0) for _ in range(2))
        result = function(int(a), int(b))
        return name, {"a": a, "b": b}, str(result) if result <= MAX else "OVERFLOW"

    return draw


MODES = {
    "DEMI_PAIR": lambda x: round(x),
    "DEMI_SUPERIEUR": lambda x: signed(x, (abs(x) + Fraction(1, 2)).__floor__()),
    "DEMI_INFERIEUR": lambda x: signed(x, (abs(x) - Fraction(1, 2)).__ceil__()),
    "VERS_ZERO": lambda x: signed(x, abs(x).__floor__()),
    "DEPUIS_ZERO": lambda x: signed(x, abs(x).__ceil__()),
    "PLANCHER": lambda x: x.__floor__(),
    "PLAFOND": lambda x: x.__ceil__(),
}


def signed(x, magnitude):
    return -magnitude if x < 0 else magnitude


def rounding(rng, number):
    x, decimals, mode = number(rng), rng.randint(0, 28), rng.choice(list(MODES))
    result = Fraction(MODES[mode](x.value * 10**decimals), 10**decimals)
    return "arrondi", {"x": x, "decimales": decimals, "mode": Enum(mode)}, shown(result)


class Enum(str):
    pass


def expression(rng, number):
    """A rational expression, evaluated as fractions."""

    def draw(depth):
        if depth == 0 or rng.random() < 0.2:
            n = decimal(rng.randint(0, 10 ** rng.randint(1, 5)), rng.randint(0, 4))
            return n, n.value
        (left, a), (right, b) = draw(depth - 1), draw(depth - 1)
        operator = rng.choice("+-*/*/%^")
        if operator == "^":
            k = rng.randint(-6, 6)
            value = None if a is None or (a == 0 and k < 0) else a**k
            return f"({left})^{k}" if k >= 0 else f"({left})^({k})", value
        if a is None or b is None or (operator in "/%" and b == 0):
            value = None
        else:
            value = {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / b, "%": lambda: a - b * truncated(a / b)}[operator]()
        return f"({left} {operator} {right})", value

    text, value = draw(rng.randint(1, 4))
    return "calcul", {"expression": text}, "DIVISION_BY_ZERO" if value is None else shown(value)


def with_values(rng, number):
    """The same line through an expression whose names have values, with a rate in per cent."""
    a, x, b, rate = (number(rng) for _ in range(4))
    value = a.value * x.value + b.value - rate.value / 100
    given = [{"nom": name, "valeur": value} for name, value in (("a", a), ("x", x), ("b", b), ("taux", rate))]
    rng.shuffle(given)
    return "calcul", {"expression": "a*x + b - taux %", "avec": given}, shown(value)


def factorials(rng, number):
    """Quotients of factorials, of which each alone has no place."""
    top = rng.randint(0, 200)
    down = rng.randint(max(0, top - 12), top)
    double = lambda n: math.prod(range(n, 0, -2))  # noqa: E731
    text, value = rng.choice([
        (f"{top}! / {down}!", Fraction(math.factorial(top), math.factorial(down))),
        (f"{top}!! / {down}!!", Fraction(double(top), double(down))),
        (f"fact({top}) / (fact({down}) * {top - down}!)", Fraction(math.comb(top, down))),
        (f"{top % 40}!", Fraction(math.factorial(top % 40))),
        (f"{top % 50}!!", Fraction(double(top % 50))),
    ])
    return "calcul", {"expression": text}, shown(value)


def per_cent(rng, number):
    """Rates in per cent among whole numbers and remainders."""
    a, rate, b = (decimal(rng.randint(0, 10**6), rng.randint(0, 4)) for _ in range(3))
    x, p, y = a.value, rate.value / 100, b.value
    text, value = rng.choice([
        (f"{a} * {rate} %", x * p),
        (f"{a} + {rate} % - {b}", x + p - y),
        (f"{a} * (1 - {rate} %)^2", x * (1 - p) ** 2),
        (f"{rate} %^2", p**2),
        (f"({a} - {b}) % {rate}" if rate.value else f"{a}", (x - y) - rate.value * truncated((x - y) / rate.value) if rate.value else x),
        (f"({rate} % + {b} %) / {a}" if x else f"{b}", (p + y / 100) / x if x else y),
    ])
    return "calcul", {"expression": text}, shown(value)


def irrational(rng, number):
    """Real functions of rational numbers, one within the other, without a difference of what is nearly equal: evaluated with more digits until the rounding is settled."""

    def leaf():
        n = decimal(rng.randint(1, 10 ** rng.randint(1, 4)), rng.randint(0, 3))
        return str(n), lambda: mp(n)

    def small():
        """Between 0 and 2."""
        n = decimal(rng.randint(1, 1999), 3)
        return str(n), lambda: mp(n)

    def unary(inner):
        text, value = inner
        k = rng.randint(2, 9)
        return rng.choice([
            (f"racine({text})", lambda: mpmath.sqrt(value())),
            (f"racine({text}, {k})", lambda: mpmath.root(value(), k)),
            (f"ln(1 + {text})", lambda: mpmath.log(1 + value())),
            (f"log(1 + {text})", lambda: mpmath.log(1 + value())),
            (f"log(2 + {text}, {k})", lambda: mpmath.log(2 + value()) / mpmath.log(k)),
            (f"log10(2 + {text})", lambda: mpmath.log(2 + value()) / mpmath.log(10)),
            (f"log2(2 + {text})", lambda: mpmath.log(2 + value()) / mpmath.log(2)),
            (f"atan({text})", lambda: mpmath.atan(value())),
            (f"degres(atan({text}))", lambda: mpmath.atan(value()) * 180 / mpmath.pi),
            (f"(1 + {text})^(1/{k})", lambda: mpmath.power(1 + value(), 1 / mpmath.mpf(k))),
            (f"(1 + {text})^-0.{k}", lambda: mpmath.power(1 + value(), -mpmath.mpf(k) / 10)),
        ])

    def turned():
        degrees = decimal(rng.randint(1, 89_999), 3)
        word, function = rng.choice([("sin", mpmath.sin), ("cos", mpmath.cos), ("tan", mpmath.tan)])
        return f"{word}({degrees}°)", lambda: function(mp(degrees) * mpmath.pi / 180)

    def exponential():
        text, value = small()
        return f"exp(-{text})", lambda: mpmath.exp(-value())

    def constant():
        return rng.choice([("pi", lambda: +mpmath.pi), ("e", lambda: +mpmath.e), ("180°", lambda: +mpmath.pi)])

    def draw(depth):
        if depth == 0:
            return rng.choice([leaf, turned, exponential, constant])()
        if rng.random() < 0.5:
            return unary(draw(depth - 1))
        (left, a), (right, b) = draw(depth - 1), draw(depth - 1)
        operator = rng.choice("+*/")
        compute = {"+": lambda: a() + b(), "*": lambda: a() * b(), "/": lambda: a() / b()}[operator]
        return f"({left} {operator} {right})", compute

    text, value = draw(rng.randint(1, 3))
    return "calcul", {"expression": text}, real(value)


# Hard expressions: pairs of a text and what it is, computed by mpmath with the digits that are set.


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
    (a, x), (b, y), k, n = positive_decimal(rng), positive_decimal(rng), rng.randint(1, 200), rng.randint(2, 40)
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


def exactly(function):
    """The decimal nearest to a value, whose cancellation leaves the same with twice as many digits."""
    found = []
    for digits in (2500, 5000):
        with mpmath.workdps(digits):
            value = function()
            if abs(value) >= power_of_ten(40):
                return "OVERFLOW"
            found.append(shown(Fraction(int(mpmath.nint(value * power_of_ten(600))), 10**600)))
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


OPERATIONS = [
    binary("addition", exact(lambda a, b: a + b)),
    binary("soustraction", exact(lambda a, b: a - b)),
    binary("multiplication", exact(lambda a, b: a * b)),
    binary("division", divided),
    binary("divisionEntiere", whole_quotient),
    binary("modulo", lambda a, b: "DIVISION_BY_ZERO" if b == 0 else shown(a - b * truncated(a / b))),
    binary("pourcentage", exact(lambda a, b: a * b / 100), "taux", "valeur"),
    binary("evolution", change, "depart", "arrivee"),
    halves,
    beside_halves,
    power,
    power,
    exact_power,
    square_root,
    nth_root,
    one("exponentielle", expected_exp, small_exponent),
    logarithm,
    one("sinus", lambda x: real(lambda: mpmath.sin(mp(x))), angle),
    one("cosinus", lambda x: real(lambda: mpmath.cos(mp(x))), angle),
    one("tangente", lambda x: real(lambda: mpmath.tan(mp(x))), angle),
    one("arctangente", lambda x: real(lambda: mpmath.atan(mp(x)))),
    degrees("sinus", turned(mpmath.sin)),
    degrees("cosinus", turned(mpmath.cos)),
    degrees("tangente", tangent_of_degrees),
    degrees("arctangente", angle_of_tangent, lambda rng, number: rng.choice([decimal(rng.choice([-1, 0, 1]), 0), number(rng)])),
    with_values,
    one("inverse", lambda x: "DIVISION_BY_ZERO" if x.value == 0 else shown(1 / x.value)),
    lattice("pgcd", math.gcd),
    lattice("ppcm", math.lcm),
    rounding,
    expression,
    factorials,
    per_cent,
    irrational,
    hard_expression,
]


# Asking.


def post(url, query, variables=None):
    body = json.dumps({"query": query, "variables": variables or {}}).encode()
    request = urllib.request.Request(f"{url}/graphql", body, {"content-type": "application/json"})
    for attempt in range(TRIES):
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            # A machine that is busy with other things, where the time of a request was over.
            if error.code != 503 or attempt + 1 == TRIES:
                raise
            time.sleep(1)


def literal(value):
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {literal(member)}" for key, member in value.items()) + "}"
    return str(value) if isinstance(value, (int, Enum)) else json.dumps(value)


def answered(response, aliases):
    """The text of each alias: a result, or the code of its error. One that fails alone is asked again by the caller."""
    codes = {error["path"][0]: error["extensions"]["code"] for error in response.get("errors", []) if error.get("path")}
    data = response.get("data") or {}
    for alias in aliases:
        value = data.get(alias)
        if isinstance(value, dict):
            value = value["resultat"]
        yield codes.get(alias, value)


def ask(url, operations):
    """The results of operations, as many as go into one request; those of a request that fails as a whole, one by one."""
    fields = []
    for index, (name, arguments, _) in enumerate(operations):
        given = ", ".join(f"{key}: {literal(value)}" for key, value in arguments.items())
        fields.append(f"a{index}: {name}({given})" + (" { resultat }" if name == "calcul" else ""))
    response = post(url, "{" + " ".join(fields) + "}")
    results = list(answered(response, [f"a{index}" for index in range(len(operations))]))
    if None in results:
        if len(operations) == 1:
            sys.exit(f"no result: {operations[0]} {response}")
        middle = len(operations) // 2
        return ask(url, operations[:middle]) + ask(url, operations[middle:])
    return results


def check_operations(url, count, number, rng, wrong, kinds=None):
    pending, kinds = [], kinds or OPERATIONS
    for index in range(count):
        pending.append(kinds[index % len(kinds)](rng, number))
        if len(pending) == BATCH or index + 1 == count:
            for (name, arguments, expected), result in zip(pending, ask(url, pending)):
                if result != expected:
                    wrong.append(f"{name} {dict(arguments)}: {result}, not {expected}")
            pending = []
    return count


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
    values = [statistics_oracle.quantile_of([a.value for a in x], p.value, kind) for p in ps]
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
            "moyenne": shown(statistics_oracle.mean(values)),
            "minimum": shown(min(values)),
            "maximum": shown(max(values)),
            "etendue": shown(max(values) - min(values)),
            "population": shown(statistics_oracle.variance(values, "POPULATION")),
        }
        if count > 1:
            expected["variance"] = shown(statistics_oracle.variance(values, "ECHANTILLON"))
            expected["ecartType"] = shown(statistics_oracle.root(statistics_oracle.variance(values, "ECHANTILLON")))
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
        rows = list(statistics_oracle.rows(x, y))
        # What takes the oracle longest, for some of the series.
        if rng.random() < 0.2:
            levels = rng.sample(["0.5", "0.6", "0.9", "0.95", "0.99", "0.999999", decimal(rng.randint(1, 10**28 - 1), 28)], 3)
            rows += statistics_oracle.inference_rows(x, y, levels)
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
            done += check_weights(url, number, rng, wrong) + check_stream(url, number, rng, wrong)
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
    # Of a list the first is compared, and the only field of an object.
    while isinstance(data, (dict, list)):
        data = data[0] if isinstance(data, list) else next(iter(data.values()))
    return str(data) if isinstance(data, int) else data


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("calculatrice")
    parser.add_argument("statistiques")
    parser.add_argument("--random", type=int, default=50_000)
    parser.add_argument("--targeted", type=int, default=10_000)
    parser.add_argument("--expressions", type=int, default=0, help="as many hard expressions, and nothing else")
    parser.add_argument("--seed", type=int, default=1596)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    wrong, done = [], 0
    if options.expressions:
        done += check_operations(options.calculatrice, options.expressions, hard, rng, wrong, [hard_expression, irrational, hard_expression])
        options.random = options.targeted = 0
    for count, number in ((options.random, anything), (options.targeted, hard)):
        # Four operations to one statistic.
        operations = count * 4 // 5
        check_operations(options.calculatrice, operations, number, rng, wrong)
        done += operations + check_statistics(options.statistiques, count - operations, number, rng, wrong)
    for line in wrong[:40]:
        print(line)
    print(f"{done} results compared, {len(wrong)} wrong (seed {options.seed})")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
