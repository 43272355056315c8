//! Values of variables that hurt, at the endpoint.

use super::*;

/// Short requests are inspected on the runtime, long ones on the pool.
#[tokio::test]
async fn values_that_are_json_at_their_surface_only_are_refused_wherever_they_are_read() {
    let fixture = Fixture::new();
    let deep = format!("{}{}", "[".repeat(130), "]".repeat(130));
    for value in [deep.as_str(), r#""\ud800""#, r#"{"\udfff":[]}"#] {
        for blanks in [0, 20_000] {
            let body = format!(
                r#"{{"query":"query($v: String!) {{ hello(name: $v) }}","variables":{{"v":{value}}}}}{}"#,
                " ".repeat(blanks)
            );
            for (accept, status) in [(JSON, 200), (GRAPHQL, 422)] {
                let answer = fixture.post(JSON, accept, body.clone()).await;
                assert_eq!(answer.codes(), ["BAD_USER_INPUT"], "{answer:?}");
                assert_eq!(answer.status.as_u16(), status);
                assert_eq!(
                    answer.json()["errors"][0]["locations"],
                    json!([{ "line": 1, "column": 7 }])
                );
            }
        }
    }
}

#[tokio::test]
async fn one_variable_many_times_in_a_list_is_refused_before_it_is_copied() {
    let query = format!(
        "query($v: _Any!) {{ _entities(representations: [{}]) {{ __typename }} }}",
        "$v ".repeat(199)
    );
    let value = json!({ "__typename": "Thing", "id": "1", "x": vec![1; 49_900] });
    let body = json!({ "query": query, "variables": { "v": value } });
    let answer = Fixture::new().post(JSON, JSON, body.to_string()).await;
    assert_eq!(answer.codes(), ["LIMIT_EXCEEDED"], "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_thread_is_answered_as_what_does_not() {
    let fixture = Fixture::with(|config| config.capacity.threads = 1);
    let costly: String = (0..20).map(|n| format!("a{n}: hello ")).collect();
    let (waits, hello) = (format!("{{ {costly} waits }}"), format!("{{ {costly} }}"));
    let (first, second, ()) =
        tokio::join!(query(&fixture, &waits), query(&fixture, &hello), async {
            fixture.gate.add_permits(1);
        });
    assert_eq!(first.json()["data"]["waits"], true);
    assert_eq!(second.json()["data"]["a19"], "hello world");
}
