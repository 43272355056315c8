//! What the configuration and earlier decisions make of a finding.

use super::*;

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
