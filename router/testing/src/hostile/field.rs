//! Where an attack takes place, and the ways in which many things are sent at once.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::report::Endings;
use super::subgraph::Subgraph;
use super::wire::{self, Ending};

/// The router, and the subgraph that does not behave.
pub(super) struct Field {
    pub(super) public: SocketAddr,
    pub(super) admin: SocketAddr,
    pub(super) bad: Subgraph,
    /// The router's for a request.
    pub(super) timeout: Duration,
    /// What comes in numbers is divided by this.
    pub(super) share: usize,
}

impl Field {
    /// How many, of what comes in numbers.
    pub(super) fn many(&self, number: usize) -> usize {
        (number / self.share).max(1)
    }

    /// How long anything may take to end: its timeout, and what a busy machine adds.
    pub(super) fn patience(&self) -> Duration {
        self.timeout * 2 + Duration::from_secs(5)
    }

    /// Sends all of them, a bounded number at once, each over a connection of its own.
    pub(super) async fn send_all(
        &self,
        all: impl IntoIterator<Item = Vec<u8>>,
        at_once: usize,
    ) -> Endings {
        let (public, patience) = (self.public, self.patience());
        let mut endings = Endings::new();
        let mut sending = JoinSet::new();
        for bytes in all {
            if sending.len() >= at_once
                && let Some(Ok(ending)) = sending.join_next().await
            {
                *endings.entry(ending).or_default() += 1;
            }
            sending.spawn(async move { wire::send(public, &bytes, patience).await });
        }
        while let Some(ended) = sending.join_next().await {
            *endings.entry(ended.unwrap_or(Ending::NoEnd)).or_default() += 1;
        }
        endings
    }

    /// Sends queries without variables.
    pub(super) async fn ask_all(
        &self,
        queries: impl IntoIterator<Item = String>,
        at_once: usize,
    ) -> Endings {
        let requests = queries
            .into_iter()
            .map(|query| wire::post(&wire::request(&query, "{}")));
        self.send_all(requests, at_once).await
    }

    /// Asks the same this many times at once.
    pub(super) async fn ask_at_once(&self, query: &str, variables: &str, times: usize) -> Endings {
        let request = wire::post(&wire::request(query, variables));
        self.send_all(std::iter::repeat_n(request, times), times)
            .await
    }

    /// Opens connections, sends the same beginning on each, and keeps them for a while. Those that the router has closed meanwhile are
    /// closed; the others end with this.
    pub(super) async fn keep_open(
        &self,
        count: usize,
        beginning: &[u8],
        long: Duration,
    ) -> Endings {
        let beginning: Arc<[u8]> = beginning.into();
        let mut kept = JoinSet::new();
        let mut endings = Endings::new();
        for _ in 0..count {
            let Ok(mut stream) = TcpStream::connect(self.public).await else {
                *endings.entry(Ending::Closed).or_default() += 1;
                continue;
            };
            let beginning = Arc::clone(&beginning);
            kept.spawn(async move {
                // A close is an end as good as any.
                stream.write_all(&beginning).await.ok();
                tokio::time::sleep(long).await;
                wire::standing(&stream)
            });
        }
        for ending in kept.join_all().await {
            *endings.entry(ending).or_default() += 1;
        }
        endings
    }
}
