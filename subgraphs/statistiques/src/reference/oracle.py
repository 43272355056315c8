"""Writes reference.tsv: statistics of many series, computed independently of the crate.

Means, quantiles and moments are exact fractions; roots and powers are decimals of 200 digits; Student's distribution is mpmath's incomplete beta function
with 140 digits. The result is rounded once, half to even, to a coefficient under 2**96 with at most 28 decimals. Python's `statistics` module checks the
definitions it has.

    python3 oracle.py > reference.tsv
"""

import random
import statistics
from decimal import Decimal, getcontext
from fractions import Fraction
from math import isqrt

import mpmath

getcontext().prec = 200
getcontext().Emax = 10**9
getcontext().Emin = -(10**9)


def shown(value):
    """The decimal nearest to a Fraction or a Decimal of 200 digits; OVERFLOW beyond the largest."""
    exact = value if isinstance(value, Fraction) else Fraction(value)
    for scale in range(28, -1, -1):
        coefficient = round(abs(exact) * 10**scale)  # half to even
        if coefficient < 2**96:
            text = format(Decimal(coefficient).scaleb(-scale).normalize(), "f")
            return "-" + text if exact < 0 and coefficient else text
    return "OVERFLOW"


def root(value):
    """The square root of a Fraction, far beyond what is shown, and exact when it is rational."""
    n, d = value.numerator, value.denominator
    if isqrt(n) ** 2 == n and isqrt(d) ** 2 == d:
        return Fraction(isqrt(n), isqrt(d))
    return (Decimal(n) / Decimal(d)).sqrt()


def signed_root(value, sign):
    return root(value) if sign >= 0 else -root(value)


def mean(x):
    return sum(x) / len(x)


def moment(x, k):
    m = mean(x)
    return sum((v - m) ** k for v in x)


def divisor(n, definition):
    return n - 1 if definition == "ECHANTILLON" else n


def variance(x, definition):
    return moment(x, 2) / divisor(len(x), definition)


def quantile(x, p):
    s = sorted(x)
    h = (len(s) - 1) * p
    low = h.numerator // h.denominator
    high = min(low + 1, len(s) - 1)
    return s[low] + (h - low) * (s[high] - s[low])


def quantile_of(x, p, kind):
    """Hyndman and Fan's Q(p), with values numbered from 1."""
    s, n = sorted(x), len(x)
    m = [0, 0, Fraction(-1, 2), 0, Fraction(1, 2), p, 1 - p, (p + 1) / 3, p / 4 + Fraction(3, 8)][kind - 1]
    h = n * p + m
    j = h.numerator // h.denominator
    g = h - j
    if kind == 1:
        g = Fraction(g > 0)
    elif kind == 2:
        g = Fraction(1, 2) if g == 0 else Fraction(1)
    elif kind == 3:
        g = Fraction(0) if g == 0 and j % 2 == 0 else Fraction(1)
    value = lambda k: s[min(max(k, 1), n) - 1]  # noqa: E731
    return (1 - g) * value(j) + g * value(j + 1)


def first(values):
    """The first of a list of results, or one that is beyond the largest decimal, which makes all of the list fail."""
    return next((v for v in values if shown(v) == "OVERFLOW"), values[0])


def ranks(x):
    return [Fraction(sum(v < a for v in x) + sum(v <= a for v in x) + 1, 2) for a in x]


# Student's distribution.

DIGITS = 140


def mp(value):
    return mpmath.mpf(value.numerator) / value.denominator


def fraction(value):
    """A number of mpmath, to 60 digits after the point: what ends sooner is exact."""
    return Fraction(int(mpmath.nint(value * mpmath.mpf(10) ** 60)), 10**60)


def outside(square, freedom):
    """The probability outside of ±t."""
    return mpmath.betainc(mp(freedom) / 2, mpmath.mpf(1) / 2, 0, mp(freedom / (freedom + square)), regularized=True)


def student_quantile(level, n):
    """t with this probability within ±t, for n degrees of freedom."""
    nu = mpmath.mpf(n)
    half = mpmath.mpf(1) / 2
    missing = lambda t: mpmath.betainc(half, nu / 2, 0, t * t / (nu + t * t), regularized=True) - mp(level)  # noqa: E731
    scale = 2 * mpmath.gamma((nu + 1) / 2) / mpmath.sqrt(nu * mpmath.pi) / mpmath.gamma(nu / 2)
    low, high = mpmath.mpf(0), mpmath.mpf(1)
    while missing(high) < 0:
        low, high = high, high * 2
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (middle, high) if missing(middle) < 0 else (low, middle)
    # From below the root of a concave function Newton's method stays below.
    t = low
    for _ in range(60):
        step = missing(t) / (scale * (1 + t * t / nu) ** (-(nu + 1) / 2))
        t -= step
        if abs(step) <= abs(t) * mpmath.mpf(10) ** -70:
            break
    return t


def interval(x, level):
    """Both bounds and the margin of the confidence interval of the mean."""
    with mpmath.workdps(DIGITS):
        n = len(x)
        margin = student_quantile(level, n - 1) * mpmath.sqrt(mp(variance(x, "ECHANTILLON") / n))
        m = mp(mean(x))
        return fraction(m - margin), fraction(m + margin), fraction(margin)


def student(x, y, kind):
    """The difference, the variance of its estimate, and the degrees of freedom."""
    v = lambda s: variance(s, "ECHANTILLON") / len(s)  # noqa: E731
    if kind == "APPARIEES":
        d = [a - b for a, b in zip(x, y)]
        return mean(d), v(d), Fraction(len(d) - 1)
    n, m = len(x), len(y)
    if kind == "EGALES":
        pooled = (moment(x, 2) + moment(y, 2)) / (n + m - 2)
        return mean(x) - mean(y), pooled * (Fraction(1, n) + Fraction(1, m)), Fraction(n + m - 2)
    both = v(x) + v(y)
    freedom = both**2 / (v(x) ** 2 / (n - 1) + v(y) ** 2 / (m - 1)) if both else None
    return mean(x) - mean(y), both, freedom


def student_rows(x, y, kinds):
    for kind in kinds:
        difference, spread, freedom = student(x, y, kind)
        if not spread:
            continue
        square = difference**2 / spread
        yield f"statistique {kind}", signed_root(square, difference)
        yield f"degresLiberte {kind}", freedom
        with mpmath.workdps(DIGITS):
            p = outside(square, freedom) if square else mpmath.mpf(1)
            one = p / 2 if difference < 0 else 1 - p / 2
            yield f"pValeur {kind} BILATERALE", fraction(p)
            yield f"pValeur {kind} INFERIEURE", fraction(one)


def skewness(x, definition):
    n, m2, m3 = len(x), moment(x, 2) / len(x), moment(x, 3) / len(x)
    square = m3**2 / m2**3
    if definition == "ECHANTILLON":
        square *= Fraction(n * (n - 1), (n - 2) ** 2)
    return signed_root(square, m3)


def kurtosis(x, definition):
    n = len(x)
    g2 = (moment(x, 4) / n) / (moment(x, 2) / n) ** 2 - 3
    return g2 if definition == "POPULATION" else Fraction(n - 1, (n - 2) * (n - 3)) * ((n + 1) * g2 + 6)


def products(x, y):
    mx, my = mean(x), mean(y)
    return sum((a - mx) * (b - my) for a, b in zip(x, y))


def correlation(x, y):
    p = products(x, y)
    return signed_root(p**2 / (moment(x, 2) * moment(y, 2)), p)


def geometric(x):
    logs = sum((Decimal(v.numerator) / Decimal(v.denominator)).ln() for v in x)
    return (logs / len(x)).exp()


def rows(text_x, text_y):
    x, y = [Fraction(v) for v in text_x], [Fraction(v) for v in text_y]
    n = len(x)
    assert mean(x) == statistics.mean(x) and quantile(x, Fraction(1, 2)) == statistics.median(x)
    yield "moyenne", mean(x)
    for p in "0", "0.1", "0.25", "0.3333", "0.5", "0.75", "0.99", "1":
        yield f"quantile {p}", quantile(x, Fraction(p))
    for p in "0", "0.1", "0.25", "0.5", "0.6667", "1":
        for kind in range(1, 10):
            assert kind != 7 or quantile_of(x, Fraction(p), 7) == quantile(x, Fraction(p))
            yield f"quantiles {p} TYPE_{kind}", quantile_of(x, Fraction(p), kind)
    yield "centree", first([v - mean(x) for v in x])
    q1, q3 = quantile(x, Fraction(1, 4)), quantile(x, Fraction(3, 4))
    reach = (q3 - q1) * Fraction(3, 2)
    yield "sans TUKEY", Fraction(sum(q1 - reach <= v <= q3 + reach for v in x))
    yield "mediane", quantile(x, Fraction(1, 2))
    yield "ecartInterquartile", quantile(x, Fraction(3, 4)) - quantile(x, Fraction(1, 4))
    yield "etendue", max(x) - min(x)
    if min(x) > 0:
        yield "moyenneHarmonique", n / sum(1 / v for v in x)
        yield "moyenneGeometrique", geometric(x)
    for definition in "ECHANTILLON", "POPULATION":
        sample = definition == "ECHANTILLON"
        if n < 2 and sample:
            continue
        yield f"variance {definition}", variance(x, definition)
        yield f"ecartType {definition}", root(variance(x, definition))
        yield f"covariance {definition}", products(x, y) / divisor(n, definition)
        if mean(x):
            yield f"coefficientVariation {definition}", root(variance(x, definition) / mean(x) ** 2)
        if moment(x, 2):
            z = y[0] - mean(x)
            yield f"scoreZ {definition}", signed_root(z**2 / variance(x, definition), z)
            if not sample or n >= 3:
                yield f"asymetrie {definition}", skewness(x, definition)
            if not sample or n >= 4:
                yield f"aplatissement {definition}", kurtosis(x, definition)
    if n >= 2:
        assert variance(x, "ECHANTILLON") == statistics.variance(x) and variance(x, "POPULATION") == statistics.pvariance(x)
    if n >= 2 and moment(x, 2):
        slope = products(x, y) / moment(x, 2)
        yield "pente", slope
        yield "ordonnee", mean(y) - slope * mean(x)
        yield "residus", first([b - (mean(y) - slope * mean(x) + slope * a) for a, b in zip(x, y)])
        yield "prediction", mean(y) - slope * mean(x) + slope * y[0]
        if moment(y, 2):
            yield "correlation", correlation(x, y)
            yield "correlation SPEARMAN", correlation(ranks(x), ranks(y))
            yield "r2", products(x, y) ** 2 / (moment(x, 2) * moment(y, 2))


def inference_rows(text_x, text_y, levels):
    """What takes longer to compute than all of the rest."""
    x, y = [Fraction(v) for v in text_x], [Fraction(v) for v in text_y]
    if len(x) < 2:
        return
    for index, level in enumerate(levels):
        if moment(x, 2):
            # One of the three, which are computed together.
            name = ("borneInf", "borneSup", "marge")[index % 3]
            yield f"{name} {level}", interval(x, Fraction(level))[index % 3]
    yield from student_rows(x, y, ("WELCH", "EGALES", "APPARIEES"))


def main():
    maximum = str(2**96 - 1)
    series = [
        (["1", "2", "4"], ["2", "4", "7"]),
        (["10", "12", "14", "16"], ["14", "3", "9", "1"]),
        (["5"], ["7"]),
        (["0.1", "0.2"], ["0.3", "0.1"]),
        (["-1", "0", "1"], ["1", "0", "-1"]),
        (["2", "8"], ["1", "1"]),
        (["3", "3", "3", "3"], ["1", "2", "3", "4"]),
        ([maximum, maximum, "-" + maximum], ["1", "2", "3"]),
        ([maximum] * 3 + ["1"], [maximum, "1", "1", "1"]),
        (["0." + "0" * 27 + "1", "0." + "0" * 27 + "2", "0." + "0" * 27 + "4"], ["1", "2", "4"]),
        (["7.9228162514264337593543950335", "1", maximum], ["0.1", "0.2", "0.3"]),
        # Harmonic means of 1.5, 2.5 and 3.5 units of the last digit, which go to the even one; and means and medians of half of one.
        (["0." + "0" * 27 + "1", "0." + "0" * 27 + "3"], ["0", "0." + "0" * 27 + "1"]),
        (["0." + "0" * 27 + "2", "0." + "0" * 27 + "2", "0." + "0" * 27 + "5"], ["0", "0", "0." + "0" * 27 + "1"]),
        (["0." + "0" * 27 + "2", "0." + "0" * 26 + "14"], ["0." + "0" * 27 + "1", "0." + "0" * 27 + "2"]),
        # Near the top of the range, where a mean has no digit after the point.
        (["79228162514264337593543950334", maximum], ["-" + maximum, "-79228162514264337593543950334"]),
    ]
    random.seed(1596)

    def number(digits, scale):
        return format(Decimal(random.randint(-(10**digits), 10**digits)).scaleb(-scale).normalize(), "f")

    for n, digits, scale in (5, 3, 1), (8, 12, 6), (13, 28, 14), (20, 2, 0), (30, 9, 9), (7, 28, 28), (6, 28, 0), (40, 6, 3):
        for lowest in False, True:
            x, y = ([number(digits, scale) for _ in range(n)] for _ in range(2))
            if lowest:
                x = [v.lstrip("-") if v.strip("-") != "0" else "1" for v in x]
            series.append((x, y))
    print("# Written by oracle.py: for each pair of series, `= x y` and then a line per statistic.")
    for x, y in series:
        print("=", ",".join(x), ",".join(y), sep="\t")
        for statistic, result in rows(x, y):
            print(statistic, shown(result), sep="\t")
        for statistic, result in inference_rows(x, y, ("0.5", "0.6", "0.95", "0.999", "0." + "9" * 28, "0." + "0" * 27 + "1")):
            print(statistic, shown(result), sep="\t")


if __name__ == "__main__":
    main()
