//! Which route a client takes, and which are refused.

use std::sync::Arc;

use super::*;
use crate::claims::Claims;
use crate::config::SubgraphConfig;

#[derive(Debug)]
struct Region(&'static str);

impl Claims for Region {
    fn is(&self, path: &str, value: &str) -> bool {
        path == "region" && value == self.0
    }

    fn header(&self, path: &str) -> Option<HeaderValue> {
        (path == "region").then(|| HeaderValue::from_static(self.0))
    }
}

/// What a text says of routes, or what is wrong with it.
fn read(routes: &str) -> Result<Vec<Route>, String> {
    let text = format!("routes: {routes}");
    let read = |root: Section<'_>| {
        let config = SubgraphConfig::read(&root);
        root.end();
        config.routes
    };
    let parsed = settings::parse(&text, "router.yaml".as_ref(), &|_| None, read);
    parsed
        .map(|(routes, _)| routes)
        .map_err(|error| error.to_string())
}

fn client(canary: Option<&'static str>, region: Option<&'static str>) -> ClientRequest {
    let mut client = ClientRequest::default();
    if let Some(canary) = canary {
        let value = HeaderValue::from_static(canary);
        client.headers.insert("x-canary", value);
    }
    client.claims = region.map(|region| Arc::new(Region(region)) as Arc<dyn Claims>);
    client
}

#[test]
fn the_first_route_that_holds_counts_and_a_place_is_one_however_it_is_reached() {
    let routes = read(
        r#"
- { when: { header: x-canary, is: "1" }, url: "http://canary/" }
- { when: { claim: region, is: eu }, url: "http://eu/" }
- { when: { claim: region, is: beta }, url: "http://canary/" }
- { when: { claim: region, is: home }, url: "http://own/" }"#,
    );
    let own = Uri::from_static("http://own/");
    let routes = Routes::new(&routes.expect("valid"), Some(&own));
    assert_eq!(routes.places(), ["http://canary/", "http://eu/"]);
    for (client, place) in [
        (client(None, None), None),
        (client(Some("1"), None), Some(0)),
        (client(Some("2"), None), None),
        (client(None, Some("eu")), Some(1)),
        (client(Some("1"), Some("eu")), Some(0)),
        (client(None, Some("beta")), Some(0)),
        (client(None, Some("home")), None),
        (client(None, Some("us")), None),
    ] {
        assert_eq!(routes.of(&client), place, "{client:?}");
    }
}

#[test]
fn a_route_says_what_decides_and_where_it_leads() {
    for wrong in [
        r#"[{ when: { header: x-a, claim: b, is: "1" }, url: "http://a/" }]"#,
        r#"[{ when: { header: x-a }, url: "http://a/" }]"#,
        r#"[{ when: { is: "1" }, url: "http://a/" }]"#,
        r#"[{ when: { header: "x a", is: "1" }, url: "http://a/" }]"#,
        r#"[{ when: { header: x-a, is: "\n" }, url: "http://a/" }]"#,
        r#"[{ when: { header: x-a, is: "1" } }]"#,
        r#"[{ url: "http://a/" }]"#,
    ] {
        let error = read(wrong).expect_err(wrong);
        assert!(error.contains("this route is not complete"), "{error}");
    }
}
