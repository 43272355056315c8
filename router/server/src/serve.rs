//! The running router: two ports, the composer behind them, and the end.

use std::sync::Arc;

use abaque_edge::descriptors::ADMIN_CONNECTIONS;
use abaque_edge::request::Observer;
use abaque_edge::{Bounds, Health, Recorder, admin, direct, listen};
use client::Transport;
use futures_util::future::OptionFuture;
use memory::Memory;
use redis::Redis;
use settings::Listen;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::Layer;
use tower::util::option_layer;

use crate::config::Config;
use crate::granted::Granted;
use crate::http::methods::Methods;
use crate::http::{self as endpoint, Sockets, cors};
use crate::persisted::{Bounds as DocumentBounds, Persisted};
use crate::record::{self, Recording};
use crate::request::{Ending, Pipeline};
use crate::schema::{Composer, documents};
use crate::telemetry::{Metrics, catalog};

/// The sockets of a router. Whoever makes them chooses the ports; tests take what the system gives.
#[derive(Debug)]
pub struct Listeners {
    /// For `/graphql`.
    pub public: TcpListener,
    /// For probes, metrics and the composition status.
    pub admin: TcpListener,
}

impl Listeners {
    /// Binds the addresses of the configuration.
    ///
    /// # Errors
    /// [`ServeError::Bind`] names the address that cannot be had.
    pub async fn bind(config: &Config) -> Result<Self, ServeError> {
        let bind = async |address: &Listen, role| {
            let bound = listen::bind_host(&address.host, address.port).await;
            bound.map_err(|source| ServeError::Bind {
                address: address.clone(),
                role,
                source,
            })
        };
        Ok(Self {
            public: bind(&config.listen, "listen").await?,
            admin: bind(&config.admin, "admin").await?,
        })
    }
}

/// Why the router cannot be served at all.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// An address cannot be bound.
    #[error("cannot listen on {address} ({role}): {source}")]
    Bind {
        /// Which address.
        address: Listen,
        /// `listen` or `admin`.
        role: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// TLS cannot be set up as the configuration wants.
    #[error(transparent)]
    Tls(#[from] client::TlsError),
    /// TLS towards clients cannot be set up as the configuration wants.
    #[error(transparent)]
    ServerTls(#[from] abaque_edge::tls::TlsError),
    /// The persisted documents cannot be read.
    #[error("persisted_documents.files: {0}")]
    Documents(String),
    /// A listener failed.
    #[error("serving failed: {0}")]
    Io(#[from] std::io::Error),
}

/// Serves until `shutdown` resolves, accepts requests for `timeouts.drain_delay` more while not ready, then lets those in flight end,
/// for as long as `timeouts.drain` grants.
///
/// The limit of open files is raised as far as it can be; where it is still too low for what the configuration grants, less is granted.
///
/// Both ports answer at once. `/health/ready` is 503 until a schema is in service, and again from the shutdown on; the admin port
/// answers to the end of the drain.
///
/// # Errors
/// [`ServeError::Tls`] and [`ServeError::ServerTls`] when a file of TLS cannot be used, [`ServeError::Documents`] when the persisted documents cannot be read, [`ServeError::Io`] when a listener cannot be served at all. What happens to subgraphs is no error of the router.
pub async fn serve(
    mut config: Config,
    listeners: Listeners,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    Granted::within(&mut config).warn();
    serve_granted(config, listeners, shutdown).await
}

/// [`serve`], by a configuration that grants no more than there is.
pub(crate) async fn serve_granted(
    config: Config,
    listeners: Listeners,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let config = Arc::new(config);
    let recorder = Recorder::new(catalog(), &[]);
    let metrics = Arc::new(Metrics::new(&recorder));
    let health = Health::new();
    let memory = Memory::within_container(&config.memory);
    let resolver = client::resolver(&config.client.dns, &recorder);
    let transport = Transport::new(&config.client, resolver.clone(), Arc::clone(&memory))?;
    let tls = config.clients.tls(&recorder)?;
    memory.observe(&recorder);
    let recording = config.record.as_ref();
    let recording = recording.map(|config| Recording::begin(config, &recorder));
    let persisted = persisted(&config).await?;
    let tls_of_issuers = client::client_config(config.client.authorities.as_deref())?;
    let issuers = fetch::Client::new(resolver.clone(), tls_of_issuers, JWKS_CONNECT);
    let composer = Composer::new(
        Arc::clone(&config),
        transport,
        resolver,
        Arc::clone(&metrics),
        health.clone(),
        recording.clone(),
        persisted,
    );
    let schemas = composer.schemas();
    let watch_documents = documents::watch(Arc::clone(&schemas), Arc::clone(&config));

    let (redis, keeping_redis) = redis(&config, &recorder)?.unzip();
    let subscriptions_end = Arc::new(Ending::new(config.timeouts.drain_delay));
    let sockets = Sockets::new(&config, &metrics);
    let pipeline = Pipeline::new(
        Arc::clone(&config),
        metrics,
        Arc::clone(&schemas),
        memory,
        redis,
        recording.clone(),
        Arc::clone(&subscriptions_end),
    );
    let mut tasks = JoinSet::new();
    pipeline.authenticator.watch(&mut tasks, &issuers);
    let cors = option_layer(cors::layer(&config.cors));
    let observer = Observer::new("router", &recorder);
    let public = direct(
        config.path.as_str(),
        observer.around_route(
            config.path.as_str(),
            Methods.layer(cors.layer(endpoint::service(pipeline, sockets.clone()))),
        ),
        observer.around(endpoint::elsewhere::routes(&config, Arc::clone(&schemas)).layer(cors)),
    );
    let private = admin::app(health.clone(), recorder)
        .merge(crate::admin::app(
            schemas,
            config.admin_hosts.as_slice().into(),
        ))
        .merge(record::admin::app(recording.clone()));

    let bounds = Bounds {
        header_read_timeout: config.timeouts.request_head,
        drain_delay: config.timeouts.drain_delay,
        drain_timeout: config.timeouts.drain,
        max_connections: config.limits.connections,
        ..config.clients.bounds()
    };
    tasks.spawn(composer.run());
    tasks.spawn(async {
        OptionFuture::from(keeping_redis).await;
    });
    if let Some(tls) = tls.clone() {
        let interval = config.polling.interval;
        tasks.spawn(async move { tls.watch(interval).await });
    }
    if let Some(recording) = recording.clone() {
        tasks.spawn(recording.run());
    }
    tasks.spawn(watch_documents);
    let drained = CancellationToken::new();
    let ending = {
        let health = health.clone();
        async move {
            shutdown.await;
            // From now on nothing may say that traffic is wanted. Whoever balances the load learns it by asking, or is told: requests
            // still come for the delay.
            tasks.shutdown().await;
            health.not_ready("shutting down");
            subscriptions_end.begin();
        }
    };
    let public = async {
        let served = abaque_edge::serve_over(listeners.public, tls, public, bounds, ending).await;
        if served.is_ok() {
            sockets.closed_within(bounds.drain_timeout).await;
        }
        drained.cancel();
        served
    };
    let private = abaque_edge::serve(
        listeners.admin,
        private,
        Bounds {
            drain_timeout: ADMIN_DRAIN,
            max_connections: ADMIN_CONNECTIONS,
            ..Bounds::default()
        },
        drained.clone().cancelled_owned(),
    );
    let (public, private) = tokio::join!(public, private);
    if let Some(recording) = recording {
        // With what was seen since the last time.
        recording.write().await;
    }
    public?;
    private?;
    Ok(())
}

/// What replicas share, and the task that keeps the connection to it.
fn redis(
    config: &Config,
    recorder: &Recorder,
) -> Result<Option<(Redis, impl Future<Output = ()> + use<>)>, client::TlsError> {
    let authorities = config.client.authorities.as_deref();
    let tls = Arc::new(client::client_config(authorities)?);
    Ok(Redis::new(&config.redis, tls, recorder))
}

/// The documents that the configuration names.
async fn persisted(config: &Config) -> Result<Option<Arc<Persisted>>, ServeError> {
    let Some(files) = config.persisted_documents.files.clone() else {
        return Ok(None);
    };
    let bounds = DocumentBounds::new(config.limits.request_body);
    let reading = tokio::task::spawn_blocking(move || Persisted::load(files, bounds));
    let read = reading
        .await
        .unwrap_or_else(|failed| Err(failed.to_string()));
    Ok(Some(Arc::new(read.map_err(ServeError::Documents)?)))
}

/// How long opening a connection to an issuer of tokens may take.
const JWKS_CONNECT: std::time::Duration = std::time::Duration::from_secs(3);

/// A scrape that is under way when the drain is over.
const ADMIN_DRAIN: std::time::Duration = std::time::Duration::from_secs(1);
