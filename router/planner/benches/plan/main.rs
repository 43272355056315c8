//! The cost of planning an operation that was not planned before. `cargo bench -p planner`.
//!
//! Three operations: fifty subgraphs that share a value type; one nested twenty deep with ten choices at each level; and the deep
//! one over the shop of four subgraphs (accounts, inventory, products, reviews). Composing, indexing the supergraph, and
//! parsing and validating the operation are done before anything is measured.

mod graphs;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};

fn plans(criterion: &mut Criterion) {
    let operations = [
        ("fifty subgraphs, one value type", graphs::fifty()),
        ("twenty deep, ten choices", graphs::deep()),
        ("shop", graphs::shop()),
    ];
    for (name, prepared) in operations {
        criterion.bench_function(name, |bencher| {
            bencher.iter(|| black_box(&prepared).plan());
        });
    }
}

criterion_group!(benches, plans);
criterion_main!(benches);
