//! Operations that are small to send and large to work on.

use std::time::Duration;

use super::{Attacking, add};
use crate::Random;
use crate::hostile::field::Field;
use crate::hostile::report::Endings;

pub(super) fn aliases(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let queries = [200, 900, 2_000, 10_000].into_iter().flat_map(|count| {
            let roots: String = (0..count).map(|i| format!("a{i}:text ")).collect();
            let below: String = (0..count).map(|i| format!("a{i}:self{{id}} ")).collect();
            [format!("{{{roots}}}"), format!("{{node{{{below}}}}}")]
        });
        let mut endings = field.ask_all(queries, 4).await;
        let same = format!("{{{}}}", "text ".repeat(7_000));
        add(&mut endings, field.ask_all(vec![same; 4], 4).await);
        endings
    })
}

pub(super) fn fragments(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let doubling = |levels: usize, last: &str| {
            let each: String = (0..levels)
                .map(|i| {
                    format!(
                        "fragment F{i} on Node {{ a:self{{...F{0}}} b:self{{...F{0}}} }} ",
                        i + 1
                    )
                })
                .collect();
            format!("{{node{{...F0}}}} {each} fragment F{levels} on Node {{ {last} }}")
        };
        let wide: String = (0..1_500)
            .map(|i| format!("fragment F{i} on Node {{ a }} "))
            .collect();
        let spreads: String = (0..1_500).map(|i| format!("...F{i} ")).collect();
        let flat: String = (0..30)
            .map(|i| format!("fragment F{i} on Node {{ ...F{0} ...F{0} }} ", i + 1))
            .collect();
        let queries = [
            doubling(10, "id"),
            doubling(30, "id"),
            doubling(30, "...F0"),
            "{node{...F}} fragment F on Node {self{...F}}".to_owned(),
            format!("{{node{{...F0}}}} {flat} fragment F30 on Node {{ id }}"),
            format!("{{node{{{spreads}}}}} {wide}"),
            format!(
                "{{node{{{}id{}}}}}",
                "...on Node{".repeat(1_000),
                "}".repeat(1_000)
            ),
            wide,
        ];
        field
            .ask_all(queries.iter().cycle().take(24).cloned(), 4)
            .await
    })
}

pub(super) fn directives(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let queries = [
            format!("{{text {}}}", "@include(if:true)".repeat(2_000)),
            format!("{{text {}}}", "@unknown".repeat(7_000)),
            format!("{{{}}}", "text @skip(if:false) ".repeat(2_000)),
            format!("query {} {{text}}", "@mark".repeat(7_000)),
            (0..900).fold("query(".to_owned(), |text, i| {
                text + &format!("$v{i}:Boolean!=true ")
            }) + "){"
                + &(0..900)
                    .map(|i| format!("a{i}:text @include(if:$v{i}) "))
                    .collect::<String>()
                + "}",
        ];
        field
            .ask_all(queries.iter().cycle().take(20).cloned(), 4)
            .await
    })
}

pub(super) fn depth(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let queries = [50, 63, 64, 100, 1_000, 5_000]
            .into_iter()
            .flat_map(|depth| {
                [
                    format!(
                        "{{node{}id{}}}",
                        "{self".repeat(depth) + "{",
                        "}".repeat(depth + 1)
                    ),
                    format!(
                        "{{search(ids:{}1{})}}",
                        "[".repeat(depth),
                        "]".repeat(depth)
                    ),
                    format!(
                        "{{search(filter:{}{{text:\"t\"}}{})}}",
                        "{not:".repeat(depth),
                        "}".repeat(depth)
                    ),
                    format!(
                        "query($v:{}Int{}){{text}}",
                        "[".repeat(depth),
                        "]".repeat(depth)
                    ),
                    "{".repeat(depth),
                ]
            });
        field.ask_all(queries, 4).await
    })
}

pub(super) fn overlapping(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let same = "node{id self{id self{id self{id}}}}".repeat(200);
        let arguments: String = (0..1_400).map(|i| format!("other(a:{i}){{id}} ")).collect();
        let inner = |levels: usize| {
            (0..levels).fold("a".to_owned(), |inner, _| {
                format!("self{{{inner}}} self{{{inner}}}")
            })
        };
        let unions: String = (0..40)
            .map(|i| format!("...on U{i}{{b(x:{i}){{id}} any{{...on U{i}{{a}}}}}} "))
            .collect();
        let pairs: String = (0..400)
            .map(|i| {
                format!(
                    "fragment F{i} on Node {{ self {{ ...F{} id }} }} ",
                    (i + 1) % 400
                )
            })
            .collect();
        let spread: String = (0..400).map(|i| format!("...F{i} ")).collect();
        let queries = [
            format!("{{{same}}}"),
            format!("{{node{{{arguments}}}}}"),
            format!("{{node{{{}}}}}", inner(10)),
            format!("{{any{{{unions}}} {}}}", "any{...on U1{a}}".repeat(100)),
            format!("{{node{{{spread}}}}} {pairs}"),
        ];
        field
            .ask_all(queries.iter().cycle().take(20).cloned(), 4)
            .await
    })
}

pub(super) fn unions(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let level = |inner: &str, members: usize| {
            let all: String = (0..members)
                .map(|i| format!("...on U{i}{{a any{{{inner}}}}} "))
                .collect();
            all
        };
        let two = level("__typename", 40);
        let three = level(&level("__typename", 12), 12);
        let four = level(&level(&level("__typename", 6), 6), 6);
        let queries = [two, three, four].map(|inner| format!("{{any{{{inner}}}}}"));
        field
            .ask_all(queries.iter().cycle().take(12).cloned(), 4)
            .await
    })
}

pub(super) fn interfaces(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let nested = |levels: usize, objects: usize| {
            let one: String = (0..objects)
                .map(|i| format!("...on Part{i}{{part{{id}}}}"))
                .collect();
            let below = |inner: String| format!("{one}part{{{inner}}}");
            let all = (0..levels).fold("id".to_owned(), |inner, _| below(inner));
            format!("{{parts{{{all}}}}}")
        };
        let queries = [
            nested(3, 1),
            nested(6, 1),
            nested(12, 1),
            nested(40, 1),
            nested(12, 20),
            nested(40, 20),
        ];
        field
            .ask_all(queries.iter().cycle().take(24).cloned(), 4)
            .await
    })
}

pub(super) fn distinct(field: &Field, mut random: Random) -> Attacking<'_> {
    Box::pin(async move {
        let mut endings = Endings::new();
        let began = tokio::time::Instant::now();
        // For as long as a probe can notice; as fast as they are taken.
        while began.elapsed() < Duration::from_secs(4) {
            let queries: Vec<String> = (0..500)
                .map(|_| {
                    let (name, count) = (random.next_number(), 1 + random.below(20));
                    let fields: String = (0..count)
                        .map(|i| format!("x{name:x}{i}:self{{id other(a:{i}){{a b}}}} "))
                        .collect();
                    format!("query Q{name:x} {{ node {{ {fields} }} items {{ name price }} }}")
                })
                .collect();
            add(&mut endings, field.ask_all(queries, 64).await);
        }
        endings
    })
}

pub(super) fn generated(field: &Field, mut random: Random) -> Attacking<'_> {
    Box::pin(async move {
        const TOKENS: &[&str] = &[
            "{",
            "}",
            "(",
            ")",
            "[",
            "]",
            ":",
            "!",
            "=",
            "@",
            "$v",
            "...",
            "on",
            "Node",
            "Any",
            "U1",
            "query",
            "mutation",
            "subscription",
            "fragment",
            "F",
            "node",
            "self",
            "items",
            "id",
            "name",
            "text",
            "any",
            "search",
            "filter",
            "1",
            "-1e9",
            "\"s\"",
            "\"\"\"",
            "null",
            "true",
            "@include(if:true)",
            "@defer",
            "__typename",
            "__schema",
            "\u{feff}",
            "#",
            "\n",
            "&",
            "|",
        ];
        let queries: Vec<String> = (0..field.many(2_000))
            .map(|_| {
                let mut text = String::from("{node{");
                for _ in 0..1 + random.below(60) {
                    text.push_str(random.pick(TOKENS).unwrap_or(&""));
                    text.push(' ');
                }
                text
            })
            .collect();
        field.ask_all(queries, 16).await
    })
}
