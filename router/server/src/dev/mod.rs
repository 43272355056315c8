//! `router dev`: the router while one works on its subgraphs, with what a developer wants to see.
//!
//! - [`source`]: a subgraph as the command line names it;
//! - [`settings`]: the configuration that comes of them;
//! - [`mock`]: made-up answers for subgraphs of which there is only an SDL;
//! - [`report`]: what became of the composition, with the places of mistakes; [`lines`]: a line for each request;
//! - [`browser`]: opens the console where somebody sits in front of it.

mod browser;
mod lines;
mod mock;
mod report;
mod settings;
mod source;

use std::io::{IsTerminal, Write};
use std::path::Path;

use tokio::task::JoinSet;

use self::mock::Mock;
use self::report::Report;
pub(crate) use self::settings::Mistake;
pub(crate) use self::source::{DevSource, NamedSource, check};
use crate::granted::Granted;
use crate::serve::{Listeners, serve_observed};
use crate::serve_error::ServeError;

/// What a command line asks for.
#[derive(Debug)]
pub(crate) struct Wanted<'w> {
    pub(crate) sources: &'w [NamedSource],
    /// A configuration that these are added to.
    pub(crate) config: Option<&'w Path>,
    pub(crate) port: Option<u16>,
    pub(crate) admin_port: Option<u16>,
    /// Whether a browser may be opened.
    pub(crate) open: bool,
    /// Whether the log is written as it is, for programs.
    pub(crate) is_json: bool,
}

/// Why nothing is served.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DevError {
    #[error("{0}")]
    Mistake(Mistake),
    #[error("no port for made-up answers: {0}")]
    Mock(std::io::Error),
    #[error(transparent)]
    Serve(#[from] ServeError),
}

impl DevError {
    /// What to do about it.
    pub(crate) fn help(&self) -> Option<&'static str> {
        match self {
            Self::Serve(ServeError::Bind { role: "listen", .. }) => {
                Some("--port PORT listens on another port")
            }
            Self::Serve(ServeError::Bind { .. }) => {
                Some("--admin-port PORT listens on another port")
            }
            _ => None,
        }
    }
}

/// Prints something for the developer. There is nowhere to report that this fails.
fn say(text: &str) {
    drop(std::io::stderr().lock().write_all(text.as_bytes()));
}

/// Serves until the process is asked to end.
///
/// # Errors
/// When no subgraph is given, or no port is free.
pub(crate) async fn run(wanted: &Wanted<'_>) -> Result<(), DevError> {
    let mut mocks = Vec::new();
    for named in wanted.sources {
        if let DevSource::File(path) = &named.source {
            let mock = Mock::bind(&named.name, path).await;
            mocks.push(mock.map_err(DevError::Mock)?);
        }
    }
    let mut config = settings::config(wanted, &mocks).map_err(DevError::Mistake)?;
    let listeners = Listeners::bind(&config).await?;
    Granted::within(&mut config).warn();
    let mut tasks = JoinSet::new();
    let mocked: Vec<String> = mocks.iter().map(|mock| mock.name.clone()).collect();
    for mock in mocks {
        tasks.spawn(mock.serve(config.limits.sdl));
    }
    let public = listeners.public.local_addr().map_err(ServeError::Io)?;
    let admin = listeners.admin.local_addr().map_err(ServeError::Io)?;
    let console = format!("{}://{public}{}", config.clients.scheme(), config.path);
    if !wanted.is_json {
        say(&report::heading(
            &config,
            &mocked,
            &console,
            &format!("http://{admin}/"),
        ));
    }
    let open = wanted.open && !wanted.is_json && std::io::stderr().is_terminal();
    let report = Report::new(wanted.is_json, open.then_some(console));
    let ended = serve_observed(
        config,
        None,
        listeners,
        abaque_edge::shutdown::signal(),
        |statuses| drop(tasks.spawn(report.run(statuses))),
    );
    Ok(ended.await?)
}

/// Installs what writes the log: lines for people, or for programs.
///
/// # Errors
/// The filter is wrong.
pub(crate) fn log(is_json: bool) -> Result<(), abaque_edge::logs::LogError> {
    if is_json {
        return abaque_edge::logs::init(abaque_edge::logs::LogFormat::Json, "info");
    }
    // What becomes of the composition is reported with its places.
    let filter = "warn,access=info,router::schema=off";
    abaque_edge::logs::init_with(filter, |line| {
        if let Some(line) = lines::of(line) {
            say(&line);
        }
    })
}
