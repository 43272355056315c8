#!/usr/bin/env python3
"""errors.py: docs/errors.md has a row for each code of an error that the programs know, and for no other."""

import re

from documents import ROOT

# Where codes are written, and how.
SOURCES = {
    "router/server/src/refusal/code.rs": r'^    \w+ = "([A-Z_]+)";$',
    "router/executor/src/client.rs": r'FetchError::\w+(?: \{ \.\. \})? => "([A-Z_]+)"',
    "subgraphs/service/src/graphql/code.rs": r'&str = "([A-Z_]+)";$',
    "subgraphs/service/src/rest.rs": r'"([A-Z]+_[A-Z_]+)"',
    "subgraphs/service/src/rest/door.rs": r'"([A-Z]+_[A-Z_]+)"',
    "subgraphs/service/src/rest/problem.rs": r'"([A-Z]+_[A-Z_]+)"',
    "subgraphs/service/src/rest/table/members.rs": r'"([A-Z]+_[A-Z_]+)"',
    "subgraphs/service/src/rest/table/parameter.rs": r'"([A-Z]+_[A-Z_]+)"',
    "subgraphs/valeurs/src/erreur.rs": r'Code::\w+ => "([A-Z_]+)"',
    "platform/edge/src/server.rs": r'"code":"([A-Z_]+)"',
    "platform/edge/src/server/connection.rs": r'"code":"([A-Z_]+)"',
    "platform/edge/src/server/oversized.rs": r'"((?:URI|HEADERS)_[A-Z_]+)"',
}
# A label of metrics, not a code.
LABELS = {"OTHER"}


def main():
    known = set()
    for name, pattern in SOURCES.items():
        path = ROOT / name
        # A file may be renamed: then this table has to be.
        codes = set(re.findall(pattern, path.read_text(), re.M)) if path.is_file() else set()
        if not codes:
            raise SystemExit(f"FAILED: no code of an error is found in {name}")
        known |= codes
    known -= LABELS
    page = (ROOT / "docs/errors.md").read_text()
    listed = set(re.findall(r"^\| `([A-Z_]+)` \|", page, re.M))
    wrong = [f"docs/errors.md: no row for {code}" for code in sorted(known - listed)]
    wrong += [f"docs/errors.md: no program has {code}" for code in sorted(listed - known)]
    if wrong:
        raise SystemExit("\n".join(["FAILED: the codes of errors", *wrong]))
    print(f"{len(listed)} codes of errors")


if __name__ == "__main__":
    main()
