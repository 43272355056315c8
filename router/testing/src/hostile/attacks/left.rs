//! Clients that go away before they are answered.

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::{Attacking, add_one};
use crate::Random;
use crate::hostile::field::Field;
use crate::hostile::report::Endings;
use crate::hostile::subgraph::Script;
use crate::hostile::wire::{self, Ending};

/// Between two requests.
const BETWEEN: Duration = Duration::from_millis(1);

/// Mutations go on without their clients: what each holds is held until its subgraph has answered, which it does not.
pub(super) fn mutations(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let mut silent = Script::json("{}");
        silent.chunk = b" ".to_vec();
        silent.times = usize::MAX;
        silent.pause = Duration::from_secs(1);
        field.bad.answer(silent);
        let headers: String = (0..40)
            .map(|n| format!("x-{n}: {}\r\n", "x".repeat(1_100)))
            .collect();
        let post = wire::post(&wire::request("mutation { change }", "{}"));
        let post = String::from_utf8_lossy(&post)
            .replace(
                "connection: close\r\n",
                &format!("connection: close\r\n{headers}"),
            )
            .into_bytes();
        let mut endings = Endings::new();
        for _ in 0..field.many(3_000) {
            let sent = async {
                let mut stream = TcpStream::connect(field.public).await?;
                stream.write_all(&post).await?;
                stream.shutdown().await
            };
            match sent.await {
                Ok(()) => add_one(&mut endings, Ending::Left),
                Err(_) => add_one(&mut endings, Ending::Closed),
            }
            // Memory is what is attacked: with nothing between them they are 300 MB a second of headers.
            tokio::time::sleep(BETWEEN).await;
        }
        tokio::time::sleep(field.timeout).await;
        endings
    })
}
