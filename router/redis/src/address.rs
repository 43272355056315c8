//! Where a Redis is: `redis://[user[:password]@]host[:port][/database]`, or `rediss://` for TLS.

use std::fmt;
use std::str::FromStr;

use percent_encoding::percent_decode_str;

const PORT: u16 = 6379;

/// Where a Redis is, and the user to log in as. Its text has neither name nor password.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    /// Without brackets where it is an address of IPv6.
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) database: u32,
    pub(crate) tls: bool,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<String>,
}

impl FromStr for Address {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (scheme, rest) = text.split_once("://").ok_or(())?;
        let tls = match scheme {
            "redis" => false,
            "rediss" => true,
            _ => return Err(()),
        };
        let (authority, database) = match rest.split_once('/') {
            Some((authority, "")) => (authority, 0),
            Some((authority, database)) => (authority, number(database).ok_or(())?),
            None => (rest, 0),
        };
        let (credentials, place) = match authority.rsplit_once('@') {
            Some((credentials, place)) => (Some(credentials), place),
            None => (None, authority),
        };
        let (user, password) = match credentials {
            None => (None, None),
            Some(credentials) => {
                let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
                (decoded(user)?, decoded(password)?)
            }
        };
        let (host, port) = split(place).ok_or(())?;
        // A name alone proves nothing.
        if user.is_some() && password.is_none() {
            return Err(());
        }
        Ok(Self {
            host: host.to_owned(),
            port,
            database,
            tls,
            user,
            password,
        })
    }
}

fn split(place: &str) -> Option<(&str, u16)> {
    if let Some(rest) = place.strip_prefix('[') {
        let (address, rest) = rest.split_once(']')?;
        address.parse::<std::net::Ipv6Addr>().ok()?;
        let port = match rest {
            "" => PORT,
            rest => number(rest.strip_prefix(':')?)?,
        };
        return Some((address, port));
    }
    let (host, port) = match place.split_once(':') {
        Some((host, port)) => (host, number(port)?),
        None => (place, PORT),
    };
    let in_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let is_host = !host.is_empty() && host.len() <= 253 && host.bytes().all(in_name);
    is_host.then_some((host, port))
}

fn number<N: FromStr>(digits: &str) -> Option<N> {
    let are_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    are_digits.then(|| digits.parse().ok())?
}

fn decoded(text: &str) -> Result<Option<String>, ()> {
    let text = percent_decode_str(text).decode_utf8().map_err(drop)?;
    Ok((!text.is_empty()).then(|| text.into_owned()))
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls { "rediss" } else { "redis" };
        match self.host.contains(':') {
            true => write!(f, "{scheme}://[{}]:{}", self.host, self.port)?,
            false => write!(f, "{scheme}://{}:{}", self.host, self.port)?,
        }
        write!(f, "/{}", self.database)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_what_it_needs_and_defaults_for_the_rest() {
        for (text, printed) in [
            ("redis://a", "redis://a:6379/0"),
            ("redis://127.0.0.1:7000/", "redis://127.0.0.1:7000/0"),
            ("rediss://[::1]/3", "rediss://[::1]:6379/3"),
            ("redis://[::1]:1", "redis://[::1]:1/0"),
        ] {
            let address: Address = text.parse().expect(text);
            assert_eq!(address.to_string(), printed);
        }
        for text in [
            "a:6379",
            "http://a",
            "redis://",
            "redis://a:b",
            "redis://a/x",
            "redis://a:65536",
            "redis://user@a",
            "redis://[a]",
            "redis://a b",
            "redis://a?x=1",
            "redis://[::1]x",
        ] {
            assert_eq!(text.parse::<Address>(), Err(()), "{text}");
        }
    }

    #[test]
    fn credentials_are_read_and_not_shown() {
        let address: Address = "redis://me:p%40ss:w@a".parse().expect("a URL");
        assert_eq!(address.user.as_deref(), Some("me"));
        assert_eq!(address.password.as_deref(), Some("p@ss:w"));
        assert_eq!(format!("{address:?}"), "redis://a:6379/0");
        let address: Address = "redis://:p@a".parse().expect("a URL");
        assert_eq!(
            (address.user, address.password.as_deref()),
            (None, Some("p"))
        );
    }
}
