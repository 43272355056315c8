#!/usr/bin/env python3
"""A preprocessor of mdBook: links that lead out of docs/ go to the repository, where the site has no page of theirs.

`book.py supports RENDERER` says whether it is wanted; without arguments it gets [context, book] as JSON, and prints the book."""

import json
import posixpath
import re
import sys

REPOSITORY = "https://github.com/abaque/abaque/blob/main/"


def leading_out(path, content):
    """The chapter's text; its path is relative to docs/."""
    folder = posixpath.join("docs", posixpath.dirname(path))

    def target(found):
        name, hash_, fragment = found[2].partition("#")
        there = posixpath.normpath(posixpath.join(folder, name))
        if not name or re.match(r"^[a-z]+:", name) or there.startswith("docs/"):
            return found[0]
        # The folder of the documents is the site itself.
        return f"{found[1]}{REPOSITORY}{there}{hash_}{fragment})"

    return re.sub(r"(\]\()([^)\s]+)\)", target, content)


def chapters(items):
    for item in items:
        if isinstance(item, dict) and (chapter := item.get("Chapter")):
            if chapter.get("path"):
                chapter["content"] = leading_out(chapter["path"], chapter["content"])
            chapters(chapter["sub_items"])


def main():
    if sys.argv[1:2] == ["supports"]:
        sys.exit(0 if sys.argv[2] == "html" else 1)
    _, book = json.load(sys.stdin)
    # Named so since mdBook 0.5.
    chapters(book["items"])
    json.dump(book, sys.stdout)


if __name__ == "__main__":
    main()
