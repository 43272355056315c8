//! Who is counted.

use std::net::{IpAddr, Ipv6Addr};

use sha2::{Digest, Sha256};

use super::config::CountBy;
use crate::request::context::RequestContext;

/// Whose bucket is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key<'c> {
    /// An address; of IPv6, the network of 64 bits that one customer has at least.
    Address(IpAddr),
    /// The value of the header.
    Header(&'c [u8]),
    /// The value of the claim, a text or a number.
    Claim(&'c serde_json::Value),
    /// All that did not come by a connection.
    Nobody,
}

impl<'c> Key<'c> {
    pub(super) fn of(by: &CountBy, context: &'c RequestContext) -> Self {
        let named = match by {
            CountBy::ClientIp => None,
            CountBy::Claim(name) => {
                let claims = context.identity.claims();
                let value = claims.and_then(|claims| claims.get(name));
                let value = value.filter(|value| value.is_string() || value.is_number());
                value.map(Self::Claim)
            }
            CountBy::Header(name) => {
                let value = context.client.headers.get(name);
                value.map(|value| Self::Header(value.as_bytes()))
            }
        };
        // What does not name itself has no bucket of its own, and not none either.
        named.unwrap_or_else(|| context.address.map_or(Self::Nobody, Self::address))
    }

    fn address(address: IpAddr) -> Self {
        Self::Address(match address {
            IpAddr::V4(_) => address,
            IpAddr::V6(address) => {
                Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into()
            }
        })
    }

    /// The same for each replica, and nobody's secret: 32 hex digits.
    pub(super) fn digest(&self) -> String {
        let hash = Sha256::new();
        let hash = match self {
            Self::Address(address) => hash.chain_update(b"a").chain_update(address.to_string()),
            Self::Header(value) => hash.chain_update(b"h").chain_update(value),
            Self::Claim(value) => hash.chain_update(b"c").chain_update(value.to_string()),
            Self::Nobody => hash,
        };
        let digest = hash.finalize();
        digest[..16]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_of_ipv6_are_one_and_of_ipv4_are_not() {
        let key = |text: &str| Key::address(text.parse().expect("an address"));
        assert_eq!(key("2001:db8::1"), key("2001:db8::ffff:ffff:ffff:ffff"));
        assert_ne!(key("2001:db8::1"), key("2001:db8:0:1::1"));
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
    }

    #[test]
    fn digests_tell_kinds_apart_and_hide_values() {
        let address = Key::Address(IpAddr::from([49, 46, 49, 46]));
        let header = Key::Header(b"49.46.49.46");
        assert_ne!(address.digest(), header.digest());
        assert_eq!(header.digest().len(), 32);
    }
}
