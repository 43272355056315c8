//! Who is taken for the client.

use super::*;

fn proxies() -> TrustedProxies {
    ["10.0.0.0/8", "192.0.2.7", "fd00::/8"]
        .iter()
        .map(|network| network.parse::<Network>().unwrap())
        .collect()
}

#[track_caller]
fn check(peer: &str, headers: &[(&'static str, &str)], client: &str) {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(*name, value.parse().unwrap());
    }
    let found = proxies().client(peer.parse().unwrap(), &map);
    assert_eq!(found, client.parse::<IpAddr>().unwrap(), "{headers:?}");
}

#[test]
fn a_peer_that_is_no_proxy_is_the_client_whatever_it_says() {
    check(
        "203.0.113.9",
        &[("x-forwarded-for", "10.1.1.1")],
        "203.0.113.9",
    );
    check(
        "203.0.113.9",
        &[("forwarded", "for=10.1.1.1")],
        "203.0.113.9",
    );
    check("203.0.113.9", &[], "203.0.113.9");
    let nobody = TrustedProxies::default();
    let mut headers = HeaderMap::new();
    headers.insert("x-forwarded-for", "203.0.113.1".parse().unwrap());
    let peer = "10.0.0.1".parse().unwrap();
    assert_eq!(nobody.client(peer, &headers), peer);
}

#[test]
fn the_first_address_from_the_right_that_is_not_trusted_is_the_client() {
    let list = |value| [("x-forwarded-for", value)];
    check("10.0.0.1", &list("203.0.113.9"), "203.0.113.9");
    check("10.0.0.1", &list("6.6.6.6, 203.0.113.9"), "203.0.113.9");
    check(
        "10.0.0.1",
        &list("6.6.6.6, 203.0.113.9,10.9.9.9 , 192.0.2.7"),
        "203.0.113.9",
    );
    check("10.0.0.1", &list("10.2.2.2"), "10.2.2.2");
    check("fd00::1", &list("2001:db8::5"), "2001:db8::5");
    check(
        "10.0.0.1",
        &[
            ("x-forwarded-for", "6.6.6.6"),
            ("x-forwarded-for", "203.0.113.9"),
        ],
        "203.0.113.9",
    );
    check("10.0.0.1", &[], "10.0.0.1");
}

#[test]
fn an_address_may_have_a_port() {
    for (written, meant) in [
        ("203.0.113.9:4711", "203.0.113.9"),
        ("[2001:db8::5]:4711", "2001:db8::5"),
        ("[2001:db8::5]", "2001:db8::5"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
    ] {
        check("10.0.0.1", &[("x-forwarded-for", written)], meant);
        check(
            "10.0.0.1",
            &[("forwarded", &format!("for=\"{written}\""))],
            meant,
        );
    }
    check(
        "::ffff:10.0.0.1",
        &[("x-forwarded-for", "203.0.113.9")],
        "203.0.113.9",
    );
}

#[test]
fn what_names_no_address_ends_the_walk() {
    for hop in [
        "unknown",
        "",
        "_hidden",
        "203.0.113.9.1",
        "10.0.0.2:x",
        "6.6.6.6, nonsense",
    ] {
        check("10.0.0.1", &[("x-forwarded-for", hop)], "10.0.0.1");
        check(
            "10.0.0.1",
            &[("x-forwarded-for", &format!("{hop}, 10.0.0.2"))],
            "10.0.0.2",
        );
    }
    check("10.0.0.1", &[("forwarded", "for=unknown")], "10.0.0.1");
    check("10.0.0.1", &[("forwarded", "proto=https")], "10.0.0.1");
}

#[test]
fn elements_are_read_as_the_specification_writes_them() {
    let elements = |value| [("forwarded", value)];
    check(
        "10.0.0.1",
        &elements("for=203.0.113.9;proto=http;by=10.0.0.1"),
        "203.0.113.9",
    );
    check(
        "10.0.0.1",
        &elements("For=\"6.6.6.6\", FOR=\"[2001:db8:cafe::17]:4711\" ; proto=https"),
        "2001:db8:cafe::17",
    );
    check(
        "10.0.0.1",
        &elements("for=203.0.113.9,by=x;for=10.3.3.3"),
        "203.0.113.9",
    );
    check(
        "10.0.0.1",
        &elements("for=203.0.113.9;ext=\"a,for=6.6.6.6\""),
        "203.0.113.9",
    );
}

#[test]
fn a_client_cannot_take_what_a_proxy_adds_into_a_text_of_its_own() {
    for forged in [
        "for=6.6.6.6;ext=\", for=203.0.113.9",
        "for=6.6.6.6;ext=\", for=\"[2001:db8::5]:1\"",
        "for=6.6.6.6;ext=\"\\, for=203.0.113.9\"x",
        "for=6.6.6.6,, for=203.0.113.9",
        "for 6.6.6.6",
        "for=6.6.6.6;",
        "=6.6.6.6",
    ] {
        check("10.0.0.1", &[("forwarded", forged)], "10.0.0.1");
    }
}

#[test]
fn a_client_that_sends_the_other_header_is_counted_with_the_proxy() {
    check(
        "10.0.0.1",
        &[
            ("x-forwarded-for", "203.0.113.9"),
            ("forwarded", "for=6.6.6.6"),
        ],
        "10.0.0.1",
    );
    check(
        "10.0.0.1",
        &[
            ("x-forwarded-for", "203.0.113.9"),
            ("forwarded", "for=203.0.113.9"),
        ],
        "203.0.113.9",
    );
}

#[test]
fn networks_are_addresses_and_prefixes() {
    let contains = |network: &str, address: &str| {
        let network: Network = network.parse().unwrap();
        network.contains(address.parse().unwrap())
    };
    assert!(contains("0.0.0.0/0", "203.0.113.9"));
    assert!(contains("::/0", "2001:db8::1"));
    assert!(!contains("0.0.0.0/0", "2001:db8::1"));
    assert!(contains("172.16.0.0/12", "172.31.255.255"));
    assert!(!contains("172.16.0.0/12", "172.32.0.0"));
    assert!(contains("172.16.3.4/12", "172.16.0.1"));
    assert!(contains("2001:db8::/32", "2001:db8:ffff::1"));
    assert!(!contains("2001:db8::1", "2001:db8::2"));
    for wrong in [
        "",
        "10.0.0.0/33",
        "10.0.0/8",
        "::/129",
        "10.0.0.0/",
        "10.0.0.0/+8",
        "10.0.0.0/08x",
        "localhost",
    ] {
        assert_eq!(wrong.parse::<Network>(), Err(NetworkError), "{wrong}");
    }
}
