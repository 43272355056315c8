"""What the chart makes of values that no golden file has: renderings HELM PROMTOOL [NAME…]

Each function of these files whose name begins with `check_` is one property; its docstring says which. With names, only these are checked.
"""

import sys
from concurrent.futures import ThreadPoolExecutor

import gaps
import monitoring
import network
import objects
import pods
import subgraphs
import upgrades
from chart import Refused

FILES = (pods, objects, subgraphs, network, monitoring, upgrades, gaps)


def main():
    checks = {}
    for file in FILES:
        for name, check in vars(file).items():
            if name.startswith("check_"):
                checks[name.removeprefix("check_")] = check
    wanted = sys.argv[3:] or list(checks)

    def run(name):
        try:
            checks[name]()
        except (AssertionError, Refused, KeyError) as wrong:
            return f"{name} ({checks[name].__doc__}): {wrong!r}"
        return None

    with ThreadPoolExecutor(2) as threads:
        wrong = [problem for problem in threads.map(run, wanted) if problem]
    print(f"{len(wanted) - len(wrong)} of {len(wanted)} properties of renderings hold")
    if wrong:
        sys.exit("- " + "\n- ".join(wrong))


if __name__ == "__main__":
    main()
