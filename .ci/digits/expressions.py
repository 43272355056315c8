"""Expressions that are evaluated as fractions, or by mpmath with more digits until the rounding is settled."""

import math
from fractions import Fraction

import mpmath
from drawn import decimal
from expected import mp, real, truncated
from oracle_of_series import shown


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
