//! HTTP as bytes: what is sent need not be HTTP.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How something that was sent ended.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ending {
    /// With a status, and what the body says.
    Answered(u16, String),
    /// The connection was closed without an answer.
    Closed,
    /// The attacker left: the connection was still open.
    Left,
    /// Not at all, within the time that it had.
    NoEnd,
}

/// A POST of a GraphQL request.
pub(super) fn post(body: &str) -> Vec<u8> {
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: router\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body.as_bytes()].concat()
}

/// A query with variables, as JSON.
pub(super) fn request(query: &str, variables: &str) -> String {
    let query = serde_json::Value::String(query.to_owned());
    format!("{{\"query\":{query},\"variables\":{variables}}}")
}

/// More of an answer is not kept, only read.
const KEPT: usize = 16 * 1024;

/// Sends bytes and reads to the end of the connection, or of the answer.
pub(super) async fn send(address: SocketAddr, bytes: &[u8], patience: Duration) -> Ending {
    let exchange = async {
        let mut stream = TcpStream::connect(address).await?;
        let (mut read, mut write) = stream.split();
        // What is refused early is answered while it is still sent.
        let sending = async {
            let sent = write.write_all(bytes).await;
            std::future::pending::<()>().await;
            sent
        };
        let mut kept = Vec::new();
        let reading = read_answer(&mut read, &mut kept);
        tokio::select! {
            _ = sending => {}
            _ = reading => {}
        }
        io::Result::Ok(kept)
    };
    match tokio::time::timeout(patience, exchange).await {
        Err(_) => Ending::NoEnd,
        Ok(Err(_)) => Ending::Closed,
        Ok(Ok(kept)) => ending(&kept),
    }
}

/// Reads until the connection ends, or the answer does by its length.
async fn read_answer(read: &mut (impl AsyncReadExt + Unpin), kept: &mut Vec<u8>) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    let mut count = 0;
    loop {
        let more = read.read(&mut buffer).await?;
        if more == 0 {
            return Ok(());
        }
        count += more;
        let room = KEPT.saturating_sub(kept.len()).min(more);
        kept.extend_from_slice(&buffer[..room]);
        if whole_length(kept).is_some_and(|length| count >= length) {
            return Ok(());
        }
    }
}

/// The state of a connection on which nothing more is sent.
pub(super) fn standing(stream: &TcpStream) -> Ending {
    let mut buffer = [0; 4096];
    // Who is never done sending has not closed.
    for _ in 0..64 {
        match stream.try_read(&mut buffer) {
            Ok(0) => return Ending::Closed,
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ending::Left,
            Err(_) => return Ending::Closed,
        }
    }
    Ending::Left
}

/// The bytes of head and body, when the head says so.
fn whole_length(kept: &[u8]) -> Option<usize> {
    let end = kept.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&kept[..end]).to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))?;
    Some(end + length.trim().parse::<usize>().ok()?)
}

/// The status, and the first code or that there is data.
pub(super) fn ending(answer: &[u8]) -> Ending {
    let text = String::from_utf8_lossy(answer);
    let status = text.get(9..12).and_then(|status| status.parse().ok());
    let Some(status) = status.filter(|_| text.starts_with("HTTP/1.")) else {
        return Ending::Closed;
    };
    let code = text
        .split_once("\"code\":\"")
        .and_then(|(_, rest)| rest.split('"').next());
    let said = match code {
        Some(code) => code.to_owned(),
        None if text.contains("\"data\":") => "data".to_owned(),
        None => String::new(),
    };
    Ending::Answered(status, said)
}

/// Whether a GET of a path is answered 200.
pub(super) async fn is_ok(address: SocketAddr, path: &str) -> bool {
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    let ending = send(address, request.as_bytes(), Duration::from_secs(10)).await;
    matches!(ending, Ending::Answered(200, _))
}
