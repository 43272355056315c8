//! Clients come and go while schemas change and the source restarts, at times without what happened meanwhile: the router as a program of its own, whose
//! memory stays flat.
//!
//! `ROUNDS=500` is a longer run; that with thousands of clients is `soak` of router/bench.

use std::collections::VecDeque;

use super::client::Client;
use super::{labels, labels_and_source, source};
use crate::kit::{Numbered, Program, Ticks, until};

/// At any time, over the three transports.
const CLIENTS: usize = 12;
/// Of them go in each round, and as many come.
const GOING: usize = 2;
/// Rounds after which no more memory should be taken, as a share of them.
const SETTLED: f64 = 0.25;

async fn joined(router: &Program, count: usize) {
    let active = async || {
        let active = router.metric("graphql_subscriptions_active").await;
        (active == count as f64).then_some(())
    };
    until(active).await.expect("so many are subscribed");
}

/// What happens in a round, with the events that clients get of it.
async fn happen(
    round: usize,
    ticks: &Ticks,
    router: &Program,
    source: &mut Numbered,
    labels_of: &Numbered,
) -> Vec<u64> {
    let mut kept = vec![ticks.tick()];
    match round % 4 {
        0 => {
            let sdl = labels(&format!("more{round}: Int"));
            router.changes(|| labels_of.set_sdl(&sdl)).await;
        }
        1 => {
            source.stop().await;
            if round % 8 == 1 {
                ticks.lose();
            } else {
                kept.push(ticks.tick());
            }
            source.start_again().await;
        }
        2 => {
            let change = || labels_of.set_sdl(&labels_and_source());
            router.changes(change).await;
        }
        _ => router.changes(|| labels_of.set_sdl(&labels(""))).await,
    }
    kept.push(ticks.tick());
    kept
}

fn median(values: &[u64]) -> u64 {
    let mut values = values.to_vec();
    values.sort_unstable();
    values[values.len() / 2]
}

#[tokio::test]
async fn clients_come_and_go_and_miss_nothing_but_what_the_source_did_not_keep() {
    let rounds = std::env::var("ROUNDS").ok();
    let rounds = rounds.map_or(16, |text| text.parse().expect("a number"));
    let ticks = Ticks::new();
    let mut events = Numbered::start(&source(), &ticks, true).await;
    let labels_of = Numbered::start(&labels(""), &ticks, true).await;
    // Clients that are not read for a while answer no pings meanwhile.
    let yaml = format!(
        "subgraphs:\n  source: {{ url: \"{}\" }}\n  labels: {{ url: \"{}\" }}\npolling: {{ interval: 1h }}\nsubscriptions: {{ websocket: true, heartbeat: 5m }}\n",
        events.url(),
        labels_of.url()
    );
    let folder = tempfile::tempdir().expect("a folder");
    let router = Program::start(folder.path(), "router.yaml", &yaml).await;
    router.answer("{ __typename }").await;
    let mut clients = VecDeque::new();
    let (mut number, mut memory) = (0, Vec::new());
    for round in 0..rounds {
        while clients.len() < CLIENTS {
            clients.push_back(Client::join(router.url(), number).await);
            number += 1;
        }
        joined(&router, CLIENTS).await;
        events.opened(1).await;
        let kept = happen(round, &ticks, &router, &mut events, &labels_of).await;
        for client in &mut clients {
            client.expect(kept.iter().copied()).await;
        }
        let streams = router.metric("graphql_subscription_streams_active").await;
        assert_eq!(streams, 1.0, "they share one");
        clients.drain(..GOING);
        joined(&router, CLIENTS - GOING).await;
        memory.push(router.memory());
    }
    let settled = (memory.len() as f64 * SETTLED) as usize;
    let before = median(&memory[settled..2 * settled]);
    let after = median(&memory[memory.len() - settled..]);
    // What a build without optimisation, and an allocator, take more of it by chance.
    assert!(after <= before + before / 10 + 4_000_000, "{memory:?}");
}
