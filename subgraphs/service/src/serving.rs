//! From a program and its configuration to two apps, and from two listeners to an end.

use std::io;
use std::time::Duration;

use abaque_edge::descriptors::{ADMIN_CONNECTIONS, Descriptors};
use abaque_edge::direct::{Direct, direct};
use abaque_edge::request::{Observed, Observer};
use abaque_edge::{Bounds, Health, Recorder, admin};
use axum::Router;
use axum::middleware;
use otlp::Exporter;
use settings::Listen;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tower::Layer as _;
use tower::util::{Either, option_layer};
use tower_http::cors::Cors;

use crate::admission::{self, Room};
use crate::compute::Pool;
use crate::endpoints::Endpoints;
use crate::pressure::Pressure;
use crate::streams::Streams;
use crate::{Config, Program, cors, graphql, rest};

/// Probes and scrapes are short: nothing on the admin port is worth a longer wait.
const ADMIN_DRAIN: Duration = Duration::from_secs(2);

/// The two sockets of a program, bound by the caller.
#[derive(Debug)]
pub struct Listeners {
    /// For `/graphql` and `/api/v1`.
    pub public: TcpListener,
    /// For `/metrics` and `/health`.
    pub admin: TcpListener,
}

impl Listeners {
    /// Binds both addresses of the configuration.
    ///
    /// # Errors
    /// When an address is not available; the message names it.
    pub async fn bind(config: &Config) -> io::Result<Self> {
        let bind = async |address: &Listen| {
            let bound = abaque_edge::listen::bind_host(&address.host, address.port).await;
            bound.map_err(|error| {
                io::Error::new(error.kind(), format!("cannot listen on {address}: {error}"))
            })
        };
        Ok(Self {
            public: bind(&config.listen).await?,
            admin: bind(&config.admin).await?,
        })
    }
}

/// The apps of a program, for [`serve`] or for a test that needs no socket.
#[derive(Debug)]
pub struct Apps {
    /// `/graphql`, `/api/v1`, and the console's assets.
    pub public: Public,
    /// `/metrics`, `/health/live`, `/health/ready`.
    pub admin: Router,
    /// Not ready until somebody says so.
    pub health: Health,
    pub(crate) streams: Streams,
    pub(crate) pressure: Pressure,
    /// What exports spans, if anything does.
    pub(crate) exporter: Option<Exporter>,
}

/// The public app: both endpoints without a router on the way, everything else through one.
pub type Public = Direct<Observed<Either<Cors<Endpoints>, Endpoints>>>;

/// Makes the apps of a program, with metrics of their own.
#[must_use]
pub fn apps(program: Program, config: &Config) -> Apps {
    let catalog = [abaque_edge::METRICS, graphql::METRICS, otlp::METRICS];
    let recorder = Recorder::new(catalog.into_iter().flatten(), &[("service", program.name)]);
    let exporting = otlp::Program {
        name: program.name,
        version: program.version,
    };
    let (tracer, exporter) = otlp::start(&config.telemetry, exporting, None, &recorder);
    let health = Health::new();
    let Program {
        name,
        schema,
        rest,
        openapi,
        default_query,
        ..
    } = program;
    let page = graphql::FirstPage {
        title: name,
        default_query,
    };
    let pool = Pool::new(config.capacity.threads, config.capacity.queue);
    let room = Room::new(&config.capacity, &config.limits);
    let pressure = Pressure::new();
    let streams = Streams::new(config.capacity.streams, &recorder);
    let slow = graphql::Slow {
        fields: rest.slow().map(str::to_owned).collect(),
        entities: schema.slow_entities,
    };
    let rest = rest::Door::new(
        rest,
        pool.clone(),
        pressure.clone(),
        room.clone(),
        config.limits,
    );
    let shared = graphql::Shared {
        pool,
        pressure: pressure.clone(),
        room: room.clone(),
        streams: streams.clone(),
        slow,
    };
    let (schema, shortcuts) = schema.finish(&config.limits);
    let graphql = graphql::Door::new(schema, shortcuts, page, config, &recorder, shared);
    let endpoints = Endpoints::new(graphql, rest);
    let paths = endpoints.paths();
    let others = Router::new()
        .merge(graphql::assets(config))
        .merge(rest::description(openapi, &config.limits))
        .fallback(rest::not_found)
        .layer(middleware::from_fn_with_state(
            (room, pressure.clone()),
            admission::layer,
        ));
    let cors = match config.cors_origins.as_slice() {
        [] => None,
        origins => Some(cors::layer(origins)),
    };
    let observer = Observer::new(name, &recorder).traced(tracer, false);
    let cors = option_layer(cors);
    let endpoints = observer.around_plain_routes(paths.clone(), cors.layer(endpoints));
    let others = observer.around(others.layer(cors));
    Apps {
        public: direct(paths, endpoints, others),
        admin: admin::app(health.clone(), recorder),
        health,
        streams,
        pressure,
        exporter,
    }
}

/// Waits until the sender is dropped: nothing is sent.
async fn dropped(ended: oneshot::Receiver<()>) {
    let _ = ended.await;
}

/// What may be taken of the admin port.
fn admin_bounds(public: Bounds) -> Bounds {
    Bounds {
        max_connections: ADMIN_CONNECTIONS,
        drain_timeout: ADMIN_DRAIN,
        ..public
    }
}

/// Serves a program until `shutdown` resolves, then drains: readiness turns false, for [`Config::drain_delay`] requests are
/// still accepted, then those in flight are finished and streams end with a word to their clients. The admin port outlives the public one, so the drain can be watched.
///
/// # Errors
/// When a listener has no address.
pub async fn serve(
    program: Program,
    config: Config,
    listeners: Listeners,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let (name, drain_delay) = (program.name, config.drain_delay);
    let Apps {
        public,
        admin: private,
        health,
        streams,
        pressure,
        exporter,
    } = apps(program, &config);
    let Listeners {
        public: public_listener,
        admin: admin_listener,
    } = listeners;
    let (address, admin_address) = (public_listener.local_addr()?, admin_listener.local_addr()?);
    let descriptors = Descriptors::raise();
    let max_connections = descriptors
        .shares(1, config.bounds.max_connections, 0)
        .clients;
    tracing::info!(
        program = name,
        %address,
        %admin_address,
        open_files = descriptors.limit,
        connections = max_connections,
        "serving"
    );
    let _ticking = pressure.tick();
    let probed = health.clone();
    health.ready();

    let drained = streams.clone();
    let draining = async move {
        shutdown.await;
        health.not_ready("draining");
        tracing::info!(program = name, "draining");
        // It ends by itself, also where this program is not the only one of its process.
        tokio::spawn(async move {
            tokio::time::sleep(drain_delay).await;
            drained.end();
        });
    };
    let drained = CancellationToken::new();
    let exporting = exporter.map(|exporter| {
        let drained = drained.clone().cancelled_owned();
        tokio::spawn(exporter.run(drained))
    });
    let (public_ended, ended) = oneshot::channel::<()>();
    let public_bounds = Bounds {
        max_connections,
        drain_delay,
        ..config.bounds
    };
    let public = async move {
        let served = abaque_edge::serve(public_listener, public, public_bounds, draining).await;
        streams.end();
        let sockets = tokio::time::timeout(public_bounds.drain_timeout, streams.ended());
        if sockets.await.is_err() {
            tracing::warn!(
                program = name,
                "the drain took too long, WebSockets are cut"
            );
        }
        drop(public_ended);
        served
    };
    let bounds = admin_bounds(config.bounds);
    let admin = admin::serve(admin_listener, private, &probed, bounds, dropped(ended));
    let (public, admin) = tokio::join!(public, admin);
    drained.cancel();
    if let Some(exporting) = exporting {
        // A panic there has been reported, and takes nothing with it.
        drop(exporting.await);
    }
    tracing::info!(program = name, "ended");
    public.and(admin)
}

#[cfg(test)]
mod tests;
