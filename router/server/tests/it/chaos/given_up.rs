//! How often a subgraph is asked that gives no answer.

use super::{Act, RETRY, Scene};
use crate::kit::until;

#[tokio::test]
async fn a_query_that_a_subgraph_may_have_looked_at_is_sent_as_often_as_configured() {
    for (terms, sent) in [("", 1), (RETRY, 3)] {
        for act in [Act::Reset(""), Act::Say(String::new())] {
            // The connection over which the schema came is not used again.
            let scene = Scene::with(terms, "timeouts: { idle: 1ms }").await;
            scene.cats.act(act.clone());
            assert_eq!(scene.code().await, "SUBREQUEST_CONNECTION_ERROR");
            assert_eq!(scene.cats.asked(), sent, "{terms} {act:?}");
        }
    }
}

#[tokio::test]
async fn a_query_is_sent_again_once_where_a_kept_connection_ends() {
    let scene = Scene::new("").await;
    scene.succeeds().await;
    scene.cats.act(Act::Reset(""));
    assert_eq!(scene.code().await, "SUBREQUEST_CONNECTION_ERROR");
    assert_eq!(scene.cats.asked(), 3, "kept, and a new one");
}

#[tokio::test]
async fn a_subgraph_that_says_nothing_is_left_alone_though_clients_have_less_time_than_it() {
    for more in [
        "timeouts: { request: 500ms }",
        "timeouts: { request: 500ms }\ndeduplicate_queries: false",
        "timeouts: { request: 500ms, subgraph: 500ms }",
    ] {
        let breaker = "breaker: { errors: 50%, of: 4, within: 1h, open: 1h }";
        let scene = Scene::with(breaker, more).await;
        scene.cats.act(Act::Nothing);
        for _ in 0..4 {
            assert_eq!(scene.code().await, "SUBREQUEST_TIMEOUT", "{more}");
        }
        // What is given up may end a moment after its client has its answer.
        let opened = async || (scene.breaker().await == "open").then_some(());
        until(opened).await.expect("it opens");
        assert_eq!(scene.code().await, "SUBREQUEST_CIRCUIT_OPEN", "{more}");
        assert_eq!(scene.cats.asked(), 4, "{more}");
    }
}

#[tokio::test]
async fn a_subgraph_that_asks_to_be_left_alone_until_a_date_is() {
    let head = "HTTP/1.1 503 No\r\ncontent-type: application/json\r\ncontent-length: 2\r\ndate: Sun, 06 Nov 1994 12:00:00 GMT\r\nretry-after: Sun, 06 Nov 1994 13:00:00 GMT\r\n\r\n{}";
    let scene = Scene::new(RETRY).await;
    scene.cats.act(Act::Say(head.to_owned()));
    assert_eq!(scene.code().await, "SUBREQUEST_HTTP_ERROR");
    assert_eq!(scene.cats.asked(), 1);
}
