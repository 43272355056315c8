//! Cases that once differed, as small as they went.

use std::sync::Arc;

use testing::{Graph, Members, SubgraphText, TypeText};

/// Compares the answer; of variables there are `$a: true`, `$b: false` and `$n: 2`. Each subgraph is under a line `# name`.
#[track_caller]
fn check(subgraphs: &str, operation: &str) {
    let texts = subgraphs.split("\n# ").skip(1).map(|part| {
        let (name, text) = part.split_once('\n').expect("a name, then an SDL");
        SubgraphText {
            name: name.to_owned(),
            links: true,
            types: vec![TypeText {
                head: text.to_owned(),
                fields: Vec::new(),
            }],
        }
    });
    let graph = Graph::new(texts.collect(), Arc::from([]));
    let graph = graph.expect("it can be served").expect("it composes");
    let mut variables = Members::new();
    variables.insert("a", true.into());
    variables.insert("b", false.into());
    variables.insert("n", 2.into());
    assert!(
        graph.world.document(operation).is_some(),
        "not valid: {operation}"
    );
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let compared = runtime
        .expect("a runtime")
        .block_on(graph.compare(operation, variables));
    if let Err(difference) = compared {
        panic!("{difference}");
    }
}

#[test]
fn what_one_type_requires_is_not_sent_of_another() {
    check(
        r#"
# s0
type E1 implements Node @key(fields: "id") { id: ID! f1: Int node: Node }
type E2 implements Node @key(fields: "id") { id: ID! f1: [[Int!]] }
interface Node { id: ID! }
type Query { all: [E1] }
# s1
type E1 @key(fields: "id") { id: ID! tag: Int }
type E2 @key(fields: "id") { id: ID! f1: [[Int!]] @external q: Int @requires(fields: "f1") }
"#,
        "{ all { node { ... on E1 { tag } ... on E2 { q } } } }",
    );
}

const MEDIA: &str = r#"
# s0
interface Media @key(fields: "id") { id: ID! title: Int }
type M0 implements Media @key(fields: "id") { id: ID! title: Int }
type M1 implements Media @key(fields: "id") { id: ID! title: Int }
type Query { known: [Media] }
# s1
type Media @interfaceObject @key(fields: "id") { id: ID! more: Int title: Int @external titled: Int @requires(fields: "title") }
type Query { media: [Media] }
# s2
type Media @interfaceObject @key(fields: "id") { id: ID! other: Int }
# s3
type M0 @key(fields: "id") { id: ID! extra: Int }
"#;

#[test]
fn the_key_of_an_interface_object_is_sent_whatever_else_tells_its_types_apart() {
    check(MEDIA, "{ media { ... on M0 { other } } }");
}

#[test]
fn an_interface_object_is_asked_apart_for_the_types_of_which_more_is_sent() {
    check(MEDIA, "{ known { more ... on M1 { titled } } }");
}

#[test]
fn an_interface_object_is_sent_what_it_requires_though_the_client_asks_for_types_under_conditions()
{
    check(
        MEDIA,
        "query($a: Boolean!, $b: Boolean!) { known { ... on M0 @include(if: $b) @skip(if: $a) { more } ... on M1 @skip(if: $b) { titled } } }",
    );
    check(
        MEDIA,
        "query($a: Boolean!, $b: Boolean!) { known { ... on M0 @include(if: $b) { more } ... on M1 @include(if: $a) { titled } } }",
    );
    check(
        MEDIA,
        "query($a: Boolean!) { media { more @include(if: $a) ... on M1 @include(if: $a) { titled } } }",
    );
}
