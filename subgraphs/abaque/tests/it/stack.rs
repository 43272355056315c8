//! The three programs over real HTTP, on ports that the system gives; each can be stopped and started again by itself.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use service::Program;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::http::Client;

/// What is expected to happen does so well before this, or never.
const PATIENCE: Duration = Duration::from_secs(30);

/// One program that runs.
pub(crate) struct Running {
    pub(crate) public: SocketAddr,
    pub(crate) admin: SocketAddr,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    /// Starts a service on addresses that may be those it had before.
    pub(crate) async fn service(program: Program, public: SocketAddr, admin: SocketAddr) -> Self {
        Self::service_with(program, service::Config::default(), public, admin).await
    }

    /// The same with another configuration.
    pub(crate) async fn service_with(
        program: Program,
        config: service::Config,
        public: SocketAddr,
        admin: SocketAddr,
    ) -> Self {
        let listeners = service::Listeners {
            public: bind(public).await,
            admin: bind(admin).await,
        };
        let (public, admin) = (address(&listeners.public), address(&listeners.admin));
        let stop = CancellationToken::new();
        let serving = service::serve(program, config, listeners, stop.clone().cancelled_owned());
        let task = tokio::spawn(async move { serving.await.expect("the service is served") });
        Self {
            public,
            admin,
            stop,
            task,
        }
    }

    /// Starts a router over the configuration's text.
    pub(crate) async fn router(config: &str) -> Self {
        let config = router::Config::parse(config, "router.yaml".as_ref(), &|_| None)
            .expect("the configuration is right");
        let listeners = router::Listeners {
            public: bind(any()).await,
            admin: bind(any()).await,
        };
        let (public, admin) = (address(&listeners.public), address(&listeners.admin));
        let stop = CancellationToken::new();
        let serving = router::serve(config, listeners, stop.clone().cancelled_owned());
        let task = tokio::spawn(async move { serving.await.expect("the router is served") });
        Self {
            public,
            admin,
            stop,
            task,
        }
    }

    /// Stops it as a signal would, and waits for the end of its drain.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.task.await.expect("the program ends without a panic");
    }
}

/// Any port of the loopback interface.
pub(crate) fn any() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
}

async fn bind(address: SocketAddr) -> TcpListener {
    TcpListener::bind(address)
        .await
        .expect("the address is available")
}

fn address(listener: &TcpListener) -> SocketAddr {
    listener
        .local_addr()
        .expect("a bound socket has an address")
}

/// Both services and a router over them.
pub(crate) struct Stack {
    pub(crate) client: Client,
    pub(crate) calculatrice: Running,
    pub(crate) statistiques: Running,
    pub(crate) router: Running,
}

impl Stack {
    /// Starts all three and waits until the composed schema is served.
    pub(crate) async fn start() -> Self {
        let calculatrice = Running::service(calculatrice::program(), any(), any()).await;
        let statistiques = Running::service(statistiques::program(), any(), any()).await;
        let router = Running::router(&config(calculatrice.public, statistiques.public)).await;
        let stack = Self {
            client: Client::new(),
            calculatrice,
            statistiques,
            router,
        };
        composed(&stack.router).await;
        stack
    }

    /// Asks the router.
    pub(crate) async fn query(&self, query: &str, variables: Value) -> Value {
        self.client
            .query(self.router.public, query, variables)
            .await
    }

    /// A sample of a program's metrics, by the start of its line.
    pub(crate) async fn metric(&self, admin: SocketAddr, sample: &str) -> f64 {
        let metrics = self.client.get(admin, "/metrics", "*/*").await;
        let line = metrics
            .text()
            .lines()
            .find_map(|line| line.strip_prefix(sample));
        line.map_or(0.0, |value| {
            value.trim().parse().expect("a sample is a number")
        })
    }

    pub(crate) async fn stop(self) {
        self.router.stop().await;
        self.calculatrice.stop().await;
        self.statistiques.stop().await;
    }
}

/// The configuration over two services, with short intervals so that tests need not wait for them.
pub(crate) fn config(calculatrice: SocketAddr, statistiques: SocketAddr) -> String {
    json!({
        "include_subgraph_errors": true,
        "polling": { "interval": "100ms" },
        "subgraphs": {
            "calculatrice": { "url": format!("http://{calculatrice}/graphql") },
            "statistiques": { "url": format!("http://{statistiques}/graphql") },
        },
    })
    .to_string()
}

/// Waits until the router serves a schema.
pub(crate) async fn composed(router: &Running) {
    let waiting = abaque::composed(router.admin);
    tokio::time::timeout(PATIENCE, waiting)
        .await
        .expect("the router composes in time");
}

/// Asks again until the answer is as wanted; panics with the last answer when it never is.
pub(crate) async fn until<T: std::fmt::Debug>(
    mut ask: impl AsyncFnMut() -> T,
    wanted: impl Fn(&T) -> bool,
) -> T {
    let start = Instant::now();
    loop {
        let answer = ask().await;
        if wanted(&answer) {
            return answer;
        }
        assert!(
            start.elapsed() < PATIENCE,
            "it never came about; at the end: {answer:?}"
        );
        tokio::task::yield_now().await;
    }
}
