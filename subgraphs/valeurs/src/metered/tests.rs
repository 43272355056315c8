use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use async_graphql::futures_util::FutureExt as _;
use async_graphql::{InputObject, Object, Response};

use super::*;
use crate::budget::{Allowance, Budget};
use crate::{Code, Erreur, Objets};

struct Query(Arc<AtomicUsize>);

struct Item;

#[derive(InputObject)]
struct Given {
    a: String,
}

#[Object]
impl Item {
    async fn item(&self) -> Item {
        Item
    }

    async fn fails(&self) -> Option<Resultat<i32>> {
        Some(Err(Erreur::overflow("a")))
    }
}

#[Object]
impl Query {
    async fn items(&self) -> Objets<Item> {
        Objets((0..100).map(|_| Item).collect())
    }

    async fn item(&self) -> Item {
        Item
    }

    async fn long(&self) -> String {
        self.0.fetch_add(1, Ordering::Relaxed);
        "x".repeat(10_000)
    }

    async fn takes(&self, given: Vec<Given>) -> usize {
        given.iter().map(|given| given.a.len()).sum()
    }
}

/// What comes of a query whose answer may cost so many bytes, and how many long texts were made for it.
fn run(query: &str, answer: u64) -> (Result<Response, Erreur>, usize) {
    let made = Arc::new(AtomicUsize::new(0));
    let schema = crate::schema(Query(Arc::clone(&made))).finish();
    let budget = Budget::new(Allowance {
        work: 1_000_000,
        answer,
        deadline: Instant::now() + Duration::from_secs(3600),
    });
    // What cannot pay waits forever.
    let executed = Arc::clone(&budget)
        .scope(schema.execute(query))
        .now_or_never();
    let outcome = match budget.failure() {
        Some(lost) => Err(lost),
        None => Ok(executed.expect("nothing waits that can pay")),
    };
    (outcome, made.load(Ordering::Relaxed))
}

#[track_caller]
fn check(query: &str, enough: u64, too_little: u64) -> usize {
    let (outcome, _) = run(query, enough);
    assert!(outcome.is_ok(), "{outcome:?}");
    let (outcome, made) = run(query, too_little);
    let code = outcome.map_err(|lost| lost.code()).err();
    assert_eq!(code, Some(Code::LimitExceeded), "{query}");
    made
}

fn aliases(field: &str, count: usize) -> String {
    (0..count).map(|n| format!("a{n}: {field} ")).collect()
}

#[test]
fn the_names_of_types_are_paid_for() {
    let names = aliases("__typename", 50);
    check(&format!("{{ items {{ {names} }} }}"), 200_000, 100_000);
    check(
        &format!("{{ item {{ item {{ {names} }} }} }}"),
        2_000,
        1_000,
    );
}

#[test]
fn an_object_of_a_list_is_paid_for() {
    check("{ items { item { __typename } } }", 60_000, 40_000);
}

#[test]
fn nothing_more_is_computed_for_a_request_that_could_not_pay() {
    let query = format!("{{ {} }}", aliases("long", 100));
    let made = check(&query, 2_000_000, 100_000);
    assert!(made <= 11, "{made}");
}

#[test]
fn the_path_of_an_error_is_paid_for() {
    let of = |name: &str| {
        let fails = aliases("fails", 10);
        format!("{{ {name}: item {{ {name}: item {{ {fails} }} }} }}")
    };
    let short = of("a");
    let long = of(&"a".repeat(1_000));
    assert!(run(&short, 40_000).0.is_ok());
    check(&long, 100_000, 40_000);
}

#[test]
fn a_message_is_cut_where_it_arises() {
    let query = format!("{{ takes(given: \"{}\") }}", "x".repeat(100_000));
    let (outcome, _) = run(&query, 10_000);
    let response = outcome.expect("it can pay");
    assert!(response.errors[0].message.len() < 1_100);
}
