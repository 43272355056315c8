//! Operations whose deferred parts make planning expensive.

use apollo_compiler::ExecutableDocument;
use planner::{Defer, Options, PlanError, QueryPlan, Work};

use crate::{Graph, graph};

/// Four subgraphs that all have a field of a mutation, with entities that lead back to the root of queries.
const SHARED: &str = r#"
# s0
type E0 @key(fields: "k") {
  k: ID! @shareable
  f1: Boolean @external
  rf1s0: Int @requires(fields: "f1")
  to0: [[E0]]
}
type E2 implements Node @key(fields: "id v { __typename }") {
  id: ID! @shareable
  v: V! @shareable
  f0: Boolean @inaccessible
  f1: String
  tag: Int
  to0: [E0]
}
type Single @key(fields: "__typename") {
  again0: [Single]
}
interface Node {
  tag: Int
}
enum Color { RED GREEN }
type V @shareable {
  c: Color
}
type Query {
  single0: Single!
  node0: Node
}
type Mutation {
  share2(n: Int): [E2] @shareable
}
# s1
type E0 @key(fields: "k") {
  k: ID! @shareable
  f1: Boolean
  w: V @external
  rw1: String @requires(fields: "w { c }")
  to1: [E0]
}
type E2 implements Node @key(fields: "id z") {
  id: ID! @shareable
  z: String @shareable
  f0: Boolean @external
  rf0s1: Int @requires(fields: "f0")
  qf0s1: Int @requires(fields: "f0")
  f1: String @external
  rf1s1(n: Int): Int @requires(fields: "f1")
}
type E3 implements Node @key(fields: "id k") {
  id: ID! @shareable
  k: ID! @shareable
  w: V
}
interface Node {
  id: ID!
}
enum Color { RED }
type V @shareable {
  x: ID!
  y: Int
  c: Color
}
type Query {
  one0s1: E0
  all3s1: [E3!]!
}
type Mutation {
  share2(n: Int): [E2] @shareable
  share3(n: Int): E3 @shareable
}
# s2
type E0 @key(fields: "k") {
  k: ID! @shareable
  w: V
  to2: E0
  node2: Node
  home2: Query
  single2: Single!
}
type E1 implements Node @key(fields: "id") {
  id: ID! @shareable
  f0: Color
  f1(n: Int = 1): Boolean
  w: V @external
  rw2: String @requires(fields: "w { x y }")
  tag: Int
  to2: [E2!]!
  node2: Node
  at1: Int
}
type E2 implements Node @key(fields: "id v { __typename }") @key(fields: "id z") {
  id: ID! @shareable
  v: V! @shareable
  z: String @shareable
  f1: String @external
  rf1s2: Int @requires(fields: "f1")
  w: V @external
  rw2: String @requires(fields: "w { x y }")
  to2: [E2]
  at2: Int
}
type E3 implements Node @key(fields: "id k") {
  id: ID! @shareable
  k: ID! @shareable
  f0(n: Int = 1): String @override(from: "s1")
  f1: Int
  f2: Any1
  w: V @external
  rw2: String @requires(fields: "w { y }")
  to2: E2
  any2: [Any]
}
type Single @key(fields: "__typename") {
  s2: Int
  again2: [Single]
}
union Any = E0 | E1 | E2 | E3 | Single
interface Node {
  id: ID!
}
enum Color { RED GREEN }
scalar Any1
type V @shareable {
  x: ID!
  y: Int
  c: Color
}
type Query {
  one0s2: E0
  one1s2: E1
  one2s2: E2
  both2: [E2] @shareable
  all3s2(n: Int): [E3]
  node2: Node
  shared: V @shareable
}
type Mutation {
  set0s2(n: Int): E0
  share2(n: Int): [E2] @shareable
  share3(n: Int): E3 @shareable
}
# s3
type E1 implements Node @key(fields: "id") {
  id: ID! @shareable
  f2(n: Int = 1): Any1
  f3: Float
  w: V
  to3: [[E2]]
}
type E2 implements Node @key(fields: "id v { __typename }", resolvable: false) @key(fields: "id z") {
  id: ID! @shareable
  k: ID! @shareable
  v: V! @shareable
  z: String @shareable
  w: V
  to3: E1!
  node3: Node
}
type E3 implements Node @key(fields: "id k") {
  id: ID! @shareable
  k: ID! @shareable
  f0(n: Int = 1): String @external
  rf0s3(n: Int): Int @requires(fields: "f0")
  f2: Any1 @external
  rf2s3: Int @requires(fields: "f2")
  tag: Int
  to3: E1
}
interface Node {
  id: ID!
}
enum Color { RED BLUE }
scalar Any1
type V @shareable {
  x: ID!
  y: Int
  c: Color
}
type Query {
  one1s3: E1
  one2s3: E2
  both2: [E2] @shareable
  all3s3(n: Int): [E3]
  node3: Node
  shared: V @shareable
}
type Mutation {
  share2(n: Int): [E2] @shareable
  share3(n: Int): E3 @shareable
}
"#;

/// Deferred parts at four places, most of which take many requests.
const PARTS: &str = "mutation($a: Boolean!, $b: Boolean!, $n: Int) { ... @skip(if: true) { x: __typename @include(if: $a) @skip(if: $b) } share2(n: 1) { to0 { to0 { to1 { node2 { tag } } node2 { ... on E1 { f1(n: 1) @include(if: $b) @skip(if: $a) rw2 at1 @skip(if: $b) f3 } } home2 { single0 { s2 } node0 { ... @defer(label: \"4\") { id } } alias0_one0s1: one0s1 @include(if: $b) @skip(if: $a) { k @skip(if: $b) f1 rw1 } all3s1 { k @include(if: $a) f0(n: $n) @include(if: $a) f1 tag } one2s2 { ... @defer(label: \"3\") { id qf0s1 rf1s1(n: 3) rf1s2 } } node2 { __typename } one1s3 { id f0 f1 rw2 at1 f2(n: null) @include(if: $b) @skip(if: $a) } one2s3 { ... @defer(label: \"2\") { z @skip(if: $b) rf0s1 rw2 } } node3 @include(if: $b) @skip(if: $a) { ... @defer(label: \"1\") { id tag } } } } } } }";

fn planned(
    graph: &Graph,
    operation: &str,
    defer: Defer<'_>,
    work: &Work,
) -> Result<QueryPlan, PlanError> {
    let schema = graph.planner.supergraph().api_schema();
    let document = ExecutableDocument::parse_and_validate(schema, operation, "operation.graphql")
        .unwrap_or_else(|found| panic!("{}", found.errors));
    graph.planner.plan_within(&document, None, defer, work)
}

#[test]
fn deferred_parts_below_a_shared_mutation_take_part_of_the_budget() {
    let graph = graph(SHARED);
    let work = Work::new(Options::default().max_work);
    let plan = planned(&graph, PARTS, Defer::Unless(&[]), &work).expect("a plan");
    assert_eq!(plan.deferred.len(), 4);
    assert!(
        work.used() < Options::default().max_work / 2,
        "{} units",
        work.used()
    );
}

/// Whatever the budget: what can be planned whole within it is not refused for being deferred.
#[test]
fn what_is_too_much_work_in_parts_is_planned_whole() {
    let graph = graph(SHARED);
    let parts: Vec<Option<usize>> = (0..20)
        .map(|power| 20_000 * 4usize.pow(power) / 3usize.pow(power))
        .filter_map(|budget| {
            planned(&graph, PARTS, Defer::Never, &Work::new(budget)).ok()?;
            let plan = planned(&graph, PARTS, Defer::Unless(&[]), &Work::new(budget));
            Some(plan.ok().map(|plan| plan.deferred.len()))
        })
        .collect();
    assert_eq!(parts.first(), Some(&Some(0)), "{parts:?}");
    assert_eq!(parts.last(), Some(&Some(4)), "{parts:?}");
    assert!(parts.iter().all(Option::is_some), "{parts:?}");
}
