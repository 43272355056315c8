//! No file holds more than can be read as one idea. For functions there is a lint, `clippy::too_many_lines`, by the same reasoning.

use std::path::Path;

/// Lines of a file.
const MOST: usize = 400;

/// The lines of a text that has too many.
fn too_long(text: &str) -> Option<usize> {
    Some(text.lines().count()).filter(|lines| *lines > MOST)
}

/// Adds the files of a folder that are longer, with their lines.
fn longer(folder: &Path, found: &mut Vec<(usize, String)>) {
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let entry = entry.expect("it can be read").path();
        if entry.is_dir() {
            // What is built is not written by hand.
            if entry.file_name().is_none_or(|name| name != "target") {
                longer(&entry, found);
            }
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&entry).expect("it can be read");
            let lines = too_long(&text);
            found.extend(lines.map(|lines| (lines, entry.display().to_string())));
        }
    }
}

#[test]
fn no_file_is_longer_than_can_be_read_at_once() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = Vec::new();
    for group in ["platform", "router", "subgraphs"] {
        longer(&root.join(group), &mut found);
    }
    found.sort();
    assert!(
        found.is_empty(),
        "give each idea in these a file of its own: {found:#?}"
    );
}

#[test]
fn a_line_more_is_too_long() {
    assert_eq!(too_long(&"\n".repeat(MOST)), None);
    assert_eq!(too_long(&"\n".repeat(MOST + 1)), Some(MOST + 1));
}
