//! Thousands of occurrences of each kind of mistake and of each construct: what is reported stays bounded, and the work does not grow faster than
//! the SDL.
//!
//! No time is measured. What was quadratic took minutes here, and what was exponential never ended; what would still take more steps than it is
//! given is refused with `COMPOSITION_LIMIT_EXCEEDED`. `cargo bench -p composition -- kind N` measures.

mod kinds;

use composition::{compose, compose_within};
use federation::{Budget, Cancellation, Code, Diagnostics, Severity, Subgraph, Supergraph};

use kinds::Kind;

const OCCURRENCES: usize = 20_000;
/// What a composition may cost here: what is refused for its cost is refused all the same, and sooner.
const UNITS: u64 = 2_000_000;

/// Diagnostics of a severity that are kept of one subgraph.
const MAX_KEPT: usize = 100;

/// Runs on a thread with the stack that the router gives to composition.
fn deep<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(64 << 20);
        let thread = thread.spawn_scoped(scope, work).expect("a thread");
        thread.join().expect("no panic")
    })
}

fn check_bounds(name: &str, subgraphs: &[Subgraph], found: &Diagnostics) {
    for severity in [Severity::Error, Severity::Hint] {
        let kept = found.count(severity) - found.omitted(severity);
        // What is about none of them counts as though it were about one more.
        assert!(kept <= MAX_KEPT * (subgraphs.len() + 1), "{name}: {kept}");
    }
    for diagnostic in found {
        assert!(diagnostic.message.len() <= 5_000, "{name}: {diagnostic}");
        assert!(diagnostic.locations.len() <= 32, "{name}: {diagnostic}");
    }
}

fn compose_all(kinds: &[Kind], occurrences: usize) {
    deep(|| {
        for (name, make) in kinds {
            let subgraphs = make(occurrences);
            let budget = Budget::new(UNITS, Cancellation::default());
            match compose_within(&subgraphs, budget) {
                Ok(composed) => {
                    check_bounds(name, &subgraphs, &composed.hints);
                    let loaded = Supergraph::parse(&composed.supergraph_sdl);
                    assert!(loaded.is_ok(), "{name}: {:?}", loaded.err());
                }
                Err(found) => check_bounds(name, &subgraphs, &found),
            }
        }
    });
}

/// A kind by its name.
fn kind(name: &str) -> Vec<Subgraph> {
    let all = [
        kinds::OF_GRAPHQL,
        kinds::OF_FEDERATION,
        kinds::OF_MERGING,
        kinds::VALID,
    ];
    let found = all.concat().into_iter().find(|(known, _)| *known == name);
    found.expect("a kind of that name").1(OCCURRENCES)
}

#[test]
fn mistakes_of_graphql_are_bounded_however_many_there_are() {
    compose_all(kinds::OF_GRAPHQL, OCCURRENCES);
}

#[test]
fn mistakes_of_federation_are_bounded_however_many_there_are() {
    compose_all(kinds::OF_FEDERATION, OCCURRENCES / 2);
}

#[test]
fn mistakes_of_merging_are_bounded_however_many_there_are() {
    compose_all(kinds::OF_MERGING, OCCURRENCES / 4);
}

#[test]
fn large_graphs_compose_or_are_refused() {
    compose_all(kinds::VALID, 2_000);
}

#[test]
fn what_is_not_kept_is_counted() {
    let found = compose(&kind("unknown types")).expect_err("no type exists");
    assert_eq!(found.len(), MAX_KEPT);
    assert_eq!(found.count(Severity::Error), OCCURRENCES);
    let last = format!("… and {} more errors", OCCURRENCES - MAX_KEPT);
    assert!(found.to_string().ends_with(&last));
}

#[test]
fn hints_take_no_room_from_errors() {
    let n = 2_000;
    let fields = |ty: &str| -> String { (0..n).map(|i| format!("f{i}: {ty} ")).collect() };
    let link = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@shareable"])"#;
    let of = |ty: &str, text: &str| {
        format!(
            "{link} type Query {{ a: Int @shareable }} \"{text}\" type A @shareable {{ {} }} type Z @shareable {{ z: {ty} }}",
            fields("Int")
        )
    };
    let a = Subgraph::new("a", of("Int", "one").replace("f1: Int", ""));
    let b = Subgraph::new("b", of("String", "two"));
    let found = compose(&[a, b]).expect_err("Z.z differs");
    let errors = found.iter().filter(|d| d.severity == Severity::Error);
    assert!(
        errors
            .map(|d| d.code)
            .any(|code| code == Code::FieldTypeMismatch)
    );
}

#[test]
fn what_is_kept_does_not_depend_on_the_order_of_subgraphs() {
    let mut subgraphs = kind("conflicting types");
    let found = compose(&subgraphs).expect_err("each field differs");
    subgraphs.reverse();
    assert_eq!(compose(&subgraphs).expect_err("each field differs"), found);
}

#[test]
fn a_text_that_is_no_sdl_is_read_no_further_than_its_beginning() {
    let found = compose(&[Subgraph::new("a", "%".repeat(2 << 20))]).expect_err("no SDL");
    assert_eq!(found.len(), MAX_KEPT);
    // Two mistakes for each token of the first round at most.
    assert!(
        found.count(Severity::Error) < 40_000,
        "{}",
        found.count(Severity::Error)
    );
}

#[test]
fn work_ends_with_the_budget_and_says_so() {
    let subgraphs = kind("shared fields of an interface type");
    let budget = Budget::new(1_000, Cancellation::default());
    let found = deep(|| compose_within(&subgraphs, budget)).expect_err("it needs more");
    assert!(
        found
            .iter()
            .any(|d| d.code == Code::CompositionLimitExceeded)
    );
}

#[test]
fn work_that_is_called_off_ends() {
    let subgraphs = kind("entities");
    let cancelled = Cancellation::default();
    cancelled.cancel();
    let budget = Budget::new(Budget::DEFAULT_UNITS, cancelled);
    let found = deep(|| compose_within(&subgraphs, budget)).expect_err("it is called off");
    let codes: Vec<Code> = found.iter().map(|d| d.code).collect();
    assert_eq!(codes, [Code::CompositionLimitExceeded]);
}

#[test]
fn more_elements_than_memory_is_meant_for_are_refused() {
    let types: String = (0..100_000)
        .map(|i| format!("type T{i}{{a:Int}}"))
        .collect();
    let sdl = format!("type Query{{a:Int}}{types}");
    let found = compose(&[Subgraph::new("a", sdl)]).expect_err("too many types");
    let codes: Vec<Code> = found.iter().map(|d| d.code).collect();
    assert_eq!(codes, [Code::CompositionLimitExceeded]);
}

#[test]
fn requirements_that_wait_for_each_other_without_end_overflow_no_stack() {
    let link = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@external"])"#;
    let n = 5_000;
    let of = |mine: usize| -> String {
        (0..n)
            .map(|i| match (i % 2 == mine, i) {
                (true, 0) => "f0: Int ".to_owned(),
                (true, i) => format!("f{i}: Int @requires(fields: \"f{}\") ", i - 1),
                (false, i) => format!("f{i}: Int @external "),
            })
            .collect()
    };
    let (a, b) = (of(0), of(1));
    let a = Subgraph::new(
        "a",
        format!("{link} type Query {{ t: T }} type T @key(fields: \"id\") {{ id: ID {a} }}"),
    );
    let b = Subgraph::new(
        "b",
        format!("{link} type T @key(fields: \"id\") {{ id: ID {b} }}"),
    );
    // Whatever the verdict: each field needs the one before, which is in the other subgraph.
    if let Err(found) = deep(|| compose(&[a, b])) {
        check_bounds("a chain", &[], &found);
    }
}

#[test]
fn a_name_that_is_too_long_is_refused_at_its_place() {
    let of = |length: usize| {
        let name = "T".repeat(length);
        format!("type Query {{ a: Int }}\ntype {name} {{ a: Int }}")
    };
    assert!(compose(&[Subgraph::new("a", of(1_024))]).is_ok());
    let found = compose(&[Subgraph::new("a", of(1_025))]).expect_err("a long name");
    assert_eq!(
        found.to_string().trim(),
        "error[COMPOSITION_LIMIT_EXCEEDED] a:2:6: This schema has a name of more than 1024 bytes."
    );
}
