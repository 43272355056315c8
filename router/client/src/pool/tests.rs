//! Which connections are used again.

use bytes::Bytes;
use http_body_util::Either;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::origin::Origin;
use crate::transport::Transport;

/// A server of which each test plays the part.
struct Server {
    listener: TcpListener,
    origin: Origin,
}

impl Server {
    /// With a client that keeps idle connections for `idle`.
    async fn new(idle: &str) -> Self {
        Self::keeping(&format!("timeouts: {{ idle: {idle} }}")).await
    }

    /// With a client that keeps connections as the configuration says.
    async fn keeping(config: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/graphql?a=b", listener.local_addr().unwrap());
        let config = crate::config::tests::config(config);
        let memory = memory::Memory::new(&memory::Config {
            total: 1 << 20,
            request: 1 << 20,
        });
        let transport = Transport::new(
            &config,
            [],
            resolver::Resolver::new(config.dns.clone()),
            memory,
        )
        .unwrap();
        let origin = transport.origin(url.parse().unwrap(), &crate::SubgraphTls::default(), false);
        Self { listener, origin }
    }

    async fn accept(&self) -> TcpStream {
        self.listener.accept().await.unwrap().0
    }

    /// Posts and gives what broke, while `serve` plays the server.
    async fn breaks<T>(&self, serve: impl Future<Output = T>) -> (&'static str, T) {
        let body = Either::Left(Bytes::from_static(b"question").into());
        let post = self.origin.post(Default::default(), body, Over::Kept);
        let (broken, served) = tokio::join!(post, serve);
        let broken = match broken.err().expect("it breaks") {
            Broken::Unreachable(_) => "unreachable",
            Broken::Closed(_) => "closed",
            Broken::Exchange(_) => "exchange",
        };
        (broken, served)
    }

    /// Posts and reads the answer, while `serve` plays the server.
    async fn exchange<T>(&self, serve: impl Future<Output = T>) -> (Result<Bytes, String>, T) {
        self.exchange_over(Over::Kept, serve).await
    }

    async fn exchange_over<T>(
        &self,
        over: Over,
        serve: impl Future<Output = T>,
    ) -> (Result<Bytes, String>, T) {
        let post = async {
            let answer = self.origin.post(
                Default::default(),
                Either::Left(Bytes::from_static(b"question").into()),
                over,
            );
            let mut answer = answer.await.map_err(|broken| match broken {
                Broken::Unreachable(cause) | Broken::Closed(cause) | Broken::Exchange(cause) => {
                    cause
                }
            })?;
            let read = answer.read(100).await;
            read.map_err(|_| "the body cannot be read".to_owned())
        };
        tokio::join!(post, serve)
    }
}

/// Reads a request to the end of its body; gives its head.
async fn request(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    while !read.ends_with(b"question") {
        assert_ne!(
            stream.read_buf(&mut read).await.unwrap(),
            0,
            "the client closed"
        );
    }
    String::from_utf8(read).unwrap()
}

async fn answer(stream: &mut TcpStream, head: &str, body: &str) {
    let text = format!("HTTP/1.1 200 OK\r\n{head}\r\n{body}");
    stream.write_all(text.as_bytes()).await.unwrap();
}

async fn serve(stream: &mut TcpStream) {
    request(stream).await;
    answer(stream, "content-length: 6\r\n", "answer").await;
}

/// Waits until the client closes.
async fn end(mut stream: TcpStream) {
    assert_eq!(stream.read(&mut [0; 1]).await.unwrap(), 0);
}

#[tokio::test]
async fn a_request_has_a_host_and_the_path_and_query_of_the_url() {
    let server = Server::new("1m").await;
    let (_, head) = server
        .exchange(async {
            let mut stream = server.accept().await;
            let head = request(&mut stream).await;
            answer(&mut stream, "content-length: 0\r\n", "").await;
            head
        })
        .await;
    let address = server.listener.local_addr().unwrap();
    assert!(head.starts_with("POST /graphql?a=b HTTP/1.1\r\n"), "{head}");
    assert!(head.contains(&format!("\r\nhost: {address}\r\n")), "{head}");
}

#[tokio::test]
async fn a_connection_is_used_again_when_its_answer_has_been_read() {
    let server = Server::new("1m").await;
    let first = async {
        let mut stream = server.accept().await;
        serve(&mut stream).await;
        stream
    };
    let (answer, mut stream) = server.exchange(first).await;
    assert_eq!(answer.unwrap(), "answer");
    for _ in 0..3 {
        let (answer, ()) = server.exchange(serve(&mut stream)).await;
        assert_eq!(answer.unwrap(), "answer");
    }
}

#[tokio::test]
async fn an_answer_in_chunks_is_read_to_its_end() {
    let server = Server::new("1m").await;
    let serve_chunks = async {
        let mut stream = server.accept().await;
        request(&mut stream).await;
        let body = "3\r\nans\r\n3\r\nwer\r\n0\r\n\r\n";
        answer(&mut stream, "transfer-encoding: chunked\r\n", body).await;
        stream
    };
    let (answer, mut stream) = server.exchange(serve_chunks).await;
    assert_eq!(answer.unwrap(), "answer");
    let (answer, ()) = server.exchange(serve(&mut stream)).await;
    assert_eq!(answer.unwrap(), "answer");
}

#[tokio::test]
async fn a_connection_that_the_server_closed_is_replaced() {
    let server = Server::new("1m").await;
    for _ in 0..3 {
        let once = async {
            let mut stream = server.accept().await;
            request(&mut stream).await;
            answer(
                &mut stream,
                "content-length: 6\r\nconnection: close\r\n",
                "answer",
            )
            .await;
        };
        let (answer, ()) = server.exchange(once).await;
        assert_eq!(answer.unwrap(), "answer");
    }
}

#[tokio::test]
async fn a_connection_whose_answer_is_too_long_is_closed() {
    let server = Server::new("1m").await;
    for head in ["content-length: 101\r\n", ""] {
        let long = async {
            let mut stream = server.accept().await;
            request(&mut stream).await;
            answer(&mut stream, head, &"x".repeat(101)).await;
            stream
        };
        let (answer, stream) = server.exchange(long).await;
        assert_eq!(answer.unwrap_err(), "the body cannot be read");
        end(stream).await;
    }
}

#[tokio::test]
async fn a_connection_that_ends_before_the_answer_does_is_an_error() {
    let server = Server::new("1m").await;
    let cut = async {
        let mut stream = server.accept().await;
        request(&mut stream).await;
        answer(&mut stream, "content-length: 6\r\n", "ans").await;
    };
    let (answer, ()) = server.exchange(cut).await;
    assert_eq!(answer.unwrap_err(), "the body cannot be read");
}

#[tokio::test]
async fn idle_connections_are_closed_in_time() {
    let server = Server::new("1ms").await;
    let first = async {
        let mut stream = server.accept().await;
        serve(&mut stream).await;
        stream
    };
    let (_, stream) = server.exchange(first).await;
    end(stream).await;
}

#[tokio::test]
async fn a_connection_that_is_too_old_is_replaced_however_much_it_is_used() {
    let server = Server::keeping("timeouts: { idle: 1h, connection_age: 5m }").await;
    let first = async {
        let mut stream = server.accept().await;
        serve(&mut stream).await;
        stream
    };
    let (_, mut stream) = server.exchange(first).await;
    let (answer, ()) = server.exchange(serve(&mut stream)).await;
    assert_eq!(answer.unwrap(), "answer");

    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(301)).await;
    tokio::time::resume();
    let second = async {
        let mut stream = server.accept().await;
        serve(&mut stream).await;
    };
    let (answer, ()) = server.exchange(second).await;
    assert_eq!(answer.unwrap(), "answer");
    end(stream).await;
}

/// Reads a request and ends the connection without an answer, in this way.
async fn end_unanswered(mut stream: TcpStream, resets: bool) {
    request(&mut stream).await;
    if resets {
        stream.set_zero_linger().unwrap();
    }
}

#[tokio::test]
async fn only_a_kept_connection_may_have_ended_before_the_request() {
    for resets in [false, true] {
        let server = Server::new("1m").await;
        let fresh = async {
            let stream = server.accept().await;
            end_unanswered(stream, resets).await;
        };
        assert_eq!(server.breaks(fresh).await.0, "exchange", "{resets}");
        let first = async {
            let mut stream = server.accept().await;
            serve(&mut stream).await;
            stream
        };
        let (_, stream) = server.exchange(first).await;
        let kept = end_unanswered(stream, resets);
        assert_eq!(server.breaks(kept).await.0, "closed", "{resets}");
    }
}

#[tokio::test]
async fn a_request_can_have_a_new_connection_although_others_are_kept() {
    let server = Server::new("1m").await;
    let first = async {
        let mut stream = server.accept().await;
        serve(&mut stream).await;
        stream
    };
    let (_, mut kept) = server.exchange(first).await;
    let second = async {
        let mut stream = server.accept().await;
        serve(&mut stream).await;
    };
    let (answer, ()) = server.exchange_over(Over::New, second).await;
    assert_eq!(answer.unwrap(), "answer");
    let unused = kept.try_read(&mut [0; 1]).unwrap_err();
    assert_eq!(unused.kind(), std::io::ErrorKind::WouldBlock);
    kept.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_request_without_an_answer_closes_the_connections_that_nobody_has_used_since() {
    let server = Server::new("1m").await;
    // Two at once, so that there are two connections.
    let both = async {
        let mut first = server.accept().await;
        let mut second = server.accept().await;
        serve(&mut first).await;
        serve(&mut second).await;
        (first, second)
    };
    let (answers, (mut first, mut second)) = {
        let asking = server.exchange(std::future::ready(()));
        let (answers, streams) = tokio::join!(
            async { tokio::join!(asking, server.exchange(std::future::ready(()))) },
            both
        );
        ((answers.0.0, answers.1.0), streams)
    };
    assert!(answers.0.is_ok() && answers.1.is_ok());
    // Nobody answers, and it is given up after a while.
    let asked = async {
        let silent = server.exchange(std::future::pending::<()>());
        let given_up = tokio::time::timeout(SILENT + Duration::from_millis(100), silent).await;
        assert!(given_up.is_err());
    };
    asked.await;
    // Both are closed: the one that was asked, after the question, and the one that was not.
    let ends = async |stream: &mut TcpStream| {
        let mut read = Vec::new();
        let ending = stream.read_to_end(&mut read);
        let ended = tokio::time::timeout(Duration::from_secs(20), ending).await;
        ended.expect("it is closed").unwrap()
    };
    let (one, other) = (ends(&mut first).await, ends(&mut second).await);
    assert!((one == 0) != (other == 0), "one of them was asked");
}
