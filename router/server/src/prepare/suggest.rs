//! What a name was probably meant to be that the schema does not have.
//!
//! It reveals what the client did not know of the schema, so it is left out where introspection is off.

use apollo_compiler::Schema;
use apollo_compiler::schema::ExtendedType;
use federation::nearest;

use crate::refusal::LocatedMessage;

/// Adds to a mistake which name was probably meant, where it is about a field or an argument that is not there.
pub(super) fn add(mistake: &mut LocatedMessage, schema: &Schema) {
    let meant =
        of_field(&mistake.message, schema).or_else(|| of_argument(&mistake.message, schema));
    if let Some(meant) = meant {
        mistake
            .message
            .push_str(&format!("; did you mean `{meant}`?"));
    }
}

/// The text between the first two backticks, and what follows.
fn quoted(text: &str) -> Option<(&str, &str)> {
    text.split_once('`')?.1.split_once('`')
}

/// By the message ``type `Query` does not have a field `prodcuts` ``.
fn of_field<'s>(message: &str, schema: &'s Schema) -> Option<&'s str> {
    let (ty, rest) = quoted(message.strip_prefix("type ")?)?;
    let (field, _) = quoted(rest.strip_prefix(" does not have a field ")?)?;
    let fields = match schema.types.get(ty)? {
        ExtendedType::Object(object) => &object.fields,
        ExtendedType::Interface(interface) => &interface.fields,
        _ => return None,
    };
    nearest(field, fields.keys().map(|name| name.as_str()))
}

/// By the message ``the argument `frist` is not supported by `Query.products` ``, or by `@skip`.
fn of_argument<'s>(message: &str, schema: &'s Schema) -> Option<&'s str> {
    let (argument, rest) = quoted(message.strip_prefix("the argument ")?)?;
    let (place, _) = quoted(rest.strip_prefix(" is not supported by ")?)?;
    let arguments = match (place.strip_prefix('@'), place.split_once('.')) {
        (Some(directive), _) => &schema.directive_definitions.get(directive)?.arguments,
        (None, Some((ty, field))) => &schema.type_field(ty, field).ok()?.arguments,
        (None, None) => return None,
    };
    nearest(
        argument,
        arguments.iter().map(|argument| argument.name.as_str()),
    )
}

#[cfg(test)]
mod tests;
