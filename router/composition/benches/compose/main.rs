//! Composition of whole graphs, by size: the throughput in fields says whether time grows with the graph.
//!
//! `cargo bench -p composition`; `cargo bench -p composition -- once SUBGRAPHS TYPES FIELDS` composes one graph once and prints the
//! milliseconds and the peak memory in MB, which is what `compare.mjs` sets beside the reference composer; `once sparse SUBGRAPHS` and `once hub
//! SUBGRAPHS` do it for graphs of those kinds. `once and-read …` loads the supergraph's text besides, which is what a change of the schema takes
//! where the text is all that composition gives.
//!
//! `cargo bench -p composition -- kind N [NAME]` composes `N` occurrences of a kind of mistake or construct (of each, in a process of its
//! own, without a name) and prints milliseconds, peak memory, the bytes of SDL, and how many diagnostics there are.

#![allow(clippy::print_stdout, reason = "what is measured is printed")]

mod graph;
#[path = "../../tests/it/many/kinds/mod.rs"]
mod kinds;

use std::hint::black_box;
use std::time::Instant;

use composition::compose;
use criterion::{BenchmarkId, Criterion, Throughput};
use federation::Supergraph;

use self::graph::{Size, hub, sparse, subgraphs};

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
    for (id, subgraphs) in [("sparse/100", sparse(100)), ("hub/100", hub(100))] {
        group.bench_function(id, |bencher| {
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
    let mut arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let is_read = arguments.first() == Some(&"and-read");
    if is_read {
        arguments.remove(0);
    }
    let number = |text: &str| text.parse().expect("a number");
    let subgraphs = match arguments[..] {
        ["sparse", count] => sparse(number(count)),
        ["hub", count] => hub(number(count)),
        [count, types, fields] => subgraphs(size(number(count), number(types), number(fields))),
        _ => panic!("once SUBGRAPHS TYPES FIELDS, once sparse SUBGRAPHS, or once hub SUBGRAPHS"),
    };
    let start = Instant::now();
    let composed = compose(&subgraphs).expect("it composes");
    if is_read {
        // As a caller does it who has the text alone.
        let sdl = composed.supergraph_sdl.clone();
        drop(composed);
        Supergraph::parse(&sdl).expect("it loads");
    }
    let milliseconds = start.elapsed().as_millis();
    println!(
        "{milliseconds} {}",
        peak_megabytes().unwrap_or_else(|| "-".to_owned())
    );
}

/// `N occurrences of a kind: ms, MB, bytes of SDL, diagnostics, bytes of the supergraph`.
fn kind(arguments: &[String]) {
    let count = arguments.first().and_then(|n| n.parse().ok());
    let count: usize = count.expect("kind N [NAME]");
    let lists = [
        kinds::OF_GRAPHQL,
        kinds::OF_FEDERATION,
        kinds::OF_MERGING,
        kinds::VALID,
    ];
    let Some(wanted) = arguments.get(1) else {
        let this = std::env::current_exe().expect("the program has a path");
        for (name, _) in lists.concat() {
            let n = count.to_string();
            let run = std::process::Command::new(&this)
                .args(["kind", &n, name])
                .status();
            if !run.is_ok_and(|status| status.success()) {
                println!("{name}: did not end well");
            }
        }
        return;
    };
    let (name, make) = lists
        .concat()
        .into_iter()
        .find(|(name, _)| name == wanted)
        .expect("a kind of that name");
    let subgraphs = make(count);
    let bytes: usize = subgraphs.iter().map(|subgraph| subgraph.sdl.len()).sum();
    let before = peak_megabytes().unwrap_or_default();
    let start = Instant::now();
    let work = move || match compose(&subgraphs) {
        Ok(composed) => {
            let loaded = Supergraph::parse(&composed.supergraph_sdl).is_ok();
            (composed.hints.len(), composed.supergraph_sdl.len(), loaded)
        }
        Err(found) => (found.len(), 0, false),
    };
    let deep = std::thread::Builder::new().stack_size(64 << 20).spawn(work);
    let (found, supergraph, loaded) = deep.expect("a thread").join().expect("no panic");
    println!(
        "{:>7} ms {:>5} MB (from {before}) {:>6} KB {found:>7} found {:>6} KB supergraph {loaded} {count} {name}",
        start.elapsed().as_millis(),
        peak_megabytes().unwrap_or_default(),
        bytes / 1024,
        supergraph / 1024,
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
    if let [first, rest @ ..] = arguments.as_slice()
        && first == "kind"
    {
        kind(rest);
        return;
    }
    let mut criterion = Criterion::default().configure_from_args();
    composing(&mut criterion);
    loading(&mut criterion);
    criterion.final_summary();
}
