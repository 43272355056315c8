"""Numbers that are drawn: any, and those with which rounding is hard."""

from fractions import Fraction

import mpmath


MAX = 2**96 - 1


class Number(str):
    """A decimal as it is sent, with its value."""

    @property
    def value(self):
        return Fraction(self)


def decimal(coefficient, scale):
    sign, digits = ("-", -coefficient) if coefficient < 0 else ("", coefficient)
    text = str(digits).rjust(scale + 1, "0")
    return Number(sign + (f"{text[:-scale]}.{text[-scale:]}" if scale else text))


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
