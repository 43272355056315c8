//! Proxies on the way to subgraphs: the section `proxy` of the configuration, and the environment where that counts.

use std::fmt;
use std::sync::Arc;

use http::Uri;
use http::header::HeaderValue;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use serde_json::json;
use settings::Section;

/// Which proxies there are.
#[derive(Clone, Default)]
pub struct Config {
    /// The proxy for all subgraphs over the network.
    url: Option<Uri>,
    /// Who is asked without it.
    except: Vec<String>,
    /// Whether the variables of the environment say so.
    environment: bool,
}

impl Config {
    pub(crate) fn read(section: Section<'_>) -> Self {
        let config = Self {
            url: section
                .key("url", "A proxy by which subgraphs are asked: it is sent the whole request for an `http` URL, and opens a tunnel (`CONNECT`) for an `https` one. It may have a name and password.")
                .secret("a URL such as http://proxy.example:3128 or http://${PROXY_USER:-u}:${file:/run/secrets/proxy}@proxy.example:3128", proxy_url, |url| json!(shown(url))),
            except: section
                .key("except", "Subgraphs that are asked without the proxy of `url`: a host, a domain with all below it, an address, a network such as 10.0.0.0/8, or `*`.")
                .texts("a host, a domain such as .svc.cluster.local, or a network such as 10.0.0.0/8", is_exception),
            environment: section
                .key("environment", "Whether `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` of the environment, in capitals or not, say by which proxy subgraphs are asked. `url` wins over them.")
                .switch(false),
        };
        section.end();
        config
    }
}

/// What is shown of a proxy: not its name and password.
fn shown(url: &Uri) -> String {
    let host = url.host().unwrap_or_default();
    let port = url.port_u16().map(|port| format!(":{port}"));
    format!("http://{host}{}", port.unwrap_or_default())
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("url", &self.url.as_ref().map(shown))
            .field("except", &self.except)
            .field("environment", &self.environment)
            .finish()
    }
}

fn proxy_url(text: &str) -> Option<Uri> {
    let url: Uri = text.parse().ok()?;
    let is_usable = url.scheme_str() == Some("http")
        && url.host().is_some_and(|host| !host.is_empty())
        && matches!(url.path(), "" | "/");
    is_usable.then_some(url)
}

/// The list of exceptions has commas between them.
fn is_exception(text: &str) -> bool {
    !text.is_empty() && !text.contains([',', ' '])
}

/// Says by which proxy a place is asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proxies(Option<Arc<Matcher>>);

/// One on the way.
#[derive(Clone)]
pub(crate) struct Proxy {
    pub(crate) url: Uri,
    pub(crate) authorization: Option<HeaderValue>,
}

impl Proxies {
    /// Those of the configuration; the environment is read now.
    pub(crate) fn new(config: &Config) -> Self {
        let matcher = match &config.url {
            Some(url) => Matcher::builder()
                .all(url.to_string())
                .no(config.except.join(","))
                .build(),
            None if config.environment => Matcher::from_env(),
            None => return Self::default(),
        };
        Self(Some(Arc::new(matcher)))
    }

    /// The one for this URL, if there is one.
    pub(crate) fn of(&self, url: &Uri) -> Option<Proxy> {
        let intercept = self.0.as_ref()?.intercept(url)?;
        Some(Proxy::of(&intercept))
    }
}

impl Proxy {
    fn of(intercept: &Intercept) -> Self {
        let authorization = intercept.basic_auth().cloned();
        Self {
            url: intercept.uri().clone(),
            authorization: authorization.map(|mut value| {
                value.set_sensitive(true);
                value
            }),
        }
    }

    /// Whether it can be asked: by HTTP without TLS.
    pub(crate) fn check(&self) -> Result<(), String> {
        match self.url.scheme_str() {
            Some("http") => Ok(()),
            other => Err(format!(
                "the proxy at {} speaks {}, and only http is spoken with proxies",
                self.url.host().unwrap_or_default(),
                other.unwrap_or("nothing known"),
            )),
        }
    }
}
