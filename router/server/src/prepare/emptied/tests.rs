use apollo_compiler::Schema;

use crate::config::Config;
use crate::prepare::parse_and_validate;

/// The places and messages of what is wrong with an operation.
#[track_caller]
fn check(operation: &str, expected: &[&str]) {
    let sdl = "type Query { movies: [Movie!]! } type Movie { title: String! next: Movie }";
    let schema = Schema::parse_and_validate(sdl, "schema").expect("it is valid");
    let config = Config::parse("supergraph: s", "router.yaml".as_ref(), &|_| None);
    let config = config.expect("a configuration");
    let refusal = parse_and_validate(&schema, operation, &config.operations);
    let shown = refusal.err().map(|refusal| refusal.shown());
    let found: Vec<String> = shown
        .into_iter()
        .flatten()
        .map(|mistake| {
            let places = mistake.locations.iter();
            let places: Vec<_> = places
                .map(|place| format!("{}:{}", place.line, place.column))
                .collect();
            format!("{} {}", places.join(" "), mistake.message)
        })
        .collect();
    assert_eq!(found, expected);
}

const MISSPELT: &str = "type `Movie` does not have a field `titlx`; did you mean `title`?";
const NONE_SELECTED: &str = "interface, union and object types must have a subselection set";

#[test]
fn a_misspelt_field_is_one_mistake_though_nothing_else_is_selected_beside_it() {
    check("{ movies { titlx } }", &[&format!("1:12 {MISSPELT}")]);
    check(
        "{\n  first: movies {\n    next { titlx }\n  }\n}",
        &[&format!("3:12 {MISSPELT}")],
    );
    check(
        "query { movies { ... on Movie { next { titlx } } } }",
        &[&format!("1:40 {MISSPELT}")],
    );
}

#[test]
fn a_field_that_selects_nothing_is_a_mistake_beside_others() {
    check("{ movies }", &[&format!("1:3 {NONE_SELECTED}")]);
    check(
        "{ movies { next titlx } }",
        &[
            &format!("1:12 {NONE_SELECTED}"),
            &format!("1:17 {MISSPELT}"),
        ],
    );
}
