#!/usr/bin/env python3
"""phrases.py [FILE…]: no sentence has a phrase that an English reader stumbles over, in documents, messages, comments and descriptions. Without files: in
all that git knows, but for what is French, generated or built elsewhere."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# The phrase, and what to write instead.
PHRASES = {
    r"(to|can|can ?not|could|may|must) be had\b": "available, possible, or a verb",
    r"\bhad (by|of|from) ": "received, obtained",
    r"\bwho(m)?ever\b": "anyone who, those who, what",
    r"\bat most so many\b|\bat the most\b": "at most N",
    r"\bso many (of|more|at once)\b": "the number",
    r"\bstands? twice\b": "duplicate",
    r"\bwill not do\b": "is not enough, does not work",
    r"\b(is|are|was|were|be|been|being|gets?) (no longer |not |only )?told\b(?! apart)": "reported, logged, shown, or `the client gets`",
    r"\btells? (what|which|how|whether|that|of|every|each|all|whose)\b": "says, shows, reports",
    r"\bof (no )?use\b": "useful, used",
    r"\bcarr(y|ies|ied|ying) out\b": "implement, run, do",
    r"\bmends?\b|\b(is|are|was|were|be|been) mended\b": "fix",
    r"\bfor want of\b": "without, as there is no",
    r"\bas ever\b": "as usual",
    r"(^|\. |[/!] )(?-i:Of) (a|an|all|the|several|its) [a-z]": "begin with the subject",
    r"\bcomes? into service\b": "take effect",
    r"\bremark(s|ed)? on\b": "point out",
    r"\bupon which\b": "after which",
    r"\bnobody need\b": "no one has to",
    r"\bin silence\b": "silently",
    r"\bto the letter\b": "exactly",
    r"\blimits? of rate\b": "rate limit",
    r"\bbe it\b": "whether",
    r"\btells? (in|by)\b": "reports, shows, has",
    r"\bwho joins\b": "a client that joins",
    r"\bthat there (is|are) (is|are)\b": "current, existing",
    r"\bfor who\b(?!,? .*\bin\b)": "for clients that, for those who",
    r"\bis got\b": "is requested by GET, is read",
}  # fmt: skip
# A space in a phrase may be the end of a line, and the beginning of the next one the mark of a comment, a quotation or a list that goes on.
GAP = r"(?: |[ \t]*\n[ \t]*(?:(?://[/!]?|#|>|\*)[ \t]+)?)"
PATTERN = re.compile("|".join(f"(?P<p{at}>{phrase.replace(' ', GAP)})" for at, phrase in enumerate(PHRASES)), re.IGNORECASE | re.MULTILINE)

KINDS = {".md", ".rs", ".toml", ".yaml", ".yml", ".py", ".sh", ".ts", ".tsx", ".mjs", ".js", ".tpl", ".txt", ".graphql", ".snap", ".css", ".html", ""}
LEFT_OUT = re.compile(r"^docs/fr/|\.fr\.txt$|^LICENSE|\.lock$|package-lock|^\.ci/phrases\.py$|^schema/|/cases/.*\.graphql$")


def files():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listed.split("\0"):
        path = ROOT / name
        if name and path.suffix in KINDS and not LEFT_OUT.search(name) and path.is_file():
            yield path


def findings(path):
    try:
        text = path.read_text()
    except UnicodeDecodeError:
        return
    for found in PATTERN.finditer(text):
        yield text.count("\n", 0, found.start()) + 1, " ".join(found[0].split()), list(PHRASES.values())[int(found.lastgroup[1:])]


def main():
    count = looked_at = 0
    for path in map(Path, sys.argv[1:]) if len(sys.argv) > 1 else files():
        looked_at += 1
        for number, phrase, instead in findings(path):
            count += 1
            print(f'{path.relative_to(ROOT) if path.is_absolute() else path}:{number}: "{phrase}": {instead}')
    if count:
        raise SystemExit(f"FAILED: {count} phrases")
    print(f"phrases: {looked_at} files")


if __name__ == "__main__":
    main()
