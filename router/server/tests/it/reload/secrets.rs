//! Values that come from files.

use serde_json::Value;

use super::{Reloaded, dogs, failure, yaml};
use crate::encrypted::file;
use crate::kit::until;

const SECRET: &str = "s3cr3t-0";

/// A ConfigMap and the Secret that it names need not arrive at once.
#[tokio::test]
async fn a_file_that_is_refused_for_what_it_names_is_taken_over_once_that_is_there() {
    let dogs = dogs().await;
    let of = |more: &str| {
        let watched = format!("watch: true\npolling: {{ interval: 100ms }}\n{more}");
        yaml(&[("dogs", &dogs)], &watched)
    };
    let router = Reloaded::start(&of("")).await;
    for (more, name, text) in [
        (
            "headers: { insert: { x-of: '${file:token}' } }",
            "token",
            SECRET.to_owned(),
        ),
        ("tls: { ca: ca.pem }", "ca.pem", pem()),
    ] {
        let before = router.generation().await;
        router.write(&of(more));
        let refused = |status: &Value| !failure(status).is_null();
        router.router.until_status(refused).await;
        std::fs::write(router.folder.path().join(name), text).expect("written");
        let taken = |status: &Value| failure(status).is_null();
        router.router.until_status(taken).await;
        assert_eq!(router.generation().await, before + 1, "{more}");
    }
    let refusals = r#"router_configuration_reloads_total{outcome="refused"}"#;
    assert_eq!(router.router.metric(refusals).await, 2.0);
}

fn pem() -> String {
    std::fs::read_to_string(file("ca.pem")).expect("it is there")
}

#[tokio::test]
async fn a_secret_is_read_again_when_its_file_changes_and_is_shown_nowhere() {
    let dogs = dogs().await;
    let folder = tempfile::tempdir().expect("a folder");
    let secret = folder.path().join("token");
    std::fs::write(&secret, format!("{SECRET}\n")).expect("written");
    let more = "watch: true\npolling: { interval: 100ms }\nheaders: { insert: { authorization: \"Bearer ${file:token}\" } }";
    let router = Reloaded::start_in(folder, &yaml(&[("dogs", &dogs)], more)).await;
    let sent = async |expected: &str| {
        let sent = async || {
            router.router.query("{ dog }").await;
            let (headers, _) = dogs.requests().pop()?;
            (headers.get("authorization")? == expected).then_some(())
        };
        until(sent)
            .await
            .unwrap_or_else(|| panic!("never {expected}"));
    };
    sent(&format!("Bearer {SECRET}")).await;
    std::fs::write(&secret, "another").expect("written");
    sent("Bearer another").await;

    // Without the file nothing changes, and the reason says nothing of what it had.
    std::fs::remove_file(&secret).expect("it is there");
    let status = router
        .router
        .until_status(|status| !failure(status).is_null())
        .await;
    let error = failure(&status)["error"].as_str().unwrap_or_default();
    assert!(error.contains("token: it cannot be read"), "{error}");
    assert!(!status.to_string().contains("another"));
    sent("Bearer another").await;
    std::fs::write(&secret, SECRET).expect("written");
    sent(&format!("Bearer {SECRET}")).await;
    let fine = |status: &Value| failure(status).is_null();
    router.router.until_status(fine).await;
}
