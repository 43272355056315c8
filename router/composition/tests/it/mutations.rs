//! Whatever the SDL, composition answers.

use std::path::PathBuf;

use composition::compose;
use federation::Subgraph;
use proptest::prelude::*;

use crate::cases;

/// A change to a text, by fractions of its length.
#[derive(Clone, Debug)]
enum Change {
    /// Removes the words between two places.
    Remove(f64, f64),
    /// Repeats the words between two places.
    Repeat(f64, f64),
    /// Puts words from one place in another.
    Move(f64, f64),
    /// Puts something in that GraphQL knows.
    Insert(f64, &'static str),
}

const WORDS: &[&str] = &[
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "!",
    ":",
    "|",
    "&",
    "=",
    "@key(fields: \"id\")",
    "@external",
    "@requires(fields: \"x\")",
    "@provides(fields: \"x\")",
    "@shareable",
    "@inaccessible",
    "@extends",
    "@override(from: \"b\")",
    "@interfaceObject",
    "@tag(name: \"t\")",
    "@deprecated",
    "extend",
    "type",
    "interface I",
    "implements I",
    "union",
    "enum",
    "input",
    "scalar",
    "Query",
    "T",
    "id: ID!",
    "x: Int",
    "\"\"",
    "null",
    "-1",
    "\"$ctx { prop }\"",
    "@fromContext(field: \"$ctx { prop }\")",
    "@context(name: \"ctx\")",
    "@authenticated",
    "@cost(weight: 1)",
    "@listSize(assumedSize: 1)",
    "schema { query: T }",
    "é",
    "\u{0}",
];

fn change() -> impl Strategy<Value = Change> {
    let place = || 0.0..1.0_f64;
    prop_oneof![
        (place(), 0.0..0.1_f64).prop_map(|(at, length)| Change::Remove(at, length)),
        (place(), 0.0..0.2_f64).prop_map(|(at, length)| Change::Repeat(at, length)),
        (place(), place()).prop_map(|(from, to)| Change::Move(from, to)),
        (place(), prop::sample::select(WORDS)).prop_map(|(at, word)| Change::Insert(at, word)),
    ]
}

fn apply(sdl: &str, changes: &[Change]) -> String {
    let mut words: Vec<String> = sdl.split(' ').map(str::to_owned).collect();
    for change in changes {
        let index = |fraction: f64| ((words.len() as f64) * fraction) as usize;
        match change {
            Change::Remove(at, length) => {
                let (from, to) = (index(*at), index((at + length).min(1.0)));
                words.drain(from..to);
            }
            Change::Repeat(at, length) => {
                let (from, to) = (index(*at), index((at + length).min(1.0)));
                let repeated = words[from..to].to_vec();
                words.splice(from..from, repeated);
            }
            Change::Move(from, to) => {
                let (from, to) = (index(*from), index(*to));
                if from < words.len() {
                    let word = words.remove(from);
                    words.insert(to.min(words.len()), word);
                }
            }
            Change::Insert(at, word) => words.insert(index(*at), (*word).to_owned()),
        }
    }
    words.join(" ")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn composition_answers_whatever_the_sdl(
        case in any::<prop::sample::Index>(),
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec(change(), 1..4),
    ) {
        let folders = cases::folders();
        let folder: &PathBuf = case.get(&folders);
        let mut subgraphs: Vec<Subgraph> = cases::subgraphs(folder);
        let which = which.index(subgraphs.len());
        subgraphs[which].sdl = apply(&subgraphs[which].sdl, &changes);
        let first = compose(&subgraphs).map(|composed| composed.supergraph_sdl);
        let again = compose(&subgraphs).map(|composed| composed.supergraph_sdl);
        prop_assert_eq!(first, again);
    }
}
