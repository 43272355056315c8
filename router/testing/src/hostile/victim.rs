//! The router as a process with bounds: its memory, its cores, its open files.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStderr, Command};

use super::subgraph::Subgraph;
use super::wire;

/// Why there is no victim.
#[derive(Debug, thiserror::Error)]
pub(super) enum VictimError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("the router did not say where it listens: {0}")]
    Silent(String),
    #[error("the router did not become ready")]
    NotReady,
}

/// What it is granted.
pub(super) struct Setting {
    pub(super) program: Option<PathBuf>,
    pub(super) memory: u64,
    pub(super) cores: usize,
    pub(super) open_files: Option<u64>,
    pub(super) configuration: String,
    pub(super) timeout: Duration,
}

pub(super) struct Victim {
    pub(super) public: SocketAddr,
    pub(super) admin: SocketAddr,
    child: Child,
    pid: u32,
    group: Option<Group>,
    _folder: TempDir,
}

/// How long it may take to start and to become ready.
const PATIENCE: Duration = Duration::from_secs(60);

impl Victim {
    pub(super) async fn start(
        setting: &Setting,
        subgraphs: &[(&str, &Subgraph)],
    ) -> Result<Self, VictimError> {
        let program = match &setting.program {
            Some(program) => std::path::absolute(program)?,
            None => std::env::current_exe()?.with_file_name("router"),
        };
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("router.yaml");
        std::fs::write(&file, configuration(setting, subgraphs))?;
        let group = Group::make(setting.memory);
        let mut child = Command::new("sh")
            .arg("-c")
            .arg(script(setting, group.as_ref()))
            .arg("sh")
            .arg(&program)
            .args(["serve", "--config"])
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let pid = child.id().unwrap_or_default();
        let stderr = child.stderr.take();
        let stderr = stderr.ok_or_else(|| io::Error::other("its standard error is not piped"))?;
        let listening = tokio::time::timeout(PATIENCE, addresses(stderr)).await;
        let (public, admin) = listening.map_err(|_| VictimError::Silent(String::new()))??;
        let victim = Self {
            public,
            admin,
            child,
            pid,
            group,
            _folder: folder,
        };
        let ready = async {
            while !wire::is_ok(admin, "/health/ready").await {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, ready)
            .await
            .map_err(|_| VictimError::NotReady)?;
        Ok(victim)
    }

    /// The most memory that was resident, in bytes; that of its group where it has ended.
    pub(super) fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid));
        let own = status.ok().and_then(|text| {
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
            let kibibytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
            Some(kibibytes * 1024)
        });
        own.or_else(|| self.group.as_ref()?.peak()).unwrap_or(0)
    }

    /// Ends it; how it had died, if it had.
    pub(super) async fn end(&mut self) -> Option<String> {
        let died = match self.child.try_wait() {
            Ok(Some(status)) => Some(status.to_string()),
            Ok(None) => None,
            Err(error) => Some(error.to_string()),
        };
        self.child.start_kill().ok();
        self.child.wait().await.ok();
        died
    }
}

/// The defaults, except for ports, and for timeouts that a run can wait for.
fn configuration(setting: &Setting, subgraphs: &[(&str, &Subgraph)]) -> String {
    let request = setting.timeout.as_millis();
    let subgraph = request * 3 / 5;
    let mut text = format!(
        "listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\nlog: {{ format: json, level: \"info,access=off\" }}\npolling: {{ interval: 1s }}\n\
         timeouts: {{ request: {request}ms, subgraph: {subgraph}ms, request_head: {request}ms, sdl: {subgraph}ms }}\nsubgraphs:\n"
    );
    for (name, served) in subgraphs {
        text.push_str(&format!(
            "  {name}: {{ url: \"http://{}/\" }}\n",
            served.address()
        ));
    }
    text.push_str(&setting.configuration);
    text
}

/// Takes the bounds, then becomes the program.
fn script(setting: &Setting, group: Option<&Group>) -> String {
    let mut script = String::from("set -e\n");
    match group {
        Some(group) => script.push_str(&format!("echo $$ >'{}'\n", group.members().display())),
        // Address space is not memory: threads and the allocator reserve more than they use.
        None => script.push_str(&format!("ulimit -v {}\n", setting.memory / 1024 * 4)),
    }
    if let Some(open_files) = setting.open_files {
        script.push_str(&format!("ulimit -n {open_files}\n"));
    }
    let last = setting.cores.max(1) - 1;
    script.push_str(&format!(
        "if command -v taskset >/dev/null; then exec taskset -c 0-{last} \"$@\"; fi\nexec \"$@\"\n"
    ));
    script
}

/// Reads the first line of its log, and goes on reading so that it never waits for a reader.
async fn addresses(stderr: ChildStderr) -> Result<(SocketAddr, SocketAddr), VictimError> {
    let mut lines = BufReader::new(stderr).lines();
    while let Some(line) = lines.next_line().await? {
        let event: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
        let public = event["graphql"]
            .as_str()
            .and_then(|url| url.strip_prefix("http://")?.split('/').next()?.parse().ok());
        let admin = event["admin"].as_str().and_then(|text| text.parse().ok());
        if let (Some(public), Some(admin)) = (public, admin) {
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Ok((public, admin));
        }
        if event["message"].is_null() {
            return Err(VictimError::Silent(line));
        }
    }
    Err(VictimError::Silent("it ended".to_owned()))
}

/// A memory cgroup of its own, of either version; removed when dropped.
struct Group {
    folder: PathBuf,
    peak: &'static str,
}

impl Group {
    /// `None` where this process may not make one.
    fn make(memory: u64) -> Option<Self> {
        let own = std::fs::read_to_string("/proc/self/cgroup").ok()?;
        let path = |prefix: fn(&str) -> bool| {
            own.lines().find_map(|line| {
                let (_, rest) = line.split_once(':')?;
                let (controllers, path) = rest.split_once(':')?;
                prefix(controllers).then(|| path.trim_start_matches('/').to_owned())
            })
        };
        let first = path(|controllers| controllers.split(',').any(|name| name == "memory"));
        let second = path(str::is_empty);
        let candidates = [
            (
                first,
                "/sys/fs/cgroup/memory",
                "memory.limit_in_bytes",
                "memory.max_usage_in_bytes",
            ),
            (second, "/sys/fs/cgroup", "memory.max", "memory.peak"),
        ];
        candidates
            .into_iter()
            .find_map(|(path, root, limit, peak)| {
                let path = path?;
                // In a container the path may be the one outside.
                [Path::new(root).join(path), PathBuf::from(root)]
                    .into_iter()
                    .find_map(|parent| {
                        let folder = parent.join(unique());
                        std::fs::create_dir(&folder).ok()?;
                        let group = Self { folder, peak };
                        std::fs::write(group.folder.join(limit), memory.to_string()).ok()?;
                        Some(group)
                    })
            })
    }

    fn members(&self) -> PathBuf {
        self.folder.join("cgroup.procs")
    }

    fn peak(&self) -> Option<u64> {
        let text = std::fs::read_to_string(self.folder.join(self.peak)).ok()?;
        text.trim().parse().ok()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // It can only be removed when its last process has gone; what stays is an empty folder of the kernel.
        std::fs::remove_dir(&self.folder).ok();
    }
}

/// A name that no other run has.
fn unique() -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("abaque-hostile-{}-{number}", std::process::id())
}
