//! The page that a browser gets: on the public port the console of the schema in service, on the admin port its state.

pub(crate) mod config;
mod first_query;

use std::sync::Arc;

use axum::Router;
use axum::response::{Redirect, Response};
use axum::routing::get;
use console::{Console, Offers};
use federation::Supergraph;

use crate::config::Config;
use crate::http::serving;
use crate::schema::{Schemas, Serving};

/// Where the schema and the state of the composition are on the public port, in the folder of the page.
const COMPOSITION: &str = "playground/composition";

/// Names of subgraphs in a title.
const MAX_NAMES: usize = 3;

/// The page at the endpoint.
pub(super) fn page(config: &Config, serving: Option<Arc<Serving>>) -> Response {
    let supergraph = serving.as_deref().map(|serving| &*serving.supergraph);
    let title = match config.console.title.as_str() {
        "" => title(supergraph),
        title => title.to_owned(),
    };
    let query = match config.console.query.as_str() {
        "" => supergraph.map_or_else(
            || "{ __typename }\n".to_owned(),
            |supergraph| first_query::of(supergraph.api_schema()),
        ),
        query => query.to_owned(),
    };
    Console {
        title: &title,
        endpoint: &config.path,
        default_query: &query,
        offers: Offers {
            operations: true,
            plans: config.expose_plan,
            graph: config.expose_plan.then_some(COMPOSITION),
            status: config.console.status.then_some(COMPOSITION),
        },
    }
    .page()
}

/// What the API is called: by the first line of the schema's description, or else by its subgraphs.
fn title(supergraph: Option<&Supergraph>) -> String {
    let Some(supergraph) = supergraph else {
        return "GraphQL".to_owned();
    };
    let definition = &supergraph.api_schema().schema_definition;
    let described = definition.description.as_deref();
    let line = described.and_then(|text| text.lines().map(str::trim).find(|line| !line.is_empty()));
    if let Some(line) = line {
        return line.trim_start_matches(['#', ' ']).to_owned();
    }
    let subgraphs = supergraph.subgraphs();
    let names = subgraphs.iter().take(MAX_NAMES);
    let names: Vec<&str> = names.map(|subgraph| &*subgraph.name).collect();
    let more = if subgraphs.len() > MAX_NAMES {
        " …"
    } else {
        ""
    };
    format!("{}{more}", names.join(" · "))
}

/// What the page of the public port loads, and what it shows beside answers, where that is allowed.
pub(crate) fn routes(config: &Config, schemas: Arc<Schemas>) -> Router {
    if !config.playground {
        return Router::new();
    }
    // Relative, for proxies that add a prefix and strip it again.
    let page = config.path[1..].to_owned();
    let at_root = get(async move || Redirect::temporary(&page));
    let folder = config.path.rfind('/').unwrap_or(0);
    let at = format!("{}/{COMPOSITION}", &config.path[..folder]);
    let mut shown = Router::new();
    if config.console.status {
        shown = shown.route(&at, get(serving::status));
    }
    if config.expose_plan {
        shown = shown
            .route(&format!("{at}/supergraph"), get(serving::supergraph))
            .route(&format!("{at}/api"), get(serving::api));
    }
    let assets = Console::assets(&config.path).merge(shown.with_state(schemas));
    match config.path.as_str() {
        "/" => assets,
        _ => assets.route("/", at_root),
    }
}

/// The page of the admin port: the state of the composition, and the map.
pub(crate) fn admin_page() -> Response {
    Console {
        title: "Abaque router",
        endpoint: "/",
        default_query: "",
        offers: Offers {
            operations: false,
            plans: false,
            graph: Some("composition"),
            status: Some("composition"),
        },
    }
    .page()
}
