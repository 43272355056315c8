//! The running router: two ports, the composer behind them, and the end.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use abaque_edge::descriptors::ADMIN_CONNECTIONS;
use abaque_edge::request::Observer;
use abaque_edge::{Bounds, Health, Recorder, RequestBody, Tls, admin, direct, listen};
use axum::response::Response;
use http::Request;
use memory::Memory;
use settings::Listen;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tower::util::option_layer;
use tower::{Layer, Service};

use crate::config::Config;
use crate::granted::Granted;
use crate::http::methods::Methods;
use crate::http::{self as endpoint, Sockets, cors};
use crate::record::{self, Recording};
use crate::reload::in_service::InService;
use crate::reload::{AdminHosts, ConfigFile, Exporters, Generation, Lasting, Reloading};
use crate::request::{Ending, Mutations, Shared};
use crate::schema::{Composer, Configured, Schemas, Status};
use crate::serve_error::ServeError;
use crate::telemetry::{Metrics, catalog};

/// A scrape that is under way when the drain is over.
const ADMIN_DRAIN: Duration = Duration::from_secs(1);

/// The sockets of a router. The caller chooses the ports; tests take what the system gives.
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
    /// [`ServeError::Bind`] names the address that is not available.
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
    serve_granted(config, None, listeners, shutdown).await
}

/// [`serve`], by a configuration that is read again when `file` is asked to, and where it says `watch` when it has changed. What is wrong then is reported and changes
/// nothing.
///
/// # Errors
/// Those of [`serve`].
pub async fn serve_file(
    mut config: Config,
    file: ConfigFile,
    listeners: Listeners,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    Granted::within(&mut config).warn();
    serve_granted(config, Some(file), listeners, shutdown).await
}

/// [`serve`], by a configuration that grants no more than there is.
pub(crate) async fn serve_granted(
    config: Config,
    file: Option<ConfigFile>,
    listeners: Listeners,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    serve_observed(config, file, listeners, shutdown, drop).await
}

/// The same; `observe` gets what announces every change of the composition.
pub(crate) async fn serve_observed(
    config: Config,
    file: Option<ConfigFile>,
    listeners: Listeners,
    shutdown: impl Future<Output = ()> + Send + 'static,
    observe: impl FnOnce(watch::Receiver<Arc<Status>>),
) -> Result<(), ServeError> {
    let recorder = Recorder::new(catalog(), &[]);
    let health = Health::new();
    let probed = health.clone();
    let tls = config.clients.tls(&recorder)?;
    let shared = shared(&config, Metrics::new(&recorder));
    let exporters = shared.exporters.clone();
    let (schemas, recording) = (Arc::clone(&shared.schemas), shared.recording.clone());
    let subscriptions_end = Arc::clone(&shared.ending);
    observe(schemas.statuses());
    let first = Generation::make(config, &shared, None).await?;
    let (config, sockets) = (Arc::clone(&first.config), first.sockets.clone());
    schemas.set_persisted(first.persisted.clone());
    let (configured, newest) = watch::channel(first.configured());
    let intervals = newest.clone();
    let (metrics, mutations) = (Arc::clone(&shared.metrics), shared.mutations.clone());
    let composer = Composer::new(
        Arc::clone(&schemas),
        newest,
        metrics,
        health.clone(),
        recording.clone(),
    );
    let observer = Observer::new("router", &recorder);
    let make = {
        let (schemas, by_tls) = (Arc::clone(&schemas), tls.is_some());
        move |generation: &Generation| {
            let tracer = generation.exporting.tracer.clone();
            app(
                generation,
                &observer.clone().traced(tracer, by_tls),
                &schemas,
            )
        }
    };
    let lasting = Lasting::new(&config, tls.clone());
    let granted = lasting.bounds.subscribe();
    let hosts = Arc::clone(&lasting.admin_hosts);
    let reloading = Reloading::new(file, first, (shared, lasting), make, configured);
    let public = reloading.app();
    let private = private(hosts, health.clone(), recorder, schemas, &recording);
    let mut tasks = JoinSet::new();
    tasks.spawn(composer.run());
    watch(&mut tasks, tls.clone(), intervals);
    keep_record(&mut tasks, recording.clone());
    let (begun, drained) = (CancellationToken::new(), CancellationToken::new());
    let in_service = reloading.run_until(begun.clone().cancelled_owned());
    let begins = begun.clone();
    let in_service = AbortOnDropHandle::new(tokio::spawn(in_service));
    let ends = Arc::clone(&subscriptions_end);
    let ending = async move {
        shutdown.await;
        // From now on nothing may say that traffic is wanted. Load balancers learn it by asking, or are notified: requests
        // still come for the delay.
        begins.cancel();
        tasks.shutdown().await;
        health.not_ready("shutting down");
        subscriptions_end.begin();
    };
    let public = async {
        let served =
            abaque_edge::serve_over(listeners.public, tls, public, granted.clone(), ending).await;
        if served.is_ok() {
            let bounds = *granted.borrow();
            let patience = ends.left_of(bounds.drain_delay + bounds.drain_timeout);
            outlasting(&sockets, &mutations, patience).await;
        }
        // Requests had its connections until now. A panic there has been reported.
        begun.cancel();
        drop(in_service.await);
        drained.cancel();
        served
    };
    let over = drained.clone().cancelled_owned();
    let private = admin::serve(listeners.admin, private, &probed, admin_bounds(), over);
    let (public, private) = tokio::join!(public, private);
    finish(&exporters, recording).await;
    public?;
    Ok(private?)
}

/// Exports what is left, and writes down what was seen since the last time.
async fn finish(exporters: &Exporters, recording: Option<Arc<Recording>>) {
    let written = async {
        if let Some(recording) = recording {
            recording.write().await;
        }
    };
    tokio::join!(exporters.end(), written);
}

/// What lasts to the end, whatever the configuration.
fn shared(config: &Config, metrics: Metrics) -> Shared {
    let recorder = &metrics.recorder;
    let memory = Memory::within_container(&config.memory);
    memory.observe(recorder);
    let recording = config.record.as_ref();
    let recording = recording.map(|config| Recording::begin(config, recorder));
    let schemas = Arc::new(Schemas::new(InService::first(recorder)));
    let ending = Arc::new(Ending::new(&config.timeouts));
    Shared::new(Arc::new(metrics), schemas, memory, recording, ending)
}

/// Waits for what goes on without a request in flight: WebSockets, and mutations whose clients have left.
async fn outlasting(sockets: &Sockets, mutations: &Mutations, patience: Duration) {
    tokio::join!(
        sockets.closed_within(patience),
        mutations.ended_within(patience),
    );
}

/// What is answered on the admin port.
fn private(
    hosts: AdminHosts,
    health: Health,
    recorder: Recorder,
    schemas: Arc<Schemas>,
    recording: &Option<Arc<Recording>>,
) -> axum::Router {
    admin::app(health, recorder)
        .merge(crate::admin::app(schemas, hosts))
        .merge(record::admin::app(recording.clone()))
}

/// Writes down what is asked, where that is wanted.
fn keep_record(tasks: &mut JoinSet<()>, recording: Option<Arc<Recording>>) {
    if let Some(recording) = recording {
        tasks.spawn(recording.run());
    }
}

/// Looks for changed certificates from time to time, where there are any.
fn watch(tasks: &mut JoinSet<()>, tls: Option<Arc<Tls>>, configured: watch::Receiver<Configured>) {
    if let Some(tls) = tls {
        let interval = move || configured.borrow().terms.config.polling.interval;
        tasks.spawn(async move { tls.watch(interval).await });
    }
}

/// What may be taken of the admin port.
fn admin_bounds() -> Bounds {
    Bounds {
        drain_timeout: ADMIN_DRAIN,
        max_connections: ADMIN_CONNECTIONS,
        ..Bounds::default()
    }
}

/// What answers clients by one configuration.
fn app(
    generation: &Generation,
    observer: &Observer,
    schemas: &Arc<Schemas>,
) -> impl Service<Request<RequestBody>, Response = Response, Error = Infallible, Future: Send + 'static>
+ Clone
+ Send
+ Sync
+ 'static
+ use<> {
    let (config, pipeline) = (&generation.config, Arc::clone(&generation.pipeline));
    let (path, sockets) = (config.path.as_str(), generation.sockets.clone());
    let cors = cors::layer(&config.cors);
    let methods = Methods {
        leaves_preflights: cors.is_some(),
    };
    let cors = option_layer(cors);
    direct(
        path,
        observer.around_routes(
            path,
            methods.layer(cors.layer(endpoint::service(pipeline, sockets))),
        ),
        observer.around(endpoint::elsewhere::routes(config, Arc::clone(schemas)).layer(cors)),
    )
}
