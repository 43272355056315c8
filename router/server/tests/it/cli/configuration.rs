//! Commands about a configuration, and what they open of what it names.

use super::*;

#[test]
fn the_check_of_a_configuration_opens_the_files_of_tls() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    for name in ["cert.pem", "key.pem", "other-key.pem", "other-ca.pem"] {
        std::fs::copy(crate::encrypted::file(name), at.join(name)).expect("it can be copied");
    }
    std::fs::write(at.join("empty.pem"), "").expect("written");
    for (tls, wrong) in [
        (
            "cert: cert.pem, key: key.pem, client_ca: other-ca.pem",
            None,
        ),
        (
            "cert: none.pem, key: key.pem",
            Some("tls.cert: none.pem: it cannot be read"),
        ),
        (
            "cert: empty.pem, key: key.pem",
            Some("tls.cert: empty.pem: there is no certificate in PEM in it"),
        ),
        (
            "cert: cert.pem, key: cert.pem",
            Some("tls.key: cert.pem: there is no private key in PEM in it"),
        ),
        (
            "cert: cert.pem, key: other-key.pem",
            Some("tls.key: other-key.pem: it is not the key of the certificate"),
        ),
        (
            "cert: cert.pem, key: key.pem, client_ca: key.pem",
            Some("tls.client_ca: key.pem: there is no certificate"),
        ),
    ] {
        let config = format!("subgraphs: {{ a: {{ url: 'http://a/' }} }}\ntls: {{ {tls} }}\n");
        std::fs::write(at.join("router.yaml"), config).expect("written");
        let ran = run(at, &["config", "check"], "");
        assert_eq!(
            ran.code,
            if wrong.is_some() { 64 } else { 0 },
            "{tls}: {}",
            ran.err
        );
        assert!(ran.err.contains(wrong.unwrap_or_default()), "{}", ran.err);
    }
}

#[test]
fn a_check_of_the_configuration_opens_what_it_names() {
    let folder = project();
    let config =
        "tls: { ca: missing.pem }\nsubgraphs:\n  dogs: { url: http://a/, sdl: none.graphql }\n";
    std::fs::write(folder.path().join("router.yaml"), config).expect("written");
    let ran = run(folder.path(), &["config", "check"], "");
    assert_eq!(ran.code, 64);
    for expected in [
        "tls.ca",
        "missing.pem",
        "subgraphs.dogs.sdl",
        "router.yaml:3:32",
    ] {
        assert!(ran.err.contains(expected), "{expected} in {}", ran.err);
    }
    assert_eq!(run(folder.path(), &["config", "show"], "").code, 0);
}

#[test]
fn names_and_all_interfaces_can_be_listened_on() {
    let folder = project();
    for listen in ["localhost:0", "\":0\"", "\"[::1]:0\""] {
        let config = format!("listen: {listen}\nadmin: {listen}\nsupergraph: bad.graphql\n");
        std::fs::write(folder.path().join("router.yaml"), config).expect("written");
        let ran = run(folder.path(), &["config", "show"], "");
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
}

#[test]
fn the_schema_of_the_configuration_is_json() {
    let folder = project();
    let ran = run(folder.path(), &["config", "schema"], "");
    assert_eq!(ran.code, 0);
    assert_eq!(json(&ran)["properties"]["timeouts"]["type"], "object");
    let shown = run(folder.path(), &["config", "show"], "");
    assert!(shown.out.contains("max_requests: 512"), "{}", shown.out);
}
