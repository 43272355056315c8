//! How the executor asks the generated subgraphs: in memory, with answers that come out of order.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use executor::{FetchError, SubgraphClient, SubgraphRequest, SubgraphResponse};

use crate::generate::SubgraphText;
use crate::subgraph::ServedSubgraph;
use crate::world::World;

/// What was sent, and what the subgraphs say is wrong with it.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) sent: Vec<String>,
    pub(crate) wrong: Vec<String>,
}

/// Asks the subgraphs of a graph.
pub(crate) struct Client<'g> {
    world: &'g World,
    subgraphs: &'g [SubgraphText],
    served: &'g [ServedSubgraph],
    seen: Mutex<Seen>,
    /// Requests that have not been answered.
    under_way: AtomicUsize,
    /// Whether something of a mutation may be done later than the fields after it.
    is_deferring: bool,
}

fn delay(body: &[u8]) -> u32 {
    let sum = body.iter().fold(0u32, |sum, &byte| {
        sum.wrapping_mul(31).wrapping_add(u32::from(byte))
    });
    (sum >> 4) % 4
}

impl<'g> Client<'g> {
    /// `served` are the `subgraphs`, in their order.
    pub(crate) fn new(
        world: &'g World,
        subgraphs: &'g [SubgraphText],
        served: &'g [ServedSubgraph],
        is_deferring: bool,
    ) -> Self {
        Self {
            world,
            subgraphs,
            served,
            seen: Mutex::default(),
            under_way: AtomicUsize::new(0),
            is_deferring,
        }
    }

    pub(crate) fn into_seen(self) -> Seen {
        let seen = self.seen.into_inner();
        seen.unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl SubgraphClient for Client<'_> {
    async fn fetch(&self, request: SubgraphRequest<'_>) -> Result<SubgraphResponse, FetchError> {
        let served = self
            .world
            .supergraph
            .subgraph(request.subgraph)
            .and_then(|known| {
                let mut names = self.subgraphs.iter();
                let index = names.position(|subgraph| subgraph.name == *known.name)?;
                self.served.get(index)
            });
        let Some(served) = served else {
            return Err(FetchError::Timeout);
        };
        let others = self.under_way.fetch_add(1, Ordering::Relaxed);
        let (body, mut wrong) = served.answer(request.body.as_bytes());
        if others > 0
            && !self.is_deferring
            && request
                .body
                .as_bytes()
                .starts_with(br#"{"query":"mutation"#)
        {
            wrong.push("a field of a mutation begins before the one before has ended".to_owned());
        }
        // Answers come in another order than that of the questions; always the same one.
        for _ in 0..delay(request.body.as_bytes()) {
            tokio::task::yield_now().await;
        }
        self.under_way.fetch_sub(1, Ordering::Relaxed);
        let mut seen = self
            .seen
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let sent = String::from_utf8_lossy(request.body.as_bytes());
        seen.sent.push(format!("{}: {sent}", request.subgraph_name));
        seen.wrong.extend(wrong);
        Ok(SubgraphResponse {
            status: 200,
            headers: Default::default(),
            body: body.into(),
        })
    }
}
