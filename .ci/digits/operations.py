"""Operations: each draws its arguments, and gives the field, its arguments and the expected result."""

import math
from fractions import Fraction

import mpmath
from drawn import MAX, Number, angle, decimal, odd, positive, short, tiny
from expected import expected_exp, expected_log, expected_power, expected_root, mp, real, truncated, whole_quotient
from oracle_of_series import shown


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


# What is asked: a field is drawn from each in turn.
FIELDS = [
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
    one("inverse", lambda x: "DIVISION_BY_ZERO" if x.value == 0 else shown(1 / x.value)),
    lattice("pgcd", math.gcd),
    lattice("ppcm", math.lcm),
    rounding,
]
