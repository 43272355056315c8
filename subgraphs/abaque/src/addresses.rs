//! Where the programs listen: the router and each service, a public and an admin address each.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use clap::{Arg, ArgMatches, value_parser};
use service::Program;
use tokio::net::TcpListener;

/// The two addresses of a program.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// What clients ask.
    pub public: SocketAddr,
    /// Probes and metrics.
    pub admin: SocketAddr,
}

/// The addresses of all programs.
#[derive(Clone, Debug)]
pub struct Addresses {
    /// The router's.
    pub router: Pair,
    /// Those of each service, with its name.
    pub services: Vec<(&'static str, Pair)>,
}

/// The router among the options: its name, and the ports it listens on by default.
const ROUTER: (&str, u16, u16) = ("router", 4000, 9090);

impl Addresses {
    /// The options of a command line: `--NAME` and `--NAME-admin` for each program, or `ABAQUE_NAME` and `ABAQUE_NAME_ADMIN`.
    pub fn arguments(services: &[Program]) -> impl Iterator<Item = Arg> {
        let services = services
            .iter()
            .map(|service| (service.name, service.ports.public, service.ports.admin));
        std::iter::once(ROUTER)
            .chain(services)
            .flat_map(|(name, public, admin)| {
                [
                    argument(
                        name.to_owned(),
                        public,
                        format!("Where {name} answers clients"),
                    ),
                    argument(
                        admin_of(name),
                        admin,
                        format!("Where {name} answers probes and shows its metrics"),
                    ),
                ]
            })
    }

    /// What these options say.
    pub fn read(matches: &ArgMatches, services: &[Program]) -> Self {
        let address = |name: &str| {
            *matches
                .get_one(name)
                .expect("each of the options has a default")
        };
        let pair = |name: &str| Pair {
            public: address(name),
            admin: address(&admin_of(name)),
        };
        Self {
            router: pair(ROUTER.0),
            services: services
                .iter()
                .map(|service| (service.name, pair(service.name)))
                .collect(),
        }
    }
}

fn admin_of(name: &str) -> String {
    format!("{name}-admin")
}

fn argument(name: String, port: u16, help: String) -> Arg {
    let variable = format!("ABAQUE_{}", name.to_uppercase().replace('-', "_"));
    let default = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    Arg::new(name.clone())
        .long(name.clone())
        .env(variable)
        .value_name("ADDRESS")
        .value_parser(value_parser!(SocketAddr))
        .default_value(default.to_string())
        .help(help)
}

/// The sockets of all programs.
#[derive(Debug)]
pub struct Listeners {
    /// The router's.
    pub router: router::Listeners,
    /// Those of each service, in the order of [`Addresses::services`].
    pub services: Vec<service::Listeners>,
}

impl Listeners {
    /// Binds all of them.
    ///
    /// # Errors
    /// When an address cannot be taken; the message names it and whose it is.
    pub async fn bind(addresses: &Addresses) -> io::Result<Self> {
        let router = router::Listeners {
            public: bind(ROUTER.0, addresses.router.public).await?,
            admin: bind(&admin_of(ROUTER.0), addresses.router.admin).await?,
        };
        let mut services = Vec::new();
        for (name, pair) in &addresses.services {
            services.push(service::Listeners {
                public: bind(name, pair.public).await?,
                admin: bind(&admin_of(name), pair.admin).await?,
            });
        }
        Ok(Self { router, services })
    }

    /// The addresses that were bound, where the system chose a port.
    ///
    /// # Errors
    /// When a socket has none.
    pub fn addresses(&self, services: &[Program]) -> io::Result<Addresses> {
        let pair = |public: &TcpListener, admin: &TcpListener| {
            Ok::<_, io::Error>(Pair {
                public: public.local_addr()?,
                admin: admin.local_addr()?,
            })
        };
        let bound = services.iter().zip(&self.services);
        let bound = bound.map(|(service, listeners)| {
            Ok((service.name, pair(&listeners.public, &listeners.admin)?))
        });
        Ok(Addresses {
            router: pair(&self.router.public, &self.router.admin)?,
            services: bound.collect::<io::Result<_>>()?,
        })
    }
}

async fn bind(whose: &str, address: SocketAddr) -> io::Result<TcpListener> {
    abaque_edge::listen::bind(address).await.map_err(|error| {
        let message =
            format!("cannot listen on {address}: {error} (another address: --{whose} ADDRESS)");
        io::Error::new(error.kind(), message)
    })
}
