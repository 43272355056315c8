//! A collector of OTLP that throws away what it gets.

use std::cell::Cell;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::rc::Rc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::spawn_local;

/// A running collector.
pub(crate) struct Collector {
    pub(crate) address: SocketAddr,
    taken: Rc<Cell<u64>>,
}

impl Collector {
    /// Serves one on a free port for as long as the local task set runs.
    pub(crate) async fn serve() -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let collector = Self {
            address: listener.local_addr()?,
            taken: Rc::default(),
        };
        let taken = Rc::clone(&collector.taken);
        spawn_local(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let taken = Rc::clone(&taken);
                let service = service_fn(move |request| take(request, Rc::clone(&taken)));
                let connection =
                    http1::Builder::new().serve_connection(TokioIo::new(stream), service);
                // A client that leaves is no failure.
                spawn_local(async move { connection.await.ok() });
            }
        });
        Ok(collector)
    }

    /// How many messages there were so far.
    pub(crate) fn taken(&self) -> u64 {
        self.taken.get()
    }
}

async fn take(
    request: Request<Incoming>,
    taken: Rc<Cell<u64>>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    if request.into_body().collect().await.is_ok() {
        taken.set(taken.get() + 1);
    }
    // No message: all was taken.
    let mut response = Response::new(Full::default());
    let protobuf = HeaderValue::from_static("application/x-protobuf");
    response.headers_mut().insert(CONTENT_TYPE, protobuf);
    Ok(response)
}
