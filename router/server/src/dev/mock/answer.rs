//! An answer of the shape that is asked for: `"name 1"` for a string, two items for a list, the key that was asked for in an entity.

use std::collections::HashMap;

use apollo_compiler::Schema;
use apollo_compiler::ast::{
    self, Definition, Document, FragmentDefinition, OperationType, Selection, Type,
};
use apollo_compiler::schema::ExtendedType;
use serde_json::{Map, Value, json};

/// Objects and values of one answer.
const MAX_VALUES: usize = 20_000;

/// Selections in each other.
const MAX_DEPTH: usize = 100;

/// Items of a list.
const ITEMS: usize = 2;

/// What is asked.
pub(super) struct Request<'r> {
    pub(super) query: &'r str,
    pub(super) operation_name: Option<&'r str>,
    pub(super) variables: &'r Map<String, Value>,
}

/// An answer in the making.
pub(super) struct Answer<'a> {
    schema: &'a Schema,
    fragments: HashMap<&'a str, &'a FragmentDefinition>,
    variables: &'a Map<String, Value>,
    /// Values that may still be made.
    left: usize,
}

/// Where a value is.
#[derive(Clone, Copy)]
struct At<'a> {
    /// What is known of it: a representation, or the arguments that it was asked for by.
    given: Option<&'a Map<String, Value>>,
    /// The number of the item in the nearest list.
    number: usize,
    depth: usize,
}

impl<'a> Answer<'a> {
    /// The data for a request, and of which kind its operation is.
    ///
    /// # Errors
    /// It cannot be parsed, or has no such operation.
    pub(super) fn to(
        schema: &Schema,
        request: &Request<'_>,
    ) -> Result<(OperationType, Value), String> {
        let document = Document::parser()
            .recursion_limit(2 * MAX_DEPTH)
            .parse_ast(request.query, "operation")
            .map_err(|error| error.errors.to_string())?;
        let operation = document
            .definitions
            .iter()
            .find_map(|definition| match definition {
                Definition::OperationDefinition(operation) => {
                    let name = operation.name.as_ref().map(|name| name.as_str());
                    let wanted = request.operation_name;
                    (wanted.is_none() || wanted == name).then_some(operation)
                }
                _ => None,
            });
        let operation = operation.ok_or("there is no such operation")?;
        let fragments = document.definitions.iter();
        let fragments = fragments.filter_map(|definition| match definition {
            Definition::FragmentDefinition(fragment) => Some((fragment.name.as_str(), &**fragment)),
            _ => None,
        });
        let kind = operation.operation_type;
        let root = schema.root_operation(kind);
        let by_default = kind.default_type_name();
        let root = root.map_or(by_default.as_str(), |root| root.as_str());
        let mut answer = Answer {
            schema,
            fragments: fragments.collect(),
            variables: request.variables,
            left: MAX_VALUES,
        };
        let mut data = Map::new();
        let at = At {
            given: None,
            number: 1,
            depth: 0,
        };
        answer.select(root, &operation.selection_set, at, &mut data);
        Ok((kind, Value::Object(data)))
    }

    /// Adds what is selected of an object of this type.
    fn select(
        &mut self,
        ty: &str,
        selections: &[Selection],
        at: At<'_>,
        data: &mut Map<String, Value>,
    ) {
        if at.depth > MAX_DEPTH {
            return;
        }
        let deeper = At {
            depth: at.depth + 1,
            ..at
        };
        for selection in selections {
            match selection {
                Selection::Field(field) if self.is_included(&field.directives) => {
                    let key = field.alias.as_ref().unwrap_or(&field.name);
                    let value = self.field(ty, field, deeper);
                    match (data.get_mut(key.as_str()), value) {
                        // Selected twice: what is selected of it is united.
                        (Some(Value::Object(before)), Value::Object(value)) => before.extend(value),
                        (_, value) => drop(data.insert(key.to_string(), value)),
                    }
                }
                Selection::InlineFragment(fragment) if self.is_included(&fragment.directives) => {
                    let condition = fragment.type_condition.as_ref();
                    if condition.is_none_or(|condition| self.is_of(ty, condition)) {
                        self.select(ty, &fragment.selection_set, deeper, data);
                    }
                }
                Selection::FragmentSpread(spread) if self.is_included(&spread.directives) => {
                    let fragment = self.fragments.get(spread.fragment_name.as_str()).copied();
                    if let Some(fragment) = fragment
                        && self.is_of(ty, &fragment.type_condition)
                    {
                        self.select(ty, &fragment.selection_set, deeper, data);
                    }
                }
                _ => {}
            }
        }
    }

    fn field(&mut self, parent: &str, field: &ast::Field, at: At<'_>) -> Value {
        self.left = self.left.saturating_sub(1);
        if field.name == "__typename" {
            return json!(parent);
        }
        let arguments = self.arguments(field);
        if field.name == "_entities" {
            return self.entities(&arguments, field, at);
        }
        let given = at.given.and_then(|given| given.get(field.name.as_str()));
        let Ok(definition) = self.schema.type_field(parent, &field.name) else {
            return given.cloned().unwrap_or(Value::Null);
        };
        let ty = definition.ty.clone();
        let inner = ty.inner_named_type().as_str().to_owned();
        let given_below = match given {
            Some(Value::Object(object)) => Some(object),
            Some(Value::Null) | None => None,
            Some(value) => return value.clone(),
        };
        let below = At {
            // `product(id: 7)` has the id 7; items of a list cannot all have it.
            given: given_below.or((!ty.is_list()).then_some(&arguments)),
            ..at
        };
        self.value(&ty, &inner, field, below)
    }

    fn value(&mut self, ty: &Type, inner: &str, field: &ast::Field, at: At<'_>) -> Value {
        if ty.is_list() {
            let item = ty.item_type();
            let items = ITEMS.min(self.left);
            let items = (1..=items).map(|number| {
                let at = At { number, ..at };
                self.value(item, inner, field, at)
            });
            return Value::Array(items.collect());
        }
        self.left = self.left.saturating_sub(1);
        match self.schema.types.get(inner) {
            Some(ExtendedType::Enum(values)) => values
                .values
                .keys()
                .next()
                .map_or(Value::Null, |name| json!(name.as_str())),
            Some(ExtendedType::Scalar(_)) | None => scalar(inner, &field.name, at.number),
            Some(_) if self.left == 0 => Value::Null,
            Some(_) => {
                let mut data = Map::new();
                let concrete = self.concrete(inner);
                self.select(&concrete, &field.selection_set, at, &mut data);
                Value::Object(data)
            }
        }
    }

    /// An entity for each representation, with what that says about it.
    fn entities(
        &mut self,
        arguments: &Map<String, Value>,
        field: &ast::Field,
        at: At<'_>,
    ) -> Value {
        let representations = arguments.get("representations").and_then(Value::as_array);
        let entities = representations.into_iter().flatten().enumerate();
        let entities = entities.map(|(index, representation)| {
            let Value::Object(given) = representation else {
                return Value::Null;
            };
            let Some(ty) = given.get("__typename").and_then(Value::as_str) else {
                return Value::Null;
            };
            if self.left == 0 {
                return Value::Null;
            }
            let at = At {
                given: Some(given),
                number: index + 1,
                depth: at.depth,
            };
            let mut data = Map::new();
            self.select(ty, &field.selection_set, at, &mut data);
            Value::Object(data)
        });
        Value::Array(entities.collect())
    }

    /// The arguments of a field, with the values of variables.
    fn arguments(&self, field: &ast::Field) -> Map<String, Value> {
        let arguments = field.arguments.iter();
        arguments
            .map(|argument| (argument.name.to_string(), self.literal(&argument.value)))
            .collect()
    }

    /// A value of the document as JSON. Documents are bounded in depth.
    fn literal(&self, value: &ast::Value) -> Value {
        match value {
            ast::Value::Null => Value::Null,
            ast::Value::Variable(name) => self
                .variables
                .get(name.as_str())
                .cloned()
                .unwrap_or(Value::Null),
            ast::Value::Enum(name) => json!(name.as_str()),
            ast::Value::String(text) => json!(text),
            ast::Value::Boolean(value) => json!(value),
            // Numbers of GraphQL are numbers of JSON.
            ast::Value::Int(number) => serde_json::from_str(number.as_str()).unwrap_or(Value::Null),
            ast::Value::Float(number) => {
                serde_json::from_str(number.as_str()).unwrap_or(Value::Null)
            }
            ast::Value::List(items) => items.iter().map(|item| self.literal(item)).collect(),
            ast::Value::Object(fields) => {
                let fields = fields.iter();
                let fields = fields.map(|(name, value)| (name.to_string(), self.literal(value)));
                Value::Object(fields.collect())
            }
        }
    }

    /// What `@skip` and `@include` say.
    fn is_included(&self, directives: &ast::DirectiveList) -> bool {
        let condition = |name: &str| {
            let directive = directives.get(name)?;
            let value = directive.specified_argument_by_name("if")?;
            self.literal(value).as_bool()
        };
        condition("skip") != Some(true) && condition("include") != Some(false)
    }

    fn is_of(&self, ty: &str, condition: &str) -> bool {
        ty == condition || self.schema.is_subtype(condition, ty)
    }

    /// An object type for an abstract one.
    fn concrete(&self, ty: &str) -> String {
        let is_abstract = self
            .schema
            .types
            .get(ty)
            .is_some_and(|ty| ty.is_interface() || ty.is_union());
        let mut objects = self.schema.types.iter().filter(|(_, ty)| ty.is_object());
        let found = objects.find(|(name, _)| is_abstract && self.schema.is_subtype(ty, name));
        found.map_or(ty, |(name, _)| name.as_str()).to_owned()
    }
}

/// A value of a scalar.
fn scalar(ty: &str, field: &str, number: usize) -> Value {
    match ty {
        "Int" => json!(number),
        "Float" => json!(number as f64 + 0.5),
        "Boolean" => json!(true),
        "ID" => json!(number.to_string()),
        _ => json!(format!("{field} {number}")),
    }
}
