//! Names and values that are long, where fragments have them stand at many places.

use super::{Attacking, add};
use crate::Random;
use crate::hostile::field::Field;

/// The longest that fits into a body, beside the rest.
const LONG: usize = 1_900_000;

/// As long as a name may be.
const NAME: usize = 1_024;

pub(super) fn long(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let places = |count: usize, selected: &str| {
            let places: String = (0..count).map(|i| format!("a{i}:self{{...F}}")).collect();
            format!("{{node{{{places}}}}} fragment F on Node{{{selected}}}")
        };
        let name = "A".repeat(LONG);
        let half = "A".repeat(LONG / 2);
        let names: String = (0..30)
            .map(|i| format!("{}{i:02}:id ", "A".repeat(NAME - 2)))
            .collect();
        let text = format!("named(text:\"{name}\")");
        let escaped = format!("named(text:\"{}\")", "\\u0001".repeat(LONG / 8));
        let aliases: String = (0..600).map(|i| format!("a{i}:id ")).collect();
        let marked = |variable: &str| {
            format!(
                "query(${variable}:Boolean!){{node{{...@include(if:${variable}){{{aliases}}}}}}}"
            )
        };
        let deferred = |label: &str| {
            let all: String = (0..30)
                .map(|i| format!("a{i}:self{{...@defer(label:\"{i}{label}\"){{id}}}}"))
                .collect();
            format!("{{node{{{all}}}}}")
        };
        let by_default = format!(
            "query($t:String=\"{name}\"){{node{{named(text:$t)}} items{{name}} catalogue{{price}}}}"
        );
        let queries = [
            places(300, &format!("{name}:id")),
            places(30, &names),
            places(300, &text),
            places(3, &text),
            places(300, &escaped),
            places(300, "named(text:\"short\")"),
            marked(&"A".repeat(LONG / 3)),
            marked(&"A".repeat(NAME)),
            deferred(&"x".repeat(60_000)),
            by_default,
            format!("{{{name}}}"),
            format!("query {name}{{text}}"),
            format!("{{node{{...{half}}}}} fragment {half} on Node{{id}}"),
        ];
        let mut endings = field.ask_all(queries.iter().cloned(), 1).await;
        let at_once = queries.iter().cycle().take(field.many(52)).cloned();
        add(&mut endings, field.ask_all(at_once, 6).await);
        endings
    })
}
