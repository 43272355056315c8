//! From one configuration to the next while clients ask.

mod effects;
mod exported;
mod kept;
mod lasting;
mod many;
mod program;
mod secrets;
mod taken_over;
mod who_asks;

use std::path::PathBuf;

use router::ConfigFile;
use serde_json::Value;

use crate::kit::{Reply, Running, Subgraph};

const FAILING: &str = "router_configuration_failing";
const HELD: &str = "router_configurations_held";

/// A router whose file a test writes.
struct Reloaded {
    router: Running,
    file: ConfigFile,
    path: PathBuf,
    folder: tempfile::TempDir,
}

impl Reloaded {
    /// With this file, as soon as a schema is served.
    async fn start(yaml: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self::start_in(folder, yaml).await
    }

    async fn start_in(folder: tempfile::TempDir, yaml: &str) -> Self {
        let path = folder.path().join("router.yaml");
        std::fs::write(&path, yaml).expect("written");
        let (router, file) = Running::from_file(&path).await;
        router.until_ready().await;
        Self {
            router,
            file,
            path,
            folder,
        }
    }

    fn write(&self, yaml: &str) {
        std::fs::write(&self.path, yaml).expect("written");
    }

    async fn generation(&self) -> u64 {
        let status = self.router.status().await;
        generation(&status)
    }

    /// Has another file taken over, and waits until it is.
    async fn take_over(&self, yaml: &str) {
        let before = self.generation().await;
        self.write(yaml);
        self.file.reload();
        let status = self
            .router
            .until_status(|status| generation(status) > before)
            .await;
        assert_eq!(failure(&status), &Value::Null);
    }

    /// Waits until no configuration but the one in service is in use.
    async fn only_one_is_held(&self) {
        let held = async || (self.router.metric(HELD).await == 1.0).then_some(());
        if crate::kit::until(held).await.is_none() {
            panic!("{} are held", self.router.metric(HELD).await);
        }
    }
}

fn generation(status: &Value) -> u64 {
    status["configuration"]["generation"]
        .as_u64()
        .expect("a number")
}

fn failure(status: &Value) -> &Value {
    &status["configuration"]["failure"]
}

/// A file with these subgraphs, and more.
fn yaml(subgraphs: &[(&str, &Subgraph)], more: &str) -> String {
    let each: String = subgraphs
        .iter()
        .map(|(name, subgraph)| format!("  {name}: {{ url: \"{}\" }}\n", subgraph.url()))
        .collect();
    format!("subgraphs:\n{each}{more}\n")
}

const DOGS: &str = "type Query { dog: String }";
const CATS: &str = "type Query { cat: String }";

async fn dogs() -> Subgraph {
    Subgraph::with_data(DOGS, serde_json::json!({ "dog": "Rex" })).await
}

/// Dogs of which the first answer is another one.
async fn dogs_after(first: Reply) -> Subgraph {
    let mut first = Some(first);
    let rex = || Reply::Data(serde_json::json!({ "dog": "Rex" }));
    Subgraph::start(DOGS, move |_| first.take().unwrap_or_else(rex)).await
}

async fn cats() -> Subgraph {
    Subgraph::with_data(CATS, serde_json::json!({ "cat": "Mimi" })).await
}
