//! What each subgraph must satisfy on its own: one file per rule.

mod access;
mod cache_tag;
mod context;
mod cost;
mod external;
mod field_sets;
mod interface_key;
mod interface_object;
mod key;
mod list_size;
mod provides;
mod requires;
mod shareable;

use federation::Diagnostics;

use crate::subgraph::SubgraphSchema;

pub(crate) use self::context::parse as parse_context;

/// A rule: it reports what one subgraph does against it.
type Rule = fn(&SubgraphSchema, &mut Diagnostics);

const RULES: &[Rule] = &[
    requires::check,
    provides::check,
    external::check,
    interface_object::check,
    shareable::check,
    context::check,
    cost::check,
    list_size::check,
    access::check,
    cache_tag::check,
];

/// Applies every rule to one subgraph of Federation 2.
pub(crate) fn validate(subgraph: &SubgraphSchema, diagnostics: &mut Diagnostics) {
    let before = diagnostics.len();
    key::check(subgraph, diagnostics);
    if diagnostics.len() == before {
        // Which keys are the same is known of right ones only.
        interface_key::check(subgraph, diagnostics);
    }
    for rule in RULES {
        rule(subgraph, diagnostics);
    }
}
