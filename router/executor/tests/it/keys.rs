//! Which entities can be asked for by their keys, and what is sent of each.

use planner::{FetchTarget, RepresentationField};

use crate::script::{
    Case, Script, entities, int, leaf_of_representation, list, name, object, of, root,
};

fn part(key: &str, required: bool, fields: &[RepresentationField]) -> RepresentationField {
    RepresentationField {
        required,
        key: true,
        fields: fields.to_vec(),
        ..leaf_of_representation(key)
    }
}

fn type_name(constant: &str) -> RepresentationField {
    RepresentationField {
        constant: Some(name(constant)),
        ..part("__typename", true, &[])
    }
}

/// What is sent of the objects that the first fetch brings.
async fn sent(key: Vec<RepresentationField>, objects: &str) -> String {
    let mut fetch = entities("b{e}", &[0], &["l"]);
    if let FetchTarget::Entities(entities) = &mut fetch.target {
        entities[0].representations[0].fields = key;
    }
    let case = Case::new(
        vec![root("a{l}"), fetch],
        object([("l", list(of([("n", int())])))]),
    );
    let script = Script::new()
        .answer(0, &format!(r#"{{"data":{{"l":{objects}}}}}"#))
        .answer(1, r#"{"data":{"e":[]}}"#);
    let outcome = case.run(script).await;
    let sent = outcome.sent.get(1);
    sent.map_or_else(String::new, |sent| {
        let at = sent.find(r#""r":"#).expect("representations");
        sent[at + 4..sent.len() - 2].to_owned()
    })
}

#[tokio::test]
async fn a_null_is_sent_where_the_key_may_have_one() {
    let key = vec![
        part("id", true, &[]),
        part("z", false, &[]),
        part("r", false, &[part("n", false, &[])]),
    ];
    let objects = r#"[{"id":1,"z":"x","r":{"n":1}},{"id":2,"z":null,"r":{"n":null}},{"id":3,"z":null,"r":null}]"#;
    assert_eq!(
        sent(key, objects).await,
        concat!(
            r#"[{"__typename":"T","id":1,"z":"x","r":{"n":1}},"#,
            r#"{"__typename":"T","id":2,"z":null,"r":{"n":null}},"#,
            r#"{"__typename":"T","id":3,"z":null,"r":null}]"#
        )
    );
}

#[tokio::test]
async fn an_entity_is_not_asked_for_without_a_part_of_its_key_that_must_be_there() {
    let key = vec![
        part("id", true, &[]),
        part("z", false, &[]),
        part("r", false, &[part("n", true, &[])]),
    ];
    // A null of a non-null field, and parts that never came.
    let objects = r#"[{"id":null,"z":"x","r":{"n":1}},{"id":2,"r":{"n":1}},{"id":3,"z":null,"r":{"n":null}},{"id":4,"z":null}]"#;
    assert_eq!(sent(key, objects).await, "");
}

#[tokio::test]
async fn an_entity_of_which_the_whole_key_is_null_is_not_asked_for() {
    let key = || {
        vec![
            part("id", false, &[]),
            part("r", false, &[part("n", false, &[])]),
        ]
    };
    let nothing =
        r#"[{"id":null,"r":null},{"id":null,"r":{"n":null}},{"id":null,"r":[{"n":null},null]}]"#;
    assert_eq!(sent(key(), nothing).await, "");
    let something = r#"[{"id":null,"r":{"n":1}},{"id":null,"r":[]},{"id":0,"r":null}]"#;
    assert_eq!(
        sent(key(), something).await,
        concat!(
            r#"[{"__typename":"T","id":null,"r":{"n":1}},"#,
            r#"{"__typename":"T","id":null,"r":[]},"#,
            r#"{"__typename":"T","id":0,"r":null}]"#
        )
    );
}

#[tokio::test]
async fn what_is_required_beside_a_key_that_is_null_does_not_identify_an_entity() {
    let mut key = vec![part("id", false, &[])];
    key.push(leaf_of_representation("x"));
    assert_eq!(
        sent(key, r#"[{"id":null,"x":1},{"id":2,"x":2}]"#).await,
        r#"[{"__typename":"T","id":2,"x":2}]"#
    );
}

#[tokio::test]
async fn the_name_of_a_type_is_sent_of_each_object_and_null_where_there_is_none() {
    let key = vec![
        part("id", false, &[]),
        part("r", false, &[type_name("Row")]),
    ];
    let objects = r#"[{"id":1,"r":{"n":7}},{"id":2,"r":[[{}],[null]]},{"id":3,"r":null},{"id":null,"r":{"n":7}}]"#;
    assert_eq!(
        sent(key, objects).await,
        concat!(
            r#"[{"__typename":"T","id":1,"r":{"__typename":"Row"}},"#,
            r#"{"__typename":"T","id":2,"r":[[{"__typename":"Row"}],[null]]},"#,
            r#"{"__typename":"T","id":3,"r":null},"#,
            r#"{"__typename":"T","id":null,"r":{"__typename":"Row"}}]"#
        )
    );
}

#[tokio::test]
async fn an_object_with_a_key_of_nothing_but_its_type_is_asked_for_where_it_is_there() {
    assert_eq!(
        sent(Vec::new(), r#"[{"n":1},null]"#).await,
        r#"[{"__typename":"T"}]"#
    );
}

#[tokio::test]
async fn a_number_that_is_no_float_is_not_sent_on() {
    let float = |key| RepresentationField {
        float: true,
        ..part(key, true, &[])
    };
    // As a part of the key, and as what a field requires that may be null.
    let optional = RepresentationField {
        required: false,
        key: false,
        ..float("x")
    };
    assert_eq!(
        sent(
            vec![float("id"), optional],
            r#"[{"id":1e999,"x":1},{"id":2.5,"x":-1e999},{"id":3,"x":[1,[1e999]]},{"id":4,"x":[1.0]}]"#
        )
        .await,
        concat!(
            r#"[{"__typename":"T","id":2.5,"x":null},"#,
            r#"{"__typename":"T","id":3,"x":null},"#,
            r#"{"__typename":"T","id":4,"x":[1.0]}]"#
        )
    );
}
