//! Each key of the manual's file with every key is accepted there and reaches the typed configuration: not only a list of names that agree.

use serde_json::{Value, json};

use super::manual::yaml;
use super::*;

/// The file with every key, as data.
fn example() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/example.md");
    let text = std::fs::read_to_string(path).expect("the document is there");
    let example = yaml(&text).next().expect("it has an example");
    let mut example: Value = serde_saphyr::from_str(example).expect("it is YAML");
    // Its reader has the words of YAML 1.1, of which the router's own has none.
    for (_, level) in example["lint"].as_object_mut().expect("a section") {
        if level.is_boolean() {
            *level = json!("off");
        }
    }
    example
}

/// Where a key stands, for each name that the file chooses.
fn places(value: &Value, parts: &[&str], place: &str, found: &mut Vec<String>) {
    let Some((part, rest)) = parts.split_first() else {
        found.push(place.to_owned());
        return;
    };
    let entries = value.as_object().into_iter().flatten();
    for (name, below) in entries.filter(|(name, _)| *part == "<name>" || part == name) {
        places(below, rest, &format!("{place}/{name}"), found);
    }
}

/// One section of the file, with something to serve and an issuer of tokens, which others need: it takes less time to read.
fn part(file: &Value, section: &str) -> Value {
    let mut part = json!({
        "subgraphs": { "products": { "url": "http://products/" } },
        "authentication": file["authentication"],
    });
    part[section] = file[section].clone();
    part
}

/// The file without a key.
fn without(file: &Value, place: &str) -> Value {
    let mut file = file.clone();
    let (section, name) = place.rsplit_once('/').expect("a key");
    let section = file.pointer_mut(section).and_then(Value::as_object_mut);
    section.expect("a section").remove(name);
    file
}

fn with(file: &Value, place: &str, value: &Value) -> Value {
    let mut file = file.clone();
    *file.pointer_mut(place).expect("a key") = value.clone();
    file
}

/// What a file comes to, without the record of what was read; `None` where it is not accepted.
fn typed(file: &Value) -> Option<String> {
    let config = parse(&file.to_string()).ok()?;
    let config = Config {
        shown: Shown::default(),
        ..config
    };
    Some(format!("{config:?}"))
}

/// Values of the kind that a key takes.
fn others(key: &settings::KeyDoc) -> Vec<Value> {
    if let Some((_, words)) = key.kind.split_once("one of: ") {
        return words.split(", ").map(|word| json!(word)).collect();
    }
    let texts = |texts: &[&str]| texts.iter().map(|text| json!(text)).collect();
    let is = |begin: &str| key.kind.starts_with(begin);
    match () {
        () if is("true or false") => vec![json!(true), json!(false)],
        () if is("a whole number") => {
            let default = key.default.as_ref().and_then(Value::as_u64).unwrap_or(1);
            vec![json!(default + 1), json!(default.saturating_sub(1))]
        }
        () if is("a size") => texts(&["3 KiB", "3 MiB", "200 MiB", "1 GiB"]),
        () if is("a duration") => texts(&["11s", "25s", "70ms", "3m", "2h", "200d"]),
        () if is("a share") || is("a percentage") => texts(&["37%"]),
        () if is("an address") => texts(&[":7007"]),
        () if is("a path") => texts(&["/other"]),
        () => texts(&["other", "x-other", "debug"]),
    }
}

#[test]
fn each_key_of_the_example_is_accepted_and_takes_effect() {
    let whole = example();
    assert!(typed(&whole).is_some(), "the example is not accepted");
    let alone = json!({ "supergraph": "./supergraph.graphql" });
    let mut idle = Vec::new();
    for key in keys() {
        let parts: Vec<_> = key.path.split('.').collect();
        let part = part(&whole, parts[0]);
        let file = match key.path.as_str() {
            "supergraph" => &alone,
            _ if typed(&part).is_some() => &part,
            _ => &whole,
        };
        let mut found = Vec::new();
        places(file, &parts, "", &mut found);
        // Where a name can be chosen, the key takes effect under one of them.
        let takes_effect = found.iter().any(|place| {
            let before = typed(&without(file, place));
            let own = file.pointer(place).cloned();
            let mut values = own.into_iter().chain(others(&key));
            values.any(|value| {
                let after = typed(&with(file, place, &value));
                after.is_some() && after != before
            })
        });
        if !takes_effect {
            idle.push(key.path);
        }
    }
    assert!(idle.is_empty(), "without effect: {}", idle.join(", "));
}
