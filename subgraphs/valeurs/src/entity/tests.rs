use async_graphql::{ID, Object, value};
use serde_json::json;

use super::*;
use crate::serie::Valeurs;

struct Serie(Valeurs);

#[Object]
impl Serie {
    async fn id(&self) -> ID {
        self.0.id().into()
    }

    async fn inverse(&self) -> Resultat<crate::Decimal> {
        crate::Decimal::ONE.try_div(self.0[0])
    }
}

struct Query;

#[Object]
impl Query {
    #[graphql(entity)]
    async fn serie(
        &self,
        #[graphql(key)] id: ID,
        #[graphql(name = "__index")] index: Option<usize>,
    ) -> Entity<Serie> {
        Entity::new(index, Valeurs::from_id(&id).map(Serie))
    }
}

async fn respond(request: Request) -> serde_json::Value {
    let schema = crate::schema(Isolated(Query)).finish();
    serde_json::to_value(schema.execute(request).await).unwrap()
}

const QUERY: &str =
    "query($r: [_Any!]!) { e: _entities(representations: $r) { ... on Serie { id } } }";

fn representations(ids: &[&str]) -> Variables {
    let list = ids
        .iter()
        .map(|id| value!({ "__typename": "Serie", "id": *id }))
        .collect();
    Variables::from_value(value!({ "r": Value::List(list) }))
}

#[tokio::test]
async fn a_forged_id_fails_its_own_entity_only() {
    let request = Request::new(QUERY).variables(representations(&["s1_QA", "forged", "s1_AA"]));
    let response = respond(request).await;
    assert_eq!(
        response["data"],
        json!({ "e": [{ "id": "s1_QA" }, null, { "id": "s1_AA" }] })
    );
    assert_eq!(
        response["errors"],
        json!([{
            "message": "argument `id`: not the identifier of a series: it does not begin with `s1_`",
            "locations": [{ "line": 1, "column": 23 }],
            "path": ["e", 1],
            "extensions": { "code": "INVALID_SERIE_ID", "argument": "id" },
        }])
    );
}

#[tokio::test]
async fn representations_in_the_query_have_paths_too() {
    let response = respond(Request::new(
        r#"{ ... { _entities(representations: [{ __typename: "Serie", id: "s1_QA" }, { __typename: "Serie", id: "x" }]) { __typename } } }"#,
    ))
    .await;
    assert_eq!(
        response["data"],
        json!({ "_entities": [{ "__typename": "Serie" }, null] })
    );
    assert_eq!(response["errors"][0]["path"], json!(["_entities", 1]));
}

#[tokio::test]
async fn an_error_inside_an_entity_has_its_index() {
    let query = QUERY.replace("{ id }", "{ id inverse }");
    let response =
        respond(Request::new(query).variables(representations(&["s1_QA", "s1_AA"]))).await;
    assert_eq!(
        response["data"]["e"][0],
        json!({ "id": "s1_QA", "inverse": "1" })
    );
    assert_eq!(response["data"]["e"][1], json!(null));
    assert_eq!(response["errors"][0]["path"], json!(["e", 1, "inverse"]));
}

#[tokio::test]
async fn an_index_sent_by_a_client_is_replaced() {
    let list = value!([{ "__typename": "Serie", "id": "x", "__index": 7 }]);
    let variables = Variables::from_value(value!({ "r": list }));
    let response = respond(Request::new(QUERY).variables(variables)).await;
    assert_eq!(response["errors"][0]["path"], json!(["e", 0]));
}

#[tokio::test]
async fn an_index_sent_by_a_client_is_replaced_wherever_it_is() {
    let single = value!({ "__typename": "Serie", "id": "x", "__index": 7 });
    let query = QUERY.replace("[_Any!]!", "_Any!");
    let variables = Variables::from_value(value!({ "r": single }));
    let response = respond(Request::new(query).variables(variables)).await;
    assert_eq!(response["errors"][0]["path"], json!(["e", 0]));
    // In a document: alone, beside a variable, which has none, and as a default.
    for (arguments, paths) in [
        (
            r#"{ e: _entities(representations: { __typename: "Serie", id: "x", __index: 7 })"#,
            json!([["e", 0]]),
        ),
        (
            r#"query($r: _Any = { __typename: "Serie", id: "x", __index: 7 }) { e: _entities(representations: $r)"#,
            json!([["e", 0]]),
        ),
        (
            r#"query($i: ID = "x") { e: _entities(representations: [{ __typename: "Serie", id: $i, __index: [1, 2] }, { __typename: "Serie", id: $i, __index: 7 }])"#,
            json!([["e", 0], ["e", 1]]),
        ),
        (
            r#"query($r: _Any = { __typename: "Serie", id: "x", __index: 7 }) { e: _entities(representations: [$r])"#,
            json!([["e"]]),
        ),
    ] {
        let request = Request::new(format!("{arguments} {{ ... on Serie {{ id }} }} }}"));
        let response = respond(request).await;
        let errors = response["errors"].as_array().unwrap();
        let actual: Vec<_> = errors.iter().map(|error| &error["path"]).collect();
        assert_eq!(json!(actual), paths, "{arguments}");
    }
}

#[tokio::test]
async fn an_entity_of_which_no_field_is_asked_for_is_empty() {
    let query = QUERY.replace("{ id }", "{ id @skip(if: true) }");
    let ids = representations(&["s1_QA", "forged"]);
    let response = respond(Request::new(query).variables(ids)).await;
    assert_eq!(response["data"], json!({ "e": [{}, null] }));
}

#[tokio::test]
async fn the_index_is_not_part_of_the_key() {
    let sdl = respond(Request::new("{ _service { sdl } }")).await;
    let sdl = sdl["data"]["_service"]["sdl"].as_str().unwrap();
    assert!(sdl.contains(r#"type Serie @key(fields: "id")"#), "{sdl}");
    assert!(!sdl.contains(INDEX), "{sdl}");
}

#[tokio::test]
async fn a_representation_of_no_entity_fails_alone() {
    let list = value!([
        { "__typename": "Serie", "id": "s1_QA" },
        { "__typename": "Serie" },
        { "__typename": "Serie", "id": [1] },
        { "__typename": "Autre", "id": "s1_QA" },
        { "id": "s1_QA" },
    ]);
    let variables = Variables::from_value(value!({ "r": list }));
    let response = respond(Request::new(QUERY).variables(variables)).await;
    assert_eq!(
        response["data"],
        json!({ "e": [{ "id": "s1_QA" }, null, null, null, null] })
    );
    let errors = response["errors"].as_array().unwrap();
    let paths: Vec<_> = errors.iter().map(|error| &error["path"]).collect();
    assert_eq!(
        paths,
        [
            &json!(["e", 1]),
            &json!(["e", 2]),
            &json!(["e", 3]),
            &json!(["e", 4])
        ]
    );
    for error in errors {
        assert_eq!(error["extensions"]["code"], "INVALID_ARGUMENT");
    }
    assert_eq!(
        errors[3]["message"],
        "argument `representations`: a representation is an object with a `__typename` and a key"
    );
}

#[tokio::test]
async fn a_representation_that_is_no_object_fails_alone() {
    let list = value!([5, { "__typename": "Serie", "id": "s1_QA" }]);
    let variables = Variables::from_value(value!({ "r": list }));
    let response = respond(Request::new(QUERY).variables(variables)).await;
    assert_eq!(response["data"], json!({ "e": [null, { "id": "s1_QA" }] }));
    let texts = Variables::from_value(value!({ "r": ["x", "y"] }));
    let errors = respond(Request::new(QUERY).variables(texts)).await;
    assert_eq!(errors["errors"][1]["path"], json!(["e", 1]));
    assert_eq!(response["errors"][0]["path"], json!(["e", 0]));
}

#[tokio::test]
async fn a_number_for_a_representation_is_not_taken_for_its_index() {
    for (begin, argument, path) in [
        ("query($r: [_Any!]! = 7)", "$r", json!(["e", 0])),
        ("query($r: [_Any!]! = [7])", "$r", json!(["e", 0])),
        ("query($r: _Any! = 7)", "[$r]", json!(["e"])),
        ("", "7", json!(["e", 0])),
        ("", "[{}, 7]", json!(["e", 1])),
    ] {
        let query =
            format!("{begin} {{ e: _entities(representations: {argument}) {{ __typename }} }}");
        let response = respond(Request::new(query)).await;
        let errors = response["errors"].as_array().unwrap();
        assert_eq!(errors.last().unwrap()["path"], path, "{response}");
    }
}

#[test]
fn representations_that_are_no_objects_do_not_grow() {
    let mut value = value!([7, "x", [1, 2], {}]);
    write_indexes(&mut value);
    assert_eq!(value, value!([0, 1, 2, { "__index": 3 }]));
}

#[tokio::test]
async fn the_index_is_that_of_the_place_whatever_the_client_says() {
    let query = r#"query($i: ID!, $one: _Any!) {
        a: _entities(representations: [{__typename: "Serie", id: $i}, {__typename: "Serie", id: "x", __index: 77}, $one]) { __typename }
        b: _entities(representations: {__typename: "Serie", id: "x", __index: 77}) { __typename }
    }"#;
    let variables =
        value!({ "i": "forged", "one": { "__typename": "Serie", "id": "x", "__index": 77 } });
    let request = Request::new(query).variables(Variables::from_value(variables));
    let response = respond(request).await;
    let errors = response["errors"].as_array().unwrap().iter();
    let paths: Vec<String> = errors.map(|error| error["path"].to_string()).collect();
    assert_eq!(
        paths,
        [r#"["a",0]"#, r#"["a",1]"#, r#"["a"]"#, r#"["b",0]"#]
    );
}

#[tokio::test]
async fn what_a_representation_is_quoted_with_is_cut() {
    let index = Value::from("x".repeat(100_000));
    let variables = value!({ "r": [{ "__typename": "Serie", "id": { "a": index } }] });
    let request = Request::new(QUERY).variables(Variables::from_value(variables));
    let response = respond(request).await;
    let message = response["errors"][0]["message"].as_str().unwrap();
    assert!(message.len() < 1_100, "{}", message.len());
}
