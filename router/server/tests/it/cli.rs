//! The binary: exit codes, and what goes where.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs the binary in a folder.
pub(crate) fn run(folder: &Path, arguments: &[&str], input: &str) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_router"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("ROUTER_CONFIG")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary is built");
    // It may end without having read its input.
    drop(
        child
            .stdin
            .take()
            .expect("it is piped")
            .write_all(input.as_bytes()),
    );
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Ran {
        code: output.status.code().expect("a code"),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// A folder with a configuration of two subgraphs from files.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("it can be written");
    };
    write(
        "router.yaml",
        "subgraphs:\n  dogs: { url: http://127.0.0.1:1/dogs, sdl: dogs.graphql }\n  cats: { url: http://127.0.0.1:1/cats, sdl: cats.graphql }\n",
    );
    write("dogs.graphql", "type Query {\n  dog: String\n}\n");
    write("cats.graphql", "type Query {\n  cat: String\n}\n");
    write("bad.graphql", "type Query {\n  cat: Cat\n}\n");
    write("less.graphql", "type Query {\n  kitten: String\n}\n");
    write("query.graphql", "{\n  dog\n  cat\n}\n");
    folder
}

#[track_caller]
pub(crate) fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out)
        .unwrap_or_else(|error| panic!("{error}: {} {}", ran.out, ran.err))
}

#[test]
fn the_check_of_a_configuration_opens_the_files_of_tls() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    for name in ["cert.pem", "key.pem", "other-key.pem", "other-ca.pem"] {
        std::fs::copy(crate::encrypted::file(name), at.join(name)).expect("it can be copied");
    }
    std::fs::write(at.join("empty.pem"), "").expect("written");
    for (tls, wrong) in [
        (
            "cert: cert.pem, key: key.pem, client_ca: other-ca.pem",
            None,
        ),
        (
            "cert: none.pem, key: key.pem",
            Some("tls.cert: none.pem: it cannot be read"),
        ),
        (
            "cert: empty.pem, key: key.pem",
            Some("tls.cert: empty.pem: there is no certificate in PEM in it"),
        ),
        (
            "cert: cert.pem, key: cert.pem",
            Some("tls.key: cert.pem: there is no private key in PEM in it"),
        ),
        (
            "cert: cert.pem, key: other-key.pem",
            Some("tls.key: other-key.pem: it is not the key of the certificate"),
        ),
        (
            "cert: cert.pem, key: key.pem, client_ca: key.pem",
            Some("tls.client_ca: key.pem: there is no certificate"),
        ),
    ] {
        let config = format!("subgraphs: {{ a: {{ url: 'http://a/' }} }}\ntls: {{ {tls} }}\n");
        std::fs::write(at.join("router.yaml"), config).expect("written");
        let ran = run(at, &["config", "check"], "");
        assert_eq!(
            ran.code,
            if wrong.is_some() { 64 } else { 0 },
            "{tls}: {}",
            ran.err
        );
        assert!(ran.err.contains(wrong.unwrap_or_default()), "{}", ran.err);
    }
}

#[test]
fn a_right_configuration_is_0_and_a_wrong_one_64() {
    let folder = project();
    let at = folder.path();
    let ran = run(at, &["config", "check"], "");
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (0, "router.yaml is right\n"),
        "{}",
        ran.err
    );
    std::fs::write(at.join("bad.yaml"), "listen: here\nsubgraphs: {}\n").expect("written");
    let ran = run(at, &["config", "check", "--config", "bad.yaml"], "");
    assert_eq!(ran.code, 64);
    insta::assert_snapshot!(ran.err);
    let ran = run(
        at,
        &["--config", "bad.yaml", "--format", "json", "serve"],
        "",
    );
    assert_eq!(ran.code, 64);
    let found = json(&ran);
    assert_eq!(found["diagnostics"][0]["code"], "INVALID_CONFIGURATION");
    assert_eq!(
        (
            &found["diagnostics"][0]["line"],
            &found["diagnostics"][0]["column"]
        ),
        (&1.into(), &1.into())
    );
    assert_eq!(
        run(at, &["compose", "--config", "nowhere.yaml"], "").code,
        64
    );
}

/// What the health check of the image goes by.
#[test]
fn health_is_what_the_admin_port_says() {
    let folder = project();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let yaml = format!(
        "admin: 0.0.0.0:{}\nsubgraphs: {{ dogs: {{ url: http://127.0.0.1:1/dogs }} }}\n",
        address.port()
    );
    std::fs::write(folder.path().join("router.yaml"), yaml).expect("written");
    let answers = [
        "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{}",
        "HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\n\r\nno schema yet",
    ];
    let answering = std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().expect("a connection");
            let mut head = String::new();
            let mut reader = BufReader::new(stream.try_clone().expect("a clone"));
            while reader.read_line(&mut head).expect("a line") > 2 {}
            assert!(head.starts_with("GET /health/ready HTTP/1.1\r\n"), "{head}");
            stream.write_all(answer.as_bytes()).expect("it is read");
        }
    });
    let ran = run(folder.path(), &["health"], "");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let ran = run(folder.path(), &["health"], "");
    assert_eq!((ran.code, ran.err.as_str()), (1, "error: no schema yet\n"));
    answering.join().expect("both were asked");
    let ran = run(folder.path(), &["health"], "");
    assert_eq!(ran.code, 1, "nobody listens any more: {}", ran.err);
}

#[test]
fn a_wrong_command_line_is_2() {
    let folder = project();
    for arguments in [
        &["nonsense"][..],
        &[],
        &["serve", "--nope"],
        &["check"],
        &["plan", "--operation", "nowhere.graphql"],
    ] {
        let ran = run(folder.path(), arguments, "");
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.err);
        assert!(ran.out.is_empty() && !ran.err.is_empty());
    }
    assert_eq!(run(folder.path(), &["--help"], "").code, 0);
}

#[test]
fn composing_writes_the_supergraph_and_the_api() {
    let folder = project();
    let at = folder.path();
    let ran = run(at, &["compose"], "");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("@join__type(graph: CATS)"), "{}", ran.out);
    let ran = run(
        at,
        &[
            "compose",
            "--output",
            "supergraph.graphql",
            "--api",
            "api.graphql",
        ],
        "",
    );
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{}", ran.err);
    let api = std::fs::read_to_string(at.join("api.graphql")).expect("it was written");
    assert!(
        api.contains("dog: String") && !api.contains("join__"),
        "{api}"
    );
    std::fs::write(at.join("served.yaml"), "supergraph: supergraph.graphql\n").expect("written");
    let again = run(
        at,
        &["compose", "--config", "served.yaml", "--format", "json"],
        "",
    );
    assert_eq!(again.code, 0, "{}", again.err);
    let written = std::fs::read_to_string(at.join("supergraph.graphql")).expect("it was written");
    assert_eq!(json(&again)["supergraph"], written);
}

#[test]
fn what_does_not_compose_is_1_with_places() {
    let folder = project();
    let at = folder.path();
    std::fs::copy(at.join("bad.graphql"), at.join("cats.graphql")).expect("copied");
    let ran = run(at, &["compose"], "");
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(
        ran.err.contains("cats (") && ran.err.contains("cats.graphql):2:"),
        "{}",
        ran.err
    );
    assert!(
        ran.err.contains("2 |   cat: Cat") && ran.err.contains("^^^"),
        "{}",
        ran.err
    );
    let found = json(&run(at, &["compose", "--format", "json"], ""));
    let first = &found["diagnostics"][0];
    assert_eq!(
        (&first["subgraph"], &first["line"]),
        (&"cats".into(), &2.into()),
        "{first}"
    );
}

#[test]
fn discovered_subgraphs_are_not_known_to_commands() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = "discovery: { kubernetes: {} }";
    std::fs::write(folder.path().join("router.yaml"), config).expect("written");
    let ran = run(folder.path(), &["compose"], "");
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.contains("only a running router knows"),
        "{}",
        ran.err
    );
}

#[test]
fn an_unreachable_subgraph_is_1() {
    let folder = project();
    let at = folder.path();
    std::fs::write(
        at.join("live.yaml"),
        "subgraphs: { dogs: { url: http://127.0.0.1:1/ } }\n",
    )
    .expect("written");
    let ran = run(
        at,
        &["compose", "--config", "live.yaml", "--format", "json"],
        "",
    );
    assert_eq!(ran.code, 1);
    assert_eq!(json(&ran)["diagnostics"][0]["code"], "SUBGRAPH_UNREACHABLE");
}

#[test]
fn plans_are_printed() {
    let folder = project();
    let at = folder.path();
    let ran = run(at, &["plan", "--operation", "query.graphql"], "");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.out.contains("dogs") && ran.out.contains("cats"),
        "{}",
        ran.out
    );
    let ran = run(
        at,
        &["plan", "--format", "json", "--operation-name", "B"],
        "query A { dog } query B { cat }",
    );
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(json(&ran)["plan"]["fetches"][0]["subgraph"], "cats");
}

#[test]
fn a_plan_says_which_slow_field_is_asked_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("it can be written");
    };
    write(
        "router.yaml",
        "subgraphs:\n  a: { url: http://127.0.0.1:1/a, sdl: a.graphql, slow: [Query.slow, Query.gone] }\n  b: { url: http://127.0.0.1:1/b, sdl: b.graphql }\n",
    );
    write(
        "a.graphql",
        "type Query { slow: Int bar: Bar }\ntype Bar @key(fields: \"id\") { id: ID! }\n",
    );
    write(
        "b.graphql",
        "type Bar @key(fields: \"id\") { id: ID! other: Int }\n",
    );
    let ran = run(folder.path(), &["plan"], "{ slow bar { other } }");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(
        ran.err,
        "note: `subgraphs.a.slow` names Query.gone, which that subgraph does not resolve\n"
    );
    insta::assert_snapshot!(ran.out);
    let ran = run(
        folder.path(),
        &["plan", "--format", "json"],
        "{ slow bar { other } }",
    );
    let fetches = &json(&ran)["plan"]["fetches"];
    assert_eq!(fetches[1]["slow"], "Query.slow", "{fetches}");
    write(
        "router.yaml",
        "subgraphs:\n  a: { url: http://127.0.0.1:1/a, slow: [slow] }\n",
    );
    let ran = run(folder.path(), &["plan"], "{ slow }");
    assert_eq!(ran.code, 64, "{}", ran.err);
    assert!(ran.err.contains("subgraphs.a.slow"), "{}", ran.err);
}

#[test]
fn mistakes_in_the_operation_are_located() {
    let folder = project();
    let ran = run(folder.path(), &["plan"], "{\n  dog\n  bird\n}\n");
    assert_eq!(ran.code, 1);
    insta::assert_snapshot!(ran.err);
    let ran = run(folder.path(), &["plan", "--format", "json"], "{ dog(");
    assert_eq!(ran.code, 1);
    assert_eq!(json(&ran)["diagnostics"][0]["code"], "GRAPHQL_PARSE_FAILED");
}

#[test]
fn a_check_tells_what_would_break() {
    let folder = project();
    let at = folder.path();
    let check = |sdl: &str, more: &[&str]| {
        let mut arguments = vec!["check", "--subgraph", "cats", "--sdl", sdl];
        arguments.extend_from_slice(more);
        run(at, &arguments, "")
    };
    assert_eq!(check("cats.graphql", &[]).code, 0);
    assert_eq!(check("bad.graphql", &[]).code, 1);
    // A field is gone, whether or not an operation uses it.
    assert_eq!(check("less.graphql", &[]).code, 1);
    let broken = check("less.graphql", &["--operation", "query.graphql"]);
    assert_eq!(broken.code, 1);
    insta::assert_snapshot!(broken.out);
    assert_eq!(
        check("cats.graphql", &["--operation", "query.graphql"]).code,
        0
    );
    assert_eq!(check("nowhere.graphql", &[]).code, 2);
}

#[test]
fn the_schema_of_the_configuration_is_json() {
    let folder = project();
    let ran = run(folder.path(), &["config", "schema"], "");
    assert_eq!(ran.code, 0);
    assert_eq!(json(&ran)["properties"]["timeouts"]["type"], "object");
    let shown = run(folder.path(), &["config", "show"], "");
    assert!(shown.out.contains("max_requests: 512"), "{}", shown.out);
}

#[cfg(unix)]
#[test]
fn serving_ends_well_when_asked_to() {
    use std::io::{BufRead, BufReader};

    let folder = project();
    let config = folder.path().join("router.yaml");
    let text = std::fs::read_to_string(&config).expect("it is there");
    let ports = "listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\nlog: { format: json }\n";
    std::fs::write(&config, format!("{ports}{text}")).expect("written");
    let mut child = Command::new(env!("CARGO_BIN_EXE_router"))
        .args(["serve", "--config"])
        .arg(&config)
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary is built");
    let mut lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
    let mut line = || -> Value {
        let line = lines.next().expect("a line").expect("UTF-8");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    };
    let listening = line();
    assert_eq!(listening["message"], "listening", "{listening}");
    assert!(
        listening["graphql"]
            .as_str()
            .is_some_and(|url| url.ends_with("/graphql"))
    );
    assert_eq!(line()["message"], "a new schema is in service");
    let killed = Command::new("kill").arg(child.id().to_string()).status();
    assert!(killed.expect("there is a kill command").success());
    assert_eq!(line()["message"], "shutting down");
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn authorities_that_cannot_be_read_are_told() {
    let folder = project();
    let config = folder.path().join("router.yaml");
    let text = std::fs::read_to_string(&config).expect("it is there");
    let more = "listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\ntls: { ca: query.graphql }\n";
    std::fs::write(&config, format!("{more}{text}")).expect("written");
    for command in ["serve", "compose"] {
        let ran = run(folder.path(), &[command], "");
        assert_eq!(ran.code, 1);
        assert!(
            ran.err.contains("query.graphql: it holds no certificate"),
            "{}",
            ran.err
        );
    }
}

#[test]
fn a_port_that_is_taken_is_told() {
    let folder = project();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address");
    let config = folder.path().join("router.yaml");
    let text = std::fs::read_to_string(&config).expect("it is there");
    std::fs::write(&config, format!("listen: {address}\n{text}")).expect("written");
    let ran = run(folder.path(), &["serve"], "");
    assert_eq!(ran.code, 1);
    assert!(
        ran.err
            .contains(&format!("cannot listen on {address} (listen)")),
        "{}",
        ran.err
    );
}

#[test]
fn an_answer_is_asked_for_until_it_is_the_expected_one() {
    use std::io::Read;

    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!(
        "http://{}/graphql",
        listener.local_addr().expect("an address")
    );
    let answers = [
        "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 2\r\n\r\nno",
        "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nyes",
    ];
    let server = std::thread::spawn(move || {
        let mut asked = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().expect("a connection");
            let mut request = [0; 2048];
            let length = stream.read(&mut request).expect("a request");
            asked.push(String::from_utf8_lossy(&request[..length]).into_owned());
            stream.write_all(answer.as_bytes()).expect("it is read");
        }
        asked
    });
    let folder = project();
    let ask = ["ask", &url, "--query", "{ dog }", "--contains", "yes"];
    let ran = run(folder.path(), &ask, "");
    assert_eq!((ran.code, &*ran.out), (0, "yes\n"), "{}", ran.err);
    for request in server.join().expect("no panic") {
        assert!(request.starts_with("POST /graphql "), "{request}");
    }
    let ran = run(folder.path(), &["ask", &url, "--within", "0"], "");
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.starts_with(&format!("error: {url}: ")),
        "{}",
        ran.err
    );
}

#[test]
fn a_check_of_the_configuration_opens_what_it_names() {
    let folder = project();
    let config =
        "tls: { ca: missing.pem }\nsubgraphs:\n  dogs: { url: http://a/, sdl: none.graphql }\n";
    std::fs::write(folder.path().join("router.yaml"), config).expect("written");
    let ran = run(folder.path(), &["config", "check"], "");
    assert_eq!(ran.code, 64);
    for expected in [
        "tls.ca",
        "missing.pem",
        "subgraphs.dogs.sdl",
        "router.yaml:3:32",
    ] {
        assert!(ran.err.contains(expected), "{expected} in {}", ran.err);
    }
    assert_eq!(run(folder.path(), &["config", "show"], "").code, 0);
}

#[test]
fn names_and_all_interfaces_can_be_listened_on() {
    let folder = project();
    for listen in ["localhost:0", "\":0\"", "\"[::1]:0\""] {
        let config = format!("listen: {listen}\nadmin: {listen}\nsupergraph: bad.graphql\n");
        std::fs::write(folder.path().join("router.yaml"), config).expect("written");
        let ran = run(folder.path(), &["config", "show"], "");
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
}
