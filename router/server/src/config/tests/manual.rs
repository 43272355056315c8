//! The manual and the JSON Schema, held to the keys that there are.

use super::*;

/// The manual's table is the one that the code gives. To fix: paste the output of this test's failure, or run it with
/// `UPDATE_DOCS=1`.
#[test]
fn the_manual_lists_every_key_as_it_is() {
    const BEGIN: &str = "<!-- keys: begin -->\n";
    const END: &str = "<!-- keys: end -->";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    let manual = std::fs::read_to_string(&path).expect("the manual is there");
    let (before, rest) = manual.split_once(BEGIN).expect("the table begins");
    let (table, after) = rest.split_once(END).expect("the table ends");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let manual = format!("{before}{BEGIN}\n{}\n{END}{after}", reference());
        // At once, for the other test that reads it.
        let beside = path.with_extension("md.new");
        std::fs::write(&beside, manual).expect("the manual can be written");
        std::fs::rename(&beside, &path).expect("the manual can be replaced");
    } else {
        let reference = reference();
        let update = "UPDATE_DOCS=1 cargo test -p router manual";
        for (there, here) in table.trim().lines().zip(reference.trim().lines()) {
            assert_eq!(there, here, "to fix: {update}");
        }
        assert_eq!(
            table.trim().lines().count(),
            reference.trim().lines().count(),
            "to fix: {update}"
        );
    }
}

/// Every block of YAML in the documents is a configuration that is taken; what is something else is `yml` there.
#[test]
fn the_manuals_examples_are_right() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folders = ["docs", "docs/fr"].map(|folder| std::fs::read_dir(root.join(folder)));
    let documents = folders
        .into_iter()
        .flat_map(|entries| entries.expect("the documents are there"))
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .chain([root.join("README.md")]);
    let mut count = 0;
    for path in documents {
        let text = std::fs::read_to_string(&path).expect("the document can be read");
        for example in yaml(&text) {
            if let Err(error) = parse(&with_a_subgraph(example)) {
                panic!("{}: {error}\n{example}", path.display());
            }
            count += 1;
        }
    }
    assert!(count > 30, "{count} examples were found");
}

/// What docs/security.md says to switch on for a public endpoint can be switched on together.
#[test]
fn the_manuals_public_endpoint_is_one_configuration() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/security.md");
    let text = std::fs::read_to_string(path).expect("the document is there");
    let (_, section) = text
        .split_once("\n## What to switch on for a public endpoint\n")
        .expect("the section is there");
    let section = section.split("\n## ").next().unwrap_or(section);
    let whole: String = yaml(section).collect();
    if let Err(error) = parse(&with_a_subgraph(&whole)) {
        panic!("{error}\n{whole}");
    }
}

/// The blocks of YAML in a document of Markdown.
pub(super) fn yaml(document: &str) -> impl Iterator<Item = &str> {
    document
        .split("```yaml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
}

/// An example that shows a part of a configuration gets something to serve.
fn with_a_subgraph(example: &str) -> String {
    let serves = |line: &str| {
        let keys = ["subgraphs:", "supergraph:", "discovery:"];
        keys.iter().any(|key| line.starts_with(key))
    };
    match example.lines().any(serves) {
        true => example.to_owned(),
        false => format!("{example}subgraphs: {{ products: {{ url: \"http://products/\" }} }}\n"),
    }
}

#[test]
fn the_schema_knows_every_key() {
    let schema = json_schema();
    assert_eq!(schema["additionalProperties"], false);
    let subgraph = &schema["properties"]["subgraphs"]["additionalProperties"];
    assert_eq!(subgraph["additionalProperties"], false);
    assert!(subgraph["properties"]["headers"]["properties"]["propagate"].is_object());
    assert_eq!(
        schema["properties"]["limits"]["properties"]["depth"]["default"],
        64
    );
}
