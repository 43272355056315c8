//! Slow fields, and what does not wait for them.

use std::sync::Arc;

use planner::{Options, Planner, QueryPlan, SlowField};

use crate::{Graph, graph};

const SHOP: &str = r#"
# a
type Query { slow: Report other: Int bar: Bar bars: [Bar!]! }
type Mutation { slow: Int bar: Bar }
type Report { text: String bar: Bar }
type Bar @key(fields: "id") { id: ID! name: String rank: Int ratings: [Rating!]! total: Int }
type Rating { stars: Int by: User }
type User @key(fields: "id") { id: ID! }
# b
type Bar @key(fields: "id") { id: ID! other: Int weight: Int extra: Extra }
type Extra @key(fields: "id") { id: ID! size: Int }
type User @key(fields: "id") { id: ID! name: String }
# c
type Bar @key(fields: "id") { id: ID! weight: Int @external shipping: Int @requires(fields: "weight") }
type Extra @key(fields: "id") { id: ID! price: Int }
"#;

/// The plan where those fields are slow, each `subgraph:Type.field`.
#[track_caller]
fn slow(subgraphs: &str, slow: &[&str], operation: &str) -> QueryPlan {
    let Graph { planner, served } = graph(subgraphs);
    let slow = slow.iter().map(|field| {
        let (subgraph, coordinate) = field
            .split_once(':')
            .expect("a subgraph, then a coordinate");
        SlowField {
            subgraph: Arc::from(subgraph),
            coordinate: Arc::from(coordinate),
        }
    });
    let options = Options {
        slow: slow.collect(),
        ..Options::default()
    };
    let planner = Planner::new(Arc::clone(planner.supergraph()), options);
    Graph { planner, served }.plan(operation)
}

#[test]
fn what_needs_only_a_neighbour_does_not_wait_for_a_slow_root_field() {
    let plan = slow(SHOP, &["a:Query.slow"], "{ slow { text } bar { other } }");
    insta::assert_snapshot!(plan);
}

#[test]
fn a_slow_field_of_an_entity_is_asked_by_its_key() {
    let plan = slow(
        SHOP,
        &["a:Bar.ratings"],
        "{ bars { name ratings { stars } other } }",
    );
    insta::assert_snapshot!(plan);
}

#[test]
fn a_slow_field_of_an_entity_fetch_holds_up_nothing_either() {
    let plan = slow(SHOP, &["b:Bar.other"], "{ bars { other shipping } }");
    insta::assert_snapshot!(plan);
}

#[test]
fn what_is_below_a_slow_field_comes_after_it_and_the_rest_does_not() {
    let plan = slow(
        SHOP,
        &["a:Bar.ratings"],
        "{ bars { ratings { by { name } } other } }",
    );
    insta::assert_snapshot!(plan);
}

#[test]
fn a_slow_field_is_asked_with_its_neighbours_when_nothing_waits_for_them() {
    for operation in [
        "{ slow { text } other bar { name } }",
        // What waits needs what is below the slow field.
        "{ slow { bar { other } } }",
    ] {
        let plan = slow(SHOP, &["a:Query.slow"], operation);
        assert!(plan.fetches.iter().all(|f| f.slow.is_none()), "{plan}");
        let usual = graph(SHOP).plan(operation);
        assert_eq!(plan, usual);
    }
}

#[test]
fn the_root_fields_of_a_mutation_stay_in_their_order() {
    let plan = slow(
        SHOP,
        &["a:Mutation.slow"],
        "mutation { slow bar { other } }",
    );
    assert_eq!(plan, graph(SHOP).plan("mutation { slow bar { other } }"));
}

#[test]
fn several_slow_fields_do_not_wait_for_each_other() {
    let plan = slow(
        SHOP,
        &["a:Query.slow", "a:Query.other"],
        "{ slow { text } other bar { other } }",
    );
    let slow: Vec<_> = plan.fetches.iter().map(|f| f.slow.as_deref()).collect();
    assert_eq!(
        slow,
        [None, Some("Query.slow"), Some("Query.other"), None],
        "{plan}"
    );
}

#[test]
fn a_slow_field_that_no_key_leads_to_stays_where_it_is() {
    let plan = slow(SHOP, &["a:Report.text"], "{ slow { text bar { other } } }");
    assert_eq!(plan, graph(SHOP).plan("{ slow { text bar { other } } }"));
}

#[test]
fn a_field_that_the_subgraph_does_not_resolve_is_told() {
    let Graph { planner, .. } = graph(SHOP);
    let field = |subgraph: &str, coordinate: &str| SlowField {
        subgraph: Arc::from(subgraph),
        coordinate: Arc::from(coordinate),
    };
    let unknown = [
        field("z", "Query.slow"),
        field("a", "Query.none"),
        field("a", "None.slow"),
        field("a", "Query"),
        field("c", "Bar.weight"),
    ];
    let mut all = unknown.to_vec();
    all.push(field("a", "Query.slow"));
    let options = Options {
        slow: all,
        ..Options::default()
    };
    let planner = Planner::new(Arc::clone(planner.supergraph()), options);
    assert_eq!(planner.unknown_slow(), unknown);
}
