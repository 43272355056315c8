//! The end of a router whose clients have streams: each stream ends at a moment of its own.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::kit::numbered::next;
use crate::kit::{Numbered, Running, Socket, Streaming, Ticks, stream, until};

const SDL: &str = "type Query { a: Int } type Subscription { tick: Tick } type Tick { n: Int! }";
const TICKS: &str = "subscription { tick { n } }";
/// Over each transport.
const CLIENTS: usize = 20;

/// A router with many clients, all of which have the same events.
struct Stage {
    ticks: Ticks,
    router: Running,
    by_http: Vec<Streaming>,
    by_socket: Vec<Socket>,
    _source: Numbered,
}

impl Stage {
    async fn start(more: &str) -> Self {
        let ticks = Ticks::new();
        let source = Numbered::start(SDL, &ticks, true).await;
        let yaml = format!(
            "subgraphs: {{ source: {{ url: \"{}\" }} }}\nsubscriptions: {{ websocket: true, heartbeat: 5m }}\n{more}",
            source.url()
        );
        let router = Running::configured(&yaml).await;
        router.until_ready().await;
        let (mut by_http, mut by_socket) = (Vec::new(), Vec::new());
        for _ in 0..CLIENTS {
            let headers = [
                ("content-type", "application/json"),
                ("accept", "text/event-stream"),
            ];
            let body = json!({ "query": TICKS }).to_string();
            by_http.push(stream(&router.url(), &headers, body).await);
            let mut socket = Socket::acknowledged(&router.url(), Value::Null).await;
            socket.subscribe("a", TICKS).await;
            by_socket.push(socket);
        }
        let all = 2.0 * CLIENTS as f64;
        let joined = async || {
            let active = router.metric("graphql_subscriptions_active").await;
            (active == all).then_some(())
        };
        until(joined).await.expect("all are there");
        source.opened(1).await;
        Self {
            ticks,
            router,
            by_http,
            by_socket,
            _source: source,
        }
    }

    /// Each of these events, over each transport.
    async fn hear(&mut self, numbers: &[u64]) {
        for answer in &mut self.by_http {
            for n in numbers {
                let expected = format!(r#"{{"data":{{"tick":{{"n":{n}}}}}}}"#);
                let said = next(answer).await;
                assert_eq!(said, format!("event: next\ndata: {expected}\n\n"));
            }
        }
        for socket in &mut self.by_socket {
            for n in numbers {
                let heard = socket.hear().await;
                assert_eq!(heard["payload"]["data"]["tick"]["n"], *n, "{heard}");
            }
        }
    }

    /// Begins the end, while events come without a pause, and gives the number of the last one that each client had, by transport.
    async fn end(mut self) -> [Vec<u64>; 2] {
        self.router.shut_down();
        let ticking = async {
            loop {
                self.ticks.tick();
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let by_http = join_all(self.by_http.into_iter().map(last_by_http));
        let by_socket = join_all(self.by_socket.into_iter().map(last_by_socket));
        let last = tokio::select! {
            () = ticking => unreachable!("it goes on for ever"),
            (by_http, by_socket) = async { tokio::join!(by_http, by_socket) } => [by_http, by_socket],
        };
        self.router.ended().await;
        last
    }
}

/// The number of the last event before the end, which says why it comes.
async fn last_by_http(mut answer: Streaming) -> u64 {
    let mut last = 0;
    loop {
        let said = next(&mut answer).await;
        if !said.contains(&format!(r#"{{"n":{}}}"#, last + 1)) {
            assert!(said.contains("SHUTTING_DOWN"), "{said}");
            assert_eq!(answer.rest().await, "event: complete\ndata: \n\n");
            return last;
        }
        last += 1;
    }
}

async fn last_by_socket(mut socket: Socket) -> u64 {
    let mut last = 0;
    loop {
        let said = socket.anything().await;
        if !said.contains(&format!(r#"{{"n":{}}}"#, last + 1)) {
            assert_eq!(said, "1001 SHUTTING_DOWN");
            return last;
        }
        last += 1;
    }
}

/// Load balancers may not know of the end yet, and would send them back here.
#[tokio::test]
async fn no_stream_is_ended_at_the_beginning_of_the_delay() {
    let mut stage = Stage::start("timeouts: { drain_delay: 1h }").await;
    stage.router.shut_down();
    let is_ending =
        async || (stage.router.admin("/health/ready").await.status == 503).then_some(());
    until(is_ending).await.expect("it is not ready");
    let numbers: Vec<u64> = (0..3).map(|_| stage.ticks.tick()).collect();
    stage.hear(&numbers).await;
}

/// Some had events that came after others were gone.
fn expect_waves(last: [Vec<u64>; 2]) {
    for last in last {
        assert_eq!(last.len(), CLIENTS);
        assert!(last.iter().min() < last.iter().max(), "{last:?}");
    }
}

#[tokio::test]
async fn streams_are_ended_one_after_the_other_within_the_delay() {
    let stage = Stage::start("timeouts: { drain_delay: 4s }").await;
    expect_waves(stage.end().await);
}

#[tokio::test]
async fn streams_are_ended_one_after_the_other_without_a_delay_too() {
    let stage = Stage::start("").await;
    expect_waves(stage.end().await);
}
