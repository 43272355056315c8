//! What planning costs, in units of work: a number that is the same on every machine, and grows with the operation and the subgraphs.

use std::fmt::Write as _;

use apollo_compiler::ExecutableDocument;
use planner::{Defer, Options, PlanError, Planner, Work};

use crate::{Graph, graph};

/// The units for each field that is selected of a type, and each subgraph, at most.
const UNITS: usize = 700;

/// How the types of a generated graph are spread over its subgraphs.
#[derive(Clone, Copy, PartialEq)]
enum Spread {
    /// Every subgraph leads on.
    Shared,
    /// Only the first leads on: everything else is fetched anew at each level.
    Scattered,
}

/// An interface and a union of this many entities, each in this many subgraphs, which all have a field of their own.
fn abstract_graph(members: usize, subgraphs: usize, spread: Spread) -> Graph {
    let mut text = String::new();
    let names: Vec<String> = (0..members).map(|member| format!("M{member}")).collect();
    for subgraph in 0..subgraphs {
        let share = match spread {
            Spread::Shared => " @shareable",
            Spread::Scattered => "",
        };
        let leads = spread == Spread::Shared || subgraph == 0;
        let (root, lead, plain) = match leads {
            true => (
                format!(
                    "type Query {{ i: I{share} u: U{share} }} union U = {}",
                    names.join(" | ")
                ),
                format!("f: Int{share} next: I{share} any: U{share}"),
                "f: Int next: I any: U",
            ),
            false => (String::new(), String::new(), ""),
        };
        write!(
            text,
            "\n# s{subgraph}\n{root}\ninterface I {{ id: ID! {plain} own{subgraph}: Int }}\n"
        )
        .expect("a string takes everything");
        for name in &names {
            writeln!(
                text,
                "type {name} implements I @key(fields: \"id\") {{ id: ID! {lead} own{subgraph}: Int }}"
            )
            .expect("a string takes everything");
        }
    }
    graph(&text)
}

/// How an operation goes from one level to the next.
#[derive(Clone, Copy, Debug)]
enum Style {
    /// Each type by itself: as many places as there are ways.
    EachMember,
    /// The same through the union, and a field of another subgraph for each type.
    EachMemberOfUnion,
    /// One type by itself, and all through the interface.
    Interface,
    /// Many aliases.
    Aliases,
    /// Many conditions.
    Conditions,
}

const STYLES: [Style; 5] = [
    Style::EachMember,
    Style::EachMemberOfUnion,
    Style::Interface,
    Style::Aliases,
    Style::Conditions,
];

/// An operation of this many levels, and how many fields it selects: one of an interface counts for each type.
fn operation(style: Style, members: usize, subgraphs: usize, depth: usize) -> (String, usize) {
    let mut below = format!("own{}", subgraphs - 1);
    let mut fields = 1;
    for level in 0..depth {
        let own = |member: usize| format!("own{}", (level + member) % subgraphs);
        let each = |text: &dyn Fn(usize) -> String| (0..members).map(text).collect::<String>();
        (below, fields) = match style {
            Style::EachMember => (
                each(&|m| format!("... on M{m} {{ f next {{ id {below} }} }} ")),
                members * (3 + fields),
            ),
            Style::EachMemberOfUnion => (
                each(&|m| {
                    format!(
                        "... on M{m} {{ {} any {{ ... on I {{ {below} }} }} }} ",
                        own(m)
                    )
                }),
                members * (2 + fields),
            ),
            Style::Interface => (
                format!("... on M0 {{ {} }} next {{ {below} }}", own(1)),
                1 + members + fields,
            ),
            Style::Aliases => (
                each(&|m| format!("a{m}: {} b{m}: f ", own(m))) + &format!("next {{ {below} }}"),
                (2 * members + 1) * members + fields,
            ),
            Style::Conditions => (
                each(&|m| format!("{} @include(if: $v{}) ", own(m), m % 8))
                    + &format!("next @skip(if: $v{}) {{ {below} }}", level % 8),
                (members + 1) * members + fields,
            ),
        };
    }
    let variables: Vec<String> = (0..8).map(|n| format!("$v{n}: Boolean!")).collect();
    let declared = match style {
        Style::Conditions => format!("query({}) ", variables.join(" ")),
        _ => String::new(),
    };
    let used = match style {
        Style::Conditions => (0..8)
            .map(|n| format!("c{n}: __typename @include(if: $v{n}) "))
            .collect(),
        _ => String::new(),
    };
    (format!("{declared}{{ {used}i {{ {below} }} }}"), fields + 1)
}

/// The units that planning takes; `None` when it is refused.
#[track_caller]
fn work(planner: &Planner, operation: &str) -> Option<usize> {
    let schema = planner.supergraph().api_schema();
    let document = match ExecutableDocument::parse_and_validate(schema, operation, "query") {
        Ok(document) => document,
        Err(found) => panic!("no valid operation:\n{}", found.errors),
    };
    let work = Work::new(Options::default().max_work);
    match planner.plan_within(&document, None, Defer::Never, &work) {
        Ok(_) => Some(work.used()),
        Err(PlanError::Limit { .. }) => None,
        Err(error) => panic!("no plan: {error}"),
    }
}

#[test]
fn work_grows_with_fields_and_subgraphs_and_not_with_their_combinations() {
    for spread in [Spread::Shared, Spread::Scattered] {
        for (members, subgraphs) in [(2, 1), (2, 4), (3, 8), (8, 2), (16, 3)] {
            let planner = abstract_graph(members, subgraphs, spread).planner;
            for style in STYLES {
                for depth in [1, 2, 3, 6] {
                    let (text, fields) = operation(style, members, subgraphs, depth);
                    if fields > 800 {
                        continue;
                    }
                    let units = work(&planner, &text).expect("within the budget");
                    let bound = UNITS * fields * subgraphs;
                    assert!(
                        units <= bound,
                        "{units} units, not {bound}: {members} members, {subgraphs} subgraphs, {style:?} {depth} deep"
                    );
                }
            }
        }
    }
}

#[test]
fn places_by_the_thousand_share_a_request_within_the_budget() {
    let planner = abstract_graph(8, 2, Spread::Scattered).planner;
    let (text, fields) = operation(Style::EachMember, 8, 2, 4);
    assert!(fields > 10_000);
    let units = work(&planner, &text).expect("within the budget");
    assert!(
        units <= UNITS * fields * 2,
        "{units} units for {fields} fields"
    );
}

#[test]
fn the_budget_refuses_by_name_and_says_what_was_used() {
    let graph = abstract_graph(8, 2, Spread::Scattered);
    let options = Options {
        max_work: 1_000,
        ..Options::default()
    };
    let planner = Planner::new(graph.planner.supergraph().clone(), options);
    let schema = planner.supergraph().api_schema();
    let (text, _) = operation(Style::EachMember, 8, 2, 2);
    let document = ExecutableDocument::parse_and_validate(schema, text, "query").expect("valid");
    let error = planner.plan(&document, None).expect_err("too much work");
    assert!(
        matches!(
            error,
            PlanError::Limit {
                what: "units of work",
                bound: 1_000
            }
        ),
        "{error}"
    );
    let work = Work::new(1_000);
    let refused = planner.plan_within(&document, None, Defer::Never, &work);
    assert!(refused.is_err());
    assert_eq!(work.used(), 1_000);
}

#[test]
fn a_small_plan_is_the_plan_and_a_large_one_is_given_up_early() {
    let planner = abstract_graph(8, 2, Spread::Scattered).planner;
    let schema = planner.supergraph().api_schema();
    let document = |style, members, subgraphs, depth| {
        let (text, _) = operation(style, members, subgraphs, depth);
        ExecutableDocument::parse_and_validate(schema, text, "query").expect("valid")
    };
    let small = document(Style::EachMember, 2, 1, 1);
    let plan = planner.plan_small(&small, None, Defer::Never);
    let plan = plan.expect("it is small");
    assert_eq!(plan, planner.plan(&small, None).expect("a plan"));
    let large = document(Style::EachMember, 8, 2, 4);
    let given_up = planner.plan_small(&large, None, Defer::Never);
    assert_eq!(given_up.err(), Some(PlanError::Large));
    let work = Work::small(Options::default().max_work);
    let given_up = planner.plan_within(&large, None, Defer::Never, &work);
    assert_eq!(given_up.err(), Some(PlanError::Large));
    assert!(
        work.used() < Options::default().max_work / 20,
        "{}",
        work.used()
    );
}
