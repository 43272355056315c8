//! The router beside itself, configured in another way.

use hyper::header::{AUTHORIZATION, HeaderValue};

use crate::routers::{Bench, PATH, Started, from_file};
use crate::{Failure, shop};

/// The keys of the issuer, and a token that it signed (EdDSA), valid to the end of the century. The key that signed it is kept nowhere.
const KEYS: &str = include_str!("../shop/keys.json");
const TOKEN: &str = include_str!("../shop/token.txt");

const GUARDED: &str = "authentication:\n  jwt:\n    - { jwks: keys.json, issuer: \"https://issuer.example\", audiences: [api], algorithms: [EdDSA] }\n\
                       cost: { mode: measure }\n";
const GUARDED_SUPERGRAPH: &str = "guarded.graphql";

/// Starts those that are asked for; `schema` is the key that says where they have theirs from.
pub(crate) fn start(bench: &Bench<'_>, schema: &str) -> Result<Vec<Started>, Failure> {
    let mut started = Vec::new();
    for file in &bench.options.with {
        let keys = std::fs::read_to_string(file)
            .map_err(|error| format!("{}: {error}", file.display()))?;
        let name = file.file_stem().unwrap_or(file.as_os_str());
        let name = format!("with {}", name.to_string_lossy());
        started.push(with(bench, &name, schema, &keys)?);
    }
    if bench.options.guarded {
        started.push(guarded(bench)?);
    }
    if let Some(collector) = &bench.collector {
        let endpoint = collector.address;
        let keys =
            format!("telemetry: {{ otlp: {{ endpoint: \"http://{endpoint}\", sample: 1% }} }}\n");
        started.push(with(bench, "with OTLP", schema, &keys)?);
    }
    Ok(started)
}

fn with(bench: &Bench<'_>, name: &str, schema: &str, keys: &str) -> Result<Started, Failure> {
    let program = bench.start_router(name, bench.router, schema, keys)?.0;
    Ok(Started {
        is_variant: true,
        ..bench.asked(program, PATH)
    })
}

/// Each request has a token that is verified, `me` is for those who have one, and costs are estimated and measured.
fn guarded(bench: &Bench<'_>) -> Result<Started, Failure> {
    let files = bench.files.path();
    let supergraph = shop::guarded_supergraph(&format!("http://{}", bench.address));
    std::fs::write(files.join(GUARDED_SUPERGRAPH), supergraph)?;
    std::fs::write(files.join("keys.json"), KEYS)?;
    let program = bench
        .start_router(
            "guarded",
            bench.router,
            &from_file(GUARDED_SUPERGRAPH),
            GUARDED,
        )?
        .0;
    let mut started = Started {
        is_variant: true,
        ..bench.asked(program, PATH)
    };
    let token = HeaderValue::from_str(&format!("Bearer {}", TOKEN.trim_end()))?;
    started.headers.push((AUTHORIZATION, token));
    Ok(started)
}
