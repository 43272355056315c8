//! The schema that a subgraph serves: its SDL, and what every subgraph has beside that.

use std::fmt::Write as _;

use apollo_compiler::Schema;
use apollo_compiler::validation::Valid;

/// The directives of Federation, as a server knows them.
const DEFINITIONS: &str = r"
directive @key(fields: FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
directive @requires(fields: FieldSet!) on FIELD_DEFINITION
directive @provides(fields: FieldSet!) on FIELD_DEFINITION
directive @external on FIELD_DEFINITION | OBJECT
directive @extends on OBJECT | INTERFACE
directive @shareable repeatable on FIELD_DEFINITION | OBJECT
directive @override(from: String!, label: String) on FIELD_DEFINITION
directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ENUM | ENUM_VALUE | SCALAR | INPUT_OBJECT | INPUT_FIELD_DEFINITION | ARGUMENT_DEFINITION
directive @tag(name: String!) repeatable on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
directive @interfaceObject on OBJECT
directive @context(name: String!) repeatable on OBJECT | INTERFACE | UNION
directive @fromContext(field: String) on ARGUMENT_DEFINITION
directive @link(url: String!, import: [String!]) repeatable on SCHEMA
scalar FieldSet
scalar _Any
type _Service { sdl: String! }
";

/// The schema that a subgraph with this SDL serves.
pub(super) fn schema(sdl: &str) -> Result<Valid<Schema>, String> {
    let builder = || {
        Schema::builder()
            .adopt_orphan_extensions()
            .parse(DEFINITIONS, "definitions")
            .parse(sdl, "subgraph")
    };
    let parsed = builder()
        .build()
        .map_err(|found| found.errors.to_string())?;
    let entities: Vec<&str> = parsed
        .types
        .iter()
        .filter(|(_, ty)| ty.directives().has("key") && ty.is_object())
        .map(|(name, _)| name.as_str())
        .collect();
    let mut more = String::from("extend type Query { _service: _Service! }\n");
    if !entities.is_empty() {
        let members = entities.join(" | ");
        let _ = write!(
            more,
            "union _Entity = {members}\nextend type Query {{ _entities(representations: [_Any!]!): [_Entity]! }}"
        );
    }
    let built = builder()
        .parse(more, "service")
        .build()
        .map_err(|found| found.errors.to_string())?;
    built.validate().map_err(|found| found.errors.to_string())
}
