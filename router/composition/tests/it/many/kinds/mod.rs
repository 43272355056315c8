//! Kinds of mistakes and of large constructs, each written down any number of times.
//!
//! Shared with the benchmark, which says how time and memory grow with the number: `cargo bench -p composition -- kind NAME N`.

mod directives;
mod graphql;
mod merging;
mod valid;

use std::fmt::Write as _;

use federation::Subgraph;

pub(crate) use self::directives::OF_FEDERATION;
pub(crate) use self::graphql::OF_GRAPHQL;
pub(crate) use self::merging::OF_MERGING;
pub(crate) use self::valid::VALID;

/// Subgraphs with `n` occurrences of one kind.
pub(crate) type Kind = (&'static str, fn(usize) -> Vec<Subgraph>);

const LINK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@provides", "@external", "@shareable", "@override", "@tag", "@inaccessible", "@interfaceObject", "@composeDirective", "@authenticated", "@requiresScopes", "@policy", "@context", "@fromContext", "@cost", "@listSize"])
"#;

/// `n` pieces, one after the other.
fn each(n: usize, piece: impl Fn(usize) -> String) -> String {
    (0..n).fold(String::new(), |mut text, index| {
        let _ = writeln!(text, "{}", piece(index));
        text
    })
}

/// One subgraph of Federation 2 with a query beside what is given.
fn one(sdl: &str) -> Vec<Subgraph> {
    vec![named("a", sdl)]
}

fn named(name: &str, sdl: &str) -> Subgraph {
    Subgraph::new(
        name,
        format!("{LINK}type Query {{ of_{name}: Int }}\n{sdl}"),
    )
    .with_url(format!("http://{name}.example"))
}

fn bare(sdl: String) -> Vec<Subgraph> {
    vec![Subgraph::new("a", sdl)]
}

fn two(a: &str, b: &str) -> Vec<Subgraph> {
    vec![named("a", a), named("b", b)]
}

fn three(a: &str, b: &str, c: &str) -> Vec<Subgraph> {
    vec![named("a", a), named("b", b), named("c", c)]
}

/// Fields `f0 …` of an input, object or interface type.
fn fields(n: usize, ty: &str) -> String {
    each(n, |i| format!("f{i}: {ty}"))
}
