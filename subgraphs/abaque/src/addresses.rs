//! Where the three programs listen.

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpListener;

/// The six addresses.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Addresses {
    /// The router: the federated GraphQL API and its playground.
    #[arg(
        long,
        env = "ABAQUE_ROUTER",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:4000"
    )]
    pub router: SocketAddr,
    /// The router's probes, metrics and composition status.
    #[arg(
        long,
        env = "ABAQUE_ROUTER_ADMIN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:9090"
    )]
    pub router_admin: SocketAddr,
    /// Calculatrice: its own GraphQL and REST doors.
    #[arg(
        long,
        env = "ABAQUE_CALCULATRICE",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:4001"
    )]
    pub calculatrice: SocketAddr,
    /// Calculatrice's probes and metrics.
    #[arg(
        long,
        env = "ABAQUE_CALCULATRICE_ADMIN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:9091"
    )]
    pub calculatrice_admin: SocketAddr,
    /// Statistiques: its own GraphQL and REST doors.
    #[arg(
        long,
        env = "ABAQUE_STATISTIQUES",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:4002"
    )]
    pub statistiques: SocketAddr,
    /// Statistiques' probes and metrics.
    #[arg(
        long,
        env = "ABAQUE_STATISTIQUES_ADMIN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:9092"
    )]
    pub statistiques_admin: SocketAddr,
}

/// The sockets of the three programs.
#[derive(Debug)]
pub struct Listeners {
    /// The router's.
    pub router: router::Listeners,
    /// Calculatrice's.
    pub calculatrice: service::Listeners,
    /// Statistiques'.
    pub statistiques: service::Listeners,
}

impl Listeners {
    /// Binds all six.
    ///
    /// # Errors
    /// When an address is not to be had; the message names it and whose it is.
    pub async fn bind(addresses: &Addresses) -> io::Result<Self> {
        Ok(Self {
            router: router::Listeners {
                public: bind("router", addresses.router).await?,
                admin: bind("router-admin", addresses.router_admin).await?,
            },
            calculatrice: service::Listeners {
                public: bind("calculatrice", addresses.calculatrice).await?,
                admin: bind("calculatrice-admin", addresses.calculatrice_admin).await?,
            },
            statistiques: service::Listeners {
                public: bind("statistiques", addresses.statistiques).await?,
                admin: bind("statistiques-admin", addresses.statistiques_admin).await?,
            },
        })
    }

    /// The addresses that were bound, where the system chose a port.
    ///
    /// # Errors
    /// When a socket has none.
    pub fn addresses(&self) -> io::Result<Addresses> {
        Ok(Addresses {
            router: self.router.public.local_addr()?,
            router_admin: self.router.admin.local_addr()?,
            calculatrice: self.calculatrice.public.local_addr()?,
            calculatrice_admin: self.calculatrice.admin.local_addr()?,
            statistiques: self.statistiques.public.local_addr()?,
            statistiques_admin: self.statistiques.admin.local_addr()?,
        })
    }
}

async fn bind(whose: &str, address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        let message =
            format!("cannot listen on {address}: {error} (another address: --{whose} ADDRESS)");
        io::Error::new(error.kind(), message)
    })
}
