//! Listening sockets.

use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpSocket};

/// How many connections may wait to be accepted; the kernel grants no more than its own bound (`net.core.somaxconn`).
///
/// One that comes when the queue is full is dropped without a word, and its client tries again a second later: the 128 that Tokio asks for are
/// gone as soon as a few hundred clients connect together.
const BACKLOG: u32 = 4096;

/// Listens on an address, in the runtime that this is awaited in.
///
/// # Errors
/// When the address cannot be had.
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

#[cfg(test)]
mod tests;
