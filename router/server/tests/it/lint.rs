//! `router lint`: what a reviewer would point out.

use std::path::Path;

use serde_json::Value;

use crate::cli::{Ran, run};

const DOGS: &str = "\
# lint-off descriptions
type Query {
  getDog(Name: String): Dog
}
type Dog @key(fields: \"id\") { id: ID! lost_since: Int @deprecated }
";
const CATS: &str = "\
# lint-off verbs, descriptions
type Query { listCats: [Int!] @deprecated(reason: \"There are too many.\") }
\"What \\\"cats\\\" are.\"
type Forgotten { \"Its name.\" name: String }
";

fn project(more: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("it can be written");
    };
    write(
        "router.yaml",
        &format!(
            "subgraphs:\n  dogs: {{ url: http://127.0.0.1:1/, sdl: dogs.graphql }}\n  cats: {{ url: http://127.0.0.1:1/, sdl: cats.graphql }}\n{more}\n"
        ),
    );
    write("dogs.graphql", DOGS);
    write("cats.graphql", CATS);
    folder
}

fn lint(at: &Path, more: &[&str]) -> Ran {
    run(at, &[&["lint"], more].concat(), "")
}

#[test]
fn people_see_the_lines() {
    let folder = project("");
    let ran = lint(folder.path(), &[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    insta::assert_snapshot!(ran.err);
}

#[test]
fn the_configuration_says_what_matters() {
    let folder = project("lint: { names: off, verbs: off, deprecations: error }");
    let ran = lint(folder.path(), &["--format", "markdown"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    insta::assert_snapshot!(ran.out);
}

#[test]
fn github_gets_the_place_of_each_remark() {
    let folder = project("");
    let ran = lint(folder.path(), &["--format", "github", "--subgraph", "dogs"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    // The configuration names files from its own folder on.
    let shown = ran.out.replace(&folder.path().display().to_string(), "…");
    insta::assert_snapshot!(shown);
}

#[test]
fn programs_get_coordinates() {
    let folder = project("");
    let ran = lint(folder.path(), &["--format", "json", "dogs.graphql"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let document: Value = serde_json::from_str(&ran.out).expect("it is JSON");
    let findings = document["findings"].as_array().expect("a list");
    let told: Vec<_> = findings
        .iter()
        .map(|found| (&found["code"], &found["coordinate"], &found["line"]))
        .collect();
    let told = serde_json::to_value(told).expect("it is JSON");
    assert_eq!(
        told,
        serde_json::json!([
            ["verbs", "Query.getDog", 3],
            ["names", "Query.getDog(Name:)", 3],
            ["descriptions", "Dog", 5],
            ["descriptions", "Dog.id", 5],
            ["names", "Dog.lost_since", 5],
            ["descriptions", "Dog.lost_since", 5],
            ["deprecations", "Dog.lost_since", 5],
        ])
    );
    assert_eq!(document["summary"]["warnings"], 7);
}

#[test]
fn mistakes_of_usage_and_of_the_sdl_are_told() {
    let folder = project("");
    let ran = lint(folder.path(), &["--subgraph", "dogz"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("did you mean \"dogs\"?"), "{}", ran.err);
    assert_eq!(lint(folder.path(), &["nowhere.graphql"]).code, 2);
    std::fs::write(folder.path().join("dogs.graphql"), "type {").expect("it can be written");
    let ran = lint(folder.path(), &[]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("INVALID_GRAPHQL"), "{}", ran.err);
    std::fs::write(folder.path().join("router.yaml"), "lint: { nmaes: off }")
        .expect("it can be written");
    assert_eq!(lint(folder.path(), &["cats.graphql"]).code, 64);
}
