//! The property that federation rests on: the answer is the one that a monolith would give.

mod http;
mod kept;
mod optimum;

#[tokio::test]
async fn federated_answers_equal_those_of_a_monolith() {
    match testing::run(0..400, 30, 10).await {
        Ok(outcome) => assert_eq!(outcome.graphs, 30, "too few of the seeds compose"),
        Err(found) => {
            let (seed, case, difference) = *found;
            panic!("seed {seed}: {difference}\n{case}");
        }
    }
}
