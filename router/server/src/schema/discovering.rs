//! The discovery of further subgraphs, where the configuration wants it.

use std::collections::HashSet;
use std::sync::Arc;

use discovery::{Discovery, Found, Settings};
use tokio::sync::watch::Receiver;
use tokio::task::AbortHandle;

use super::terms::Terms;

/// A discovery that runs until it is dropped.
pub(super) struct Discovering(Option<Running>);

struct Running {
    found: Receiver<Arc<Found>>,
    task: AbortHandle,
}

impl Discovering {
    pub(super) fn new(terms: &Terms) -> Self {
        let Terms {
            config, resolver, ..
        } = terms;
        let Some(kubernetes) = &config.discovery.kubernetes else {
            return Self(None);
        };
        let taken: HashSet<String> = config.placed().map(|(name, _)| name.clone()).collect();
        let discovery = Discovery::new(
            Settings {
                selector: kubernetes.selector.clone(),
                namespaces: kubernetes.namespaces.clone(),
                grace: kubernetes.grace,
                max: kubernetes.max,
                taken,
                server: kubernetes.server.clone(),
                token: kubernetes.token.clone(),
                ca: kubernetes.ca.clone(),
            },
            resolver.clone(),
        );
        let found = discovery.found();
        let task = tokio::spawn(discovery.run(|name| std::env::var(name).ok()));
        Self(Some(Running {
            found,
            task: task.abort_handle(),
        }))
    }

    /// What there is from now on; never where nothing is discovered. Nothing is lost when the future is dropped.
    pub(super) async fn changed(&mut self) -> Arc<Found> {
        if let Some(running) = &mut self.0
            && running.found.changed().await.is_ok()
        {
            return Arc::clone(&running.found.borrow_and_update());
        }
        std::future::pending().await
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}
