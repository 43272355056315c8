//! `__schema` and `__type`, planned and answered.

use std::sync::{Arc, Mutex};

use apollo_compiler::ExecutableDocument;
use executor::{
    Answers, ExecutionRequest, FetchError, Incremental, Options, SubgraphClient, SubgraphRequest,
    SubgraphResponse, coerce_variables, execute,
};
use federation::Supergraph;
use futures_util::FutureExt;
use planner::{Defer, Planner};
use tokio::sync::Semaphore;

use crate::script::{SUPERGRAPH, Script};

/// A query type that is below itself, and what introspection shows of inputs.
fn supergraph() -> Arc<Supergraph> {
    let query = "type Query @join__type(graph: A) @join__type(graph: B) {\n";
    let more = r#"
      self: Query @join__field(graph: A)
      again: Query @join__field(graph: A)
      more: Query @join__field(graph: A)
      selves: [Query!]! @join__field(graph: A)
      items(where: [Range!]): Int @join__field(graph: A)
      find(by: By, old: Int @deprecated(reason: "use by")): Item @join__field(graph: A) @deprecated
    "#;
    let types = r#"
      input Range @join__type(graph: A) { from: Int next: [Int] }
      input By @join__type(graph: A) @oneOf { id: ID sku: String @deprecated }
      type Item @join__type(graph: A) { a: Item b: [[Item!]!]! url: Url }
      scalar Url @join__type(graph: A) @specifiedBy(url: "https://url.spec.whatwg.org")
    "#;
    let sdl = SUPERGRAPH.replace(query, &format!("{query}{more}")) + types;
    Arc::new(Supergraph::parse(&sdl).expect("the test's supergraph is valid"))
}

async fn ask<C: SubgraphClient>(operation: &str, variables: Option<&str>, script: C) -> String {
    ask_of(&supergraph(), operation, variables, &script).await
}

async fn ask_of<C: SubgraphClient>(
    supergraph: &Arc<Supergraph>,
    operation: &str,
    variables: Option<&str>,
    client: &C,
) -> String {
    let schema = supergraph.api_schema();
    let document = ExecutableDocument::parse_and_validate(schema, operation, "query.graphql")
        .unwrap_or_else(|error| panic!("{operation}: {error}"));
    let planner = Planner::new(supergraph.clone(), planner::Options::default());
    let plan = planner.plan(&document, None).expect("there is a plan");
    let parsed = document.operations.get(None).expect("there is one");
    let variables = coerce_variables(schema, parsed, variables).expect("the variables fit");
    let response = execute(ExecutionRequest {
        operation_name: None,
        plan: &plan,
        supergraph,
        variables: &variables,
        client,
        options: &Options::default(),
    })
    .await;
    String::from_utf8(response.body.to_vec()).expect("a response is text")
}

#[tokio::test]
async fn introspection_is_answered_wherever_the_query_type_stands() {
    let script = || {
        Script::new().answer(
            0,
            r#"{"data":{"self":{"__typename":"Query"},"selves":[{"__typename":"Query"},{"__typename":"Query"}]}}"#,
        )
    };
    let body = ask(
        "{ self { ...S } selves { t: __type(name: \"Colour\") { kind } } } fragment S on Query { __schema { queryType { name } } }",
        None,
        script(),
    );
    assert_eq!(
        body.await,
        r#"{"data":{"self":{"__schema":{"queryType":{"name":"Query"}}},"selves":[{"t":{"kind":"ENUM"}},{"t":{"kind":"ENUM"}}]}}"#
    );
}

#[tokio::test]
async fn other_fields_and_their_variables_do_not_disturb_introspection() {
    let body = ask(
        "query($v: Int) { items(where: [{from: -4, next: [$v]}]) __type(name: \"Item\") { name } }",
        Some(r#"{"v": 3}"#),
        Script::new().answer(0, r#"{"data":{"items":1}}"#),
    );
    assert_eq!(
        body.await,
        r#"{"data":{"items":1,"__type":{"name":"Item"}}}"#
    );
}

#[tokio::test]
async fn fragments_aliases_and_conditions_are_those_of_any_selection() {
    let operation = r#"query($no: Boolean!, $old: Boolean = true) {
      __type(name: "Query") { ...T ... on __Type @skip(if: $no) { kind } }
      __type(name: "Query") { fields(includeDeprecated: $old) { n: name @include(if: $no) isDeprecated } }
    }
    fragment T on __Type { name ... { __typename name } }"#;
    let yes = ask(operation, Some(r#"{"no": true}"#), Script::new()).await;
    assert!(
        yes.starts_with(r#"{"data":{"__type":{"name":"Query","__typename":"__Type","fields":[{"n":"self","isDeprecated":false},"#),
        "{yes}"
    );
    assert!(yes.contains(r#"{"n":"find","isDeprecated":true}"#), "{yes}");
    let no = ask(
        operation,
        Some(r#"{"no": false, "old": false}"#),
        Script::new(),
    )
    .await;
    assert!(
        no.starts_with(r#"{"data":{"__type":{"name":"Query","__typename":"__Type","kind":"OBJECT","fields":[{"isDeprecated":false},"#),
        "{no}"
    );
    assert!(!no.contains("true"), "{no}");
}

#[tokio::test]
async fn what_september_2025_added_is_shown() {
    let body = ask(
        r#"{
          by: __type(name: "By") { isOneOf inputFields { name } all: inputFields(includeDeprecated: true) { name deprecationReason } }
          range: __type(name: "Range") { isOneOf }
          query: __type(name: "Query") { isOneOf }
          url: __type(name: "Url") { specifiedByURL }
          __schema { directives { name isRepeatable } }
        }"#,
        None,
        Script::new(),
    );
    insta::assert_snapshot!(body.await, @r#"{"data":{"by":{"isOneOf":true,"inputFields":[{"name":"id"}],"all":[{"name":"id","deprecationReason":null},{"name":"sku","deprecationReason":"No longer supported"}]},"range":{"isOneOf":false},"query":{"isOneOf":null},"url":{"specifiedByURL":"https://url.spec.whatwg.org"},"__schema":{"directives":[{"name":"skip","isRepeatable":false},{"name":"include","isRepeatable":false},{"name":"deprecated","isRepeatable":false},{"name":"specifiedBy","isRepeatable":false},{"name":"oneOf","isRepeatable":false},{"name":"defer","isRepeatable":false},{"name":"stream","isRepeatable":false}]}}}"#);
}

#[tokio::test]
async fn a_name_that_is_null_is_an_error_at_its_place() {
    let body = ask(
        r#"query($n: String = "Item") { self { t: __type(name: $n) { name } } }"#,
        Some(r#"{"n": null}"#),
        Script::new().answer(0, r#"{"data":{"self":{"__typename":"Query"}}}"#),
    );
    insta::assert_snapshot!(body.await, @r#"{"data":{"self":{"t":null}},"errors":[{"message":"the argument \"name\" of \"__type\" is null; expected \"String!\"","path":["self","t"],"extensions":{"code":"BAD_USER_INPUT"}}]}"#);
}

#[tokio::test]
async fn a_selection_that_multiplies_the_schema_is_cut_off() {
    let mut selection = "name".to_owned();
    for _ in 0..12 {
        selection = format!("name fields {{ type {{ {selection} }} }}");
    }
    let operation = format!("{{ self {{ __schema {{ types {{ {selection} }} }} }} }}");
    let body = ask(
        &operation,
        None,
        Script::new().answer(0, r#"{"data":{"self":{"__typename":"Query"}}}"#),
    );
    insta::assert_snapshot!(body.await, @r#"{"data":{"self":null},"errors":[{"message":"\"__schema\" selects more of the schema than is answered at once: nest it less deeply","path":["self","__schema"],"extensions":{"code":"OPERATION_TOO_LARGE"}}]}"#);
}

#[tokio::test]
async fn the_bound_is_for_all_places_of_a_response_together() {
    let many = vec![r#"{"__typename":"Query"}"#; 6000].join(",");
    let answer = format!(r#"{{"data":{{"selves":[{many}]}}}}"#);
    let body = ask(
        "{ selves { __type(name: \"Query\") { fields { name args { name type { name kind } } } } } }",
        None,
        Script::new().answer(0, &answer),
    );
    let body = body.await;
    assert!(body.len() < 2 << 20, "{}", body.len());
    assert!(body.contains(r#""code":"OPERATION_TOO_LARGE""#));
}

#[tokio::test]
async fn what_is_not_shown_counts_against_the_bound() {
    let query = "type Query @join__type(graph: A) @join__type(graph: B) {\n";
    let fields = (0..2000).map(|n| format!("f{n}: Int @deprecated "));
    let old = format!(
        "type Old @join__type(graph: A) {{ {} new: Int }}",
        fields.collect::<String>()
    );
    let sdl = SUPERGRAPH.replace(query, &format!("{query} old: Old @join__field(graph: A)")) + &old;
    let supergraph = Arc::new(Supergraph::parse(&sdl).expect("the test's supergraph is valid"));
    let ask = async |times: usize| {
        let fields = (0..times).map(|n| format!("a{n}: fields {{ name }} "));
        let operation = format!(
            "{{ __type(name: \"Old\") {{ {} }} }}",
            fields.collect::<String>()
        );
        ask_of(&supergraph, &operation, None, &Script::new()).await
    };
    let few = ask(100).await;
    assert!(
        few.starts_with(r#"{"data":{"__type":{"a0":[{"name":"new"}],"#),
        "{few}"
    );
    let many = ask(2000).await;
    assert!(many.contains(r#""code":"OPERATION_TOO_LARGE""#), "{many}");
}

/// All of the schema, some times over.
const LONG: &str = r#"{ __schema { types {
    name fields { name type { name fields { name type { name fields { name } } } } }
} } }"#;

#[tokio::test]
async fn memory_is_asked_for_before_an_introspection_is_written() {
    let within = |memory| {
        let mut script = Script::new();
        script.memory = Some(Mutex::new(memory));
        script
    };
    let whole = ask(LONG, None, Script::new()).await;
    assert!(whole.len() > 5_000, "{}", whole.len());
    assert_eq!(ask(LONG, None, within(2 * whole.len())).await, whole);
    let refused = r#"{"errors":[{"message":"the response takes more memory than there is for it","extensions":{"code":"MEMORY_EXHAUSTED"}}]}"#;
    for memory in [0, 1_000, whole.len() / 2, whole.len() - 1] {
        assert_eq!(ask(LONG, None, within(memory)).await, refused, "{memory}");
    }
}

/// A client for which there are so many turns.
struct Turns {
    turns: Semaphore,
    is_late: bool,
    script: Script,
}

impl Turns {
    fn new(turns: usize, is_late: bool) -> Self {
        Self {
            turns: Semaphore::new(turns),
            is_late,
            script: Script::new().answer(0, r#"{"data":{"items":1}}"#),
        }
    }
}

impl SubgraphClient for Turns {
    async fn turn(&self) -> impl Send {
        self.turns.acquire().await.ok()
    }

    fn is_late(&self) -> bool {
        self.is_late
    }

    fn fetch(
        &self,
        request: SubgraphRequest<'_>,
    ) -> impl Future<Output = Result<SubgraphResponse, FetchError>> + Send {
        self.script.fetch(request)
    }
}

#[tokio::test]
async fn an_introspection_waits_for_its_turn_and_others_do_not() {
    let client = Turns::new(0, false);
    let supergraph = supergraph();
    let ask = |operation| ask_of(&supergraph, operation, None, &client);
    assert_eq!(ask("{ items }").await, r#"{"data":{"items":1}}"#);
    let mut waiting = Box::pin(ask("{ __schema { queryType { name } } }"));
    assert_eq!((&mut waiting).now_or_never(), None);
    client.turns.add_permits(1);
    let answered = r#"{"data":{"__schema":{"queryType":{"name":"Query"}}}}"#;
    assert_eq!(waiting.await, answered);
    // The turn is given back.
    assert_eq!(client.turns.available_permits(), 1);
}

#[tokio::test]
async fn an_introspection_ends_when_its_time_is_over() {
    let body = ask(LONG, None, Turns::new(1, true)).await;
    insta::assert_snapshot!(body, @r#"{"data":null,"errors":[{"message":"\"__schema\" was not answered in time","path":["__schema"],"extensions":{"code":"REQUEST_TIMEOUT"}}]}"#);
}

/// The parts of a response with a deferred introspection, by a client with this much memory.
async fn deferred(memory: usize) -> Vec<String> {
    let supergraph = supergraph();
    let schema = supergraph.api_schema();
    let operation = format!("{{ self {{ __typename ... @defer {LONG} }} }}");
    let document = ExecutableDocument::parse_and_validate(schema, operation, "query.graphql")
        .expect("the test's operation is valid");
    let planner = Planner::new(supergraph.clone(), planner::Options::default());
    let plan = planner
        .plan_deferring(&document, None, Defer::Unless(&[]))
        .expect("there is a plan");
    let variables = executor::Variables::default();
    let mut script = Script::new().answer(0, r#"{"data":{"self":{"__typename":"Query"}}}"#);
    script.memory = Some(Mutex::new(memory));
    let answers = Answers::new(&plan);
    let options = Options::default();
    let request = ExecutionRequest {
        operation_name: None,
        plan: &plan,
        supergraph: &supergraph,
        variables: &variables,
        client: &script,
        options: &options,
    };
    let mut incremental = Incremental::new(request, &answers, executor::Format::Labelled)
        .expect("introspection is allowed");
    let mut parts = Vec::new();
    while let Some(part) = incremental.next().await {
        parts.push(String::from_utf8(part.body).expect("a part is text"));
    }
    parts
}

#[tokio::test]
async fn introspection_in_a_deferred_fragment_comes_with_its_part() {
    let parts = deferred(1_000_000).await;
    assert_eq!(parts.len(), 2);
    assert!(
        parts[1].contains(r#"{"__schema":{"types":[{"name":"#),
        "{parts:?}"
    );
}

#[tokio::test]
async fn a_deferred_introspection_that_there_is_no_memory_for_ends_the_parts() {
    let parts = deferred(10_000).await;
    assert_eq!(parts.len(), 2);
    assert!(
        parts[1].contains(r#""code":"MEMORY_EXHAUSTED""#),
        "{parts:?}"
    );
    assert!(parts[1].ends_with(r#""hasNext":false}"#), "{parts:?}");
}
