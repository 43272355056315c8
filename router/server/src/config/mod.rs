//! The configuration: one YAML file, read and checked whole before a port opens.
//!
//! The crate `settings` finds mistakes, describes the keys and shows what is in effect; here is which keys there are.
//!
//! - here: what a configuration is, and its documentation;
//! - `root`: how it is read, section by section, each in a file beside what it is for;
//! - `check`: what keys say together; `contradictions`: bounds that have no effect.

mod check;
mod contract;
mod contradictions;
mod discovery;
mod parts;
mod root;
mod schema;
mod subgraphs;
mod subscriptions;

use std::path::{Path, PathBuf};

use http::HeaderName;
use http::header::COOKIE;
use indexmap::IndexMap;
use serde_json::{Value, json};
use settings::{ConfigError, Listen, Shown};

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

/// What the router does, all of it. Every value is within its bounds.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where GraphQL is served.
    pub listen: Listen,
    /// The path at which operations are answered, and a browser gets the console.
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
    /// Whether browsers get the console.
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

    /// The files of TLS that subgraphs have for themselves, by their names; only those that have some.
    pub(crate) fn own_tls(&self) -> impl Iterator<Item = (&str, &client::SubgraphTls)> {
        let all = self.subgraphs.iter();
        let own = all.map(|(name, subgraph)| (name.as_str(), &subgraph.terms.tls));
        own.filter(|(_, tls)| !tls.is_empty())
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

    /// The members of the payload of `connection_init` that count as headers: those that are named, and those that may have a token.
    pub(crate) fn init_headers(&self) -> Vec<HeaderName> {
        let named = self.subscriptions.init_headers.iter().cloned();
        let of_tokens = self.authentication.headers().into_iter();
        // A cookie is the browser's to send, with the request that opens the WebSocket.
        let of_tokens = of_tokens.filter(|name| *name != COOKIE);
        named.chain(of_tokens).collect()
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

pub(crate) fn is_subgraph_name(name: &str) -> bool {
    !name.is_empty() && name.chars().count() <= 128 && !name.chars().any(char::is_control)
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
