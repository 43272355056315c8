//! What is discovered, and what stays known.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use discovery::{Discovery, Found, Settings};
use resolver::Resolver;
use serde_json::json;
use tokio::sync::watch::Receiver;
use tokio::task::JoinHandle;

use crate::api::Api;

/// A discovery that runs.
struct Running {
    found: Receiver<Arc<Found>>,
    task: JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn settings(api: &Api) -> Settings {
    Settings {
        selector: "abaque.dev/subgraph,team in (a,b)".to_owned(),
        namespaces: vec!["shop".to_owned()],
        grace: Duration::ZERO,
        max: 600,
        taken: HashSet::new(),
        server: Some(api.url().parse().expect("a URL")),
        token: None,
        ca: None,
    }
}

fn run(settings: Settings) -> Running {
    let discovery = Discovery::new(settings, Resolver::new(resolver::Settings::default()));
    let found = discovery.found();
    let task = tokio::spawn(discovery.run(|_| None));
    Running { found, task }
}

impl Running {
    /// Waits until that holds.
    async fn until(&mut self, condition: impl Fn(&Found) -> bool) -> Found {
        let patience = Duration::from_secs(20);
        let waiting = self.found.wait_for(|found| condition(found));
        let waited = tokio::time::timeout(patience, waiting).await;
        let found = waited
            .ok()
            .and_then(|found| found.ok().map(|found| (**found).clone()));
        found.unwrap_or_else(|| panic!("waited in vain: {:?}", self.found.borrow()))
    }

    async fn until_there_are(&mut self, names: &[&str]) -> Found {
        self.until(|found| found.listed && found.subgraphs.iter().map(|one| &one.name).eq(names))
            .await
    }
}

#[tokio::test]
async fn services_join_and_leave() {
    let api = Api::start().await;
    api.put("shop/dogs", "dogs", 80, "1");
    api.put("other/mice", "mice", 80, "1");
    let mut running = run(settings(&api));
    let found = running.until_there_are(&["dogs"]).await;
    assert_eq!(found.subgraphs[0].url, "http://dogs.shop.svc:80/graphql");
    assert_eq!(found.subgraphs[0].service, "shop/dogs");

    api.put("shop/cats", "cats", 8080, "2");
    running.until_there_are(&["cats", "dogs"]).await;
    api.put("shop/cats", "cats", 9090, "2");
    let moved = running
        .until(|found| found.subgraphs[0].url.port_u16() == Some(9090))
        .await;
    assert_eq!(moved.subgraphs.len(), 2);
    api.remove("shop/dogs");
    running.until_there_are(&["cats"]).await;

    let asked = &api.requests()[0];
    assert_eq!(asked.namespace, "shop");
    assert_eq!(
        asked.query["labelSelector"],
        "abaque.dev/subgraph,team in (a,b)"
    );
}

#[tokio::test]
async fn long_lists_come_by_page_and_all_namespaces_at_once() {
    let api = Api::start().await;
    for index in 0..501 {
        api.put(&format!("n{index}/a"), &format!("s{index:03}"), 80, "1");
    }
    let mut everywhere = settings(&api);
    everywhere.namespaces = vec!["*".to_owned()];
    let mut running = run(everywhere);
    running.until(|found| found.subgraphs.len() == 501).await;
    assert!(api.requests().iter().all(|asked| asked.namespace == "*"));
}

#[tokio::test]
async fn a_watch_that_ended_goes_on_where_it_was() {
    let api = Api::start().await;
    api.put("shop/dogs", "dogs", 80, "1");
    let mut running = run(settings(&api));
    running.until_there_are(&["dogs"]).await;
    api.bookmark();
    api.put("shop/cats", "cats", 80, "1");
    running.until_there_are(&["cats", "dogs"]).await;
    api.end_watches();
    api.remove("shop/dogs");
    running.until_there_are(&["cats"]).await;
    let lists = api
        .requests()
        .into_iter()
        .filter(|asked| !asked.query.contains_key("watch"));
    assert_eq!(lists.count(), 1);
}

#[tokio::test]
async fn an_expired_watch_lists_again() {
    let api = Api::start().await;
    api.put("shop/dogs", "dogs", 80, "1");
    let mut running = run(settings(&api));
    running.until_there_are(&["dogs"]).await;
    // By an event in the stream, and by a status where the watch begins.
    api.expire();
    api.put("shop/cats", "cats", 80, "1");
    running.until_there_are(&["cats", "dogs"]).await;
    let lists = api
        .requests()
        .into_iter()
        .filter(|asked| !asked.query.contains_key("watch"));
    assert!(lists.count() > 1);
}

#[tokio::test]
async fn what_was_known_stays_while_the_api_server_is_down() {
    let mut api = Api::start().await;
    api.put("shop/dogs", "dogs", 80, "1");
    let mut running = run(settings(&api));
    running.until_there_are(&["dogs"]).await;
    api.stop().await;
    let found = running.until(|found| !found.problems.is_empty()).await;
    assert_eq!(found.subgraphs.len(), 1);
    assert!(found.problems[0].contains("cannot be reached"), "{found:?}");
    api.start_again().await;
    api.put("shop/cats", "cats", 80, "1");
    let found = running.until_there_are(&["cats", "dogs"]).await;
    drop(found);
    running.until(|found| found.problems.is_empty()).await;
}

#[tokio::test]
async fn a_missing_permission_is_told_with_what_to_do() {
    let api = Api::start().await;
    api.refuse(
        403,
        "services is forbidden: User \"system:serviceaccount:shop:router\" cannot list",
    );
    let mut running = run(settings(&api));
    let found = running.until(|found| !found.problems.is_empty()).await;
    assert_eq!(
        found.problems,
        [
            "the service account may not list Services in the namespace shop: bind it to a Role with the verbs list and watch on services: services is forbidden: User \"system:serviceaccount:shop:router\" cannot list"
        ]
    );
    assert!(!found.listed);
    api.put("shop/dogs", "dogs", 80, "1");
    api.allow();
    running.until_there_are(&["dogs"]).await;
}

#[tokio::test]
async fn the_token_is_read_again_and_sent_only_where_it_was_meant_for() {
    let api = Api::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let token = folder.path().join("token");
    std::fs::write(&token, "first\n").expect("written");
    let mut with_token = settings(&api);
    with_token.token = Some(token.clone());
    let mut running = run(with_token);
    running.until_there_are(&[]).await;
    std::fs::write(&token, "second\n").expect("written");
    api.expire();
    api.put("shop/dogs", "dogs", 80, "1");
    running.until_there_are(&["dogs"]).await;
    let asked = api.requests();
    assert_eq!(
        asked.first().expect("a request").authorization,
        "Bearer first"
    );
    assert_eq!(
        asked.last().expect("a request").authorization,
        "Bearer second"
    );
}

#[tokio::test]
async fn what_makes_no_sense_is_told_and_leaves_what_was_known() {
    let api = Api::start().await;
    api.put("shop/dogs", "dogs", 80, "1");
    let mut running = run(settings(&api));
    running.until_there_are(&["dogs"]).await;
    for nonsense in [
        json!({ "type": "EXPLODED", "object": {} }),
        json!({ "type": "ADDED", "object": { "metadata": 7 } }),
        json!("nothing"),
        json!({ "type": "ADDED", "object": { "metadata": {}, "padding": "x".repeat(3_000_000) } }),
        json!({ "type": "ERROR", "object": { "code": 500, "message": "etcd is gone" } }),
    ] {
        api.send(nonsense);
        let found = running.until(|found| !found.problems.is_empty()).await;
        assert_eq!(found.subgraphs.len(), 1);
        running.until(|found| found.problems.is_empty()).await;
    }
}

#[tokio::test]
async fn outside_a_cluster_it_says_what_is_missing() {
    let api = Api::start().await;
    let mut nowhere = settings(&api);
    nowhere.server = None;
    let mut running = run(nowhere);
    let found = running.until(|found| !found.problems.is_empty()).await;
    assert!(
        found.problems[0].contains("KUBERNETES_SERVICE_HOST"),
        "{found:?}"
    );
}
