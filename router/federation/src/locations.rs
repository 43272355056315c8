//! Where directives can be.

use apollo_compiler::ast::DirectiveLocation;

/// Whether operations can have a directive there, rather than schemas (GraphQL September 2025, §3.13, `ExecutableDirectiveLocation`).
pub fn is_executable(location: &DirectiveLocation) -> bool {
    use DirectiveLocation::{
        Field, FragmentDefinition, FragmentSpread, InlineFragment, Mutation, Query, Subscription,
        VariableDefinition,
    };
    matches!(
        location,
        Query
            | Mutation
            | Subscription
            | Field
            | FragmentDefinition
            | FragmentSpread
            | InlineFragment
            | VariableDefinition
    )
}
