//! One namespace: listed, then watched, again and again.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::Sender;
use tokio::time::sleep;

use crate::access::Access;
use crate::api::{ApiError, Event, Services};
use crate::service::{Id, Service};

/// The first wait after a failure; each further one doubles it.
const FIRST_BACK_OFF: Duration = Duration::from_millis(200);
/// The longest.
const MAX_BACK_OFF: Duration = Duration::from_secs(30);

/// An event about a namespace.
#[derive(Debug)]
pub(crate) enum Change {
    /// These are all.
    Listed(Vec<Service>),
    Put(Box<Service>),
    Gone(Id),
    /// It cannot be asked.
    Problem(String),
    /// It can be asked again.
    Well,
}

/// One namespace, or `*` for all.
#[derive(Debug)]
pub(crate) struct Scope {
    namespace: String,
    selector: String,
    access: Arc<Access>,
    changes: Sender<(String, Change)>,
    back_off: Duration,
}

/// Nobody listens any more.
struct Deaf;

impl Scope {
    pub(crate) fn new(
        namespace: String,
        selector: &str,
        access: Arc<Access>,
        changes: Sender<(String, Change)>,
    ) -> Self {
        Self {
            namespace,
            selector: selector.to_owned(),
            access,
            changes,
            back_off: FIRST_BACK_OFF,
        }
    }

    /// Runs until nobody listens.
    pub(crate) async fn run(mut self) {
        let access = Arc::clone(&self.access);
        let (namespace, selector) = (self.namespace.clone(), self.selector.clone());
        let services = Services {
            access: &access,
            namespace: &namespace,
            selector: &selector,
        };
        loop {
            let told = match services.list().await {
                Ok(listing) => {
                    let listed = self.tell(Change::Listed(listing.services)).await;
                    match listed {
                        Ok(()) => self.follow(&services, listing.version).await,
                        Err(deaf) => Err(deaf),
                    }
                }
                // A list that expired between its pages is begun again.
                Err(ApiError::Expired) => self.wait().await,
                Err(error) => self.trouble(&error).await,
            };
            if told.is_err() {
                return;
            }
        }
    }

    /// Watches until only a new list helps.
    async fn follow(&mut self, services: &Services<'_>, mut version: String) -> Result<(), Deaf> {
        loop {
            let mut watch = match services.watch(&version).await {
                Ok(watch) => watch,
                Err(ApiError::Expired) => return self.wait().await,
                Err(error) => return self.trouble(&error).await,
            };
            self.tell(Change::Well).await?;
            let mut lively = false;
            let ended = loop {
                match watch.next().await {
                    Ok(Some(event)) => {
                        lively = true;
                        self.event(event, &mut version).await?;
                    }
                    Ok(None) => break None,
                    Err(error) => break Some(error),
                }
            };
            if lively {
                self.back_off = FIRST_BACK_OFF;
            }
            match ended {
                Some(ApiError::Expired) => return self.wait().await,
                Some(error @ ApiError::Problem(_)) => return self.trouble(&error).await,
                // It goes on where it was.
                Some(ApiError::BrokeOff(_)) | None => self.wait().await?,
            }
        }
    }

    async fn event(&mut self, event: Event, version: &mut String) -> Result<(), Deaf> {
        match event {
            Event::Put(service) => {
                version.clone_from(&service.metadata.resource_version);
                self.tell(Change::Put(service)).await
            }
            Event::Gone(service) => {
                version.clone_from(&service.metadata.resource_version);
                self.tell(Change::Gone(service.id())).await
            }
            Event::Bookmark(at) => {
                *version = at;
                Ok(())
            }
        }
    }

    async fn trouble(&mut self, error: &ApiError) -> Result<(), Deaf> {
        self.tell(Change::Problem(error.to_string())).await?;
        self.wait().await
    }

    async fn tell(&self, change: Change) -> Result<(), Deaf> {
        let told = self.changes.send((self.namespace.clone(), change)).await;
        told.map_err(|_| Deaf)
    }

    /// Waits longer each time that nothing came of it, and not as long as all others that wait.
    async fn wait(&mut self) -> Result<(), Deaf> {
        let jittered = self.back_off.mul_f64(1.0 - 0.5 * fastrand::f64());
        tokio::select! {
            () = sleep(jittered) => {}
            () = self.changes.closed() => return Err(Deaf),
        }
        self.back_off = (self.back_off * 2).min(MAX_BACK_OFF);
        Ok(())
    }
}
