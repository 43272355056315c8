//! An issuer of tokens over real HTTP, written as bytes, that gives its keys in one wrong way after the other.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The name of the key that it publishes when it publishes any.
pub(super) const KID: &str = "known";

/// How long it holds a connection on which it says nothing.
const SILENCE: Duration = Duration::from_secs(60);

/// One that runs until it is dropped.
pub(super) struct Issuer {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Issuer {
    pub(super) async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let turns = Arc::new(AtomicUsize::new(0));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let turns = Arc::clone(&turns);
                // Who goes away in the middle wants no more of it.
                tokio::spawn(async move { answer(stream, &turns).await.ok() });
            }
        });
        Ok(Self { address, task })
    }

    /// What the router's configuration has in the place of `ISSUER`.
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(mut stream: TcpStream, turns: &AtomicUsize) -> std::io::Result<()> {
    let mut head = vec![0; 4096];
    let read = stream.read(&mut head).await?;
    if head[..read].starts_with(b"GET /silent") {
        tokio::time::sleep(SILENCE).await;
        return Ok(());
    }
    let ok = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n";
    match turns.fetch_add(1, Ordering::Relaxed) % 9 {
        0 | 5 => write(&mut stream, ok, &keys(1)).await,
        1 => write(&mut stream, ok, &" ".repeat(10_000_000)).await,
        2 => write(&mut stream, ok, "<html>Sign in</html>").await,
        3 => {
            let moved = "HTTP/1.1 302 Found\r\nlocation: /keys\r\nconnection: close\r\n\r\n";
            write(&mut stream, moved, "").await
        }
        4 => write(&mut stream, ok, &keys(10_000)).await,
        6 => {
            stream.write_all(ok.as_bytes()).await?;
            loop {
                stream.write_all(b" ").await?;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        7 => {
            write(
                &mut stream,
                "HTTP/1.1 500 No\r\nconnection: close\r\n\r\n",
                "",
            )
            .await
        }
        _ => write(&mut stream, ok, &"[".repeat(1_000_000)).await,
    }
}

async fn write(stream: &mut TcpStream, head: &str, body: &str) -> std::io::Result<()> {
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await
}

/// As many keys of RSA, of which the last has the name that counts.
fn keys(count: usize) -> String {
    let n = BASE64_URL_SAFE_NO_PAD.encode([0xc5; 256]);
    let key =
        |kid: &str| format!("{{\"kty\":\"RSA\",\"kid\":\"{kid}\",\"n\":\"{n}\",\"e\":\"AQAB\"}}");
    let others = (1..count).map(|number| key(&number.to_string()));
    let all: Vec<String> = others.chain([key(KID)]).collect();
    format!("{{\"keys\":[{}]}}", all.join(","))
}
