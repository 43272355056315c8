use async_graphql::{EmptyMutation, EmptySubscription, Object, Request, Schema, Variables, value};

use super::*;

fn decimal(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

struct Query;

#[Object]
impl Query {
    async fn same(&self, list: Liste) -> Decimaux {
        Decimaux::new(&list.decimals())
    }
}

async fn same(list: Value) -> String {
    let schema = Schema::new(Query, EmptyMutation, EmptySubscription);
    let variables = Variables::from_value(value!({ "list": list }));
    let request = Request::new("query($list: [Decimal!]!) { same(list: $list) }");
    let response = schema.execute(request.variables(variables)).await;
    match response.data {
        Value::Object(data) => match &data["same"] {
            Value::Binary(text) => String::from_utf8(text.to_vec()).unwrap(),
            other => panic!("{other:?}"),
        },
        _ => response.errors[0].message.clone(),
    }
}

#[tokio::test]
async fn a_packed_list_is_the_list_that_was_packed() {
    let texts = [
        "0",
        "-1.5",
        "79228162514264337593543950335",
        "-0.0000000000000000000000000001",
    ];
    let packed: Liste = texts.into_iter().map(decimal).collect();
    assert_eq!(packed.len(), 4);
    let written =
        r#"["0","-1.5","79228162514264337593543950335","-0.0000000000000000000000000001"]"#;
    assert_eq!(same(packed.into_packed()).await, written);
    let plain: Vec<Value> = texts.into_iter().map(Value::from).collect();
    assert_eq!(same(Value::List(plain)).await, written);
}

#[tokio::test]
async fn what_is_no_list_is_a_list_of_one() {
    assert_eq!(same(value!(3)).await, r#"["3"]"#);
    assert_eq!(same(Liste::from_iter([]).into_packed()).await, "[]");
}

#[tokio::test]
async fn a_packed_list_is_no_decimal() {
    struct Number;
    #[Object]
    impl Number {
        async fn same(&self, number: Decimal) -> Decimal {
            number
        }
    }
    let schema = Schema::new(Number, EmptyMutation, EmptySubscription);
    let list = Liste::from_iter([Decimal::ONE]).into_packed();
    let request = Request::new("query($n: Decimal!) { same(number: $n) }");
    let request = request.variables(Variables::from_value(value!({ "n": list })));
    let response = schema.execute(request).await;
    assert_eq!(response.errors.len(), 1, "{response:?}");
}

#[test]
fn the_schema_shows_lists_of_decimals() {
    let sdl = Schema::new(Query, EmptyMutation, EmptySubscription).sdl();
    assert!(
        sdl.contains("same(list: [Decimal!]!): [Decimal!]!"),
        "{sdl}"
    );
}
