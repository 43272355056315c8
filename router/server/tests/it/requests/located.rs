//! Where an error of a variable is in the text.

use serde_json::{Value, json};

use super::{JSON, dogs};
use crate::kit::{Running, post};

#[tokio::test]
async fn errors_of_variables_are_where_these_are_declared() {
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], "").await;
    let url = router.url();
    let ask = async |query: &str, variables: Value| {
        let body = json!({ "query": query, "variables": variables });
        let answer = post(&url, &[JSON], body.to_string()).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{}", answer.text());
        answer.json()["errors"][0]["locations"].clone()
    };
    let at = |line, column| json!([{ "line": line, "column": column }]);

    let missing = "query($n: String!) { dog(name: $n) { name } }";
    assert_eq!(ask(missing, json!({})).await, at(1, 7));
    let lines = "# né\r\nquery(\r  $w: Decimal,\n  # é\n  ,,$n: String!) { dog(name: $n, weight: $w) { name } }";
    assert_eq!(ask(lines, json!({ "n": 1 })).await, at(5, 5));

    let deferred = "query($n: String!) { dog(name: $n) { name ... @defer { friend { name } } } }";
    assert_eq!(ask(deferred, json!({ "n": {} })).await, at(1, 7));

    // Texts that share an operation.
    for other in ["a", "bc", "def", "ghij"] {
        let after = format!(
            "query($n: String!) {{ dog(name: $n) {{ name }} other: dog(name: \"{other}\") {{ name }} }}"
        );
        assert_eq!(ask(&after, json!({})).await, at(1, 7));
        let before = format!(
            "fragment F on Query {{ other: dog(name: \"{other}\") {{ name }} }} query($n: String!) {{ ...F dog(name: $n) {{ name }} }}"
        );
        let declared = at(1, before.find("$n").expect("it is declared") + 1);
        let found = ask(&before, json!({})).await;
        assert!(found == declared || found == Value::Null, "{found}");
    }
}
