//! Programs that are measured: started on one core, watched through `/proc`, ended with this one.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use bytes::Bytes;
use hyper::header::{HeaderName, HeaderValue};
use procfs::process::Process as Proc;
use serde_json::Value;
use tokio::process::{Child, Command};

use crate::Failure;
use crate::load::Connection;

/// A program must answer this long after its start.
const START: Duration = Duration::from_secs(30);

/// A running program that answers at an address.
pub(crate) struct Program {
    pub(crate) name: String,
    pub(crate) address: SocketAddr,
    child: Child,
}

impl Program {
    /// Starts `command` on one core.
    pub(crate) fn start(
        name: &str,
        core: usize,
        address: SocketAddr,
        binary: &Path,
        prepare: impl FnOnce(&mut Command),
    ) -> Result<Self, Failure> {
        let mut command = Command::new("taskset");
        command.arg("-c").arg(core.to_string()).arg(binary);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(Stdio::null()).kill_on_drop(true);
        prepare(&mut command);
        let child = command
            .spawn()
            .map_err(|error| format!("{name}: {error}"))?;
        Ok(Self {
            name: name.to_owned(),
            address,
            child,
        })
    }

    /// Waits for the first answer to a request.
    pub(crate) async fn first_answer(
        &mut self,
        path: &str,
        body: &Bytes,
        headers: &[(HeaderName, HeaderValue)],
    ) -> Result<Bytes, Failure> {
        let begun = Instant::now();
        loop {
            let answer = async {
                let mut connection = Connection::open(self.address, headers).await?;
                connection.post(path, body.clone()).await
            };
            let reason = match answer.await {
                Ok(answer) => return Ok(answer),
                Err(reason) => reason,
            };
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("{} ended: {status}", self.name).into());
            }
            if begun.elapsed() > START {
                return Err(format!("{} does not answer: {reason}", self.name).into());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The time its threads have spent on a core so far, in user and kernel mode.
    pub(crate) fn cpu(&self) -> Result<Duration, Failure> {
        let stat = self.proc()?.stat()?;
        let ticks = (stat.utime + stat.stime) as f64;
        Ok(Duration::from_secs_f64(
            ticks / procfs::ticks_per_second() as f64,
        ))
    }

    /// The most memory it has had so far, in bytes.
    pub(crate) fn peak_memory(&self) -> Result<u64, Failure> {
        let peak = self.proc()?.status()?.vmhwm;
        Ok(peak.ok_or("the kernel does not tell the peak")? * 1024)
    }

    /// The memory it has now, in bytes.
    pub(crate) fn memory(&self) -> Result<u64, Failure> {
        let now = self.proc()?.status()?.vmrss;
        Ok(now.ok_or("the kernel does not tell it")? * 1024)
    }

    fn proc(&self) -> Result<Proc, Failure> {
        let id = self.child.id().ok_or("it has ended")?;
        Ok(Proc::new(i32::try_from(id)?)?)
    }
}

/// Builds the router as the images hold it; gives its binary.
pub(crate) fn build() -> Result<PathBuf, Failure> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml");
    let built = std::process::Command::new(env!("CARGO"))
        .args([
            "build",
            "--release",
            "--locked",
            "-p",
            "router",
            "--message-format",
            "json",
        ])
        .arg("--manifest-path")
        .arg(manifest)
        .stderr(Stdio::inherit())
        .output()?;
    if !built.status.success() {
        return Err("the router does not build".into());
    }
    let messages = serde_json::Deserializer::from_slice(&built.stdout).into_iter::<Value>();
    messages
        .filter_map(|message| Some(message.ok()?["executable"].as_str()?.into()))
        .last()
        .ok_or_else(|| "cargo names no binary".into())
}

/// Keeps this process, and the threads it starts from now on, to one core.
pub(crate) fn keep_to(core: usize) -> Result<(), Failure> {
    let status = std::process::Command::new("taskset")
        .args([
            "-c",
            "-p",
            &core.to_string(),
            &std::process::id().to_string(),
        ])
        .stdout(Stdio::null())
        .status()
        .map_err(|error| format!("taskset (of util-linux) is needed: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("there is no core {core}").into())
    }
}

/// An address that nobody listens on at the moment.
pub(crate) fn free_address() -> Result<SocketAddr, Failure> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
