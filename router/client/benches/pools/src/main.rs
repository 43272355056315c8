//! The pool of this crate, as it stands in its source, beside those of hyper-util under a closed loop of load: `-- ROUNDS REQUESTS`.
//!
//! One thread sends, as a router does that is kept to one core, and looks at as many sockets at once; another one answers.

use std::error::Error;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::header::HOST;
use http::{Request, Uri};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::pool::cache;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tower::{Service, service_fn};

use crate::connector::Direct;
use crate::pool::{Dial, Keeping, Pool};

// The pool's source finds these under the names that they have in its crate.
extern crate self as abaque_edge;
mod broken;
mod causes;
mod connector;
mod payload;
#[allow(dead_code, reason = "it has more ways to connect")]
#[path = "../../../src/pool.rs"]
mod pool;

const EVENTS_AT_ONCE: usize = 32;
const CONNECTIONS: [usize; 2] = [50, 500];
const QUESTION: &[u8] = b"question";
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nanswer";

type Failure = Box<dyn Error + Send + Sync>;
type Opening = BoxFuture<'static, Result<SendRequest<Full<Bytes>>, Failure>>;

/// A pool.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// This crate's.
    Own,
    /// `hyper_util::client::pool::cache`.
    Cache,
    /// `hyper_util::client::legacy`.
    Legacy,
}

const KINDS: [Kind; 3] = [Kind::Own, Kind::Cache, Kind::Legacy];

/// What one round took.
struct Round {
    /// The processor time of the thread that sends, of each request.
    cpu: Duration,
    p50: Duration,
    p99: Duration,
}

/// The time that this thread has spent on a core, or none where the kernel does not say.
fn spent() -> Option<Duration> {
    let stat = procfs::process::Process::myself().ok()?;
    let task = stat.task_main_thread().ok()?;
    let run = task.schedstat().ok()?.sum_exec_runtime;
    Some(Duration::from_nanos(run))
}

/// A server on a thread of its own, which does next to nothing for an answer.
fn serve() -> Result<SocketAddr, Failure> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let runtime = runtime()?;
    std::thread::spawn(move || {
        runtime.block_on(async move {
            let listener = TcpListener::from_std(listener)?;
            loop {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                tokio::spawn(answer(stream));
            }
            #[allow(unreachable_code, reason = "it says what the type is")]
            Ok::<(), Failure>(())
        })
    });
    Ok(address)
}

async fn answer(mut stream: TcpStream) -> Option<()> {
    let mut read = Vec::new();
    loop {
        while !read.ends_with(QUESTION) {
            if stream.read_buf(&mut read).await.ok()? == 0 {
                return None;
            }
        }
        read.clear();
        stream.write_all(ANSWER).await.ok()?;
    }
}

fn question(url: &str, address: SocketAddr) -> Request<Full<Bytes>> {
    let request = Request::post(url).header(HOST, address.to_string());
    let body = Full::from(Bytes::from_static(QUESTION));
    request.body(body).expect("it is well-formed")
}

/// Opens a connection for the pool of hyper-util.
fn open(address: SocketAddr) -> Opening {
    async move {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(sender)
    }
    .boxed()
}

fn direct() -> HttpConnector {
    let mut http = HttpConnector::new();
    http.set_nodelay(true);
    http
}

/// Sends `requests` requests, `connections` at once.
async fn round(
    kind: Kind,
    address: SocketAddr,
    connections: usize,
    requests: usize,
) -> Result<Round, Failure> {
    let url: Uri = format!("http://{address}/graphql").parse()?;
    let keeping = Keeping {
        idle: Duration::from_secs(60),
        age: Duration::from_secs(600),
    };
    let dial = Dial::Network(Direct(direct()), url.clone());
    let own = Arc::new(Pool::new(&url, dial, None, keeping).ok_or("no host")?);
    let cache = cache::builder().executor(TokioExecutor::new());
    let cache = cache.build(service_fn(move |()| open(address)));
    let legacy = Client::builder(TokioExecutor::new()).build(direct());

    let left = Arc::new(AtomicUsize::new(requests));
    let begun = spent();
    let tasks = (0..connections).map(|_| {
        let (left, own, mut cache) = (Arc::clone(&left), Arc::clone(&own), cache.clone());
        let (legacy, url) = (legacy.clone(), url.to_string());
        let sending = async move {
            let mut took = Vec::new();
            let one_less = |left: usize| left.checked_sub(1);
            let order = Ordering::Relaxed;
            while left.fetch_update(order, order, one_less).is_ok() {
                let begun = Instant::now();
                let body = match kind {
                    Kind::Own => {
                        let sent = own.send(question("/graphql", address)).await;
                        let (response, lease) = sent.map_err(|broken| broken.to_string())?;
                        let body = response.into_body().collect().await?;
                        lease.give_back();
                        body
                    }
                    Kind::Cache => {
                        poll_fn(|context| Service::<()>::poll_ready(&mut cache, context)).await?;
                        let mut cached = cache.call(()).await?;
                        let sender = cached.inner_mut();
                        sender.ready().await?;
                        let response = sender.send_request(question("/graphql", address)).await?;
                        response.into_body().collect().await?
                    }
                    Kind::Legacy => {
                        let response = legacy.request(question(&url, address)).await?;
                        response.into_body().collect().await?
                    }
                };
                if body.to_bytes() != "answer" {
                    return Err("another answer".into());
                }
                took.push(begun.elapsed());
            }
            Ok::<_, Failure>(took)
        };
        tokio::spawn(sending)
    });
    let tasks: Vec<_> = tasks.collect();
    let mut took = Vec::with_capacity(requests);
    for task in tasks {
        took.extend(task.await??);
    }
    let cpu = spent().zip(begun).map(|(ended, begun)| ended - begun);
    took.sort_unstable();
    Ok(Round {
        cpu: cpu.unwrap_or_default() / u32::try_from(requests)?,
        p50: took[requests / 2],
        p99: took[requests * 99 / 100],
    })
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The value of a kind, and the median of its ratios to that of the first.
fn shown(of_kind: &[Round], own: &[Round], value: fn(&Round) -> Duration) -> String {
    let seconds = |round: &Round| value(round).as_secs_f64();
    let ratios = of_kind.iter().zip(own);
    let ratio = median(ratios.map(|(this, own)| seconds(this) / seconds(own)));
    format!(
        "{:7.1} µs ({ratio:.2})",
        1e6 * median(of_kind.iter().map(seconds))
    )
}

fn runtime() -> std::io::Result<Runtime> {
    let mut builder = Builder::new_current_thread();
    builder
        .max_io_events_per_tick(EVENTS_AT_ONCE)
        .enable_all()
        .build()
}

fn main() -> Result<(), Failure> {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse::<usize>());
    let rounds = numbers.next().transpose()?.unwrap_or(15);
    let requests = numbers.next().transpose()?.unwrap_or(20_000);
    let (address, runtime) = (serve()?, runtime()?);
    println!("{rounds} rounds of {requests} requests: the median, and of the rounds' ratios");
    for connections in CONNECTIONS {
        let mut of_kinds = KINDS.map(|_| Vec::new());
        for first in 0..rounds {
            // Each round begins with another one.
            for index in (0..KINDS.len()).map(|index| (first + index) % KINDS.len()) {
                let round = round(KINDS[index], address, connections, requests);
                of_kinds[index].push(runtime.block_on(round)?);
            }
        }
        for (kind, of_kind) in KINDS.iter().zip(&of_kinds) {
            let show = |value| shown(of_kind, &of_kinds[0], value);
            println!(
                "{connections:4} connections, {:6}  CPU {}  p50 {}  p99 {}",
                format!("{kind:?}"),
                show(|round| round.cpu),
                show(|round| round.p50),
                show(|round| round.p99)
            );
        }
    }
    Ok(())
}
