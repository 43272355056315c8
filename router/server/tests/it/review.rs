//! `router check` and `router diff`: what a change of a schema means, as a reviewer reads it.

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

#[test]
fn an_unused_breaking_change_can_be_a_warning() {
    let folder = project();
    let at = folder.path();
    let counted = ["--operations", "operations/counted.graphql"];
    assert_eq!(check(at, &counted).code, 1);
    let allowed = check(at, &[&counted[..], &["--unused", "allow"]].concat());
    assert_eq!(allowed.code, 0, "{}", allowed.out);
    assert!(
        allowed.out.contains("Used by no operation"),
        "{}",
        allowed.out
    );
    let used = check(
        at,
        &["--operations", "operations/*n.graphql", "--unused", "allow"],
    );
    assert_eq!(used.code, 1, "{}", used.out);
    assert_eq!(check(at, &["--unused", "allow"]).code, 2);
}

#[test]
fn what_was_decided_on_passes_until_its_day() {
    let folder = project();
    let at = folder.path();
    let accept = |text: &str| {
        std::fs::write(at.join("accepted.yaml"), text).expect("it can be written");
        check(
            at,
            &[
                "--operations",
                "operations/shown.graphql",
                "--accept",
                "accepted.yaml",
            ],
        )
    };
    let both = "- { coordinate: Serie.mediane, kind: FIELD_REMOVED, reason: quantiles give it }\n\
                - { coordinate: Serie.moyenne, kind: FIELD_TYPE_CHANGED, reason: an empty series has none }\n";
    let ran = accept(both);
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert!(
        ran.out.contains("accepted: quantiles give it"),
        "{}",
        ran.out
    );
    let over = accept(&both.replace("it }", "it, until: 2020-01-31 }"));
    assert_eq!(over.code, 1, "{}", over.out);
    assert!(
        over.out
            .contains("the acceptance of FIELD_REMOVED Serie.mediane ended on 2020-01-31"),
        "{}",
        over.out
    );
    let more = accept(&format!(
        "{both}- {{ coordinate: Query.b, kind: FIELD_REMOVED, reason: c }}\n"
    ));
    assert_eq!(more.code, 0);
    assert!(
        more.out
            .contains("there is no change FIELD_REMOVED Query.b any more to accept"),
        "{}",
        more.out
    );
    let typo = accept(&both.replace("FIELD_REMOVED", "FIELD_REMOVE"));
    assert_eq!(typo.code, 2);
    assert!(
        typo.err.contains("did you mean \"FIELD_REMOVED\"?"),
        "{}",
        typo.err
    );
}

#[test]
fn an_unknown_subgraph_is_a_mistake_unless_it_is_new() {
    let folder = project();
    let at = folder.path();
    let typo = run(
        at,
        &[
            "check",
            "--subgraph",
            "statistique",
            "--sdl",
            "changed.graphql",
        ],
        "",
    );
    assert_eq!(typo.code, 2);
    assert_eq!(
        typo.err,
        "error: unknown subgraph \"statistique\": did you mean \"statistiques\"? --new adds one\n"
    );
    std::fs::write(at.join("more.graphql"), "type Query { more: Int }").expect("it can be written");
    let new = run(
        at,
        &[
            "check",
            "--subgraph",
            "more",
            "--sdl",
            "more.graphql",
            "--new",
        ],
        "",
    );
    assert_eq!(new.code, 0, "{}", new.err);
    assert!(
        new.out.contains("safe FIELD_ADDED Query.more"),
        "{}",
        new.out
    );
    let known = run(
        at,
        &[
            "check",
            "--subgraph",
            "statistiques",
            "--sdl",
            "changed.graphql",
            "--new",
        ],
        "",
    );
    assert_eq!(known.code, 2);
}

#[test]
fn a_field_that_moves_makes_plans_longer_and_that_can_be_a_finding() {
    let folder = project();
    let at = folder.path();
    let moved = std::fs::read_to_string(at.join("statistiques.graphql")).expect("it is there");
    let moved = moved
        .replace(
            "serie(valeurs: [Float!]!, unite: Unite = SECONDE): Serie!",
            "vide: Int",
        )
        .replace("enum Unite { SECONDE METRE }", "");
    std::fs::write(at.join("moved.graphql"), moved).expect("it can be written");
    let arithmetic = std::fs::read_to_string(at.join("calculatrice.graphql")).expect("it is there");
    let arithmetic = arithmetic.replace("type Query {", "enum Unite { SECONDE METRE } type Query { serie(valeurs: [Float!]!, unite: Unite = SECONDE): Serie!");
    std::fs::write(at.join("taken.graphql"), arithmetic).expect("it can be written");
    let then = "subgraphs:\n  calculatrice: { url: http://127.0.0.1:1/, sdl: taken.graphql }\n  statistiques: { url: http://127.0.0.1:1/, sdl: moved.graphql }\n";
    std::fs::write(at.join("then.yaml"), then).expect("it can be written");
    let composed = run(
        at,
        &[
            "compose",
            "--config",
            "then.yaml",
            "--output",
            "then.graphql",
        ],
        "",
    );
    assert_eq!(composed.code, 0, "{}", composed.err);
    let check = |more: &[&str]| {
        let arguments = [
            "check",
            "--supergraph",
            "then.graphql",
            "--operations",
            "operations/counted.graphql",
        ];
        run(at, &[&arguments[..], more].concat(), "")
    };
    let warned = check(&[]);
    assert_eq!(warned.code, 0, "{}{}", warned.out, warned.err);
    assert!(
        warned
            .out
            .contains("plan of Counted: more work: 1 -> 2 requests, 1 -> 2 steps"),
        "{}",
        warned.out
    );
    assert!(
        warned
            .out
            .contains("internal FIELD_MOVED Query.serie: statistiques -> calculatrice"),
        "{}",
        warned.out
    );
    assert_eq!(check(&["--plans", "fail"]).code, 1);
}

#[test]
fn an_operation_that_costs_more_is_told() {
    let folder = project();
    let at = folder.path();
    let subgraph = std::fs::read_to_string(at.join("statistiques.graphql")).expect("it is there");
    let dearer = subgraph
        .replace("import: [\"@key\"]", "import: [\"@key\", \"@cost\"]")
        .replace("effectif: Int!", "effectif: Int! @cost(weight: 50)");
    assert_ne!(subgraph, dearer);
    std::fs::write(at.join("dearer.graphql"), dearer).expect("it can be written");
    let check = |more: &[&str]| {
        let arguments = [
            "check",
            "--subgraph",
            "statistiques",
            "--sdl",
            "dearer.graphql",
            "--operations",
            "operations/counted.graphql",
        ];
        run(at, &[&arguments[..], more].concat(), "")
    };
    let warned = check(&[]);
    assert_eq!(warned.code, 0, "{}{}", warned.out, warned.err);
    let told = "plan of Counted: more work: 1 -> 1 requests, 1 -> 1 steps, cost 1 -> 51";
    assert!(warned.out.contains(told), "{}", warned.out);
    assert_eq!(check(&["--plans", "fail"]).code, 1);
    let shown = check(&["--format", "markdown"]);
    let row = "| `Counted` | 1 → 1 | 1 → 1 | 1 → 51 | ⚠️ more work |";
    assert!(shown.out.contains(row), "{}", shown.out);
}

#[test]
fn a_diff_needs_no_configuration_and_reads_schemas_of_each_sort() {
    let folder = project();
    let at = folder.path();
    let composed = run(
        at,
        &[
            "compose",
            "--output",
            "super.graphql",
            "--api",
            "api.graphql",
        ],
        "",
    );
    assert_eq!(composed.code, 0, "{}", composed.err);
    std::fs::remove_file(at.join("router.yaml")).expect("it is there");
    let same = run(at, &["diff", "super.graphql", "api.graphql"], "");
    assert_eq!(same.code, 0, "{}{}", same.out, same.err);
    let ran = run(at, &["diff", "statistiques.graphql", "changed.graphql"], "");
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(
        ran.out.contains("breaking FIELD_REMOVED Serie.mediane"),
        "{}",
        ran.out
    );
    let back = run(at, &["diff", "changed.graphql", "statistiques.graphql"], "");
    assert!(
        back.out
            .contains("breaking ENUM_VALUE_REMOVED Unite.KILOGRAMME"),
        "{}",
        back.out
    );
    assert_eq!(
        run(at, &["diff", "nowhere.graphql", "api.graphql"], "").code,
        2
    );
    std::fs::write(at.join("bad.graphql"), "type Query { a: Nothing }").expect("it can be written");
    assert_eq!(run(at, &["diff", "bad.graphql", "api.graphql"], "").code, 1);
}

#[test]
fn a_change_is_compared_with_what_a_running_router_serves() {
    let folder = project();
    let at = folder.path();
    let composed = run(at, &["compose", "--output", "base.graphql"], "");
    assert_eq!(composed.code, 0, "{}", composed.err);
    let base = std::fs::read_to_string(at.join("base.graphql")).expect("it was written");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let answering = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut head = String::new();
        let mut reader = BufReader::new(stream.try_clone().expect("a clone"));
        while reader.read_line(&mut head).expect("a line") > 2 {}
        assert!(
            head.starts_with("GET /composition/supergraph HTTP/1.1\r\n"),
            "{head}"
        );
        let answer = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{base}");
        stream.write_all(answer.as_bytes()).expect("it is read");
    });
    let ran = check(at, &["--against", &format!("http://{address}")]);
    answering.join().expect("it was asked");
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(
        ran.out.contains("breaking FIELD_REMOVED Serie.mediane"),
        "{}",
        ran.out
    );
}

#[test]
fn nothing_to_compare_is_a_usage_error_and_the_snapshot_of_the_base_branch_can_be_compared() {
    let folder = project();
    let at = folder.path();
    assert_eq!(run(at, &["check"], "").code, 2);
    let composed = run(at, &["compose", "--output", "base.graphql"], "");
    assert_eq!(composed.code, 0, "{}", composed.err);
    std::fs::copy(at.join("changed.graphql"), at.join("statistiques.graphql"))
        .expect("it is there");
    let ran = run(at, &["check", "--against", "base.graphql"], "");
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(
        ran.out.contains("breaking FIELD_REMOVED Serie.mediane"),
        "{}",
        ran.out
    );
    let refused = run(
        at,
        &["plan", "--format", "markdown"],
        "{ addition(a: 1, b: 2) }",
    );
    assert_eq!(refused.code, 2);
}
