"""Expressions with steps that no exact fraction holds, and what is next to 0 or to another step of a function."""

import math
from fractions import Fraction

import mpmath
from cancelling import exactly, positive_decimal, power_of_ten
from drawn import decimal
from expected import mp


def long_steps(rng, number):
    """Steps that are too long for an exact fraction, or beyond it, and a result that is not."""
    b, c, n, k = rng.randint(2, 97), rng.randint(2, 9), rng.randint(5000, 60_000), rng.randint(0, 6)
    (a, x), top, j = positive_decimal(rng), rng.randint(1700, 4000), rng.randint(0, 4)
    angle = decimal(rng.randint(1, 2_900_000_000) * 10**3 + rng.randint(0, 999), 3)
    p, q, r = rng.sample([7, 11, 13, 17, 19, 23], 3)
    u, v, w = (rng.randint(900, 4000) for _ in range(3))
    double = lambda m: math.prod(range(m, 0, -2))  # noqa: E731
    long = lambda: mpmath.mpf(b) ** n  # noqa: E731
    text, value = rng.choice([
        (f"{b}^{n} / {b}^{n - k}", lambda: mpmath.mpf(b) ** k),
        (f"(1/{b})^{n} * {b}^{n} * {a}", x),
        (f"({a} / {b}^{n}) * {b}^{n + 1}", lambda: x() * b),
        (f"0.1^{n} * {a} * 10^{n}", x),
        (f"exp({angle}) / exp({angle} - {a} / {c})", lambda: mpmath.exp(x() / c)),
        (f"exp(-{angle}) * exp({angle} + {a} / {c})", lambda: mpmath.exp(x() / c)),
        (f"{top}! / {top - j}!", lambda: mpmath.mpf(math.perm(top, j))),
        (f"{top}!! / {top - 2 * j}!!", lambda: mpmath.mpf(double(top) // double(top - 2 * j))),
        (f"{top}! / ({j}! * {top - j}!) / {c}", lambda: mpmath.mpf(math.comb(top, j)) / c),
        (f"ln({top}!) * {a}", lambda: mpmath.loggamma(top + 1) * x()),
        (f"(1/{p}^{u} + 1/{q}^{v} + 1/{r}^{w} + {a}/10^{u}) * 10^{u}", lambda: x() + sum(mpmath.mpf(10) ** u / mpmath.mpf(m) ** e for m, e in ((p, u), (q, v), (r, w)))),
        (f"somme(1/{p}^{u}, 1/{q}^{v}, 1/{r}^{w}, {a})", lambda: x() + sum(1 / mpmath.mpf(m) ** e for m, e in ((p, u), (q, v), (r, w)))),
        (f"ln({b}^{n} + {a})", lambda: mpmath.log(long() + x())),
        (f"log({b}^{n}, {a} + 1)", lambda: n * mpmath.log(b) / mpmath.log(x() + 1)),
        (f"racine({b}^{n + 1}, {c}) / racine({b}^{n}, {c})", lambda: mpmath.root(b, c)),
        (f"({b}^{n})^(1/{n}) * {a}", lambda: b * x()),
        (f"pi^{n} / pi^{n - 1} + atan({b}^{n})", lambda: mpmath.pi + mpmath.atan(long())),
        (f"({b}^{n} + {a}) / {b}^{n} - 1", lambda: x() / long()),
        (f"max({b}^{n}, {c}^{n}) / {max(b, c)}^{n}", lambda: mpmath.mpf(1)),
    ])
    return "calcul", {"expression": text}, exactly(value)


def next_to_zero(rng, number):
    """Next to 0, or to another step of a function, where no number of digits tells: the right digits, or none."""
    k, n, lift, (a, x) = rng.randint(617, 1500), rng.randint(1, 100), rng.randint(0, 700), positive_decimal(rng)
    long, m = rng.randint(5000, 9000), rng.randint(1, 900)
    h = lambda: 1 / power_of_ten(k)  # noqa: E731
    power, far = rng.randint(10, 27), decimal(rng.randint(3100, 9900), 3)
    small, v = rng.choice([
        (f"exp(-10^{power})", lambda: mpmath.exp(-power_of_ten(power))),
        (f"exp(-{far}*10^9)", lambda: mpmath.exp(-mp(far) * power_of_ten(9))),
        (f"(exp(1/10^{k}) - 1)", lambda: mpmath.expm1(h())),
        (f"(1 - cos(1/10^{k}))", lambda: 2 * mpmath.sin(h() / 2) ** 2),
        (f"(1 - (1 - 0.1^{long}))", lambda: 1 / power_of_ten(long)),
        (f"({m} - ({m} - {a} * 0.1^{long}))", lambda: x() / power_of_ten(long)),
    ])
    text, value = rng.choice([
        (f"racine({small})", lambda: mpmath.sqrt(v())),
        (f"racine({small}, {n}) * 10^{lift}", lambda: mpmath.root(v(), n) * power_of_ten(lift)),
        (f"racine(-{small}, {2 * n % 100 + 1})", lambda: -mpmath.root(v(), 2 * n % 100 + 1)),
        (f"{small}^(1/{n}) * 10^{lift}", lambda: mpmath.root(v(), n) * power_of_ten(lift)),
        (f"{small}^({a}/10^{rng.randint(0, 30)})", None),
        (f"{small}^{n} * 10^{lift}", lambda: v() ** n * power_of_ten(lift)),
        (f"{small} + {a}", lambda: v() + x()),
        (f"signe(1 - (1 - 0.1^{long}))", lambda: mpmath.mpf(1)),
        (f"plancher({m} - 0.1^{long})", lambda: mpmath.mpf(m - 1)),
        (f"plafond({m} + 0.1^{long})", lambda: mpmath.mpf(m + 1)),
        (f"arrondi({m} + 1/2 - 0.1^{long})", lambda: mpmath.mpf(m)),
        (f"arrondi({m} + 1/2 + 0.1^{long})", lambda: mpmath.mpf(m + 1)),
        (f"({m} - 0.1^{long}) % {m}", lambda: mpmath.mpf(m)),
        (f"{m} * 0.1^28 / 2 + 0.1^{long}", lambda: mpmath.mpf(m) / 2 / power_of_ten(28) + 1 / power_of_ten(long)),
        (f"ln({m} - ({m} - 0.1^{long})) / {long}", lambda: -mpmath.log(10)),
        (f"signe(exp(-10^{power}))", lambda: mpmath.mpf(1)),
        (f"ln(exp(-{far}*10^9))", lambda: -mp(far) * power_of_ten(9)),
    ])
    if value is None:
        exponent = Fraction(text.rpartition("(")[2].rstrip(")").partition("/")[0]) / 10 ** int(text.rpartition("^")[2].rstrip(")"))
        value = lambda: mpmath.exp(mpmath.log(v()) * exponent.numerator / exponent.denominator)  # noqa: E731
    return "calcul", {"expression": text}, (exactly(value, 10_000), "LIMIT_EXCEEDED")
