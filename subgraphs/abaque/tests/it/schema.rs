//! The reviewed schemas in `schema/`: what the code says must be what is committed.

use std::fs;
use std::path::{Path, PathBuf};

use federation::{Subgraph, Supergraph};

/// What updates every file at once.
const UPDATE: &str = "INSTA_UPDATE=always cargo test -p abaque --test it schema";

#[test]
fn schema_of_calculatrice_is_the_reviewed_one() {
    check("calculatrice.graphql", &calculatrice::sdl());
}

#[test]
fn schema_of_statistiques_is_the_reviewed_one() {
    check("statistiques.graphql", &statistiques::sdl());
}

#[test]
fn schema_of_the_supergraph_is_the_reviewed_one() {
    check("supergraph.graphql", supergraph().sdl());
}

#[test]
fn schema_for_clients_is_the_reviewed_one() {
    check("api.graphql", &supergraph().api_sdl());
}

/// Composed as the router does it, with the addresses that the services have by default.
fn supergraph() -> Supergraph {
    let subgraphs = [
        Subgraph::new("calculatrice", calculatrice::sdl())
            .with_url("http://127.0.0.1:4001/graphql"),
        Subgraph::new("statistiques", statistiques::sdl())
            .with_url("http://127.0.0.1:4002/graphql"),
    ];
    let composed = composition::compose(&subgraphs).expect("the two services compose");
    Supergraph::parse(&composed.supergraph_sdl).expect("what is composed can be loaded")
}

/// Lets insta compare `actual` with `schema/NAME`.
///
/// insta keeps snapshots in files of its own form. So that reviewers and tools read plain GraphQL, the committed file is
/// the snapshot's whole content: it is laid out for insta before the comparison, and taken back when insta was asked to update.
#[track_caller]
fn check(name: &str, actual: &str) {
    let reviewed = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../schema")
        .join(name);
    let expected = fs::read_to_string(&reviewed).unwrap_or_default();
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("schema");
    let snapshot = folder.join(format!("{name}.snap"));
    fs::create_dir_all(&folder).expect("the build directory is writable");
    fs::write(
        &snapshot,
        format!("---\nsource: schema/{name}\n---\n{expected}"),
    )
    .expect("the build directory is writable");

    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(&folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description(format!(
        "schema/{name} differs from what the code says. If that is what you meant: {UPDATE}"
    ));
    settings.bind(|| insta::assert_snapshot!(name, actual));

    // insta passes over leading and trailing white space, and passes when it has updated its own file.
    if actual != expected {
        assert!(
            std::env::var("INSTA_UPDATE").is_ok_and(|mode| mode == "always" || mode == "force"),
            "schema/{name} differs from what the code says in white space; to accept: {UPDATE}"
        );
        fs::write(&reviewed, actual).expect("schema/ is writable");
    }
}
