"""Asks the running services for results, and compares every digit with exact ones.

    python3 digits CALCULATRICE_URL STATISTIQUES_URL [--random N] [--targeted N] [--seed SEED]

Rational results are exact fractions; real functions are computed by mpmath with more digits until the rounding is settled, and expressions whose
arguments are huge, next to a limit, or cancel, with some thousand. Where no number of digits decides, a refusal is as good as the right digits.
A result is rounded once, half to even, to a coefficient under 2**96 with at most 28 decimals. The statistics are those of
subgraphs/statistiques/src/reference/oracle.py. Targeted operations are where rounding is hard: tiny and huge operands, the top of the range,
exact ties and what lies beside them.
"""

import argparse
import random
import sys

from cancelling import hard_expression
from drawn import anything, hard
from enclosed import long_steps, next_to_zero
from expressions import expression, factorials, irrational, per_cent, with_values
from lists import check_totals
from operations import FIELDS
from series import check_statistics
from services import check_operations

HARD = [hard_expression, irrational, hard_expression, long_steps, next_to_zero]
OPERATIONS = FIELDS + [with_values, expression, factorials, per_cent, irrational, hard_expression, long_steps, next_to_zero]


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
        done += check_operations(options.calculatrice, options.expressions, hard, rng, wrong, HARD)
        options.random = options.targeted = 0
    for count, number in ((options.random, anything), (options.targeted, hard)):
        # Four operations to one statistic.
        operations = count * 4 // 5
        check_operations(options.calculatrice, operations, number, rng, wrong, OPERATIONS)
        done += operations + check_statistics(options.statistiques, count - operations, number, rng, wrong)
        done += sum(check_totals(options.calculatrice, number, rng, wrong) for _ in range(count // 100))
    for line in wrong[:40]:
        print(line)
    print(f"{done} results compared, {len(wrong)} wrong (seed {options.seed})")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
