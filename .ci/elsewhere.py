"""What the documents show and run_documents.py does not run, each with where it is run or held instead. A command or a block that is neither run nor listed
here fails the check, and so does a line here that nothing matches."""

import re

# Commands: a pattern that the command begins with, and the step of .ci/run that runs the same or why none does. commands.py judges all of them.
COMMANDS = [
    (r"cargo run( --release)?( |$)(?!-)", "step stack"),
    (r"cargo test --workspace", "step test"),
    (r"RELOADS=\d+ REQUESTS=\d+ cargo test -p router --test it reload::program", "step test, in brief"),
    (r"INSTA_UPDATE=always cargo test -p abaque --test it schema", "step snapshots, without writing"),
    (r"UPDATE_GOLDEN=1 \.ci/run chart", "step chart, without writing"),
    (r"(cargo run --bin router -- |router )dev products=\S+ reviews=\S+( stock=\S+)?$|examples/subgraphs\.sh", "step examples"),
    (r"router dev( -c router\.yaml reviews=\S+)?$", "tests first_hour of router/server"),
    (r"(exec )?router serve", "steps examples and browser"),
    (r"npm --prefix examples/from-apollo-gateway |node examples/from-apollo-gateway/compare\.mjs ", "step examples"),
    (r"docker compose |docker (build|run) ", "step images"),
    (r"helm (install|upgrade|test|template|rollback|history|uninstall) |kubectl |grep -A 2 '\^kind: Deployment'", "step chart as far as it renders; .ci/cluster on a cluster"),
    (r"minikube |eval \"\$\(minikube docker-env\)|for program in router calculatrice", "needs Minikube"),
    (r"\.ci/(run|cluster)( |$)", "is what runs these checks"),
    (r"git (clone|show) ", "is the reader's repository"),
    (r"cargo install --locked --git |curl -fsSL?O? https://github\.com/abaque|tar -xzf router|docker pull |docker buildx |cosign |gh attestation |export ABAQUE_VERSION", "needs a release"),
    (r"(curl http://router-0:9090|curl -X POST \"http://localhost:9090/composition/accept)", "tests record and gate of router/server"),
    (r"for i in \$\(seq 60\)", "step panels sends such traffic"),
    (r"curl -s \"http://localhost:4200/|npx tsx src/cli\.ts test", "needs the suite of another project, which the page names"),
    (r"cargo bench |cargo build --release --workspace --bin calculatrice|node router/composition/benches|cargo run --release --manifest-path router/|python3 - >operations\.json|time target/release/router|echo 'record: |python3 \.ci/(cpu|instructions)\.py", "a measurement of minutes, repeated by hand"),
    (r"cargo (install hive-router|install --locked cargo-fuzz)|RUSTC_BOOTSTRAP=1 cargo fuzz ", "the workflow fuzz; the comparison is repeated by hand"),
    (r"cargo build --release -p router -p testing|cargo run --release -p testing -- hostile", "step hostile, in brief"),
    (r"cargo build --release -p calculatrice -p statistiques|python3 \.ci/hostile\.py", "step attacks, in brief"),
]  # fmt: skip

# Blocks: the document, the kind, what the block begins with, and what holds it.
BLOCKS = [
    ("CONTRIBUTING.md", "diff", " type Serie", "an example of a difference to read"),
    ("docs/configuration.md", "http", "RateLimit-Policy", "tests rate_limit of router/server"),
    ("docs/configuration.md", "yml", "metadata:", "tests discovered of router/server, with the same labels"),
    ("docs/dev.md", "text", "composed 2 subgraphs\nquery", "tests of router/server/src/dev/lines"),
    ("docs/dev.md", "text", "composed 2 subgraphs\n  breaking", "tests first_hour of router/server"),
    ("docs/errors.md", "json", '{\n  "data": { "serie"', "tests faults of router/executor"),
    ("docs/fr/guide.md", "text", "NAME                    SERVICE", "step images: five healthy containers"),
    ("docs/fr/guide.md", "text", "NAME                                   READY", ".ci/cluster: five pods that are ready"),
    ("docs/governance.md", "graphql", "# lint-off-file", "tests of router/lint"),
    ("docs/governance.md", "yml", "- { coordinate:", "tests review of router/server"),
    ("docs/streams.md", "graphql", "query {\n  topProducts(first: 100) @stream", "is over a shop; the step browser runs one over the files of `router dev`"),
    ("docs/governance.md", "yml", "permissions:", "step review runs the action's scripts"),
]


class Elsewhere:
    """The tables, and what of them was needed."""

    def __init__(self):
        self.needed = set()

    def command(self, command):
        """Where the command is run instead, or None."""
        return self._first((entry, re.match(entry[0], command)) for entry in COMMANDS)

    def block(self, block, path):
        """What holds the block instead, or None."""
        return self._first((entry, entry[:2] == (path, block.kind) and block.text.startswith(entry[2])) for entry in BLOCKS)

    def _first(self, entries):
        for entry, fits in entries:
            if fits:
                self.needed.add(entry)
                return entry[-1]
        return None

    def idle(self):
        """The lines that nothing in the documents matches."""
        return [entry[:-1] for entry in COMMANDS + BLOCKS if entry not in self.needed]
