//! Each rule by a case that has a finding and one that has none.

use federation::Subgraph;
use lint::{Level, Levels, Rule, lint};

/// Every rule is looked at.
fn all() -> Levels {
    let every = Rule::ALL.into_iter();
    every.fold(Levels::default(), |levels, rule| {
        levels.with(rule, Level::Warn)
    })
}

/// One rule alone.
fn only(rule: Rule) -> Levels {
    let every = Rule::ALL.into_iter();
    let off = every.fold(Levels::default(), |levels, rule| {
        levels.with(rule, Level::Off)
    });
    off.with(rule, Level::Error)
}

fn told_of(rule: Rule, sdls: &[&str], is_whole: bool) -> Vec<String> {
    let names = ["a", "b", "c"].iter().zip(sdls);
    let subgraphs: Vec<Subgraph> = names
        .map(|(name, sdl)| Subgraph::new(*name, *sdl))
        .collect();
    let findings = lint(&subgraphs, &only(rule), is_whole).expect("they can be parsed");
    findings.into_iter().map(|found| found.coordinate).collect()
}

/// What a rule points out in the SDLs of a whole graph.
#[track_caller]
fn check(rule: Rule, sdls: &[&str], expect: &[&str]) {
    assert_eq!(told_of(rule, sdls, true), expect);
}

#[test]
fn names_have_the_case_of_their_kind() {
    check(
        Rule::Names,
        &[
            "type Query { product(Page: Int, perPage: Int): Product snake_case: Int } type product { id: ID } enum E { OK_2 notOk } input I { Some: Int other: Int }",
        ],
        &[
            "Query.product(Page:)",
            "Query.snake_case",
            "product",
            "E.notOk",
            "I.Some",
        ],
    );
}

#[test]
fn inputs_end_with_input() {
    check(
        Rule::InputSuffix,
        &["input Filter { a: Int } input FilterInput { a: Int }"],
        &["Filter"],
    );
}

#[test]
fn names_do_not_say_their_kind() {
    check(
        Rule::RedundantSuffixes,
        &[
            "type ProductType { id: ID } type Type { id: ID } interface NodeInterface { id: ID } enum SizeEnum { A } union AllUnion = Type scalar DateScalar type Prototype { id: ID }",
        ],
        &[
            "ProductType",
            "NodeInterface",
            "SizeEnum",
            "AllUnion",
            "DateScalar",
        ],
    );
}

#[test]
fn fields_do_not_repeat_their_type() {
    check(
        Rule::RepeatedNames,
        &["type Product { productName: String product: Product production: Int name: String }"],
        &["Product.productName"],
    );
}

#[test]
fn queries_are_no_actions() {
    check(
        Rule::Verbs,
        &[
            "type Query { getDog: Int listDogs: Int listing: Int dog: Int } type Mutation { getDog: Int }",
        ],
        &["Query.getDog", "Query.listDogs"],
    );
}

#[test]
fn one_description_among_all_subgraphs_is_enough() {
    check(
        Rule::Descriptions,
        &[
            "type Query { a: A } type A { \"x\" x: Int y: Int z: Int }",
            "\"An A.\" type A { y: Int \"z\" z: Int }",
        ],
        &["Query.a", "A.y"],
    );
}

#[test]
fn arguments_and_enum_values_are_described_where_that_is_wanted() {
    let sdl = "type Query { a(x: Int, \"y\" y: Int): E } enum E { A \"b\" B } input I { x: Int }";
    check(Rule::ArgumentDescriptions, &[sdl], &["Query.a(x:)", "I.x"]);
    check(Rule::EnumDescriptions, &[sdl], &["E.A"]);
    assert_eq!(Levels::default().of(Rule::EnumDescriptions), Level::Off);
}

#[test]
fn a_deprecation_says_why() {
    check(
        Rule::Deprecations,
        &[
            "type Query { a: Int @deprecated b: Int @deprecated(reason: \" \") c: Int @deprecated(reason: \"Use d.\") d: Int e: Int @deprecated(reason: \"No longer supported\") }",
        ],
        &["Query.a", "Query.b", "Query.e"],
    );
}

#[test]
fn types_are_reached_through_any_subgraph() {
    check(
        Rule::Unreachable,
        &[
            "type Query { node: Node } interface Node { id: ID } type Lost { more: Found } type Found { id: ID }",
            "type Dog implements Node @key(fields: \"id\") { id: ID by: By } type Alone @key(fields: \"id\") { id: ID } extend type Node2 { id: ID }",
            "enum By { A } type Query { x(in: In): U @d } input In { in: In } union U = Member type Member { s: S } scalar S directive @d(t: T) on FIELD_DEFINITION enum T { A } schema { query: Query mutation: Change } type Change { done: Boolean }",
        ],
        &["Lost", "Found", "Alone", "Node2"],
    );
}

#[test]
fn an_entity_may_be_reached_from_a_subgraph_that_is_not_there() {
    let sdl = "type A @key(fields: \"id\") { id: ID b: B } type B { id: ID } type C { id: ID }";
    assert_eq!(told_of(Rule::Unreachable, &[sdl], false), ["C"]);
    assert_eq!(told_of(Rule::Unreachable, &[sdl], true), ["A", "B", "C"]);
}

#[test]
fn an_id_is_an_id() {
    check(
        Rule::Ids,
        &["type A { id: ID! } type B { id: ID } type C { id: Int! ident: Int }"],
        &["B.id", "C.id"],
    );
}

#[test]
fn items_are_non_null_where_that_is_wanted() {
    check(
        Rule::NullableItems,
        &["type A { a: [Int!] b: [Int]! c: [[Int]!]! d(x: [Int]): Int }"],
        &["A.b", "A.c"],
    );
}

#[test]
fn scalars_are_specified() {
    check(
        Rule::SpecifiedBy,
        &[
            "scalar A scalar B @specifiedBy(url: \"https://x.example\") scalar _Any scalar federation__FieldSet",
            "scalar A",
        ],
        &["A"],
    );
}

#[test]
fn abstract_types_have_members() {
    check(
        Rule::LoneMembers,
        &[
            "interface A { id: ID } interface B { id: ID } type X implements A { id: ID } union One = X union Two = X",
            "union Two = Y type Y { id: ID }",
        ],
        &["B", "One"],
    );
}

#[test]
fn comments_silence_an_element_and_what_is_in_it() {
    let sdl = "\
# lint-off-file ids
type Query {
  # lint-off names, verbs
  get_a(Page: Int): Int
  get_b: Int # lint-off names
  get_c: Int
}
# lint-off names
\"\"\"
# lint-off unreachable is no comment here
\"\"\"
type lower { id: Int some_thing: Int }
# A comment, and
# lint-off descriptions
# another.
type Said { \"# lint-off ids\" id: Int }
type Not { id: Int }
";
    check(Rule::Names, &[sdl], &["Query.get_c"]);
    check(Rule::Ids, &[sdl], &[]);
    check(Rule::Unreachable, &[sdl], &["lower", "Said", "Not"]);
    check(
        Rule::Descriptions,
        &[sdl],
        &[
            "Query.get_a",
            "Query.get_b",
            "Query.get_c",
            "lower.id",
            "lower.some_thing",
            "Not",
            "Not.id",
        ],
    );
}

#[test]
fn a_comment_with_a_rule_that_there_is_not_is_told() {
    let subgraph = Subgraph::new("a", "type Query { a: Int } # lint-off nmaes, names");
    let findings = lint(&[subgraph], &only(Rule::UnknownRules), true).expect("it can be parsed");
    assert_eq!(findings.len(), 1);
    assert_eq!(
        findings[0].message,
        "There is no rule `nmaes`: did you mean `names`?"
    );
    assert_eq!(
        (findings[0].location.line, findings[0].location.column),
        (1, 23)
    );
}

#[test]
fn machinery_is_not_remarked_on() {
    let subgraph = Subgraph::new(
        "a",
        "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\") type Query { _service: _Service! _entities(representations: [_Any!]!): [_Entity]! } type _Service { sdl: String } scalar _Any union _Entity = A scalar link__Import directive @key(fields: federation__FieldSet!) repeatable on OBJECT scalar federation__FieldSet",
    );
    assert_eq!(lint(&[subgraph], &all(), true), Ok(Vec::new()));
}

#[test]
fn places_are_those_of_the_names() {
    let subgraph = Subgraph::new("a", "type Query {\n  \"e\" a_b: Int\n}\n");
    let findings = lint(&[subgraph], &only(Rule::Names), true).expect("it can be parsed");
    let location = &findings[0].location;
    assert_eq!((location.line, location.column), (2, 7));
    assert_eq!((location.end_line, location.end_column), (2, 10));
    assert_eq!(findings[0].level, Level::Error);
}

#[test]
fn what_is_no_sdl_is_told_with_its_place() {
    let subgraphs = [
        Subgraph::new("a", "type Query { a: Int }"),
        Subgraph::new("b", "type {"),
    ];
    let broken = lint(&subgraphs, &all(), true).expect_err("b cannot be parsed");
    assert_eq!(broken.subgraph, "b");
    let place = broken.mistakes[0].1.as_ref().expect("a place");
    assert_eq!((place.line, place.column), (1, 6));
}

#[test]
fn every_rule_is_found_by_its_name() {
    for rule in Rule::ALL {
        assert_eq!(Rule::of(rule.name()), Some(rule));
    }
}
