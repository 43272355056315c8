//! One name, looked up.

use std::io::Read as _;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::candidates::candidates;
use crate::conf::Conf;
use crate::exchange::ask;
use crate::message::{Answer, Family};
use crate::{Error, Settings, hosts};

/// How long what `/etc/hosts` says is fresh.
const HOSTS_TTL: Duration = Duration::from_secs(5);
/// How much of a file is read.
const MAX_FILE: u64 = 1024 * 1024;
/// How long the second family is waited for when the first has addresses ([RFC 8305, section 3](https://www.rfc-editor.org/rfc/rfc8305#section-3)):
/// some servers never answer questions for the one that they do not have.
const SECOND_FAMILY: Duration = Duration::from_millis(50);
/// How long it holds that there is no address, at most and where the server does not say.
const MAX_NEGATIVE: Duration = Duration::from_secs(10);
const NEGATIVE: Duration = Duration::from_secs(5);
/// How long a name that cannot be looked up is left alone.
const UNANSWERED: Duration = Duration::from_secs(1);

/// Where a name leads, and for how long.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) addresses: Vec<IpAddr>,
    pub(crate) ttl: Duration,
}

/// Why it leads nowhere, and for how long it is not asked for again.
#[derive(Debug)]
pub(crate) struct Missed {
    pub(crate) error: Error,
    pub(crate) ttl: Duration,
}

/// The hosts file first, then the name servers, candidate by candidate until one has an address.
pub(crate) async fn lookup(name: &str, settings: &Settings) -> Result<Found, Missed> {
    let (addresses, conf) = read_files(name, settings).await;
    if !addresses.is_empty() {
        return Ok(Found {
            addresses,
            ttl: HOSTS_TTL,
        });
    }
    let Some(conf) = conf else {
        return by_the_system(name).await;
    };
    let candidates = candidates(name, &conf).ok_or_else(|| Missed {
        error: Error::Name(name.chars().take(100).collect()),
        ttl: MAX_NEGATIVE,
    })?;
    let servers = match settings.servers.is_empty() {
        true => &conf.servers,
        false => &settings.servers,
    };
    let mut shortest = MAX_NEGATIVE;
    for candidate in &candidates {
        // A question that was not answered does not mean that the name is not there: another candidate could be another machine.
        match both_families(servers, settings.timeout, candidate).await? {
            Ok(found) => return Ok(found),
            Err(ttl) => shortest = shortest.min(ttl.unwrap_or(NEGATIVE)),
        }
    }
    Err(Missed {
        error: Error::Nowhere {
            name: name.to_owned(),
            asked: candidates.join(", "),
        },
        ttl: shortest,
    })
}

/// What the hosts file says about the name, and what the resolver's file says; `None` where nothing says which name servers there are.
async fn read_files(name: &str, settings: &Settings) -> (Vec<IpAddr>, Option<Conf>) {
    let (hosts, conf) = (settings.hosts.clone(), settings.resolv_conf.clone());
    let read = tokio::task::spawn_blocking(move || (read(&hosts), read(&conf)));
    let (hosts, conf) = read.await.unwrap_or_default();
    let conf = match conf {
        Some(conf) => Some(Conf::parse(&conf)),
        None if settings.servers.is_empty() => None,
        None => Some(Conf::parse("")),
    };
    (hosts::addresses(&hosts.unwrap_or_default(), name), conf)
}

/// Asks the system where it does not have these files: it knows a name server by other means, and reports no time to live.
async fn by_the_system(name: &str) -> Result<Found, Missed> {
    let found = tokio::net::lookup_host((name, 0)).await;
    let addresses: Vec<IpAddr> = match found {
        Ok(found) => found.map(|address| address.ip()).collect(),
        Err(error) => {
            return Err(Missed {
                error: Error::Unanswered {
                    name: name.to_owned(),
                    reason: error.to_string(),
                },
                ttl: UNANSWERED,
            });
        }
    };
    match addresses.is_empty() {
        true => Err(Missed {
            error: Error::Nowhere {
                name: name.to_owned(),
                asked: name.to_owned(),
            },
            ttl: NEGATIVE,
        }),
        false => Ok(Found {
            addresses,
            ttl: HOSTS_TTL,
        }),
    }
}

/// `None` when it cannot be read.
fn read(path: &Path) -> Option<String> {
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(path);
    let read = opened.and_then(|file| file.take(MAX_FILE).read_to_end(&mut bytes));
    match read {
        Ok(_) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) => {
            tracing::debug!(path = %path.display(), %error, "it cannot be read");
            None
        }
    }
}

/// The addresses of an absolute name, or for how long it has none.
async fn both_families(
    servers: &[SocketAddr],
    patience: Duration,
    name: &str,
) -> Result<Result<Found, Option<Duration>>, Missed> {
    let mut v4 = pin!(ask(servers, patience, name, Family::V4));
    let mut v6 = pin!(ask(servers, patience, name, Family::V6));
    let (mut four, mut six) = (None, None);
    let mut enough: Option<Instant> = None;
    while four.is_none() || six.is_none() {
        let waited = async {
            match enough {
                Some(at) => sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            said = &mut v4, if four.is_none() => four = Some(said),
            said = &mut v6, if six.is_none() => six = Some(said),
            () = waited => break,
        }
        if [&four, &six].into_iter().flatten().any(has_address) {
            enough.get_or_insert_with(|| Instant::now() + SECOND_FAMILY);
        }
    }
    let mut found = Found {
        addresses: Vec::new(),
        ttl: Duration::MAX,
    };
    let mut unanswered = None;
    let mut nothing: Option<Duration> = None;
    for said in [four, six].into_iter().flatten() {
        match said {
            Ok(Answer::Addresses { addresses, ttl, .. }) if !addresses.is_empty() => {
                found.addresses.extend(addresses);
                found.ttl = found.ttl.min(ttl);
            }
            Ok(Answer::Nothing { ttl }) => nothing = nothing.into_iter().chain(ttl).min(),
            Ok(_) => unanswered = Some("its answer has no room for an address".to_owned()),
            Err(reason) => unanswered = Some(reason),
        }
    }
    match unanswered {
        _ if !found.addresses.is_empty() => Ok(Ok(found)),
        Some(reason) => Err(Missed {
            error: Error::Unanswered {
                name: name.to_owned(),
                reason,
            },
            ttl: UNANSWERED,
        }),
        None => Ok(Err(nothing)),
    }
}

fn has_address(said: &Result<Answer, String>) -> bool {
    matches!(said, Ok(Answer::Addresses { addresses, .. }) if !addresses.is_empty())
}
