//! The signals that ask a program to end.

use std::io::IsTerminal;

/// Resolves at the first SIGTERM (what an orchestrator sends), SIGINT (ctrl-c) or SIGHUP (a terminal that is closed): none of them ends a program with
/// requests in flight.
///
/// When a handler cannot be installed the program says so and runs on: it can still be killed.
pub async fn signal() {
    tokio::select! {
        () = ended() => {}
        () = hang_up() => tracing::info!(signal = "SIGHUP", "shutting down"),
    }
}

/// The same for a program that reads its configuration again at a SIGHUP: `reload` is called at each. One that was started at a terminal ends when that is closed.
pub async fn signal_or_reload(reload: impl Fn()) {
    let had_terminal = std::io::stderr().is_terminal();
    let hang_ups = async {
        let mut signals = HangUps::new();
        loop {
            signals.next().await;
            if had_terminal && !std::io::stderr().is_terminal() {
                tracing::info!(signal = "SIGHUP", "the terminal is closed, shutting down");
                return;
            }
            tracing::info!(signal = "SIGHUP", "the configuration is read again");
            reload();
        }
    };
    tokio::select! {
        () = ended() => {}
        () = hang_ups => {}
    }
}

async fn ended() {
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

async fn hang_up() {
    HangUps::new().next().await;
}

/// The SIGHUPs of a process; one that comes while nobody waits is not lost.
#[cfg(unix)]
struct HangUps(Option<tokio::signal::unix::Signal>);

#[cfg(unix)]
impl HangUps {
    fn new() -> Self {
        let signals = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup());
        let signals = signals
            .inspect_err(|error| tracing::error!(%error, "cannot listen for SIGHUP"))
            .ok();
        Self(signals)
    }

    async fn next(&mut self) {
        if let Some(signals) = &mut self.0
            && signals.recv().await.is_some()
        {
            return;
        }
        std::future::pending().await
    }
}

#[cfg(not(unix))]
struct HangUps;

#[cfg(not(unix))]
impl HangUps {
    fn new() -> Self {
        Self
    }

    async fn next(&mut self) {
        std::future::pending().await
    }
}

#[cfg(unix)]
async fn terminate() {
    use tokio::signal::unix::SignalKind;
    received(SignalKind::terminate(), "SIGTERM").await;
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
