//! One `GET` over a connection of its own, bounded in time and size.
//!
//! For what is asked rarely and of few: siblings, an API server. [`Client::get`] waits for the head of an answer; [`Answer::whole`] reads a body of
//! at most this many bytes, [`Answer::lines`] one that goes on for as long as the server likes, line by line.
//!
//! **Invariants**
//!
//! - Nothing is read that is longer than its reader said; a body that announces more is not begun.
//! - Redirects are not followed: a server does not decide which server is asked next.
//! - A connection carries one request and ends with its answer.

use std::time::Duration;

use abaque_edge::causes::chain;
use bytes::{Buf, Bytes, BytesMut};
use http::header::{HOST, HeaderMap, HeaderValue};
use http::{Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Empty};
use hyper::body::{Body, Incoming};
use hyper::client::conn::http1;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use resolver::Resolver;
use rustls::ClientConfig;
use tower::ServiceExt;

/// What the head of an answer may have, in bytes, and what is read at once.
const BUFFER: usize = 32 * 1024;

/// Sends requests.
#[derive(Clone, Debug)]
pub struct Client {
    connector: HttpsConnector<HttpConnector<Resolver>>,
}

/// An answer of which the head has come.
#[derive(Debug)]
pub struct Answer {
    /// Of whatever kind.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    body: Incoming,
}

/// Why there is no answer, or not all of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The URL has no host, or one that cannot appear in a request.
    #[error("the URL cannot be asked")]
    Url,
    /// No connection could be opened.
    #[error("it cannot be reached: {0}")]
    Unreachable(String),
    /// The connection ended or made no sense.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// The body, or a line of it, is longer than its reader wants.
    #[error("it sends more than {0} bytes")]
    TooLarge(usize),
}

impl Client {
    /// A client that trusts the authorities of `tls`, and opens a connection within `timeout`.
    pub fn new(resolver: Resolver, tls: ClientConfig, timeout: Duration) -> Self {
        let mut http = HttpConnector::new_with_resolver(resolver);
        http.enforce_http(false);
        http.set_nodelay(true);
        http.set_connect_timeout(Some(timeout));
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .wrap_connector(http);
        Self { connector }
    }

    /// Asks for a URL and waits for the head of the answer, whatever its status.
    ///
    /// # Errors
    /// [`Error::Url`], [`Error::Unreachable`] and [`Error::Broken`].
    pub async fn get(&self, url: &Uri, headers: HeaderMap) -> Result<Answer, Error> {
        let authority = url.authority().ok_or(Error::Url)?;
        let host = HeaderValue::from_str(authority.as_str()).map_err(|_| Error::Url)?;
        let connected = self.connector.clone().oneshot(url.clone()).await;
        let stream = connected.map_err(|error| Error::Unreachable(chain(&*error)))?;
        let broken = |error: hyper::Error| Error::Broken(chain(&error));
        let mut protocol = http1::Builder::new();
        protocol.max_buf_size(BUFFER);
        let (mut sender, connection) = protocol
            .handshake::<_, Empty<Bytes>>(stream)
            .await
            .map_err(broken)?;
        tokio::spawn(async move {
            // What goes wrong is reported to the exchange that it breaks.
            connection.await.ok();
        });
        let mut request = Request::new(Empty::new());
        *request.method_mut() = Method::GET;
        let path = url.path_and_query().cloned();
        *request.uri_mut() = path.map_or_else(|| Uri::from_static("/"), Uri::from);
        *request.headers_mut() = headers;
        request.headers_mut().insert(HOST, host);
        let response = sender.send_request(request).await.map_err(broken)?;
        let (head, body) = response.into_parts();
        Ok(Answer {
            status: head.status,
            headers: head.headers,
            body,
        })
    }
}

impl Answer {
    /// The whole body.
    ///
    /// # Errors
    /// [`Error::TooLarge`] when it has more than `max` bytes, [`Error::Broken`] when it does not end as it should.
    pub async fn whole(mut self, max: usize) -> Result<Vec<u8>, Error> {
        if usize::try_from(self.body.size_hint().lower()).map_or(true, |announced| announced > max)
        {
            return Err(Error::TooLarge(max));
        }
        let mut read = Vec::new();
        while let Some(data) = next(&mut self.body).await? {
            if data.len() > max - read.len() {
                return Err(Error::TooLarge(max));
            }
            read.extend_from_slice(&data);
        }
        Ok(read)
    }

    /// The body line by line, each of at most `max` bytes.
    pub fn lines(self, max: usize) -> Lines {
        Lines {
            body: self.body,
            read: BytesMut::new(),
            searched: 0,
            max,
        }
    }
}

/// A body that is read line by line.
#[derive(Debug)]
pub struct Lines {
    body: Incoming,
    read: BytesMut,
    /// How much of what was read has no end of a line.
    searched: usize,
    max: usize,
}

impl Lines {
    /// The next line, without its end; `None` when the body has ended. Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// [`Error::TooLarge`] when the line has no end within the bound, [`Error::Broken`] when the connection ends before the body does.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            let unseen = self.read.iter().skip(self.searched);
            if let Some(length) = unseen.take(self.max + 1).position(|byte| *byte == b'\n') {
                let line = self.read.split_to(self.searched + length).freeze();
                self.read.advance(1);
                self.searched = 0;
                return Ok(Some(line));
            }
            self.searched = self.read.len();
            if self.searched > self.max {
                return Err(Error::TooLarge(self.max));
            }
            match next(&mut self.body).await? {
                Some(data) => self.read.extend_from_slice(&data),
                None if self.read.is_empty() => return Ok(None),
                None => {
                    self.searched = 0;
                    return Ok(Some(self.read.split().freeze()));
                }
            }
        }
    }
}

/// The next bytes of a body.
async fn next(body: &mut Incoming) -> Result<Option<Bytes>, Error> {
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Error::Broken(chain(&error)))?;
        if let Ok(data) = frame.into_data() {
            return Ok(Some(data));
        }
    }
    Ok(None)
}
