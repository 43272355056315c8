//! Bodies of requests.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::{Attacking, add, add_one};
use crate::Random;
use crate::hostile::field::Field;
use crate::hostile::report::Endings;
use crate::hostile::wire::{self, Ending};

pub(super) fn unfinished(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let mut body = wire::post(&wire::request(&" ".repeat(1_900_000), "{}"));
        body.pop();
        field
            .send_all(std::iter::repeat_n(body, field.many(150)), 150)
            .await
    })
}

pub(super) fn slow(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let (public, patience) = (field.public, field.patience());
        let mut sending = JoinSet::new();
        for _ in 0..field.many(200) {
            sending.spawn(tokio::time::timeout(patience, byte_by_byte(public)));
        }
        let mut endings = Endings::new();
        while let Some(ended) = sending.join_next().await {
            add_one(
                &mut endings,
                ended.ok().and_then(Result::ok).unwrap_or(Ending::NoEnd),
            );
        }
        endings
    })
}

async fn byte_by_byte(public: std::net::SocketAddr) -> Ending {
    let bytes = wire::post(&wire::request("{ innocent }", &" ".repeat(10_000)));
    let Ok(stream) = TcpStream::connect(public).await else {
        return Ending::Closed;
    };
    let (mut read, mut write) = stream.into_split();
    let sending = async {
        let (head, body) = bytes.split_at(bytes.len() - 9_000);
        let mut sent = write.write_all(head).await;
        for byte in body {
            sent = match sent {
                Ok(()) => write.write_all(&[*byte]).await,
                Err(_) => break,
            };
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        std::future::pending::<()>().await
    };
    let mut answer = Vec::new();
    tokio::select! {
        () = sending => Ending::NoEnd,
        _ = read.read_to_end(&mut answer) => wire::ending(&answer),
    }
}

pub(super) fn nested(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let many = 900_000;
        let bodies = [
            "[".repeat(many),
            "{\"a\":".repeat(many / 5),
            format!("{{\"query\":\"{}\"}}", "\\u0000".repeat(many / 6)),
            format!(
                "{{\"query\":\"{{ innocent }}\",\"extensions\":{}1{}}}",
                "[".repeat(many / 2),
                "]".repeat(many / 2)
            ),
            format!(
                "{{{}\"query\":\"{{ innocent }}\"}}",
                "\"query\":\"{ text }\",".repeat(many / 20)
            ),
            format!(
                "[{}]",
                vec!["{\"query\":\"{ innocent }\"}"; many / 25].join(",")
            ),
            format!(
                "{{\"query\":\"{{ innocent }}\",\"operationName\":\"{}\"}}",
                "x".repeat(many)
            ),
            format!("{{\"query\":\"{{ innocent }}\"{}", " ".repeat(2 << 20)),
        ];
        let mut endings = Endings::new();
        for body in bodies {
            let request = wire::post(&body);
            add(
                &mut endings,
                field
                    .send_all(std::iter::repeat_n(request, field.many(8)), 8)
                    .await,
            );
        }
        endings
    })
}
