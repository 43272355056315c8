//! Four subgraphs of a shop, which answer from one set of data.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use apollo_compiler::ExecutableDocument;
use apollo_compiler::ast::{Definition, Document, Field, Selection, Value as Literal};
use bytes::Bytes;
use executor::{
    ExecutionRequest, FetchError, Options, Response, SubgraphClient, SubgraphRequest,
    SubgraphResponse, Variables, execute,
};
use federation::Supergraph;
use futures_util::FutureExt;
use planner::{Planner, QueryPlan};
use serde_json::{Map, Value, json};

pub(crate) const ONE_FIELD: &str = "{ me { name } }";

pub(crate) const DEEP: &str = "
{
  users { ...User reviews { ...Review product { ...Product reviews { ...Review author {
    ...User reviews { ...Review product { ...Product } }
  } } } } }
  topProducts { ...Product reviews { ...Review author {
    ...User reviews { ...Review product { ...Product } }
  } } }
}
fragment User on User { id username name }
fragment Review on Review { id body }
fragment Product on Product { inStock name price shippingEstimate upc weight }
";

const SUPERGRAPH: &str = include_str!("shop.graphql");

const USERS: u64 = 6;
const PRODUCTS: u64 = 9;
const REVIEWS: u64 = 24;

/// An operation that is planned, and whose subgraph answers are there.
pub(crate) struct Prepared {
    supergraph: Arc<Supergraph>,
    plan: QueryPlan,
    variables: Variables,
    options: Options,
    answers: Answers,
}

impl Prepared {
    /// Plans an operation and executes it once to learn what is asked.
    pub(crate) fn new(operation: &str) -> Self {
        let supergraph = Arc::new(Supergraph::parse(SUPERGRAPH).expect("the supergraph is valid"));
        let schema = supergraph.api_schema();
        let document = ExecutableDocument::parse_and_validate(schema, operation, "query.graphql")
            .expect("the operation is valid");
        let planner = Planner::new(supergraph.clone(), planner::Options::default());
        let plan = planner.plan(&document, None).expect("it can be planned");
        let mut prepared = Self {
            supergraph,
            plan,
            variables: Variables::default(),
            options: Options::default(),
            answers: Answers::default(),
        };
        let data = Data::default();
        let first = prepared.execute_by(&data).now_or_never();
        let first = first.expect("the data is there at once");
        assert!(
            first.error_codes.is_empty(),
            "{}",
            String::from_utf8_lossy(&first.body)
        );
        prepared.answers = Answers(data.given.into_inner().expect("nothing panicked"));
        prepared
    }

    /// Executes it over the answers.
    pub(crate) fn execute(&self) -> impl Future<Output = Response> + '_ {
        self.execute_by(&self.answers)
    }

    fn execute_by<'r, C: SubgraphClient>(
        &'r self,
        client: &'r C,
    ) -> impl Future<Output = Response> + 'r {
        execute(ExecutionRequest {
            operation_name: None,
            plan: &self.plan,
            supergraph: &self.supergraph,
            variables: &self.variables,
            client,
            options: &self.options,
        })
    }
}

/// The answer of each fetch.
#[derive(Default)]
struct Answers(HashMap<u32, Bytes>);

impl SubgraphClient for Answers {
    async fn fetch(&self, request: SubgraphRequest<'_>) -> Result<SubgraphResponse, FetchError> {
        let body = self
            .0
            .get(&request.fetch.0)
            .cloned()
            .ok_or(FetchError::Timeout)?;
        Ok(SubgraphResponse {
            status: 200,
            headers: Default::default(),
            body,
        })
    }
}

/// Answers out of the data, and remembers what it answered.
#[derive(Default)]
struct Data {
    given: Mutex<HashMap<u32, Bytes>>,
}

impl SubgraphClient for Data {
    async fn fetch(&self, request: SubgraphRequest<'_>) -> Result<SubgraphResponse, FetchError> {
        let body = Bytes::from(answer(request.body.as_bytes()).to_string());
        let mut given = self.given.lock().expect("nothing panicked");
        given.insert(request.fetch.0, body.clone());
        Ok(SubgraphResponse {
            status: 200,
            headers: Default::default(),
            body,
        })
    }
}

fn answer(request: &[u8]) -> Value {
    let request: Value = serde_json::from_slice(request).expect("a request is JSON");
    let text = request["query"].as_str().expect("a request has a query");
    let document = Document::parse(text, "fetch.graphql").expect("a fetch is GraphQL");
    let Some(Definition::OperationDefinition(operation)) = document.definitions.first() else {
        panic!("a fetch is an operation");
    };
    let fields = operation
        .selection_set
        .iter()
        .filter_map(Selection::as_field);
    let data = fields.map(|field| {
        let key = field.alias.as_ref().unwrap_or(&field.name);
        (key.to_string(), root_field(field, &request["variables"]))
    });
    json!({ "data": data.collect::<Map<_, _>>() })
}

fn root_field(field: &Field, variables: &Value) -> Value {
    let list = |kind, count| {
        (1..=count)
            .map(|id| object(kind, id, &field.selection_set))
            .collect()
    };
    match field.name.as_str() {
        "me" => object("User", 1, &field.selection_set),
        "users" => list("User", USERS),
        "topProducts" => list("Product", PRODUCTS),
        "_entities" => {
            let Literal::Variable(name) = &*field.arguments[0].value else {
                panic!("representations are a variable");
            };
            let representations = variables[name.as_str()]
                .as_array()
                .expect("they are a list");
            let entity = |representation: &Value| {
                let kind = representation["__typename"]
                    .as_str()
                    .expect("it has a type");
                let key = representation["id"]
                    .as_str()
                    .or(representation["upc"].as_str());
                let id = key
                    .and_then(|key| key.parse().ok())
                    .expect("keys are numbers");
                object(kind, id, &field.selection_set)
            };
            representations.iter().map(entity).collect()
        }
        other => panic!("no subgraph has {other}"),
    }
}

fn object(kind: &str, id: u64, selections: &[Selection]) -> Value {
    let mut out = Map::new();
    write_fields(kind, id, selections, &mut out);
    Value::Object(out)
}

fn write_fields(kind: &str, id: u64, selections: &[Selection], out: &mut Map<String, Value>) {
    for selection in selections {
        match selection {
            Selection::Field(field) => {
                let key = field.alias.as_ref().unwrap_or(&field.name).to_string();
                out.insert(key, value(kind, id, field));
            }
            Selection::InlineFragment(fragment) => {
                if fragment.type_condition.as_ref().is_none_or(|on| on == kind) {
                    write_fields(kind, id, &fragment.selection_set, out);
                }
            }
            Selection::FragmentSpread(spread) => panic!("{} is spread", spread.fragment_name),
        }
    }
}

fn value(kind: &str, id: u64, field: &Field) -> Value {
    let below = &field.selection_set;
    let (author, product) = (|review| review % USERS + 1, |review| review % PRODUCTS + 1);
    let reviews = |is_of: &dyn Fn(u64) -> bool| {
        let reviews = (1..=REVIEWS).filter(|review| is_of(*review));
        reviews
            .map(|review| object("Review", review, below))
            .collect()
    };
    match (kind, field.name.as_str()) {
        (_, "__typename") => kind.into(),
        (_, "id" | "upc") => id.to_string().into(),
        ("Review", "author") => object("User", author(id), below),
        ("Review", "product") => object("Product", product(id), below),
        ("User", "reviews") => reviews(&|review| author(review) == id),
        ("Product", "reviews") => reviews(&|review| product(review) == id),
        (_, "price" | "weight" | "shippingEstimate") => (id * 137).into(),
        (_, "inStock") => id.is_multiple_of(2).into(),
        (_, "body") => format!("Review {id}: as good as one could expect at that price").into(),
        (_, name) => format!("{kind} {id} {name}").into(),
    }
}
