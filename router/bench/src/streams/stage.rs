//! The router between subscribers and the subgraphs of their events.

use std::net::SocketAddr;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use procfs::process::{LimitValue, Process};
use tempfile::TempDir;

use super::source::{Events, Source, labels, ticks};
use crate::Failure;
use crate::load::Connection;
use crate::process::{Program, free_address};
use crate::routers::{PATH, ROUTER};

/// Whatever is waited for comes within this time, also on a machine that has much else to do.
pub(super) const PATIENCE: Duration = Duration::from_secs(300);
/// The router's for a request, and for its part of one: an event that takes longer than the defaults on such a machine is no fault of the router.
const TIMEOUTS: &str = "{ request: 240s, subgraph: 120s, connect: 60s, write: 5m }";
const STEP: Duration = Duration::from_millis(10);
/// Connections of clients beside those of subscribers.
const OTHERS: usize = 20;
/// Requests in flight to each subgraph, beside the streams of the first.
const REQUESTS: usize = 50;
/// Files that the router has open beside all that, about.
const FILES: usize = 150;

pub(super) struct Stage {
    pub(super) events: Rc<Events>,
    pub(super) ticks: Source,
    pub(super) labels: Source,
    pub(super) program: Program,
    admin: Connection,
    _files: TempDir,
}

impl Stage {
    /// Starts everything, for so many subscriptions at once. Each may need a stream of a subgraph, for all that the router knows, and so two open files.
    pub(super) async fn start(router: &Path, core: usize, most: usize) -> Result<Self, Failure> {
        let files = Process::myself()?.limits()?.max_open_files;
        enough(files.soft_limit, most + 2 * FILES, "this process", "-n")?;
        let wanted = 2 * most + OTHERS + 2 * REQUESTS + FILES;
        enough(files.hard_limit, wanted, "the router", "-Hn")?;
        let events = Events::new();
        let ticks = Source::start(ticks(0), &events).await?;
        let labels = Source::start(labels(0, false), &events).await?;
        let (address, admin) = (free_address()?, free_address()?);
        let config = format!(
            "listen: {address}\nadmin: {admin}\nsubgraphs:\n  ticks: {{ url: \"http://{}\", max_requests: {REQUESTS} }}\n  labels: {{ url: \"http://{}\", max_requests: {REQUESTS} }}\n\
             polling: {{ interval: 1h }}\nsubscriptions: {{ websocket: true, max: {most}, sockets: {most} }}\nlimits: {{ connections: {} }}\n\
             timeouts: {TIMEOUTS}\nlog: {{ level: warn, format: json }}\n",
            ticks.address,
            labels.address,
            most + OTHERS,
        );
        let files = TempDir::new()?;
        let file = files.path().join("router.yaml");
        std::fs::write(&file, config)?;
        let mut program = Program::start(ROUTER, core, address, router, |command| {
            command.args(["serve", "--config"]).arg(&file);
        })?;
        let body = Bytes::from_static(br#"{"query":"{ __typename }"}"#);
        program.first_answer(PATH, &body, &[]).await?;
        Ok(Self {
            events,
            ticks,
            labels,
            program,
            admin: Connection::open(admin, &[]).await?,
            _files: files,
        })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.program.address
    }

    /// The value of one line of the router's metrics.
    pub(super) async fn metric(&mut self, series: &str) -> Result<f64, Failure> {
        let text = self.admin.get("/metrics").await?;
        let text = String::from_utf8_lossy(&text);
        let mut lines = text.lines();
        let value = lines.find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        Ok(value
            .ok_or_else(|| format!("there is no {series}"))?
            .parse()?)
    }

    /// Waits until so many subscriptions are open.
    pub(super) async fn until_open(&mut self, count: usize) -> Result<(), Failure> {
        let begun = Instant::now();
        loop {
            let open = self.metric("graphql_subscriptions_active").await?;
            if open == count as f64 {
                return Ok(());
            }
            if begun.elapsed() > PATIENCE {
                return Err(format!("{open} subscriptions are open, {count} were expected").into());
            }
            tokio::time::sleep(STEP).await;
        }
    }

    /// Waits after a change until the schema in service has this field.
    pub(super) async fn until_served(&mut self, field: &str) -> Result<(), Failure> {
        self.admin
            .post("/composition/refresh", Bytes::new())
            .await?;
        let begun = Instant::now();
        loop {
            let sdl = self.admin.get("/composition/supergraph").await?;
            if String::from_utf8_lossy(&sdl).contains(field) {
                return Ok(());
            }
            if begun.elapsed() > PATIENCE {
                return Err(format!("{field} is not served").into());
            }
            tokio::time::sleep(STEP).await;
        }
    }
}

/// Fails where there are fewer files than are wanted.
fn enough(limit: LimitValue, wanted: usize, who: &str, option: &str) -> Result<(), Failure> {
    match limit {
        LimitValue::Value(limit) if limit < wanted as u64 => Err(format!(
            "{who} may have {limit} files open (`ulimit {option}`), {wanted} are needed"
        )
        .into()),
        _ => Ok(()),
    }
}
