//! What is read of files, and what is not.

use super::*;

const BOUNDS: Bounds = Bounds {
    document: 1_000,
    total: 10_000_000,
    documents: 100_000,
};

fn read(files: &[(&str, &str)], bounds: Bounds) -> Result<Library, String> {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
        std::fs::write(path, text).expect("it can be written");
    }
    Library::read(folder.path(), bounds).map_err(|error| {
        let folder = folder.path().display().to_string();
        error.replace(&folder, "…")
    })
}

#[test]
fn files_of_a_folder_are_known_by_their_hash_with_and_without_the_last_line_end() {
    let library = read(&[("a.graphql", "{ a }\n"), ("deep/b.gql", "{ b }")], BOUNDS);
    let library = library.expect("two documents");
    assert_eq!(library.len(), 2);
    for id in [
        sha256("{ a }"),
        sha256("{ a }\n"),
        format!("sha256:{}", sha256("{ a }")),
    ] {
        assert_eq!(library.get(&id).as_deref(), Some("{ a }"), "{id}");
    }
    assert!(library.get(&sha256("{ b }")).is_some());
}

#[test]
fn manifests_of_three_kinds_are_read() {
    let hash = sha256("{ c }");
    let library = read(
        &[
            (
                "apollo.json",
                r#"{"format":"apollo-persisted-query-manifest","version":1,"operations":[{"id":"1","body":"{ a }","name":"A","type":"query"}]}"#,
            ),
            ("relay.json", r#"{"2":"{ b }"}"#),
            ("hashes.json", &format!(r#"{{"sha256:{hash}":"{{ c }}"}}"#)),
        ],
        BOUNDS,
    );
    let library = library.expect("three documents");
    assert_eq!(library.get("1").as_deref(), Some("{ a }"));
    assert_eq!(library.get("2").as_deref(), Some("{ b }"));
    assert_eq!(library.get(&hash).as_deref(), Some("{ c }"));
    assert_eq!(
        library.get(&format!("sha256:{hash}")).as_deref(),
        Some("{ c }")
    );
}

#[test]
fn an_id_that_is_a_path_names_no_file() {
    let library = read(&[("a.graphql", "{ a }")], BOUNDS).expect("a document");
    for id in [
        "a.graphql",
        "a",
        "./a.graphql",
        "../../../etc/passwd",
        "/etc/passwd",
        "",
        "sha256:",
    ] {
        assert_eq!(library.get(id), None, "{id}");
    }
}

#[track_caller]
fn refused(files: &[(&str, &str)], bounds: Bounds, expect: &str) {
    let error = read(files, bounds).expect_err("it is refused");
    assert!(error.contains(expect), "{error}");
}

#[test]
fn what_is_wrong_is_told_with_its_file() {
    refused(&[("a.json", "[]")], BOUNDS, "…/a.json: not a manifest");
    refused(
        &[("a.json", r#"{"sha256:00":"{ a }"}"#)],
        BOUNDS,
        "not the hash",
    );
    refused(
        &[
            ("a.json", r#"{"1":"{ a }"}"#),
            ("b.json", r#"{"1":"{ b }"}"#),
        ],
        BOUNDS,
        "\"1\" stands for two documents",
    );
    let id = "i".repeat(MAX_ID + 1);
    refused(
        &[("a.json", &format!(r#"{{"{id}":"{{ a }}"}}"#))],
        BOUNDS,
        "an id is empty",
    );
}

#[test]
fn more_than_the_bounds_allow_is_refused() {
    let few = Bounds {
        documents: 1,
        ..BOUNDS
    };
    refused(
        &[("a.json", r#"{"1":"{ a }","2":"{ b }"}"#)],
        few,
        "more than 1 documents",
    );
    refused(
        &[("a.graphql", "{ a }"), ("b.graphql", "{ b }")],
        few,
        "more than 1 files",
    );
    refused(
        &[("a.graphql", &"a".repeat(1_001))],
        BOUNDS,
        "more than 1000 bytes",
    );
    let small = Bounds {
        total: 40,
        ..BOUNDS
    };
    refused(
        &[(
            "a.json",
            r#"{"1":"{ aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa }"}"#,
        )],
        small,
        "bytes",
    );
    refused(
        &[
            ("a.graphql", &"a".repeat(30)),
            ("b.graphql", &"b".repeat(30)),
        ],
        small,
        "more than 40 bytes",
    );
}

#[test]
fn a_hundred_thousand_documents_are_read() {
    let each: Vec<String> = (0..100_000)
        .map(|n| format!(r#""{n}":"{{ a{n} }}""#))
        .collect();
    let text = format!("{{{}}}", each.join(","));
    let library = read(&[("a.json", &text)], BOUNDS).expect("it is within the bounds");
    assert_eq!(library.len(), 100_000);
    assert_eq!(library.get("99999").as_deref(), Some("{ a99999 }"));
}

/// Some clients write hexadecimal digits as capital letters, which are the same number.
#[test]
fn a_hash_is_found_in_capital_letters_too() {
    let library = read(&[("a.graphql", "{ a }")], BOUNDS).expect("it is readable");
    let hash = sha256("{ a }");
    for id in [
        hash.clone(),
        hash.to_uppercase(),
        format!("sha256:{}", hash.to_uppercase()),
    ] {
        assert_eq!(library.get(&id).as_deref(), Some("{ a }"), "{id}");
    }
    let named = read(&[("a.json", r#"{"Hero":"{ a }"}"#)], BOUNDS).expect("it is readable");
    assert!(named.get("Hero").is_some() && named.get("hero").is_none());
}
