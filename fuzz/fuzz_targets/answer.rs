//! The answers of subgraphs, one for each fetch of a fixed plan, with `0xFF` between: whatever they are, the response is JSON.

#![no_main]

use std::sync::{Arc, LazyLock};

use apollo_compiler::ExecutableDocument;
use apollo_compiler::validation::Valid;
use bytes::Bytes;
use executor::{
    ExecutionRequest, FetchError, Options, SubgraphClient, SubgraphRequest, SubgraphResponse,
    coerce_variables, execute,
};
use federation::Supergraph;
use libfuzzer_sys::fuzz_target;
use planner::{Planner, QueryPlan};
use tokio::runtime::Runtime;

const OPERATION: &str = "{ products(ids: [[\"1\"]]) { id label price size sku { code } weight shipping(to: \"x\") stock reviews { id text score author { email name age friends { email age } } } parts { id stock } } any { __typename ... on Product { reviews { text } } ... on Part { of { stock } } } node { id label stock } float now }";

struct Fixed {
    runtime: Runtime,
    supergraph: Arc<Supergraph>,
    document: Valid<ExecutableDocument>,
    plan: QueryPlan,
}

static FIXED: LazyLock<Fixed> = LazyLock::new(|| {
    let supergraph = fuzz::supergraph();
    let document =
        ExecutableDocument::parse_and_validate(supergraph.api_schema(), OPERATION, "operation")
            .expect("the operation is valid");
    let planner = Planner::new(Arc::clone(&supergraph), planner::Options::default());
    let plan = planner.plan(&document, None).expect("it has a plan");
    Fixed {
        runtime: tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("the machine has threads"),
        supergraph,
        document,
        plan,
    }
});

struct Scripted<'d> {
    answers: Vec<&'d [u8]>,
}

impl SubgraphClient for Scripted<'_> {
    async fn fetch(&self, request: SubgraphRequest<'_>) -> Result<SubgraphResponse, FetchError> {
        is_json(request.body.as_bytes()).expect("what is sent is JSON");
        let index = usize::try_from(request.fetch.0).unwrap_or(0) % self.answers.len().max(1);
        let body = self.answers.get(index).copied().unwrap_or_default();
        Ok(SubgraphResponse {
            status: 200,
            headers: Default::default(),
            body: Bytes::copy_from_slice(body),
        })
    }
}

fuzz_target!(|data: &[u8]| {
    let fixed = &*FIXED;
    let operation = fixed.document.operations.get(None).expect("there is one");
    let variables = coerce_variables(fixed.supergraph.api_schema(), operation, None);
    let client = Scripted {
        answers: data.split(|byte| *byte == 0xff).collect(),
    };
    let response = fixed.runtime.block_on(execute(ExecutionRequest {
        plan: &fixed.plan,
        operation_name: None,
        supergraph: &fixed.supergraph,
        variables: &variables.expect("none are needed"),
        client: &client,
        options: &Options {
            reveal_errors: vec![true, true, false],
            ..Options::default()
        },
    }));
    is_json(&response.body).expect("a response is JSON");
});

/// Custom scalars have numbers of every size.
fn is_json(bytes: &[u8]) -> serde_json::Result<()> {
    serde_json::from_slice::<&serde_json::value::RawValue>(bytes).map(drop)
}
