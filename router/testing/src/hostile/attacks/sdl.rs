//! Schemas that cost more than they say. The router must go on serving the one that it has.

use std::time::Duration;

use super::{Attacking, add};
use crate::Random;
use crate::hostile::field::Field;
use crate::hostile::report::Endings;
use crate::hostile::subgraph::bad_sdl;

/// Publishes one after the other, a second each, and asks meanwhile.
async fn publish_all(field: &Field, all: Vec<String>) -> Endings {
    let mut endings = Endings::new();
    for sdl in all {
        field.bad.publish(&sdl);
        let asking = field.ask_all((0..4).map(|_| "{ innocent text }".to_owned()), 1);
        let (more, ()) = tokio::join!(asking, tokio::time::sleep(Duration::from_secs(1)));
        add(&mut endings, more);
    }
    endings
}

pub(super) fn bad_every_second(field: &Field, mut random: Random) -> Attacking<'_> {
    Box::pin(async move {
        let start = bad_sdl();
        let many = field.many(8_000);
        let repeat = |line: &dyn Fn(usize) -> String| -> String { (0..many).map(line).collect() };
        let mut cut = start.clone();
        cut.truncate(cut.len() / 2);
        let mut changed: Vec<char> = start.chars().collect();
        for _ in 0..50 {
            let at = random.below(changed.len());
            changed[at] = *random
                .pick(&['{', '}', '"', '@', '(', '\u{0}', '#'])
                .unwrap_or(&'!');
        }
        let all = vec![
            "%".repeat(many * 20),
            "\"\"\"".repeat(many),
            format!(
                "type Query {{ a: {}Int{} }}",
                "[".repeat(many),
                "]".repeat(many)
            ),
            format!(
                "{start} type Wide {{ {} }}",
                repeat(&|i| format!("f{i}: Unknown{i} "))
            ),
            format!(
                "{start} type Item {{ {} }}",
                repeat(&|i| format!("price: Int f{i}: Int "))
            ),
            format!(
                "{start} {}",
                repeat(&|i| format!("type T{i} @key(fields: \"a {{ b\") {{ a: Int }} "))
            ),
            format!(
                "{start} {}",
                repeat(&|i| format!("directive @d{i} on FIELD_DEFINITION "))
            ),
            format!(
                "type Query {{ a(x: I = {}1{}): Int }} input I {{ a: I }}",
                "{a:".repeat(many),
                "}".repeat(many)
            ),
            cut,
            changed.into_iter().collect(),
            String::new(),
            "\u{feff}".repeat(many),
        ];
        publish_all(field, all).await
    })
}

pub(super) fn large_every_second(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let start = bad_sdl();
        let many = field.many(20_000);
        let fields: String = (0..many).map(|i| format!("f{i}: String\n")).collect();
        let types: String = (0..many)
            .map(|i| format!("type Z{i} {{ a: Int }}\n"))
            .collect();
        let values: String = (0..many).map(|i| format!("V{i}\n")).collect();
        let all = vec![
            format!("{start} type Wide {{ {fields} }}"),
            format!("{start} {types}"),
            format!("{start} enum Large {{ {values} }}"),
            format!(
                "{start} \"{}\" type Described {{ a: Int }}",
                "x".repeat(many * 50)
            ),
            "#".repeat(40 << 20),
        ];
        publish_all(field, all).await
    })
}
