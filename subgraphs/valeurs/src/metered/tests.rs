use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use async_graphql::{ID, Object, Request, Response, Variables, value};
use bytes::Bytes;

use super::*;
use crate::budget::{Allowance, Budget};
use crate::entity::{Entity, Isolated};
use crate::erreur::{Cause, Code, Erreur};
use crate::liste::Objets;

/// What its resolvers are asked, and what is kept of their answers.
#[derive(Default, Clone)]
struct Query {
    asked: Arc<AtomicUsize>,
    kept: Arc<()>,
}

struct Item;

#[Object]
impl Item {
    async fn value(&self) -> i32 {
        1
    }
    async fn below(&self) -> Item {
        Item
    }
    async fn fails(&self) -> Option<Resultat<i32>> {
        Some(Err(Cause::DivisionByZero.into()))
    }
    async fn fails_whole(&self) -> Resultat<i32> {
        Err(Cause::DivisionByZero.into())
    }
}

/// A text that knows whether somebody holds it.
struct Text {
    _held: Arc<()>,
}

impl AsRef<[u8]> for Text {
    fn as_ref(&self) -> &[u8] {
        &[b'1'; 1000]
    }
}

struct Kept(Bytes);

impl async_graphql::OutputType for Kept {
    fn type_name() -> std::borrow::Cow<'static, str> {
        <i32 as async_graphql::OutputType>::type_name()
    }
    fn create_type_info(registry: &mut async_graphql::registry::Registry) -> String {
        <i32 as async_graphql::OutputType>::create_type_info(registry)
    }
    async fn resolve(
        &self,
        _: &async_graphql::ContextSelectionSet<'_>,
        _: &async_graphql::Positioned<async_graphql::parser::types::Field>,
    ) -> ServerResult<Value> {
        Ok(Value::Binary(self.0.clone()))
    }
}

#[Object]
impl Query {
    async fn items(&self, count: usize) -> Objets<Item> {
        Objets((0..count).map(|_| Item).collect())
    }
    async fn item(&self) -> Item {
        Item
    }
    async fn kept(&self) -> Kept {
        self.asked.fetch_add(1, Ordering::Relaxed);
        Kept(Bytes::from_owner(Text {
            _held: Arc::clone(&self.kept),
        }))
    }
    async fn text(&self, text: String) -> String {
        text
    }
    #[graphql(entity)]
    async fn entity(
        &self,
        #[graphql(key)] id: ID,
        number: Option<i32>,
        #[graphql(name = "__index")] index: Option<usize>,
    ) -> Entity<Item> {
        let entity = match id.as_str() {
            "none" => Err(Cause::DivisionByZero.into()),
            _ if number.is_some() => Err(Erreur::invalid("number", "none is expected")),
            _ => Ok(Item),
        };
        Entity::new(index, entity)
    }
}

/// How a request ends that may use so many bytes of an answer: with a response, or with a failure and what is kept meanwhile.
#[track_caller]
fn execute(
    query: &Query,
    request: impl Into<Request>,
    answer: u64,
) -> Result<Response, (Code, usize)> {
    execute_within(query, request, answer, u64::MAX)
}

/// The same where it may keep so many.
#[track_caller]
fn execute_within(
    query: &Query,
    request: impl Into<Request>,
    answer: u64,
    kept: u64,
) -> Result<Response, (Code, usize)> {
    let budget = Budget::new(Allowance {
        work: 1_000_000,
        answer,
        kept,
        deadline: Instant::now() + Duration::from_secs(3600),
    });
    let schema = crate::schema(Isolated(query.clone())).finish();
    let executing = Arc::clone(&budget).scope(schema.execute(request));
    let mut executing = std::pin::pin!(executing);
    match executing
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(response) => Ok(response),
        Poll::Pending => {
            let kept = Arc::strong_count(&query.kept);
            Err((budget.failure().expect("why it waits").code(), kept))
        }
    }
}

fn is_lost(request: impl Into<Request>, answer: u64) -> bool {
    match execute(&Query::default(), request, answer) {
        Ok(response) => {
            assert!(response.data != Value::Null, "{response:?}");
            false
        }
        Err((code, _)) => {
            assert_eq!(code, Code::LimitExceeded);
            true
        }
    }
}

fn aliases(count: usize, field: &str) -> String {
    (0..count).map(|n| format!("a{n}: {field} ")).collect()
}

#[test]
fn what_is_not_paid_for_is_not_kept_and_nothing_follows_it() {
    let query = Query::default();
    let request = format!("{{ {} }}", aliases(50, "kept"));
    let lost = execute(&query, request, 2_500).unwrap_err();
    // The first two are paid for; the third is dropped, and beside them is the count that the test has itself and those of its clone.
    assert_eq!(query.asked.load(Ordering::Relaxed), 3);
    assert_eq!(lost.0, Code::LimitExceeded);
    let own = 2;
    assert_eq!(lost.1 - own, 2);
}

#[test]
fn each_typename_is_paid_for() {
    let typenames = aliases(100, "__typename");
    let lists = format!("{{ items(count: 100) {{ {typenames} }} }}");
    assert!(is_lost(lists.as_str(), 200_000));
    assert!(!is_lost(lists, 500_000));
    let one = format!("{{ item {{ {typenames} }} }}");
    assert!(is_lost(one.as_str(), 2_000));
    assert!(!is_lost(one, 5_000));
    let entities = |answer| {
        let query =
            format!("query($r: [_Any!]!) {{ _entities(representations: $r) {{ {typenames} }} }}");
        let list = vec![value!({ "__typename": "Item", "id": "1" }); 100];
        let variables = Variables::from_value(value!({ "r": list }));
        is_lost(Request::new(query).variables(variables), answer)
    };
    assert!(entities(200_000));
    assert!(!entities(500_000));
}

#[test]
fn each_typename_is_work() {
    // Nothing but their work is beyond what there is.
    let request = format!(
        "{{ items(count: 1000) {{ {} }} }}",
        aliases(100, "__typename")
    );
    assert!(is_lost(request, u64::MAX / 2));
}

#[test]
fn each_object_is_paid_for() {
    let request = "{ items(count: 100) { value } }";
    assert!(is_lost(request, 10_000));
    assert!(!is_lost(request, 20_000));
}

#[test]
fn a_table_takes_what_is_charged_for_it() {
    let mut members = async_graphql::indexmap::IndexMap::new();
    assert_eq!(table(0), 0);
    for count in 1..2_000 {
        members.insert(Name::new(count.to_string()), Value::Null);
        assert!(members.capacity() * SLOT <= table(count), "{count}");
        assert!(
            table(count) <= members.capacity() * (SLOT + 2 * BUCKET),
            "{count}"
        );
    }
}

#[test]
fn what_an_answer_holds_is_paid_for_and_more_than_its_text() {
    const MIB: u64 = 1024 * 1024;
    // An eighth of what there is by default.
    let is_kept = |request: String| {
        execute_within(&Query::default(), request, MIB, 4 * MIB)
            .map(|_| ())
            .map_err(|(code, _)| code)
    };
    // There is room for twice as many members.
    let doubled = format!("{{ items(count: 100) {{ {} }} }}", aliases(449, "value"));
    assert_eq!(is_kept(doubled), Err(Code::LimitExceeded));
    let typenames = format!(
        "{{ items(count: 40) {{ {} }} }}",
        aliases(449, "__typename")
    );
    assert_eq!(is_kept(typenames), Err(Code::LimitExceeded));
    // As many objects of a few members as there were room for, if only their text took some.
    assert_eq!(
        is_kept("{ items(count: 4000) { a: value b: value c: value d: value } }".to_owned()),
        Ok(())
    );
    let introspected = aliases(449, "__typename");
    assert_eq!(
        is_kept(format!(
            "{{ __schema {{ types {{ fields {{ {introspected} }} }} }} }}"
        )),
        Err(Code::LimitExceeded)
    );
}

#[test]
fn the_path_of_an_error_is_paid_for() {
    let name = "x".repeat(1000);
    for fails in ["fails", "failsWhole"] {
        let below = |name: &str| {
            format!("{{ item {{ {name}: below {{ {name}: below {{ {fails} }} }} }} }}")
        };
        assert!(!is_lost_or_null(below("short"), 3_000), "{fails}");
        assert!(is_lost_or_null(below(&name), 3_000), "{fails}");
    }
    let entities = |id: &str, name: &str| {
        let query = format!(
            "query($r: [_Any!]!) {{ {name}: _entities(representations: $r) {{ __typename }} }}"
        );
        let variables =
            Variables::from_value(value!({ "r": [{ "__typename": "Item", "id": id }] }));
        is_lost_or_null(Request::new(query).variables(variables), 3_000)
    };
    for id in ["none", "1"] {
        assert!(!entities(id, "short"));
    }
    assert!(entities("none", &name));
    assert!(!entities("1", &name));
}

/// The same where all may be `null` because of an error.
fn is_lost_or_null(request: impl Into<Request>, answer: u64) -> bool {
    execute(&Query::default(), request, answer).is_err()
}

#[test]
fn a_representation_that_is_quoted_is_work_and_paid_for() {
    let ask = |number: Value, answer| {
        let query = "query($r: [_Any!]!) { _entities(representations: $r) { __typename } }";
        let variables = Variables::from_value(
            value!({ "r": [{ "__typename": "Item", "id": "1", "number": number }] }),
        );
        execute(
            &Query::default(),
            Request::new(query).variables(variables),
            answer,
        )
    };
    let long = value!(vec!["x".repeat(1000); 100]);
    assert!(ask(long.clone(), 2_000).is_err());
    let response = ask(long, 10_000).unwrap();
    assert!(response.errors[0].message.len() < 1030, "{response:?}");
    assert!(response.errors[0].message.capacity() < 2_000);
}

#[test]
fn a_text_is_paid_as_it_is_written() {
    let ask = |text: String| {
        let query = "query($t: String!) { text(text: $t) }";
        let variables = Variables::from_value(value!({ "t": text }));
        is_lost(Request::new(query).variables(variables), 2_000)
    };
    assert!(!ask("x".repeat(1000)));
    assert!(ask("\u{1}".repeat(1000)));
    assert!(!ask("\"".repeat(900)));
}
