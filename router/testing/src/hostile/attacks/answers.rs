//! Answers of a subgraph.

use std::time::Duration;

use super::{Attacking, add};
use crate::Random;
use crate::hostile::field::Field;
use crate::hostile::report::Endings;
use crate::hostile::subgraph::Script;
use crate::hostile::wire;

/// Sixty megabytes, unless it is brief.
fn megabytes(field: &Field, number: usize) -> usize {
    field.many(number << 20)
}

pub(super) fn slow_readers(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let size = megabytes(field, 30);
        field.bad.answer(Script::repeated(
            "{\"data\":{\"text\":\"",
            "x".repeat(1 << 16),
            size >> 16,
            "\"}}",
        ));
        let request = wire::post(&wire::request("{ text }", "{}"));
        field.keep_open(8, &request, field.timeout * 2).await
    })
}

pub(super) fn small_values(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let times = megabytes(field, 60) >> 16;
        let numbers = "1,".repeat(1 << 15);
        let mut endings = Endings::new();
        let wanted = Script::repeated("{\"data\":{\"numbers\":[", numbers.clone(), times, "1]}}");
        field.bad.answer(wanted);
        add(
            &mut endings,
            field.ask_at_once("{ numbers }", "{}", 2).await,
        );
        let unwanted =
            Script::repeated("{\"data\":{\"more\":[", numbers, times, "1],\"number\":1}}");
        field.bad.answer(unwanted);
        add(&mut endings, field.ask_at_once("{ number }", "{}", 2).await);
        let errors = Script::repeated(
            "{\"errors\":[",
            "{\"message\":\"m\"},".repeat(4096),
            times,
            "{\"message\":\"m\"}]}",
        );
        field.bad.answer(errors);
        add(&mut endings, field.ask_at_once("{ number }", "{}", 2).await);
        endings
    })
}

pub(super) fn objects(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let item = "{\"__typename\":\"Item\",\"id\":\"1\"},".repeat(2048);
        let times = megabytes(field, 60) >> 16;
        let script = Script::repeated(
            "{\"data\":{\"items\":[",
            item,
            times,
            "{\"__typename\":\"Item\",\"id\":\"1\"}]}}",
        );
        field.bad.answer(script);
        field.ask_at_once("{ items { id name } }", "{}", 2).await
    })
}

pub(super) fn nested(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let (deep, wide) = (100_000, field.many(1_000_000));
        let members: String = (0..wide).map(|i| format!("\"m{i}\":{i},")).collect();
        let self_ = "{\"self\":".repeat(deep);
        let bodies = [
            format!(
                "{{\"data\":{{\"nested\":{}1{}}}}}",
                "[".repeat(deep),
                "]".repeat(deep)
            ),
            format!("{{\"data\":{{\"node\":{self_}null{}}}}}", "}".repeat(deep)),
            format!("{{\"data\":{{{members}\"number\":1}}}}"),
            format!("{{\"data\":{{\"node\":{{{members}\"id\":1}}}}}}"),
            format!(
                "{{\"data\":null,\"errors\":[{{\"message\":\"m\",\"path\":[{}1]}}]}}",
                "1,".repeat(wide)
            ),
            "[".repeat(deep * 10),
        ];
        let mut endings = Endings::new();
        for body in bodies {
            field.bad.answer(Script::json(body));
            for query in ["{ nested }", "{ node { id self { id } } }", "{ number }"] {
                add(&mut endings, field.ask_at_once(query, "{}", 2).await);
            }
        }
        endings
    })
}

pub(super) fn endless(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let mut endings = Endings::new();
        let fast = Script::repeated(
            "{\"data\":{\"text\":\"",
            "x".repeat(1 << 16),
            usize::MAX,
            "",
        );
        let slow = Script {
            pause: Duration::from_millis(50),
            ..Script::repeated("{\"data\":{\"text\":\"", "x".to_owned(), usize::MAX, "")
        };
        let mut heads = Script::json("");
        heads.head = b"HTTP/1.1 200 OK\r\n".to_vec();
        heads.chunk = b"x-more: more\r\n".repeat(1000);
        heads.times = usize::MAX;
        for script in [fast, slow, heads] {
            field.bad.answer(script);
            add(&mut endings, field.ask_at_once("{ text }", "{}", 3).await);
        }
        endings
    })
}

pub(super) fn wrong(field: &Field, mut random: Random) -> Attacking<'_> {
    Box::pin(async move {
        let good = r#"{"data":{"text":"t","number":1}}"#;
        let json = "content-type: application/json\r\n";
        let mut scripts = vec![
            Script::with("200 OK", "content-type: text/html\r\n", good),
            Script::with("200 OK", "", good),
            Script::with("500 Internal Server Error", json, "{}"),
            Script::with("204 No Content", json, ""),
            Script::with("301 Moved", "location: /elsewhere\r\n", ""),
            Script::with("999 What", json, good),
            Script::with(
                "200 OK",
                &format!("{json}x-long: {}\r\n", "x".repeat(1 << 20)),
                good,
            ),
            Script::with(
                "200 OK",
                &format!("{json}{}", "x-many: 1\r\n".repeat(10_000)),
                good,
            ),
            Script::with(
                "200 OK",
                &format!("{json}content-encoding: gzip\r\n"),
                [0x1f, 0x8b, 8, 0, 0, 0],
            ),
            Script::with("200 OK", &format!("{json}content-length: 10\r\n"), good),
            Script::with(
                "200 OK",
                &format!("{json}content-length: 99999999999\r\n"),
                good,
            ),
            Script::with(
                "200 OK",
                &format!("{json}content-length: 5\r\ncontent-length: 6\r\n"),
                good,
            ),
            Script::with(
                "200 OK",
                &format!("{json}transfer-encoding: chunked\r\n"),
                "zz\r\n",
            ),
            Script::json(r#"{"data":{"number":1e999,"text":"t"}}"#),
            Script::json(r#"{"data":{"number":-1E+400}}"#),
            Script::json(format!(
                "{{\"data\":{{\"number\":{}}}}}",
                "9".repeat(1 << 20)
            )),
            Script::json(b"{\"data\":{\"text\":\"\xff\xfe\xc0\x80\"}}".as_slice()),
            Script::json(r#"{"data":{"text":"\ud800"}}"#),
            Script::json(r#"{"data":{"text":{"a":[]},"number":[[]]}}"#),
            Script::json(r#"{"data":[],"errors":{}}"#),
            Script::json("null"),
            Script::json(""),
            Script::default(),
        ];
        for _ in 0..field.many(40) {
            let mut bytes = good.as_bytes().to_vec();
            for _ in 0..=random.below(3) {
                let at = random.below(bytes.len());
                bytes[at] = u8::try_from(random.below(256)).unwrap_or(0);
            }
            bytes.truncate(1 + random.below(bytes.len()));
            scripts.push(Script::json(bytes));
        }
        let mut endings = Endings::new();
        for script in scripts {
            field.bad.answer(script);
            add(
                &mut endings,
                field.ask_at_once("{ text number }", "{}", 2).await,
            );
        }
        endings
    })
}

pub(super) fn entities(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let many = field.many(20_000);
        let failing: Vec<String> = (0..many)
            .map(|i| format!("{{\"message\":\"m\",\"path\":[\"_entities\",{i},\"price\"]}}"))
            .collect();
        let bodies = [
            format!(
                "{{\"data\":{{\"_entities\":[{}null]}}}}",
                "null,".repeat(many)
            ),
            "{\"data\":{\"_entities\":[]}}".to_owned(),
            "{\"data\":{\"_entities\":{}}}".to_owned(),
            "{\"data\":{\"_entities\":[{\"__typename\":\"Node\",\"price\":1}]}}".to_owned(),
            "{\"data\":{\"_entities\":[{\"__typename\":\"Nothing\"}]}}".to_owned(),
            format!(
                "{{\"data\":{{\"_entities\":[{{\"price\":{}}}]}}}}",
                "[".repeat(10_000)
            ),
            format!(
                "{{\"data\":{{\"items\":[{{\"__typename\":\"Item\",\"id\":\"1\",\"price\":null}}],\"_entities\":[null]}},\"errors\":[{}]}}",
                failing.join(",")
            ),
            format!(
                "{{\"data\":{{\"items\":[{}{{\"id\":1}}]}}}}",
                "{\"__typename\":7,\"id\":[]},".repeat(many)
            ),
        ];
        let mut endings = Endings::new();
        for body in bodies {
            field.bad.answer(Script::json(body));
            add(
                &mut endings,
                field
                    .ask_at_once("{ items { id name price } }", "{}", 2)
                    .await,
            );
        }
        endings
    })
}

pub(super) fn contexts(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let mut endings = Endings::new();
        for many in [field.many(2_000), field.many(12_000), field.many(50_000)] {
            let shelves: Vec<String> = (0..many)
                .map(|i| format!(r#"{{"label":"{i}","book":{{"__typename":"Book","id":"1"}}}}"#))
                .collect();
            let books: Vec<String> = (0..many)
                .map(|i| format!(r#""_entities_0_{i}":[{{"placed":{i}}}]"#))
                .collect();
            let (shelves, books) = (shelves.join(","), books.join(","));
            let failing = format!(r#"{{"message":"m","path":["_entities_0_{}",0]}}"#, many - 1);
            let failing = vec![failing; field.many(1_000)].join(",");
            for body in [
                format!(r#"{{"data":{{"shelves":[{shelves}],{books}}}}}"#),
                format!(r#"{{"data":{{"shelves":[{shelves}]}}}}"#),
                format!(r#"{{"data":{{"shelves":[{shelves}],{books}}},"errors":[{failing}]}}"#),
            ] {
                field.bad.answer(Script::json(body));
                let query = "{ shelves { book { placed } } }";
                add(&mut endings, field.ask_at_once(query, "{}", 2).await);
            }
        }
        endings
    })
}
