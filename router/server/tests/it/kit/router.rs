//! A running router on ports of its own.

use std::net::SocketAddr;
use std::path::Path;

use router::{Config, ConfigFile, Listeners};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::client::{Answer, get, post};
use super::{PATIENCE, Subgraph, until};

/// A router, to be asked and to be ended.
pub(crate) struct Running {
    public: SocketAddr,
    admin: SocketAddr,
    shutdown: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
}

impl Running {
    /// A router with these subgraphs and further configuration, as soon as its ports answer.
    pub(crate) async fn launch(subgraphs: &[(&str, &Subgraph)], more: &str) -> Self {
        let each: String = subgraphs
            .iter()
            .map(|(name, subgraph)| format!("  {name}: {{ url: \"{}\" }}\n", subgraph.url()))
            .collect();
        Self::configured(&format!("subgraphs:\n{each}{more}\n")).await
    }

    /// A router with this configuration.
    pub(crate) async fn configured(yaml: &str) -> Self {
        let config = Config::parse(yaml, "router.yaml".as_ref(), &|_| None)
            .unwrap_or_else(|error| panic!("{error}\n{yaml}"));
        Self::by(config).await
    }

    /// The same by a configuration of which more was said than a file can.
    pub(crate) async fn by(config: Config) -> Self {
        Self::serve(config, None).await
    }

    /// A router by the configuration of a file, which may be asked to read it again.
    pub(crate) async fn from_file(file: &Path) -> (Self, ConfigFile) {
        let config = Config::load(file).unwrap_or_else(|error| panic!("{error}"));
        let file = ConfigFile::new(file);
        (Self::serve(config, Some(file.clone())).await, file)
    }

    async fn serve(config: Config, file: Option<ConfigFile>) -> Self {
        let bind = async || TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let listeners = Listeners {
            public: bind().await,
            admin: bind().await,
        };
        let address = |listener: &TcpListener| listener.local_addr().expect("an address");
        let (public, admin) = (address(&listeners.public), address(&listeners.admin));
        let (shutdown, ending) = oneshot::channel::<()>();
        let serving = tokio::spawn(async move {
            let ending = async move { drop(ending.await) };
            let served = match file {
                None => router::serve(config, listeners, ending).await,
                Some(file) => router::serve_file(config, file, listeners, ending).await,
            };
            served.expect("it serves");
        });
        Self {
            public,
            admin,
            shutdown: Some(shutdown),
            serving,
        }
    }

    /// The same, as soon as it serves a schema.
    pub(crate) async fn start(subgraphs: &[(&str, &Subgraph)], more: &str) -> Self {
        let running = Self::launch(subgraphs, more).await;
        running.until_ready().await;
        running
    }

    /// Where clients connect.
    pub(crate) fn address(&self) -> SocketAddr {
        self.public
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/graphql", self.public)
    }

    pub(crate) fn admin_url(&self, path: &str) -> String {
        format!("http://{}{path}", self.admin)
    }

    pub(crate) async fn admin(&self, path: &str) -> Answer {
        get(&self.admin_url(path), &[]).await
    }

    pub(crate) async fn metrics(&self) -> String {
        self.admin("/metrics").await.text()
    }

    /// The value of one line of `/metrics`.
    pub(crate) async fn metric(&self, series: &str) -> f64 {
        let text = self.metrics().await;
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("no {series} in\n{text}"))
            .parse()
            .expect("a number")
    }

    pub(crate) async fn query(&self, query: &str) -> Answer {
        self.ask(&json!({ "query": query })).await
    }

    pub(crate) async fn ask(&self, request: &Value) -> Answer {
        self.ask_with(&[], request.to_string()).await
    }

    pub(crate) async fn ask_with(&self, headers: &[(&str, &str)], body: String) -> Answer {
        let mut all = vec![("content-type", "application/json")];
        all.extend_from_slice(headers);
        post(&self.url(), &all, body).await
    }

    pub(crate) async fn status(&self) -> Value {
        self.admin("/composition").await.json()
    }

    /// Has every source looked at now.
    pub(crate) async fn refresh(&self) {
        let url = format!("http://{}/composition/refresh", self.admin);
        assert_eq!(post(&url, &[], "").await.status, 202);
    }

    pub(crate) async fn until_ready(&self) {
        let ready = async || (self.admin("/health/ready").await.status == 200).then_some(());
        if until(ready).await.is_none() {
            panic!("not ready: {:#}", self.status().await);
        }
    }

    /// Waits after a change until another schema is in service.
    pub(crate) async fn changes(&self, change: impl FnOnce()) {
        let hash = |status: &Value| status["schema"]["hash"].clone();
        let before = self.status().await;
        change();
        self.refresh().await;
        self.until_status(|status| hash(status) != hash(&before))
            .await;
    }

    /// Waits for a status of which the condition holds.
    pub(crate) async fn until_status(&self, condition: impl Fn(&Value) -> bool) -> Value {
        match until(async || Some(self.status().await).filter(&condition)).await {
            Some(status) => status,
            None => panic!("waited in vain: {:#}", self.status().await),
        }
    }

    /// Begins the end.
    pub(crate) fn shut_down(&mut self) {
        if let Some(shutdown) = self.shutdown.take() {
            shutdown.send(()).ok();
        }
    }

    /// Waits for the end.
    pub(crate) async fn ended(self) {
        tokio::time::timeout(PATIENCE, self.serving)
            .await
            .expect("it ends")
            .expect("it serves");
    }
}
