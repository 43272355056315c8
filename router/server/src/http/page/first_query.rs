//! A query to begin with: something that any schema can be asked, so that the first click on an unknown API shows data.

use std::cell::Cell;
use std::fmt::Write as _;

use apollo_compiler::Schema;
use apollo_compiler::ast::FieldDefinition;
use apollo_compiler::schema::ExtendedType;

/// Fields of an object that are selected.
const MAX_FIELDS: usize = 4;

/// Objects inside each other.
const MAX_DEPTH: usize = 3;

/// Fields that are looked at: the page is made for each browser that asks, of a schema that subgraphs write.
const MAX_STEPS: usize = 2_000;

/// A query for the first field that needs no argument; where each needs one, for the first field with its arguments as variables.
pub(super) fn of(schema: &Schema) -> String {
    let root = schema.root_operation(apollo_compiler::ast::OperationType::Query);
    let root = root.and_then(|name| schema.get_object(name));
    let search = Search {
        schema,
        left: Cell::new(MAX_STEPS),
    };
    let mut first = None;
    for field in root.iter().flat_map(|root| root.fields.values()) {
        if !search.steps() {
            break;
        }
        let is_free = !needs_arguments(field);
        if is_deprecated(field) || (first.is_some() && !is_free) {
            continue;
        }
        let Some(selected) = search.selection(field, 1) else {
            continue;
        };
        first = Some((field, selected));
        if is_free {
            break;
        }
    }
    match first {
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

fn is_deprecated(field: &FieldDefinition) -> bool {
    field.directives.get("deprecated").is_some()
}

/// The search for what can be selected.
struct Search<'s> {
    schema: &'s Schema,
    left: Cell<usize>,
}

impl Search<'_> {
    /// Whether one more field may be looked at.
    fn steps(&self) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        left > 0
    }

    /// What follows the field's name: nothing for a leaf; `None` where nothing can be selected.
    fn selection(&self, field: &FieldDefinition, depth: usize) -> Option<String> {
        let fields = match self.schema.types.get(field.ty.inner_named_type())? {
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
            let fields = fields.values().take_while(|_| self.steps());
            fields.filter(|field| !needs_arguments(field) && !is_deprecated(field))
        };
        let mut text = String::from(" {\n");
        let mut leaves = usable()
            .filter(|field| self.is_leaf(field))
            .take(MAX_FIELDS)
            .peekable();
        if leaves.peek().is_some() {
            for leaf in leaves {
                let _ = writeln!(text, "{}{}", indent(depth + 1), leaf.name);
            }
        } else {
            let below = usable().find_map(|field| Some((field, self.selection(field, depth + 1)?)));
            let (field, selected) = below?;
            let _ = writeln!(text, "{}{}{selected}", indent(depth + 1), field.name);
        }
        text.push_str(&indent(depth));
        text.push('}');
        Some(text)
    }

    fn is_leaf(&self, field: &FieldDefinition) -> bool {
        let ty = self.schema.types.get(field.ty.inner_named_type());
        ty.is_some_and(|ty| ty.is_scalar() || ty.is_enum())
    }
}

fn indent(depth: usize) -> String {
    "  ".repeat(depth)
}

#[cfg(test)]
mod tests;
