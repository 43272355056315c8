//! `tests/cases/<name>/<subgraph>.graphql` compose to `supergraph.snap`, or fail with `diagnostics.snap`.
//!
//! The supergraph is shown without the definitions of `@link` and the join specification, which are always the same.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use apollo_compiler::ast::{Definition, Document};
use composition::{Composed, compose};
use federation::{Code, Diagnostics, Severity, Subgraph, Supergraph};

pub(crate) fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut folders: Vec<PathBuf> = fs::read_dir(root)
        .expect("the cases are there")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

pub(crate) fn subgraphs(folder: &Path) -> Vec<Subgraph> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the case is there")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "graphql")
        })
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|file| {
            let name = file.file_stem().and_then(|stem| stem.to_str());
            let name = name.expect("a file with a name");
            let sdl = fs::read_to_string(&file).expect("readable");
            Subgraph::new(name, sdl).with_url(format!("http://{name}.example"))
        })
        .collect()
}

fn composed(subgraphs: &[Subgraph]) -> (Option<String>, Diagnostics) {
    match compose(subgraphs) {
        Ok(Composed {
            supergraph_sdl,
            hints,
            ..
        }) => (Some(supergraph_sdl), hints),
        Err(diagnostics) => (None, diagnostics),
    }
}

/// The supergraph without what is always the same.
fn shown(sdl: &str) -> String {
    let document = Document::parse(sdl, "supergraph.graphql").expect("a supergraph is GraphQL");
    let is_machinery = |definition: &Definition| {
        definition.name().is_some_and(|name| {
            name == "link" || name.starts_with("link__") || name.starts_with("join__")
        })
    };
    let parts: Vec<String> = document
        .definitions
        .iter()
        .filter(|definition| !is_machinery(definition))
        .map(|definition| definition.to_string())
        .collect();
    parts.join("\n")
}

#[test]
fn cases_compose_as_their_snapshots_say() {
    for folder in folders() {
        let subgraphs = subgraphs(&folder);
        let (supergraph, diagnostics) = composed(&subgraphs);
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(&folder);
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| {
            if let Some(supergraph) = &supergraph {
                insta::assert_snapshot!("supergraph", shown(supergraph));
            }
            if !diagnostics.is_empty() {
                insta::assert_snapshot!("diagnostics", diagnostics.to_string());
            }
        });
    }
}

#[test]
fn the_order_of_subgraphs_does_not_matter() {
    for folder in folders() {
        let mut subgraphs = subgraphs(&folder);
        let expected = composed(&subgraphs);
        subgraphs.reverse();
        assert_eq!(composed(&subgraphs), expected, "{}", folder.display());
        if subgraphs.len() > 2 {
            subgraphs.rotate_left(1);
            assert_eq!(composed(&subgraphs), expected, "{}", folder.display());
        }
    }
}

#[test]
fn supergraphs_load_and_print_again_the_same() {
    for folder in folders() {
        if let (Some(sdl), _) = composed(&subgraphs(&folder)) {
            let supergraph =
                Supergraph::parse(&sdl).unwrap_or_else(|d| panic!("{}: {d}", folder.display()));
            let printed = supergraph.schema().to_string();
            assert_eq!(printed, sdl, "{}", folder.display());
        }
    }
}

#[test]
fn errors_of_one_subgraph_say_where() {
    for folder in folders() {
        let (_, diagnostics) = composed(&subgraphs(&folder));
        for diagnostic in diagnostics.iter().filter(|d| d.severity == Severity::Error) {
            let placed = !diagnostic.locations.is_empty() || diagnostic.subgraph.is_none();
            let nameless = diagnostic.code == Code::InvalidSubgraphName;
            assert!(placed || nameless, "{}: {diagnostic}", folder.display());
        }
    }
}

#[test]
fn every_code_of_composition_has_a_case() {
    let mut seen = BTreeSet::new();
    for folder in folders() {
        let (_, diagnostics) = composed(&subgraphs(&folder));
        seen.extend(diagnostics.iter().map(|diagnostic| diagnostic.code));
    }
    // Of loading supergraphs, of limits no small case reaches, or published without being raised by any composer.
    let elsewhere = [
        Code::InvalidFederationSupergraph,
        Code::MaxValidationSubgraphPathsExceeded,
        Code::UnsupportedFeature,
        Code::UnsupportedLinkedFeature,
        Code::InconsistentTypeSystemDirectiveRepeatable,
        Code::InconsistentTypeSystemDirectiveLocations,
    ];
    let missing: Vec<&str> = Code::ALL
        .iter()
        .filter(|code| !seen.contains(code) && !elsewhere.contains(code))
        .map(|code| code.as_str())
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn what_is_composed_equals_what_its_text_says() {
    let mut compared = 0;
    for folder in folders() {
        let Ok(composed) = compose(&subgraphs(&folder)) else {
            continue;
        };
        let (made, name) = (&composed.supergraph, folder.display());
        let read = Supergraph::parse(&composed.supergraph_sdl).expect("a supergraph");
        assert_eq!(**made.sdl(), *composed.supergraph_sdl, "{name}");
        assert_eq!(made.sdl(), read.sdl(), "{name}");
        assert_eq!(made.schema(), read.schema(), "{name}");
        assert_eq!(made.api_schema(), read.api_schema(), "{name}");
        assert_eq!(made.api_sdl(), read.api_sdl(), "{name}");
        assert_eq!(made.api_size(), read.api_size(), "{name}");
        assert_eq!(made.subgraphs(), read.subgraphs(), "{name}");
        assert_eq!(made.types(), read.types(), "{name}");
        assert!(made.types().keys().eq(read.types().keys()), "{name}");
        // Maps are equal in any order, which introspection shows.
        for (one, other) in [
            (made.schema(), read.schema()),
            (made.api_schema(), read.api_schema()),
        ] {
            assert!(one.types.keys().eq(other.types.keys()), "{name}");
            let (one, other) = (&one.directive_definitions, &other.directive_definitions);
            assert!(one.keys().eq(other.keys()), "{name}");
        }
        compared += 1;
    }
    assert!(compared > 100, "{compared} cases compose");
}
