//! Composition of whole graphs, by size: the throughput in fields says whether time grows with the graph.
//!
//! `cargo bench -p composition`; `cargo bench -p composition -- once SUBGRAPHS TYPES FIELDS` composes one graph once and prints the
//! milliseconds and the peak memory in MB, which is what `compare.mjs` sets beside the reference composer.

#![allow(clippy::print_stdout, reason = "what is measured is printed")]

mod graph;

use std::hint::black_box;
use std::time::Instant;

use composition::compose;
use criterion::{BenchmarkId, Criterion, Throughput};
use federation::Supergraph;

use self::graph::{Size, subgraphs};

const SIZES: [Size; 4] = [
    size(10, 10, 20),
    size(20, 20, 20),
    size(100, 50, 20),
    size(100, 100, 20),
];

const fn size(subgraphs: usize, types: usize, fields: usize) -> Size {
    Size {
        subgraphs,
        types,
        fields,
    }
}

fn composing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("compose");
    for size in SIZES {
        let subgraphs = subgraphs(size);
        group.sample_size(10);
        group.throughput(Throughput::Elements(size.total_fields() as u64));
        group.bench_function(id(size), |bencher| {
            bencher.iter(|| compose(black_box(&subgraphs)).expect("it composes"));
        });
    }
    group.finish();
}

fn loading(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("load supergraph");
    for size in SIZES {
        let composed = compose(&subgraphs(size)).expect("it composes");
        group.sample_size(10);
        group.throughput(Throughput::Elements(size.total_fields() as u64));
        group.bench_function(id(size), |bencher| {
            bencher.iter(|| Supergraph::parse(black_box(&composed.supergraph_sdl)).is_ok());
        });
    }
    group.finish();
}

fn id(size: Size) -> BenchmarkId {
    let Size {
        subgraphs,
        types,
        fields,
    } = size;
    BenchmarkId::from_parameter(format!("{subgraphs}x{types}x{fields}"))
}

/// One graph, once: `ms MB`, the memory as Linux counts it and `-` elsewhere.
fn once(arguments: &[String]) {
    let numbers: Vec<usize> = arguments
        .iter()
        .map(|n| n.parse().expect("a number"))
        .collect();
    let [subgraph_count, types, fields] = numbers[..] else {
        panic!("once SUBGRAPHS TYPES FIELDS");
    };
    let subgraphs = subgraphs(size(subgraph_count, types, fields));
    let start = Instant::now();
    compose(&subgraphs).expect("it composes");
    let milliseconds = start.elapsed().as_millis();
    println!(
        "{milliseconds} {}",
        peak_megabytes().unwrap_or_else(|| "-".to_owned())
    );
}

fn peak_megabytes() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: usize = line.split_whitespace().nth(1)?.parse().ok()?;
    Some((kilobytes / 1024).to_string())
}

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    if let [first, rest @ ..] = arguments.as_slice()
        && first == "once"
    {
        once(rest);
        return;
    }
    let mut criterion = Criterion::default().configure_from_args();
    composing(&mut criterion);
    loading(&mut criterion);
    criterion.final_summary();
}
