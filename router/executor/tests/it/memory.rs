//! What an execution holds is asked for before it is taken, and an execution that is refused it ends.

use std::sync::Mutex;

use executor::FetchError;

use crate::script::*;

fn script(answer: &str, memory: usize) -> Script {
    let mut script = Script::new().answer(0, answer);
    script.memory = Some(Mutex::new(memory));
    script
}

/// A list of objects of a hundred fields.
fn case() -> Case {
    let keys: Vec<String> = (0..100).map(|n| format!("k{n}")).collect();
    let keys: [&str; 100] = std::array::from_fn(|n| keys[n].as_str());
    Case::new(
        vec![root("a{l{k0}}")],
        object([("l", list(of(keys.map(|key| (key, string())))))]),
    )
}

#[tokio::test]
async fn a_response_that_grows_beyond_what_is_granted_is_not_written() {
    // Three bytes of the answer make a thousand of the response.
    let answer = format!("{{\"data\":{{\"l\":[{}{{}}]}}}}", "{},".repeat(20_000));
    let whole = case().run(script(&answer, usize::MAX)).await;
    assert!(whole.response.executed && !whole.response.exhausted);
    assert!(whole.body.len() > 20_000_000);
    let refused = case().run(script(&answer, 10_000_000)).await;
    assert!(refused.response.exhausted && !refused.response.executed);
    assert_eq!(
        refused.body,
        r#"{"errors":[{"message":"the response takes more memory than there is for it","extensions":{"code":"MEMORY_EXHAUSTED"}}]}"#
    );
}

#[tokio::test]
async fn an_execution_ends_wherever_memory_is_refused() {
    let answer = format!(
        "{{\"data\":{{\"l\":[{}{{\"k0\":\"a\"}}]}}}}",
        "{\"k1\":null},".repeat(200)
    );
    let whole = case().run(script(&answer, usize::MAX)).await.body;
    let mut refusals = 0;
    for memory in (0..600_000).step_by(10_000) {
        let outcome = case().run(script(&answer, memory)).await;
        if outcome.response.exhausted {
            refusals += 1;
            assert_eq!(outcome.response.error_codes, ["MEMORY_EXHAUSTED"]);
        } else {
            assert_eq!(outcome.body, whole, "{memory}");
        }
    }
    assert!((1..60).contains(&refusals), "{refusals}");
}

#[tokio::test]
async fn an_answer_that_there_is_no_memory_for_ends_the_execution() {
    let script = Script::new().answer_with(0, Err(FetchError::Exhausted));
    let outcome = case().run(script).await;
    assert!(outcome.response.exhausted);
}
