//! Where a program listens.

use std::fmt;
use std::str::FromStr;

/// A host and a port: `127.0.0.1:4000`, `[::1]:4000`, `localhost:4000`, or `:4000` for all interfaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listen {
    /// An address without brackets, or a name; empty for all interfaces.
    pub host: String,
    /// 0 for one that the system chooses.
    pub port: u16,
}

impl FromStr for Listen {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (host, port) = text.rsplit_once(':').ok_or(())?;
        let digits = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
        let port = port.parse().ok().filter(|_| digits).ok_or(())?;
        let bracketed = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let host = match bracketed {
            Some(address) => {
                let _: std::net::Ipv6Addr = address.parse().map_err(drop)?;
                address
            }
            None => host,
        };
        let in_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        let is_host = bracketed.is_some() || host.bytes().all(in_name);
        (is_host && host.len() <= 253)
            .then(|| Self {
                host: host.to_owned(),
                port,
            })
            .ok_or(())
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Option<(&str, u16)>) {
        let parsed = text.parse::<Listen>().ok();
        let found = parsed
            .as_ref()
            .map(|listen| (listen.host.as_str(), listen.port));
        assert_eq!(found, expect, "{text}");
        if let Some(listen) = parsed {
            assert_eq!(listen.to_string(), text);
        }
    }

    #[test]
    fn hosts_are_addresses_names_or_all() {
        check("127.0.0.1:4000", Some(("127.0.0.1", 4000)));
        check("[::1]:0", Some(("::1", 0)));
        check("localhost:80", Some(("localhost", 80)));
        check(":4000", Some(("", 4000)));
        for text in [
            "",
            "localhost",
            "4000",
            "::1:4000",
            "[x]:1",
            "a b:1",
            "http://a:1",
            "a:",
            "a:+1",
            "a:65536",
            "a:-1",
        ] {
            check(text, None);
        }
    }
}
