//! Tests of [`super`] beside the library: what passes here must have none of these errors there.

use std::sync::Arc;

use async_graphql::parser::parse_query;
use async_graphql::{Request, Variables};
use tokio::sync::Semaphore;

use super::*;
use crate::Limits;

/// Documents at random, the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, most: u64) -> u64 {
        // Marsaglia's xorshift.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }

    fn document(&mut self) -> String {
        let variables = self.one(&["", "($v: Int)", "($v: Int $w: Int)"]);
        let mut text = format!("query A{variables} {{ {} }}", self.set(3));
        if self.below(3) == 0 {
            text.push_str(&format!(" query B {{ {} }}", self.set(2)));
        }
        for name in ["f", "g"] {
            if self.below(3) > 0 {
                let depth = self.below(3);
                // A fragment may spread the next one, and never itself.
                let set = self.set(depth).replace("...f ", "double(n: 1) ");
                let set = match name {
                    "g" => set.replace("...g ", "hello "),
                    _ => set,
                };
                text.push_str(&format!(" fragment {name} on Query {{ {set} }}"));
            }
        }
        text
    }

    fn set(&mut self, depth: u64) -> String {
        let mut text = String::new();
        for _ in 0..=self.below(3) {
            text.push_str(self.one(&["", "", "x: ", "y: "]));
            let field = match self.below(if depth == 0 { 5 } else { 8 }) {
                0 => "hello ".to_owned(),
                1 => "hello(name: \"a\") ".to_owned(),
                2 => "double(n: 1) ".to_owned(),
                3 => "double(n: $v) ".to_owned(),
                4 => "__typename ".to_owned(),
                fragment => {
                    // No alias before it.
                    while text.ends_with(": ") {
                        text.truncate(text.len() - 3);
                    }
                    let inner = self.set(depth - 1);
                    match fragment {
                        5 => format!("... on Query {{ {inner} }} "),
                        6 => format!("... {{ {inner} }} "),
                        _ => self.one(&["...f ", "...g "]).to_owned(),
                    }
                }
            };
            text.push_str(&field);
        }
        text
    }
}

#[tokio::test]
async fn what_passes_has_none_of_these_errors_in_the_library() {
    let program = crate::fixture::program(&Arc::new(Semaphore::new(0)));
    let (schema, _) = program.schema.finish(&Limits::default());
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut passed, mut refused) = (0, 0);
    for _ in 0..1_000 {
        let text = random.document();
        let document = parse_query(&text).unwrap_or_else(|error| panic!("{error} in {text}"));
        let limits = Limits::default();
        let (_, executed) = document.operations.iter().next().unwrap();
        let variables = Variables::default();
        let mut measuring = Measuring::new(&document, &executed.node, &variables, &limits);
        measuring.all(executed).unwrap();
        let ours = check(&document, &measuring, &Types::default());
        let request = Request::new(text.as_str()).operation_name("A");
        let theirs = schema.execute(request, Vec::new()).await.errors;
        let theirs: Vec<&str> = theirs
            .iter()
            .map(|error| error.message.as_str())
            .filter(|message| {
                ["conflict", "is not defined", "never used"]
                    .iter()
                    .any(|word| message.contains(word))
            })
            .collect();
        assert_eq!(
            ours.is_ok(),
            theirs.is_empty(),
            "{ours:?} {theirs:?} {text}"
        );
        match ours {
            Ok(()) => passed += 1,
            Err(_) => refused += 1,
        }
    }
    assert!(passed > 50 && refused > 50, "{passed} {refused}");
}
