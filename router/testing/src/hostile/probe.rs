//! What an orchestrator and an innocent client notice meanwhile.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

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

/// It runs on a thread of its own: what the attacker is busy with is not to be measured.
pub(super) struct Probing {
    ending: Arc<AtomicBool>,
    probed: oneshot::Receiver<Probed>,
}

impl Probing {
    pub(super) fn start(public: SocketAddr, admin: SocketAddr) -> std::io::Result<Self> {
        let ending = Arc::new(AtomicBool::new(false));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (sender, probed) = oneshot::channel();
        std::thread::Builder::new()
            .name("probe".to_owned())
            .spawn({
                let ending = Arc::clone(&ending);
                // Nobody waits any more when this fails.
                move || {
                    sender
                        .send(runtime.block_on(both(public, admin, &ending)))
                        .ok()
                }
            })?;
        Ok(Self { ending, probed })
    }

    pub(super) async fn finish(self) -> std::io::Result<Probed> {
        self.ending.store(true, Ordering::Relaxed);
        self.probed.await.map_err(std::io::Error::other)
    }
}

async fn both(public: SocketAddr, admin: SocketAddr, ending: &AtomicBool) -> Probed {
    let live = format!("GET /health/live HTTP/1.1\r\nhost: {admin}\r\nconnection: close\r\n\r\n");
    let innocent = wire::post(&wire::request("{ innocent }", "{}"));
    let (live, innocent) = tokio::join!(
        measure(admin, live.as_bytes(), "", ending),
        measure(public, &innocent, "data", ending),
    );
    Probed { live, innocent }
}

async fn measure(
    address: SocketAddr,
    bytes: &[u8],
    expected: &str,
    ending: &AtomicBool,
) -> Latencies {
    let mut all = Vec::new();
    while !ending.load(Ordering::Relaxed) {
        let began = Instant::now();
        let ended = wire::send(address, bytes, LONGEST).await;
        let is_good = matches!(&ended, Ending::Answered(200, said) if said == expected);
        all.push(if is_good { began.elapsed() } else { LONGEST });
        tokio::time::sleep(INTERVAL).await;
    }
    all.sort_unstable();
    Latencies(all)
}
