//! Planning the deep operation, which no cache knows.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use apollo_compiler::ExecutableDocument;
use federation::Supergraph;
use graphql_tools::parser::query::Document;
use hive_router_query_planner::ast::normalization::normalize_operation;
use hive_router_query_planner::ast::operation::OperationDefinition;
use hive_router_query_planner::graph::PlannerOverrideContext;
use hive_router_query_planner::planner::Planner as HivePlanner;
use hive_router_query_planner::utils::cancellation::CancellationToken;
use hive_router_query_planner::utils::parsing::{parse_operation, parse_schema};
use planner::{Options, Planner};

use crate::ratio::{Ratios, median};
use crate::{Failure, shop};

/// Plans between two looks at the clock.
const PLANS: u32 = 20;

/// Times both planners and prints what that shows.
pub(crate) fn compare(rounds: usize) -> Result<(), Failure> {
    let sdl = shop::supergraph("http://127.0.0.1:1", 0);
    let supergraph = Supergraph::parse(&sdl).map_err(|found| found.to_string())?;
    let planner = Planner::new(Arc::new(supergraph), Options::default());
    let schema = planner.supergraph().api_schema();
    let document = ExecutableDocument::parse_and_validate(schema, shop::DEEP, "deep.graphql")
        .map_err(|error| error.errors.to_string())?;
    let plan = || planner.plan(&document, None).map(drop);
    plan()?;

    let hive = HivePlanner::new_from_supergraph(&parse_schema(&sdl), Default::default())
        .map_err(|error| error.to_string())?;
    let parsed: Document<'static, String> = parse_operation(shop::DEEP);
    let normalise = || normalize_operation(&hive.supergraph, &parsed, None);
    let normal = normalise().map_err(|error| error.to_string())?;
    let never = CancellationToken::new();
    let plan_normal = |operation: &OperationDefinition| {
        let labels = PlannerOverrideContext::default();
        hive.plan_from_normalized_operation(operation, labels, &never)
            .map(drop)
    };
    plan_normal(&normal.operation).map_err(|error| error.to_string())?;

    let mut times = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        times.push([
            time(|| plan().is_ok()),
            time(|| normalise().is_ok_and(|normal| plan_normal(&normal.operation).is_ok())),
            time(|| plan_normal(&normal.operation).is_ok()),
        ]);
    }
    let of = |index: usize| median(times.iter().map(|round| round[index] * 1e6));
    println!("planning the deep operation, {rounds} rounds of {PLANS}");
    println!(
        "  router, parsed operation to plan          {:7.1} µs",
        of(0)
    );
    println!(
        "  Hive Router, parsed operation to plan     {:7.1} µs",
        of(1)
    );
    println!(
        "  Hive Router, normalised operation to plan {:7.1} µs",
        of(2)
    );
    let ratios = |index: usize| Ratios::new(times.iter().map(|round| (round[0], round[index])));
    println!("  router / Hive Router: {}", ratios(1));
    println!(
        "  router with its normalisation / Hive Router without: {}",
        ratios(2)
    );
    Ok(())
}

/// Seconds for one.
fn time(plan: impl Fn() -> bool) -> f64 {
    let begun = Instant::now();
    for _ in 0..PLANS {
        assert!(black_box(plan()), "what was planned once is planned again");
    }
    begun.elapsed().as_secs_f64() / f64::from(PLANS)
}
