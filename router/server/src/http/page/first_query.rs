//! A query to begin with: something that any schema can be asked, so that the first click on an unknown API shows data.

use std::fmt::Write as _;

use apollo_compiler::Schema;
use apollo_compiler::ast::FieldDefinition;
use apollo_compiler::schema::ExtendedType;

/// Fields of an object that are selected.
const MAX_FIELDS: usize = 4;

/// Objects inside each other.
const MAX_DEPTH: usize = 3;

/// A query for the first field that needs no argument; where each needs one, for the first field with its arguments as variables.
pub(super) fn of(schema: &Schema) -> String {
    let root = schema.root_operation(apollo_compiler::ast::OperationType::Query);
    let root = root.and_then(|name| schema.get_object(name));
    let fields = root.iter().flat_map(|root| root.fields.values());
    let usable: Vec<(&FieldDefinition, String)> = fields
        .filter(|field| field.directives.get("deprecated").is_none())
        .filter_map(|field| Some((&***field, selection(schema, field, 1)?)))
        .collect();
    let free = usable.iter().find(|(field, _)| !needs_arguments(field));
    match free.or(usable.first()) {
        None => "{ __typename }\n".to_owned(),
        Some((field, selected)) => {
            let required = || {
                field
                    .arguments
                    .iter()
                    .filter(|argument| argument.is_required())
            };
            let declared: Vec<String> = required()
                .map(|argument| format!("${}: {}", argument.name, argument.ty))
                .collect();
            let given: Vec<String> = required()
                .map(|argument| format!("{0}: ${0}", argument.name))
                .collect();
            let (lead, given) = match declared.is_empty() {
                true => (String::new(), String::new()),
                false => (
                    format!("query First({}) ", declared.join(", ")),
                    format!("({})", given.join(", ")),
                ),
            };
            format!("{lead}{{\n  {}{given}{selected}\n}}\n", field.name)
        }
    }
}

fn needs_arguments(field: &FieldDefinition) -> bool {
    field
        .arguments
        .iter()
        .any(|argument| argument.is_required())
}

/// What follows the field's name: nothing for a leaf; `None` where nothing can be selected.
fn selection(schema: &Schema, field: &FieldDefinition, depth: usize) -> Option<String> {
    let fields = match schema.types.get(field.ty.inner_named_type())? {
        ExtendedType::Scalar(_) | ExtendedType::Enum(_) => return Some(String::new()),
        ExtendedType::Object(object) => &object.fields,
        ExtendedType::Interface(interface) => &interface.fields,
        ExtendedType::Union(_) => {
            return Some(format!(
                " {{\n{0}__typename\n{1}}}",
                indent(depth + 1),
                indent(depth)
            ));
        }
        ExtendedType::InputObject(_) => return None,
    };
    if depth > MAX_DEPTH {
        return None;
    }
    let usable = || {
        let fields = fields.values();
        fields
            .filter(|field| !needs_arguments(field) && field.directives.get("deprecated").is_none())
    };
    let is_leaf = |field: &FieldDefinition| {
        let ty = schema.types.get(field.ty.inner_named_type());
        ty.is_some_and(|ty| ty.is_scalar() || ty.is_enum())
    };
    let mut text = String::from(" {\n");
    let mut leaves = usable()
        .filter(|field| is_leaf(field))
        .take(MAX_FIELDS)
        .peekable();
    if leaves.peek().is_some() {
        for leaf in leaves {
            let _ = writeln!(text, "{}{}", indent(depth + 1), leaf.name);
        }
    } else {
        let below = usable().find_map(|field| Some((field, selection(schema, field, depth + 1)?)));
        let (field, selected) = below?;
        let _ = writeln!(text, "{}{}{selected}", indent(depth + 1), field.name);
    }
    text.push_str(&indent(depth));
    text.push('}');
    Some(text)
}

fn indent(depth: usize) -> String {
    "  ".repeat(depth)
}

#[cfg(test)]
mod tests;
