//! The same with the program itself: what each fault does to a router that runs, and how it recovers.

use std::net::Ipv4Addr;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{Act, Disturbed, answer};
use crate::kit::{Program, Reply, Subgraph, until};
use crate::name_server::{A, Reply as NameReply, Server};

const OPEN: &str = "SUBREQUEST_CIRCUIT_OPEN";
const CONNECTION: &str = "SUBREQUEST_CONNECTION_ERROR";
/// Three attempts, and a breaker that opens soon and tries again soon.
const TERMS: &str = "retry: { attempts: 3, budget: 100% }, breaker: { errors: 50%, of: 4, within: 1h, open: 100ms }";

/// A router over dogs, which are always there, and cats, of which it has the SDL from a file.
struct Scene {
    router: Program,
    _dogs: Subgraph,
    _folder: tempfile::TempDir,
}

impl Scene {
    async fn start(cats: &str, more: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let sdl = folder.path().join("cats.graphql");
        std::fs::write(sdl, super::CATS).expect("written");
        let dogs = Subgraph::with_data("type Query { dog: String }", json!({ "dog": "Rex" })).await;
        let yaml = format!(
            "subgraphs:\n  dogs: {{ url: \"{}\" }}\n  cats: {{ url: \"{cats}\", sdl: cats.graphql, {TERMS} }}\n{more}\n",
            dogs.url()
        );
        let router = Program::start(folder.path(), "router.yaml", &yaml).await;
        router.answer("{ dog }").await;
        Self {
            router,
            _dogs: dogs,
            _folder: folder,
        }
    }

    /// The code of what comes of the cats, if anything is wrong; what the dogs answer is there.
    async fn code(&self) -> Option<String> {
        let answer = self.router.ask("{ dog cat }").await;
        let json = answer.json();
        assert_eq!(json["data"]["dog"], "Rex", "{json}");
        json.get("errors")?;
        assert_eq!(json["data"]["cat"], Value::Null, "{json}");
        Some(answer.code())
    }

    /// Requests that do not touch the cats are answered as usual.
    async fn beside(&self) {
        for _ in 0..10 {
            let answer = self.router.ask("{ dog }").await;
            assert_eq!(answer.text(), r#"{"data":{"dog":"Rex"}}"#);
        }
    }

    async fn metric(&self, name: &str) -> f64 {
        let series = format!("{name}{{subgraph=\"cats\"}}");
        self.router.metric(&series).await
    }

    async fn breaker(&self) -> Value {
        let status = self.router.composition().await;
        let subgraphs = status["subgraphs"].as_array().expect("a list");
        let cats = subgraphs.iter().find(|subgraph| subgraph["name"] == "cats");
        cats.expect("it is configured")["breaker"].clone()
    }

    /// The fault has its code until the breaker opens, and costs the dogs nothing.
    async fn fails(&self, code: &str) {
        assert_eq!(self.code().await.as_deref(), Some(code));
        // Others are answered while requests wait for it.
        let waiting = async {
            let asking = (0..5).map(|_| self.router.ask("{ dog cat }"));
            futures_util::future::join_all(asking).await
        };
        let (answers, ()) = tokio::join!(waiting, self.beside());
        for answer in answers {
            assert_eq!(answer.json()["data"]["dog"], "Rex");
        }
        let opened = async || {
            let now = self.code().await.expect("it fails");
            assert!([code, OPEN].contains(&&*now), "{now}");
            (now == OPEN).then_some(())
        };
        until(opened).await.expect("the breaker opens");
        assert!(self.metric("graphql_subgraph_breaker_refused_total").await >= 1.0);
        self.beside().await;
    }

    /// Once the fault is gone, the breaker closes by itself.
    async fn recovers(&self) {
        let answered = async || self.code().await.is_none().then_some(());
        until(answered).await.expect("it recovers");
        assert_eq!(self.breaker().await, "closed");
        assert_eq!(self.metric("graphql_subgraph_breaker_state").await, 0.0);
    }

    async fn retries(&self) -> f64 {
        self.metric("graphql_subgraph_retries_total").await
    }
}

#[tokio::test]
async fn a_subgraph_that_refuses_connections() {
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = free.local_addr().expect("an address").to_string();
    drop(free);
    let scene = Scene::start(&format!("http://{address}/graphql"), "").await;
    scene.fails(CONNECTION).await;
    assert!(scene.retries().await >= 2.0);
    let _cats = Disturbed::at(&address).await;
    scene.recovers().await;
}

#[tokio::test]
async fn a_subgraph_that_resets_the_connection_within_the_body() {
    let cats = Disturbed::start().await;
    let scene = Scene::start(&cats.url, "").await;
    let half =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"da";
    cats.act(Act::Reset(half));
    scene.fails(CONNECTION).await;
    // An answer that has begun is not asked for again.
    assert_eq!(scene.retries().await, 0.0);
    cats.act(Act::Answer);
    scene.recovers().await;
}

#[tokio::test]
async fn a_subgraph_that_accepts_and_says_nothing() {
    let cats = Disturbed::start().await;
    let scene = Scene::start(&cats.url, "timeouts: { subgraph: 200ms }").await;
    cats.act(Act::Nothing);
    scene.fails("SUBREQUEST_TIMEOUT").await;
    // There is no time left for another attempt.
    assert_eq!(scene.retries().await, 0.0);
    cats.act(Act::Answer);
    scene.recovers().await;
}

#[tokio::test]
async fn a_subgraph_that_answers_byte_by_byte() {
    let cats = Disturbed::start().await;
    let scene = Scene::start(&cats.url, "timeouts: { subgraph: 200ms }").await;
    cats.act(Act::Drip);
    scene.fails("SUBREQUEST_TIMEOUT").await;
    assert_eq!(scene.retries().await, 0.0);
    cats.act(Act::Answer);
    scene.recovers().await;
}

#[tokio::test]
async fn a_subgraph_that_answers_503_and_when_to_come_again() {
    let cats = Disturbed::start().await;
    let scene = Scene::start(&cats.url, "").await;
    cats.act(Act::Say(answer("503 No", "retry-after: 0\r\n", "{}")));
    scene.fails("SUBREQUEST_HTTP_ERROR").await;
    assert!(scene.retries().await >= 2.0);
    cats.act(Act::Answer);
    scene.recovers().await;
}

#[tokio::test]
async fn a_subgraph_that_is_replaced_under_its_name_by_another_address() {
    let first = Disturbed::start().await;
    let port = first.url.rsplit(':').next().expect("a port").to_owned();
    let second = Disturbed::at(&format!("127.0.0.2:{}", port.trim_end_matches("/graphql"))).await;
    let tom = r#"{"data":{"cat":"Tom"}}"#;
    second.act(Act::Say(answer("200 OK", "", tom)));
    let moved = std::sync::Arc::new(AtomicBool::new(false));
    let has_moved = std::sync::Arc::clone(&moved);
    let names = Server::start(move |_, kind| match kind {
        A => {
            let last = if has_moved.load(std::sync::atomic::Ordering::SeqCst) {
                2
            } else {
                1
            };
            NameReply::Addresses(vec![Ipv4Addr::new(127, 0, 0, last).into()], 0)
        }
        _ => NameReply::NoData,
    })
    .await;
    let url = first.url.replace("127.0.0.1", "cats.test");
    // No connection is used twice, as the first server does not close those that it has.
    let more = format!(
        "timeouts: {{ idle: 1ms }}\ndns: {{ servers: [\"{}\"], timeout: 100ms }}",
        names.address
    );
    let scene = Scene::start(&url, &more).await;
    assert_eq!(scene.code().await, None);
    moved.store(true, std::sync::atomic::Ordering::SeqCst);
    drop(first);
    let there = async || {
        scene.beside().await;
        let answer = scene.router.ask("{ dog cat }").await.json();
        assert_eq!(answer["data"]["dog"], "Rex");
        (answer["data"]["cat"] == "Tom").then_some(())
    };
    until(there).await.expect("the other address is found");
    scene.recovers().await;
}

#[tokio::test]
async fn a_subgraph_that_comes_and_goes() {
    let cats = Disturbed::start().await;
    let scene = Scene::start(&cats.url, "").await;
    let flapping = async {
        for _ in 0..10 {
            for act in [Act::Reset(""), Act::Answer] {
                cats.act(act);
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    };
    let asking = async {
        for _ in 0..100 {
            if let Some(code) = scene.code().await {
                assert!([CONNECTION, OPEN].contains(&&*code), "{code}");
            }
        }
        scene.beside().await;
    };
    tokio::join!(flapping, asking);
    scene.recovers().await;
    // Down for longer, it is found to be, and up again.
    cats.act(Act::Reset(""));
    scene.fails(CONNECTION).await;
    assert!(scene.retries().await >= 1.0);
    cats.act(Act::Answer);
    scene.recovers().await;
}

#[tokio::test]
async fn requests_that_do_not_touch_it_wait_for_none_that_does() {
    let cats = Disturbed::start().await;
    let scene = Scene::start(&cats.url, "timeouts: { subgraph: 10m, request: 10m }").await;
    cats.act(Act::Nothing);
    let waiting = async {
        let asking = (0..50).map(|_| scene.router.ask("{ cat }"));
        futures_util::future::select_all(asking.map(Box::pin)).await;
    };
    let beside = async {
        until(async || (cats.asked() > 0).then_some(()))
            .await
            .expect("it is asked");
        scene.beside().await;
    };
    tokio::select! {
        () = waiting => panic!("nobody has answered"),
        () = beside => {}
    }
}

#[tokio::test]
async fn a_subgraph_that_answers_200_with_half_a_response() {
    let cats = Disturbed::start().await;
    let scene = Scene::start(&cats.url, "").await;
    let half = answer("200 OK", "", r#"{"data":{"cat":"#);
    cats.act(Act::Say(half));
    scene.fails("SUBREQUEST_MALFORMED_RESPONSE").await;
    // An answer has come, and there is no reason to think that another one would be better.
    assert_eq!(scene.retries().await, 0.0);
    cats.act(Act::Answer);
    scene.recovers().await;
}

#[tokio::test]
async fn subgraphs_that_each_send_a_cookie() {
    let subgraph = async |field: &'static str, cookie: &'static [(&'static str, &'static str)]| {
        let sdl = format!("type Query {{ {field}: String }}");
        Subgraph::start(&sdl, move |_| Reply::With(cookie, json!({ field: "x" }))).await
    };
    let a = subgraph("a", &[("set-cookie", "a=1")]).await;
    let b = subgraph("b", &[("set-cookie", "b=2")]).await;
    let c = subgraph("c", &[("set-cookie", "c=3")]).await;
    let folder = tempfile::tempdir().expect("a folder");
    let yaml = format!(
        "subgraphs: {{ a: {{ url: \"{}\" }}, b: {{ url: \"{}\" }}, c: {{ url: \"{}\" }} }}\nheaders: {{ response: [{{ name: set-cookie, merge: append }}] }}",
        a.url(),
        b.url(),
        c.url()
    );
    let router = Program::start(folder.path(), "router.yaml", &yaml).await;
    router.answer("{ a b c }").await;
    let answer = router.ask("{ a b c }").await;
    let cookies = answer.headers.get_all("set-cookie").iter();
    let cookies: Vec<_> = cookies.map(|value| value.to_str().expect("text")).collect();
    assert_eq!(cookies, ["a=1", "b=2", "c=3"]);
}
