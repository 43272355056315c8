//! Looking at a source again and again.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::source::{Source, SourceError};

/// What a look at a source saw.
pub(super) struct Observation {
    /// Which source.
    pub(super) id: u64,
    pub(super) sdl: Result<Arc<str>, SourceError>,
}

/// The first wait after a failure; each further one doubles it, up to the interval.
const FIRST_BACK_OFF: Duration = Duration::from_millis(200);

/// Looks at a source every `interval`, sooner after failures and at once when asked, until nobody listens.
pub(super) async fn watch(
    id: u64,
    source: Arc<Source>,
    interval: Duration,
    mut refreshes: watch::Receiver<u64>,
    observations: mpsc::Sender<Observation>,
) {
    let mut back_off = FIRST_BACK_OFF;
    loop {
        refreshes.mark_unchanged();
        let sdl = source.look().await;
        let wait = if sdl.is_ok() {
            back_off = FIRST_BACK_OFF;
            // Replicas that started together do not keep asking together.
            jittered(interval, 0.1)
        } else {
            let wait = jittered(back_off.min(interval), 0.5);
            back_off = (back_off * 2).min(interval.max(FIRST_BACK_OFF));
            wait
        };
        if observations.send(Observation { id, sdl }).await.is_err() {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            asked = refreshes.changed() => if asked.is_err() {
                return;
            },
        }
    }
}

/// `duration`, shorter by a random part of up to `part` of it.
fn jittered(duration: Duration, part: f64) -> Duration {
    duration.mul_f64(1.0 - part * fastrand::f64())
}
