#!/usr/bin/env python3
"""links.py [SITE]: every link of the documents leads to a file, and to a heading of it. With SITE, a folder of HTML, the same of its pages, and none of
them asks another host for anything."""

import html.parser
import sys
import urllib.parse
from pathlib import Path

from documents import ROOT, anchors, documents, links

OTHER = ("http://", "https://", "mailto:")


def of_documents():
    """Findings, and how many links were followed."""
    followed, known = 0, {}
    findings = []
    for path in documents():
        for line, target in links(path):
            if target.startswith(OTHER):
                continue
            followed += 1
            name, _, fragment = target.partition("#")
            there = (path.parent / urllib.parse.unquote(name)).resolve() if name else path
            at = f"{path.relative_to(ROOT)}:{line}"
            if not there.exists():
                findings.append(f"{at}: no {name}")
            elif fragment and there.suffix == ".md":
                if urllib.parse.unquote(fragment) not in known.setdefault(there, anchors(there)):
                    findings.append(f"{at}: {name or 'this page'} has no heading #{fragment}")
    listed = {target for _, target in links(ROOT / "docs/SUMMARY.md")}
    for path in sorted(ROOT.glob("docs/**/*.md")):
        name = str(path.relative_to(ROOT / "docs"))
        if name not in listed | {"SUMMARY.md"}:
            findings.append(f"docs/SUMMARY.md: no {name}, so that the site does not have it")
    return findings, followed


class Page(html.parser.HTMLParser):
    """The ids of a page, what it links to, and what it loads."""

    LOADS = {("script", "src"), ("img", "src"), ("link", "href"), ("iframe", "src"), ("source", "src"), ("use", "href")}
    # A link element that names another page and loads nothing.
    NAMES = {"canonical", "next", "prev"}

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.loads = set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if given.get("id"):
            self.ids.add(given["id"])
        for name, value in attributes:
            if value is None:
                continue
            if (tag, name) in self.LOADS and given.get("rel") not in self.NAMES:
                self.loads.append(value)
            elif (tag, name) == ("a", "href"):
                self.links.append(value)


def of_site(folder):
    """The same for pages of HTML."""
    pages = {path.resolve(): Page(path.read_text()) for path in folder.rglob("*.html")}
    findings, followed = [], 0
    for path, page in pages.items():
        at = path.relative_to(folder.resolve())
        findings += [f"{at}: loads {one} from another host" for one in page.loads if one.startswith(("http:", "https:", "//"))]
        # The page for addresses that are not there has a base of its own.
        if at.name == "404.html":
            continue
        for target in page.links + page.loads:
            if target.startswith((*OTHER, "data:", "javascript:", "//")):
                continue
            followed += 1
            name, _, fragment = target.partition("#")
            there = (path.parent / urllib.parse.unquote(name.partition("?")[0])).resolve() if name else path
            if there.is_dir():
                there = there / "index.html"
            if not there.exists():
                findings.append(f"{at}: no {name}")
            elif fragment and there in pages and urllib.parse.unquote(fragment) not in pages[there].ids:
                findings.append(f"{at}: {name or 'this page'} has no #{fragment}")
    return findings, followed


def main():
    findings, followed = of_site(Path(sys.argv[1])) if len(sys.argv) > 1 else of_documents()
    print("".join(f"{one}\n" for one in findings), end="")
    if findings or not followed:
        raise SystemExit(f"FAILED: {len(findings)} of {followed} links lead nowhere")
    print(f"{followed} links followed")


if __name__ == "__main__":
    main()
