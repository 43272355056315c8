//! The resolver as connectors of `hyper-util` ask it.

use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::dns::Name;
use tower::Service;

use crate::order::for_connection;
use crate::{Error, Resolver};

/// A few addresses of a name, in the order in which one connection tries them. Their port is 0.
#[derive(Debug)]
pub struct Addresses(std::vec::IntoIter<IpAddr>);

impl Iterator for Addresses {
    type Item = SocketAddr;

    fn next(&mut self) -> Option<SocketAddr> {
        self.0.next().map(|address| SocketAddr::new(address, 0))
    }
}

impl Service<Name> for Resolver {
    type Response = Addresses;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Addresses, Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let resolver = self.clone();
        Box::pin(async move {
            let addresses = resolver.lookup(name.as_str()).await?;
            let turn = resolver.turn(name.as_str());
            Ok(Addresses(for_connection(&addresses, turn).into_iter()))
        })
    }
}
