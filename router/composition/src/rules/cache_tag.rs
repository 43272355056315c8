//! `@cacheTag`: what a tag is made of must be there wherever the answer it marks is.
//!
//! On a field of a root type these are arguments, `{$args.…}`; on an entity they are fields of all its keys, `{$key.…}`:
//! <https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/directives#cachetag>.

mod format;

use apollo_compiler::Node;
use apollo_compiler::ast::{Directive, Selection, Type};
use apollo_compiler::schema::{ExtendedType, FieldDefinition, ObjectType};
use federation::{Code, Diagnostics, nearest};

use self::format::{Variable, variables};
use super::field_sets::fields_with;
use crate::facts::{fields_argument, is_resolvable, string_argument};
use crate::subgraph::{SubgraphSchema, field_of, fields_of};

/// Variables of one format that are reported.
const MAX_FINDINGS: usize = 8;

/// The code, what is wrong, and what to do.
type Finding = (Code, String, String);

pub(super) fn check(subgraph: &SubgraphSchema, diagnostics: &mut Diagnostics) {
    let name = &subgraph.names.cache_tag;
    let mut report = |directive: &Node<Directive>, findings: Vec<Finding>| {
        for (code, message, help) in findings {
            let error = subgraph.error(code, message).with_help(help);
            diagnostics.push(error.at(subgraph.locate(directive.location())));
        }
    };
    for (ty, field, directive) in fields_with(subgraph, name) {
        report(directive, on_field(subgraph, ty, field, directive));
    }
    for ty in subgraph.schema.types.values() {
        if let ExtendedType::Object(object) = ty
            && object.directives.has(name)
        {
            let keys = Keys::of(subgraph, object);
            for directive in object.directives.get_all(name) {
                report(directive, on_type(subgraph, ty, &keys, directive));
            }
        }
    }
}

fn on_field(
    subgraph: &SubgraphSchema,
    ty: &ExtendedType,
    field: &FieldDefinition,
    directive: &Directive,
) -> Vec<Finding> {
    let coordinate = format!("{}.{}", ty.name(), field.name);
    if !subgraph.is_root_type(ty.name()) {
        return vec![(
            Code::CacheTagNotOnRootField,
            format!("The field \"{coordinate}\" has a @cacheTag, but what is cached is the fields of root types, and entities."),
            "Move the @cacheTag to the type, if it is an entity, or to the root fields that lead there.".to_owned(),
        )];
    }
    let whose = format!("The @cacheTag of \"{coordinate}\"");
    let check = |variable: Variable<'_>| match variable.name {
        "args" => resolve(subgraph, &whose, Parent::Arguments(field), &variable),
        other => Err((
            Code::CacheTagInvalidFormatArgumentOnRootField,
            format!("{whose} uses `${other}`, but a field has only its arguments."),
            "Write `{$args.name}` with the name of an argument.".to_owned(),
        )),
    };
    findings(directive, &whose, check)
}

/// The keys of an entity.
struct Keys {
    /// One of them is resolvable.
    resolvable: bool,
    fields: Vec<Vec<Selection>>,
    /// How long they are, all together: what it costs to look for a field in each.
    length: usize,
}

impl Keys {
    fn of(subgraph: &SubgraphSchema, object: &ObjectType) -> Self {
        let mut keys = Self {
            resolvable: false,
            fields: Vec::new(),
            length: 0,
        };
        for key in object.directives.get_all(&subgraph.names.key) {
            keys.resolvable |= is_resolvable(key);
            keys.length += string_argument(key, "fields").map_or(0, str::len);
            // One that cannot be read is reported for itself.
            keys.fields.extend(fields_argument(key));
        }
        keys
    }
}

fn on_type(
    subgraph: &SubgraphSchema,
    ty: &ExtendedType,
    keys: &Keys,
    directive: &Directive,
) -> Vec<Finding> {
    let name = ty.name();
    if !keys.resolvable {
        return vec![(
            Code::CacheTagEntityNotResolvable,
            format!(
                "The type \"{name}\" has a @cacheTag, but no @key by which it can be fetched, so it is never cached as an entity."
            ),
            "Give the type a @key that is not \"resolvable: false\", or remove the @cacheTag."
                .to_owned(),
        )];
    }
    let whose = format!("The @cacheTag of \"{name}\"");
    let check = |variable: Variable<'_>| {
        if variable.name != "key" {
            return Err((
                Code::CacheTagInvalidFormatArgumentOnEntity,
                format!(
                    "{whose} uses `${}`, but an entity has only its keys.",
                    variable.name
                ),
                "Write `{$key.name}` with the name of a field that is in each @key.".to_owned(),
            ));
        }
        resolve(subgraph, &whose, Parent::Type(ty), &variable)?;
        let in_key = |key: &Vec<Selection>| selects(key, &variable.path);
        match subgraph.budget.spend_each(keys.length) && !keys.fields.iter().all(in_key) {
            false => Ok(()),
            true => Err((
                Code::CacheTagInvalidFormatFieldSetOnEntity,
                format!(
                    "{whose} uses `{variable}`, which is not in every @key of the type: it is not known whenever the entity is fetched."
                ),
                "Use only what all keys of the type have in common.".to_owned(),
            )),
        }
    };
    findings(directive, &whose, check)
}

/// What is wrong with the variables of a format, or with the format itself.
fn findings<'d>(
    directive: &'d Directive,
    whose: &str,
    check: impl Fn(Variable<'d>) -> Result<(), Finding>,
) -> Vec<Finding> {
    // One that is no string is no valid GraphQL.
    let format = string_argument(directive, "format").unwrap_or_default();
    match variables(format) {
        Ok(variables) => variables
            .into_iter()
            .map(check)
            .filter_map(Result::err)
            .take(MAX_FINDINGS)
            .collect(),
        Err(what) => vec![invalid(
            whose,
            &what,
            "Write variables as in \"product-{$key.id}\" or \"products-{$args.page}\".".to_owned(),
        )],
    }
}

fn invalid(whose: &str, what: &str, help: String) -> Finding {
    let message = format!("{whose} has a format that is not valid: {what}.");
    (Code::CacheTagInvalidFormat, message, help)
}

/// What a name in a path is looked for in.
#[derive(Clone, Copy)]
enum Parent<'a> {
    Arguments(&'a FieldDefinition),
    Type(&'a ExtendedType),
}

impl<'a> Parent<'a> {
    fn ty(self, name: &str) -> Option<&'a Type> {
        match self {
            Parent::Arguments(field) => Some(&field.argument_by_name(name)?.ty),
            Parent::Type(ExtendedType::InputObject(input)) => Some(&input.fields.get(name)?.ty),
            Parent::Type(ty) => Some(&field_of(ty, name)?.ty),
        }
    }

    fn names(self) -> Vec<&'a str> {
        match self {
            Parent::Arguments(field) => {
                let arguments = field.arguments.iter();
                arguments.map(|argument| argument.name.as_str()).collect()
            }
            Parent::Type(ExtendedType::InputObject(input)) => {
                input.fields.keys().map(|name| name.as_str()).collect()
            }
            Parent::Type(ty) => {
                let fields = fields_of(ty).into_iter().flatten();
                fields.map(|(name, _)| name.as_str()).collect()
            }
        }
    }

    /// `the argument "a"`, `the field "T.a"`.
    fn called(self, name: &str) -> String {
        match self {
            Parent::Arguments(_) => format!("the argument \"{name}\""),
            Parent::Type(ty) => format!("the field \"{}.{name}\"", ty.name()),
        }
    }
}

/// Whether a variable has one value, which is not null and can be written as text.
fn resolve<'a>(
    subgraph: &'a SubgraphSchema,
    whose: &str,
    mut parent: Parent<'a>,
    variable: &Variable<'_>,
) -> Result<(), Finding> {
    let Some((last, before)) = variable.path.split_last() else {
        let what = format!("`{variable}` names nothing of it");
        let help = format!("Write `{{{variable}.name}}`.");
        return Err(invalid(whose, &what, help));
    };
    for name in before.iter().chain([last]) {
        let Some(ty) = parent.ty(name) else {
            // Each name is compared with it.
            subgraph.budget.spend_each(64 * parent.names().len());
            let what = format!(
                "`{variable}` names {}, which does not exist",
                parent.called(name)
            );
            let help = match nearest(name, parent.names()) {
                Some(meant) => format!("Did you mean \"{meant}\"?"),
                None => "Correct the name.".to_owned(),
            };
            return Err(invalid(whose, &what, help));
        };
        if !is_never_null(ty) {
            let (code, help) = match parent {
                Parent::Arguments(_) => (
                    Code::CacheTagFormatNullableArgument,
                    "Make the argument non-null, or leave it out of the tag.",
                ),
                Parent::Type(_) => (
                    Code::CacheTagFormatNullableField,
                    "Make the field non-null, or leave it out of the tag.",
                ),
            };
            let message = format!(
                "{whose} uses {}, which may be null: its type is {ty}.",
                parent.called(name)
            );
            return Err((code, message, help.to_owned()));
        }
        let definition = subgraph.schema.types.get(ty.inner_named_type());
        let is_leaf = definition.is_none_or(|ty| ty.is_scalar() || ty.is_enum());
        let is_last = std::ptr::eq(name, last);
        match definition {
            Some(below) if !is_last && !is_leaf && !below.is_union() => {
                parent = Parent::Type(below)
            }
            _ if is_last && is_leaf && !ty.is_list() => {}
            _ => {
                let wrong = match is_last {
                    true => format!(
                        "ends at {} of type {ty}, which is not one scalar or enum value",
                        parent.called(name)
                    ),
                    false => format!(
                        "goes on below {} of type {ty}, which has no fields",
                        parent.called(name)
                    ),
                };
                let help = "A tag is text: name a field or argument that is a scalar or an enum.";
                return Err(invalid(
                    whose,
                    &format!("`{variable}` {wrong}"),
                    help.to_owned(),
                ));
            }
        }
    }
    Ok(())
}

fn is_never_null(ty: &Type) -> bool {
    match ty {
        Type::Named(_) | Type::List(_) => false,
        Type::NonNullNamed(_) => true,
        Type::NonNullList(item) => is_never_null(item),
    }
}

/// Whether a field set has the field at the end of a path. Recursion is bounded by that of field sets.
fn selects(selections: &[Selection], path: &[&str]) -> bool {
    let Some((name, below)) = path.split_first() else {
        return true;
    };
    selections.iter().any(|selection| match selection {
        Selection::Field(field) => field.name == *name && selects(&field.selection_set, below),
        Selection::InlineFragment(fragment) => selects(&fragment.selection_set, path),
        Selection::FragmentSpread(_) => false,
    })
}
