//! The directives of each specification, in the versions that differ.

use apollo_compiler::ast::DirectiveLocation as At;

use super::{AUTHENTICATED, CACHE_TAG, CONTEXT, COST, INACCESSIBLE, POLICY, REQUIRES_SCOPES, TAG};
use crate::spec::definition::{ArgumentMerge as Merge, ArgumentSpec as Arg};
use crate::spec::{Composition, DirectiveSpec, Version};

pub(in crate::spec) const fn directive(
    name: &'static str,
    arguments: &'static [Arg],
    locations: &'static [At],
) -> DirectiveSpec {
    DirectiveSpec {
        name,
        arguments,
        repeatable: false,
        locations,
        composition: None,
    }
}

pub(in crate::spec) const fn repeatable(mut spec: DirectiveSpec) -> DirectiveSpec {
    spec.repeatable = true;
    spec
}

const fn composed(
    mut spec: DirectiveSpec,
    identity: &'static str,
    version: Version,
) -> DirectiveSpec {
    spec.composition = Some(Composition {
        identity,
        version,
        as_join_directive: false,
    });
    spec
}

const V0_1: Version = Version::new(0, 1);
const V0_2: Version = Version::new(0, 2);
const V0_3: Version = Version::new(0, 3);
const FIELDS: Arg = Arg::new("fields", "~FieldSet!");
const FIELD: &[At] = &[At::FieldDefinition];
const COMPOSITE: &[At] = &[At::Object, At::Interface];
const MEMBER: &[At] = &[At::FieldDefinition, At::Object, At::Interface, At::Union];

const EVERYWHERE: &[At] = &[
    At::FieldDefinition,
    At::Object,
    At::Interface,
    At::Union,
    At::ArgumentDefinition,
    At::Scalar,
    At::Enum,
    At::EnumValue,
    At::InputObject,
    At::InputFieldDefinition,
];

const EVERYWHERE_AND_SCHEMA: &[At] = &[
    At::FieldDefinition,
    At::Object,
    At::Interface,
    At::Union,
    At::ArgumentDefinition,
    At::Scalar,
    At::Enum,
    At::EnumValue,
    At::InputObject,
    At::InputFieldDefinition,
    At::Schema,
];

const GUARDED: &[At] = &[
    At::FieldDefinition,
    At::Object,
    At::Interface,
    At::Scalar,
    At::Enum,
];

pub(super) static LINK_DIRECTIVE: DirectiveSpec = repeatable(directive(
    "link",
    &[
        Arg::new("url", "String"),
        Arg::new("as", "String"),
        Arg::new("for", "~Purpose"),
        Arg::new("import", "[~Import]"),
    ],
    &[At::Schema],
));

pub(super) static CORE_DIRECTIVE: DirectiveSpec = repeatable(directive(
    "core",
    &[
        Arg::new("feature", "String"),
        Arg::new("as", "String"),
        Arg::new("for", "~Purpose"),
    ],
    &[At::Schema],
));

pub(super) static KEY: DirectiveSpec = repeatable(directive(
    "key",
    &[FIELDS, Arg::new("resolvable", "Boolean").or("true")],
    COMPOSITE,
));

pub(super) static EXTENDS: DirectiveSpec = directive("extends", &[], COMPOSITE);

pub(super) static EXTERNAL: DirectiveSpec = directive(
    "external",
    &[Arg::new("reason", "String")],
    &[At::Object, At::FieldDefinition],
);

pub(super) static REQUIRES: DirectiveSpec = directive("requires", &[FIELDS], FIELD);
pub(super) static PROVIDES: DirectiveSpec = directive("provides", &[FIELDS], FIELD);

pub(super) static SHAREABLE_ONCE: DirectiveSpec =
    directive("shareable", &[], &[At::Object, At::FieldDefinition]);
pub(super) static SHAREABLE: DirectiveSpec = repeatable(directive(
    "shareable",
    &[],
    &[At::Object, At::FieldDefinition],
));

pub(super) static OVERRIDE_AT_ONCE: DirectiveSpec =
    directive("override", &[Arg::new("from", "String!")], FIELD);
pub(super) static OVERRIDE: DirectiveSpec = directive(
    "override",
    &[Arg::new("from", "String!"), Arg::new("label", "String")],
    FIELD,
);

pub(super) static COMPOSE_DIRECTIVE: DirectiveSpec = repeatable(directive(
    "composeDirective",
    &[Arg::new("name", "String")],
    &[At::Schema],
));

pub(super) static INTERFACE_OBJECT: DirectiveSpec =
    directive("interfaceObject", &[], &[At::Object]);

pub(super) static CACHE_TAG_DIRECTIVE: DirectiveSpec = {
    let mut spec = repeatable(directive(
        "cacheTag",
        &[Arg::new("format", "String!")],
        &[At::Object, At::FieldDefinition],
    ));
    spec.composition = Some(Composition {
        identity: CACHE_TAG,
        version: V0_1,
        as_join_directive: true,
    });
    spec
};

const TAG_NAME: &[Arg] = &[Arg::new("name", "String!")];
pub(super) static TAG_0_1: DirectiveSpec =
    composed(repeatable(directive("tag", TAG_NAME, MEMBER)), TAG, V0_3);

pub(super) static TAG_0_2: DirectiveSpec = composed(
    repeatable(directive("tag", TAG_NAME, EVERYWHERE)),
    TAG,
    V0_3,
);

pub(super) static TAG_0_3: DirectiveSpec = composed(
    repeatable(directive("tag", TAG_NAME, EVERYWHERE_AND_SCHEMA)),
    TAG,
    V0_3,
);

pub(super) static INACCESSIBLE_0_1: DirectiveSpec =
    composed(directive("inaccessible", &[], MEMBER), INACCESSIBLE, V0_2);
pub(super) static INACCESSIBLE_0_2: DirectiveSpec = composed(
    directive("inaccessible", &[], EVERYWHERE),
    INACCESSIBLE,
    V0_2,
);

pub(super) static AUTHENTICATED_0_1: DirectiveSpec = composed(
    directive("authenticated", &[], GUARDED),
    AUTHENTICATED,
    V0_1,
);

pub(super) static REQUIRES_SCOPES_0_1: DirectiveSpec = composed(
    directive(
        "requiresScopes",
        &[Arg::new("scopes", "[[~Scope!]!]!").merged(Merge::DnfConjunction)],
        GUARDED,
    ),
    REQUIRES_SCOPES,
    V0_1,
);

pub(super) static POLICY_0_1: DirectiveSpec = composed(
    directive(
        "policy",
        &[Arg::new("policies", "[[~Policy!]!]!").merged(Merge::DnfConjunction)],
        GUARDED,
    ),
    POLICY,
    V0_1,
);

pub(super) static CONTEXT_0_1: DirectiveSpec = composed(
    repeatable(directive(
        "context",
        &[Arg::new("name", "String!")],
        &[At::Interface, At::Object, At::Union],
    )),
    CONTEXT,
    V0_1,
);

pub(super) static FROM_CONTEXT_0_1: DirectiveSpec = directive(
    "fromContext",
    &[Arg::new("field", "~ContextFieldValue")],
    &[At::ArgumentDefinition],
);

pub(super) static COST_0_1: DirectiveSpec = composed(
    directive(
        "cost",
        &[Arg::new("weight", "Int!").merged(Merge::Max)],
        &[
            At::ArgumentDefinition,
            At::Enum,
            At::FieldDefinition,
            At::InputFieldDefinition,
            At::Object,
            At::Scalar,
        ],
    ),
    COST,
    V0_1,
);

pub(super) static LIST_SIZE_0_1: DirectiveSpec = composed(
    repeatable(directive(
        "listSize",
        &[
            Arg::new("assumedSize", "Int").merged(Merge::NullableMax),
            Arg::new("slicingArguments", "[String!]").merged(Merge::NullableUnion),
            Arg::new("sizedFields", "[String!]").merged(Merge::NullableUnion),
            Arg::new("requireOneSlicingArgument", "Boolean")
                .or("true")
                .merged(Merge::NullableAnd),
        ],
        FIELD,
    )),
    COST,
    V0_1,
);
