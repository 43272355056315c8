//! Listening sockets.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::net::{TcpListener, TcpSocket};

/// How many connections may wait to be accepted; the kernel grants no more than its own bound (`net.core.somaxconn`).
///
/// One that comes when the queue is full is dropped without a word, and its client tries again a second later: the 128 that Tokio asks for are
/// gone as soon as a few hundred clients connect together.
const BACKLOG: u32 = 4096;

/// Listens on an address, in the runtime that this is awaited in.
///
/// # Errors
/// When the address is not available.
pub async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    // On Windows the option means something else: that another program may take the address too.
    if cfg!(unix) {
        socket.set_reuseaddr(true)?;
    }
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Listens on a port at the first of a host's addresses that is free. A host is an address without brackets, a name, or empty for all interfaces.
///
/// # Errors
/// When the host has no address, or none can be found.
pub async fn bind_host(host: &str, port: u16) -> io::Result<TcpListener> {
    let addresses: Vec<SocketAddr> = match host {
        // Where there is IPv6, its unspecified address stands for both.
        "" => vec![
            (Ipv6Addr::UNSPECIFIED, port).into(),
            (Ipv4Addr::UNSPECIFIED, port).into(),
        ],
        host => tokio::net::lookup_host((host, port)).await?.collect(),
    };
    let mut failed = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in addresses {
        match bind(address).await {
            Ok(listener) => return Ok(listener),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

#[cfg(test)]
mod tests;
