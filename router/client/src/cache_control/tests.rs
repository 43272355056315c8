use http::header::HeaderName;

use super::*;
use crate::depends::Varying;

/// What answers with these headers allow together: `cache-control`, and after a bar what it varies by.
fn together(answers: &[&[(&'static str, &'static str)]]) -> String {
    let mut depends = Depends::default();
    let policies = answers.iter().map(|headers| {
        let line = |&(name, value): &(&str, &'static str)| {
            let name: HeaderName = name.parse().expect("a name");
            (name, HeaderValue::from_static(value))
        };
        let headers: HeaderMap = headers.iter().map(line).collect();
        depends.add(&headers, &Varying::default());
        CachePolicy::of(&headers)
    });
    let policy = policies.reduce(CachePolicy::and).expect("an answer");
    let (cache_control, vary) = policy.write(&depends);
    let text = cache_control.to_str().expect("text").to_owned();
    match vary {
        Some(vary) => format!("{text} | {}", vary.to_str().expect("text")),
        None => text,
    }
}

fn of(values: &[&'static str]) -> String {
    let answers: Vec<_> = values
        .iter()
        .map(|&value| [("cache-control", value)])
        .collect();
    let answers: Vec<&[_]> = answers.iter().map(|answer| &answer[..]).collect();
    together(&answers)
}

#[test]
fn the_shortest_time_counts() {
    assert_eq!(
        of(&["max-age=60, public", "public, max-age=30"]),
        "max-age=30, public"
    );
    assert_eq!(
        of(&["public, max-age=60", "s-maxage=10, max-age=90"]),
        "max-age=60, s-maxage=10"
    );
    assert_eq!(of(&["max-age=0", "max-age=60"]), "max-age=0");
    assert_eq!(
        of(&["s-maxage=5, max-age=0", "s-maxage=9"]),
        "max-age=0, s-maxage=5"
    );
    // To be used beyond its time is for caches that were asked, not for what several answers make together.
    assert_eq!(
        of(&["max-age=60, stale-while-revalidate=600, stale-if-error=600"]),
        "max-age=60"
    );
}

/// A response to a request that says who asks is for nobody else, unless all answers allow that.
#[test]
fn what_one_answer_allows_several_users_does_not_count_for_another() {
    assert_eq!(
        of(&["max-age=60", "s-maxage=10, max-age=90"]),
        "max-age=60, s-maxage=10 | authorization"
    );
    assert_eq!(
        of(&["max-age=60", "max-age=60, must-revalidate"]),
        "max-age=60, must-revalidate | authorization"
    );
    assert_eq!(
        of(&["public, max-age=60", "max-age=60, must-revalidate"]),
        "max-age=60, must-revalidate"
    );
    assert_eq!(
        of(&["private, max-age=60", "max-age=60, must-revalidate"]),
        "max-age=60, private, must-revalidate"
    );
    let names = [
        ("cache-control", "max-age=60"),
        ("vary", "authorization, x-a"),
    ];
    let shared = [("cache-control", "max-age=60, s-maxage=1")];
    assert_eq!(
        together(&[&names, &shared]),
        "max-age=60, s-maxage=1 | authorization, x-a"
    );
}

#[test]
fn what_cannot_be_read_allows_nothing_more() {
    for nothing in ["", ",", "  ,;=", "immutable", "60"] {
        assert_eq!(of(&[nothing]), "no-store", "{nothing}");
    }
    for wrong in [
        "max-age=-1",
        "max-age=1e9",
        "max-age=60s",
        "max-age",
        "max-age=99999999999999999999",
    ] {
        assert_eq!(of(&[wrong]), "max-age=0", "{wrong}");
    }
    // A quote that does not end may hold anything.
    assert_eq!(of(&["max-age=\"60, no-store"]), "no-store");
    assert_eq!(of(&["max-age=\"60\""]), "max-age=60");
    assert_eq!(of(&["MAX-AGE=60, NO-STORE"]), "no-store");
    // The shorter time of two.
    assert_eq!(of(&["max-age=60, max-age=10"]), "max-age=10");
    let twice = [
        ("cache-control", "max-age=60"),
        ("cache-control", "no-store"),
    ];
    assert_eq!(together(&[&twice]), "no-store");
    let other = [("expires", "Thu, 01 Dec 2094 16:00:00 GMT")];
    assert_eq!(together(&[&other]), "no-store");
}

#[test]
fn what_is_private_once_is_private() {
    assert_eq!(
        of(&["public, max-age=60", "private, max-age=90"]),
        "max-age=60, private"
    );
    assert_eq!(
        of(&["private=\"set-cookie, x\", max-age=5"]),
        "max-age=5, private"
    );
}

#[test]
fn nothing_is_kept_when_one_says_nothing_or_forbids_it() {
    assert_eq!(of(&["public, max-age=60", "no-store"]), "no-store");
    assert_eq!(
        together(&[&[("cache-control", "max-age=60")], &[]]),
        "no-store"
    );
}

#[test]
fn an_answer_without_a_time_may_not_be_used_without_asking() {
    assert_eq!(of(&["public", "public, max-age=60"]), "max-age=0, public");
    assert_eq!(of(&["max-age=soon"]), "max-age=0");
    assert_eq!(
        of(&["no-cache, max-age=9", "max-age=9"]),
        "max-age=9, no-cache"
    );
}

#[test]
fn the_time_that_an_answer_was_kept_is_over() {
    let kept = [("cache-control", "max-age=60"), ("age", "45")];
    assert_eq!(together(&[&kept]), "max-age=15");
    let unreadable = [("cache-control", "max-age=60"), ("age", "old")];
    assert_eq!(together(&[&unreadable]), "max-age=0");
}

#[test]
fn a_response_depends_on_what_any_answer_depends_on() {
    let one = [
        ("cache-control", "max-age=60"),
        ("vary", "X-Tenant, accept-language"),
    ];
    let other = [("cache-control", "max-age=60"), ("vary", "x-tenant")];
    assert_eq!(
        together(&[&one, &other]),
        "max-age=60 | accept-language, x-tenant"
    );
    let all = [("cache-control", "max-age=60"), ("vary", "*")];
    assert_eq!(together(&[&all]), "no-store");
}
