//! Routers as programs of their own, which are killed and started while subgraphs are away.

use serde_json::json;

use crate::kit::{Program, Subgraph};

const DOGS: &str = "type Query { dog: String }";
const CATS: &str = "type Query { cat: String }";

#[tokio::test]
async fn the_fields_of_the_only_subgraph_left_are_answered_by_routers_that_all_are_new() {
    let folder = tempfile::tempdir().expect("a folder");
    let dogs = Subgraph::with_data(DOGS, json!({ "dog": "Rex" })).await;
    let mut cats = Subgraph::with_data(CATS, json!({ "cat": "Mimi" })).await;
    let config = |schema: &str| {
        format!(
            "subgraphs: {{ dogs: {{ url: \"{}\" }}, cats: {{ url: \"{}\" }} }}\npolling: {{ interval: 100ms }}\nschema: {schema}",
            dogs.url(),
            cats.url()
        )
    };
    let seeds = |sibling: &Program| format!("{{ seed: [\"{}\"] }}", sibling.admin);
    let (whole, alone) = (config("{}"), "{ partial: true, partial_after: 0s }");
    let alone = config(alone);
    let first = Program::start(folder.path(), "first.yaml", &whole).await;
    assert_eq!(
        first.answer("{ dog cat }").await,
        json!({ "dog": "Rex", "cat": "Mimi" })
    );
    let from_first = config(&seeds(&first));

    // One subgraph goes. The routers are replaced one after the other, each seeded by the one before it.
    cats.stop().await;
    let second = Program::start(folder.path(), "second.yaml", &from_first).await;
    assert_eq!(second.answer("{ dog }").await, json!({ "dog": "Rex" }));
    drop(first);
    let urls = from_first.split("schema:").next().expect("a part");
    let from_second = format!("{urls}schema: {}", seeds(&second));
    let third = Program::start(folder.path(), "third.yaml", &from_second).await;
    assert_eq!(third.answer("{ dog }").await, json!({ "dog": "Rex" }));
    assert_eq!(third.origin().await, "seed");

    // All routers go at once: nobody knows the whole any more.
    drop((second, third));
    let fourth = Program::start(folder.path(), "fourth.yaml", &alone).await;
    assert_eq!(fourth.answer("{ dog }").await, json!({ "dog": "Rex" }));
    assert_eq!(fourth.origin().await, "partial");

    cats.start_again().await;
    assert_eq!(
        fourth.answer("{ dog cat }").await,
        json!({ "dog": "Rex", "cat": "Mimi" })
    );
    assert_eq!(fourth.origin().await, "composed");
}
