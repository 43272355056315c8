//! The other side of each error: `cases/<name>/mended/<subgraph>.graphql` replace subgraphs of a case that does not compose, and then it does.
//!
//! The change is as small as it can be, so that it shows where the rule ends. An empty file takes a subgraph away.

use std::collections::BTreeSet;
use std::path::Path;

use composition::compose;
use federation::{Code, Severity, Subgraph};

use crate::cases::{folders, subgraphs};

/// The codes of the errors of a case.
fn errors(subgraphs: &[Subgraph]) -> BTreeSet<Code> {
    let Err(diagnostics) = compose(subgraphs) else {
        return BTreeSet::new();
    };
    let errors = diagnostics.iter().filter(|d| d.severity == Severity::Error);
    errors.map(|diagnostic| diagnostic.code).collect()
}

/// The subgraphs of a case, with those that fix it.
fn mended(folder: &Path) -> Option<Vec<Subgraph>> {
    let changes = folder.join("mended");
    changes.is_dir().then(|| {
        let mut mended = subgraphs(folder);
        for change in subgraphs(&changes) {
            match mended.iter_mut().find(|known| known.name == change.name) {
                Some(known) => *known = change,
                None => mended.push(change),
            }
        }
        mended.retain(|subgraph| !subgraph.sdl.is_empty());
        mended
    })
}

#[test]
fn what_is_mended_composes() {
    let mut broken = Vec::new();
    for folder in folders() {
        if let Some(mended) = mended(&folder) {
            if errors(&subgraphs(&folder)).is_empty() {
                broken.push(format!("{}: nothing to fix", folder.display()));
            }
            if let Err(diagnostics) = compose(&mended) {
                broken.push(format!("{}: {diagnostics}", folder.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_error_has_a_case_that_is_mended() {
    let (mut fires, mut ends) = (BTreeSet::new(), BTreeSet::new());
    for folder in folders() {
        let codes = errors(&subgraphs(&folder));
        if folder.join("mended").is_dir() {
            ends.extend(&codes);
        }
        fires.extend(codes);
    }
    let missing: Vec<&str> = fires.difference(&ends).map(|code| code.as_str()).collect();
    assert_eq!(missing, Vec::<&str>::new());
}
