//! The three programs side by side, and their end in the right order.

use std::error::Error;
use std::path::Path;

use service::Program;
use tokio_util::sync::CancellationToken;

use crate::{Addresses, Listeners};

/// Serves all three until `shutdown` resolves. The router drains first, so that its requests in flight still find the services.
///
/// # Errors
/// When a program cannot be served at all.
pub async fn serve(
    listeners: Listeners,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let config = router_config(&listeners.addresses()?)?;
    let router_ended = CancellationToken::new();
    let service = |program: Program, listeners: service::Listeners| {
        let config = service::Config::of(&program);
        service::serve(
            program,
            config,
            listeners,
            router_ended.clone().cancelled_owned(),
        )
    };
    let calculatrice = service(calculatrice::program(), listeners.calculatrice);
    let statistiques = service(statistiques::program(), listeners.statistiques);
    let router = async {
        let served = router::serve(config, listeners.router, shutdown).await;
        router_ended.cancel();
        served
    };
    let (router, calculatrice, statistiques) = tokio::join!(router, calculatrice, statistiques);
    router?;
    calculatrice?;
    statistiques?;
    Ok(())
}

/// What `router.yaml` would say. The services are ours, so their errors are shown as they word them.
fn router_config(addresses: &Addresses) -> Result<router::Config, router::config::ConfigError> {
    let Addresses {
        calculatrice,
        statistiques,
        ..
    } = addresses;
    let text = format!(
        "include_subgraph_errors: true\n\
         polling: {{ interval: 2s }}\n\
         subgraphs:\n  \
           calculatrice: {{ url: \"http://{calculatrice}/graphql\" }}\n  \
           statistiques: {{ url: \"http://{statistiques}/graphql\" }}\n"
    );
    router::Config::parse(&text, Path::new("the built-in configuration"), &|_| None)
}
