//! Contracts: what a variant shows by its tags.

use composition::{Contract, compose, contract};
use federation::{Subgraph, Supergraph};

const LINK: &str = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\", import: [\"@key\", \"@tag\", \"@inaccessible\", \"@shareable\"])\n";

fn supergraph(sdls: &[&str]) -> Supergraph {
    let names = ["a", "b"].iter().zip(sdls);
    let subgraphs: Vec<Subgraph> = names
        .map(|(name, sdl)| Subgraph::new(*name, format!("{LINK}{sdl}")))
        .collect();
    let composed = compose(&subgraphs).unwrap_or_else(|found| panic!("{found}"));
    Supergraph::parse(&composed.supergraph_sdl).unwrap_or_else(|found| panic!("{found}"))
}

/// `a,b -c`: includes a and b, excludes c; `!` hides what cannot be reached.
fn tags(text: &str) -> Contract {
    let mut tags = Contract::default();
    for word in text.split_whitespace() {
        match word.strip_prefix('-') {
            Some(excluded) => drop(tags.exclude_tags.insert(excluded.to_owned())),
            None if word == "!" => tags.hide_unreachable_types = true,
            None => tags.include_tags.extend(word.split(',').map(str::to_owned)),
        }
    }
    tags
}

/// What clients see of the types with these names.
#[track_caller]
fn check(text: &str, sdls: &[&str], expect: &str) {
    let before = supergraph(sdls);
    let sdl = contract(&before, &tags(text)).unwrap_or_else(|found| panic!("{found}"));
    let after = Supergraph::parse(&sdl).unwrap_or_else(|found| panic!("{found}\n{sdl}"));
    let schema = after.api_schema();
    let types = schema
        .types
        .iter()
        .filter(|(name, ty)| !ty.is_built_in() && !name.starts_with("__"));
    let mut seen: Vec<String> = types
        .map(|(_, ty)| ty.serialize().no_indent().to_string())
        .collect();
    seen.sort();
    assert_eq!(seen.join("\n"), expect);
    // Nothing else changes when it is done again.
    let again = contract(&after, &tags(text)).unwrap_or_else(|found| panic!("{found}"));
    assert_eq!(again, sdl);
}

/// The codes of what does not hold.
#[track_caller]
fn refused(text: &str, sdls: &[&str], expect: &[&str]) {
    let found = contract(&supergraph(sdls), &tags(text)).expect_err("it does not hold");
    let codes: Vec<_> = found.iter().map(|one| one.code.as_str()).collect();
    assert_eq!(codes, expect, "{found}");
}

#[test]
fn what_has_an_excluded_tag_is_hidden() {
    check(
        "-internal",
        &[
            "type Query { a: Int b: Int @tag(name: \"internal\") c(x: Int, y: Int @tag(name: \"internal\")): E } enum E { A B @tag(name: \"internal\") } type Secret @tag(name: \"internal\") { a: Int }",
            "type Query { d(in: In): Int } input In { x: Int y: Int @tag(name: \"internal\") }",
        ],
        "enum E { A }\ninput In { x: Int }\ntype Query { a: Int c(x: Int): E d(in: In): Int }",
    );
}

#[test]
fn where_tags_are_included_fields_and_unions_need_one() {
    check(
        "public",
        &[
            "type Query { a: A @tag(name: \"public\") b: Int u: U @tag(name: \"public\") } type A @tag(name: \"public\") { x: Int e(in: In): E } enum E { A } input In { x: Int } union U @tag(name: \"public\") = A union V = A type B { x: Int }",
        ],
        "enum E { A }\ninput In { x: Int }\ntype A { x: Int e(in: In): E }\ntype Query { a: A u: U }\nunion U = A",
    );
}

#[test]
fn excluded_wins_over_included() {
    check(
        "public,partner -beta",
        &[
            "type Query { a: Int @tag(name: \"public\") b: Int @tag(name: \"partner\") @tag(name: \"beta\") }",
        ],
        "type Query { a: Int }",
    );
}

#[test]
fn types_that_become_empty_are_hidden_and_so_are_their_unions() {
    check(
        "-x",
        &[
            "type Query { a: Int u: U @tag(name: \"x\") } type A { a: Int @tag(name: \"x\") } union U = A enum E { A @tag(name: \"x\") } input I { a: Int @tag(name: \"x\") } type Mutation { a: Int @tag(name: \"x\") }",
        ],
        "type Query { a: Int }",
    );
}

#[test]
fn unreachable_types_are_hidden_where_that_is_wanted() {
    let sdl = "type Query { a: A b(in: In): B @tag(name: \"x\") } interface A { x: Int } type A1 implements A { x: Int more: More } type More { x: Int } type B { x: S } scalar S input In { e: E } enum E { A }";
    check(
        "-x !",
        &[sdl],
        "interface A { x: Int }\ntype A1 implements A { x: Int more: More }\ntype More { x: Int }\ntype Query { a: A }",
    );
}

#[test]
fn keys_can_be_hidden_and_are_used_all_the_same() {
    let before = supergraph(&[
        "type Query { a: A } type A @key(fields: \"id\") { id: ID! @tag(name: \"x\") name: String }",
        "type A @key(fields: \"id\") { id: ID! more: Int }",
    ]);
    let sdl = contract(&before, &tags("-x")).expect("it holds");
    let after = Supergraph::parse(&sdl).expect("it is a supergraph");
    assert!(after.api_schema().type_field("A", "id").is_err());
    assert!(
        sdl.contains("id: ID! @tag(name: \"x\") @inaccessible"),
        "{sdl}"
    );
    assert_eq!(before.subgraphs().len(), after.subgraphs().len());
}

#[test]
fn what_must_not_be_hidden_is_told() {
    refused(
        "-x",
        &["type Query { a: A } type A @tag(name: \"x\") { x: Int }"],
        &["REFERENCED_INACCESSIBLE"],
    );
    refused(
        "-x",
        &["type Query { a(in: Int! @tag(name: \"x\")): Int }"],
        &["REQUIRED_INACCESSIBLE"],
    );
    refused(
        "-x",
        &[
            "type Query { a: I } interface I { a: Int b: Int } type A implements I { a: Int @tag(name: \"x\") b: Int }",
        ],
        &["IMPLEMENTED_BY_INACCESSIBLE"],
    );
    refused(
        "-x",
        &["type Query { a(e: E = A): Int } enum E { A @tag(name: \"x\") B }"],
        &["DEFAULT_VALUE_USES_INACCESSIBLE"],
    );
    refused(
        "-x",
        &["type Query @tag(name: \"x\") { a: Int }"],
        &["QUERY_ROOT_TYPE_INACCESSIBLE"],
    );
    refused(
        "public",
        &["type Query { a: Int }"],
        &["ONLY_INACCESSIBLE_CHILDREN"],
    );
}
