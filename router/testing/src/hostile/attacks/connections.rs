//! Connections that take a place and give nothing.

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::{Attacking, add_one};
use crate::Random;
use crate::hostile::field::Field;
use crate::hostile::report::Endings;
use crate::hostile::wire::{self, Ending};

/// More than the files of the router, whatever the share: it is the number that counts.
const MANY: usize = 1_200;
const LONG: Duration = Duration::from_secs(3);

pub(super) fn silent(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(field.keep_open(MANY, b"", LONG))
}

pub(super) fn kept(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let asked = String::from_utf8_lossy(&wire::post(&wire::request("{ innocent }", "{}")))
            .replace("connection: close\r\n", "");
        field.keep_open(MANY, asked.as_bytes(), LONG).await
    })
}

pub(super) fn heads(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let head = format!(
            "GET /graphql HTTP/1.1\r\nhost: router\r\nx-long: {}",
            "x".repeat(50_000)
        );
        field.keep_open(MANY, head.as_bytes(), LONG).await
    })
}

pub(super) fn slow_loris(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let public = field.public;
        let until = tokio::time::Instant::now() + field.timeout + Duration::from_secs(2);
        let mut slow = JoinSet::new();
        let count = 600;
        for _ in 0..count {
            slow.spawn(async move {
                let Ok(mut stream) = TcpStream::connect(public).await else {
                    return Ending::Closed;
                };
                let mut sent = stream
                    .write_all(b"GET /graphql HTTP/1.1\r\nhost: router\r\nx: ")
                    .await;
                while sent.is_ok() && tokio::time::Instant::now() < until {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    sent = stream.write_all(b"x").await;
                }
                match sent {
                    Ok(()) => wire::standing(&stream),
                    Err(_) => Ending::Closed,
                }
            });
        }
        let mut endings = Endings::new();
        for ending in slow.join_all().await {
            add_one(&mut endings, ending);
        }
        endings
    })
}

pub(super) fn half_closed(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let mut kept = Vec::new();
        for i in 0..MANY {
            let Ok(mut stream) = TcpStream::connect(field.public).await else {
                continue;
            };
            let sent = match i % 2 {
                0 => stream.write_all(b"POST /graphql HTTP/1.1\r\nhost: router\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{").await,
                _ => Ok(()),
            };
            if sent.is_ok() {
                stream.shutdown().await.ok();
            }
            kept.push(stream);
        }
        after_a_while(&kept).await
    })
}

pub(super) fn admin(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let mut kept = Vec::new();
        for _ in 0..MANY {
            kept.extend(TcpStream::connect(field.admin).await);
        }
        after_a_while(&kept).await
    })
}

/// Their state then.
async fn after_a_while(kept: &[TcpStream]) -> Endings {
    tokio::time::sleep(LONG).await;
    let mut endings = Endings::new();
    for stream in kept {
        add_one(&mut endings, wire::standing(stream));
    }
    endings
}
