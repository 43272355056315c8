//! The API schema in one piece, over the same data: what a federated answer must equal.

use apollo_compiler::executable::ExecutableDocument;
use apollo_compiler::resolvers::{Execution, FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::validation::Valid;
use serde_json_bytes::Value as Json;

use crate::world::{Members, Object, Value, World};

/// The answer to an operation.
#[derive(Debug)]
pub struct Expected {
    /// `data` as JSON, keys in the order of the operation.
    pub data: String,
    /// Whether there are errors beside it.
    pub has_errors: bool,
}

/// Executes the only operation of a document.
///
/// # Errors
///
/// When the variables do not fit.
pub fn execute(
    world: &World,
    document: &Valid<ExecutableDocument>,
    variables: &Members,
) -> Result<Expected, String> {
    let operation = document
        .operations
        .get(None)
        .map_err(|error| error.message().to_string())?;
    let root = Whole {
        world,
        object: World::root(operation.object_type()),
    };
    let response = Execution::new(world.supergraph.api_schema(), document)
        .raw_variable_values(variables)
        .execute_sync(&root)
        .map_err(|error| format!("{error:?}"))?;
    let data = response.data.map_or(Json::Null, Json::Object);
    Ok(Expected {
        data: data.to_string(),
        has_errors: !response.errors.is_empty(),
    })
}

struct Whole<'w> {
    world: &'w World,
    object: Object,
}

impl ObjectValue for Whole<'_> {
    fn type_name(&self) -> &str {
        &self.object.ty
    }

    fn resolve_field<'a>(
        &'a self,
        info: &'a ResolveInfo<'a>,
    ) -> Result<ResolvedValue<'a>, FieldError> {
        let value = self
            .world
            .field(&self.object, info.field_name(), info.arguments());
        Ok(resolved(self.world, value))
    }
}

fn resolved(world: &World, value: Value) -> ResolvedValue<'_> {
    match value {
        Value::Null => ResolvedValue::null(),
        Value::Leaf(leaf) => ResolvedValue::leaf(leaf),
        Value::Object(object) => ResolvedValue::object(Whole { world, object }),
        Value::List(items) => ResolvedValue::List(Box::new(
            items.into_iter().map(|item| Ok(resolved(world, item))),
        )),
    }
}
