//! The elements of each known specification, by version.
//!
//! Sources: <https://specs.apollo.dev/> and
//! <https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/directives>.

use apollo_compiler::ast::DirectiveLocation as At;

use super::definition::{ArgumentMerge as Merge, ArgumentSpec as Arg};
use super::{Composition, DirectiveSpec, InputSpec, Version, connect};

/// The identity of the specification of `@link` itself.
pub const LINK: &str = "https://specs.apollo.dev/link";
/// The identity of the forerunner of `@link`.
pub const CORE: &str = "https://specs.apollo.dev/core";
/// The identity of Federation.
pub const FEDERATION: &str = "https://specs.apollo.dev/federation";
/// The identity of the directives that a supergraph says which subgraph has what with.
pub const JOIN: &str = "https://specs.apollo.dev/join";
/// The identity of `@tag`.
pub const TAG: &str = "https://specs.apollo.dev/tag";
/// The identity of `@inaccessible`.
pub const INACCESSIBLE: &str = "https://specs.apollo.dev/inaccessible";
/// The identity of `@authenticated`.
pub const AUTHENTICATED: &str = "https://specs.apollo.dev/authenticated";
/// The identity of `@requiresScopes`.
pub const REQUIRES_SCOPES: &str = "https://specs.apollo.dev/requiresScopes";
/// The identity of `@policy`.
pub const POLICY: &str = "https://specs.apollo.dev/policy";
/// The identity of `@context` and `@fromContext`.
pub const CONTEXT: &str = "https://specs.apollo.dev/context";
/// The identity of `@cost` and `@listSize`.
pub const COST: &str = "https://specs.apollo.dev/cost";
/// The identity of `@cacheTag`.
pub const CACHE_TAG: &str = "https://specs.apollo.dev/cacheTag";
/// The identity of `@source` and `@connect`.
pub const CONNECT: &str = "https://specs.apollo.dev/connect";

/// The latest version of Federation.
pub const LATEST_FEDERATION: Version = Version::new(2, 15);
/// The version of Federation that is a preview: what is settled of it is that it has all that [`LATEST_FEDERATION`] has.
pub const PREVIEW_FEDERATION: Version = Version::new(3, 0);
/// The version that a Federation 1 subgraph is upgraded to.
pub const UPGRADED_FEDERATION: Version = Version::new(2, 4);
/// The version of `@source` and `@connect` that a supergraph links, whatever earlier one its subgraphs do.
pub const CONNECT_VERSION: Version = Version::new(0, 3);
/// The version of `@link` in subgraphs and supergraphs.
pub const LINK_VERSION: Version = Version::new(1, 0);

/// What one version of a specification defines.
#[derive(Debug, Default)]
pub struct Elements {
    /// Its scalars.
    pub scalars: Vec<&'static str>,
    /// Its input types, each after those it refers to.
    pub inputs: &'static [InputSpec],
    /// Its directives.
    pub directives: Vec<&'static DirectiveSpec>,
}

impl Elements {
    fn with(mut self, scalars: &[&'static str], directives: &[&'static DirectiveSpec]) -> Self {
        self.scalars.extend(scalars);
        self.directives.extend(directives);
        self
    }

    /// Whether it defines `@name`.
    pub fn directive(&self, name: &str) -> Option<&'static DirectiveSpec> {
        self.directives
            .iter()
            .copied()
            .find(|spec| spec.name == name)
    }

    /// The names that an `import` may use: directives with their `@`.
    pub fn names(&self) -> impl Iterator<Item = String> {
        let directives = self.directives.iter().map(|spec| format!("@{}", spec.name));
        let inputs = self.inputs.iter().map(|input| input.name);
        let types = self.scalars.iter().copied().chain(inputs);
        directives.chain(types.map(str::to_owned))
    }
}

/// What a version of a specification defines; `None` when either is unknown.
pub fn elements(identity: &str, version: Version) -> Option<Elements> {
    let v = (version.major, version.minor);
    let none = Elements::default();
    Some(match (identity, v) {
        (FEDERATION, _) => return known_federation(version).map(federation),
        (LINK, (1, 0)) => none.with(&["Import", "Purpose"], &[&LINK_DIRECTIVE]),
        (CORE, (0, 1 | 2)) => none.with(&[], &[&CORE_DIRECTIVE]),
        (TAG, (0, 1)) => none.with(&[], &[&TAG_0_1]),
        (TAG, (0, 2)) => none.with(&[], &[&TAG_0_2]),
        (TAG, (0, 3)) => none.with(&[], &[&TAG_0_3]),
        (INACCESSIBLE, (0, 1)) => none.with(&[], &[&INACCESSIBLE_0_1]),
        (INACCESSIBLE, (0, 2)) => none.with(&[], &[&INACCESSIBLE_0_2]),
        (AUTHENTICATED, (0, 1)) => none.with(&[], &[&AUTHENTICATED_0_1]),
        (REQUIRES_SCOPES, (0, 1)) => none.with(&["Scope"], &[&REQUIRES_SCOPES_0_1]),
        (POLICY, (0, 1)) => none.with(&["Policy"], &[&POLICY_0_1]),
        (CONTEXT, (0, 1)) => none.with(&["ContextFieldValue"], &[&CONTEXT_0_1, &FROM_CONTEXT_0_1]),
        (COST, (0, 1)) => none.with(&[], &[&COST_0_1, &LIST_SIZE_0_1]),
        (CACHE_TAG, (0, 1)) => none,
        (CONNECT, (0, 1..=4)) => connect::elements(),
        _ => return None,
    })
}

/// The version that a version of Federation is read as: itself, or the latest known for a later one, which adds to it. `None` for a version
/// of which nothing is known.
pub fn known_federation(version: Version) -> Option<Version> {
    match version.major {
        2 => Some(version.min(LATEST_FEDERATION)),
        major if major == PREVIEW_FEDERATION.major => Some(LATEST_FEDERATION),
        _ => None,
    }
}

/// The version of Federation that a linked feature needs, where it needs one.
pub fn minimum_federation(identity: &str, version: Version) -> Option<Version> {
    let minor = match (identity, version.major, version.minor) {
        (AUTHENTICATED, 0, 1) => 5,
        (COST, 0, 1) => 9,
        (CONNECT, 0, minor @ 1..=4) => 9 + minor,
        (TAG, 0, 3) | (INACCESSIBLE, 0, 2) | (LINK, 1, 0) => 0,
        _ => return None,
    };
    Some(Version::new(2, minor))
}

/// What a known version of Federation 2 defines.
fn federation(version: Version) -> Elements {
    let since = |minor: u32| version.minor >= minor;
    let mut all = federation_1();
    if since(3) {
        all.directives.retain(|spec| spec.name != "tag");
        all = all.with(&[], &[&INTERFACE_OBJECT, &TAG_0_3]);
    }
    let shareable = if since(2) {
        &SHAREABLE
    } else {
        &SHAREABLE_ONCE
    };
    let overrides = if since(7) {
        &OVERRIDE
    } else {
        &OVERRIDE_AT_ONCE
    };
    all = all.with(&[], &[shareable, &INACCESSIBLE_0_2, overrides]);
    if since(1) {
        all = all.with(&[], &[&COMPOSE_DIRECTIVE]);
    }
    if since(5) {
        all = all.with(&["Scope"], &[&AUTHENTICATED_0_1, &REQUIRES_SCOPES_0_1]);
    }
    if since(6) {
        all = all.with(&["Policy"], &[&POLICY_0_1]);
    }
    if since(8) {
        all = all.with(&["ContextFieldValue"], &[&CONTEXT_0_1, &FROM_CONTEXT_0_1]);
    }
    if since(9) {
        all = all.with(&[], &[&COST_0_1, &LIST_SIZE_0_1]);
    }
    if since(12) {
        all = all.with(&[], &[&CACHE_TAG_DIRECTIVE]);
    }
    all
}

/// What every Federation 1 schema may use without a link.
pub fn federation_1() -> Elements {
    Elements::default().with(
        &["FieldSet"],
        &[&KEY, &REQUIRES, &PROVIDES, &EXTERNAL, &TAG_0_2, &EXTENDS],
    )
}

pub(super) const fn directive(
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

pub(super) const fn repeatable(mut spec: DirectiveSpec) -> DirectiveSpec {
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

static LINK_DIRECTIVE: DirectiveSpec = repeatable(directive(
    "link",
    &[
        Arg::new("url", "String"),
        Arg::new("as", "String"),
        Arg::new("for", "~Purpose"),
        Arg::new("import", "[~Import]"),
    ],
    &[At::Schema],
));
static CORE_DIRECTIVE: DirectiveSpec = repeatable(directive(
    "core",
    &[
        Arg::new("feature", "String"),
        Arg::new("as", "String"),
        Arg::new("for", "~Purpose"),
    ],
    &[At::Schema],
));

static KEY: DirectiveSpec = repeatable(directive(
    "key",
    &[FIELDS, Arg::new("resolvable", "Boolean").or("true")],
    COMPOSITE,
));
static EXTENDS: DirectiveSpec = directive("extends", &[], COMPOSITE);
static EXTERNAL: DirectiveSpec = directive(
    "external",
    &[Arg::new("reason", "String")],
    &[At::Object, At::FieldDefinition],
);
static REQUIRES: DirectiveSpec = directive("requires", &[FIELDS], FIELD);
static PROVIDES: DirectiveSpec = directive("provides", &[FIELDS], FIELD);
static SHAREABLE_ONCE: DirectiveSpec =
    directive("shareable", &[], &[At::Object, At::FieldDefinition]);
static SHAREABLE: DirectiveSpec = repeatable(directive(
    "shareable",
    &[],
    &[At::Object, At::FieldDefinition],
));
static OVERRIDE_AT_ONCE: DirectiveSpec =
    directive("override", &[Arg::new("from", "String!")], FIELD);
static OVERRIDE: DirectiveSpec = directive(
    "override",
    &[Arg::new("from", "String!"), Arg::new("label", "String")],
    FIELD,
);
static COMPOSE_DIRECTIVE: DirectiveSpec = repeatable(directive(
    "composeDirective",
    &[Arg::new("name", "String")],
    &[At::Schema],
));
static INTERFACE_OBJECT: DirectiveSpec = directive("interfaceObject", &[], &[At::Object]);
static CACHE_TAG_DIRECTIVE: DirectiveSpec = {
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
static TAG_0_1: DirectiveSpec = composed(repeatable(directive("tag", TAG_NAME, MEMBER)), TAG, V0_3);
static TAG_0_2: DirectiveSpec = composed(
    repeatable(directive("tag", TAG_NAME, EVERYWHERE)),
    TAG,
    V0_3,
);
static TAG_0_3: DirectiveSpec = composed(
    repeatable(directive("tag", TAG_NAME, EVERYWHERE_AND_SCHEMA)),
    TAG,
    V0_3,
);
static INACCESSIBLE_0_1: DirectiveSpec =
    composed(directive("inaccessible", &[], MEMBER), INACCESSIBLE, V0_2);
static INACCESSIBLE_0_2: DirectiveSpec = composed(
    directive("inaccessible", &[], EVERYWHERE),
    INACCESSIBLE,
    V0_2,
);

static AUTHENTICATED_0_1: DirectiveSpec = composed(
    directive("authenticated", &[], GUARDED),
    AUTHENTICATED,
    V0_1,
);
static REQUIRES_SCOPES_0_1: DirectiveSpec = composed(
    directive(
        "requiresScopes",
        &[Arg::new("scopes", "[[~Scope!]!]!").merged(Merge::DnfConjunction)],
        GUARDED,
    ),
    REQUIRES_SCOPES,
    V0_1,
);
static POLICY_0_1: DirectiveSpec = composed(
    directive(
        "policy",
        &[Arg::new("policies", "[[~Policy!]!]!").merged(Merge::DnfConjunction)],
        GUARDED,
    ),
    POLICY,
    V0_1,
);

static CONTEXT_0_1: DirectiveSpec = composed(
    repeatable(directive(
        "context",
        &[Arg::new("name", "String!")],
        &[At::Interface, At::Object, At::Union],
    )),
    CONTEXT,
    V0_1,
);
static FROM_CONTEXT_0_1: DirectiveSpec = directive(
    "fromContext",
    &[Arg::new("field", "~ContextFieldValue")],
    &[At::ArgumentDefinition],
);

static COST_0_1: DirectiveSpec = composed(
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
static LIST_SIZE_0_1: DirectiveSpec = composed(
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
