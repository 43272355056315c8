//! The clients of places where there is TLS, or could be: which HTTP is spoken is negotiated there, or known. Where it is HTTP/2, that place has connections of its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use abaque_edge::causes::chain;
use http::uri::{Authority, Scheme};
use http::{Request, Response, Uri, Version};
use hyper::body::Incoming;
use hyper_rustls::HttpsConnectorBuilder;
use rustls::ClientConfig;

use crate::broken::Broken;
use crate::connector::{Connector, Https, Timed};
use crate::encrypted::Encrypted;
use crate::multiplexed::{Multiplexed, Sent, Turn};
use crate::opened::Used;
use crate::payload::HttpBody;
use crate::pool::{Keeping, Over};

/// Connections where there is TLS, or could be.
#[derive(Clone, Debug)]
pub(crate) struct Secured {
    encrypted: Arc<Encrypted>,
    places: Arc<Places>,
    /// To what becomes a WebSocket, which is HTTP/1.1 at first.
    pub(crate) upgradable: Https,
}

/// The places where HTTP/2 is spoken, or may be.
#[derive(Debug)]
struct Places {
    https: Https,
    keeping: Keeping,
    /// Those that some origin uses.
    known: Mutex<HashMap<Key, Weak<Multiplexed>>>,
}

/// Where a place is, and whether HTTP/2 is spoken there without asking.
type Key = (Scheme, Authority, bool);

impl Secured {
    pub(crate) fn new(tls: ClientConfig, connector: &Connector, keeping: Keeping) -> Self {
        let upgradable = HttpsConnectorBuilder::new()
            .with_tls_config(tls.clone())
            .https_or_http()
            .enable_http1()
            .wrap_connector(connector.clone());
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_all_versions()
            .wrap_connector(connector.clone());
        let timed = |opening| Timed {
            opening,
            within: connector.timeout,
        };
        let (upgradable, https) = (timed(upgradable), timed(https));
        Self {
            encrypted: Arc::new(Encrypted::new(https.clone(), keeping)),
            places: Arc::new(Places {
                https,
                keeping,
                known: Mutex::default(),
            }),
            upgradable,
        }
    }

    /// Whether both have the same connections.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.places, &other.places)
    }

    /// The connections of HTTP/2 to a place, where it is spoken without asking, or else may be negotiated.
    pub(crate) fn place(&self, url: &Uri, prior: bool) -> Arc<Multiplexed> {
        let new = || {
            let (https, url) = (self.places.https.clone(), url.clone());
            Arc::new(Multiplexed::new(https, url, self.places.keeping, prior))
        };
        let (Some(scheme), Some(authority)) = (url.scheme(), url.authority()) else {
            return new();
        };
        let key = (scheme.clone(), authority.clone(), prior);
        let known = &self.places.known;
        let mut places = known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = places.get(&key).and_then(Weak::upgrade) {
            return known;
        }
        let place = new();
        places.retain(|_, place| place.strong_count() > 0);
        places.insert(key, Arc::downgrade(&place));
        place
    }

    /// Sends one request to a place and waits for the head of its answer.
    pub(crate) async fn send(
        &self,
        request: Request<HttpBody>,
        place: &Arc<Multiplexed>,
        over: Over,
    ) -> Result<(Response<Incoming>, Option<Turn>), Broken> {
        let request = match place.send(request, over).await? {
            Sent::Answered(answer, turn) => return Ok((answer, Some(turn))),
            Sent::NotSpoken(request) => request,
        };
        let client = match over {
            Over::Kept => self.encrypted.client(),
            Over::New => self.encrypted.new_client(),
        };
        let answer = client.request(request).await.map_err(|error| {
            if error.is_connect() {
                return Broken::Unreachable(chain(&error));
            }
            // One of HTTP/2 has many requests under way, which the server may have looked at when it ends.
            let connection = error.connect_info();
            let kept = connection.is_some_and(|connection| {
                !connection.is_negotiated_h2() && Used::is_noted(connection)
            });
            Broken::of_exchange(&error, kept)
        })?;
        Used::note(answer.extensions());
        if answer.version() == Version::HTTP_2 {
            place.note_spoken();
        }
        Ok((answer, None))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;
    use http_body_util::{BodyExt, Either};
    use hyper_util::client::legacy::connect::HttpConnector;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;
    use crate::connector::Direct;
    use crate::proxy::Proxies;

    /// What comes of a request to the listener.
    async fn post(secured: &Secured, listener: &TcpListener, over: Over) -> &'static str {
        let address = listener.local_addr().expect("an address");
        let url: Uri = format!("http://{address}/").parse().expect("a URL");
        let place = secured.place(&url, false);
        let body = Either::Left(Bytes::from_static(b"question").into());
        let request = Request::post(url).body(body).expect("a request");
        match secured.send(request, &place, over).await {
            Ok((answer, _)) => {
                answer.into_body().collect().await.expect("a body");
                "answered"
            }
            Err(Broken::Unreachable(_)) => "unreachable",
            Err(Broken::Closed(_)) => "closed",
            Err(Broken::Exchange(_)) => "exchange",
        }
    }

    async fn accept(listener: &TcpListener) -> TcpStream {
        listener.accept().await.expect("a connection").0
    }

    async fn request(stream: &mut TcpStream) {
        let mut read = Vec::new();
        while !read.ends_with(b"question") {
            assert_ne!(stream.read_buf(&mut read).await.expect("a request"), 0);
        }
    }

    async fn answer(mut stream: TcpStream) -> TcpStream {
        request(&mut stream).await;
        let text = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
        stream.write_all(text).await.expect("an answer");
        stream
    }

    #[tokio::test]
    async fn only_a_kept_connection_may_have_ended_before_the_request() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let config = crate::config::tests::config("");
        let resolver = resolver::Resolver::new(config.dns.clone());
        let connector = Connector {
            direct: Direct(HttpConnector::new_with_resolver(resolver)),
            proxies: Proxies::new(&config.proxy),
            timeout: config.connect,
        };
        let keeping = Keeping {
            idle: Duration::from_secs(60),
            age: Duration::from_secs(60),
        };
        let tls = crate::client_config(None).expect("the web's authorities");
        let secured = Secured::new(tls, &connector, keeping);
        let unanswered = async |mut stream| request(&mut stream).await;

        let serving = async { unanswered(accept(&listener).await).await };
        let (outcome, ()) = tokio::join!(post(&secured, &listener, Over::Kept), serving);
        assert_eq!(outcome, "exchange");

        let serving = async { answer(accept(&listener).await).await };
        let (outcome, stream) = tokio::join!(post(&secured, &listener, Over::Kept), serving);
        assert_eq!(outcome, "answered");
        let kept = post(&secured, &listener, Over::Kept);
        let (outcome, ()) = tokio::join!(kept, unanswered(stream));
        assert_eq!(outcome, "closed");

        // Another one is kept, and not used where a new one is wanted.
        let serving = async { answer(accept(&listener).await).await };
        let (outcome, _kept) = tokio::join!(post(&secured, &listener, Over::Kept), serving);
        assert_eq!(outcome, "answered");
        let serving = async { answer(accept(&listener).await).await };
        let (outcome, _) = tokio::join!(post(&secured, &listener, Over::New), serving);
        assert_eq!(outcome, "answered");
    }
}
