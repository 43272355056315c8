//! `/etc/resolv.conf` ([resolv.conf(5)](https://man7.org/linux/man-pages/man5/resolv.conf.5.html)).

use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV6};

/// Name servers that are asked; the C library takes three.
const MAX_SERVERS: usize = 8;
/// Search domains that are tried.
const MAX_SEARCH: usize = 16;
/// The C library's bound of `ndots`.
const MAX_NDOTS: usize = 15;

/// What the file says, as far as it is followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Conf {
    pub(crate) servers: Vec<SocketAddr>,
    pub(crate) search: Vec<String>,
    pub(crate) ndots: usize,
}

impl Conf {
    /// Reads the text of the file; what is not understood is passed over, as the C library does.
    pub(crate) fn parse(text: &str) -> Self {
        let mut conf = Self {
            servers: Vec::new(),
            search: Vec::new(),
            ndots: 1,
        };
        for line in text.lines() {
            let line = line.split(['#', ';']).next().unwrap_or_default();
            let mut words = line.split_ascii_whitespace();
            match words.next() {
                Some("nameserver") => {
                    let server = words.next().and_then(server);
                    conf.servers
                        .extend(server.filter(|_| conf.servers.len() < MAX_SERVERS));
                }
                // The last of several counts.
                Some("search" | "domain") => {
                    let domains = words.map(|domain| domain.trim_matches('.').to_owned());
                    let domains = domains.filter(|domain| !domain.is_empty());
                    conf.search = domains.take(MAX_SEARCH).collect();
                }
                Some("options") => {
                    for option in words {
                        if let Some(ndots) = option.strip_prefix("ndots:") {
                            conf.ndots = ndots.parse().unwrap_or(conf.ndots).min(MAX_NDOTS);
                        }
                    }
                }
                _ => {}
            }
        }
        if conf.servers.is_empty() {
            conf.servers
                .push(SocketAddr::from((Ipv4Addr::LOCALHOST, 53)));
        }
        conf
    }
}

/// An address; one of IPv6 may name the interface by its number.
fn server(text: &str) -> Option<SocketAddr> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(SocketAddr::new(address, 53));
    }
    let (address, zone) = text.split_once('%')?;
    let zone = zone.parse().ok()?;
    Some(SocketAddrV6::new(address.parse().ok()?, 53, 0, zone).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_search_domains_and_ndots_are_read_and_the_rest_passed_over() {
        let text = "# made by kubelet\nnameserver 10.96.0.10 ; the service\nnameserver fe80::1%3\nnameserver nonsense\n\
            domain old\nsearch a.svc.cluster.local. svc.cluster.local\noptions ndots:5 rotate timeout:2\nsortlist 1.2.3.4";
        let conf = Conf::parse(text);
        assert_eq!(conf.search, ["a.svc.cluster.local", "svc.cluster.local"]);
        assert_eq!(conf.ndots, 5);
        let servers: Vec<String> = conf.servers.iter().map(ToString::to_string).collect();
        assert_eq!(servers, ["10.96.0.10:53", "[fe80::1%3]:53"]);
    }

    #[test]
    fn an_empty_file_means_the_local_server() {
        let conf = Conf::parse("");
        assert_eq!(conf.servers, ["127.0.0.1:53".parse().expect("an address")]);
        assert_eq!((conf.ndots, conf.search.len()), (1, 0));
    }

    #[test]
    fn long_lists_are_cut() {
        let text = "nameserver 1.1.1.1\n".repeat(100)
            + &format!("search {}\noptions ndots:99", "x ".repeat(100));
        let conf = Conf::parse(&text);
        assert_eq!(
            (conf.servers.len(), conf.search.len(), conf.ndots),
            (MAX_SERVERS, MAX_SEARCH, MAX_NDOTS)
        );
    }
}
