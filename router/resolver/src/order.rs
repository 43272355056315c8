//! Which addresses are tried first.

use std::net::{IpAddr, Ipv6Addr, SocketAddr, UdpSocket};

/// Addresses that one connection tries.
const MAX_TRIED: usize = 8;

/// Addresses for one connection: a few of them, in an order of their own each time, so that the replicas behind a name share the connections. Each turn begins with another
/// one than that before it: a second attempt at a connection does not wait for the address that the first one waits for.
///
/// The family of the first is the one that a connector prefers: IPv6 where the machine has a way to it
/// ([RFC 6724, rule 1](https://www.rfc-editor.org/rfc/rfc6724#section-6)).
pub(crate) fn for_connection(addresses: &[IpAddr], turn: usize) -> Vec<IpAddr> {
    let (mut first, mut second): (Vec<_>, Vec<_>) =
        addresses.iter().partition(|address| address.is_ipv6());
    in_turn(&mut first, turn);
    in_turn(&mut second, turn);
    let routed = first.first().is_some_and(|address| match address {
        IpAddr::V6(v6) => has_route(*v6),
        IpAddr::V4(_) => false,
    });
    if !routed {
        std::mem::swap(&mut first, &mut second);
    }
    // Some of both, when there are many of both.
    let of_second = second.len().min(MAX_TRIED / 2);
    first.truncate(MAX_TRIED - of_second);
    second.truncate(MAX_TRIED - first.len());
    first.append(&mut second);
    first
}

/// The one whose turn it is, and then the others as it happens.
fn in_turn(addresses: &mut [IpAddr], turn: usize) {
    if let Some(first) = turn.checked_rem(addresses.len()) {
        addresses.swap(0, first);
        fastrand::shuffle(&mut addresses[1..]);
    }
}

/// Whether the system knows a way there. Nothing is sent: a socket for datagrams is only given its peer.
fn has_route(address: Ipv6Addr) -> bool {
    let socket = UdpSocket::bind((Ipv6Addr::UNSPECIFIED, 0));
    socket.is_ok_and(|socket| socket.connect(SocketAddr::from((address, 9))).is_ok())
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn a_few_of_many_are_tried_and_each_has_its_turn() {
        let many: Vec<IpAddr> = (1..=40)
            .map(|last| Ipv4Addr::new(10, 0, 0, last).into())
            .collect();
        let mut seen: Vec<IpAddr> = Vec::new();
        for turn in 0..40 {
            let tried = for_connection(&many, turn);
            assert_eq!(tried.len(), MAX_TRIED);
            seen.push(tried[0]);
        }
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 40);
    }

    #[test]
    fn both_families_are_tried() {
        let mut both: Vec<IpAddr> = (1..=40)
            .map(|last| Ipv4Addr::new(10, 0, 0, last).into())
            .collect();
        both.extend(
            (1..=40).map(|last| IpAddr::from(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, last))),
        );
        let tried = for_connection(&both, 7);
        assert_eq!(tried.len(), MAX_TRIED);
        assert_eq!(tried.iter().filter(|address| address.is_ipv4()).count(), 4);
        assert_eq!(for_connection(&both[..1], 7), both[..1]);
        assert_eq!(for_connection(&both[79..], 7), both[79..]);
        assert!(for_connection(&[], 7).is_empty());
    }
}
