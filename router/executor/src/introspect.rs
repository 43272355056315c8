//! `__schema` and `__type`: answered from the API schema, without a fetch.

use std::borrow::Cow;

use apollo_compiler::introspection;
use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::JsonMap;

use crate::error::RequestError;
use crate::execute::ExecutionRequest;

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
    let variables: JsonMap = serde_json::from_str(&request.variables.to_json())
        .map_err(|error| failed(error.to_string().into()))?;
    let variables = coerce_variable_values(schema, operation, &variables)
        .map_err(|error| failed(error.message().to_string().into()))?;
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
