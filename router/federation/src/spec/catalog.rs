//! The elements of each known specification, by version.
//!
//! Sources: <https://specs.apollo.dev/> and
//! <https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/directives>.

mod directives;

use self::directives::{
    AUTHENTICATED_0_1, CACHE_TAG_DIRECTIVE, COMPOSE_DIRECTIVE, CONTEXT_0_1, CORE_DIRECTIVE,
    COST_0_1, EXTENDS, EXTERNAL, FROM_CONTEXT_0_1, INACCESSIBLE_0_1, INACCESSIBLE_0_2,
    INTERFACE_OBJECT, KEY, LINK_DIRECTIVE, LIST_SIZE_0_1, OVERRIDE, OVERRIDE_AT_ONCE, POLICY_0_1,
    PROVIDES, REQUIRES, REQUIRES_SCOPES_0_1, SHAREABLE, SHAREABLE_ONCE, TAG_0_1, TAG_0_2, TAG_0_3,
};
pub(super) use self::directives::{directive, repeatable};
use super::{DirectiveSpec, InputSpec, Version, connect};

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
