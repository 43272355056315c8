//! The section `rate_limit`.

use http::HeaderName;
use settings::units::Rate;
use settings::{Named, Section};

/// How often clients may ask, and how they are distinguished.
#[derive(Clone, Debug)]
pub struct Config {
    /// How clients are distinguished.
    pub by: CountBy,
    /// How many requests.
    pub requests: Option<Rate>,
    /// How many at once, after a time without any.
    pub burst: Option<usize>,
    /// What their operations may be estimated to cost.
    pub cost: Option<Rate>,
}

/// How clients are distinguished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CountBy {
    /// By their address.
    ClientIp,
    /// By the value of a header.
    Header(HeaderName),
    /// By a claim of the verified token.
    Claim(String),
}

impl Config {
    /// Whether anything is counted.
    pub(crate) fn counts(&self) -> bool {
        self.requests.is_some() || self.cost.is_some()
    }

    /// `verifies` says whether there are tokens that have claims.
    pub(crate) fn read(section: Section<'_>, verifies: bool) -> Self {
        let by = section
            .key("by", "How clients are distinguished: `client_ip` is the address (of IPv6, its first 64 bits), as `trusted_proxies` tell it; `{ header: x-api-key }` is the value of a header, which something in front of the router must have checked, since a client that may choose it has as many limits as it likes; `{ claim: sub }` is a claim of the verified token. A request without the header or the claim is counted by its address.")
            .word_or_named(
                "client_ip, or a mapping such as { header: x-api-key } or { claim: sub }",
                "client_ip",
                &[("header", is_header), ("claim", |name| !name.is_empty())],
            );
        let config = Self {
            by: match by {
                Named::Named("header", name) => name
                    .parse()
                    .map_or(CountBy::ClientIp, CountBy::Header),
                Named::Named("claim", name) => CountBy::Claim(name),
                Named::Named(..) | Named::Word(_) => CountBy::ClientIp,
            },
            requests: section
                .key("requests", "How many requests one client may make; one more is answered 429 with `Retry-After`. Counted before the body is read; each operation over a WebSocket is a request too. Without it, they are not limited.")
                .rate(),
            burst: section
                .key("burst", "How many requests one client may make at once, after a time without any. As many as `requests` says when it is not set.")
                .count_opt(1..=1_000_000_000),
            cost: section
                .key("cost", "What the operations of one client may cost, as `@cost` and `@listSize` estimate it: an operation beyond it is answered 429. One that costs more than the whole of it runs when nothing was used before, and is paid for afterwards.")
                .rate(),
        };
        if config.burst.is_some() && config.requests.is_none() {
            section.report_key(
                "burst",
                "there is no rate that it is a burst of",
                "rate_limit.requests beside rate_limit.burst",
            );
        }
        if matches!(config.by, CountBy::Claim(_)) && !verifies {
            section.report_key(
                "by",
                "no token is verified, so that all clients would be counted by their addresses",
                "an issuer under `authentication.jwt`",
            );
        }
        section.end();
        config
    }
}

fn is_header(name: &str) -> bool {
    name.parse::<HeaderName>().is_ok()
}
