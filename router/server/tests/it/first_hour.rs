//! What a newcomer meets: `router init`, `router dev`, completions, and messages that say what to do next.

mod init;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::json;

use crate::cli::{json as parsed, run};
use crate::kit::{Reply, Running, Subgraph, get, post, until};

const PRODUCTS: &str = "type Query { products: [Product!]! }\ntype Product @key(fields: \"id\") { id: ID! name: String }\n";
const REVIEWS: &str = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.5\", import: [\"@key\"])\ntype Product @key(fields: \"id\") { id: ID! stars: Int }\n";

/// `router dev`, ended with this.
struct Dev {
    child: Child,
    lines: Box<dyn Iterator<Item = String>>,
    console: String,
    admin: String,
}

impl Drop for Dev {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Dev {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_router"))
            .args(["dev", "--port", "0"])
            .args(arguments)
            .current_dir(folder)
            .env_remove("ROUTER_CONFIG")
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary is built");
        let lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
        let mut dev = Self {
            child,
            lines: Box::new(lines.map_while(Result::ok)),
            console: String::new(),
            admin: String::new(),
        };
        let (_, console) = dev.until("  console ");
        let (_, admin) = dev.until("  admin ");
        let address = |line: String| {
            line.split_whitespace()
                .last()
                .unwrap_or_default()
                .to_owned()
        };
        (dev.console, dev.admin) = (address(console), address(admin));
        dev
    }

    /// The lines before the first one that contains a text, and that one.
    #[track_caller]
    fn until(&mut self, text: &str) -> (String, String) {
        let mut before = String::new();
        for line in self.lines.by_ref() {
            if line.contains(text) {
                return (before, line);
            }
            before += &line;
            before.push('\n');
        }
        panic!("no line has {text:?}: {before}");
    }
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("products.graphql"), PRODUCTS).expect("written");
    std::fs::write(folder.path().join("reviews.graphql"), REVIEWS).expect("written");
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn developing_needs_no_file_and_schemas_without_a_server_are_answered_with_made_up_data() {
    let folder = folder();
    let sources = ["products=products.graphql", "reviews=./reviews.graphql"];
    let mut dev = Dev::start(folder.path(), &sources);
    dev.until("composed 2 subgraphs");
    let query = json!({ "query": "query Top { products { id name stars } }" }).to_string();
    let headers = [
        ("content-type", "application/json"),
        ("abaque-expose-plan", "true"),
        ("abaque-expose-trace", "true"),
    ];
    let answer = post(&dev.console, &headers, query).await.json();
    let products = json!([{ "id": "1", "name": "name 1", "stars": 1 }, { "id": "2", "name": "name 2", "stars": 2 }]);
    assert_eq!(answer["data"]["products"], products, "{answer}");
    let extensions = &answer["extensions"];
    assert!(
        extensions["plan"].is_object() && extensions["trace"].is_object(),
        "{extensions}"
    );
    let (_, line) = dev.until("query Top");
    assert!(line.contains(" ms  2 fetches"), "{line}");
    let introspection = json!({ "query": "{ __schema { queryType { name } } }" }).to_string();
    let answer = post(&dev.console, &headers[..1], introspection)
        .await
        .json();
    assert_eq!(answer["data"]["__schema"]["queryType"]["name"], "Query");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_in_a_watched_file_is_shown_with_its_place_and_once_and_then_that_it_is_gone() {
    let folder = folder();
    let reviews = folder.path().join("reviews.graphql");
    let sources = ["products=products.graphql", "reviews=reviews.graphql"];
    let mut dev = Dev::start(folder.path(), &sources);
    dev.until("composed 2 subgraphs");
    std::fs::write(&reviews, REVIEWS.replace("stars: Int", "stars: Stars")).expect("written");
    let (before, kept) = dev.until("the last good schema stays in service");
    assert!(before.contains("reviews (reviews.graphql):2:"), "{before}");
    assert!(
        before.contains("stars: Stars") && before.contains('^'),
        "{before}"
    );
    assert!(
        kept.contains("the subgraphs do not compose: 1 error"),
        "{kept}"
    );
    std::fs::write(
        &reviews,
        REVIEWS.replace("stars: Int", "stars: Int good: Boolean"),
    )
    .expect("written");
    let (between, _) = dev.until("the subgraphs compose again");
    assert_eq!(between, "", "each thing is said once");
    dev.until("composed 2 subgraphs");
    let (_, change) = dev.until("Product.good");
    assert_eq!(change, "  safe       Product.good: FIELD_ADDED, Boolean");
    let composition = get(&format!("{}composition", dev.admin), &[]).await.json();
    let changes = &composition["schema"]["changes"];
    assert_eq!(changes["total"], 1, "{changes}");
    assert_eq!(changes["counts"]["safe"], 1, "{changes}");
    assert_eq!(
        changes["listed"][0]["coordinate"], "Product.good",
        "{changes}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subgraph_that_is_away_is_named_with_its_url_and_what_came_back() {
    let folder = folder();
    let mut away = Subgraph::with_data("type Query { dog: String }", json!({ "dog": "Rex" })).await;
    away.stop().await;
    let wrong = Subgraph::start("", |_| unreachable!("it is asked for its SDL only")).await;
    let (dogs, wrong_url) = (
        format!("dogs={}", away.url()),
        format!("wrong={}nowhere", wrong.url()),
    );
    let mut dev = Dev::start(folder.path(), &[&dogs]);
    let (_, line) = dev.until("dogs: ");
    assert!(
        line.contains("it cannot be reached") && line.contains(&away.url()),
        "{line}"
    );
    assert!(line.ends_with("; waiting for it"), "{line}");
    away.start_again().await;
    dev.until("dogs: its schema can be read again");
    dev.until("composed 1 subgraph");
    let mut dev = Dev::start(folder.path(), &[&wrong_url]);
    let (_, line) = dev.until("wrong: ");
    assert!(
        line.contains("HTTP status 404") && line.contains(&wrong.url()),
        "{line}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn subgraphs_of_the_command_line_replace_those_of_a_configuration() {
    let folder = folder();
    let here = Subgraph::with_data("type Query { dog: String }", json!({ "dog": "here" })).await;
    let config = "admin: 127.0.0.1:0\nsubgraphs: { dogs: { url: 'http://127.0.0.1:1/' } }\n";
    std::fs::write(folder.path().join("router.yaml"), config).expect("written");
    let dogs = format!("dogs={}", here.url());
    let mut dev = Dev::start(folder.path(), &["-c", "router.yaml", &dogs]);
    dev.until("composed 1 subgraph");
    let query = json!({ "query": "{ dog }" }).to_string();
    let asked = until(async || {
        let answer = post(
            &dev.console,
            &[("content-type", "application/json")],
            query.clone(),
        )
        .await;
        (answer.json()["data"]["dog"] == "here").then_some(())
    });
    asked
        .await
        .expect("the subgraph of the command line answers");
}

#[test]
fn what_dev_cannot_serve_is_said_with_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    for (arguments, expected) in [
        (&[][..], "write the file with `router init`"),
        (
            &["a=nowhere.graphql"],
            "a URL begins with http:// or https://",
        ),
        (
            &["http://localhost:4001/"],
            "expected NAME=URL, NAME=FILE or NAME=FILE@URL",
        ),
        (&["a=http://a b/"], "a.url: "),
        (&["a=http://a/", "a=http://b/"], "duplicate subgraph \"a\""),
    ] {
        let mut all = vec!["dev"];
        all.extend(arguments);
        let ran = run(at, &all, "");
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains(expected), "{arguments:?}: {}", ran.err);
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let ran = run(at, &["dev", "a=http://127.0.0.1:1/", "--port", &port], "");
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(
        ran.err.contains("--port PORT listens on another port"),
        "{}",
        ran.err
    );
}

#[test]
fn shells_complete_every_command() {
    let folder = tempfile::tempdir().expect("a folder");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = run(folder.path(), &["completions", shell], "");
        assert_eq!(ran.code, 0, "{}", ran.err);
        for command in ["dev", "init", "compose", "completions"] {
            assert!(ran.out.contains(command), "{shell}: {command}");
        }
    }
    assert_eq!(run(folder.path(), &["completions", "nonsense"], "").code, 2);
}

#[test]
fn operations_are_planned_from_files_folders_and_globs() {
    let folder = folder();
    let at = folder.path();
    let sources = [
        "init",
        "products=products.graphql@http://127.0.0.1:1/",
        "reviews=reviews.graphql@http://127.0.0.1:2/",
    ];
    assert_eq!(run(at, &sources, "").code, 0);
    std::fs::create_dir(at.join("operations")).expect("made");
    let write = |name: &str, text: &str| std::fs::write(at.join(name), text).expect("written");
    write(
        "operations/a.graphql",
        "query A { products { name } } query B { products { stars } }",
    );
    write("c.gql", "query C { products { id } }");
    let plan = |more: &[&str]| {
        let mut all = vec!["plan", "--operation", "operations", "*.gql"];
        all.extend(more);
        run(at, &all, "")
    };
    let ran = plan(&[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    insta::assert_snapshot!(ran.out);
    let plans = parsed(&plan(&["--format", "json"]));
    let names: Vec<_> = plans["plans"]
        .as_array()
        .expect("plans")
        .iter()
        .map(|plan| plan["operation"].clone())
        .collect();
    assert_eq!(
        names,
        ["c.gql", "operations/a.graphql A", "operations/a.graphql B"]
    );
    write("operations/wrong.graphql", "query D { prodcuts { id } }");
    let ran = plan(&[]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.out.contains("# c.gql"),
        "the others are planned: {}",
        ran.out
    );
    assert!(
        ran.err.contains("operations/wrong.graphql:1:11")
            && ran.err.contains("did you mean `products`?"),
        "{}",
        ran.err
    );
    assert_eq!(run(at, &["plan", "--operation", "*.nothing"], "").code, 2);
}

#[tokio::test]
async fn an_answer_with_errors_is_1_and_is_shown() {
    let subgraph = Subgraph::start("", |request| {
        let failed = request["query"]
            .as_str()
            .is_some_and(|query| query.contains("fail"));
        match failed {
            true => Reply::Response(
                json!({ "data": { "fail": null }, "errors": [{ "message": "no" }] }),
            ),
            false => Reply::Data(json!({ "dog": "errors" })),
        }
    })
    .await;
    let url = subgraph.url();
    let ask = async |query: &'static str, contains: &'static str| {
        let url = url.clone();
        let asking = move || {
            let folder = tempfile::tempdir().expect("a folder");
            run(
                folder.path(),
                &["ask", &url, "--query", query, "--contains", contains],
                "",
            )
        };
        tokio::task::spawn_blocking(asking).await.expect("no panic")
    };
    let ran = ask("{ dog }", "dog").await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    let ran = ask("{ fail }", "").await;
    assert_eq!((ran.code, &*ran.err), (1, "error: the answer has errors\n"));
    assert!(ran.out.contains("\"message\":\"no\""), "{}", ran.out);
}

#[tokio::test]
async fn a_misspelt_field_is_told_the_one_that_was_meant_but_not_where_introspection_is_off() {
    let subgraph =
        Subgraph::with_data("type Query { dogs(first: Int): [String] }", json!({})).await;
    for introspection in [true, false] {
        let more = format!("introspection: {introspection}");
        let router = Running::start(&[("dogs", &subgraph)], &more).await;
        let misspelt = [
            ("{ dgos }", "did you mean `dogs`?"),
            ("{ dogs(frist: 1) }", "did you mean `first`?"),
        ];
        for (query, meant) in misspelt {
            let answer = router.query(query).await.json();
            let message = answer["errors"][0]["message"].as_str().expect("a message");
            assert_eq!(message.contains(meant), introspection, "{message}");
        }
    }
}
