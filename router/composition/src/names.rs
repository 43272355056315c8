//! What a subgraph calls the directives of Federation: imports and renames decide.

use apollo_compiler::Name;
use federation::spec::{Links, catalog};

macro_rules! directive_names {
    ($($field:ident = $name:literal,)*) => {
        /// The name of each directive in one subgraph. A directive that its version of Federation lacks
        /// has the empty name, which occurs nowhere.
        #[derive(Clone, Debug)]
        pub(crate) struct DirectiveNames {
            $(pub(crate) $field: Name,)*
        }

        impl DirectiveNames {
            /// The names in a document with these links.
            pub(crate) fn of(links: &Links) -> Self {
                let link = links.get(catalog::FEDERATION);
                let elements = match link {
                    Some(link) => catalog::elements(catalog::FEDERATION, link.url.version),
                    None => Some(catalog::federation_1()),
                }
                .unwrap_or_default();
                let name = |spec: &'static str| match (elements.directive(spec), link) {
                    (None, _) => Name::new_static_unchecked(""),
                    (Some(_), Some(link)) => link.directive_name(spec),
                    (Some(_), None) => Name::new_static_unchecked(spec),
                };
                Self { $($field: name($name),)* }
            }
        }
    };
}

directive_names! {
    key = "key",
    requires = "requires",
    provides = "provides",
    external = "external",
    extends = "extends",
    shareable = "shareable",
    overrides = "override",
    tag = "tag",
    inaccessible = "inaccessible",
    compose_directive = "composeDirective",
    interface_object = "interfaceObject",
    authenticated = "authenticated",
    requires_scopes = "requiresScopes",
    policy = "policy",
    context = "context",
    from_context = "fromContext",
    cost = "cost",
    list_size = "listSize",
    cache_tag = "cacheTag",
}
