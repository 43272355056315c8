//! The examples that `--help` shows. A test parses each of their lines as a command line.

macro_rules! examples {
    ($($line:literal),+ $(,)?) => {
        concat!("Examples:", $("\n  ", $line),+)
    };
}

pub(super) const ROUTER: &str = concat!(
    examples!(
        "router dev products=http://localhost:4001/graphql reviews=./reviews.graphql",
        "router init",
        "router serve -c router.yaml",
    ),
    "\n\nExit codes: 0 fine, 1 a finding, 2 usage, 64 bad configuration."
);

pub(super) const DEV: &str = examples!(
    "router dev products=http://localhost:4001/graphql reviews=http://localhost:4002/graphql",
    "router dev products=./products.graphql reviews=./reviews.graphql@http://localhost:4002/graphql",
    "router dev -c router.yaml",
    "router dev -c router.yaml reviews=http://localhost:4002/graphql --port 4100",
);

pub(super) const INIT: &str = examples!(
    "router init",
    "router init products=http://localhost:4001/graphql reviews=http://localhost:4002/graphql",
    "router init -c deploy/router.yaml --force",
);

pub(super) const SERVE: &str = examples!("router serve", "router serve -c deploy/router.yaml");

pub(super) const HEALTH: &str = examples!("router health", "router health -c deploy/router.yaml");

pub(super) const COMPOSE: &str = examples!(
    "router compose --output supergraph.graphql --api api.graphql",
    "router compose --include-tags public",
    "router compose --format json",
);

pub(super) const PLAN: &str = examples!(
    "router plan --operation query.graphql",
    "router plan --operation operations/ 'more/*.graphql'",
    "echo '{ products { name } }' | router plan",
    "router plan --operation query.graphql --operation-name Top --format json",
);

pub(super) const CHECK: &str = examples!(
    "router check --subgraph reviews --sdl new.graphql",
    "router check --subgraph reviews --sdl new.graphql --operations operations/ 'more/*.graphql'",
    "router check --supergraph new.graphql --against http://localhost:9090/composition/supergraph",
    "router check --subgraph stock --new --sdl stock.graphql --format markdown",
);

pub(super) const DIFF: &str = examples!(
    "router diff old.graphql new.graphql",
    "router diff http://localhost:9090/composition/supergraph new.graphql --format json",
);

pub(super) const LINT: &str = examples!(
    "router lint",
    "router lint reviews.graphql products.graphql",
    "router lint --subgraph reviews --format github",
);

pub(super) const RECORD: &str =
    examples!("router record merge one.json two.json --output all.json");

pub(super) const RECORD_MERGE: &str = examples!(
    "router record merge one.json two.json",
    "router record merge one.json two.json --output all.json",
);

pub(super) const ASK: &str = examples!(
    "router ask http://localhost:4000/graphql --query '{ products { name } }'",
    "router ask http://localhost:9090/health/ready --within 60",
    "router ask http://localhost:4000/graphql --query '{ __typename }' --contains Query",
);

pub(super) const CONFIG: &str = examples!("router config check", "router config show");

pub(super) const CONFIG_CHECK: &str = examples!(
    "router config check",
    "router config check -c deploy/router.yaml"
);

pub(super) const CONFIG_SHOW: &str =
    examples!("router config show", "router config show --format json");

pub(super) const CONFIG_SCHEMA: &str = examples!("router config schema");

pub(super) const COMPLETIONS: &str = examples!("router completions bash", "router completions zsh");

#[cfg(test)]
mod tests;
