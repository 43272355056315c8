//! Issuers that do not give their keys, or not always.

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::issuer::Manner;
use super::*;
use crate::kit::{PATIENCE, until};

fn two(first: &Issuer, second: &Issuer) -> String {
    let (first, second) = (first.url(), second.url());
    format!("authentication: {{ jwt: [{{ jwks: \"{first}\" }}, {{ jwks: \"{second}\" }}] }}")
}

fn one(issuer: &Issuer) -> String {
    let url = issuer.url();
    format!("authentication: {{ jwt: [{{ jwks: \"{url}\", refresh: 1s }}] }}")
}

#[track_caller]
fn unavailable(answer: &Answer) {
    let found = (answer.status.as_u16(), answer.code());
    let expected = (503, "AUTHENTICATION_UNAVAILABLE".to_owned());
    assert_eq!(found, expected, "{}", answer.text());
    assert_eq!(answer.header("retry-after"), "1");
}

/// The first requests wait for the first keys, the others for none: 40 of them would have to wait for minutes.
#[tokio::test]
async fn nobody_waits_for_an_issuer_that_did_not_answer() {
    let (signer, mine) = (Signer::es256("a"), Signer::es256("b"));
    let silent = Issuer::with_manner(String::new(), Manner::Silent).await;
    let issuer = Issuer::start(&[&mine]).await;
    let dogs = dogs().await;
    let router = Running::start(&[("dogs", &dogs)], &two(&silent, &issuer)).await;
    // What the other issuer has signed is not held up, and neither is who has no token.
    assert_eq!(ask(&router, &mine.sign(&claims())).await.status, 200);
    assert_eq!(router.query("{ dog }").await.status, 200);
    let theirs = signer.sign(&claims());
    unavailable(&ask(&router, &theirs).await);
    let many = async {
        for _ in 0..40 {
            unavailable(&ask(&router, &theirs).await);
        }
    };
    let refused = tokio::time::timeout(PATIENCE, many).await;
    refused.expect("they are refused at once");
}

/// A request is refused at its own deadline, while the first look at the issuer's keys is still under way; the keys of that look are taken when they come.
#[tokio::test]
async fn a_request_waits_for_keys_no_longer_than_it_may_take() {
    let signer = Signer::es256("a");
    let (open, gate) = watch::channel(false);
    let issuer = Issuer::start(&[&signer]).await;
    issuer.answers(Manner::Gated(gate));
    let dogs = dogs().await;
    let url = issuer.url();
    let config = format!(
        "timeouts: {{ request: 200ms }}\nauthentication: {{ jwt: [{{ jwks: \"{url}\" }}] }}"
    );
    let router = Running::start(&[("dogs", &dogs)], &config).await;
    let token = signer.sign(&claims());
    unavailable(&ask(&router, &token).await);
    open.send(true).expect("the issuer waits");
    let known = until(async || (ask(&router, &token).await.status == 200).then_some(()));
    known.await.expect("the keys come");
    assert_eq!(issuer.asked(), 1, "it was the first look");
}

/// Whose a token is cannot be said while one issuer's keys are not there, unless a key of another one has verified it.
#[tokio::test]
async fn a_token_is_not_called_wrong_while_it_may_be_right() {
    let (mine, forger) = (Signer::es256("a"), Signer::es256("a"));
    let broken = Issuer::with_manner(String::new(), Manner::Wrong(500, "")).await;
    let issuer = Issuer::start(&[&mine]).await;
    let dogs = dogs().await;
    let router = Running::start(&[("dogs", &dogs)], &two(&broken, &issuer)).await;
    unavailable(&ask(&router, &forger.sign(&claims())).await);
    let unknown = mine.sign_with(json!({ "alg": "ES256", "kid": "z" }), &claims());
    unavailable(&ask(&router, &unknown).await);
    let expired = mine.sign(&with(&claims(), "exp", json!(1_000)));
    assert_eq!(ask(&router, &expired).await.code(), "TOKEN_EXPIRED");
    assert_eq!(ask(&router, "x").await.code(), "TOKEN_MALFORMED");
    let none = format!("{}.e30.", issuer::encode(br#"{"alg":"none"}"#));
    assert_eq!(ask(&router, &none).await.code(), "TOKEN_MALFORMED");
}

/// A rotation: all who come with the new key wait for the one look that is under way.
#[tokio::test]
async fn requests_that_wait_for_keys_share_one_fetch() {
    let (old, new) = (Signer::es256("a"), Signer::es256("b"));
    let issuer = Issuer::start(&[&old]).await;
    let dogs = dogs().await;
    let url = issuer.url();
    let config = format!("authentication: {{ jwt: [{{ jwks: \"{url}\" }}] }}");
    let router = Running::start(&[("dogs", &dogs)], &config).await;
    assert_eq!(ask(&router, &old.sign(&claims())).await.status, 200);
    let (open, gate) = watch::channel(false);
    issuer.answers(Manner::Gated(gate));
    issuer.publish(&[&new]);
    let asked = issuer.asked();
    let url = router.url();
    let mut asking = JoinSet::new();
    let mut begin = |count: usize| {
        for _ in 0..count {
            let (url, bearer) = (url.clone(), format!("Bearer {}", new.sign(&claims())));
            asking.spawn(async move {
                let headers = [
                    ("content-type", "application/json"),
                    ("authorization", bearer.as_str()),
                ];
                crate::kit::post(&url, &headers, r#"{"query":"{ dog }"}"#).await
            });
        }
    };
    begin(1);
    let looked = until(async || (issuer.asked() > asked).then_some(()));
    looked.await.expect("the issuer is asked");
    begin(30);
    // Somebody whose key is known is answered meanwhile, and after those.
    assert_eq!(ask(&router, &old.sign(&claims())).await.status, 200);
    open.send(true).expect("the issuer waits");
    for answer in asking.join_all().await {
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    assert_eq!(issuer.asked(), asked + 1);
}

#[tokio::test]
async fn keys_that_were_good_stay_whatever_comes_after_them() {
    let signer = Signer::es256("a");
    let elsewhere = Issuer::start(&[&Signer::es256("x")]).await;
    let issuer = Issuer::start(&[&signer]).await;
    let dogs = dogs().await;
    let router = Running::start(&[("dogs", &dogs)], &one(&issuer)).await;
    let token = || signer.sign(&with(&claims(), "jti", json!(issuer.asked())));
    assert_eq!(ask(&router, &token()).await.status, 200);
    for manner in [
        Manner::Wrong(500, ""),
        Manner::Wrong(200, "<html>Sign in</html>"),
        Manner::Wrong(200, r#"{"keys":[]}"#),
        Manner::Huge,
        Manner::Wrong(204, ""),
        Manner::Elsewhere(elsewhere.url()),
    ] {
        issuer.answers(manner);
        let asked = issuer.asked();
        let looked = until(async || (issuer.asked() > asked).then_some(()));
        looked.await.expect("the issuer is asked again");
        assert_eq!(ask(&router, &token()).await.status, 200);
        issuer.answers(Manner::Publishes);
        let asked = issuer.asked();
        let looked = until(async || (issuer.asked() > asked).then_some(()));
        looked.await.expect("the issuer is asked again");
    }
    assert_eq!(elsewhere.asked(), 0, "it was gone after");
}

/// What comes a byte at a time has no end in time, however often a byte comes.
#[tokio::test]
async fn a_key_set_that_trickles_is_not_waited_for() {
    let signer = Signer::es256("a");
    let issuer = Issuer::start(&[&signer]).await;
    issuer.answers(Manner::Trickles);
    let dogs = dogs().await;
    let router = Running::start(&[("dogs", &dogs)], &one(&issuer)).await;
    let token = signer.sign(&claims());
    unavailable(&ask(&router, &token).await);
    // The next look finds a good set: the last one was given up.
    issuer.answers(Manner::Publishes);
    let believed = until(async || (ask(&router, &token).await.status == 200).then_some(()));
    believed.await.expect("its keys are there");
}

#[tokio::test]
async fn an_issuer_that_comes_back_is_believed_again() {
    let signer = Signer::es256("a");
    let issuer = Issuer::with_manner(String::new(), Manner::Wrong(503, "")).await;
    issuer.publish(&[&signer]);
    let dogs = dogs().await;
    let router = Running::start(&[("dogs", &dogs)], &one(&issuer)).await;
    let token = signer.sign(&claims());
    unavailable(&ask(&router, &token).await);
    let keys = r#"router_token_keys{jwks="127.0.0.1/jwks.json"}"#;
    let failing = r#"router_token_keys_failing{jwks="127.0.0.1/jwks.json"}"#;
    assert_eq!(router.metric(keys).await, 0.0);
    assert_eq!(router.metric(failing).await, 1.0);
    issuer.answers(Manner::Publishes);
    let believed = until(async || (ask(&router, &token).await.status == 200).then_some(()));
    believed.await.expect("its keys are there");
    assert_eq!(router.metric(keys).await, 1.0);
    let mended = until(async || (router.metric(failing).await == 0.0).then_some(()));
    mended.await.expect("it is well again");
    // The last good keys are in use, whatever it says.
    issuer.answers(Manner::Wrong(500, ""));
    let failed = until(async || (router.metric(failing).await == 1.0).then_some(()));
    failed.await.expect("it fails again");
    assert_eq!(router.metric(keys).await, 1.0);
}
