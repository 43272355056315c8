//! `__schema` and `__type`: answered from the API schema, without a fetch.

use std::borrow::Cow;

use apollo_compiler::introspection;
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::validation::Valid;

use crate::error::RequestError;
use crate::execute::ExecutionRequest;
use crate::variables::Variables;

/// The data of the introspection fields as JSON; nothing when none is selected.
pub(crate) fn answer<C>(
    request: &ExecutionRequest<'_, C>,
) -> Result<Option<Vec<u8>>, RequestError> {
    if !request.plan.introspection {
        return Ok(None);
    }
    if !request.options.introspection {
        return Err(RequestError::new(
            "INTROSPECTION_DISABLED",
            "introspection is switched off: \"__schema\" and \"__type\" are not answered here",
        ));
    }
    let failed = |message: Cow<'_, str>| RequestError::new("GRAPHQL_VALIDATION_FAILED", message);
    let operation = request
        .document
        .operations
        .get(request.operation_name)
        .map_err(|error| failed(error.message().to_string().into()))?;
    introspection::check_max_depth(request.document, operation)
        .map_err(|error| failed(error.message().to_string().into()))?;
    let schema = request.supergraph.api_schema();
    let variables = Valid::assume_valid(variables(request.variables));
    let response = introspection::partial_execute(
        schema,
        request.supergraph.implementers(),
        request.document,
        operation,
        &variables,
    )
    .map_err(|error| failed(error.message().to_string().into()))?;
    let json =
        serde_json::to_vec(&response.data).map_err(|error| failed(error.to_string().into()))?;
    Ok(Some(json))
}

/// The variables that introspection can use: the arguments of its fields and of `@skip` and `@include` are strings and
/// Booleans. Others may hold numbers that only text can hold.
fn variables(coerced: &Variables) -> JsonMap {
    let of_use = |json: &str| match serde_json::from_str(json) {
        Ok(value @ (JsonValue::String(_) | JsonValue::Bool(_) | JsonValue::Null)) => Some(value),
        _ => None,
    };
    coerced
        .iter()
        .filter_map(|(name, json)| Some((name.into(), of_use(json)?)))
        .collect()
}
