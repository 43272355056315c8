//! `router check` and `router diff`: what a change of a schema means, as a reviewer reads it.

mod against;
mod rules;

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;

use crate::cli::{Ran, json, run};

const STATISTICS: &str = "\
\"What a series is like.\"
type Query {
  serie(valeurs: [Float!]!, unite: Unite = SECONDE): Serie!
}

type Serie @key(fields: \"id\") {
  id: ID!
  mediane: Float!
  moyenne: Float!
  effectif: Int!
}

enum Unite { SECONDE METRE }
";

const ARITHMETIC: &str = "\
type Query { addition(a: Float!, b: Float!): Float! }
type Serie @key(fields: \"id\") { id: ID! somme: Float! }
";

/// What the reviewer of the change has in front of them: a field removed, a result nullable, an enum value more.
fn changed() -> String {
    STATISTICS
        .replace("  mediane: Float!\n", "")
        .replace("moyenne: Float!", "moyenne: Float")
        .replace("SECONDE METRE", "SECONDE METRE KILOGRAMME")
        .replace(
            "  effectif: Int!\n",
            "  \"How many values.\"\n  effectif: Int!\n",
        )
}

const SHOWN: &str = "query Shown($v: [Float!]!) { serie(valeurs: $v) { mediane somme } }";

const COUNTED: &str =
    "query Counted($v: [Float!]!) { serie(valeurs: $v, unite: METRE) { effectif } }";

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let federation = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\", import: [\"@key\"])\n";
    std::fs::create_dir(folder.path().join("operations")).expect("a folder");
    for (name, text) in [
        (
            "router.yaml",
            "subgraphs:\n  calculatrice: { url: http://127.0.0.1:1/, sdl: calculatrice.graphql }\n  statistiques: { url: http://127.0.0.1:1/, sdl: statistiques.graphql }\n".to_owned(),
        ),
        ("calculatrice.graphql", format!("{federation}{ARITHMETIC}")),
        ("statistiques.graphql", format!("{federation}{STATISTICS}")),
        ("changed.graphql", format!("{federation}{}", changed())),
        ("operations/shown.graphql", SHOWN.to_owned()),
        ("operations/counted.graphql", COUNTED.to_owned()),
        ("operations/wrong.graphql", "{ nowhere }".to_owned()),
    ] {
        std::fs::write(folder.path().join(name), text).expect("it can be written");
    }
    folder
}

fn check(at: &Path, more: &[&str]) -> Ran {
    let mut arguments = vec![
        "check",
        "--subgraph",
        "statistiques",
        "--sdl",
        "changed.graphql",
    ];
    arguments.extend_from_slice(more);
    run(at, &arguments, "")
}

#[test]
fn a_check_without_operations_fails_for_every_breaking_change() {
    let folder = project();
    let ran = check(folder.path(), &[]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    insta::assert_snapshot!(ran.out);
    let unchanged = run(
        folder.path(),
        &[
            "check",
            "--subgraph",
            "statistiques",
            "--sdl",
            "statistiques.graphql",
        ],
        "",
    );
    assert_eq!(
        (unchanged.code, unchanged.out.as_str()),
        (0, "The schema does not change: the review passes\n")
    );
}

#[test]
fn a_reviewer_sees_what_breaks_for_whom() {
    let folder = project();
    let ran = check(
        folder.path(),
        &["--operations", "operations", "--format", "markdown"],
    );
    assert_eq!(ran.code, 1, "{}", ran.err);
    insta::assert_snapshot!(ran.out);
}

#[test]
fn github_gets_one_annotation_for_each_change_that_matters() {
    let folder = project();
    let ran = check(
        folder.path(),
        &["--operations", "operations", "--format", "github"],
    );
    assert_eq!(ran.code, 1, "{}", ran.err);
    insta::assert_snapshot!(ran.out);
}

#[test]
fn the_json_of_a_review_has_what_its_schema_says() {
    let folder = project();
    let ran = check(
        folder.path(),
        &["--operations", "operations", "--format", "json"],
    );
    assert_eq!(ran.code, 1, "{}", ran.err);
    let review = json(&ran);
    insta::assert_snapshot!(format!("{review:#}"));
    let schema = include_str!("../../../../docs/review.schema.json");
    let schema: serde_json::Value = serde_json::from_str(schema).expect("JSON");
    assert_fits(&review, &schema, &schema, "");
}

/// Whether a value has the properties that a schema requires, and no others: the part of JSON Schema that ours uses.
fn assert_fits(
    value: &serde_json::Value,
    schema: &serde_json::Value,
    root: &serde_json::Value,
    at: &str,
) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = root
            .pointer(reference.trim_start_matches('#'))
            .expect("a definition");
        return assert_fits(value, target, root, at);
    }
    let kind = match value {
        serde_json::Value::Null => "null",
        serde_json::Value::Bool(_) => "boolean",
        serde_json::Value::Number(_) => "integer",
        serde_json::Value::String(_) => "string",
        serde_json::Value::Array(_) => "array",
        serde_json::Value::Object(_) => "object",
    };
    let allowed = match &schema["type"] {
        serde_json::Value::Array(kinds) => kinds.iter().any(|allowed| allowed == kind),
        serde_json::Value::String(allowed) => allowed == kind,
        _ => true,
    };
    assert!(allowed, "{at}: {kind} is not {}", schema["type"]);
    if let Some(allowed) = schema["enum"].as_array() {
        assert!(
            allowed.contains(value),
            "{at}: {value} is not one of {allowed:?}"
        );
    }
    if let (Some(items), Some(items_schema)) = (value.as_array(), schema.get("items")) {
        for item in items {
            assert_fits(item, items_schema, root, &format!("{at}[]"));
        }
    }
    if let (Some(object), Some(properties)) = (value.as_object(), schema["properties"].as_object())
    {
        for required in schema["required"].as_array().into_iter().flatten() {
            assert!(
                object.contains_key(required.as_str().expect("a name")),
                "{at}: no {required}"
            );
        }
        for (name, value) in object {
            let property = properties.get(name);
            let property = property.unwrap_or_else(|| panic!("{at}: {name} is not in the schema"));
            assert_fits(value, property, root, &format!("{at}.{name}"));
        }
    }
}
