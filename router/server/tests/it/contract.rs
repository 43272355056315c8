//! A variant of the graph by its tags: composed, and served.

use serde_json::json;

use crate::cli::run;
use crate::kit::{Running, Subgraph};

const SDL: &str = "\
extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\", import: [\"@key\", \"@tag\"])
type Query { dog: Dog secrets: [Secret] @tag(name: \"internal\") }
type Dog @key(fields: \"id\") { id: ID! name: String chip: String @tag(name: \"internal\") }
type Secret @tag(name: \"internal\") { text: String }
";

#[tokio::test]
async fn clients_see_what_the_contract_shows() {
    let data = json!({ "dog": { "name": "Rex", "chip": "17" } });
    let subgraph = Subgraph::with_data(SDL, data).await;
    let more = "contract: { exclude_tags: [internal] }";
    let router = Running::start(&[("dogs", &subgraph)], more).await;
    let answer = router.query("{ dog { name } }").await;
    assert_eq!(answer.json()["data"]["dog"]["name"], "Rex");
    let hidden = router.query("{ dog { chip } }").await;
    assert_eq!(hidden.code(), "GRAPHQL_VALIDATION_FAILED");
    let seen = router.query("{ __type(name: \"Secret\") { name } }").await;
    assert_eq!(seen.json()["data"]["__type"], json!(null));
    let api = router.admin("/composition/api").await.text();
    assert!(
        api.contains("name: String") && !api.contains("chip"),
        "{api}"
    );
}

#[tokio::test]
async fn a_change_that_the_contract_does_not_allow_leaves_the_last_good_schema() {
    let data = json!({ "dog": { "name": "Rex" } });
    let subgraph = Subgraph::with_data(SDL, data).await;
    let more = "contract: { exclude_tags: [internal] }";
    let router = Running::start(&[("dogs", &subgraph)], more).await;
    subgraph.set_sdl(&SDL.replace(
        "secrets: [Secret] @tag(name: \"internal\")",
        "secrets: [Secret]",
    ));
    router.refresh().await;
    let status = router
        .until_status(|status| status["state"] == "degraded")
        .await;
    let told = &status["failure"]["diagnostics"][0];
    assert_eq!(told["code"], "REFERENCED_INACCESSIBLE");
    assert_eq!(router.query("{ dog { name } }").await.status, 200);
}

#[test]
fn variants_are_composed_without_being_configured() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("it can be written");
    };
    write(
        "router.yaml",
        "subgraphs: { dogs: { url: http://127.0.0.1:1/, sdl: dogs.graphql } }",
    );
    write("dogs.graphql", SDL);
    let compose = |more: &[&str]| {
        let arguments = [
            "compose",
            "--output",
            "supergraph.graphql",
            "--api",
            "api.graphql",
        ];
        run(folder.path(), &[&arguments[..], more].concat(), "")
    };
    let made = compose(&["--exclude-tags", "internal,beta"]);
    assert_eq!(made.code, 0, "{}", made.err);
    let api = std::fs::read_to_string(folder.path().join("api.graphql")).expect("it is there");
    assert!(!api.contains("chip") && !api.contains("Secret"), "{api}");
    let whole = std::fs::read_to_string(folder.path().join("supergraph.graphql"));
    let whole = whole.expect("it is there");
    assert!(
        whole.contains("chip: String @tag(name: \"internal\") @inaccessible"),
        "{whole}"
    );

    let nothing = compose(&["--include-tags", "public"]);
    assert_eq!(nothing.code, 1);
    assert!(
        nothing.err.contains("ONLY_INACCESSIBLE_CHILDREN"),
        "{}",
        nothing.err
    );
    assert_eq!(compose(&["--include-tags", "no tag"]).code, 2);
}
