//! The signals that ask a program to end.

/// Resolves at the first SIGTERM (what an orchestrator sends), SIGINT (ctrl-c) or SIGHUP (a terminal that is closed, or somebody who wants another
/// configuration taken over): none of them ends a program with requests in flight.
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
        () = hang_up() => tracing::info!(signal = "SIGHUP", "shutting down"),
    }
}

#[cfg(unix)]
async fn terminate() {
    use tokio::signal::unix::SignalKind;
    received(SignalKind::terminate(), "SIGTERM").await;
}

#[cfg(unix)]
async fn hang_up() {
    use tokio::signal::unix::SignalKind;
    received(SignalKind::hangup(), "SIGHUP").await;
}

#[cfg(unix)]
async fn received(kind: tokio::signal::unix::SignalKind, name: &'static str) {
    match tokio::signal::unix::signal(kind) {
        // `None` means that no signal can come any more.
        Ok(mut signals) => match signals.recv().await {
            Some(()) => {}
            None => std::future::pending().await,
        },
        Err(error) => {
            tracing::error!(%error, "cannot listen for {name}");
            std::future::pending().await
        }
    }
}

#[cfg(not(unix))]
async fn terminate() {
    std::future::pending().await
}

#[cfg(not(unix))]
async fn hang_up() {
    std::future::pending().await
}
