//! From one configuration to the next, without a restart.
//!
//! The file is read when somebody asks for it, and where `watch` is on when it has changed. It is checked whole; what it says is made beside what serves
//! ([`generation`]), the schema in service on its terms too, by the composer; then the requests that come go to both at once ([`swap`]), and the composer goes on with its subgraphs. Requests that are
//! under way end with the configuration that they began with and with its schema; subscriptions go over between two events. What is wrong with a file changes nothing and is reported ([`in_service`]), and so is what only a
//! restart takes over ([`restart`]). What lasts beyond a configuration takes over its numbers ([`lasting`]).

pub(crate) mod config;
mod exporting;
mod files;
mod generation;
pub(crate) mod in_service;
mod lasting;
mod restart;
mod swap;

use std::path::PathBuf;
use std::sync::Arc;

use settings::ConfigError;
use tokio::sync::Notify;
use tokio::sync::watch::Sender;

use self::files::Contents;
use crate::config::Config;
use crate::granted::Granted;
use crate::named_files;
use crate::request::Shared;
use crate::schema::Configured;

pub(crate) use self::exporting::Exporters;
pub(crate) use self::generation::Generation;
pub(crate) use self::lasting::{AdminHosts, Lasting};
pub(crate) use self::swap::Swap;

/// Where a configuration comes from, and who may ask for it to be read again.
#[derive(Clone, Debug)]
pub struct ConfigFile {
    path: PathBuf,
    asked: Arc<Notify>,
}

impl ConfigFile {
    /// The file that the router's configuration was read from.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            asked: Arc::default(),
        }
    }

    /// Has it read again, whether it has changed or not.
    pub fn reload(&self) {
        self.asked.notify_one();
    }
}

/// Goes from one configuration to the next.
pub(crate) struct Reloading<S, M> {
    /// `None` for a configuration that did not come from a file.
    file: Option<ConfigFile>,
    /// The configuration that the router was started with.
    started: Arc<Config>,
    current: Generation,
    shared: Shared,
    lasting: Lasting,
    /// What answers clients.
    app: Swap<S>,
    /// Makes it.
    make: M,
    /// To the composer.
    configured: Sender<Configured>,
}

impl<S, M: Fn(&Generation) -> S> Reloading<S, M> {
    /// Begins with a configuration, which serves from now on.
    pub(crate) fn new(
        file: Option<ConfigFile>,
        first: Generation,
        (shared, lasting): (Shared, Lasting),
        make: M,
        configured: Sender<Configured>,
    ) -> Self {
        shared.serve(&first.pipeline);
        Self {
            file,
            started: Arc::clone(&first.config),
            app: Swap::new(make(&first)),
            current: first,
            shared,
            lasting,
            make,
            configured,
        }
    }

    /// What answers clients.
    pub(crate) fn app(&self) -> Swap<S> {
        self.app.clone()
    }

    /// Runs until then, and gives what is in service. What is under way still needs it: the connection to Redis, for one.
    pub(crate) async fn run_until(mut self, end: impl Future<Output = ()>) -> Generation {
        tokio::select! {
            biased;
            () = end => {}
            () = self.run() => {}
        }
        self.current
    }

    async fn run(&mut self) {
        let Some(file) = self.file.clone() else {
            return std::future::pending().await;
        };
        let mut seen = None;
        // Why the file is refused, for as long as it is.
        let mut refused: Option<String> = None;
        loop {
            let config = &self.current.config;
            let asked = tokio::select! {
                () = file.asked.notified() => true,
                () = tokio::time::sleep(config.polling.interval), if config.watch => false,
            };
            let looked = self.look(&file).await;
            // What is wrong may be a file that it names and that is not in service: it may come later.
            if !asked && refused.is_none() && seen.as_ref() == Some(&looked) {
                continue;
            }
            let in_service = &self.shared.schemas.configuration;
            match self.read(&file, asked).await {
                Ok(None) => {
                    refused = None;
                    in_service.unchanged();
                }
                Ok(Some(next)) => {
                    refused = None;
                    self.take_over(next).await;
                }
                Err(error) if !asked && refused.as_ref() == Some(&error) => {}
                Err(error) => {
                    tracing::error!(%error, "the configuration cannot be taken over, the one before stays in service");
                    in_service.refused(&error);
                    refused = Some(error);
                }
            }
            // What has changed since it was read is seen the next time, but in files that have just been named.
            let now = self.look(&file).await;
            seen = Some(now.with_earlier(&looked));
        }
    }

    /// What the files hold that the configuration in service is made of.
    async fn look(&self, file: &ConfigFile) -> Contents {
        let (file, config) = (file.path.clone(), Arc::clone(&self.current.config));
        let looking = tokio::task::spawn_blocking(move || {
            let values = config.shown().files().iter().map(PathBuf::as_path);
            let files = std::iter::once(file.as_path()).chain(values);
            Contents::of(files.chain(config.connection_files()))
        });
        looking.await.unwrap_or_default()
    }

    /// Makes what the file says now; nothing where that is in service and nobody asked.
    async fn read(&self, file: &ConfigFile, asked: bool) -> Result<Option<Generation>, String> {
        let path = file.path.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let mut config = Config::load(&path).map_err(|error| error.to_string())?;
            Granted::within(&mut config);
            let unreadable = named_files::unreadable(&config);
            match unreadable.is_empty() {
                true => Ok(config),
                false => Err(ConfigError::new(&path, "", unreadable).to_string()),
            }
        });
        let read = reading.await;
        let config = read.unwrap_or_else(|failed| Err(failed.to_string()))?;
        let current = &self.current;
        let differs = !config
            .shown()
            .differences(current.config.shown())
            .is_empty();
        let made = Generation::make(config, &self.shared, Some(current)).await;
        let next = made.map_err(|error| error.to_string())?;
        let is_new = asked || differs || next.contents != current.contents;
        Ok(is_new.then_some(next))
    }

    /// What comes from now on is served by another configuration, and by the schema that is made by it.
    async fn take_over(&mut self, next: Generation) {
        let changed = next.config.shown().differences(self.current.config.shown());
        let needs_restart = restart::needed(&self.started, &next.config);
        self.shared.schemas.set_persisted(next.persisted.clone());
        // An error says that the router is about to end.
        let _ = self.configured.send(next.configured());
        tokio::select! {
            () = next.current.settled() => {}
            () = self.configured.closed() => {}
        }
        self.shared.serve(&next.pipeline);
        self.app.put((self.make)(&next));
        self.shared.schemas.announce();
        let before = &self.current.config;
        self.lasting.take_over(&next.config, before, &self.shared);
        if !Arc::ptr_eq(&next.exporting, &self.current.exporting) {
            self.current.exporting.replaced();
        }
        let level = &next.config.log.level;
        if *level != self.current.config.log.level
            && let Err(error) = abaque_edge::logs::set_filter(level)
        {
            tracing::error!(%error, "the log keeps its level");
        }
        self.current = next;
        tracing::info!(
            changed = listed(&changed),
            "another configuration is in service"
        );
        if !needs_restart.is_empty() {
            tracing::warn!(
                keys = listed(&needs_restart),
                "these keys of the configuration are taken over by a restart only"
            );
        }
        self.shared.schemas.configuration.taken_over(needs_restart);
    }
}

#[cfg(test)]
mod tests;

/// Keys that are named in the log at most.
const MOST_NAMED: usize = 20;

fn listed(keys: &[String]) -> String {
    let named = keys.iter().take(MOST_NAMED).map(String::as_str);
    let mut listed = named.collect::<Vec<_>>().join(", ");
    if keys.len() > MOST_NAMED {
        listed.push_str(", …");
    }
    listed
}
