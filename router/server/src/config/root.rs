//! The root of the file: every section in its order, and the keys that are in none.

use std::path::PathBuf;
use std::sync::Arc;

use client::Sections;
use indexmap::IndexMap;
use settings::{Listen, Section, Shown};

use super::{
    Clients, Config, ConsolePage, Cors, Discovery, ErrorMasking, Limits, Log, OperationLimits,
    Polling, RateLimit, Schema, SubgraphConfig, Subscriptions, Telemetry, Timeouts, contract,
    is_subgraph_name,
};
use crate::request::{authorise, batch, cost, identify, uploads};
use crate::{http, lint, persisted, record, reload};

impl Config {
    pub(super) fn read(root: Section<'_>) -> Self {
        let listen = listen(&root);
        let path = path(&root);
        let admin = admin(&root);
        let admin_hosts = admin_hosts(&root);
        let supergraph = supergraph(&root);
        let subgraphs = subgraphs(&root);
        let discovery = Discovery::read(root.section("discovery"));
        let schema = Schema::read(root.section("schema"));
        let keep = keep(&root);
        let polling = Polling::read(root.section("polling"));
        // Several parts of the router read from these.
        let (limits, timeouts) = (root.section("limits"), root.section("timeouts"));
        let tls = root.section("tls");
        let verifies = root.has("authentication");
        let rate_limit = RateLimit::read(root.section("rate_limit"), verifies);
        let mut config = Self {
            listen,
            path,
            admin,
            admin_hosts,
            supergraph,
            subgraphs,
            discovery,
            schema,
            keep,
            polling,
            limits: Limits::read(&limits),
            memory: memory::Config::read(&limits),
            operations: OperationLimits::read(&limits, root.section("plan_cache")),
            timeouts: Timeouts::read(&timeouts),
            clients: clients([&root, &limits, &timeouts, &tls]),
            client: client([&root, &limits, &timeouts, &tls]),
            subscriptions: Subscriptions::read(root.section("subscriptions")),
            cost: cost::Config::read(root.section("cost"), rate_limit.cost.is_some()),
            rate_limit,
            redis: redis::Config::read(root.section("redis")),
            record: root
                .optional_section("record")
                .map(record::config::Config::read),
            persisted_documents: persisted::config::Config::read(
                root.section("persisted_documents"),
            ),
            batching: batch::Config::read(root.section("batching")),
            uploads: uploads::Config::read(root.section("uploads")),
            introspection: introspection(&root),
            playground: playground(&root),
            console: ConsolePage::read(root.section("console")),
            csrf_prevention: csrf_prevention(&root),
            override_labels: override_labels(&root),
            delegated_features: delegated_features(&root),
            expose_plan: expose_plan(&root),
            errors: ErrorMasking::read(&root),
            compression: http::compression::read(&root),
            cors: Cors::read(root.section("cors")),
            log: Log::read(root.section("log")),
            telemetry: Telemetry::read(root.section("telemetry")),
            contract: contract::read(root.section("contract")),
            lint: lint::config::read(root.section("lint")),
            authentication: identify::config::Config::read(root.section("authentication")),
            authorization: authorise::Config::read(root.section("authorization"), verifies),
            watch: reload::config::read(&root),
            shown: Shown::default(),
        };
        config.client.request = config.timeouts.request;
        let identity = config.authentication.headers();
        config.client.response = Arc::new(config.client.response.identified_by(identity));
        config.check(&root, &limits, &timeouts);
        [limits, timeouts, tls, root]
            .into_iter()
            .for_each(Section::end);
        config
    }
}

fn clients([root, limits, timeouts, tls]: [&Section<'_>; 4]) -> Clients {
    Clients::read(&crate::clients::Sections {
        root,
        limits,
        timeouts,
        tls,
    })
}

fn client([root, limits, timeouts, tls]: [&Section<'_>; 4]) -> client::Config {
    client::Config::read(&Sections {
        root,
        limits,
        timeouts,
        tls,
    })
}

fn listen(root: &Section<'_>) -> Listen {
    root.key("listen", "Where the GraphQL endpoint is served.")
        .listen("127.0.0.1:4000")
}

fn path(root: &Section<'_>) -> String {
    root.key("path", "The path at which operations are answered, and a browser gets the console, whose assets are in the same folder.")
        .text_like("/graphql", "a path such as /graphql or /api/graphql, of letters, digits, `-`, `.`, `_` and `~`", PATH, is_path)
}

fn admin(root: &Section<'_>) -> Listen {
    root.key(
        "admin",
        "Where metrics, probes and the composition status are served; keep it off the internet.",
    )
    .listen("127.0.0.1:9090")
}

fn admin_hosts(root: &Section<'_>) -> Vec<String> {
    root.key("admin_hosts", "Names by which `POST /composition/refresh` and `/composition/accept` may be asked for on the admin port, beside addresses and `localhost`. What only reads there is answered by any name.")
        .texts("a host name, without a port", is_host_name)
}

fn supergraph(root: &Section<'_>) -> Option<PathBuf> {
    root.key("supergraph", "A supergraph composed elsewhere; the file is watched. `subgraphs` then only holds settings for those it names.")
        .path()
}

fn subgraphs(root: &Section<'_>) -> IndexMap<String, SubgraphConfig> {
    root.key("subgraphs", "The subgraphs to compose, by name.")
        .named(
            "a name of at most 128 characters, without control characters",
            is_subgraph_name,
            |section, _| SubgraphConfig::read(section),
        )
        .unwrap_or_default()
}

fn keep(root: &Section<'_>) -> Option<PathBuf> {
    root.key("keep", "A file in which the last good supergraph is kept. At start it is served until all subgraphs have been seen, if it is of the same subgraphs at the same URLs.")
        .path()
}

fn introspection(root: &Section<'_>) -> bool {
    root.key(
        "introspection",
        "Whether `__schema` and `__type` are answered. `__typename` always is.",
    )
    .switch(true)
}

fn playground(root: &Section<'_>) -> bool {
    root.key(
        "playground",
        "Whether a browser that opens the endpoint gets the console. Its assets are embedded.",
    )
    .switch(true)
}

fn csrf_prevention(root: &Section<'_>) -> bool {
    root.key("csrf_prevention", "Whether a `GET` that a browser may be making for another site, without a header that forces a preflight, is refused. A `POST` always needs a content type that forces one.")
        .switch(true)
}

fn override_labels(root: &Section<'_>) -> Vec<String> {
    root.key("override_labels", "Labels of progressive overrides (`@override(label:)`) that are on for every request. `percent(n)` is on for that share of the requests without being listed.")
        .texts("a label", |text| !text.is_empty())
}

fn delegated_features(root: &Section<'_>) -> Vec<String> {
    root.key("delegated_features", "Features with a purpose (`@link(for:)`) that the subgraphs implement themselves; of `authenticated`, `requiresScopes` and `policy` the router then does not enforce those that are named. A schema that relies on one which neither the router implements nor this lists is not served.")
        .texts("the name of a specification", |text| !text.is_empty())
}

fn expose_plan(root: &Section<'_>) -> bool {
    root.key("expose_plan", "Whether a request with the header `abaque-expose-plan: true` gets the plan of its operation under `extensions.plan`, with `dry-run` in place of `true` the plan without being executed, and with `abaque-expose-trace: true` what happened and when under `extensions.trace`. The console then shows plans, traces and the supergraph. All of them show subgraphs and what they are asked.")
        .switch(false)
}

fn is_host_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    !name.is_empty() && name.len() <= 253 && name.bytes().all(allowed)
}

/// What [`is_path`] takes, and segments of nothing but dots or `playground`: RE2 and Helm cannot exclude words.
const PATH: &str = r"^(/|(/[A-Za-z0-9._~-]+)+)$";

/// Segments that need no escape, each after a slash; or the root.
fn is_path(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let segment = |segment: &str| {
        !matches!(segment, "" | "." | ".." | "playground") && segment.bytes().all(plain)
    };
    let segments = text.strip_prefix('/');
    text == "/" || segments.is_some_and(|segments| segments.split('/').all(segment))
}
