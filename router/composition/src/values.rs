//! Literals and the types they are given to, where the GraphQL validator does not look: field sets and default values.

use apollo_compiler::ast::{FloatValue, InputValueDefinition, IntValue, Type, Value};
use apollo_compiler::schema::{ExtendedType, Schema};
use apollo_compiler::{Name, Node};
use federation::literals::repeated;

/// Whether a literal can be coerced to a type.
pub(crate) fn fits(schema: &Schema, ty: &Type, value: &Value) -> bool {
    match (ty, value) {
        (_, Value::Variable(_)) => false,
        (Type::NonNullNamed(_) | Type::NonNullList(_), Value::Null) => false,
        (_, Value::Null) => true,
        (Type::List(item) | Type::NonNullList(item), Value::List(values)) => {
            values.iter().all(|value| fits(schema, item, value))
        }
        (Type::List(item) | Type::NonNullList(item), value) => fits(schema, item, value),
        (Type::Named(name) | Type::NonNullNamed(name), value) => fits_named(schema, name, value),
    }
}

/// A field that some object in a literal has twice.
pub(crate) fn repeated_field(value: &Value) -> Option<&Name> {
    match value {
        Value::List(items) => items.iter().find_map(|item| repeated_field(item)),
        Value::Object(entries) => {
            let nested = || entries.iter().find_map(|(_, value)| repeated_field(value));
            repeated(entries).next().or_else(nested)
        }
        _ => None,
    }
}

fn fits_named(schema: &Schema, name: &Name, value: &Value) -> bool {
    match (name.as_str(), value) {
        ("Int", value) => matches!(value, Value::Int(_)),
        // More than a double holds is no number: <https://spec.graphql.org/September2025/#sec-Float.Input-Coercion>.
        ("Float", Value::Int(number)) => number.try_to_f64().is_ok(),
        ("Float", Value::Float(number)) => number.try_to_f64().is_ok(),
        ("Float", _) => false,
        // An enum value reads as text: composition has always taken one for the other.
        ("String", value) => matches!(value, Value::String(_) | Value::Enum(_)),
        ("Boolean", value) => matches!(value, Value::Boolean(_)),
        ("ID", value) => matches!(value, Value::String(_) | Value::Int(_) | Value::Enum(_)),
        (_, value) => match (schema.types.get(name), value) {
            (Some(ExtendedType::Scalar(_)), _) => true,
            (Some(ExtendedType::Enum(enum_)), Value::Enum(value)) => {
                enum_.values.contains_key(value)
            }
            (Some(ExtendedType::Enum(enum_)), Value::String(value)) => {
                enum_.values.contains_key(value.as_str())
            }
            (Some(ExtendedType::InputObject(input)), Value::Object(entries)) => {
                let is_one = matches!(entries.as_slice(), [(_, value)] if !value.is_null());
                if input.directives.has("oneOf") && !is_one {
                    return false;
                }
                // A required field may be left out: composition has always left that to execution.
                entries.iter().all(|(key, value)| {
                    let field = input.fields.get(key);
                    field.is_some_and(|field| fits(schema, &field.ty, value))
                })
            }
            _ => false,
        },
    }
}

/// A literal that fits a type, as it is written in the supergraph: text and enum values by their type, and no
/// fraction that says nothing, so that `1.0` and `1` are one default value of a `Float`.
pub(crate) fn canonical(schema: &Schema, ty: &Type, value: &Node<Value>) -> Node<Value> {
    let changed = match (ty, &**value) {
        (_, Value::Float(number)) => whole(number).map(Value::Int),
        (Type::List(item) | Type::NonNullList(item), Value::List(values)) => {
            let values = values.iter().map(|value| canonical(schema, item, value));
            Some(Value::List(values.collect()))
        }
        (Type::List(item) | Type::NonNullList(item), _) => {
            return canonical(schema, item, value);
        }
        (Type::Named(name) | Type::NonNullNamed(name), written) => {
            match (name.as_str(), schema.types.get(name), written) {
                ("String" | "ID", _, Value::Enum(text)) => Some(Value::String(text.to_string())),
                (_, Some(ExtendedType::Scalar(scalar)), written) if !scalar.is_built_in() => {
                    Some(untyped(written))
                }
                (_, Some(ExtendedType::Enum(_)), Value::String(text)) => {
                    Name::new(text).ok().map(Value::Enum)
                }
                (_, Some(ExtendedType::InputObject(input)), Value::Object(entries)) => {
                    let entry = |(key, value): &(Name, Node<Value>)| {
                        let value = match input.fields.get(key) {
                            Some(field) => canonical(schema, &field.ty, value),
                            None => value.clone(),
                        };
                        (key.clone(), value)
                    };
                    Some(Value::Object(entries.iter().map(entry).collect()))
                }
                _ => None,
            }
        }
    };
    match changed {
        Some(changed) if changed != **value => Node::new(changed),
        _ => value.clone(),
    }
}

/// A literal of no particular type, as it is written in the supergraph: an enum value is its name as a string.
pub(crate) fn untyped(value: &Value) -> Value {
    match value {
        Value::Enum(name) => Value::String(name.to_string()),
        Value::Float(number) => whole(number).map_or_else(|| value.clone(), Value::Int),
        Value::List(items) => {
            let items = items.iter().map(|item| Node::new(untyped(item)));
            Value::List(items.collect())
        }
        Value::Object(fields) => {
            let fields = fields.iter();
            let fields = fields.map(|(name, value)| (name.clone(), Node::new(untyped(value))));
            Value::Object(fields.collect())
        }
        other => other.clone(),
    }
}

/// A float without a fraction as an integer, unless that would take more digits than a double holds.
fn whole(number: &FloatValue) -> Option<IntValue> {
    let value = number.try_to_f64().ok()?;
    let fits = value.fract() == 0.0 && value.abs() < 1e15;
    fits.then(|| IntValue::new_parsed(&format!("{value}")))
}

/// Calls `report` with the coordinate of each argument and input field of a schema, and what is wrong with it.
pub(crate) fn check_inputs(
    schema: &Schema,
    report: &mut dyn FnMut(String, &Node<InputValueDefinition>, String),
) {
    let mut check = |in_one_of: bool,
                     coordinate: &dyn Fn() -> String,
                     input: &Node<InputValueDefinition>| {
        // <https://spec.graphql.org/September2025/#sec-Input-Objects.Type-Validation>
        let against = match in_one_of {
            true if input.ty.is_non_null() => Some("must be nullable"),
            true if input.default_value.is_some() => Some("cannot have a default value"),
            _ => None,
        };
        if let Some(against) = against {
            let what = format!("{against}: its input type is @oneOf, of which one field is given");
            report(coordinate(), input, what);
        }
        if let Some(default) = &input.default_value {
            let wrong = match repeated_field(default) {
                Some(field) => Some(format!("gives the field \"{field}\" twice")),
                None if fits(schema, &input.ty, default) => None,
                None => Some(format!("is not of type {}", input.ty)),
            };
            if let Some(wrong) = wrong {
                let default = default.serialize().no_indent();
                let what = format!("has the default value {default}, which {wrong}");
                report(coordinate(), input, what);
            }
        }
        if input.is_required() && input.directives.has("deprecated") {
            report(
                coordinate(),
                input,
                "is required, so it cannot be @deprecated".to_owned(),
            );
        }
    };
    for ty in schema.types.values().filter(|ty| !ty.is_built_in()) {
        let fields = match ty {
            ExtendedType::Object(object) => &object.fields,
            ExtendedType::Interface(interface) => &interface.fields,
            ExtendedType::InputObject(object) => {
                let is_one_of = object.directives.has("oneOf");
                for field in object.fields.values() {
                    check(
                        is_one_of,
                        &|| format!("{}.{}", object.name, field.name),
                        field,
                    );
                }
                continue;
            }
            _ => continue,
        };
        for field in fields.values() {
            for argument in &field.arguments {
                let coordinate = || format!("{}.{}({}:)", ty.name(), field.name, argument.name);
                check(false, &coordinate, argument);
            }
        }
    }
    for definition in schema.directive_definitions.values() {
        for argument in &definition.arguments {
            check(
                false,
                &|| format!("@{}({}:)", definition.name, argument.name),
                argument,
            );
        }
    }
}
