use apollo_compiler::ast::Document;

use super::{Links, SpecUrl, Version, catalog};

#[track_caller]
fn links(sdl: &str) -> (Links, Vec<String>) {
    let document = Document::parse(sdl, "test.graphql").unwrap();
    let (links, errors) = Links::read(&document);
    let errors = errors
        .into_iter()
        .map(|error| format!("{}: {}", error.code, error.message))
        .collect();
    (links, errors)
}

#[track_caller]
fn check_name(imports: &str, directive: &str, expected: &str) {
    let sdl = format!(
        r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", {imports})"#
    );
    let (links, errors) = links(&sdl);
    assert_eq!(errors, Vec::<String>::new());
    let link = links.get(catalog::FEDERATION).unwrap();
    assert_eq!(link.directive_name(directive), expected);
    let origin = links.origin_of_directive(expected).unwrap();
    assert_eq!(origin.link.url.identity, catalog::FEDERATION);
    assert_eq!(origin.element.as_deref(), Some(directive));
}

#[track_caller]
fn check_refused(links_sdl: &str, expected: &str) {
    let (_, errors) = links(&format!("extend schema {links_sdl}"));
    assert_eq!(errors.join("\n"), expected);
}

#[test]
fn versions_are_read_and_ordered() {
    assert_eq!(Version::parse("v2.10"), Some(Version::new(2, 10)));
    assert!(Version::new(2, 10) > Version::new(2, 9));
    for bad in ["2.0", "v2", "v2.x", "v2.", "v.1", "v+1.0", "v2.0.1"] {
        assert_eq!(Version::parse(bad), None, "{bad}");
    }
}

#[test]
fn urls_are_identity_name_and_version() {
    let url = SpecUrl::parse("https://specs.apollo.dev/federation/v2.3/").unwrap();
    assert_eq!(url.identity, catalog::FEDERATION);
    assert_eq!(url.name, "federation");
    assert_eq!(url.to_string(), "https://specs.apollo.dev/federation/v2.3");
    for bad in [
        "",
        "federation",
        "https://specs.apollo.dev",
        "https://specs.apollo.dev/v1.0",
        "https://a.dev/b/1.0",
    ] {
        assert!(SpecUrl::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn every_version_of_federation_is_known() {
    for minor in 0..=15 {
        assert!(catalog::elements(catalog::FEDERATION, Version::new(2, minor)).is_some());
    }
    for (version, known) in [
        ((2, 3), Some((2, 3))),
        ((2, 16), Some((2, 15))),
        ((3, 0), Some((2, 15))),
        ((1, 0), None),
        ((4, 0), None),
    ] {
        let version = Version::new(version.0, version.1);
        let known = known.map(|(major, minor)| Version::new(major, minor));
        assert_eq!(catalog::known_federation(version), known, "{version}");
    }
}

#[test]
fn names_follow_imports_renames_and_prefixes() {
    check_name(r#"import: ["@key"]"#, "key", "key");
    check_name(r#"import: ["@key"]"#, "shareable", "federation__shareable");
    check_name(r#"import: [{ name: "@key", as: "@id" }]"#, "key", "id");
    check_name(r#"as: "fed""#, "key", "fed__key");
}

#[test]
fn a_name_imported_otherwise_has_no_element() {
    let (links, _) = links(
        r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])"#,
    );
    let origin = links.origin_of_directive("federation__key").unwrap();
    assert_eq!(origin.element, None);
    assert!(links.origin_of_directive("other").is_none());
}

#[test]
fn links_without_federation_are_federation_1() {
    let (links, errors) = links(r#"schema @link(url: "https://example.com/a/v1.0") { query: Q }"#);
    assert!(links.is_empty() && errors.is_empty());
}

#[test]
fn wrong_links_are_refused() {
    check_refused(
        r#"@link(url: "https://specs.apollo.dev/federation/v4.0")"#,
        "UNKNOWN_FEDERATION_LINK_VERSION: there is no version v4.0 of Federation; the versions known here are v2.0 to v2.15",
    );
    check_refused(
        r#"@link(url: "https://specs.apollo.dev/federation/v2.99", import: ["@key", "@brandNew"])"#,
        "UNKNOWN_FEDERATION_LINK_VERSION: the linked specification has no element \"@brandNew\": Federation v2.99 is linked, and the newest version known here is v2.15",
    );
    check_refused(
        r#"@link(url: "https://specs.apollo.dev/link/v9.0")"#,
        "UNKNOWN_LINK_VERSION: there is no version v9.0 of \"https://specs.apollo.dev/link\"",
    );
    check_refused(
        r#"@link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@kye", "key", 3])"#,
        "INVALID_LINK_DIRECTIVE_USAGE: the linked specification has no element \"@kye\"; \"@key\" may be meant\n\
         INVALID_LINK_DIRECTIVE_USAGE: the linked specification has no element \"key\"; it is a directive, write \"@key\"\n\
         INVALID_LINK_DIRECTIVE_USAGE: an import is a name or { name: …, as: … }, not 3",
    );
    check_refused(
        r#"@link(url: "https://specs.apollo.dev/federation/v2.0") @link(url: "https://specs.apollo.dev/federation/v2.1")"#,
        "INVALID_LINK_DIRECTIVE_USAGE: \"https://specs.apollo.dev/federation\" is already linked",
    );
    check_refused(
        r#"@link(url: "https://specs.apollo.dev/federation/v2.0") @link(url: "nonsense")"#,
        "INVALID_LINK_IDENTIFIER: \"nonsense\" is not a URL",
    );
}
