//! All that is made of one configuration. What the one before has and the new one would make again is kept: connections, keys of issuers, counts of limits,
//! caches.

use std::sync::Arc;
use std::time::Duration;

use abaque_edge::Recorder;
use abaque_edge::trace::Tracer;
use client::{SubgraphTls, Transport};
use redis::{Command, Redis};
use resolver::Resolver;
use tokio_util::task::AbortOnDropHandle;

use super::exporting::{Exporting, OF_EXPORTING};
use super::files::Contents;
use crate::config::Config;
use crate::http::Sockets;
use crate::persisted::{Bounds, Persisted};
use crate::request::{Pipeline, Resources, Shared};
use crate::schema::{Configured, Current, Terms, documents};
use crate::serve_error::ServeError;

/// How long opening a connection to an issuer of tokens may take.
const JWKS_CONNECT: Duration = Duration::from_secs(3);

/// One configuration, and what serves by it.
pub(crate) struct Generation {
    pub(crate) config: Arc<Config>,
    pub(crate) pipeline: Arc<Pipeline>,
    pub(crate) sockets: Sockets,
    pub(crate) exporting: Arc<Exporting>,
    terms: Terms,
    /// The schema that is made by it.
    pub(super) current: Arc<Current>,
    pub(crate) persisted: Option<Arc<Persisted>>,
    redis: Option<SharedRedis>,
    /// What the files hold whose contents count, beside the configuration's own.
    pub(super) contents: Contents,
    /// Looks at the persisted documents.
    _watching: Option<AbortOnDropHandle<()>>,
}

/// A connection to Redis, and the task that keeps it.
#[derive(Clone)]
struct SharedRedis {
    handle: Redis,
    _keeping: Arc<AbortOnDropHandle<()>>,
}

/// The keys that connections to subgraphs depend on, whatever the subgraph.
pub(super) const OF_CONNECTIONS: &[&[&str]] = &[
    &["dns"],
    &["tls", "ca"],
    &["timeouts", "connect"],
    &["timeouts", "idle"],
    &["timeouts", "connection_age"],
    &["proxy"],
];

/// The keys that the persisted documents in service depend on.
pub(super) const OF_DOCUMENTS: &[&[&str]] = &[&["persisted_documents", "files"], &["limits"]];

impl Generation {
    /// Makes what a configuration says. Nothing of it serves yet, and nothing of the one before has changed when that fails.
    ///
    /// # Errors
    /// [`ServeError::Tls`] when a file of TLS cannot be used, [`ServeError::Documents`] when the persisted documents cannot be read.
    pub(crate) async fn make(
        config: Config,
        shared: &Shared,
        previous: Option<&Self>,
    ) -> Result<Self, ServeError> {
        let config = Arc::new(config);
        let contents = contents(&config).await;
        // The one before, if these keys are the same.
        let same =
            |keys: &[&[&str]]| previous.filter(|previous| config.is_same(&previous.config, keys));
        let recorder = &shared.metrics.recorder;
        let same_files =
            |previous: &&Self| contents.agree(&previous.contents, config.client.files());
        let exporting = match same(OF_EXPORTING).filter(same_files) {
            Some(previous) => Arc::clone(&previous.exporting),
            None => Exporting::begin(&config, recorder, &shared.exporters)?,
        };
        let kept = same(OF_CONNECTIONS).filter(same_files);
        let tracer = exporting.tracer.clone();
        let terms = match kept {
            Some(previous) => previous.terms_again(&config, &contents, tracer)?,
            None => terms(&config, shared, tracer)?,
        };
        // What it has to prove is what it is for.
        let counts = config.rate_limit.counts();
        let same_use = |previous: &&Self| previous.config.rate_limit.counts() == counts;
        let redis = match kept.and(same(&[&["redis"]])).filter(same_use) {
            Some(previous) => previous.redis.clone(),
            None => SharedRedis::new(&config, recorder)?,
        };
        let persisted = match same(OF_DOCUMENTS) {
            Some(previous) => previous.persisted.clone(),
            None => persisted(&config, shared).await?,
        };
        let current = Current::new();
        let resources = Resources {
            current: Arc::clone(&current),
            issuers: issuers(&config, &terms.resolver)?,
            keeps_connections: kept.is_some(),
            redis: redis.as_ref().map(|redis| redis.handle.clone()),
            persisted: persisted.clone(),
            tracer: exporting.tracer.clone(),
        };
        let pipeline = Pipeline::new(
            Arc::clone(&config),
            shared.clone(),
            resources,
            previous.map(|previous| &*previous.pipeline),
        );
        let sockets = match previous {
            Some(previous) => previous.sockets.again(&config),
            None => Sockets::new(&config, &shared.metrics),
        };
        let (schemas, watched) = (Arc::clone(&shared.schemas), Arc::clone(&config));
        let watching = persisted.clone();
        let watching = watching.map(|persisted| documents::watch(persisted, schemas, watched));
        let watching = watching.map(|watching| AbortOnDropHandle::new(tokio::spawn(watching)));
        Ok(Self {
            config,
            pipeline: Arc::new(pipeline),
            sockets,
            exporting,
            terms,
            current,
            persisted,
            redis,
            contents,
            _watching: watching,
        })
    }
}

impl Generation {
    /// The terms of another configuration, whose connections are opened in the same way but for files that it names for a subgraph.
    fn terms_again(
        &self,
        config: &Arc<Config>,
        contents: &Contents,
        tracer: Option<Tracer>,
    ) -> Result<Terms, ServeError> {
        let unchanged = |tls: &SubgraphTls| contents.agree(&self.contents, tls.files());
        let transport = &self.terms.transport;
        Ok(Terms {
            transport: transport.again(&config.client, config.own_tls(), unchanged)?,
            resolver: self.terms.resolver.clone(),
            config: Arc::clone(config),
            tracer,
        })
    }

    /// What the composer makes schemas by.
    pub(crate) fn configured(&self) -> Configured {
        Configured {
            terms: self.terms.clone(),
            current: Arc::clone(&self.current),
        }
    }
}

impl SharedRedis {
    fn new(config: &Config, recorder: &Recorder) -> Result<Option<Self>, ServeError> {
        let authorities = config.client.authorities.as_deref();
        let tls = Arc::new(client::client_config(authorities)?);
        let made = Redis::new(&config.redis, tls, recorder, proof(config));
        Ok(made.map(|(handle, keeping)| Self {
            handle,
            _keeping: Arc::new(AbortOnDropHandle::new(tokio::spawn(keeping))),
        }))
    }
}

/// What a Redis has to do before it is used: a write, in a script where clients are counted there.
fn proof(config: &Config) -> Command {
    const KEY: &[u8] = b"abaque:proof";
    match config.rate_limit.counts() {
        true => Command::new(&[
            b"EVAL",
            b"return redis.call('SET', KEYS[1], '1', 'PX', 1)",
            b"1",
            KEY,
        ]),
        false => Command::new(&[b"SET", KEY, b"1", b"PX", b"1"]),
    }
}

/// New connections to subgraphs.
fn terms(
    config: &Arc<Config>,
    shared: &Shared,
    tracer: Option<Tracer>,
) -> Result<Terms, ServeError> {
    let resolver = client::resolver(&config.client.dns, &shared.metrics.recorder);
    let memory = Arc::clone(&shared.memory);
    let (own_tls, looked_up) = (config.own_tls(), resolver.clone());
    Ok(Terms {
        transport: Transport::new(&config.client, own_tls, looked_up, memory)?,
        resolver,
        config: Arc::clone(config),
        tracer,
    })
}

fn issuers(config: &Config, resolver: &Resolver) -> Result<fetch::Client, ServeError> {
    let tls = client::client_config(config.client.authorities.as_deref())?;
    Ok(fetch::Client::new(resolver.clone(), tls, JWKS_CONNECT))
}

/// The documents that the configuration names, checked against the schema in service.
async fn persisted(
    config: &Arc<Config>,
    shared: &Shared,
) -> Result<Option<Arc<Persisted>>, ServeError> {
    let Some(files) = config.persisted_documents.files.clone() else {
        return Ok(None);
    };
    let bounds = Bounds::new(config.limits.request_body);
    let reading = tokio::task::spawn_blocking(move || Persisted::load(files, bounds));
    let read = reading
        .await
        .unwrap_or_else(|failed| Err(failed.to_string()));
    let persisted = Arc::new(read.map_err(ServeError::Documents)?);
    if let Some(serving) = shared.schemas.current() {
        documents::check_now(&persisted, &serving, config).await;
    }
    Ok(Some(persisted))
}

/// What the files hold that connections are made by.
async fn contents(config: &Arc<Config>) -> Contents {
    let files = Arc::clone(config);
    let looking = tokio::task::spawn_blocking(move || Contents::of(files.connection_files()));
    looking.await.unwrap_or_default()
}
