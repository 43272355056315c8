//! The binary: exit codes, and what goes where.

mod configuration;
mod serving;

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
fn the_check_of_a_configuration_opens_the_keys_of_tokens() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let key = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
    std::fs::write(at.join("keys.json"), key).expect("written");
    std::fs::write(at.join("empty.json"), r#"{"keys":[]}"#).expect("written");
    for (file, wrong) in [
        ("keys.json", ""),
        ("none.json", "authentication.jwt.0.jwks: No such file"),
        (
            "empty.json",
            "authentication.jwt.0.jwks: it has no key that is usable here",
        ),
        (
            "router.yaml",
            "authentication.jwt.0.jwks: it is not a JSON Web Key Set",
        ),
    ] {
        let config = format!(
            "subgraphs: {{ a: {{ url: 'http://a/' }} }}\nauthentication: {{ jwt: [{{ jwks: ./{file} }}] }}\n"
        );
        std::fs::write(at.join("router.yaml"), config).expect("written");
        let ran = run(at, &["config", "check"], "");
        let expected = if wrong.is_empty() { 0 } else { 64 };
        assert_eq!(ran.code, expected, "{file}: {}", ran.err);
        assert!(ran.err.contains(wrong), "{}", ran.err);
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
