//! Composition beside Apollo's composer in Rust (`apollo-federation`), over the graphs of `../compose/graph.rs`.
//!
//! `cargo run --release -- 20x20x20 40x40x20 sparse:100 hub:100`: each composer runs in processes of its own, in rounds that take turns, so that whatever
//! else the machine does hits both alike. Printed are, for each graph, the median time of both, the median of the rounds' ratios and the peak
//! memory. `--rounds N` (5).

#[path = "../../compose/graph.rs"]
mod graph;

use std::error::Error;
use std::process::{Command, ExitCode};
use std::time::Instant;

use apollo_federation::composition::{self as apollo, CompositionOptions};
use apollo_federation::subgraph::typestate::Subgraph as ApolloSubgraph;
use federation::Subgraph;

use self::graph::{Size, hub, sparse, subgraphs};

type Failure = Box<dyn Error>;

/// What a process of its own measured.
#[derive(Clone, Copy)]
struct Run {
    milliseconds: f64,
    megabytes: f64,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        ["once", composer, graph] => once(composer, graph),
        ["--rounds", rounds, ref graphs @ ..] => match rounds.parse() {
            Ok(rounds) => compare(rounds, graphs),
            Err(_) => Err("--rounds takes a number".into()),
        },
        ref graphs => compare(5, graphs),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

/// Composes one graph once and prints milliseconds and megabytes.
fn once(composer: &str, graph: &str) -> Result<(), Failure> {
    let subgraphs = graph_of(graph)?;
    let start = Instant::now();
    let length = match composer {
        "here" => here(&subgraphs)?,
        _ => beside(&subgraphs)?,
    };
    let milliseconds = start.elapsed().as_secs_f64() * 1000.0;
    assert!(length > 0, "a supergraph has a text");
    println!("{milliseconds} {}", peak_megabytes().unwrap_or_default());
    Ok(())
}

fn here(subgraphs: &[Subgraph]) -> Result<usize, Failure> {
    let composed = composition::compose(subgraphs).map_err(|found| found.to_string())?;
    Ok(composed.supergraph_sdl.len())
}

fn beside(subgraphs: &[Subgraph]) -> Result<usize, Failure> {
    let mut parsed = Vec::new();
    for subgraph in subgraphs {
        let url = subgraph.url.as_deref().unwrap_or_default();
        let subgraph = ApolloSubgraph::parse(&subgraph.name, url, &subgraph.sdl);
        parsed.push(subgraph.map_err(|error| format!("{error:?}"))?);
    }
    let composed = apollo::compose(parsed, CompositionOptions::default());
    let composed = composed.map_err(|failure| format!("{failure:?}"))?;
    Ok(composed.schema().schema().to_string().len())
}

/// `SUBGRAPHSxTYPESxFIELDS`, `sparse:SUBGRAPHS` or `hub:SUBGRAPHS`.
fn graph_of(text: &str) -> Result<Vec<Subgraph>, Failure> {
    if let Some(count) = text.strip_prefix("sparse:") {
        return Ok(sparse(count.parse()?));
    }
    if let Some(count) = text.strip_prefix("hub:") {
        return Ok(hub(count.parse()?));
    }
    let numbers: Vec<usize> = text.split('x').map(str::parse).collect::<Result<_, _>>()?;
    let [count, types, fields] = numbers[..] else {
        return Err(format!("{text}: expected 20x20x20, sparse:100 or hub:100").into());
    };
    let size = Size {
        subgraphs: count,
        types,
        fields,
    };
    Ok(subgraphs(size))
}

fn compare(rounds: usize, graphs: &[&str]) -> Result<(), Failure> {
    println!("| graph | SDL | here | apollo-federation | faster | memory here | its memory |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    for graph in graphs {
        let bytes: usize = graph_of(graph)?.iter().map(|s| s.sdl.len()).sum();
        let mut here = Vec::new();
        let mut beside = Vec::new();
        for round in 0..rounds.max(1) {
            // Who began the last round comes second in this one.
            let order = ["here", "beside"];
            for which in [order[round % 2], order[(round + 1) % 2]] {
                let run = measure(which, graph)?;
                match which {
                    "here" => here.push(run),
                    _ => beside.push(run),
                }
            }
        }
        let ratios = here.iter().zip(&beside);
        let ratios = ratios.map(|(here, beside)| beside.milliseconds / here.milliseconds);
        let time = |runs: &[Run]| median(runs.iter().map(|run| run.milliseconds));
        let memory = |runs: &[Run]| median(runs.iter().map(|run| run.megabytes));
        println!(
            "| {graph} | {} KiB | {:.0} ms | {:.0} ms | {:.1}× | {:.0} MB | {:.0} MB |",
            bytes / 1024,
            time(&here),
            time(&beside),
            median(ratios),
            memory(&here),
            memory(&beside),
        );
    }
    Ok(())
}

fn measure(composer: &str, graph: &str) -> Result<Run, Failure> {
    let output = Command::new(std::env::current_exe()?)
        .args(["once", composer, graph])
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let numbers: Vec<f64> = text.split_whitespace().flat_map(str::parse).collect();
    let [milliseconds, megabytes] = numbers[..] else {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{composer} does not compose {graph}: {said}").into());
    };
    Ok(Run {
        milliseconds,
        megabytes,
    })
}

fn median(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or_default()
}

/// The most memory that this process had, where Linux counts it.
fn peak_megabytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1024.0)
}
