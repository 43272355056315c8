//! What an orchestrator and an innocent client notice meanwhile.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

use super::wire::{self, Ending};

/// Between two of each.
const INTERVAL: Duration = Duration::from_millis(25);
/// None is waited for longer.
const LONGEST: Duration = Duration::from_secs(10);

/// How long each took; [`LONGEST`] where there was no good answer.
#[derive(Debug, Default)]
pub(super) struct Latencies(Vec<Duration>);

impl Latencies {
    pub(super) fn worst(&self) -> Duration {
        self.0.last().copied().unwrap_or_default()
    }

    /// That of `percent` of them at most.
    pub(super) fn percentile(&self, percent: usize) -> Duration {
        let index = (self.0.len() * percent / 100).min(self.0.len().saturating_sub(1));
        self.0.get(index).copied().unwrap_or_default()
    }
}

/// What was measured.
#[derive(Debug, Default)]
pub(super) struct Probed {
    pub(super) live: Latencies,
    pub(super) innocent: Latencies,
}

pub(super) struct Probing {
    ending: Arc<AtomicBool>,
    live: JoinHandle<Vec<Duration>>,
    innocent: JoinHandle<Vec<Duration>>,
}

impl Probing {
    pub(super) fn start(public: SocketAddr, admin: SocketAddr) -> Self {
        let ending = Arc::new(AtomicBool::new(false));
        let live =
            format!("GET /health/live HTTP/1.1\r\nhost: {admin}\r\nconnection: close\r\n\r\n");
        let innocent = wire::post(&wire::request("{ innocent }", "{}"));
        Self {
            live: tokio::spawn(measure(admin, live.into_bytes(), "", Arc::clone(&ending))),
            innocent: tokio::spawn(measure(public, innocent, "data", Arc::clone(&ending))),
            ending,
        }
    }

    pub(super) async fn finish(self) -> Probed {
        self.ending.store(true, Ordering::Relaxed);
        let sorted = async |measuring: JoinHandle<Vec<Duration>>| {
            let mut all = measuring.await.unwrap_or_default();
            all.sort_unstable();
            Latencies(all)
        };
        Probed {
            live: sorted(self.live).await,
            innocent: sorted(self.innocent).await,
        }
    }
}

async fn measure(
    address: SocketAddr,
    bytes: Vec<u8>,
    expected: &str,
    ending: Arc<AtomicBool>,
) -> Vec<Duration> {
    let mut all = Vec::new();
    while !ending.load(Ordering::Relaxed) {
        let began = Instant::now();
        let ended = wire::send(address, &bytes, LONGEST).await;
        let is_good = matches!(&ended, Ending::Answered(200, said) if said == expected);
        all.push(if is_good { began.elapsed() } else { LONGEST });
        tokio::time::sleep(INTERVAL).await;
    }
    all
}
