//! A field that takes an argument from a context must only be reachable below a type that sets the context.
//!
//! For each context the API schema is walked once from its root types, stopping at the types that set it: what is
//! reached has objects without the context above them. A type that sets the context sets it for what is below, not for its
//! own fields. Fields are those of object types, which is what a value has at run time.

use std::collections::VecDeque;

use apollo_compiler::Name;
use apollo_compiler::collections::{HashMap, HashSet};
use apollo_compiler::schema::{ExtendedType, Schema};
use federation::{Code, Diagnostics};

use crate::facts::string_argument;
use crate::rules::parse_context;
use crate::subgraph::SubgraphSchema;

/// How a type is reached: from which type, by which field. Root types are reached by nothing.
type Reached<'s> = HashMap<&'s Name, Option<(&'s Name, &'s Name)>>;

/// A field that its subgraph cannot resolve everywhere, because its context is not set everywhere, while another one resolves it without.
#[derive(Debug)]
pub(crate) struct Unset {
    pub(crate) subgraph: String,
    pub(crate) ty: Name,
    pub(crate) field: Name,
    /// The types that set its context for what is below them.
    pub(crate) setting: HashSet<Name>,
}

/// Reports fields whose context may not be set; gives those that another subgraph resolves without one, which is then what must be
/// reached.
pub(crate) fn check(
    subgraphs: &[SubgraphSchema],
    schema: &Schema,
    inaccessible: Option<&Name>,
    diagnostics: &mut Diagnostics,
) -> Vec<Unset> {
    let mut unset = Vec::new();
    let implementers = schema.implementers_map();
    for subgraph in subgraphs {
        let mut by_context: HashMap<&str, Reached<'_>> = HashMap::default();
        for ty in subgraph.schema.types.values() {
            let ExtendedType::Object(object) = ty else {
                continue;
            };
            for field in object.fields.values() {
                for argument in &field.arguments {
                    let from = argument.directives.get(&subgraph.names.from_context);
                    let Some((from, (context, _))) =
                        from.and_then(|d| Some((d, parse_context(d)?)))
                    else {
                        continue;
                    };
                    let reached = by_context.entry(context).or_insert_with(|| {
                        let walk = Walk {
                            schema,
                            inaccessible,
                            implementers: &implementers,
                            setting: setting(subgraph, schema, context),
                        };
                        walk.run()
                    });
                    if !reached.contains_key(&object.name) {
                        continue;
                    }
                    if resolves_without(subgraphs, &object.name, &field.name) {
                        unset.push(Unset {
                            subgraph: subgraph.name.clone(),
                            ty: object.name.clone(),
                            field: field.name.clone(),
                            setting: setting(subgraph, schema, context),
                        });
                        continue;
                    }
                    diagnostics.push(
                        subgraph
                            .error(
                                Code::SatisfiabilityError,
                                format!(
                                    "The argument \"{}.{}({}:)\" takes its value from the context \"{context}\", which is not set in {}.",
                                    object.name,
                                    field.name,
                                    argument.name,
                                    query(reached, schema, &object.name, &field.name)
                                ),
                            )
                            .at(subgraph.locate(from.location()))
                            .with_help(format!(
                                "Put `@context(name: \"{context}\")` on every type through which \"{}\" can be reached, or remove such a way to it.",
                                object.name
                            )),
                    );
                }
            }
        }
    }
    unset
}

/// Whether a subgraph resolves a field and takes nothing for it from a context.
fn resolves_without(subgraphs: &[SubgraphSchema], ty: &Name, field: &Name) -> bool {
    subgraphs.iter().any(|subgraph| {
        let definition = subgraph.field(ty, field);
        definition.is_some_and(|definition| {
            let mut arguments = definition.arguments.iter();
            !subgraph.facts.is_external(ty, field)
                && !arguments.any(|argument| argument.directives.has(&subgraph.names.from_context))
        })
    })
}

/// The types that set a context: those marked, and those that they can be at run time.
fn setting(subgraph: &SubgraphSchema, schema: &Schema, context: &str) -> HashSet<Name> {
    let mut setting = HashSet::default();
    for ty in subgraph.schema.types.values() {
        let sets = ty.directives().iter().any(|directive| {
            directive.name == subgraph.names.context
                && string_argument(directive, "name") == Some(context)
        });
        if !sets {
            continue;
        }
        setting.insert(ty.name().clone());
        if !ty.is_object() {
            let types = schema.types.values().map(ExtendedType::name);
            setting.extend(
                types
                    .filter(|name| schema.is_subtype(ty.name(), name))
                    .cloned(),
            );
        }
    }
    setting
}

struct Walk<'s> {
    schema: &'s Schema,
    inaccessible: Option<&'s Name>,
    implementers: &'s HashMap<Name, apollo_compiler::schema::Implementers>,
    setting: HashSet<Name>,
}

impl<'s> Walk<'s> {
    fn run(&self) -> Reached<'s> {
        let mut reached = Reached::default();
        let mut pending: VecDeque<&'s Name> = VecDeque::new();
        for (_, root) in self.schema.schema_definition.iter_root_operations() {
            self.reach(&root.name, None, &mut reached, &mut pending);
        }
        while let Some(name) = pending.pop_front() {
            let Some(object) = self.schema.get_object(name) else {
                continue;
            };
            for (field, definition) in &object.fields {
                let hidden = self
                    .inaccessible
                    .is_some_and(|inaccessible| definition.directives.has(inaccessible));
                if !hidden {
                    let target = definition.ty.inner_named_type();
                    self.reach(target, Some((name, field)), &mut reached, &mut pending);
                }
            }
        }
        reached
    }

    fn reach(
        &self,
        name: &'s Name,
        by: Option<(&'s Name, &'s Name)>,
        reached: &mut Reached<'s>,
        pending: &mut VecDeque<&'s Name>,
    ) {
        let Some(ty) = self.schema.types.get(name) else {
            return;
        };
        let is_composite = ty.is_object() || ty.is_interface() || ty.is_union();
        if !is_composite || reached.contains_key(name) {
            return;
        }
        reached.insert(name, by);
        match ty {
            ExtendedType::Object(_) if !self.setting.contains(name) => pending.push_back(name),
            ExtendedType::Union(union) => {
                for member in &union.members {
                    self.reach(&member.name, by, reached, pending);
                }
            }
            ExtendedType::Interface(_) => {
                let implementers = self.implementers.get(name).into_iter();
                for object in implementers.flat_map(|implementers| &implementers.objects) {
                    self.reach(object, by, reached, pending);
                }
            }
            _ => {}
        }
    }
}

/// The way to a field in which no type sets the context, as a query.
fn query(reached: &Reached<'_>, schema: &Schema, ty: &Name, field: &Name) -> String {
    let mut query = format!("{{ {field} }}");
    let mut at = reached.get(ty).copied().flatten();
    let mut target = ty.clone();
    while let Some((parent, by)) = at {
        let returned = schema
            .type_field(parent, by)
            .map(|field| field.ty.inner_named_type().clone());
        let narrowed = match returned {
            Ok(returned) if returned != target => format!("{{ ... on {target} {query} }}"),
            _ => query,
        };
        query = format!("{{ {by} {narrowed} }}");
        target = parent.clone();
        at = reached.get(parent).copied().flatten();
    }
    format!("`{query}`")
}
