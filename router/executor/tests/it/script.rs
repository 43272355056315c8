//! A scripted subgraph client, and plans built by hand: what is sent and what is answered, side by side.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use apollo_compiler::ast::OperationType;
use apollo_compiler::{ExecutableDocument, Name};
use bytes::Bytes;
use executor::{
    Entities, ExecutionRequest, FetchError, Options, Response, SubgraphClient, SubgraphRequest,
    SubgraphResponse, Variables, coerce_variables, execute,
};
use federation::{SubgraphId, Supergraph};
use planner::{
    Condition, ConditionId, ConditionLiteral, EntityFetch, Fetch, FetchId, FetchTarget, FieldShape,
    FieldSource, Leaf, ObjectShape, PathElement, QueryPlan, Representation, RepresentationField,
    Shape,
};
use tokio::sync::Notify;

pub(crate) const SUPERGRAPH: &str = r#"
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION)
{ query: Query }
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
scalar join__FieldSet
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
enum join__Graph {
  A @join__graph(name: "a", url: "http://a")
  B @join__graph(name: "b", url: "http://b")
}
enum Colour @join__type(graph: A) { RED GREEN }
input Filter @join__type(graph: A) { text: String! tags: [String!] colour: Colour limit: Int }
type Query @join__type(graph: A) @join__type(graph: B) {
  x(filter: Filter, ids: [ID!], n: Int, f: Float, yes: Boolean): Int @join__field(graph: A)
}
"#;

/// Answers by a script and remembers what it was asked.
#[derive(Default)]
pub(crate) struct Script {
    answers: HashMap<u32, Result<SubgraphResponse, FetchError>>,
    /// A fetch that only answers once another one was asked.
    after: HashMap<u32, Arc<Notify>>,
    opens: HashMap<u32, Arc<Notify>>,
    pub(crate) sent: Mutex<Vec<String>>,
    pub(crate) entities: Mutex<Vec<Entities>>,
    /// How much memory is granted; without a number, as much as is asked for.
    pub(crate) memory: Option<Mutex<usize>>,
    /// How often work was announced that takes long.
    pub(crate) long: AtomicUsize,
    /// Nobody waits for the response any longer.
    is_late: bool,
}

impl Script {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn answer(self, fetch: u32, body: &str) -> Self {
        self.answer_with(
            fetch,
            Ok(SubgraphResponse {
                status: 200,
                headers: Default::default(),
                body: Bytes::from(body.to_owned()),
            }),
        )
    }

    /// No more memory than this is granted.
    pub(crate) fn with_memory(mut self, bytes: usize) -> Self {
        self.memory = Some(Mutex::new(bytes));
        self
    }

    /// Nobody waits for the response any longer.
    pub(crate) fn late(self) -> Self {
        Self {
            is_late: true,
            ..self
        }
    }

    pub(crate) fn answer_with(
        mut self,
        fetch: u32,
        answer: Result<SubgraphResponse, FetchError>,
    ) -> Self {
        self.answers.insert(fetch, answer);
        self
    }

    /// `fetch` is answered only when `other` has been asked.
    pub(crate) fn hold(mut self, fetch: u32, other: u32) -> Self {
        let gate = Arc::new(Notify::new());
        self.after.insert(fetch, gate.clone());
        self.opens.insert(other, gate);
        self
    }
}

impl SubgraphClient for Script {
    fn grant(&self, bytes: usize) -> bool {
        let Some(left) = &self.memory else {
            return true;
        };
        let mut left = left.lock().expect("no test panics with the lock");
        match left.checked_sub(bytes) {
            Some(rest) => *left = rest,
            None => return false,
        }
        true
    }

    fn is_late(&self) -> bool {
        self.is_late
    }

    fn work_long(&self, work: &mut dyn FnMut()) {
        self.long.fetch_add(1, Ordering::Relaxed);
        work();
    }

    async fn fetch(&self, request: SubgraphRequest<'_>) -> Result<SubgraphResponse, FetchError> {
        let body = String::from_utf8(request.body.as_bytes().to_vec()).expect("a body is text");
        self.sent
            .lock()
            .expect("no test panics with the lock")
            .push(format!("{} {body}", request.subgraph_name));
        self.entities
            .lock()
            .expect("no test panics with the lock")
            .push(request.entities);
        if let Some(gate) = self.opens.get(&request.fetch.0) {
            gate.notify_one();
        }
        if let Some(gate) = self.after.get(&request.fetch.0) {
            gate.notified().await;
        }
        self.answers
            .get(&request.fetch.0)
            .cloned()
            .unwrap_or_else(|| panic!("no answer for {request:?}"))
    }
}

/// The outcome of an execution.
pub(crate) struct Outcome {
    pub(crate) body: String,
    pub(crate) sent: Vec<String>,
    pub(crate) entities: Vec<Entities>,
    /// How often work took long.
    pub(crate) long: usize,
    pub(crate) response: Response,
}

pub(crate) struct Case {
    pub(crate) plan: QueryPlan,
    pub(crate) options: Options,
    pub(crate) document: &'static str,
    pub(crate) variables: Option<&'static str>,
}

impl Case {
    pub(crate) fn new(fetches: Vec<Fetch>, shape: ObjectShape) -> Self {
        let plan = QueryPlan {
            operation_type: OperationType::Query,
            fetches,
            conditions: Vec::new(),
            introspection: false,
            shape,
            deferred: Vec::new(),
        };
        let options = Options {
            reveal_errors: vec![true, true],
            ..Options::default()
        };
        Self {
            plan,
            options,
            document: "{ x }",
            variables: None,
        }
    }

    /// The variables, coerced.
    pub(crate) fn variables(&self, supergraph: &Supergraph) -> Variables {
        let document = ExecutableDocument::parse_and_validate(
            supergraph.api_schema(),
            self.document,
            "query.graphql",
        )
        .expect("the test's operation is valid");
        let operation = document
            .operations
            .get(None)
            .expect("there is one operation");
        coerce_variables(supergraph.api_schema(), operation, self.variables)
            .expect("the variables fit")
    }

    pub(crate) async fn run(self, script: Script) -> Outcome {
        let supergraph = Supergraph::parse(SUPERGRAPH).expect("the test's supergraph is valid");
        let variables = self.variables(&supergraph);
        let response = execute(ExecutionRequest {
            operation_name: None,
            plan: &self.plan,
            supergraph: &supergraph,
            variables: &variables,
            client: &script,
            options: &self.options,
        })
        .await;
        let body = String::from_utf8(response.body.to_vec()).expect("a response is text");
        let _: Box<serde_json::value::RawValue> =
            serde_json::from_str(&body).expect("a response is JSON");
        Outcome {
            body,
            sent: script
                .sent
                .into_inner()
                .expect("no test panics with the lock"),
            entities: script
                .entities
                .into_inner()
                .expect("no test panics with the lock"),
            long: script.long.into_inner(),
            response,
        }
    }
}

pub(crate) fn name(text: &str) -> Name {
    Name::new(text).expect("the test's names are names")
}

/// The first letter of the text names the subgraph: `a{x}` is `{x}` sent to `a`.
fn fetch(text: &str, depends_on: &[u32], target: FetchTarget) -> Fetch {
    let (subgraph, operation) = text.split_at(1);
    Fetch {
        subgraph: SubgraphId(if subgraph == "a" { 0 } else { 1 }),
        subgraph_name: subgraph.into(),
        depends_on: depends_on.iter().copied().map(FetchId).collect(),
        deferred: false,
        slow: None,
        condition: None,
        operation: operation.into(),
        operation_type: OperationType::Query,
        variables: Vec::new(),
        target,
        repeated: None,
    }
}

pub(crate) fn root(text: &str) -> Fetch {
    fetch(text, &[], FetchTarget::Root)
}

/// An operation whose data every object at these paths gets.
pub(crate) fn root_at(text: &str, depends_on: &[u32], paths: &[&str]) -> Fetch {
    fetch(text, depends_on, FetchTarget::RootAt(data_paths(paths)))
}

pub(crate) fn data_paths(paths: &[&str]) -> Vec<Vec<PathElement>> {
    let keys = |path: &&str| {
        let keys = path.split('.').map(name);
        keys.map(PathElement::Key).collect()
    };
    paths.iter().map(keys).collect()
}

/// One `_entities` field under the key `e`: of objects of type `T` at the paths (data keys joined by dots), by their `id`.
pub(crate) fn entities(text: &str, depends_on: &[u32], paths: &[&str]) -> Fetch {
    let entity = EntityFetch {
        response_key: name("e"),
        variable: name("r"),
        condition: None,
        paths: data_paths(paths),
        representations: vec![Representation {
            on: Arc::new([]),
            typename: Some(name("T")),
            fields: vec![leaf_of_representation("id")],
        }],
        contexts: Vec::new(),
    };
    fetch(text, depends_on, FetchTarget::Entities(vec![entity]))
}

pub(crate) fn leaf_of_representation(key: &str) -> RepresentationField {
    RepresentationField {
        name: name(key),
        data_key: name(key),
        on: None,
        fields: Vec::new(),
        required: true,
        key: false,
        constant: None,
        float: false,
    }
}

pub(crate) fn object<const N: usize>(fields: [(&str, Shape); N]) -> ObjectShape {
    let fields = fields.into_iter().map(|(key, value)| FieldShape {
        response_key: name(key),
        name: name(key),
        condition: None,
        source: FieldSource::Data(name(key)),
        value,
        streamed: None,
    });
    ObjectShape {
        fields: fields.collect(),
        deferred: Vec::new(),
    }
}

pub(crate) fn of<const N: usize>(fields: [(&str, Shape); N]) -> Shape {
    Shape::Object {
        type_name: name("T"),
        shape: Arc::new(object(fields)),
    }
}

pub(crate) fn list(of: Shape) -> Shape {
    Shape::List(Box::new(of))
}

pub(crate) fn non_null(of: Shape) -> Shape {
    Shape::NonNull(Box::new(of))
}

pub(crate) fn int() -> Shape {
    Shape::Leaf(Leaf::Int)
}

pub(crate) fn string() -> Shape {
    Shape::Leaf(Leaf::String)
}

/// Adds a condition to the plan: the variable must have the value.
pub(crate) fn condition(plan: &mut QueryPlan, variable: &str, expected: bool) -> ConditionId {
    let literal = ConditionLiteral {
        variable: name(variable),
        expected,
    };
    plan.conditions.push(Condition {
        any: vec![vec![literal]],
    });
    ConditionId(u32::try_from(plan.conditions.len() - 1).expect("a test has few conditions"))
}

/// Shows the data under another key.
pub(crate) fn aliased(response_key: &str, data_key: &str, value: Shape) -> FieldShape {
    FieldShape {
        response_key: name(response_key),
        name: name(data_key),
        condition: None,
        source: FieldSource::Data(name(data_key)),
        value,
        streamed: None,
    }
}
