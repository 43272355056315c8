//! Lists in parts.

use std::time::Duration;

use super::deferred::in_parts;
use super::{Attacking, add};
use crate::Random;
use crate::hostile::field::Field;
use crate::hostile::subgraph::Script;

/// Items of the long list, and the bytes of each, about.
const ITEMS: usize = 20_000;

/// The subgraph that does not behave has a long list, whatever it is asked; each item needs an answer of the other one.
fn long_list() -> Script {
    let item = r#"{"__typename":"Item","id":"1","price":1},"#;
    let last = item.trim_end_matches(',');
    Script::repeated(
        r#"{"data":{"items":["#,
        item.to_owned(),
        ITEMS - 1,
        &format!("{last}]}}}}"),
    )
}

pub(super) fn bombs(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let count = |count: &str| format!("{{items@stream(initialCount:{count}){{id name}}}}");
        let nested = |levels: usize| {
            format!(
                "{{node{{{}items@stream{{id name}}{}}}}}",
                "items@stream{id name}self{".repeat(levels),
                "}".repeat(levels)
            )
        };
        let beside = |count: usize| {
            let lists: String = (0..count)
                .map(|i| format!("i{i}:items@stream(label:\"l{i}\"){{id n{i}:name}} "))
                .collect();
            format!("{{{lists}}}")
        };
        let deferred = |levels: usize| {
            format!(
                "{{items@stream(initialCount:1){{id {}name{}}}}}",
                "...@defer{id name ".repeat(levels),
                "}".repeat(levels)
            )
        };
        let switched: String = (0..12).map(|i| format!("$v{i}:Boolean!=true ")).collect();
        let lists: String = (0..12)
            .map(|i| format!("i{i}:items@stream(if:$v{i}){{id ...@defer(if:$v{i}){{name}}}} "))
            .collect();
        let queries = [
            count("-1"),
            count("2147483647"),
            count("99999999999999999999"),
            count("null"),
            count("\"1\""),
            "query($n:Int=-5){items@stream(initialCount:$n){name}}".to_owned(),
            "{items{id name}items@stream{id}}".to_owned(),
            nested(4),
            nested(300),
            beside(30),
            beside(500),
            deferred(4),
            deferred(300),
            format!("query({switched}){{{lists}}}"),
        ];
        let all = queries.iter().cycle().take(field.many(112));
        let requests: Vec<_> = all.map(|query| in_parts(query)).collect();
        field.send_all(requests, 16).await
    })
}

/// The initial answer is small, and what comes later is not.
pub(super) fn long_lists(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        field.bad.answer(long_list());
        let query = "{items@stream(initialCount:1){id name price}}";
        let fragments = "{items@stream(initialCount:1){id ...@defer{name}}}";
        let requests = [query, fragments].map(in_parts);
        let all = requests.iter().cycle().take(field.many(24)).cloned();
        let mut endings = field.send_all(all, 8).await;
        for request in &requests {
            // They send, and read nothing.
            let open = field.keep_open(field.many(40), request, Duration::from_secs(4));
            add(&mut endings, open.await);
        }
        endings
    })
}
