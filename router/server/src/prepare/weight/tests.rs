//! What is said about prepared operations is what the allocator says.

use std::sync::Arc;

use apollo_compiler::ExecutableDocument;
use federation::{Subgraph, Supergraph};
use planner::{Options, Planner};

use crate::prepare::{Deferring, Labels, OperationHash, Planned, Prepared, Variant};

const A: &str = r#"
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])
    type Query { node(id: ID, filter: Filter): Node nodes(first: Int = 10): [Node!]! product: Product products: [[Product!]]! }
    interface Node { id: ID! name: String }
    type Product implements Node @key(fields: "id") { id: ID! name: String price: Float size: Size related(first: Int): [Product!] maker: Maker }
    type Maker implements Node @key(fields: "id") { id: ID! name: String products: [Product] }
    type Shop implements Node { id: ID! name: String stock: [Product!]! }
    type Size { width: Int height: Int label(unit: String): String }
    input Filter { text: String tags: [String!] limit: Int }
"#;
const B: &str = r#"
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
    type Query { reviews: [Review] }
    type Product @key(fields: "id") { id: ID! reviews(first: Int): [Review!] rating: Float }
    type Maker @key(fields: "id") { id: ID! country: String founded: Int }
    type Review @key(fields: "id") { id: ID! text: String product: Product author: String }
"#;

/// Numbers without a pattern, the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// A selection set on a type.
fn selection(ty: &str, depth: u64, numbers: &mut Numbers) -> String {
    let (leaves, objects): (&[&str], &[(&str, &str)]) = match ty {
        "Product" => (
            &["id", "name", "price", "rating", "__typename"],
            &[
                ("size", "Size"),
                ("related(first: 3)", "Product"),
                ("maker", "Maker"),
                ("reviews", "Review"),
            ],
        ),
        "Maker" => (
            &["id", "name", "country", "founded"],
            &[("products", "Product")],
        ),
        "Review" => (&["id", "text", "author"], &[("product", "Product")]),
        "Size" => (&["width", "height", "label(unit: \"cm\")"], &[]),
        _ => (&["id", "name", "__typename"], &[]),
    };
    let mut text = "{ ".to_owned();
    text.push_str(leaves[0]);
    for leaf in leaves {
        if numbers.below(2) == 0 {
            let number = numbers.below(1_000_000);
            text.push_str(&match numbers.below(3) {
                0 => format!(" {leaf}"),
                1 => format!(" anAliasOf{number}: {leaf}"),
                _ => format!(" b{number}: {leaf} @include(if: $yes)"),
            });
        }
    }
    if depth > 0 {
        for (field, ty) in objects {
            if numbers.below(2) == 0 {
                let number = numbers.below(1_000_000);
                let below = selection(ty, depth - 1, numbers);
                text.push_str(&format!(" o{number}: {field} {below}"));
            }
        }
        if ty == "Node" {
            for ty in ["Product", "Maker"] {
                let below = selection(ty, depth - 1, numbers);
                text.push_str(&format!(
                    " ... on {ty} {{ of{ty}: __typename {} }}",
                    &below[1..below.len() - 1]
                ));
            }
        }
    }
    text.push_str(" }");
    text
}

fn operation(numbers: &mut Numbers) -> String {
    let depth = numbers.below(5);
    let (field, ty) = [
        ("product", "Product"),
        ("products", "Product"),
        ("nodes", "Node"),
        ("reviews", "Review"),
        ("node(id: $id, filter: $filter)", "Node"),
    ][numbers.below(5) as usize];
    let below = selection(ty, depth, numbers);
    let declared = match ty {
        "Node" if field.contains('$') => {
            "$id: ID!, $filter: Filter = {text: \"a text\", tags: [\"b\", \"c\"]}, "
        }
        _ => "",
    };
    format!(
        "query Some({declared}$yes: Boolean! = true) {{ {field} {below} skipped: product {{ id @skip(if: $yes) }} }}"
    )
}

fn planner() -> Planner {
    let subgraphs = [Subgraph::new("a", A), Subgraph::new("b", B)];
    let composed = composition::compose(&subgraphs).expect("the test's subgraphs compose");
    let supergraph = Supergraph::parse(&composed.supergraph_sdl).expect("it is a supergraph");
    Planner::new(Arc::new(supergraph), Options::default())
}

/// What is weighed and what is allocated for an operation.
fn weigh(planner: &Planner, text: &str) -> (usize, usize) {
    let mut kept = None;
    let counted = allocation_counter::measure(|| {
        let schema = planner.supergraph().api_schema();
        let document = ExecutableDocument::parse_and_validate(schema, text, "operation.graphql");
        let document = document.unwrap_or_else(|error| panic!("{error}"));
        let operation = document.operations.get(None).expect("there is one").clone();
        let plan = planner.plan(&document, None).expect("it has a plan");
        kept = Some(Prepared::keep(
            &operation,
            Planned {
                plan: Arc::new(plan),
                known: false,
                hash: OperationHash::default(),
            },
            Variant {
                rights: Default::default(),
                labels: Labels::default(),
                deferring: Deferring::Nothing,
            },
        ));
    });
    let allocated = usize::try_from(counted.bytes_current).expect("something is kept");
    (kept.expect("it was made").weight, allocated)
}

#[test]
fn the_weight_of_operations_is_what_is_allocated_for_them() {
    let planner = planner();
    let mut numbers = Numbers(7);
    weigh(&planner, &operation(&mut numbers));
    let (mut weights, mut allocations) = (0, 0);
    for _ in 0..300 {
        let text = operation(&mut numbers);
        let (weight, allocated) = weigh(&planner, &text);
        weights += weight;
        allocations += allocated;
        let ratio = weight as f64 / allocated as f64;
        assert!(
            (0.7..=1.3).contains(&ratio),
            "{weight} of {allocated} bytes: {text}"
        );
    }
    let ratio = f64::from(weights as u32) / f64::from(allocations as u32);
    assert!(
        (0.85..=1.15).contains(&ratio),
        "{weights} of {allocations} bytes"
    );
}

#[test]
fn operations_that_introspect_are_weighed_with_what_they_select() {
    let planner = planner();
    let fields = "name kind description fields { name args { name defaultValue type { name ofType { name } } } isDeprecated }";
    for times in [1, 3, 10] {
        let types: String = (0..times)
            .map(|n| format!(" t{n}: __type(name: \"T{n}\") {{ {fields} }}"))
            .collect();
        let text = format!("{{ __schema {{ types {{ {fields} }} }}{types} }}");
        weigh(&planner, &text);
        let (weight, allocated) = weigh(&planner, &text);
        let ratio = weight as f64 / allocated as f64;
        assert!(
            (0.7..=1.3).contains(&ratio),
            "{weight} of {allocated} bytes"
        );
    }
}
