//! The cost of executing: everything but the network and the subgraphs. `cargo bench -p executor`.
//!
//! Two operations over four subgraphs (accounts, inventory, products, reviews): one field, and a deep one whose entities
//! repeat. Answers are prepared before anything is measured.

mod shop;

use std::hint::black_box;

use bytes::Bytes;
use criterion::{Criterion, criterion_group, criterion_main};
use futures_util::FutureExt;

use crate::shop::Prepared;

/// One execution, apart so that a profiler can be asked to count only what is below it.
#[inline(never)]
fn execute_once(prepared: &Prepared) -> Bytes {
    let response = prepared.execute().now_or_never();
    response.expect("prepared answers are there at once").body
}

fn executions(criterion: &mut Criterion) {
    let operations = [("one field", shop::ONE_FIELD), ("deep", shop::DEEP)];
    for (name, operation) in operations {
        let prepared = Prepared::new(operation);
        criterion.bench_function(name, |bencher| {
            bencher.iter(|| execute_once(black_box(&prepared)));
        });
    }
}

criterion_group!(benches, executions);
criterion_main!(benches);
