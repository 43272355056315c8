//! What is read out of a supergraph SDL, version by version.

use std::fmt::Write as _;

use super::*;
use crate::budget::Cancellation;
use crate::code::Code;

/// The machinery of join v0.3 and a schema that uses most of it.
const V3: &str = r#"
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/inaccessible/v0.2", as: "hidden", for: SECURITY)
{ query: Query }
directive @hidden on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION
directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean, overrideLabel: String) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
directive @trace(level: Int = 1) on FIELD
directive @owner(team: String) on OBJECT
scalar join__FieldSet
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
enum join__Graph {
  A @join__graph(name: "a", url: "http://a")
  B @join__graph(name: "b", url: "http://b")
}
"#;

#[track_caller]
fn v3(body: &str) -> Supergraph {
    Supergraph::parse(&format!("{V3}{body}")).expect("a supergraph")
}

/// One line a type and field: what the loader understood.
fn describe(supergraph: &Supergraph) -> String {
    let name = |id: SubgraphId| supergraph.subgraphs()[usize::from(id.0)].name.clone();
    let mut text = String::new();
    for ty in supergraph.types().values() {
        write!(text, "{:?} {}:", ty.kind, ty.name).unwrap();
        for there in &ty.in_subgraphs {
            write!(text, " {}", name(there.subgraph)).unwrap();
            if there.is_interface_object {
                write!(text, " interfaceObject").unwrap();
            }
            for key in &there.keys {
                let not = if key.resolvable { "" } else { "!" };
                write!(text, " {not}key({})", key.fields).unwrap();
            }
            if ty.kind != TypeKind::Object && !there.possible_types.is_empty() {
                write!(text, " {:?}", there.possible_types).unwrap();
            }
            if !there.enum_values.is_empty() {
                write!(text, " {:?}", there.enum_values).unwrap();
            }
        }
        text.push('\n');
        for field in ty.fields.values() {
            write!(text, "  {}:", field.name).unwrap();
            for there in &field.in_subgraphs {
                write!(text, " {} {}", name(there.subgraph), there.ty).unwrap();
                if there.external {
                    text.push_str(" external");
                }
                if let Some(set) = &there.requires {
                    write!(text, " requires({set})").unwrap();
                }
                if let Some(set) = &there.provides {
                    write!(text, " provides({set})").unwrap();
                }
                if let Some(from) = there.overrides {
                    write!(text, " overrides({})", name(from)).unwrap();
                }
                if let Some(overridden) = &there.overridden {
                    write!(text, " {overridden:?}").unwrap();
                }
            }
            text.push('\n');
        }
    }
    text
}

#[test]
fn a_field_without_join_field_is_in_every_subgraph_of_its_type() {
    let supergraph = v3(r#"
type Query @join__type(graph: A) @join__type(graph: B) { x: Int  y: Int @join__field(graph: B) }
"#);
    insta::assert_snapshot!(describe(&supergraph), @r"
    Object Query: a b
      x: a Int b Int
      y: b Int
    ");
}

#[test]
fn arguments_of_join_field_are_read() {
    let supergraph = v3(r#"
type P @join__type(graph: A, key: "id") @join__type(graph: B, key: "id o { n }", resolvable: false) {
  id: ID!
  o: O!
  price: Int @join__field(graph: A, override: "b") @join__field(graph: B, usedOverridden: true)
  weight: Int @join__field(graph: A, override: "b", overrideLabel: "percent(5)") @join__field(graph: B, overrideLabel: "percent(5)")
  cost(in: String): Int @join__field(graph: A, external: true) @join__field(graph: B)
  ship: Int @join__field(graph: A, requires: "cost(in: \"EUR\") o { ... on O { n } }")
}
type O @join__type(graph: A) @join__type(graph: B) { n: Int! @join__field(graph: A, type: "Int!") @join__field(graph: B, type: "Int") }
type Query @join__type(graph: A) @join__type(graph: B) { p: P @join__field(graph: A, provides: "cost") }
"#);
    insta::assert_snapshot!(describe(&supergraph), @r#"
    Object P: a key(id) b !key(id o { n })
      id: a ID! b ID!
      o: a O! b O!
      price: a Int overrides(b) b Int Always
      weight: a Int overrides(b) b Int WhileLabel("percent(5)")
      cost: a Int external b Int
      ship: a Int requires(cost(in: "EUR") o { ... on O { n } })
    Object O: a b
      n: a Int! b Int
    Object Query: a b
      p: a P provides(cost)
    "#);
}

#[test]
fn members_implementations_and_values_are_read_by_subgraph() {
    let supergraph = v3(r#"
interface I @join__type(graph: A, key: "id") @join__type(graph: B, key: "id", isInterfaceObject: true) { id: ID! n: Int @join__field(graph: B) }
type S implements I @join__type(graph: A, key: "id") @join__implements(graph: A, interface: "I") { id: ID! n: Int @join__field }
type T @join__type(graph: A) @join__type(graph: B) { x: Int }
union U @join__type(graph: A) @join__type(graph: B) @join__unionMember(graph: A, member: "S") @join__unionMember(graph: A, member: "T") @join__unionMember(graph: B, member: "T") = S | T
enum E @join__type(graph: A) @join__type(graph: B) { X @join__enumValue(graph: A) @join__enumValue(graph: B) Y @join__enumValue(graph: B) }
type Query @join__type(graph: A) @join__type(graph: B) { i: I u: U e: E }
"#);
    insta::assert_snapshot!(describe(&supergraph), @r#"
    Interface I: a key(id) ["S"] b interfaceObject key(id) ["I"]
      id: a ID! b ID!
      n: b Int
    Object S: a key(id)
      id: a ID!
      n:
    Object T: a b
      x: a Int b Int
    Union U: a ["S", "T"] b ["T"]
    Enum E: a ["X"] b ["X", "Y"]
    Object Query: a b
      i: a I b I
      u: a U b U
      e: a E b E
    "#);
}

#[test]
fn a_federation_1_supergraph_is_read() {
    let supergraph = Supergraph::parse(
        r#"
schema @core(feature: "https://specs.apollo.dev/core/v0.1") @core(feature: "https://specs.apollo.dev/join/v0.1") { query: Query }
directive @core(feature: String!) repeatable on SCHEMA
directive @join__field(graph: join__Graph, provides: join__FieldSet, requires: join__FieldSet) on FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__owner(graph: join__Graph!) on INTERFACE | OBJECT
directive @join__type(graph: join__Graph!, key: join__FieldSet) repeatable on INTERFACE | OBJECT
scalar join__FieldSet
enum join__Graph { A @join__graph(name: "a", url: "http://a") B @join__graph(name: "b", url: "http://b") }
type Product @join__owner(graph: A) @join__type(graph: A, key: "upc") @join__type(graph: B, key: "upc") {
  upc: String! @join__field(graph: A)
  name: String
  reviews: [Review] @join__field(graph: B, requires: "name")
}
interface Node { id: ID }
type Review implements Node { id: ID body: String }
type Query { top: Product @join__field(graph: A) }
"#,
    )
    .expect("a supergraph");
    insta::assert_snapshot!(describe(&supergraph), @r#"
    Object Product: a key(upc) b key(upc)
      upc: a String! b String!
      name: a String
      reviews: b [Review] requires(name)
    Interface Node: a ["Review"] b ["Review"]
      id: a ID b ID
    Object Review: a b
      id: a ID b ID
      body: a String b String
    Object Query: a b
      top: a Product
    "#);
    insta::assert_snapshot!(supergraph.api_sdl(), @r#"
    """Lets the fragment be delivered after the rest of the response."""
    directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT

    """
    Lets the items of the list after the first ones be delivered after the rest of the response.
    """
    directive @stream(if: Boolean! = true, label: String, initialCount: Int! = 0) on FIELD

    type Product {
      upc: String!
      name: String
      reviews: [Review]
    }

    interface Node {
      id: ID
    }

    type Review implements Node {
      id: ID
      body: String
    }

    type Query {
      top: Product
    }
    "#);
}

#[test]
fn the_api_schema_has_no_machinery_and_nothing_inaccessible() {
    let supergraph = v3(r#"
type Query @join__type(graph: A) { a(x: Int @deprecated, y: Int @hidden): Int @deprecated(reason: "old") b: Secret @hidden u: U e: E d: D }
type Secret @join__type(graph: A) @hidden { x: Int }
type Open implements N @join__type(graph: A) @owner(team: "x") { x(i: In): Int z: Int @hidden }
interface N @join__type(graph: A) @hidden { x: Int }
input In @join__type(graph: A) { p: Int q: Int @hidden }
union U @join__type(graph: A) = Secret | Open
enum E @join__type(graph: A) { P Q @hidden }
scalar D @join__type(graph: A) @specifiedBy(url: "https://example.com")
"#);
    insta::assert_snapshot!(supergraph.api_sdl(), @r#"
    directive @trace(level: Int = 1) on FIELD

    """Lets the fragment be delivered after the rest of the response."""
    directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT

    """
    Lets the items of the list after the first ones be delivered after the rest of the response.
    """
    directive @stream(if: Boolean! = true, label: String, initialCount: Int! = 0) on FIELD

    type Query {
      a(
        x: Int @deprecated,
      ): Int @deprecated(reason: "old")
      u: U
      e: E
      d: D
    }

    type Open {
      x(i: In): Int
    }

    input In {
      p: Int
    }

    union U = Open

    enum E {
      P
    }

    scalar D @specifiedBy(url: "https://example.com")
    "#);
}

#[test]
fn one_of_needs_no_definition() {
    let supergraph = v3(
        "type Query @join__type(graph: A) { a(by: By): Int } input By @join__type(graph: A) @oneOf { id: ID name: String }",
    );
    assert!(supergraph.api_sdl().contains("input By @oneOf {"));
}

#[track_caller]
fn refused(sdl: &str) -> String {
    Supergraph::parse(sdl)
        .expect_err("no supergraph")
        .to_string()
}

#[test]
fn what_is_no_supergraph_is_refused_with_places() {
    insta::assert_snapshot!(refused("type Query { a: Int }"), @r"
    error[INVALID_FEDERATION_SUPERGRAPH]: the schema does not link the join specification
      help: give a supergraph SDL, as composition makes it, not the SDL of a subgraph
    ");
    insta::assert_snapshot!(refused("type Query { a: Nowhere "), @r#"error[INVALID_FEDERATION_SUPERGRAPH]:1:23: syntax error: expected "}", got the end of the text"#);
    insta::assert_snapshot!(refused(&V3.replace("join/v0.3", "join/v0.9").replace("query: Query", "query: Q") .replace("scalar link__Import", "scalar link__Import type Q { a: Int }")), @r"
    error[UNSUPPORTED_LINKED_FEATURE]: version v0.9 of the join specification is not supported
      help: compose for a version between v0.1 and v0.5
    ");
    insta::assert_snapshot!(refused(&format!("{V3} type Query @join__type(graph: A, key: \"b\") {{ a: Int @join__field(graph: A, requires: \"c {{\", type: \"[\") }}")), @r#"
    error[INVALID_FEDERATION_SUPERGRAPH]:24:13: the key "b" of `Query` is no selection of its fields: type `Query` does not have a field `b`
    error[INVALID_FEDERATION_SUPERGRAPH]:24:54: "[" is no type for `Query.a`
    error[INVALID_FEDERATION_SUPERGRAPH]:24:54: `Query.a` requires "c {", which is no selection on `Query`: type `Query` does not have a field `c`
    "#);
    insta::assert_snapshot!(refused(&format!("{V3} type Query @join__type(graph: A) {{ a: X }} type X @join__type(graph: A) @hidden {{ a: Int }}")), @"error[INVALID_FEDERATION_SUPERGRAPH]:24:40: cannot find type `X` in this document");
    insta::assert_snapshot!(refused(""), @"error[INVALID_FEDERATION_SUPERGRAPH]:1:1: syntax error: the text is empty, or ends too early");
}

#[test]
fn a_default_value_that_contains_itself_is_refused() {
    let fields = "type Query @join__type(graph: A) { f(a: A): Int }";
    let input = "input A @join__type(graph: A) { a: A = {} }";
    insta::assert_snapshot!(refused(&format!("{V3} {fields} {input}")), @r#"error[INVALID_FEDERATION_SUPERGRAPH]:24:84: the default value of "A.a" contains itself"#);
}

#[test]
fn loading_ends_when_it_is_called_off_or_its_units_are_used_up() {
    let sdl = format!("{V3} type Query @join__type(graph: A) {{ a: Int }}");
    let cancelled = Cancellation::default();
    let budget = Budget::new(u64::MAX, cancelled.clone());
    assert!(Supergraph::parse_within(&sdl, &budget).is_ok());
    cancelled.cancel();
    let bounds = [
        (budget, "called off"),
        (Budget::new(10, Cancellation::default()), "more work"),
        (
            Budget::new(sdl.len() as u64 + 1, Cancellation::default()),
            "more work",
        ),
    ];
    for (budget, why) in bounds {
        let found = Supergraph::parse_within(&sdl, &budget).expect_err("no supergraph");
        assert!(found.to_string().contains(why), "{found}");
        assert!(
            found
                .iter()
                .all(|one| one.code == Code::CompositionLimitExceeded)
        );
    }
}

#[test]
fn a_name_that_is_too_long_is_refused() {
    let name = "a".repeat(1_025);
    insta::assert_snapshot!(refused(&format!("{V3} type Query @join__type(graph: A) {{ {name}: Int }}")), @"error[COMPOSITION_LIMIT_EXCEEDED]:24:37: the schema has a name of more than 1024 bytes");
}
