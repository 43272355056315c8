//! The API schema in one piece, over the same data: what a federated answer must equal.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

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
    /// What has been executed of a mutation, in its order.
    pub effects: Vec<String>,
}

/// Executes the only operation of a document. The effects of mutations are forgotten before and after.
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
        around: Around::default(),
    };
    world.take_effects();
    let response = Execution::new(world.supergraph.api_schema(), document)
        .enable_schema_introspection(true)
        .raw_variable_values(variables)
        .execute_sync(&root)
        .map_err(|error| format!("{error:?}"))?;
    let data = response.data.map_or(Json::Null, Json::Object);
    Ok(Expected {
        data: data.to_string(),
        has_errors: !response.errors.is_empty(),
        effects: world.take_effects(),
    })
}

impl Expected {
    /// The data with the keys of objects in order.
    pub(crate) fn sorted(&self) -> Json {
        let data: Json = serde_json_bytes::serde_json::from_str(&self.data).unwrap_or(Json::Null);
        sorted(&data)
    }
}

struct Whole<'w> {
    world: &'w World,
    object: Object,
    /// The nearest enclosing object that sets each context.
    around: Around,
}

type Around = Rc<BTreeMap<Arc<str>, Object>>;

impl ObjectValue for Whole<'_> {
    fn type_name(&self) -> &str {
        &self.object.ty
    }

    fn resolve_field<'a>(
        &'a self,
        info: &'a ResolveInfo<'a>,
    ) -> Result<ResolvedValue<'a>, FieldError> {
        let mut arguments = info.arguments().clone();
        let contextual = self.world.contextual(&self.object.ty, info.field_name());
        for argument in contextual {
            let value = match self.around.get(&argument.context) {
                Some(object) => self.world.select_one(object, &argument.selection),
                None => Json::Null,
            };
            arguments.insert(argument.name.as_str(), value);
        }
        let value = self
            .world
            .field(&self.object, info.field_name(), &arguments);
        let mut around = Around::clone(&self.around);
        for context in self.world.contexts(&self.object.ty) {
            Rc::make_mut(&mut around).insert(context, self.object.clone());
        }
        Ok(resolved(self.world, value, &around))
    }
}

fn resolved<'w>(world: &'w World, value: Value, around: &Around) -> ResolvedValue<'w> {
    match value {
        Value::Null => ResolvedValue::null(),
        Value::Leaf(leaf) => ResolvedValue::leaf(leaf),
        Value::Object(object) => ResolvedValue::object(Whole {
            world,
            object,
            around: Around::clone(around),
        }),
        Value::List(items) => {
            let items = items.into_iter();
            let items: Vec<_> = items
                .map(|item| Ok(resolved(world, item, around)))
                .collect();
            ResolvedValue::List(Box::new(items.into_iter()))
        }
    }
}

/// The same with the keys of objects in order.
pub(crate) fn sorted(value: &Json) -> Json {
    match value {
        Json::Object(object) => {
            let mut members: Vec<_> = object.iter().collect();
            members.sort_by(|a, b| a.0.as_str().cmp(b.0.as_str()));
            let members = members.into_iter();
            Json::Object(members.map(|(k, v)| (k.clone(), sorted(v))).collect())
        }
        Json::Array(items) => Json::Array(items.iter().map(sorted).collect()),
        value => value.clone(),
    }
}
