//! What the fuzz targets share: a graph that uses most of Federation, and servers on loopback.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use federation::{Subgraph, Supergraph};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

/// The subgraphs of the graph, by name.
pub const SUBGRAPHS: &[(&str, &str)] = &[
    ("a", include_str!("a.graphql")),
    ("b", include_str!("b.graphql")),
    ("c", include_str!("c.graphql")),
];

/// The graph, composed and loaded.
pub fn supergraph() -> Arc<Supergraph> {
    let supergraph = Supergraph::parse(&composed()).expect("what is composed is a supergraph");
    Arc::new(supergraph)
}

/// The graph's supergraph SDL.
pub fn composed() -> String {
    let subgraphs: Vec<Subgraph> = SUBGRAPHS
        .iter()
        .map(|(name, sdl)| Subgraph::new(*name, *sdl))
        .collect();
    let composed = composition::compose(&subgraphs);
    composed
        .expect("the graph composes")
        .supergraph_sdl
        .to_string()
}

/// Nothing takes longer to end than this: the bounds of the servers are shorter.
const PATIENCE: Duration = Duration::from_secs(20);

/// Something that listens on loopback.
pub struct Served {
    runtime: Runtime,
    address: SocketAddr,
}

impl Served {
    /// Serves with what the function makes of a listener.
    pub fn start<F>(serve: impl FnOnce(TcpListener) -> F) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("the machine has threads");
        let listener = runtime
            .block_on(TcpListener::bind("127.0.0.1:0"))
            .expect("the machine has ports");
        let address = listener.local_addr().expect("it is bound");
        let serving = {
            let _entered = runtime.enter();
            serve(listener)
        };
        runtime.spawn(serving);
        Self { runtime, address }
    }

    /// Sends bytes over a connection of their own, and gives what comes until the other side closes. Where what is sent need not be a whole
    /// request, the sending side is closed after it. Where it is one that asks for the connection's end, it must not be: who has closed it has left,
    /// and what takes longer than a moment is given up.
    ///
    /// # Panics
    ///
    /// When that does not end.
    pub fn exchange(&self, bytes: &[u8], close: bool) -> Vec<u8> {
        let exchange = async {
            let stream = TcpStream::connect(self.address).await.expect("it listens");
            let (mut read, mut write) = stream.into_split();
            let mut answer = Vec::new();
            let sending = async {
                // What is not taken has been refused.
                write.write_all(bytes).await.ok();
                if close {
                    write.shutdown().await.ok();
                }
                write
            };
            tokio::join!(sending, async { read.read_to_end(&mut answer).await.ok() });
            answer
        };
        self.runtime
            .block_on(async { tokio::time::timeout(PATIENCE, exchange).await })
            .expect("every connection ends")
    }
}
