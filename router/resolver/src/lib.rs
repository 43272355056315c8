//! Names to addresses, without making a connection wait: a stub resolver that keeps the last good answer while it asks again.
//!
//! - [`Resolver`]: what connectors ask; a bounded cache before the stages below;
//! - `lookup`: one name, looked up: the hosts file, then the name servers, candidate by candidate;
//! - `hosts`, `conf`: `/etc/hosts` and `/etc/resolv.conf`, read for each look-up, since both change while a program runs;
//! - `candidates`: which absolute names a short one may mean;
//! - `exchange`: one question to the name servers, over UDP and, where an answer is cut, over TCP;
//! - `message`: questions and answers on the wire ([RFC 1035](https://www.rfc-editor.org/rfc/rfc1035));
//! - `order`: which addresses are tried first.
//!
//! **Invariants**
//!
//! - An answer that was good recently is given at once; the name is looked up again in the background. One of long ago is given when that takes long.
//! - A name is looked up once at a time, however many ask for it.
//! - An answer counts only when it comes from the server asked, with the question's random number and the question itself.
//! - Bounded: names kept, addresses of a name, questions at once, messages, time.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! let resolver = resolver::Resolver::new(resolver::Settings::default());
//! let addresses = resolver.lookup("localhost").await.expect("it has addresses");
//! assert!(addresses.iter().all(|address| address.is_loopback()));
//! # }
//! ```

mod cache;
mod candidates;
mod conf;
mod exchange;
mod hosts;
mod lookup;
mod message;
mod order;
mod service;

pub use self::cache::Resolver;
pub use self::service::Addresses;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// How names are looked up.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Instead of the name servers of [`Settings::resolv_conf`], when there are any.
    pub servers: Vec<SocketAddr>,
    /// Of one question to one server; it is asked three times.
    pub timeout: Duration,
    /// How long addresses are used that cannot be learned again.
    pub stale: Duration,
    /// Usually `/etc/resolv.conf`.
    pub resolv_conf: PathBuf,
    /// Usually `/etc/hosts`.
    pub hosts: PathBuf,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            servers: Vec::new(),
            timeout: Duration::from_secs(1),
            stale: Duration::from_secs(3600),
            resolv_conf: PathBuf::from("/etc/resolv.conf"),
            hosts: PathBuf::from("/etc/hosts"),
        }
    }
}

/// Why a name has no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It is longer than a name may be, or has an empty part.
    #[error("\"{0}\" is not a host name")]
    Name(String),
    /// The name servers say that there is no such name, or that it has no address.
    #[error("{name} has no address, say the name servers; asked for: {asked}")]
    Nowhere {
        /// As it was given.
        name: String,
        /// The absolute names that were asked for.
        asked: String,
    },
    /// No name server gave an answer that can be used.
    #[error("{name} cannot be looked up: {reason}")]
    Unanswered {
        /// The absolute name that was asked for.
        name: String,
        /// What the last server did.
        reason: String,
    },
    /// Too many names are being looked up for this one to have had its turn.
    #[error("{0} cannot be looked up: too many names are")]
    Busy(String),
}
