//! Does the router implement what a schema relies on?
//!
//! A supergraph links each specification that it uses, and says with `for:` which of them must not be ignored
//! ([`@link`](https://specs.apollo.dev/link/v1.0/#Purpose)). Access rules are enforced by `crate::request::authorise`.

use federation::{Code, Diagnostic, Diagnostics, Supergraph};

/// What is implemented here, or asks nothing of a router: `cacheTag` lets it cache, which it need not do.
const CARRIED_OUT: &[&str] = &[
    "https://specs.apollo.dev/authenticated",
    "https://specs.apollo.dev/cacheTag",
    "https://specs.apollo.dev/context",
    "https://specs.apollo.dev/core",
    "https://specs.apollo.dev/inaccessible",
    "https://specs.apollo.dev/join",
    "https://specs.apollo.dev/link",
    "https://specs.apollo.dev/policy",
    "https://specs.apollo.dev/requiresScopes",
    "https://specs.apollo.dev/tag",
];

/// Refuses a supergraph that relies on a feature which neither the router nor, as the configuration says by name, the
/// subgraphs implement.
pub(crate) fn check(supergraph: &Supergraph, delegated: &[String]) -> Result<(), Diagnostics> {
    let missing: Diagnostics = supergraph
        .required_features()
        .into_iter()
        .filter(|feature| !CARRIED_OUT.contains(&feature.identity.as_str()))
        .filter(|feature| !delegated.contains(&feature.name))
        .map(|feature| {
            let name = &feature.name;
            Diagnostic::error(
                Code::UnsupportedLinkedFeature,
                format!(
                    "The schema relies on \"{}\" for {}, which this router does not implement.",
                    feature.identity, feature.purpose
                ),
            )
            .with_help(format!(
                "If the subgraphs do so themselves, add \"{name}\" to `delegated_features` in the configuration; if not, remove its directives."
            ))
        })
        .collect();
    match missing.is_empty() {
        true => Ok(()),
        false => Err(missing),
    }
}
