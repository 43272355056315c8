//! The programs side by side, and their end in the right order.

use std::error::Error;
use std::path::Path;

use futures_util::future::join_all;
use service::Program;
use tokio_util::sync::CancellationToken;

use crate::{Addresses, Listeners};

/// Serves the router and `services`, on their listeners in the same order, until `shutdown` resolves. The router drains first, so that its
/// requests in flight still find the services.
///
/// # Errors
/// When a program cannot be served at all.
pub async fn serve(
    services: Vec<Program>,
    listeners: Listeners,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let config = router_config(&listeners.addresses(&services)?)?;
    let router_ended = CancellationToken::new();
    let services = services.into_iter().zip(listeners.services);
    let services = services.map(|(program, listeners)| {
        let config = service::Config::of(&program);
        let ended = router_ended.clone().cancelled_owned();
        service::serve(program, config, listeners, ended)
    });
    let services = join_all(services);
    let router = async {
        let served = router::serve(config, listeners.router, shutdown).await;
        router_ended.cancel();
        served
    };
    let (router, services) = tokio::join!(router, services);
    router?;
    services.into_iter().collect::<Result<(), _>>()?;
    Ok(())
}

/// A query over both services that is worth trying first, and that the console begins with.
pub const FIRST_QUERY: &str =
    "{ addition(a: 0.1, b: 0.2) serie(valeurs: [1, 2, 4]) { somme moyenne ecartType } }";

/// What `router.yaml` would say. The services are ours, so their errors are shown as they word them, and so is everything that the console can show.
fn router_config(addresses: &Addresses) -> Result<router::Config, router::ConfigError> {
    let mut text = "include_subgraph_errors: true\n\
                    polling: { interval: 2s }\n\
                    subscriptions: { websocket: true, share: false }\n\
                    expose_plan: true\n\
                    cost: { mode: measure }\n\
                    subgraphs:\n"
        .to_owned();
    for (name, pair) in &addresses.services {
        text += &format!("  {name}: {{ url: \"http://{}/graphql\" }}\n", pair.public);
    }
    text += &format!("console: {{ title: Abaque, query: \"{FIRST_QUERY}\", status: true }}\n");
    router::Config::parse(&text, Path::new("the built-in configuration"), &|_| None)
}
