//! The address of a client behind proxies: what a proxy says about it is believed only of proxies that are trusted.
//!
//! Each proxy appends the address of its client at the right end of `X-Forwarded-For`, or of [`Forwarded`](https://www.rfc-editor.org/rfc/rfc7239). So the
//! headers are read from the right, starting with the peer of the connection: as long as an address is that of a trusted proxy, the one to its
//! left is what that proxy saw. The first that is not trusted is the client; whatever stands to the left of it the client may have invented.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use http::HeaderMap;
use http::header::HeaderValue;

mod element;

/// The header that most proxies write.
const X_FORWARDED_FOR: &str = "x-forwarded-for";
/// The header that the specification has.
const FORWARDED: &str = "forwarded";

/// Who opened the connection that a request came by; in the extensions of every request that is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

/// The addresses that begin with the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// Whether an address is of the network. One of IPv4 that is written as one of IPv6 is the same address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.prefix));
                (own.to_bits() ^ other.to_bits()) & mask.unwrap_or(0) == 0
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.prefix));
                (own.to_bits() ^ other.to_bits()) & mask.unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

/// `10.0.0.0/8`, `fd00::/8`, or an address alone.
impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NetworkError)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            None => most,
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().map_err(|_| NetworkError)?
            }
            Some(_) => return Err(NetworkError),
        };
        match prefix <= most {
            true => Ok(Self { address, prefix }),
            false => Err(NetworkError),
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

/// A text is no network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("neither an address nor a network such as 10.0.0.0/8")]
pub struct NetworkError;

/// The proxies whose headers are believed; none by default.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<Network>);

impl FromIterator<Network> for TrustedProxies {
    fn from_iter<I: IntoIterator<Item = Network>>(networks: I) -> Self {
        Self(networks.into_iter().collect())
    }
}

impl TrustedProxies {
    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }

    /// The address of the client that a request comes from, when `peer` opened the connection.
    ///
    /// A proxy writes one of the two headers and may pass on the other as its client sent it. Where both are there and do not name the same
    /// client, neither is believed, and the client is the peer: nobody escapes being known by sending the header that the proxy does not write.
    #[must_use]
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if self.0.is_empty() || !self.trusts(peer) {
            return peer;
        }
        let named = |name: &'static str| headers.get_all(name).iter().rev();
        let by_list = headers.contains_key(X_FORWARDED_FOR).then(|| {
            let lines = named(X_FORWARDED_FOR);
            self.walk(peer, lines.flat_map(listed))
        });
        let by_elements = headers.contains_key(FORWARDED).then(|| {
            let lines = named(FORWARDED);
            self.walk(peer, lines.flat_map(element::from_the_right))
        });
        match (by_list, by_elements) {
            (None, None) => peer,
            (Some(client), None) | (None, Some(client)) => client,
            (Some(one), Some(other)) if one == other => one,
            (Some(_), Some(_)) => peer,
        }
    }

    /// Goes from the peer to the left, as long as who is there is trusted. `None` is a hop that names no address: nothing is known beyond it.
    fn walk(&self, peer: IpAddr, hops: impl Iterator<Item = Option<IpAddr>>) -> IpAddr {
        let mut client = peer;
        for hop in hops {
            match hop {
                Some(address) if self.trusts(client) => client = address,
                _ => break,
            }
        }
        client
    }
}

/// The addresses of one line of `X-Forwarded-For`, from the right.
fn listed(line: &HeaderValue) -> impl Iterator<Item = Option<IpAddr>> + '_ {
    let line = line.to_str().unwrap_or("unreadable");
    line.rsplit(',').map(|hop| address(hop.trim()))
}

/// An address, with or without a port: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`.
fn address(text: &str) -> Option<IpAddr> {
    let bracketed = || {
        let (address, rest) = text.strip_prefix('[')?.split_once(']')?;
        let port = rest.is_empty() || rest.starts_with(':');
        port.then(|| address.parse::<std::net::Ipv6Addr>().ok().map(IpAddr::V6))?
    };
    let with_port = || Some(text.parse::<SocketAddr>().ok()?.ip());
    let address = text.parse().ok().or_else(bracketed).or_else(with_port)?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests;
