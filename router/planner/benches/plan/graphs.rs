//! The graphs whose operations are planned.

use std::fmt::Write as _;
use std::sync::Arc;

use apollo_compiler::ExecutableDocument;
use apollo_compiler::validation::Valid;
use federation::{Subgraph, Supergraph};
use planner::{Options, Planner, QueryPlan};

const LINK: &str = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\", import: [\"@key\", \"@shareable\"])";

/// The same shop that the executor's benchmark executes over.
const SHOP: &str = include_str!("../../../executor/benches/execute/shop.graphql");

const SHOP_OPERATION: &str = "
{
  users { ...User reviews { ...Review product { ...Product reviews { ...Review author {
    ...User reviews { ...Review product { ...Product } }
  } } } } }
  topProducts { ...Product reviews { ...Review author {
    ...User reviews { ...Review product { ...Product } }
  } } }
}
fragment User on User { id username name }
fragment Review on Review { id body }
fragment Product on Product { inStock name price shippingEstimate upc weight }
";

/// A planner, and an operation that is valid for it.
pub(crate) struct Prepared {
    planner: Planner,
    document: Valid<ExecutableDocument>,
}

impl Prepared {
    fn new(supergraph: &str, operation: &str) -> Self {
        let supergraph = Supergraph::parse(supergraph).expect("the supergraph is valid");
        let planner = Planner::new(Arc::new(supergraph), Options::default());
        let schema = planner.supergraph().api_schema();
        let document = ExecutableDocument::parse_and_validate(schema, operation, "query.graphql")
            .expect("the operation is valid");
        Self { planner, document }
    }

    pub(crate) fn plan(&self) -> QueryPlan {
        let plan = self.planner.plan(&self.document, None);
        plan.expect("what composes can be planned")
    }
}

/// Fifty subgraphs that share a value type, each asked for it.
pub(crate) fn fifty() -> Prepared {
    let subgraphs = (0..50).map(|n| {
        let sdl =
            format!("{LINK} type Query {{ q{n}: Page }} type Page @shareable {{ a: Int b: Int }}");
        Subgraph::new(format!("s{n:02}"), sdl)
    });
    let mut operation = String::new();
    for n in 0..50 {
        write!(operation, "q{n} {{ a b }} ").expect("a string takes everything");
    }
    Prepared::new(&composed(subgraphs), &format!("{{ {operation} }}"))
}

/// Twenty entities in a chain that ten subgraphs all have, each with a field of its own at every level.
pub(crate) fn deep() -> Prepared {
    let subgraphs = (0..10).map(|n| {
        let mut sdl = format!("{LINK} type Query {{ n0: N0 @shareable }} ");
        for level in 0..20 {
            let next = level + 1;
            let fields = format!("id: ID! n: N{next} @shareable own{n}: Int");
            write!(sdl, "type N{level} @key(fields: \"id\") {{ {fields} }} ")
                .expect("a string takes everything");
        }
        write!(
            sdl,
            "type N20 @key(fields: \"id\") {{ id: ID! own{n}: Int }}"
        )
        .expect("a string takes everything");
        Subgraph::new(format!("s{n}"), sdl)
    });
    let mut operation = "own9".to_owned();
    for level in 0..20 {
        operation = format!("own{} n {{ {operation} }}", level % 10);
    }
    Prepared::new(&composed(subgraphs), &format!("{{ n0 {{ {operation} }} }}"))
}

/// The deep operation over accounts, inventory, products and reviews.
pub(crate) fn shop() -> Prepared {
    Prepared::new(SHOP, SHOP_OPERATION)
}

fn composed(subgraphs: impl Iterator<Item = Subgraph>) -> String {
    let subgraphs: Vec<Subgraph> = subgraphs.collect();
    let composed = composition::compose(&subgraphs).expect("the subgraphs compose");
    composed.supergraph_sdl
}
