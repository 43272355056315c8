//! Tests of [`super`]: the page, what it loads, and the negotiation.

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use bytes::Bytes;
use http_body_util::BodyExt;
use insta::assert_snapshot;
use tower::ServiceExt;

use super::*;

const EXAMPLE: Console<'_> = Console {
    title: "Abaque & <co>",
    endpoint: "/graphql",
    default_query: "{\n  addition(a: \"0.1\", b: 0.2)\n}\n",
    offers: Offers {
        operations: true,
        plans: true,
        graph: Some("playground/composition"),
        status: None,
    },
};

async fn body(response: Response) -> Bytes {
    response.into_body().collect().await.unwrap().to_bytes()
}

async fn text(response: Response) -> String {
    String::from_utf8(body(response).await.to_vec()).unwrap()
}

async fn get(path: &str, headers: &[(HeaderName, &str)]) -> Response {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    Console::assets("/graphql")
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap()
}

fn header_of(response: &Response, name: HeaderName) -> &str {
    response
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

/// Every address that the page at `endpoint` loads or links.
async fn addresses(endpoint: &'static str) -> Vec<String> {
    let html = text(
        Console {
            endpoint,
            ..EXAMPLE
        }
        .page(),
    )
    .await;
    let ends = |rest: &str| rest.split_once('"').unwrap().0.to_owned();
    let mut found: Vec<String> = html.split(" href=\"").skip(1).map(ends).collect();
    found.extend(html.split(" src=\"").skip(1).map(ends));
    found
}

/// The part of an asset's address that names its content.
fn hash(address: &str) -> &str {
    address.rsplit('.').nth(1).unwrap()
}

#[tokio::test]
async fn page_is_escaped_and_has_nothing_inline() {
    let mut html = text(EXAMPLE.page()).await;
    for address in addresses("/graphql").await {
        html = html.replace(hash(&address), "HASH");
    }
    assert_snapshot!(html, @r#"
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Abaque &amp; &lt;co&gt;</title>
    <link rel="icon" type="image/svg+xml" href="playground/favicon.HASH.svg">
    <link rel="stylesheet" href="playground/console.HASH.css">
    <link rel="license" href="playground/THIRD-PARTY.HASH.md">
    <script type="module" src="playground/console.HASH.js"></script>
    </head>
    <body>
    <div id="console" data-title="Abaque &amp; &lt;co&gt;" data-endpoint="graphql" data-default-query="{
      addition(a: &quot;0.1&quot;, b: 0.2)
    }
    " data-operations="on" data-plans="on" data-graph="playground/composition" data-status="">
    <p class="note">Loading…</p>
    <noscript><p class="note">This page needs JavaScript. Without it, send GraphQL by POST to this address.</p></noscript>
    </div>
    </body>
    </html>
    "#);
}

#[tokio::test]
async fn page_may_only_use_its_own_origin() {
    let response = EXAMPLE.page();
    let shown: Vec<String> = response
        .headers()
        .iter()
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    assert_snapshot!(shown.join("\n"), @"
    content-type: text/html; charset=utf-8
    content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
    cache-control: no-cache
    vary: accept
    x-content-type-options: nosniff
    referrer-policy: no-referrer
    ");
}

#[tokio::test]
async fn text_that_looks_like_a_name_of_the_template_stays_text() {
    let page = Console {
        title: "{query}",
        default_query: "{title}",
        ..EXAMPLE
    }
    .page();
    let html = text(page).await;
    assert!(html.contains("<title>{query}</title>"), "{html}");
    assert!(html.contains(r#"data-default-query="{title}""#), "{html}");
}

#[tokio::test]
async fn assets_are_in_the_folder_of_the_page() {
    #[track_caller]
    fn check(found: &[String], html: &str, prefix: &str, endpoint: &str) {
        assert_eq!(found.len(), 4);
        for address in found {
            assert!(address.starts_with(prefix), "{address}");
        }
        assert!(
            html.contains(&format!(r#"data-endpoint="{endpoint}""#)),
            "{html}"
        );
    }
    for (path, prefix, endpoint) in [
        ("/graphql", "playground/", "graphql"),
        ("graphql", "playground/", "graphql"),
        ("/", "playground/", ""),
        ("/api/graphql", "playground/", "graphql"),
        ("/api/v1/", "playground/", ""),
    ] {
        let html = text(
            Console {
                endpoint: path,
                ..EXAMPLE
            }
            .page(),
        )
        .await;
        check(&addresses(path).await, &html, prefix, endpoint);
    }
}

#[tokio::test]
async fn a_page_in_a_folder_finds_its_assets_there() {
    for address in addresses("/api/graphql").await {
        let request = Request::get(format!("/api/{address}"));
        let response = Console::assets("/api/graphql")
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{address}");
    }
}

#[tokio::test]
async fn whatever_the_page_names_is_served_for_good() {
    let mut seen = Vec::new();
    for address in addresses("/graphql").await {
        let response = get(&format!("/{address}"), &[]).await;
        assert_eq!(response.status(), StatusCode::OK, "{address}");
        assert_eq!(
            header_of(&response, header::CACHE_CONTROL),
            "public, max-age=31536000, immutable"
        );
        assert_eq!(
            header_of(&response, header::X_CONTENT_TYPE_OPTIONS),
            "nosniff"
        );
        let name = address.replace(hash(&address), "HASH");
        let media_type = header_of(&response, header::CONTENT_TYPE).to_owned();
        assert!(!body(response).await.is_empty(), "{address}");
        seen.push(format!("{name}: {media_type}"));
    }
    assert_snapshot!(seen.join("\n"), @"
    playground/favicon.HASH.svg: image/svg+xml
    playground/console.HASH.css: text/css; charset=utf-8
    playground/THIRD-PARTY.HASH.md: text/plain; charset=utf-8
    playground/console.HASH.js: text/javascript; charset=utf-8
    ");
}

#[tokio::test]
async fn no_asset_names_an_address_outside_that_a_browser_would_load() {
    for address in addresses("/graphql").await {
        let content = text(get(&format!("/{address}"), &[]).await).await;
        for loads in [
            "@import",
            "url(http",
            "url(\"http",
            "url(//",
            "importScripts(",
            "//# sourceMappingURL",
        ] {
            assert!(!content.contains(loads), "{address} contains {loads}");
        }
        // Licence texts and error messages may name sites; a host that serves packages to browsers has no place here.
        for host in ["unpkg.com", "jsdelivr", "esm.sh", "cdnjs", "fonts.g"] {
            assert!(!content.contains(host), "{address} names {host}");
        }
    }
}

#[tokio::test]
async fn gzip_is_sent_to_who_takes_it_and_the_same_content_to_who_does_not() {
    let mut gzipped = 0;
    for address in addresses("/graphql").await {
        let path = format!("/{address}");
        let plain = get(&path, &[]).await;
        assert_eq!(header_of(&plain, header::CONTENT_ENCODING), "");
        let plain_tag = header_of(&plain, header::ETAG).to_owned();

        let coded = get(&path, &[(header::ACCEPT_ENCODING, "gzip, deflate, br")]).await;
        if header_of(&coded, header::CONTENT_ENCODING).is_empty() {
            assert_eq!(header_of(&coded, header::ETAG), plain_tag);
            continue;
        }
        gzipped += 1;
        assert_eq!(header_of(&coded, header::CONTENT_ENCODING), "gzip");
        for response in [&plain, &coded] {
            assert_eq!(header_of(response, header::VARY), "accept-encoding");
        }
        assert_ne!(header_of(&coded, header::ETAG), plain_tag);

        let (plain, coded) = (body(plain).await, body(coded).await);
        // The fixed header: magic, deflate, no optional field, no time. Its trailer is the length of the content.
        assert_eq!(coded[..8], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0], "{address}");
        let length = u32::from_le_bytes(coded[coded.len() - 4..].try_into().unwrap());
        assert_eq!(plain.len(), length as usize, "{address}");
        assert!(coded.len() * 2 < plain.len(), "{address}");
    }
    assert_eq!(gzipped, 2);
}

#[tokio::test]
async fn cached_asset_is_not_sent_again() {
    let path = format!("/{}", addresses("/graphql").await.pop().unwrap());
    let tag = header_of(&get(&path, &[]).await, header::ETAG).to_owned();
    let weak = format!("\"other\", W/{tag}");
    for (sent, expected) in [
        (tag.as_str(), StatusCode::NOT_MODIFIED),
        (weak.as_str(), StatusCode::NOT_MODIFIED),
        ("*", StatusCode::NOT_MODIFIED),
        ("\"other\"", StatusCode::OK),
        ("", StatusCode::OK),
    ] {
        let response = get(&path, &[(header::IF_NONE_MATCH, sent)]).await;
        assert_eq!(response.status(), expected, "{sent}");
        assert_eq!(header_of(&response, header::ETAG), tag);
        assert_eq!(
            body(response).await.is_empty(),
            expected == StatusCode::NOT_MODIFIED
        );
    }
}

#[tokio::test]
async fn asset_of_another_build_is_not_found_and_not_kept() {
    for path in [
        "/playground/console.0000000000000000.js",
        "/playground/console.js",
        "/playground/..%2FCargo.toml",
        "/playground/%ff",
    ] {
        let response = get(path, &[]).await;
        assert!(
            response.status().is_client_error(),
            "{path}: {}",
            response.status()
        );
        assert!(
            !header_of(&response, header::CACHE_CONTROL).contains("immutable"),
            "{path}"
        );
    }
}

#[track_caller]
fn check_prefers_html(accept: &[&str], expected: bool) {
    let mut headers = HeaderMap::new();
    for field in accept {
        headers.append(header::ACCEPT, field.parse().unwrap());
    }
    assert_eq!(prefers_html(&headers), expected, "{accept:?}");
}

#[test]
fn browsers_get_the_page() {
    for accept in [
        // Chromium, Firefox, Safari.
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,\
         application/signed-exchange;v=b3;q=0.7",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/png,image/svg+xml,*/*;q=0.8",
        "text/html",
        "TEXT/HTML ; Charset=UTF-8",
        "text/html, */*",
        "text/*, */*",
        "text/html, application/json",
        "application/json;q=0.5, text/html;q=0.501",
        "application/json;q=0, text/html;q=0.001",
        "*/*;q=0.1, text/html;q=0.2",
        "text/html;version=\"a,b;q=0\";q=1, application/json;q=0.9",
    ] {
        check_prefers_html(&[accept], true);
    }
    check_prefers_html(&["application/json;q=0.2", "text/html;q=0.3"], true);
}

#[test]
fn clients_of_the_api_do_not() {
    for accept in [
        "*/*",
        "",
        "application/json",
        "application/graphql-response+json",
        "application/graphql-response+json, application/json;q=0.9",
        "application/json, text/plain, */*",
        "application/json, text/html",
        "application/json, text/html;q=0.9",
        "application/graphql-response+json, text/html",
        "text/html;q=0.5, */*",
        "text/*, application/json",
        "text/html;q=0",
        "text/html;q=0.000, image/png",
        "*/*, text/html;q=0",
        "text/plain",
        "texthtml",
        "text/htmlx, text/ html2",
        ", ;q=1, /",
        // What is not well-formed is as if it were not sent.
        "text/html;q=1.1",
        "text/html;q=2",
        "text/html;q=0.1234",
        "text/html;q=-1",
        "text/html;q=",
        "text/html;q=1.+1",
    ] {
        check_prefers_html(&[accept], false);
    }
    check_prefers_html(&[], false);
    check_prefers_html(&["text/html;q=0.3", "application/json"], false);
}

#[test]
fn gzip_is_taken_by_its_quality() {
    for (fields, expected) in [
        (&["gzip"] as &[&str], true),
        (&["GZip;q=0.001"], true),
        (&["x-gzip"], true),
        (&["deflate, br", "gzip"], true),
        (&["*"], true),
        (&["gzip;q=0, *"], false),
        (&["gzip;q=0"], false),
        (&["*;q=0"], false),
        (&["identity"], false),
        (&["gzipped"], false),
        (&[""], false),
        (&[], false),
    ] {
        let mut headers = HeaderMap::new();
        for field in fields {
            headers.append(header::ACCEPT_ENCODING, field.parse().unwrap());
        }
        assert_eq!(negotiation::accepts_gzip(&headers), expected, "{fields:?}");
    }
}
