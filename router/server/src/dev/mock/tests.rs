use super::*;

const SDL: &str = r#"
type Query { product(id: ID!): Product products: [Product!]! node: Node search: Found }
interface Node { id: ID! }
union Found = Product
type Product implements Node @key(fields: "id") { id: ID! name: String price: Float size: Size added: Date maker: Maker }
type Maker { name: String in: [[Int]] }
enum Size { SMALL LARGE }
scalar Date
extend type Review @key(fields: "id") { id: ID! @external score: Int }
type Subscription { changed: Product }
"#;

#[track_caller]
fn answered(query: &str, variables: Value) -> Value {
    let Value::Object(variables) = variables else {
        panic!("an object")
    };
    let request = Request {
        query,
        operation_name: None,
        variables: &variables,
    };
    Answer::to(&schema(SDL, Path::new("a.graphql")), &request)
        .expect("an answer")
        .1
}

#[test]
fn an_answer_has_the_shape_that_is_asked_for() {
    let data = answered(
        "{ products { __typename key: id name price size added maker { name in } } node { id ... on Product { size } } search { __typename } }",
        json!({}),
    );
    let product = |n: usize| {
        json!({
            "__typename": "Product", "key": n.to_string(), "name": format!("name {n}"), "price": n as f64 + 0.5, "size": "SMALL",
            "added": format!("added {n}"), "maker": { "name": format!("name {n}"), "in": [[1, 2], [1, 2]] },
        })
    };
    let expected = json!({
        "products": [product(1), product(2)],
        "node": { "id": "1", "size": "SMALL" },
        "search": { "__typename": "Product" },
    });
    assert_eq!(data, expected);
}

#[test]
fn what_was_asked_for_by_an_id_has_it() {
    let data = answered(
        "query ($id: ID!, $no: Boolean!) { product(id: $id) { ...P name @skip(if: true) } other: product(id: 8) @include(if: $no) { id } } fragment P on Product { id }",
        json!({ "id": "7", "no": false }),
    );
    assert_eq!(data, json!({ "product": { "id": "7" } }));
}

#[test]
fn an_entity_is_the_one_of_its_representation() {
    let data = answered(
        "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Review { id score } ... on Product { id name } } }",
        json!({ "r": [{ "__typename": "Review", "id": "r9" }, { "__typename": "Product", "id": "p3" }, 4] }),
    );
    let expected = json!({ "_entities": [{ "id": "r9", "score": 1 }, { "id": "p3", "name": "name 2" }, null] });
    assert_eq!(data, expected);
}

#[test]
fn lists_in_lists_do_not_grow_beyond_a_bound() {
    let sdl = "type Query { q: [Query] n: Int }";
    let mut query = "n".to_owned();
    for _ in 0..60 {
        query = format!("q {{ {query} }}");
    }
    let request = Request {
        query: &format!("{{ {query} }}"),
        operation_name: None,
        variables: &Map::new(),
    };
    let (_, data) = Answer::to(&schema(sdl, Path::new("a")), &request).expect("an answer");
    assert!(data.to_string().len() < 1_000_000);
}

#[test]
fn fragments_in_circles_end() {
    let query = "{ ...A } fragment A on Query { ...A product(id: 1) { id } }";
    let data = answered(query, json!({}));
    assert_eq!(data["product"]["id"], 1);
}

#[tokio::test]
async fn a_mistake_is_an_error_and_a_subscription_is_a_stream() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.graphql");
    std::fs::write(&path, SDL).expect("written");
    let sdl = Sdl { path, max: 4096 };
    let made = |body: &str| made_up(&sdl, body.as_bytes());
    assert!(made("{").is_err());
    assert!(made(r#"{"query":"{"}"#).is_err());
    let (kind, data) = made(r#"{"query":"subscription { changed { id } }"}"#).expect("data");
    assert_eq!(kind, OperationType::Subscription);
    assert_eq!(data, json!({ "changed": { "id": "1" } }));
}
