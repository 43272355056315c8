//! Answers of which a part is looked at again and again: at each of its places, or by each field.

use super::{Attacking, add};
use crate::Random;
use crate::hostile::field::Field;
use crate::hostile::report::Endings;
use crate::hostile::subgraph::Script;

/// One entity, which is at thousands of places.
fn entity(fields: &str) -> Script {
    Script::json(format!("{{\"data\":{{\"_entities\":[{{{fields}}}]}}}}"))
}

/// Values that come to nothing, and keys that nobody asks for.
pub(super) fn values(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let long = field.many(8 << 20);
        let digits = "7".repeat(long);
        let keys: String = (0..field.many(100_000))
            .map(|i| format!("\"k{i}\":1,"))
            .collect();
        let escaped: String = (0..60)
            .map(|i| format!("\"\\u006b{}{i}\":1,", "\\n".repeat(long / 120)))
            .collect();
        let scripts = [
            entity(&format!(
                "\"kind\":\"{}\",\"price\":1",
                "\\n".repeat(long / 2)
            )),
            entity(&format!("\"kind\":\"{}\"", "S".repeat(long))),
            entity(&format!("\"kind\":{digits}")),
            entity(&format!("\"price\":{digits}")),
            entity(&format!("\"price\":0.{digits}e1")),
            entity(&format!("\"price\":\"{digits}\"")),
            entity(&format!("\"price\":[{}1]", "1,".repeat(long / 2))),
            entity(&format!("\"__typename\":\"\\u0049{digits}\",\"price\":1")),
            entity(&format!("\"{}\":1,\"price\":1", "\\n".repeat(long / 2))),
            entity(&format!("\"{digits}\":1,\"price\":1")),
            entity(&format!("{escaped}\"price\":1")),
            entity(&format!("{keys}\"price\":1")),
            entity(&format!("{keys}\"\\u006b\":1,\"price\":1")),
        ];
        let asked: String = (0..70).map(|i| format!("p{i}:price ")).collect();
        let query = format!("{{ catalogue {{ id kind price {asked} }} }}");
        let mut endings = Endings::new();
        for script in scripts {
            field.bad.answer(script);
            add(&mut endings, field.ask_at_once(&query, "{}", 2).await);
        }
        endings
    })
}

/// One object with keys that are looked through for each of a thousand fields; objects of thousands of forms.
pub(super) fn keys(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let mut endings = Endings::new();
        let aliases: String = (0..990).map(|i| format!("a{i}:id ")).collect();
        let query = format!("{{node{{{aliases}}}}}");
        let long = field.many(8 << 20);
        let many: String = (0..field.many(1_000_000))
            .map(|i| format!("\"\\u0061{}\":1,", i % 977))
            .collect();
        for node in [
            format!("\"{}\":1", "\\n".repeat(long / 2)),
            format!("\"{}\":1", "n".repeat(long)),
            format!("{many}\"id\":1"),
            "\"\\u0061\\u0030\":1".to_owned(),
        ] {
            let body = format!("{{\"data\":{{\"node\":{{{node}}}}}}}");
            field.bad.answer(Script::json(body));
            add(&mut endings, field.ask_at_once(&query, "{}", 2).await);
        }
        let names: String = (0..400)
            .map(|i| format!("{}{i:03}:price@skip(if:$s) ", "A".repeat(1_021)))
            .collect();
        let query = format!("query($s:Boolean!){{items{{id {names}}}}}");
        let items: Vec<String> = (0..3_000)
            .map(|i| format!("{{\"k{i}\":1,\"__typename\":\"Item\",\"id\":\"1\"}}"))
            .collect();
        let body = format!("{{\"data\":{{\"items\":[{}]}}}}", items.join(","));
        field.bad.answer(Script::json(body));
        let skipped = "{\"s\":true}";
        add(&mut endings, field.ask_at_once(&query, skipped, 4).await);
        endings
    })
}
