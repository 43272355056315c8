use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema, SimpleObject};
use serde_json::json;

use super::*;
use crate::erreur::{Cause, Resultat};

struct Query;

/// A node that fails where it is asked to.
struct Node;

#[derive(SimpleObject)]
struct Leaf {
    value: i32,
}

fn failure<T>() -> Resultat<T> {
    Err(Cause::DivisionByZero.into())
}

#[Object]
impl Node {
    async fn fine(&self) -> i32 {
        1
    }
    async fn fails(&self) -> Resultat<i32> {
        failure()
    }
    async fn fails_nullable(&self) -> Resultat<Option<i32>> {
        failure()
    }
    async fn node(&self) -> Node {
        Node
    }
    async fn nullable(&self) -> Option<Node> {
        Some(Node)
    }
    async fn nodes(&self) -> Vec<Node> {
        vec![Node, Node]
    }
    async fn nullables(&self) -> Vec<Option<Node>> {
        vec![Some(Node), None]
    }
    async fn leaf(&self) -> Resultat<Leaf> {
        Ok(Leaf { value: 1 })
    }
}

#[Object]
impl Query {
    async fn root(&self) -> Node {
        Node
    }
    async fn nullable_root(&self) -> Option<Node> {
        Some(Node)
    }
    async fn failing_root(&self) -> Option<Resultat<Node>> {
        Some(failure())
    }
    async fn failing_objects(&self) -> Option<Resultat<crate::Objets<Node>>> {
        Some(Ok(crate::Objets(vec![Node, Node])))
    }
}

#[track_caller]
fn check(query: &str, data: serde_json::Value, paths: &[&str]) {
    let schema = Schema::build(Query, EmptyMutation, EmptySubscription)
        .extension(NonNull)
        .finish();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let response = runtime.block_on(schema.execute(query));
    assert_eq!(
        serde_json::to_value(&response.data).unwrap(),
        data,
        "{query}"
    );
    let actual: Vec<String> = response
        .errors
        .iter()
        .map(|error| {
            let segments: Vec<String> = error
                .path
                .iter()
                .map(|segment| match segment {
                    PathSegment::Field(name) => name.clone(),
                    PathSegment::Index(index) => index.to_string(),
                })
                .collect();
            segments.join(".")
        })
        .collect();
    assert_eq!(actual, paths, "{query}");
}

#[test]
fn a_response_without_errors_is_left_alone() {
    check(
        "{ root { fine nodes { fine } nullables { fine } leaf { value } } }",
        json!({ "root": {
            "fine": 1,
            "nodes": [{ "fine": 1 }, { "fine": 1 }],
            "nullables": [{ "fine": 1 }, null],
            "leaf": { "value": 1 },
        } }),
        &[],
    );
}

#[test]
fn a_failed_nullable_field_is_null() {
    check(
        "{ root { fine failsNullable } }",
        json!({ "root": { "fine": 1, "failsNullable": null } }),
        &["root.failsNullable"],
    );
}

#[test]
fn a_failed_non_null_field_makes_the_nearest_nullable_parent_null() {
    check(
        "{ root { fine nullable { fine node { fails } } } }",
        json!({ "root": { "fine": 1, "nullable": null } }),
        &["root.nullable.node.fails"],
    );
    check(
        "{ a: root { fine } nullableRoot { fine b: fails } }",
        json!({ "a": { "fine": 1 }, "nullableRoot": null }),
        &["nullableRoot.b"],
    );
}

#[test]
fn without_a_nullable_parent_the_data_is_null() {
    check(
        "{ root { fine fails } nullableRoot { fine } }",
        json!(null),
        &["root.fails"],
    );
}

#[test]
fn lists_stop_the_null_at_nullable_items_only() {
    check(
        "{ nullableRoot { nullables { fine fails } } }",
        json!({ "nullableRoot": { "nullables": [null, null] } }),
        &["nullableRoot.nullables.0.fails"],
    );
    check(
        "{ nullableRoot { nodes { fine fails } } }",
        json!({ "nullableRoot": null }),
        &["nullableRoot.nodes.0.fails", "nullableRoot.nodes.1.fails"],
    );
}

#[test]
fn introspection_is_left_alone() {
    check(
        "{ __typename __type(name: \"Leaf\") { name fields { name } } }",
        json!({ "__typename": "Query", "__type": { "name": "Leaf", "fields": [{ "name": "value" }] } }),
        &[],
    );
}

#[test]
fn an_object_of_which_no_field_is_asked_for_is_empty() {
    check("{ root @skip(if: true) { fine } }", json!({}), &[]);
    check(
        "{ root { fine @skip(if: true) } nullableRoot { fine @include(if: false) } }",
        json!({ "root": {}, "nullableRoot": {} }),
        &[],
    );
    check(
        "{ root { nodes { fine @skip(if: true) } leaf { ...@skip(if: true) { value } } node { ...nothing } nullable { ...nothing } } }
        fragment nothing on Node { fine @skip(if: true) }",
        json!({ "root": { "nodes": [{}, {}], "leaf": {}, "node": {}, "nullable": {} } }),
        &[],
    );
    check(
        "{ failingObjects { fine @skip(if: true) } __type(name: \"Int\") { ofType { name @skip(if: true) } } }",
        json!({ "failingObjects": [{}, {}], "__type": { "ofType": null } }),
        &[],
    );
}

#[test]
fn an_object_that_fails_is_null_also_where_no_field_is_asked_for() {
    check(
        "{ nullableRoot { fine } failingRoot { fine @skip(if: true) } }",
        json!({ "nullableRoot": { "fine": 1 }, "failingRoot": null }),
        &["failingRoot"],
    );
    check(
        "{ nullableRoot { node { fails } leaf { value @skip(if: true) } } failingRoot { fine } }",
        json!({ "nullableRoot": null, "failingRoot": null }),
        &["failingRoot", "nullableRoot.node.fails"],
    );
    check(
        "{ failingObjects { fails fine @skip(if: true) } }",
        json!({ "failingObjects": null }),
        &["failingObjects.0.fails", "failingObjects.1.fails"],
    );
}
