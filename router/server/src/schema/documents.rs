//! Persisted documents: looked at again and again, as SDL files are, and checked against the schema in service before they are served.

use std::sync::Arc;

use federation::Cancellation;
use tokio::time::Instant;

use super::Schemas;
use super::serving::Serving;
use crate::config::Config;
use crate::persisted::{Fit, Library, Persisted, Stamp};
use crate::prepare::{Operations, Preparer};
use crate::telemetry::Metrics;

/// Checks what is in service against a schema that is about to be.
pub(super) async fn check(
    persisted: &Persisted,
    schema: String,
    operations: &Arc<Operations>,
    config: &Arc<Config>,
    cancellation: &Cancellation,
    late: Instant,
) {
    let library = persisted.library();
    let preparer = preparer(config);
    let fit = Fit::of(&library, schema, operations, &preparer, cancellation, late).await;
    persisted.checked(fit);
}

/// Checks documents that are not in service yet against the schema that is.
pub(crate) async fn check_now(persisted: &Persisted, serving: &Serving, config: &Arc<Config>) {
    let (hash, never) = (serving.hash.to_string(), Cancellation::default());
    let operations = &serving.operations;
    check(persisted, hash, operations, config, &never, late(config)).await;
}

/// Until when they are checked where that begins now.
pub(super) fn late(config: &Config) -> Instant {
    Instant::now() + config.schema.warm_up.within
}

/// Nobody waits for these operations, so that they are not counted as those that clients send.
fn preparer(config: &Arc<Config>) -> Preparer {
    Preparer::new(config, Arc::new(Metrics::unobserved()), None)
}

/// Looks at the files every `polling.interval`, and at once when asked, for ever.
pub(crate) async fn watch(persisted: Arc<Persisted>, schemas: Arc<Schemas>, config: Arc<Config>) {
    let mut refreshes = schemas.refreshes();
    loop {
        let asked = tokio::select! {
            () = tokio::time::sleep(config.polling.interval) => false,
            asked = refreshes.changed() => match asked {
                Ok(()) => true,
                Err(_) => return,
            },
        };
        let looking = {
            let persisted = Arc::clone(&persisted);
            tokio::task::spawn_blocking(move || look(&persisted, asked))
        };
        let library = match looking.await {
            Ok(Ok(Some(library))) => library,
            Ok(Ok(None)) => continue,
            Ok(Err(error)) => {
                persisted.failed(error);
                continue;
            }
            Err(failed) => {
                persisted.failed(failed.to_string());
                continue;
            }
        };
        tracing::info!(
            documents = library.len(),
            "the persisted documents have changed"
        );
        let current = schemas.current();
        let fit = match &current {
            Some(serving) => {
                let (hash, never) = (serving.hash.to_string(), Cancellation::default());
                let (preparer, operations) = (preparer(&config), &serving.operations);
                let late = late(&config);
                Some(Fit::of(&library, hash, operations, &preparer, &never, late).await)
            }
            None => None,
        };
        persisted.replace(library);
        if let Some(fit) = fit {
            persisted.checked(fit);
        }
    }
}

/// The documents, where they are others than those in service.
fn look(persisted: &Persisted, asked: bool) -> Result<Option<Library>, String> {
    let current = persisted.library();
    let stamp = Stamp::of(&persisted.files, persisted.bounds)?;
    if stamp == current.stamp && !asked && !persisted.has_failed() {
        return Ok(None);
    }
    let library = Library::read(&persisted.files, persisted.bounds)?;
    persisted.readable();
    let is_same = library.stamp == current.stamp && library.texts() == current.texts();
    Ok((!is_same).then_some(library))
}
