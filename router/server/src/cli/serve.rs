//! `router serve`.

use std::path::Path;

use abaque_edge::logs::LogFormat;

use super::Exit;
use super::output::Output;
use crate::config::Config;
use crate::granted::Granted;
use crate::reload::ConfigFile;
use crate::serve::{Listeners, serve_granted};
use crate::serve_error::ServeError;

/// So many sockets are looked at between two rounds of tasks. A thread's queue has 256 places, and tasks that find none have to wait until it is
/// empty, however many newer ones pass meanwhile; what waits in the kernel keeps its order.
const EVENTS_AT_ONCE: usize = 32;

pub(super) fn run(config: Config, file: &Path, output: &mut Output) -> Exit {
    let format = config.log.format.unwrap_or_else(LogFormat::detect);
    if let Err(error) = abaque_edge::logs::init(format, &config.log.level) {
        return output.usage(&error);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .max_io_events_per_tick(EVENTS_AT_ONCE)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return output.usage(&error),
    };
    let served = runtime.block_on(listen_and_serve(config, ConfigFile::new(file)));
    // An operation that is still being planned is useless to anyone.
    runtime.shutdown_background();
    match served {
        Ok(()) => Exit::Fine,
        Err(error) => {
            output.say(&format!("error: {error}\n"));
            Exit::Finding
        }
    }
}

async fn listen_and_serve(mut config: Config, file: ConfigFile) -> Result<(), ServeError> {
    let listeners = Listeners::bind(&config).await?;
    let granted = Granted::within(&mut config);
    tracing::info!(
        graphql = %format_args!("{}://{}{}", config.clients.scheme(), listeners.public.local_addr()?, config.path),
        admin = %listeners.admin.local_addr()?,
        subgraphs = config.subgraphs.len(),
        open_files = granted.open_files,
        raised_from = granted.raised_from,
        connections = granted.connections,
        "listening",
    );
    granted.warn();
    let asked = file.clone();
    let shutdown = abaque_edge::shutdown::signal_or_reload(move || asked.reload());
    serve_granted(config, Some(file), listeners, shutdown).await
}
