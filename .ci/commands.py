#!/usr/bin/env python3
"""commands.py PROGRAMS [HELM]: every command of the documents, as far as it can be judged without running it: packages, targets, files, steps, options and
objects of the cluster that it names are there. PROGRAMS is the folder of the built programs, whose `--help` knows the options; HELM renders what `helm
install` and `helm upgrade` would install. run_documents.py runs what can be run."""

import re
import shlex
import subprocess
import sys
import tomllib

import yaml

from documents import ROOT, SHELL, blocks, documents

OURS = ["router", "calculatrice", "statistiques"]
# Taken as they are: what they do depends on the reader's machine, or on a release.
PLAIN = {
    "cosign", "curl", "echo", "exec", "export", "eval", "gh", "git", "grep", "jq", "npm", "npx", "tar", "sha256sum", "sudo", "sleep", "time", "trivy", "xdg-open", "mv", "chmod", "install",
    "cd", "mkdir", "cat",
}  # fmt: skip
PLACEHOLDERS = {"my-values.yaml"}


class Wrong(Exception):
    pass


def expect(condition, what):
    if not condition:
        raise Wrong(what)


def exists(name):
    expect(name in PLACEHOLDERS or (ROOT / name).exists(), f"no file {name}")


def after(words, *options):
    """The values of an option, however it is given."""
    for at, word in enumerate(words):
        name, equals, value = word.partition("=")
        if word in options and at + 1 < len(words):
            yield words[at + 1]
        elif equals and name in options:
            yield value


class Commands:
    def __init__(self, programs, helm):
        self.programs, self.helm, self.helps = programs, helm, {}
        manifests = [path for path in ROOT.glob("*/**/Cargo.toml") if not {"target", "node_modules"} & set(path.parts)]
        self.crates = {}
        for path in manifests:
            manifest = tomllib.loads(path.read_text())
            if name := manifest.get("package", {}).get("name"):
                self.crates[name] = (path.parent, manifest)
        self.targets = set(re.findall(r"^FROM .* AS (\w+)$", (ROOT / "Dockerfile").read_text(), re.M))
        self.services = set(yaml.safe_load((ROOT / "compose.yaml").read_text())["services"])
        golden = (ROOT / "helm/abaque/tests/golden/values-minikube.yaml").read_text()
        self.objects = {(one["kind"].lower(), one["metadata"]["name"]) for one in yaml.safe_load_all(golden) if one}
        self.steps = subprocess.run([ROOT / ".ci/run", "--list"], capture_output=True, text=True, check=True).stdout.split()

    def check(self, command):
        """One command line, with all that it joins by pipes, `&&` and `;`."""
        first = command.split("\n")[0]
        # What a loop does is said in its own words.
        first = re.sub(r"^for \w+ in .*?; do ", "", first)
        first = re.sub(r"; done$", "", first)
        lexer = shlex.shlex(first, posix=True, punctuation_chars="|&;<>")
        lexer.whitespace_split, lexer.commenters = True, "#"
        words, redirected = [], False
        for word in [*lexer, ";"]:
            if set(word) <= set("|&;") and word:
                self.simple(words)
                words = []
            elif set(word) <= set("<>"):
                redirected = True
            elif redirected:
                redirected = False
            else:
                words.append(word)

    def simple(self, words):
        while words and (re.match(r"^[A-Z_]+=", words[0]) or words[0] in {"time", "exec", "sudo"}):
            words = words[1:]
        if not words:
            return
        program, rest = words[0], words[1:]
        name = program.rsplit("/", 1)[-1]
        if program.startswith((".ci/", "examples/")):
            exists(program)
            if name == "run":
                unknown = [step for step in rest if step not in {*self.steps, "--list"}]
                expect(not unknown, f"no step {unknown}")
        elif name in OURS:
            self.ours(name, rest)
        elif method := getattr(self, f"of_{name.replace('-', '_')}", None):
            method(rest)
        else:
            expect(name in PLAIN, f"an unknown program, {program}")

    def ours(self, program, words):
        """Subcommands and options of a program of ours: each is in the help of its command."""
        said = self.help(program)
        while words and re.search(rf"^  {re.escape(words[0])}\b", said, re.M) and not words[0].startswith("-"):
            program, words = f"{program} {words[0]}", words[1:]
            said = self.help(program)
        for word in words:
            if word.startswith("-") and word != "-":
                option = word.partition("=")[0]
                expect(re.search(rf"(?<![\w-]){re.escape(option)}\b", said), f"`{program}` has no option {option}")

    def help(self, command):
        if command not in self.helps:
            program, *words = command.split()
            ended = subprocess.run([f"{self.programs}/{program}", *words, "--help"], capture_output=True, text=True, check=True)
            self.helps[command] = ended.stdout
        return self.helps[command]

    def of_cargo(self, words):
        words, _, given = " ".join(words).partition(" -- ")
        words = words.split()
        for manifest in after(words, "--manifest-path"):
            exists(manifest)
        packages = list(after(words, "-p", "--package"))
        if words[0] == "install":
            for path in after(words, "--path"):
                exists(f"{path}/Cargo.toml")
            return
        for package in packages:
            expect(package in self.crates, f"no package {package}")
        named = packages or (self.crates if "--workspace" in words else [])
        folders = [self.crates[package][0] for package in named] or [ROOT]
        for bench in after(words, "--bench"):
            found = any((folder / "benches" / bench).exists() or (folder / f"benches/{bench}.rs").exists() for folder in folders)
            expect(found, f"no bench {bench}")
        for example in after(words, "--example"):
            expect(any((folder / f"examples/{example}.rs").exists() for folder in folders), f"no example {example}")
        # What follows `--` is for the program; of a test, for the library that runs it.
        run = [name for name in packages + list(after(words, "--bin")) if name in OURS]
        if given and words[0] == "run" and run:
            self.ours(run[0], given.split())

    def of_docker(self, words):
        for target in after(words, "--target"):
            expect(target in self.targets or target.startswith("$"), f"no target {target} in the Dockerfile")
        if words[0] == "compose":
            last = words[-1]
            expect(len(words) < 3 or last.startswith("-") or last in self.services, f"no service {last} in compose.yaml")

    def of_helm(self, words):
        for values in after(words, "-f", "--values"):
            exists(values)
        if words[0] in {"install", "upgrade", "template", "lint"} and self.helm:
            chart = next((word for word in words if word.startswith("helm/")), None)
            if chart:
                exists(chart)
                kept = [["-f", value] for value in after(words, "-f", "--values") if value not in PLACEHOLDERS]
                kept += [["--set", value] for value in after(words, "--set")]
                ended = subprocess.run([self.helm, "template", "abaque", ROOT / chart, *sum(kept, [])], capture_output=True, text=True, cwd=ROOT)
                expect(ended.returncode == 0, ended.stderr)

    def of_kubectl(self, words):
        for word in words:
            if found := re.match(r"^(deployment|service|secret|configmap)/(abaque[\w-]*)$", word):
                expect(found.groups() in self.objects | {("secret", "abaque-grafana")}, f"the chart has no {word}")

    def of_minikube(self, words):
        if words[0] == "service":
            expect(("service", words[1]) in self.objects, f"the chart has no Service {words[1]}")
        if words[:2] == ["image", "load"]:
            expect(re.match(r"^ghcr\.io/abaque/(\w+):", words[2])[1] in self.targets, f"no image {words[2]}")

    def of_node(self, words):
        exists(words[0])

    def of_python3(self, words):
        if words[0] != "-" and not words[0].startswith("-"):
            exists(words[0])


def main():
    commands = Commands(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None)
    count, findings = 0, []
    for path in documents():
        for block in blocks(path):
            if block.kind not in SHELL:
                continue
            for command in block.commands():
                count += 1
                try:
                    commands.check(command)
                except (Wrong, ValueError) as wrong:
                    findings.append(f"{block}: {wrong}\n    {command}")
    print("".join(f"{one}\n" for one in findings), end="")
    if findings or not count:
        raise SystemExit(f"FAILED: {len(findings)} of {count} commands")
    print(f"{count} commands judged")


if __name__ == "__main__":
    main()
