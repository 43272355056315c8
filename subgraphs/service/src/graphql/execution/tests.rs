//! What executing costs its request.

use std::sync::Arc;

use serde_json::json;
use tokio::sync::Semaphore;

use crate::fixture::{Answer, Fixture, Gate, program};
use crate::{Config, Descriptions, apps};

/// The SDL, asked for so often, where an answer may have this many bytes.
async fn sdl(times: usize, answer_bytes: usize) -> Answer {
    let gate: Gate = Arc::new(Semaphore::new(0));
    let mut program = program(&gate);
    let dictionary = format!("> Greets.\n{}\n", "x".repeat(100_000));
    program.schema = program.schema.described(Descriptions::new(&dictionary));
    let mut config = Config::default();
    config.limits.answer_bytes = answer_bytes;
    let fixture = Fixture {
        apps: apps(program, &config),
        gate,
    };
    let asked: String = (0..times)
        .map(|n| format!("a{n}: _service {{ sdl }} "))
        .collect();
    let body = json!({ "query": format!("{{ {asked} }}") }).to_string();
    fixture.post("application/json", "", body).await
}

#[tokio::test]
async fn the_sdl_pays_for_the_descriptions_that_it_grows_by() {
    let one = sdl(1, 150_000).await;
    assert_eq!(one.codes(), [""; 0]);
    assert!(one.body.len() > 100_000);
    assert_eq!(sdl(2, 150_000).await.codes(), ["LIMIT_EXCEEDED"]);
    assert_eq!(sdl(2, 300_000).await.codes(), [""; 0]);
}

#[tokio::test]
async fn an_answer_that_is_longer_than_it_may_be_is_refused_whatever_was_paid() {
    // The fields of this schema pay for nothing.
    let ask = async |answer_bytes| {
        let fixture = Fixture::with(|config| config.limits.answer_bytes = answer_bytes);
        let names: String = (0..100).map(|n| format!("a{n}: __typename ")).collect();
        let fails: String = (0..100).map(|n| format!("b{n}: fails ")).collect();
        let mut codes = Vec::new();
        for asked in [names, fails] {
            let body = json!({ "query": format!("{{ {asked} }}") }).to_string();
            let answer = fixture.post("application/json", "", body).await;
            assert!(answer.body.len() <= answer_bytes.max(200), "{answer:?}");
            codes.push(answer.codes().first().cloned().unwrap_or_default());
        }
        codes
    };
    assert_eq!(ask(1_000).await, ["LIMIT_EXCEEDED"; 2]);
    assert_eq!(ask(5_000).await, ["", "LIMIT_EXCEEDED"]);
    assert_eq!(ask(50_000).await, ["", "NO_NUMBER"]);
}
