//! Where further subgraphs are found.

use std::path::PathBuf;
use std::time::Duration;

use http::Uri;

use settings::Section;

use super::parts::HOUR;

/// Where further subgraphs are found, while the router runs.
#[derive(Clone, Debug, Default)]
pub struct Discovery {
    /// Services of a Kubernetes cluster; `None` when the file says nothing of it.
    pub kubernetes: Option<Kubernetes>,
}

/// Services with the label `abaque.dev/subgraph` are subgraphs.
#[derive(Clone, Debug)]
pub struct Kubernetes {
    /// A label selector that the API server evaluates.
    pub selector: String,
    /// Empty: the router's own; `*`: all.
    pub namespaces: Vec<String>,
    /// How long a Service may be gone before its subgraph leaves the graph.
    pub grace: Duration,
    /// Subgraphs that are discovered at most.
    pub max: usize,
    /// The API server, instead of the one that the environment names.
    pub server: Option<Uri>,
    /// A file with the token, instead of the service account's.
    pub token: Option<PathBuf>,
    /// The API server's authority, instead of the service account's.
    pub ca: Option<PathBuf>,
}

impl Discovery {
    pub(super) fn read(section: Section<'_>) -> Self {
        let kubernetes = section.optional_section("kubernetes").map(Kubernetes::read);
        section.end();
        Self { kubernetes }
    }
}

impl Kubernetes {
    fn read(section: Section<'_>) -> Self {
        let kubernetes = Self {
            selector: section
                .key("selector", "A label selector: the Services that match it and have the label `abaque.dev/subgraph: NAME` are subgraphs. They join and leave the graph while the router runs. `discovery.kubernetes: {}` switches this on.")
                .text("abaque.dev/subgraph", "a label selector of at most 1024 characters, such as abaque.dev/subgraph,team=shop", is_selector),
            namespaces: section
                .key("namespaces", "The namespaces of these Services; the router's own when empty, all with `*`. The service account needs `list` and `watch` on `services` there. Anyone allowed to create Services there can add to the graph.")
                .texts("a namespace, or *", is_namespace),
            grace: section
                .key("grace", "How long a Service may be gone before its subgraph leaves the graph.")
                .duration(Duration::from_secs(30), Duration::ZERO..=24 * HOUR),
            max: section
                .key("max", "Subgraphs that are discovered at most. Further ones are ignored, and `/composition` says so.")
                .count(100, 1..=1_000),
            server: section
                .key("server", "The API server's URL, instead of the one that Kubernetes puts into the environment of each pod.")
                .url(),
            token: section
                .key("token", "A file with the bearer token, instead of the service account's. It is read again for each request.")
                .path(),
            ca: section
                .key("ca", "A PEM file with the API server's certificate authority, instead of the service account's.")
                .path(),
        };
        section.end();
        kubernetes
    }
}

/// The syntax is the API server's business; what could break out of a query string is not.
fn is_selector(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./,=!() ".contains(&byte);
    !text.is_empty() && text.len() <= 1024 && text.bytes().all(plain)
}

/// A [label of RFC 1123](https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names).
fn is_namespace(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    text == "*" || (!text.is_empty() && text.len() <= 63 && text.bytes().all(plain))
}
