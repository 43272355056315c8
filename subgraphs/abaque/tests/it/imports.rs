//! No file of a crate imports, over however many others, one that imports it back: each can be read with those below it alone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The crates of the workspace, as folders from its root.
fn crates() -> Vec<String> {
    let mut found = Vec::new();
    for group in ["platform", "router", "subgraphs"] {
        let folders = std::fs::read_dir(root().join(group)).expect("the folder is there");
        for folder in folders {
            let folder = folder.expect("it can be read");
            // The benchmark is no member of the workspace.
            if folder.path().join("src").is_dir() && folder.file_name() != "bench" {
                found.push(format!("{group}/{}", folder.file_name().display()));
            }
        }
    }
    found.sort();
    found
}

/// The modules of a crate that are files, by their paths, with their texts; tests are not among them.
fn modules(folder: &Path, path: &str, found: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let entry = entry.expect("it can be read").path();
        let name = entry.file_stem().expect("it has a name").to_string_lossy();
        let inner = |name: &str| match path {
            "" => name.to_owned(),
            _ => format!("{path}::{name}"),
        };
        if entry.is_dir() {
            modules(&entry, &inner(&name), found);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            let module = match &*name {
                "tests" | "main" => continue,
                "lib" => String::new(),
                "mod" => path.to_owned(),
                name => inner(name),
            };
            let text = std::fs::read_to_string(&entry).expect("it can be read");
            let code = text.split("#[cfg(test)]\nmod tests {").next();
            found.insert(module, code.unwrap_or_default().to_owned());
        }
    }
}

/// The paths of a `use` tree, without what precedes it.
fn expand(before: &str, tree: &str, found: &mut Vec<String>) {
    let Some((prefix, list)) = tree.split_once('{') else {
        found.push(format!("{before}{tree}"));
        return;
    };
    let before = format!("{before}{prefix}");
    let list = list.strip_suffix('}').unwrap_or(list);
    let (mut depth, mut begin) = (0_usize, 0);
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                expand(&before, &list[begin..at], found);
                begin = at + 1;
            }
            _ => {}
        }
    }
    expand(&before, &list[begin..], found);
}

/// Which modules each module imports.
fn imports(modules: &BTreeMap<String, String>) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut all = BTreeMap::new();
    for (module, text) in modules {
        let mut paths = Vec::new();
        for rest in text.split("use crate::").skip(1) {
            let tree: String = rest.split(';').next().unwrap_or_default().to_owned();
            let tree: String = tree.split_whitespace().collect();
            expand("", &tree, &mut paths);
        }
        let file_of = |path: &String| {
            let mut path = path.as_str();
            loop {
                if let Some((known, _)) = modules.get_key_value(path) {
                    return Some(known.as_str());
                }
                path = path.rsplit_once("::")?.0;
            }
        };
        let imported = paths.iter().filter_map(file_of);
        let others = imported.filter(|other| other != module && !other.is_empty());
        all.insert(module.as_str(), others.collect());
    }
    all
}

/// The files that can be left out no further: each imports another of them.
fn circular(crate_folder: &str) -> Vec<String> {
    let mut files = BTreeMap::new();
    modules(&root().join(crate_folder).join("src"), "", &mut files);
    assert!(!files.is_empty(), "{crate_folder}");
    let mut imports = imports(&files);
    // What imports nothing that is left is below all that is left.
    loop {
        let free: Vec<&str> = imports
            .iter()
            .filter(|(_, others)| others.is_empty())
            .map(|(module, _)| *module)
            .collect();
        if free.is_empty() {
            return imports.into_keys().map(str::to_owned).collect();
        }
        for module in free {
            imports.remove(module);
            for others in imports.values_mut() {
                others.remove(module);
            }
        }
    }
}

#[test]
fn files_do_not_import_each_other_in_circles() {
    for folder in crates() {
        let circular = circular(&folder);
        assert!(circular.is_empty(), "{folder}: {circular:?}");
    }
}

#[test]
fn a_circle_of_three_files_is_found() {
    let files = BTreeMap::from([
        ("a".to_owned(), "use crate::b::{X, c::Y};".to_owned()),
        ("b::c".to_owned(), "use crate::d;".to_owned()),
        (
            "d".to_owned(),
            "use crate::{\n    a::Z,\n    e,\n};".to_owned(),
        ),
        ("e".to_owned(), String::new()),
    ]);
    let imports = imports(&files);
    assert_eq!(imports["a"], BTreeSet::from(["b::c"]));
    assert_eq!(imports["b::c"], BTreeSet::from(["d"]));
    assert_eq!(imports["d"], BTreeSet::from(["a", "e"]));
    assert_eq!(imports["e"], BTreeSet::new());
}
