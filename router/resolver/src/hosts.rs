//! `/etc/hosts` ([hosts(5)](https://man7.org/linux/man-pages/man5/hosts.5.html)).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Addresses of one name.
const MAX: usize = 64;

/// The addresses of a name in the text of the file; of `localhost` also when it is not there
/// ([RFC 6761, section 6.3](https://www.rfc-editor.org/rfc/rfc6761#section-6.3)).
pub(crate) fn addresses(text: &str, name: &str) -> Vec<IpAddr> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let mut found = Vec::new();
    for line in text.lines() {
        let line = line.split('#').next().unwrap_or_default();
        let mut words = line.split_ascii_whitespace();
        let Some(address) = words.next().and_then(|word| word.parse::<IpAddr>().ok()) else {
            continue;
        };
        if words.any(|known| known.eq_ignore_ascii_case(name))
            && found.len() < MAX
            && !found.contains(&address)
        {
            found.push(address);
        }
    }
    if found.is_empty() && is_localhost(name) {
        found = vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
    }
    found
}

fn is_localhost(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "127.0.0.1 localhost\n::1 localhost ip6-localhost # both\n10.0.0.7\tDogs dogs.shop\n10.0.0.8 dogs\nnonsense cats\n#10.0.0.9 cats\n";

    #[track_caller]
    fn check(name: &str, expect: &[&str]) {
        let found: Vec<String> = addresses(TEXT, name)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn every_line_of_a_name_counts_in_whatever_case() {
        check("localhost", &["127.0.0.1", "::1"]);
        check("DOGS", &["10.0.0.7", "10.0.0.8"]);
        check("dogs.shop.", &["10.0.0.7"]);
        check("cats", &[]);
    }

    #[test]
    fn localhost_needs_no_line() {
        assert_eq!(addresses("", "api.localhost").len(), 2);
        assert_eq!(addresses("", "localhost.shop").len(), 0);
    }
}
