//! What browsers ask for on their own, and what they must not.

use super::*;

#[tokio::test]
async fn browsers_do_not_ask_for_other_sites() {
    let a = dogs().await;
    let more = "cors: { origins: ['https://ours.example'], headers: [authorization] }";
    let router = Running::start(&[("dogs", &a)], more).await;
    let url = format!("{}?query=%7Bdog%7Bname%7D%7D", router.url());
    let cross = ("sec-fetch-site", "cross-site");
    refused(&get(&url, &[cross]).await, 403, "CSRF_PREVENTED");
    refused(
        &get(&url, &[cross, ("origin", "https://theirs.example")]).await,
        403,
        "CSRF_PREVENTED",
    );
    assert_eq!(
        get(&url, &[("sec-fetch-site", "same-origin")]).await.status,
        200
    );
    assert_eq!(
        get(&url, &[cross, ("apollo-require-preflight", "1")])
            .await
            .status,
        200
    );
    // To an origin without TLS browsers do not say for which site they ask.
    let browser = (
        "user-agent",
        "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
    );
    for headers in [
        &[browser][..],
        &[browser, ("accept", "application/json")],
        &[browser, ("content-type", "text/plain")],
        &[("referer", "http://theirs.example/")],
        &[("origin", "null")],
        &[cross, ("content-type", "text/plain")],
        &[("sec-fetch-site", "same-site"), browser],
    ] {
        refused(&get(&url, headers).await, 403, "CSRF_PREVENTED");
    }
    for headers in [
        &[][..],
        &[("user-agent", "curl/8.14.1")],
        &[("user-agent", "node"), ("sec-fetch-mode", "cors")],
        &[browser, ("graphql-require-preflight", "1")],
        &[browser, ("content-type", "application/json")],
        &[browser, ("sec-fetch-site", "same-origin")],
        &[browser, ("sec-fetch-site", "none")],
    ] {
        assert_eq!(get(&url, headers).await.status, 200, "{headers:?}");
    }
    let open = Running::start(&[("dogs", &a)], "csrf_prevention: false").await;
    let unasked = format!("{}?query=%7Bdog%7Bname%7D%7D", open.url());
    assert_eq!(get(&unasked, &[browser, cross]).await.status, 200);

    let ours = get(&url, &[cross, ("origin", "https://ours.example")]).await;
    assert_eq!(ours.status, 200);
    assert_eq!(
        ours.header("access-control-allow-origin"),
        "https://ours.example"
    );

    let preflight = http::Request::options(router.url())
        .header("origin", "https://ours.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type")
        .body(http_body_util::Full::default())
        .expect("a request");
    let answer = send(preflight).await.expect("an answer");
    assert_eq!(answer.status, 200);
    assert!(
        answer
            .header("access-control-allow-headers")
            .contains("content-type")
    );
}

#[tokio::test]
async fn a_refresh_is_not_made_for_a_page_of_another_site() {
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], "admin_hosts: [router-admin]").await;
    let url = router.admin_url("/composition/refresh");
    for headers in [
        &[("host", "evil.example")][..],
        &[
            ("host", "evil.example:9090"),
            ("sec-fetch-site", "same-origin"),
        ],
        &[("host", "127.0.0.1.evil.example")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "http://evil.example")],
        &[("origin", "null")],
        &[("referer", "http://evil.example/")],
        &[("content-type", "text/plain")],
        &[("content-type", "application/x-www-form-urlencoded")],
    ] {
        assert_eq!(post(&url, headers, "").await.status, 403, "{headers:?}");
    }
    for headers in [
        &[][..],
        &[("host", "localhost:9090")],
        &[("host", "[::1]:9090")],
        &[("host", "10.0.0.7")],
        &[("host", "Router-Admin:9090")],
        &[("content-type", "application/json")],
    ] {
        assert_eq!(post(&url, headers, "").await.status, 202, "{headers:?}");
    }
    // Reading is open to everyone who reaches the port, under any host name.
    for path in ["/health/live", "/health/ready", "/metrics", "/composition"] {
        let answer = get(
            &router.admin_url(path),
            &[("host", "router.svc.cluster.local")],
        )
        .await;
        assert_eq!(answer.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_browser_gets_the_playground_unless_it_is_off() {
    let a = dogs().await;
    let html = [("accept", "text/html,application/xhtml+xml,*/*;q=0.8")];
    let router = Running::start(&[("dogs", &a)], "").await;
    let page = get(&router.url(), &html).await;
    assert!(
        page.header("content-type").starts_with("text/html"),
        "{:?}",
        page.headers
    );
    let off = Running::start(&[("dogs", &a)], "playground: false").await;
    refused(
        &get(&off.url(), &[("accept", "text/html")]).await,
        406,
        "NOT_ACCEPTABLE",
    );
    let root = router.url().replace("/graphql", "/");
    let redirect = get(&root, &html).await;
    assert_eq!(
        (redirect.status.as_u16(), redirect.header("location")),
        (307, "graphql")
    );
}

#[tokio::test]
async fn the_path_can_be_another_with_all_that_belongs_to_it() {
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], "path: /api/graphql").await;
    let root = router.url().replace("/graphql", "");
    let endpoint = format!("{root}/api/graphql");
    let answer = post(&endpoint, &[JSON], r#"{"query":"{ __typename }"}"#).await;
    assert_eq!(answer.text(), r#"{"data":{"__typename":"Query"}}"#);
    let html = [("accept", "text/html")];
    let page = get(&endpoint, &html).await.text();
    let script = page
        .split("src=\"")
        .find(|rest| rest.starts_with("playground/"))
        .and_then(|rest| rest.split('"').next())
        .expect("the page loads a script");
    let script = get(&format!("{root}/api/{script}"), &[]).await;
    assert_eq!(script.status, 200);
    let redirect = get(&format!("{root}/"), &html).await;
    assert_eq!(redirect.header("location"), "api/graphql");
    assert_eq!(get(&router.url(), &html).await.status, 404);
}
