//! What only the router sees.

use diff::{Kind, diff, diff_graphs};
use federation::Supergraph;

/// A supergraph of two subgraphs with this body.
fn graph(body: &str) -> Supergraph {
    let text = format!(
        r#"
        schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION) {{ query: Query }}
        directive @join__directive(graphs: [join__Graph!], name: String!, args: join__DirectiveArguments) repeatable on SCHEMA | OBJECT | INTERFACE | FIELD_DEFINITION
        directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
        directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean, overrideLabel: String, contextArguments: [join__ContextArgument!]) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
        directive @join__graph(name: String!, url: String!) on ENUM_VALUE
        directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
        directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
        directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
        directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
        input join__ContextArgument {{ name: String! type: String! context: String! selection: join__FieldValue! }}
        scalar join__DirectiveArguments
        scalar join__FieldSet
        scalar join__FieldValue
        scalar link__Import
        enum link__Purpose {{ SECURITY EXECUTION }}
        {body}
        "#
    );
    Supergraph::parse(&text).unwrap_or_else(|problems| panic!("{problems}"))
}

const GRAPHS: &str = r#"enum join__Graph { A @join__graph(name: "a", url: "http://a") B @join__graph(name: "b", url: "http://b") }"#;

#[test]
fn a_change_of_subgraphs_is_internal_and_names_them() {
    let old = graph(&format!(
        r#"{GRAPHS}
        type Query @join__type(graph: A) @join__type(graph: B) {{ t: T @join__field(graph: A, provides: "x") }}
        type T @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {{
            id: ID!
            x: Int @join__field(graph: A, external: true) @join__field(graph: B)
            y: Int @join__field(graph: A)
            z: Int @join__field(graph: B, requires: "w")
            w: Int @join__field(graph: A) @join__field(graph: B, external: true)
            v: Int @join__field(graph: A, usedOverridden: true) @join__field(graph: B, override: "a", overrideLabel: "percent(5)")
        }}"#
    ));
    let new = graph(
        r#"enum join__Graph { A @join__graph(name: "a", url: "http://a") B @join__graph(name: "b", url: "http://b") C @join__graph(name: "c", url: "http://c") }
        type Query @join__type(graph: A) @join__type(graph: B) @join__type(graph: C) { t: T @join__field(graph: A) }
        type T @join__type(graph: A, key: "id") @join__type(graph: B, key: "id", resolvable: false) @join__type(graph: B, key: "w") {
            id: ID!
            x: Int @join__field(graph: A) @join__field(graph: B)
            y: Int @join__field(graph: B, override: "a")
            z: Int @join__field(graph: B)
            w: Int @join__field(graph: A) @join__field(graph: B)
            v: Int @join__field(graph: A, usedOverridden: true) @join__field(graph: B, override: "a", overrideLabel: "percent(50)")
        }"#,
    );
    let mut told: Vec<String> = diff_graphs(&old, &new)
        .iter()
        .map(ToString::to_string)
        .collect();
    told.extend(
        diff_graphs(&new, &old)
            .iter()
            .map(|change| format!("back: {change}")),
    );
    insta::assert_snapshot!(told.join("\n"));
    assert!(diff(old.api_schema(), new.api_schema()).is_empty());
    let seen: Vec<Kind> = [diff_graphs(&old, &new), diff_graphs(&new, &old)]
        .iter()
        .flat_map(|changes| changes.iter().map(|change| change.kind).collect::<Vec<_>>())
        .collect();
    for kind in Kind::ALL
        .iter()
        .filter(|kind| (Kind::SubgraphAdded..=Kind::OverrideChanged).contains(*kind))
    {
        assert!(seen.contains(kind), "no case for {kind}");
    }
}

#[test]
fn a_rule_that_shuts_clients_out_is_dangerous_and_one_that_does_not_is_safe() {
    let guarded = |rules: [&str; 4]| {
        let [ty, x, y, z] = rules;
        graph(&format!(
            r#"
            extend schema
                @link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY)
                @link(url: "https://specs.apollo.dev/requiresScopes/v0.1", for: SECURITY, import: [{{ name: "@requiresScopes", as: "@scopes" }}])
                @link(url: "https://specs.apollo.dev/policy/v0.1", for: SECURITY)
            directive @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
            directive @scopes(scopes: [[requiresScopes__Scope!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
            directive @policy(policies: [[policy__Policy!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
            scalar requiresScopes__Scope
            scalar policy__Policy
            {GRAPHS}
            type Query @join__type(graph: A) {{ t: T }}
            type T @join__type(graph: A) {ty} {{ x: Int {x} y: Int {y} z: Int {z} }}
            "#
        ))
    };
    let old = guarded([
        "",
        "@authenticated",
        r#"@scopes(scopes: [["a", "b"], ["c"]])"#,
        r#"@policy(policies: [["p"], ["q"]])"#,
    ]);
    let new = guarded([
        "@authenticated",
        "",
        r#"@scopes(scopes: [["c"], ["a"]])"#,
        r#"@policy(policies: [["q"]])"#,
    ]);
    let told = |old, new| -> Vec<String> {
        let changes = diff_graphs(old, new);
        changes.iter().map(ToString::to_string).collect()
    };
    assert_eq!(
        told(&old, &new),
        [
            "dangerous ACCESS_RULE_ADDED T: now @authenticated",
            "safe ACCESS_RULE_REMOVED T.x: was @authenticated",
            r#"safe ACCESS_RULE_CHANGED T.y: @scopes(scopes: [["a", "b"], ["c"]]) -> @scopes(scopes: [["c"], ["a"]])"#,
            r#"dangerous ACCESS_RULE_CHANGED T.z: @policy(policies: [["p"], ["q"]]) -> @policy(policies: [["q"]])"#,
        ]
    );
    assert_eq!(
        told(&new, &old),
        [
            "safe ACCESS_RULE_REMOVED T: was @authenticated",
            "dangerous ACCESS_RULE_ADDED T.x: now @authenticated",
            r#"dangerous ACCESS_RULE_CHANGED T.y: @scopes(scopes: [["c"], ["a"]]) -> @scopes(scopes: [["a", "b"], ["c"]])"#,
            r#"safe ACCESS_RULE_CHANGED T.z: @policy(policies: [["q"]]) -> @policy(policies: [["p"], ["q"]])"#,
        ]
    );
    // The order in which they are written says nothing.
    let turned = guarded([
        "",
        "@authenticated",
        r#"@scopes(scopes: [["c"], ["b", "a", "b"]])"#,
        r#"@policy(policies: [["q"], ["p"]])"#,
    ]);
    assert!(told(&old, &turned).is_empty());
}
