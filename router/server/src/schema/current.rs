//! The schema that the requests of one configuration are answered by.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use tokio::sync::watch;

use super::serving::Serving;
use super::terms::Terms;

/// A configuration on its way into service: what it says of the schema, and where the schema that is made by it is put. Requests go to the configuration when that is there, so that
/// none meets the one without the other.
#[derive(Clone, Debug)]
pub(crate) struct Configured {
    pub(crate) terms: Terms,
    pub(crate) current: Arc<Current>,
}

/// The newest schema that was made by one configuration. Requests that began with it end with it, whatever is in service by then.
#[derive(Debug)]
pub(crate) struct Current {
    serving: ArcSwapOption<Serving>,
    is_settled: watch::Sender<bool>,
}

impl Current {
    /// There is none yet.
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            serving: ArcSwapOption::empty(),
            is_settled: watch::Sender::new(false),
        })
    }

    /// The schema, which a request keeps to its end.
    pub(crate) fn get(&self) -> Option<Arc<Serving>> {
        self.serving.load_full()
    }

    pub(super) fn put(&self, serving: Arc<Serving>) {
        self.serving.store(Some(serving));
    }

    /// The schema in service, if there is one, has been made ready for this configuration.
    pub(super) fn settle(&self) {
        self.is_settled.send_replace(true);
    }

    /// Waits for that.
    pub(crate) async fn settled(&self) {
        // An error would say that this is gone.
        let _ = self
            .is_settled
            .subscribe()
            .wait_for(|settled| *settled)
            .await;
    }
}
