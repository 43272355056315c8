//! What keys say together: mistakes that no key has by itself.

use settings::Section;

use super::{Config, GateMode};

impl Config {
    /// Reports what does not go together.
    pub(super) fn check(&self, root: &Section<'_>, limits: &Section<'_>, timeouts: &Section<'_>) {
        self.check_timeouts(root, timeouts);
        self.check_memory(limits);
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
            root.report_key(
                "discovery",
                "discovery and supergraph exclude each other",
                "one of them: a supergraph that was composed elsewhere has the subgraphs that it has",
            );
        }
        let open = self.supergraph.is_some() || self.discovers();
        for name in self.errors.by_subgraph.keys() {
            if !open && !self.subgraphs.contains_key(name) {
                root.report_key(
                    "include_subgraph_errors",
                    format!("unknown subgraph \"{name}\""),
                    "a name under `subgraphs`",
                );
            }
        }
        if !self.client.headers.claims.is_empty() && self.authentication.jwt.is_empty() {
            root.report_key(
                "headers",
                "no token is verified, so that no subgraph is ever sent a claim",
                "an issuer under `authentication.jwt` beside `headers.claims`",
            );
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
}
