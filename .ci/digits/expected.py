"""What the operations are expected to give."""

from fractions import Fraction

import mpmath
from drawn import MAX
from oracle_of_series import shown


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
