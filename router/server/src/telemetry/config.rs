//! The section `telemetry`.

use http::HeaderName;
use settings::Section;

/// What is reported about requests, and where it is sent.
#[derive(Clone, Debug)]
pub struct Config {
    /// How traces are passed on, and what is exported.
    pub export: otlp::Config,
    /// Whether spans have the text of operations, without its literals.
    pub document: bool,
    /// How clients name themselves.
    pub client: ClientHeaders,
}

/// The headers by which clients name themselves.
#[derive(Clone, Debug)]
pub struct ClientHeaders {
    /// Who it is.
    pub name: HeaderName,
    /// Which release of it.
    pub version: HeaderName,
    /// Clients whose requests are counted.
    pub names: Vec<String>,
}

/// Each is a series.
const MAX_NAMES: usize = 100;

impl Config {
    pub(crate) fn read(section: Section<'_>) -> Self {
        let config = Self {
            export: otlp::Config::read(&section),
            document: section
                .key("document", "Whether the span of a request has the text of its operation, `graphql.document`, without its literals. Variables are in none.")
                .switch(false),
            client: ClientHeaders::read(section.section("client")),
        };
        section.end();
        config
    }
}

impl ClientHeaders {
    fn read(section: Section<'_>) -> Self {
        let header = |key, help, default: &'static str| {
            let is_name = |text: &str| text.parse::<HeaderName>().is_ok();
            let text = section
                .key(key, help)
                .text(default, "a header name", is_name);
            text.parse()
                .unwrap_or_else(|_| HeaderName::from_static(default))
        };
        let headers = Self {
            name: header(
                "name",
                "The header in which clients say who they are, for the access log, spans, metrics and recorded operations.",
                "apollographql-client-name",
            ),
            version: header(
                "version",
                "The header in which they say which release they are.",
                "apollographql-client-version",
            ),
            names: section
                .key("names", "Clients that `graphql_client_requests_total` counts by name; all others are `_other`, and those without a name `_none`. A hundred at most.")
                .texts("a name of at most 64 characters, not beginning with `_`", |name| {
                    (1..=64).contains(&name.chars().count()) && !name.starts_with('_')
                }),
        };
        if headers.names.len() > MAX_NAMES {
            section.report(
                format!("there are {} names", headers.names.len()),
                "a hundred at most",
            );
        }
        section.end();
        headers
    }
}
