//! How much may be sent again: a share of what is sent, so that a subgraph that fails is not asked several times as often as one that does not.

use std::sync::atomic::{AtomicU32, Ordering};

/// What one more attempt takes.
const ATTEMPT: u32 = 100;
/// Attempts that may be saved up, and that there are at the beginning: a subgraph that is seldom asked is asked again too.
const SAVED: u32 = 10;

/// Each request puts `percent` hundredths of an attempt in; each attempt takes one out.
#[derive(Debug)]
pub(crate) struct Budget {
    percent: u32,
    left: AtomicU32,
}

impl Budget {
    pub(crate) fn new(percent: u32) -> Self {
        Self {
            percent,
            left: AtomicU32::new(SAVED * ATTEMPT),
        }
    }

    /// A request is sent for the first time.
    pub(crate) fn sent(&self) {
        self.change(|left| Some((left + self.percent).min(SAVED * ATTEMPT)));
    }

    /// Whether it may be sent again.
    pub(crate) fn take(&self) -> bool {
        self.change(|left| left.checked_sub(ATTEMPT))
    }

    fn change(&self, to: impl FnMut(u32) -> Option<u32>) -> bool {
        let order = Ordering::Relaxed;
        self.left.fetch_update(order, order, to).is_ok()
    }
}
