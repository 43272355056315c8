use super::*;

/// The headers of a response to which these answers led, in the order in which they came.
fn gathered(rules: &str, answers: &[(u32, &[(&'static str, &'static str)])]) -> Vec<String> {
    gathered_for(Keeper::Anyone, rules, answers)
}

fn gathered_for(
    keeper: Keeper,
    rules: &str,
    answers: &[(u32, &[(&'static str, &'static str)])],
) -> Vec<String> {
    let config = crate::config::tests::config(&format!("headers: {{ response: [{rules}] }}"));
    let gathered = Gathered::new(Arc::clone(&config.response));
    for (fetch, headers) in answers {
        let mut all = HeaderMap::new();
        for &(name, value) in *headers {
            all.append(name, HeaderValue::from_static(value));
        }
        gathered.add(FetchId(*fetch), &all, &Varying::default());
    }
    let mut response = HeaderMap::new();
    response.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    gathered.write(keeper, &mut response);
    let line = |(name, value): (&HeaderName, &HeaderValue)| {
        format!("{name}: {}", value.to_str().expect("text"))
    };
    response.iter().map(line).collect()
}

const REGIONS: &[(u32, &[(&str, &str)])] = &[
    (2, &[("x-region", "c")]),
    (0, &[("x-region", "a"), ("x-other", "no")]),
    (1, &[("x-region", "b")]),
];

#[test]
fn the_order_is_that_of_the_plan() {
    for (merge, expected) in [("first", "a"), ("last", "c")] {
        assert_eq!(
            gathered(&format!("{{ name: x-region, merge: {merge} }}"), REGIONS),
            [
                "cache-control: no-store".to_owned(),
                format!("x-region: {expected}")
            ]
        );
    }
}

#[test]
fn each_cookie_has_a_line_of_its_own() {
    let answers: &[(u32, &[(&'static str, &'static str)])] = &[
        (1, &[("set-cookie", "c=3")]),
        (
            0,
            &[
                ("set-cookie", "a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT"),
                ("set-cookie", "b=2"),
            ],
        ),
    ];
    assert_eq!(
        gathered("{ name: set-cookie, merge: append }", answers),
        [
            "cache-control: no-store",
            "set-cookie: a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT",
            "set-cookie: b=2",
            "set-cookie: c=3"
        ]
    );
}

#[test]
fn without_merge_no_cookie_is_lost_and_nothing_private_is_kept_by_all() {
    let cookies: &[(&str, &str)] = &[("set-cookie", "a=1"), ("set-cookie", "b=2")];
    let more: &[(&str, &str)] = &[("set-cookie", "c=3")];
    assert_eq!(
        gathered("{ name: set-cookie }", &[(0, cookies), (1, more)])[1..],
        ["set-cookie: a=1", "set-cookie: b=2", "set-cookie: c=3"]
    );
    let private: &[(&str, &str)] = &[("cache-control", "private, max-age=30")];
    assert_eq!(
        gathered("{ name: cache-control }", &[(0, private), (1, KEPT)]),
        ["cache-control: max-age=30, private"]
    );
}

#[test]
fn an_answer_is_chosen_with_all_its_lines() {
    let answers: &[(u32, &[(&str, &str)])] = &[
        (1, &[("link", "<c>")]),
        (0, &[("link", "<a>"), ("link", "<b>")]),
        (2, &[]),
    ];
    for (merge, expected) in [
        ("first", ["link: <a>", "link: <b>"].as_slice()),
        ("last", ["link: <c>"].as_slice()),
        ("append", ["link: <a>", "link: <b>", "link: <c>"].as_slice()),
    ] {
        let rule = format!("{{ name: link, merge: {merge} }}");
        assert_eq!(gathered(&rule, answers)[1..], *expected, "{merge}");
    }
}

#[test]
fn what_is_about_the_connection_to_the_subgraph_goes_no_further() {
    let answer: &[(&str, &str)] = &[
        ("connection", "close, X-Region"),
        ("x-region", "a"),
        ("x-zone", "b"),
    ];
    let rules = "{ name: x-region }, { name: x-zone }";
    assert_eq!(
        gathered(rules, &[(0, answer)]),
        ["cache-control: no-store", "x-zone: b"]
    );
}

const KEPT: &[(&str, &str)] = &[("cache-control", "public, max-age=60")];

#[test]
fn a_response_may_be_kept_as_long_as_every_answer() {
    let private: &[(&str, &str)] = &[("cache-control", "private, max-age=30")];
    assert_eq!(
        gathered("", &[(0, KEPT), (1, private)]),
        ["cache-control: max-age=30, private"]
    );
    assert_eq!(
        gathered("", &[(0, KEPT), (1, &[])]),
        ["cache-control: no-store"]
    );
    assert_eq!(gathered("", &[]), ["cache-control: no-store"]);
}

#[test]
fn a_rule_can_say_otherwise() {
    assert_eq!(
        gathered(
            "{ name: cache-control, merge: last }",
            &[(0, KEPT), (1, &[])]
        ),
        ["cache-control: public, max-age=60"]
    );
}

#[test]
fn what_depends_on_who_asks_is_private_whatever_subgraphs_and_rules_say() {
    let private = |rules: &str, answers| gathered_for(Keeper::Client, rules, answers);
    assert_eq!(
        private("", &[(0, KEPT)]),
        ["cache-control: max-age=60, private"]
    );
    let last = "{ name: cache-control, merge: last }";
    assert_eq!(
        private(last, &[(0, KEPT)]),
        ["cache-control: max-age=60, private"]
    );
    assert_eq!(private(last, &[(0, &[])]), ["cache-control: no-store"]);
    let shared: &[(&str, &str)] = &[("cache-control", "s-maxage=60, must-revalidate")];
    assert_eq!(
        private("", &[(0, shared)]),
        ["cache-control: max-age=0, private, must-revalidate"]
    );
}

#[test]
fn a_rule_for_cache_control_leaves_what_the_answers_depend_on() {
    let varies: &[(&str, &str)] = &[("cache-control", "public, max-age=60"), ("vary", "x-a")];
    let last = "{ name: cache-control, merge: last }";
    assert_eq!(
        gathered(last, &[(0, &[("vary", "x-b")]), (1, varies)]),
        ["cache-control: public, max-age=60", "vary: x-a, x-b"]
    );
}

#[test]
fn what_has_a_cookie_is_not_kept() {
    let answer: &[(&str, &str)] = &[("cache-control", "max-age=60"), ("set-cookie", "a=1")];
    assert_eq!(
        gathered("{ name: set-cookie, merge: append }", &[(0, answer)]),
        ["cache-control: no-store", "set-cookie: a=1"]
    );
}

#[test]
fn a_response_that_failed_is_not_kept() {
    let gathered = Gathered::new(Arc::default());
    let headers = HeaderMap::from_iter([(CACHE_CONTROL, HeaderValue::from_static("max-age=60"))]);
    gathered.failed();
    gathered.add(FetchId(0), &headers, &Varying::default());
    let mut response = HeaderMap::new();
    gathered.write(Keeper::Anyone, &mut response);
    assert_eq!(response[CACHE_CONTROL], "no-store");
}

#[test]
fn what_is_kept_of_headers_is_bounded() {
    let long: &'static str = "x".repeat(1024).leak();
    let rules = ResponseRules {
        rules: vec![ResponseRule {
            name: SET_COOKIE,
            merge: Merge::Append,
        }],
        ..ResponseRules::default()
    };
    let gathered = Gathered::new(Arc::new(rules));
    for _ in 0..1000 {
        let headers = HeaderMap::from_iter([(SET_COOKIE, HeaderValue::from_static(long))]);
        gathered.add(FetchId(0), &headers, &Varying::default());
    }
    let mut response = HeaderMap::new();
    gathered.write(Keeper::Anyone, &mut response);
    assert_eq!(response.len(), 16);
}

#[test]
fn the_entries_of_a_batch_are_in_their_order_and_within_one_bound() {
    let rules = "{ name: set-cookie, merge: append }, { name: x-first, merge: first }, { name: x-last }, { name: cache-control, merge: last }";
    let config = crate::config::tests::config(&format!("headers: {{ response: [{rules}] }}"));
    let gathered = || Gathered::new(Arc::clone(&config.response));
    let batch = gathered();
    for (entry, value) in ["a", "b"].into_iter().enumerate() {
        let own = gathered();
        // The later fetch is answered first.
        for fetch in [1, 0] {
            let cookie = format!("{value}={fetch}");
            let cookie = HeaderValue::try_from(cookie).expect("text");
            let names = ["set-cookie", "x-first", "x-last"].map(HeaderName::from_static);
            let mut headers: HeaderMap = names
                .into_iter()
                .map(|name| (name, cookie.clone()))
                .collect();
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("public"));
            own.add(FetchId(fetch), &headers, &Varying::default());
        }
        batch.absorb(entry, &own);
    }
    let written = |gathered: &Gathered, name: &str| {
        let mut response = HeaderMap::new();
        gathered.write(Keeper::None, &mut response);
        let values = response.get_all(name).iter();
        let values = values.map(|value| value.to_str().expect("text").to_owned());
        values.collect::<Vec<_>>()
    };
    let cookies = ["a=0", "a=1", "b=0", "b=1"];
    assert_eq!(written(&batch, "set-cookie"), cookies);
    assert_eq!(written(&batch, "x-first"), ["a=0"]);
    assert_eq!(written(&batch, "x-last"), ["b=1"]);
    assert_eq!(written(&batch, "cache-control"), [""; 0]);

    for entry in 2..200 {
        let own = gathered();
        let headers = HeaderMap::from_iter([(SET_COOKIE, HeaderValue::from_static("c=1"))]);
        own.add(FetchId(0), &headers, &Varying::default());
        batch.absorb(entry, &own);
    }
    // 128 values, of which 12 are of other rules.
    assert_eq!(written(&batch, "set-cookie").len(), 116);
}
