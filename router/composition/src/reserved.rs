//! Names of types that specifications keep for themselves: what is called so in a subgraph does not come into the supergraph.

use apollo_compiler::Name;
use apollo_compiler::collections::IndexMap;
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::schema::ExtendedType;
use federation::spec::catalog;
use federation::{Code, Diagnostics, Location};

use crate::subgraph::{OPERATION_TYPES, SubgraphSchema, fields_of};

/// What the supergraph defines itself begins so.
const JOIN: &str = "join__";

/// Where a type is used: the coordinate of the element, and its place.
type Use = (String, Option<Location>);

/// Reports types of the join specification, and types of others that a composed type needs.
pub(crate) fn check(subgraph: &SubgraphSchema, diagnostics: &mut Diagnostics) {
    for name in subgraph.schema.types.keys() {
        if name.starts_with(JOIN) {
            let message = format!(
                "The type \"{name}\" has a reserved name: \"{JOIN}\" begins the names of the join specification, which the supergraph has of its own."
            );
            let error = subgraph.error(Code::InvalidGraphql, message);
            diagnostics.push(
                error
                    .at(subgraph.locate_name(name))
                    .with_help("Rename the type."),
            );
        }
    }
    for (name, (user, place)) in first_uses(subgraph) {
        let written = subgraph.schema.types.get(name);
        let written = written.and_then(|ty| subgraph.locate_name(ty.name()));
        let help = match written {
            Some(_) => "Rename the type.",
            None => "Use a type of your own there.",
        };
        let origin = subgraph.links.origin_of_type(name);
        let owner = origin.map_or(catalog::FEDERATION, |origin| &origin.link.url.identity);
        let message = format!(
            "The type \"{name}\" has a reserved name: it belongs to \"{owner}\", so it does not come into the supergraph, where \"{user}\" needs it."
        );
        let error = subgraph.error(Code::InvalidGraphql, message);
        diagnostics.push(error.at(written).at(place).with_help(help));
    }
}

/// The types that are not composed and yet named by an element that is, each with the first of these.
fn first_uses<'s>(subgraph: &'s SubgraphSchema) -> IndexMap<&'s Name, Use> {
    let mut uses: IndexMap<&'s Name, Use> = IndexMap::default();
    let mut note = |used: &'s Name, coordinate: &dyn Fn() -> String, span: Option<SourceSpan>| {
        if is_reserved(subgraph, used) {
            let first = || (coordinate(), subgraph.locate(span));
            uses.entry(used).or_insert_with(first);
        }
    };
    let types = subgraph.schema.types.iter();
    let composed = types.filter(|(name, ty)| !ty.is_built_in() && subgraph.is_merged_type(name));
    for (owner, ty) in composed {
        let owned = match ty {
            ExtendedType::Object(object) => object.implements_interfaces.iter(),
            ExtendedType::Interface(interface) => interface.implements_interfaces.iter(),
            ExtendedType::Union(union) => union.members.iter(),
            ExtendedType::InputObject(input) => {
                for (name, field) in &input.fields {
                    let coordinate = || format!("{owner}.{name}");
                    note(field.ty.inner_named_type(), &coordinate, name.location());
                }
                continue;
            }
            ExtendedType::Scalar(_) | ExtendedType::Enum(_) => continue,
        };
        for used in owned {
            note(&used.name, &|| owner.to_string(), used.name.location());
        }
        let fields = fields_of(ty).into_iter().flatten();
        for (name, field) in fields.filter(|(name, _)| subgraph.is_merged_field(owner, name)) {
            let coordinate = || format!("{owner}.{name}");
            note(field.ty.inner_named_type(), &coordinate, name.location());
            for argument in &field.arguments {
                let coordinate = || format!("{owner}.{name}({}:)", argument.name);
                let used = argument.ty.inner_named_type();
                note(used, &coordinate, argument.name.location());
            }
        }
    }
    uses
}

/// Whether a type that is named so is left out, though its name is not one of GraphQL's own.
fn is_reserved(subgraph: &SubgraphSchema, name: &str) -> bool {
    let may_be = name.contains("__") || OPERATION_TYPES.contains(&name);
    may_be && !name.starts_with("__") && !name.starts_with(JOIN) && !subgraph.is_merged_type(name)
}
