//! Headers that outlive the head that they came in.

use bytes::BytesMut;
use http::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue, UPGRADE};

/// What says how a connection became a WebSocket, and nothing of the operations on it.
const OF_UPGRADES: [HeaderName; 5] = [
    UPGRADE,
    http::header::SEC_WEBSOCKET_EXTENSIONS,
    http::header::SEC_WEBSOCKET_KEY,
    http::header::SEC_WEBSOCKET_PROTOCOL,
    http::header::SEC_WEBSOCKET_VERSION,
];

/// The same headers with values of their own, but for `Accept`, which has been judged with the head. `Connection` stays: it names headers that no subgraph is sent.
/// The values of a request are pieces of the buffer that it was read into, 8 KiB at least, which each of them keeps: with a subscription it would be kept for hours.
pub(super) fn detached(headers: &HeaderMap) -> HeaderMap {
    let kept = || {
        let headers = headers.iter();
        headers.filter(|(name, _)| *name != ACCEPT)
    };
    let length = kept().map(|(_, value)| value.len()).sum();
    let mut values = BytesMut::with_capacity(length);
    let mut own = HeaderMap::with_capacity(kept().count());
    for (name, value) in kept() {
        values.extend_from_slice(value.as_bytes());
        let copy = HeaderValue::from_maybe_shared(values.split().freeze());
        let mut copy = copy.unwrap_or_else(|_| value.clone());
        copy.set_sensitive(value.is_sensitive());
        own.append(name, copy);
    }
    own
}

/// Those of a handshake, as the operations on the WebSocket have them.
pub(super) fn of_operations(mut headers: HeaderMap) -> HeaderMap {
    for name in OF_UPGRADES {
        headers.remove(name);
    }
    detached(&headers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use http::header::CONNECTION;

    #[test]
    fn nothing_is_kept_of_the_buffer_and_everything_of_the_values() {
        let buffer = Bytes::from(vec![b'v'; 8192]);
        let value = |range| HeaderValue::from_maybe_shared(buffer.slice(range)).expect("letters");
        let mut headers = HeaderMap::new();
        headers.insert("a", value(0..3));
        headers.append("b", value(3..4));
        headers.append("b", value(4..4));
        let mut secret = value(5..9);
        secret.set_sensitive(true);
        headers.insert("authorization", secret);
        let own = detached(&headers);
        assert_eq!(own, headers);
        assert!(own["authorization"].is_sensitive());
        drop(headers);
        assert!(buffer.try_into_mut().is_ok(), "nobody else has it");
    }

    #[test]
    fn what_is_said_of_the_upgrade_is_left_out_and_what_it_is_said_of_stays() {
        let mut headers = HeaderMap::new();
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(CONNECTION, HeaderValue::from_static("upgrade, x-tenant"));
        headers.insert("x-tenant", HeaderValue::from_static("a"));
        let own = of_operations(headers);
        assert_eq!(own.len(), 2);
        assert_eq!(own["x-tenant"], "a");
        assert_eq!(own[CONNECTION], "upgrade, x-tenant");
    }
}
