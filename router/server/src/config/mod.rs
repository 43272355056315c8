//! The configuration: one YAML file, read and checked whole before a port opens.
//!
//! The crate `settings` finds mistakes, describes the keys and shows what is in effect; here is which keys there are.

mod contract;
mod discovery;
mod parts;
mod schema;
mod subgraphs;
mod subscriptions;

use std::path::{Path, PathBuf};

use client::Sections;
use indexmap::IndexMap;

pub(crate) use self::contract::is_tag;
pub use self::discovery::{Discovery, Kubernetes};
pub use self::parts::{ErrorMasking, Limits, Log, LogSample, Polling, Timeouts};
pub use self::schema::{GateConfig, GateMode, Schema};
pub use self::subgraphs::SubgraphConfig;
pub use self::subscriptions::{Resume, Subscriptions};
pub use crate::clients::Config as Clients;
pub use crate::http::cors::Config as Cors;
pub use crate::http::page::config::Config as ConsolePage;
pub use crate::prepare::config::OperationLimits;
pub use crate::request::rate_limit::{Config as RateLimit, CountBy};

pub use crate::telemetry::config::Config as Telemetry;
use serde_json::{Value, json};

use settings::{ConfigError, Listen, Section, Shown};

/// What the router does, all of it. Every value is within its bounds.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where GraphQL is served.
    pub listen: Listen,
    /// The path at which operations are answered, and a browser gets the playground.
    pub path: String,
    /// Where `/metrics`, the probes and the composition status are served.
    pub admin: Listen,
    /// Names of the admin port beside its addresses.
    pub admin_hosts: Vec<String>,
    /// The subgraphs, in the order of the file. With [`Config::supergraph`], settings for those that it names.
    pub subgraphs: IndexMap<String, SubgraphConfig>,
    /// Where further subgraphs are found, while the router runs.
    pub discovery: Discovery,
    /// What is served while not every subgraph has been seen.
    pub schema: Schema,
    /// A supergraph composed elsewhere, served instead of composing.
    pub supergraph: Option<PathBuf>,
    /// Where the last good supergraph is kept for the next start.
    pub keep: Option<PathBuf>,
    /// How often sources are asked.
    pub polling: Polling,
    /// Bounds of what a client may send and a subgraph may answer.
    pub limits: Limits,
    /// How long things may take.
    pub timeouts: Timeouts,
    /// How clients connect.
    pub clients: Clients,
    /// Subscriptions of clients.
    pub subscriptions: Subscriptions,
    /// The terms on which subgraphs are asked.
    pub client: client::Config,
    /// What all requests may hold together.
    pub memory: memory::Config,
    /// The bounds of operations and of preparing them.
    pub operations: OperationLimits,
    /// How often a client may ask.
    pub rate_limit: RateLimit,
    /// What replicas share.
    pub redis: redis::Config,
    /// What is kept of the operations that clients send; `None` keeps nothing.
    pub record: Option<crate::record::config::Config>,
    /// What an operation may cost.
    pub cost: crate::request::cost::Config,
    /// Documents that are known before they are asked for.
    pub persisted_documents: crate::persisted::config::Config,
    /// Several requests in one.
    pub batching: crate::request::batch::Config,
    /// Files that come with a request.
    pub uploads: crate::request::uploads::Config,
    /// Whether `__schema` and `__type` are answered.
    pub introspection: bool,
    /// Whether browsers get a playground.
    pub playground: bool,
    /// What the page says that browsers get.
    pub console: ConsolePage,
    /// Whether a cross-site browser request without a preflight is refused.
    pub csrf_prevention: bool,
    /// Labels of progressive overrides that are on.
    pub override_labels: Vec<String>,
    /// Features that the schema relies on and the subgraphs implement, by name.
    pub delegated_features: Vec<String>,
    /// Whether clients may ask for the plan of their operation.
    pub expose_plan: bool,
    /// Whose errors are shown to clients.
    pub errors: ErrorMasking,
    /// Whether answers are compressed for clients that take that.
    pub compression: bool,
    /// Which origins may call.
    pub cors: Cors,
    /// How logs look.
    pub log: Log,
    /// What is reported about requests besides logs and `/metrics`.
    pub telemetry: Telemetry,
    /// Which variant of the graph is served.
    pub contract: composition::Contract,
    /// How much each rule of `router lint` matters.
    pub lint: lint::Levels,
    /// Who is believed to be who.
    pub authentication: crate::request::identify::config::Config,
    /// Who may see what.
    pub authorization: crate::request::authorise::Config,
    /// Whether a changed file is taken over.
    pub watch: bool,
    /// All of it, as it is in effect.
    shown: Shown,
}

impl Config {
    /// Reads a file; `${…}` comes from the process's environment.
    ///
    /// # Errors
    /// Every mistake that was found.
    pub fn load(file: &Path) -> Result<Self, ConfigError> {
        settings::load(file, Self::read).map(Self::with_shown)
    }

    /// Reads a text as though it stood in `file`.
    ///
    /// # Errors
    /// Every mistake that was found.
    pub fn parse(
        text: &str,
        file: &Path,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        settings::parse(text, file, environment, Self::read).map(Self::with_shown)
    }

    fn with_shown((config, shown): (Self, Shown)) -> Self {
        Self { shown, ..config }
    }

    /// Every value in effect, defaults and variables filled in. Inserted header values are hidden.
    pub fn shown(&self) -> &Shown {
        &self.shown
    }

    /// The files of TLS that subgraphs have for themselves, by their names.
    pub(crate) fn own_tls(&self) -> impl Iterator<Item = (&str, &client::SubgraphTls)> {
        let all = self.subgraphs.iter();
        all.map(|(name, subgraph)| (name.as_str(), &subgraph.terms.tls))
    }

    /// The files whose contents connections to subgraphs depend on.
    pub(crate) fn connection_files(&self) -> impl Iterator<Item = &Path> {
        let own = self.own_tls().flat_map(|(_, tls)| tls.files());
        self.client.files().chain(own)
    }

    /// Whether these keys, with all that is under them, have the values that another configuration gives them.
    pub(crate) fn is_same(&self, other: &Self, keys: &[&[&str]]) -> bool {
        let mut keys = keys.iter();
        keys.all(|key| self.shown.is_same(&other.shown, key))
    }

    fn read(root: Section<'_>) -> Self {
        let listen = root
            .key("listen", "Where the GraphQL endpoint is served.")
            .listen("127.0.0.1:4000");
        let path = root
                .key("path", "The path at which operations are answered, and a browser gets the playground, whose assets are in the same folder.")
                .text("/graphql", "a path such as /graphql or /api/graphql, of letters, digits, `-`, `.`, `_` and `~`", is_path);
        let admin = root
                .key("admin", "Where metrics, probes and the composition status are served; keep it off the internet.")
                .listen("127.0.0.1:9090");
        let admin_hosts = root
                .key("admin_hosts", "Names by which `POST /composition/refresh` and `/composition/accept` may be asked for on the admin port, beside addresses and `localhost`. What only reads there is answered by any name.")
                .texts("a host name, without a port", is_host_name);
        let supergraph = root
                .key("supergraph", "A supergraph composed elsewhere; the file is watched. `subgraphs` then only holds settings for those it names.")
                .path();
        let subgraphs = root
            .key("subgraphs", "The subgraphs to compose, by name.")
            .named(
                "a name of at most 128 characters, without control characters",
                is_subgraph_name,
                |section, _| SubgraphConfig::read(section),
            )
            .unwrap_or_default();
        let discovery = Discovery::read(root.section("discovery"));
        let schema = Schema::read(root.section("schema"));
        let keep = root
                .key("keep", "A file in which the last good supergraph is kept. At start it is served until all subgraphs have been seen, if it is of the same subgraphs at the same URLs.")
                .path();
        let polling = Polling::read(root.section("polling"));
        // Several parts of the router read from these.
        let (limits, timeouts) = (root.section("limits"), root.section("timeouts"));
        let tls = root.section("tls");
        let rate_limit = RateLimit::read(root.section("rate_limit"));
        let config = Self {
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
            clients: Clients::read(&crate::clients::Sections {
                root: &root,
                limits: &limits,
                timeouts: &timeouts,
                tls: &tls,
            }),
            client: client::Config::read(&Sections {
                root: &root,
                limits: &limits,
                timeouts: &timeouts,
                tls: &tls,
            }),
            subscriptions: Subscriptions::read(root.section("subscriptions")),
            cost: crate::request::cost::Config::read(root.section("cost"), rate_limit.cost.is_some()),
            rate_limit,
            redis: redis::Config::read(root.section("redis")),
            record: root
                .optional_section("record")
                .map(crate::record::config::Config::read),
            persisted_documents: crate::persisted::config::Config::read(root.section("persisted_documents")),
            batching: crate::request::batch::Config::read(root.section("batching")),
            uploads: crate::request::uploads::Config::read(root.section("uploads")),
            introspection: root
                .key("introspection", "Whether `__schema` and `__type` are answered. `__typename` always is.")
                .switch(true),
            playground: root
                .key("playground", "Whether a browser that opens the endpoint gets the console. Its assets are embedded.")
                .switch(true),
            console: ConsolePage::read(root.section("console")),
            csrf_prevention: root
                .key("csrf_prevention", "Whether a `GET` that a browser may be making for another site, without a header that forces a preflight, is refused. A `POST` always needs a content type that forces one.")
                .switch(true),
            override_labels: root
                .key("override_labels", "Labels of progressive overrides (`@override(label:)`) that are on for every request. `percent(n)` is on for that share of the requests without being listed.")
                .texts("a label", |text| !text.is_empty()),
            delegated_features: root
                .key("delegated_features", "Features with a purpose (`@link(for:)`) that the subgraphs implement themselves; of `authenticated`, `requiresScopes` and `policy` the router then does not enforce those that are named. A schema that relies on one which neither the router implements nor this lists is not served.")
                .texts("the name of a specification", |text| !text.is_empty()),
            expose_plan: root
                .key("expose_plan", "Whether a request with the header `abaque-expose-plan: true` gets the plan of its operation under `extensions.plan`, with `dry-run` in place of `true` the plan without being executed, and with `abaque-expose-trace: true` what happened and when under `extensions.trace`. The console then shows plans, traces and the supergraph. All of them show subgraphs and what they are asked.")
                .switch(false),
            errors: ErrorMasking::read(&root),
            compression: crate::http::compression::read(&root),
            cors: Cors::read(root.section("cors")),
            log: Log::read(root.section("log")),
            telemetry: Telemetry::read(root.section("telemetry")),
            contract: contract::read(root.section("contract")),
            lint: crate::lint::config::read(root.section("lint")),
            authentication: crate::request::identify::config::Config::read(
                root.section("authentication"),
            ),
            authorization: crate::request::authorise::Config::read(root.section("authorization")),
            watch: crate::reload::config::read(&root),
            shown: Shown::default(),
        };
        config.check(&root);
        limits.end();
        timeouts.end();
        tls.end();
        root.end();
        config
    }

    /// What concerns several keys.
    fn check(&self, root: &Section<'_>) {
        if self.supergraph.is_none() {
            if self.subgraphs.is_empty() && !self.discovers() {
                root.report(
                    "there is nothing to serve",
                    "`subgraphs:` with at least one subgraph, `discovery:`, or `supergraph:` with a file",
                );
            }
            if !self.discovers() {
                for (name, subgraph) in &self.subgraphs {
                    subgraph.check_url(root, name);
                }
            }
        } else if self.discovers() {
            root.report(
                "discovery and supergraph exclude each other",
                "one of them: a supergraph that was composed elsewhere has the subgraphs that it has",
            );
        }
        let open = self.supergraph.is_some() || self.discovers();
        for name in self.errors.by_subgraph.keys() {
            if !open && !self.subgraphs.contains_key(name) {
                root.report_key(
                    "include_subgraph_errors",
                    format!("this names the subgraph \"{name}\", which there is not"),
                    "a name under `subgraphs`",
                );
            }
        }
        if self.schema.gate.mode == GateMode::Refuse && self.record.is_none() {
            root.report_key(
                "schema",
                "the gate refuses nothing, as no operations are recorded",
                "`record:` beside `schema.gate: refuse`",
            );
        }
        if self.cors.credentials && self.cors.origins.iter().any(|origin| origin == "*") {
            root.report_key(
                "cors",
                "credentials and the origin \"*\" exclude each other",
                "the origins by name, as browsers refuse credentials for \"*\"",
            );
        }
        if self.listen == self.admin && self.listen.port != 0 {
            root.report_key(
                "admin",
                format!("listen and admin are both {}", self.listen),
                "two different addresses",
            );
        }
    }

    /// Whether subgraphs join that the configuration does not name.
    pub fn discovers(&self) -> bool {
        self.discovery.kubernetes.is_some()
    }

    /// The subgraphs that the configuration itself says where to find. With discovery, the others are settings for those that are found.
    pub fn placed(&self) -> impl Iterator<Item = (&String, &SubgraphConfig)> {
        let all = self.subgraphs.iter();
        all.filter(|(_, subgraph)| !self.discovers() || subgraph.terms.url.is_some())
    }

    /// The settings of a subgraph; the defaults where the file has none.
    pub fn subgraph(&self, name: &str) -> SubgraphConfig {
        self.subgraphs.get(name).cloned().unwrap_or_default()
    }
}

fn is_host_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    !name.is_empty() && name.len() <= 253 && name.bytes().all(allowed)
}

pub(crate) fn is_subgraph_name(name: &str) -> bool {
    !name.is_empty() && name.chars().count() <= 128 && !name.chars().any(char::is_control)
}

/// Segments that need no escape, each after a slash; or the root.
fn is_path(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let segment = |segment: &str| {
        !matches!(segment, "" | "." | ".." | "playground") && segment.bytes().all(plain)
    };
    let segments = text.strip_prefix('/');
    text == "/" || segments.is_some_and(|segments| segments.split('/').all(segment))
}

/// Every key, in the order in which it is read.
fn keys() -> Vec<settings::KeyDoc> {
    settings::keys(Config::read)
}

/// The configuration file as a [JSON Schema](https://json-schema.org/draft/2020-12) document.
pub fn json_schema() -> Value {
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Abaque router configuration",
        "anyOf": [
            { "required": ["subgraphs"] },
            { "required": ["supergraph"] },
            { "required": ["discovery"] },
        ],
    });
    if let (Some(schema), Value::Object(root)) =
        (schema.as_object_mut(), settings::json_schema(&keys()))
    {
        schema.extend(root);
    }
    schema
}

/// The table of keys in `docs/configuration.md`.
pub fn reference() -> String {
    settings::table(&keys())
}

#[cfg(test)]
mod tests;
