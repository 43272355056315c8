use super::*;

#[track_caller]
fn refused(text: &str, expected: &str) {
    let error = FileMap::parse(text.as_bytes(), 2).expect_err("it is no map");
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn paths_come_in_the_order_of_the_text() {
    let text = br#"{"b": ["variables.x.0", "variables.y"], "a": ["variables.z"]}"#;
    let map = FileMap::parse(text, 2).expect("a map");
    let paths: Vec<_> = map.paths().collect();
    let expected = [(0, "variables.x.0"), (0, "variables.y"), (1, "variables.z")];
    assert_eq!(paths, expected);
    assert_eq!((map.index_of("a"), map.index_of("c")), (Some(1), None));
}

#[test]
fn what_is_no_map_is_refused_with_what_was_expected() {
    for text in ["", "[]", "null", r#"{"0": "variables.x"}"#, r#"{"0": [1]}"#] {
        refused(text, "must be a JSON object");
    }
    refused("{} {}", "must be a JSON object");
    refused(r#"{"0": []}"#, "no path for the file \"0\"");
    refused(r#"{"0": ["query"]}"#, "begins with \"variables.\"");
    refused(r#"{"0": ["0.variables.x"]}"#, "begins with \"variables.\"");
    refused(r#"{"0": ["variables.x"], "0": ["variables.y"]}"#, "twice");
    refused(r#"{"0": ["variables.x"], "1": ["variables.x"]}"#, "twice");
    refused(
        r#"{"0": ["variables.x"], "1": ["variables.y"], "2": ["variables.z"]}"#,
        "more than 2 files",
    );
}

#[test]
fn what_is_beyond_the_bound_is_not_kept() {
    let many: Vec<String> = (0..5_000).map(|n| format!("\"{n}\":[]")).collect();
    refused(&format!("{{{}}}", many.join(",")), "more than 2 files");
    let read = |text: &str| {
        let mut reader = serde_json::Deserializer::from_str(text);
        reader.deserialize_map(Entries(2)).expect("a map").len()
    };
    assert_eq!(read(&format!("{{{}}}", many.join(","))), 3);
    assert_eq!(read(r#"{"0":[],"1":[]}"#), 2);
}

#[test]
fn a_map_weighs_what_its_paths_take() {
    let paths: Vec<String> = (0..1_000).map(|n| format!("\"variables.{n}\"")).collect();
    let text = format!("{{\"0\":[{}]}}", paths.join(","));
    let map = FileMap::parse(text.as_bytes(), 1).expect("a map");
    assert!(
        map.weight() >= 1_000 * (size_of::<String>() + 10),
        "{}",
        map.weight()
    );
}
