//! `router ask`: asks an address until the answer is the expected one. For images without a shell or `curl`: `helm test` runs it.

use std::path::PathBuf;
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use clap::Args;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::ClientConfig;
use tokio::time::Instant;

use super::Exit;
use super::output::Output;

/// Request a URL until the answer is the expected one.
///
/// Exits with 1 if that takes too long, or if the answer is a GraphQL response with errors.
#[derive(Debug, Args)]
pub(super) struct Ask {
    /// The URL, with `http://` or `https://`.
    url: Uri,
    /// A PEM file with the certificate that the server must present; its names and issuer are not checked then. Without it, the public certificate
    /// authorities are trusted.
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// A PEM file with the client certificate for servers that request one, followed by its chain.
    #[arg(long, value_name = "FILE", requires_all = ["certificate", "client_key"])]
    client_certificate: Option<PathBuf>,
    /// A PEM file with the private key of `--client-certificate`, not encrypted.
    #[arg(long, value_name = "FILE", requires = "client_certificate")]
    client_key: Option<PathBuf>,
    /// A GraphQL operation to send by POST; without it, the request is a GET.
    #[arg(long, value_name = "OPERATION")]
    query: Option<String>,
    /// A text that the answer must contain; may be given more than once.
    #[arg(long, value_name = "TEXT")]
    contains: Vec<String>,
    /// `NAME:PASSWORD`, for a URL that requires basic authentication.
    #[arg(
        long,
        env = "ROUTER_ASK_USER",
        hide_env_values = true,
        value_name = "USER"
    )]
    user: Option<String>,
    /// How many seconds to keep trying.
    #[arg(long, default_value_t = 30, value_name = "SECONDS")]
    within: u64,
}

/// For an answer that is asked for once.
const MAX_WAIT: Duration = Duration::from_secs(30);

/// Between two attempts.
const PAUSE: Duration = Duration::from_millis(500);

/// What is read of an answer at most.
const MAX_ANSWER: usize = 16 * 1024 * 1024;

/// What is shown of an answer at most, in characters.
const SHOWN: usize = 2000;

/// The client of the commands.
type HttpClient = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// One that trusts the authorities of this configuration.
fn client(tls: ClientConfig) -> HttpClient {
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_http1()
        .build();
    Client::builder(TokioExecutor::new()).build(connector)
}

/// An answer that contains what it must.
enum Expected {
    /// Without errors, as far as it is GraphQL.
    Whole(String),
    /// GraphQL, with errors.
    WithErrors(String),
}

/// Whether it is a GraphQL response with errors.
fn has_errors(body: &str) -> bool {
    let response: Option<serde_json::Value> = serde_json::from_str(body).ok();
    let errors = response
        .as_ref()
        .and_then(|response| response.get("errors"));
    errors
        .and_then(serde_json::Value::as_array)
        .is_some_and(|errors| !errors.is_empty())
}

/// What an address answers.
async fn send(
    client: &HttpClient,
    request: Request<Full<Bytes>>,
) -> Result<(StatusCode, String), String> {
    let answer = client.request(request).await;
    let answer = answer.map_err(|error| abaque_edge::causes::chain(&error))?;
    let status = answer.status();
    let body = Limited::new(answer.into_body(), MAX_ANSWER).collect().await;
    let body = body.map_err(|error| error.to_string())?.to_bytes();
    Ok((status, String::from_utf8_lossy(&body).into_owned()))
}

/// The text at an `http://` or `https://` address, asked for once.
pub(super) fn get(url: &str) -> Result<String, String> {
    let request = Request::get(url).body(Full::default());
    let request = request.map_err(|error| error.to_string())?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let tls = client::client_config(None).map_err(|error| error.to_string())?;
    let client = client(tls);
    // Made within the runtime: a timer belongs to one.
    let answer =
        runtime.block_on(async { tokio::time::timeout(MAX_WAIT, send(&client, request)).await });
    match answer.map_err(|_| format!("no answer within {} s", MAX_WAIT.as_secs()))?? {
        (status, body) if status.is_success() => Ok(body),
        (status, _) => Err(format!("status {status}")),
    }
}

impl Ask {
    pub(super) fn run(&self, output: &mut Output) -> Exit {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let runtime = match runtime {
            Ok(runtime) => runtime,
            Err(error) => return output.usage(&error),
        };
        match runtime.block_on(self.until()) {
            Ok(Expected::Whole(answer)) => output.result(&answer),
            Ok(Expected::WithErrors(answer)) => match output.result(&answer) {
                Exit::Fine => {
                    output.say("error: the answer has errors\n");
                    Exit::Finding
                }
                exit => exit,
            },
            Err(why) => {
                output.say(&format!("error: {}: {why}\n", self.url));
                Exit::Finding
            }
        }
    }

    /// The first answer that is as expected, or why the last one was not.
    async fn until(&self) -> Result<Expected, String> {
        let tls = match &self.certificate {
            Some(file) => {
                let identity = self.client_certificate.as_deref();
                client::pinned_config(file, identity.zip(self.client_key.as_deref()))
            }
            None => client::client_config(None),
        };
        let client = client(tls.map_err(|error| error.to_string())?);
        let deadline = Instant::now() + Duration::from_secs(self.within);
        loop {
            let attempt = tokio::time::timeout_at(deadline, self.once(&client)).await;
            match attempt.unwrap_or_else(|_| Err("no answer in time".to_owned())) {
                Err(_) if Instant::now() + PAUSE < deadline => tokio::time::sleep(PAUSE).await,
                ended => return ended,
            }
        }
    }

    async fn once(&self, client: &HttpClient) -> Result<Expected, String> {
        let request = match &self.query {
            None => Request::get(&self.url).body(Full::default()),
            Some(query) => Request::post(&self.url)
                .header(CONTENT_TYPE, "application/json")
                .body(Full::from(
                    serde_json::json!({ "query": query }).to_string(),
                )),
        };
        let mut request = request.map_err(|error| error.to_string())?;
        if let Some(user) = &self.user {
            let value = format!("Basic {}", BASE64_STANDARD.encode(user));
            let value = value.parse().map_err(|_| "no user".to_owned())?;
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        let (status, body) = send(client, request).await?;
        let missing = self.contains.iter().find(|part| !body.contains(&***part));
        let shown: String = body.chars().take(SHOWN).collect();
        match missing {
            _ if !status.is_success() => Err(format!("status {status}\n{shown}")),
            Some(missing) => Err(format!("the answer does not contain {missing}\n{shown}")),
            None if self.query.is_some() && has_errors(&body) => Ok(Expected::WithErrors(shown)),
            None => Ok(Expected::Whole(shown)),
        }
    }
}
