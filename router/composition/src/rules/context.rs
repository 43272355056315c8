//! `@context` and `@fromContext`: an argument that takes its value from an object further up in the query.

use apollo_compiler::ast::{Directive, InputValueDefinition, Selection, Type};
use apollo_compiler::collections::{HashMap, HashSet};
use apollo_compiler::schema::{ExtendedType, FieldDefinition, ObjectType};
use apollo_compiler::{Name, Node, name};
use federation::{Code, Diagnostics};

use crate::facts::{is_resolvable, split_context, string_argument};
use crate::field_set::{self, Selected};
use crate::subgraph::SubgraphSchema;

/// The types that set each context.
type Contexts<'a> = HashMap<&'a str, Vec<&'a ExtendedType>>;

pub(super) fn check(subgraph: &SubgraphSchema, diagnostics: &mut Diagnostics) {
    let contexts = check_names(subgraph, diagnostics);
    for definition in subgraph.schema.directive_definitions.values() {
        for argument in &definition.arguments {
            if let Some(from) = argument.directives.get(&subgraph.names.from_context) {
                diagnostics.push(
                    subgraph
                        .error(
                            Code::ContextNotSet,
                            format!(
                                "@fromContext is used on the argument \"{}\" of the directive @{}.",
                                argument.name, definition.name
                            ),
                        )
                        .at(subgraph.locate(from.location()))
                        .with_help("Only arguments of fields can take their value from a context."),
                );
            }
        }
    }
    for ty in subgraph.schema.types.values() {
        let fields = match ty {
            ExtendedType::Object(object) => &object.fields,
            ExtendedType::Interface(interface) => &interface.fields,
            _ => continue,
        };
        for field in fields.values() {
            for argument in &field.arguments {
                if let Some(from) = argument.directives.get(&subgraph.names.from_context) {
                    let usage = Usage {
                        subgraph,
                        ty,
                        field,
                        argument,
                        from,
                    };
                    usage.check(&contexts, diagnostics);
                }
            }
        }
    }
}

/// The context and the selection of a `@fromContext`.
pub(crate) fn parse(from: &Directive) -> Option<(&str, &str)> {
    let (context, selection) = split_context(string_argument(from, "field")?)?;
    (!selection.is_empty()).then_some((context, selection))
}

/// Checks the names that `@context` gives, and collects who sets which.
fn check_names<'a>(subgraph: &'a SubgraphSchema, diagnostics: &mut Diagnostics) -> Contexts<'a> {
    let mut contexts = Contexts::default();
    for ty in subgraph.schema.types.values() {
        for context in ty
            .directives()
            .iter()
            .filter(|d| d.name == subgraph.names.context)
        {
            let Some(name) = string_argument(context, "name") else {
                continue;
            };
            let is_word = name.starts_with(|c: char| c.is_ascii_alphabetic())
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
            if !is_word {
                diagnostics.push(
                    subgraph
                        .error(
                            Code::ContextNameInvalid,
                            format!(
                                "\"{name}\", which \"{}\" sets, is not a name for a context.",
                                ty.name()
                            ),
                        )
                        .at(subgraph.locate(context.location()))
                        .with_help(
                            "Use letters and digits only, a letter first, and no underscore.",
                        ),
                );
            }
            contexts.entry(name).or_default().push(ty);
        }
    }
    contexts
}

/// One `@fromContext`.
struct Usage<'a> {
    subgraph: &'a SubgraphSchema,
    ty: &'a ExtendedType,
    field: &'a FieldDefinition,
    argument: &'a Node<InputValueDefinition>,
    from: &'a Node<Directive>,
}

impl Usage<'_> {
    fn coordinate(&self) -> String {
        format!(
            "{}.{}({}:)",
            self.ty.name(),
            self.field.name,
            self.argument.name
        )
    }

    fn report(&self, code: Code, what: &str, help: &str, diagnostics: &mut Diagnostics) {
        diagnostics.push(
            self.subgraph
                .error(
                    code,
                    format!("The argument \"{}\" {what}.", self.coordinate()),
                )
                .at(self.subgraph.locate(self.from.location()))
                .with_help(help),
        );
    }

    fn check(&self, contexts: &Contexts<'_>, diagnostics: &mut Diagnostics) {
        let ExtendedType::Object(object) = self.ty else {
            self.report(
                Code::ContextNotSet,
                "takes its value from a context, but belongs to an interface",
                "Put @fromContext on the fields of object types only.",
                diagnostics,
            );
            return;
        };
        for interface in &object.implements_interfaces {
            if self.subgraph.field(interface, &self.field.name).is_some() {
                self.report(
                    Code::ContextNotSet,
                    &format!("takes its value from a context, but its field implements \"{}.{}\"", interface.name, self.field.name),
                    "A field with a contextual argument cannot implement an interface field: remove either.",
                    diagnostics,
                );
            }
        }
        if self.argument.default_value.is_some() {
            self.report(
                Code::ContextNotSet,
                "takes its value from a context and has a default value",
                "Remove the default value.",
                diagnostics,
            );
        }
        let Some((context, selection)) = parse(self.from) else {
            self.report(
                Code::NoContextInSelection,
                "takes its value from a context, but names none",
                "Write `@fromContext(field: \"$context { field }\")`.",
                diagnostics,
            );
            return;
        };
        match contexts.get(context) {
            Some(types) => self.check_selection(selection, types, diagnostics),
            None => self.report(
                Code::ContextNotSet,
                &format!("takes its value from the context \"{context}\", which no type sets"),
                &format!("Put `@context(name: \"{context}\")` on a type above this field."),
                diagnostics,
            ),
        }
        self.check_key(object, diagnostics);
    }

    /// The object must be fetched anew with the argument, so it must be identified.
    fn check_key(&self, object: &ObjectType, diagnostics: &mut Diagnostics) {
        let mut keys = object
            .directives
            .iter()
            .filter(|d| d.name == self.subgraph.names.key);
        if !keys.any(|key| is_resolvable(key)) {
            self.report(
                Code::ContextNoResolvableKey,
                &format!(
                    "takes its value from a context, but \"{}\" has no resolvable key",
                    object.name
                ),
                &format!("Give \"{}\" a @key.", object.name),
                diagnostics,
            );
        }
    }

    fn check_selection(&self, text: &str, types: &[&ExtendedType], diagnostics: &mut Diagnostics) {
        if let Err(what) = self.try_selection(text, types) {
            self.report(
                Code::ContextInvalidSelection,
                &format!("has a selection that does not give its value: {what}"),
                "Select one field of each type that sets the context, of the type of the argument: `{ field }`, or `... on Type { field }` for each type.",
                diagnostics,
            );
        }
    }

    fn try_selection(&self, text: &str, types: &[&ExtendedType]) -> Result<(), String> {
        let selections = field_set::parse(text).map_err(|error| error.message)?;
        let is_fragment = |selection: &Selection| matches!(selection, Selection::InlineFragment(_));
        let by_type = selections.iter().all(is_fragment);
        if !by_type && (selections.len() != 1 || selections.iter().any(is_fragment)) {
            return Err("it selects several fields".to_owned());
        }
        if has_directives(&selections) {
            return Err("a directive stands in it".to_owned());
        }
        let mut conditions = HashSet::default();
        for selection in &selections {
            if let Selection::InlineFragment(fragment) = selection {
                let Some(on) = &fragment.type_condition else {
                    return Err("a fragment in it has no type condition".to_owned());
                };
                if !conditions.insert(on) {
                    return Err(format!("it has two fragments on \"{on}\""));
                }
            }
        }
        let mut used: HashSet<&Name> = HashSet::default();
        for &ty in types {
            if !self.subgraph.budget.spend_each(50 * selections.len()) {
                return Ok(());
            }
            let schema = &self.subgraph.schema;
            let selected = if by_type {
                // A fragment on a type that this context is not set on is meant for another.
                let possible: HashSet<&Name> = self
                    .subgraph
                    .possible_types(ty.name())
                    .into_iter()
                    .collect();
                if !self.subgraph.budget.spend_each(possible.len()) {
                    return Ok(());
                }
                let mut applicable = Vec::new();
                for selection in &selections {
                    let Selection::InlineFragment(fragment) = selection else {
                        continue;
                    };
                    let on = fragment.type_condition.as_ref();
                    let Some((on, target)) = on.and_then(|on| Some((on, schema.types.get(on)?)))
                    else {
                        return Err("it has a fragment on a type that does not exist".to_owned());
                    };
                    if !target.is_object() {
                        return Err(format!(
                            "it has a fragment on \"{on}\", which is not an object type"
                        ));
                    }
                    if possible.contains(&on) {
                        used.insert(on);
                        applicable.push((target, &fragment.selection_set));
                    }
                }
                if applicable.is_empty() {
                    return Err(format!("no fragment in it applies to \"{}\"", ty.name()));
                }
                applicable
            } else {
                vec![(ty, &selections)]
            };
            for (target, selections) in selected {
                self.check_value(target, selections)?;
            }
        }
        match conditions.iter().find(|on| !used.contains(**on)) {
            Some(unused) => Err(format!("its fragment on \"{unused}\" applies to nothing")),
            None => Ok(()),
        }
    }

    /// Whether the selection on one type gives one value, of the argument's type.
    fn check_value(&self, target: &ExtendedType, selections: &[Selection]) -> Result<(), String> {
        let subgraph = self.subgraph;
        let selected = field_set::check(&subgraph.schema, target, selections, &mut |_, _| Ok(()))
            .map_err(|error| error.message)?;
        self.check_no_interface_object(target, &selected)?;
        match value_type(&selected) {
            Some(ty) if is_given_to(&ty, &self.argument.ty) => Ok(()),
            Some(ty) => Err(format!(
                "on \"{}\" it gives {ty}, and the argument has type {}",
                target.name(),
                self.argument.ty
            )),
            None => Err(format!("on \"{}\" it gives several values", target.name())),
        }
    }

    fn check_no_interface_object(
        &self,
        ty: &ExtendedType,
        selected: &[Selected<'_>],
    ) -> Result<(), String> {
        if self.subgraph.is_interface_object(ty) {
            return Err(format!("\"{}\" is an @interfaceObject", ty.name()));
        }
        for selection in selected {
            if let Selected::Field(field) = selection
                && let Some(definition) = field.definition
                && !field.selections.is_empty()
                && let Some(below) = self
                    .subgraph
                    .schema
                    .types
                    .get(definition.ty.inner_named_type())
            {
                self.check_no_interface_object(below, &field.selections)?;
            }
        }
        Ok(())
    }
}

fn has_directives(selections: &[Selection]) -> bool {
    selections.iter().any(|selection| match selection {
        Selection::Field(field) => {
            !field.directives.is_empty() || has_directives(&field.selection_set)
        }
        Selection::InlineFragment(fragment) => {
            !fragment.directives.is_empty() || has_directives(&fragment.selection_set)
        }
        Selection::FragmentSpread(_) => false,
    })
}

/// The type of the one value that a selection gives, all nullable.
fn value_type(selected: &[Selected<'_>]) -> Option<Type> {
    let mut types = selected.iter().map(|selection| match selection {
        Selected::Field(field) => {
            let Some(definition) = field.definition else {
                // `__typename`.
                return Some(Type::Named(name!("String")));
            };
            let ty = &definition.ty;
            let inner = match field.selections.is_empty() {
                true => Type::Named(ty.inner_named_type().clone()),
                false => value_type(&field.selections)?,
            };
            Some(wrap(ty, inner))
        }
        Selected::Fragment { .. } => None,
    });
    let first = types.next()??;
    types.all(|ty| ty.as_ref() == Some(&first)).then_some(first)
}

fn wrap(shape: &Type, inner: Type) -> Type {
    match shape {
        Type::Named(_) | Type::NonNullNamed(_) => inner,
        Type::List(item) | Type::NonNullList(item) => wrap(item, inner).list(),
    }
}

fn is_given_to(value: &Type, argument: &Type) -> bool {
    match (value, argument) {
        (Type::List(value), Type::List(argument)) => is_given_to(value, argument),
        (Type::Named(value), Type::Named(argument)) => value == argument,
        _ => false,
    }
}
