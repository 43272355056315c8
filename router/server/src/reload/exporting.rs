//! What is exported of the requests, by configurations that say the same of it. Where the next one says something else, metrics go on with its exporter at once, and spans of
//! requests that began before go where they would have gone.

use std::sync::Arc;

use abaque_edge::Recorder;
use abaque_edge::trace::Tracer;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Config;
use crate::serve_error::ServeError;

/// As what the router exports spans and metrics.
const PROGRAM: otlp::Program<'static> = otlp::Program {
    name: "router",
    version: env!("CARGO_PKG_VERSION"),
};

/// The keys that it depends on.
pub(super) const OF_EXPORTING: &[&[&str]] = &[
    &["telemetry", "otlp"],
    &["telemetry", "propagation"],
    &["tls", "ca"],
];

/// All that export, from the start of a router to its end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exporters {
    ended: CancellationToken,
    running: TaskTracker,
}

impl Exporters {
    /// Waits until what is left has been exported, for a few seconds at most. Nothing is exported after that.
    pub(crate) async fn end(&self) {
        self.ended.cancel();
        self.running.close();
        self.running.wait().await;
    }
}

/// By what the requests of some configurations are recorded. Its metrics end with it.
#[derive(Debug)]
pub(crate) struct Exporting {
    pub(crate) tracer: Option<Tracer>,
    metrics: Option<CancellationToken>,
}

impl Exporting {
    /// Begins to export what a configuration says.
    ///
    /// # Errors
    /// [`ServeError::Tls`] when a file of TLS cannot be used.
    pub(super) fn begin(
        config: &Config,
        recorder: &Recorder,
        exporters: &Exporters,
    ) -> Result<Arc<Self>, ServeError> {
        let tls = client::client_config(config.client.authorities.as_deref())?;
        let (tracer, exporter) =
            otlp::start(&config.telemetry.export, PROGRAM, Some(tls), recorder);
        let metrics = exporter.as_ref().map(|exporter| exporter.metrics());
        if let Some(exporter) = exporter {
            let ended = exporters.ended.clone().cancelled_owned();
            exporters.running.spawn(exporter.run(ended));
        }
        Ok(Arc::new(Self { tracer, metrics }))
    }

    /// Another one goes on.
    pub(super) fn replaced(&self) {
        if let Some(metrics) = &self.metrics {
            metrics.cancel();
        }
    }
}

impl Drop for Exporting {
    fn drop(&mut self) {
        self.replaced();
    }
}
