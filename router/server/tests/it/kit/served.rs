//! A server of a test's own, which can be stopped, and started again where it was.

use std::net::SocketAddr;

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// It ends when it is dropped.
pub(crate) struct Served {
    address: SocketAddr,
    app: Router,
    running: Option<JoinHandle<()>>,
}

impl Served {
    /// On a port that the system gives.
    pub(crate) async fn start(app: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let mut served = Self {
            address: listener.local_addr().expect("an address"),
            app,
            running: None,
        };
        served.serve(listener);
        served
    }

    fn serve(&mut self, listener: TcpListener) {
        let app = self.app.clone();
        self.running = Some(tokio::spawn(async move {
            axum::serve(listener, app)
                .await
                .expect("it serves until it is aborted");
        }));
    }

    /// Where its GraphQL endpoint is.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/graphql", self.address)
    }

    /// Ends it with its connections; the port stays free.
    pub(crate) async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.abort();
            drop(running.await);
        }
    }

    /// Starts it again where it was.
    pub(crate) async fn start_again(&mut self) {
        let listener = TcpListener::bind(self.address)
            .await
            .expect("the port is still free");
        self.serve(listener);
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.abort();
        }
    }
}
