//! Asking a running program whether it is ready: for images without a shell or curl, whose health check is the program itself.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(3);
/// More of an answer is not read.
const LONGEST: u64 = 64 * 1024;

/// Asks `/health/ready` of the admin port that listens at this address. An address of all interfaces is asked on the loopback of
/// the same family.
///
/// # Errors
/// What the program says why it is not ready, or why it could not be asked.
pub async fn ready(mut address: SocketAddr) -> Result<(), String> {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    match tokio::time::timeout(TIMEOUT, ask(address)).await {
        Err(_) => Err(format!("{address} did not answer in time")),
        Ok(Err(error)) => Err(format!("{address}: {error}")),
        Ok(Ok(answer)) if answer.starts_with("HTTP/1.1 200 ") => Ok(()),
        Ok(Ok(answer)) => Err(answer.lines().last().unwrap_or("no answer").to_owned()),
    }
}

/// The same of a host and a port: an address without brackets, a name, or empty for all interfaces.
///
/// # Errors
/// As [`ready`], of the last address of the host.
pub async fn ready_at(host: &str, port: u16) -> Result<(), String> {
    let host = match host {
        "" => "localhost",
        host => host,
    };
    let addresses = tokio::net::lookup_host((host, port)).await;
    let mut ended = Err(format!("{host}:{port}: the name has no address"));
    // A name may have addresses at which nothing listens.
    for address in addresses.map_err(|error| format!("{host}:{port}: {error}"))? {
        ended = ready(address).await;
        if ended.is_ok() {
            break;
        }
    }
    ended
}

async fn ask(address: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let request =
        format!("GET /health/ready HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.take(LONGEST).read_to_string(&mut answer).await?;
    Ok(answer)
}
