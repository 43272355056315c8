//! At which level the binary logs what composing a schema says.

use super::Serving;

#[tokio::test]
async fn errors_of_a_composition_are_errors_and_hints_are_none() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, sdl) in [
        ("dogs", "\"The dogs.\"\ntype Query { pet: Int }"),
        ("cats", "\"The cats.\"\ntype Query { pet: String }"),
    ] {
        let file = folder.path().join(format!("{name}.graphql"));
        std::fs::write(file, sdl).expect("it can be written");
    }
    let subgraph = |name: &str| {
        format!("{name}: {{ url: \"http://127.0.0.1:1/graphql\", sdl: {name}.graphql }}")
    };
    let config = format!(
        "log: {{ format: json, level: \"info,router=debug\" }}\nsubgraphs: {{ {}, {} }}\n",
        subgraph("dogs"),
        subgraph("cats")
    );
    let mut serving = Serving::launch(folder, &config).await;
    let is_of = |code: &'static str| move |line: &serde_json::Value| line["code"] == code;
    let error = super::find(&mut serving.lines, is_of("FIELD_TYPE_MISMATCH")).await;
    assert_eq!(error["level"], "ERROR", "{error}");
    let hint = super::find(&mut serving.lines, is_of("INCONSISTENT_DESCRIPTION")).await;
    assert_eq!(hint["level"], "DEBUG", "{hint}");
}
