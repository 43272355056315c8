//! One subgraph over the data of a [`World`]: it answers what its schema lets ask, and complains about whatever a correct router does not send.
//!
//! Each value of a representation must be the true one; a representation has one key whole, and beside it only what a `@requires` names; external
//! fields are only asked where they are provided, overridden ones never.

mod representation;
mod resolve;
mod schema;

use apollo_compiler::resolvers::Execution;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Name, Schema};
use federation::{FieldInSubgraph, FieldSet, SubgraphId, TypeInSubgraph};
use serde_json_bytes::{Value as Json, json};

use self::resolve::Here;
use self::schema::schema;
use crate::partial::selected_in_vain;
use crate::world::{Members, World};

/// A subgraph that can be asked.
pub struct ServedSubgraph {
    world: World,
    id: SubgraphId,
    sdl: String,
    schema: Valid<Schema>,
}

/// Why a text is no subgraph that can be served.
#[derive(Debug, thiserror::Error)]
#[error("not the SDL of a subgraph: {0}")]
pub struct NotServed(String);

impl ServedSubgraph {
    /// Serves the SDL of the supergraph's subgraph `name`.
    ///
    /// # Errors
    ///
    /// When the supergraph has no such subgraph, or the SDL is not valid.
    pub fn new(world: &World, name: &str, sdl: &str) -> Result<Self, NotServed> {
        let subgraphs = world.supergraph.subgraphs();
        let index = subgraphs
            .iter()
            .position(|subgraph| &*subgraph.name == name);
        let index = index.and_then(|index| u16::try_from(index).ok());
        let id = index.ok_or_else(|| NotServed(format!("there is no subgraph {name}")))?;
        Ok(Self {
            world: world.clone(),
            id: SubgraphId(id),
            sdl: sdl.to_owned(),
            schema: schema(sdl).map_err(NotServed)?,
        })
    }

    /// Answers a request: `{"query":…,"variables":…}`. The second part is what a correct router would not have sent.
    pub fn answer(&self, body: &[u8]) -> (Vec<u8>, Vec<String>) {
        let refuse = |why: String| {
            let response = json!({ "errors": [{ "message": why.clone() }] });
            (response.to_string().into_bytes(), vec![why])
        };
        let Ok(request) = serde_json_bytes::serde_json::from_slice::<Json>(body) else {
            return refuse("the request is no JSON".to_owned());
        };
        let text = request
            .get("query")
            .and_then(Json::as_str)
            .unwrap_or_default();
        let document = match ExecutableDocument::parse_and_validate(&self.schema, text, "request") {
            Ok(document) => document,
            Err(found) => return refuse(format!("{}\n{text}", found.errors)),
        };
        let none = Members::new();
        let variables = request.get("variables").and_then(Json::as_object);
        let operation = document.operations.get(None);
        let Ok(operation) = operation else {
            return refuse("there is not one operation".to_owned());
        };
        let root = Here {
            subgraph: self,
            object: World::root(operation.object_type()),
            seen_as: None,
            sent: None,
            provided: FieldSet::default(),
        };
        let executed = Execution::new(&self.schema, &document)
            .raw_variable_values(variables.unwrap_or(&none))
            .execute_sync(&root);
        match executed {
            Ok(response) => {
                let wrong = response.errors.iter().map(|error| error.message.clone());
                let mut wrong: Vec<String> = wrong.collect();
                selected_in_vain(&self.world, self.id, &operation.selection_set, &mut wrong);
                match serde_json_bytes::serde_json::to_vec(&response) {
                    Ok(text) => (text, wrong),
                    Err(error) => refuse(error.to_string()),
                }
            }
            Err(error) => refuse(format!("{error:?}")),
        }
    }

    fn type_there(&self, name: &Name) -> Option<&TypeInSubgraph> {
        let ty = self.world.supergraph.types().get(name)?;
        ty.in_subgraph(self.id)
    }

    fn is_interface_object(&self, name: &Name) -> bool {
        self.type_there(name)
            .is_some_and(|there| there.is_interface_object)
    }

    fn field_there(&self, ty: &Name, field: &str) -> Option<&FieldInSubgraph> {
        let ty = self.world.supergraph.types().get(ty)?;
        ty.fields.get(field)?.in_subgraph(self.id)
    }
}
