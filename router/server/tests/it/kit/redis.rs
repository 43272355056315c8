//! A real Redis.

use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::{Running, until};

/// A `redis-server` on a port of its own, which can be stopped and started again there.
pub(crate) struct RedisServer {
    pub(crate) port: u16,
    arguments: Vec<String>,
    child: Option<Child>,
    /// How often it was asked for its connections, each time by one.
    asked: AtomicU64,
    /// What it works in.
    folder: Option<tempfile::TempDir>,
}

impl RedisServer {
    /// A running one. `None`, said loudly, where the program is not installed; a failure where the environment has `REQUIRE_REDIS`.
    pub(crate) async fn start(more: &[&str]) -> Option<Self> {
        let version = Command::new("redis-server").arg("--version").output();
        if version.is_err() {
            let reason = "NOT RUN: there is no redis-server, so nothing was tested with one";
            assert!(std::env::var_os("REQUIRE_REDIS").is_none(), "{reason}");
            // Past what the test library keeps to itself.
            std::io::stderr()
                .write_all(format!("\n{reason}\n").as_bytes())
                .ok();
            return None;
        }
        let folder = tempfile::tempdir().expect("a folder");
        // Another program may take the port before the server does.
        for _ in 0..20 {
            let free = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let port = free.local_addr().expect("an address").port();
            drop(free);
            let dir = folder.path().display().to_string();
            let own = [
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
                "--dir",
                &dir,
            ];
            let port_text = port.to_string();
            let more = more.iter().map(|word| word.replace("PORT", &port_text));
            let mut server = Self {
                port,
                arguments: own.map(str::to_owned).into_iter().chain(more).collect(),
                child: None,
                asked: AtomicU64::new(0),
                folder: None,
            };
            if server.start_again().await {
                server.folder = Some(folder);
                return Some(server);
            }
        }
        panic!("redis-server does not start");
    }

    /// Starts it where it was; whether it did.
    pub(crate) async fn start_again(&mut self) -> bool {
        let mut child = Command::new("redis-server")
            .args(&self.arguments)
            .stdout(Stdio::null())
            .spawn()
            .expect("it is installed");
        let port = self.port;
        let started = until(async || {
            if child.try_wait().ok().flatten().is_some() {
                return Some(false);
            }
            TcpStream::connect(("127.0.0.1", port))
                .await
                .ok()
                .map(|_| true)
        });
        let is_started = started.await == Some(true);
        self.child = Some(child);
        is_started
    }

    /// Has it hang: it keeps its port and says nothing.
    pub(crate) fn freeze(&self) {
        self.signal("-STOP");
    }

    /// Has it go on.
    pub(crate) fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let pid = self.child.as_ref().expect("it runs").id().to_string();
        let sent = Command::new("kill").args([signal, &pid]).status();
        assert!(sent.is_ok_and(|status| status.success()), "{signal}");
    }

    /// Sends it one command, and waits for its answer.
    pub(crate) async fn say(&self, command: &str) {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await;
        let mut stream = BufReader::new(stream.expect("it listens"));
        let line = format!("{command}\r\n");
        stream.write_all(line.as_bytes()).await.expect("it reads");
        let mut answer = String::new();
        stream.read_line(&mut answer).await.expect("it answers");
        assert!(!answer.starts_with('-'), "{answer}");
    }

    /// How many connections it has had, but for those of this.
    pub(crate) async fn connections(&self) -> u64 {
        let own = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await;
        let mut stream = BufReader::new(stream.expect("it listens"));
        stream.write_all(b"INFO stats\r\n").await.expect("it reads");
        let mut line = String::new();
        loop {
            line.clear();
            let read = stream.read_line(&mut line).await.expect("it answers");
            assert!(read > 0, "it says so");
            if let Some(count) = line.trim_end().strip_prefix("total_connections_received:") {
                return count.parse::<u64>().expect("a number").saturating_sub(own);
            }
        }
    }

    pub(crate) fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().ok();
            child.wait().ok();
        }
    }
}

/// Waits until a router has noticed that its Redis is there (1), or is gone (0).
pub(crate) async fn until_redis_is(router: &Running, up: f64) {
    let is_so = until(async || (router.metric("router_redis_up").await == up).then_some(())).await;
    is_so.expect("it is noticed");
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.stop();
    }
}
