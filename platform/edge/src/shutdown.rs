//! The signals that ask a program to end.

/// Resolves at the first SIGTERM (what an orchestrator sends) or SIGINT (ctrl-c).
///
/// When a handler cannot be installed the program says so and runs on: it can still be killed.
pub async fn signal() {
    let interrupt = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::error!(%error, "cannot listen for SIGINT");
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupt => tracing::info!(signal = "SIGINT", "shutting down"),
        () = terminate() => tracing::info!(signal = "SIGTERM", "shutting down"),
    }
}

#[cfg(unix)]
async fn terminate() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        // `None` means that no signal can come any more.
        Ok(mut signals) => match signals.recv().await {
            Some(()) => {}
            None => std::future::pending().await,
        },
        Err(error) => {
            tracing::error!(%error, "cannot listen for SIGTERM");
            std::future::pending().await
        }
    }
}

#[cfg(not(unix))]
async fn terminate() {
    std::future::pending().await
}
