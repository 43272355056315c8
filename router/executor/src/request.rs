//! What one execution needs, and what it is allowed.

use federation::Supergraph;
use planner::QueryPlan;

use crate::variables::Variables;

/// What one execution needs.
pub struct ExecutionRequest<'r, C> {
    /// How the operation is answered.
    pub plan: &'r QueryPlan,
    /// The supergraph that the plan was made for.
    pub supergraph: &'r Supergraph,
    /// The name of the client's operation, from which those of requests are made: `Client__subgraph__0`. Without it they have none.
    pub operation_name: Option<&'r str>,
    /// The coerced variables.
    pub variables: &'r Variables,
    /// How subgraphs are asked.
    pub client: &'r C,
    /// What is allowed.
    pub options: &'r Options,
}

impl<'r, C> ExecutionRequest<'r, C> {
    /// The name of the type of the root object.
    pub(crate) fn root_type(&self) -> &'r str {
        let schema = self.supergraph.schema();
        let root_type = schema.root_operation(self.plan.operation_type);
        root_type.map_or("Query", |name| name.as_str())
    }
}

/// What an execution is allowed.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whether `__schema` and `__type` are answered.
    pub introspection: bool,
    /// For each subgraph, by its id, whether clients see its errors as it words them; `false` where the list is too short.
    pub reveal_errors: Vec<bool>,
    /// No more errors than this are in a response.
    pub max_errors: usize,
}

impl Default for Options {
    /// Introspection, masked errors, a hundred of them.
    fn default() -> Self {
        Self {
            introspection: true,
            reveal_errors: Vec::new(),
            max_errors: 100,
        }
    }
}
