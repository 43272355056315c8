//! Requests by client: of those that the configuration names, so that a client cannot make series.

use abaque_edge::Recorder;
use abaque_edge::metrics::{Kind, Label, Metric, Values};
use metrics::Counter;

use super::config::ClientHeaders;

const REQUESTS: &str = "graphql_client_requests_total";
/// A client that is not named in the configuration.
const OTHER: &str = "_other";
/// A client that does not say who it is.
const UNNAMED: &str = "_none";

pub(super) const METRIC: Metric = Metric {
    name: REQUESTS,
    kind: Kind::Counter,
    unit: None,
    help: "GraphQL requests by the client that sent them, as it names itself.",
    labels: &[Label {
        name: "client",
        values: Values::Bounded("telemetry.client.names, _other and _none"),
    }],
};

/// A counter for each client.
#[derive(Debug)]
pub(crate) struct Clients {
    named: Vec<(String, Counter)>,
    other: Counter,
    unnamed: Counter,
}

impl Clients {
    pub(crate) fn new(config: &ClientHeaders, recorder: &Recorder) -> Self {
        let counter = |client: &str| recorder.counter(REQUESTS, &[("client", client)]);
        let named = config.names.iter();
        Self {
            named: named.map(|name| (name.clone(), counter(name))).collect(),
            other: counter(OTHER),
            unnamed: counter(UNNAMED),
        }
    }

    /// Counts a request of a client.
    pub(crate) fn count(&self, client: Option<&str>) {
        let counter = match client {
            None => &self.unnamed,
            Some(client) => {
                let known = self.named.iter().find(|(name, _)| name == client);
                known.map_or(&self.other, |(_, counter)| counter)
            }
        };
        counter.increment(1);
    }
}
