"""What the documents hold: their blocks of code, the commands in them, their headings and links. Used by the checks beside this file."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHELL = {"sh", "console"}


def documents():
    """Every document that a reader of the repository is sent to."""
    top = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "helm/abaque/README.md"]
    found = [ROOT / name for name in top] + sorted(ROOT.glob("docs/**/*.md")) + sorted(ROOT.glob("examples/*.md")) + sorted(ROOT.glob("examples/*/README.md"))
    return [path for path in found if path.is_file()]


@dataclass
class Block:
    """A fenced block of code."""

    path: Path
    line: int
    kind: str
    text: str

    def __str__(self):
        return f"{self.path.relative_to(ROOT)}:{self.line}"

    def commands(self):
        """Its commands, each on one line, without comments; a here-document belongs to its command."""
        lines = iter(self.text.splitlines())
        for line in lines:
            command = line.strip()
            while command.endswith(("\\", "|")) and not command.startswith("#"):
                command = command.removesuffix("\\").rstrip() + " " + next(lines).strip()
            if not command or command.startswith("#"):
                continue
            if here := re.search(r"<<'(\w+)'$", command):
                command += "\n" + "".join(f"{text}\n" for text in iter(lambda: next(lines), here[1])) + here[1]
            yield command


def blocks(path):
    """The blocks of a document, in order; a fence may be indented, as in a list."""
    kind, indent, began, text = None, "", 0, []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        fence = re.match(r"^( *)```(\w*)\s*$", line)
        if kind is None and fence:
            indent, kind, began, text = fence[1], fence[2], number, []
        elif kind is not None and fence and not fence[2]:
            yield Block(path, began, kind, "".join(f"{one}\n" for one in text))
            kind = None
        elif kind is not None:
            text.append(line.removeprefix(indent))
    if kind is not None:
        raise SystemExit(f"{path}:{began}: the block does not end")


def prose(path):
    """The lines outside blocks, with their numbers; what is in backquotes is left as it is."""
    inside = False
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if re.match(r"^ *```", line):
            inside = not inside
        elif not inside:
            yield number, line


def anchors(path):
    """The fragments that a link to the document can have: of its headings, as GitHub and mdBook make them, and explicit ones."""
    found, seen = set(), {}
    for _, line in prose(path):
        found.update(re.findall(r'<a (?:id|name)="([^"]+)"', line))
        if heading := re.match(r"^#{1,6} +(.*?)[ #]*$", line):
            text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading[1])
            slug = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
            count = seen.get(slug, 0)
            seen[slug] = count + 1
            found.add(f"{slug}-{count}" if count else slug)
    return found


def links(path):
    """Every link and picture: the line's number and the target."""
    for number, line in prose(path):
        line = re.sub(r"`[^`]*`", "", line)
        for target in re.findall(r"\]\(([^)\s]+)(?: \"[^\"]*\")?\)", line):
            yield number, target
        for target in re.findall(r'(?:src|href)="([^"]+)"', line):
            yield number, target
