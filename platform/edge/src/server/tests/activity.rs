//! What connections count.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::super::activity::{Activity, Waiting};
use super::*;

/// What is said on WebSockets is no head, and takes none of the room of heads: else few of them would take it all.
#[test]
fn what_another_protocol_sends_is_no_head() {
    let waiting = Waiting::new(1, Duration::ZERO);
    let places = Arc::new(Semaphore::new(1_000));
    let new = || {
        let place = Arc::clone(&places).try_acquire_owned();
        Activity::new(&waiting, place.expect("there are enough"))
    };
    let sockets: Vec<_> = (0..500)
        .map(|_| {
            let socket = new();
            let handshake = socket.begin();
            socket.becomes_another();
            drop(handshake);
            assert_eq!(socket.read(100 * 1024), Ok(()));
            socket
        })
        .collect();
    assert_eq!(new().read(32 * 1024), Ok(()), "there is room for heads");
    drop(sockets);
    // Unfinished heads take it.
    let heads: Vec<_> = (0..500)
        .map(|_| {
            let head = new();
            let has_room = head.read(64 * 1024).is_ok();
            (head, has_room)
        })
        .collect();
    assert!(heads[0].1 && !heads[499].1);
}
