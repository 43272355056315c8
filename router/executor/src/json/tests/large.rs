//! Large texts, which are read and kept in other ways than small ones.

use super::*;

/// A list of this item, of this many bytes and more.
fn list_of(item: &str, bytes: usize) -> String {
    format!("[{}{item}]", format!("{item},").repeat(bytes / item.len()))
}

/// Objects of which no two have the same keys.
fn many_layouts() -> Vec<String> {
    let items = [
        "{\"#\":1}",
        "{\"#\":1,\"\":1,\"\":1,\"\":1}",
        "{\"\":1,\"#\":{}}",
    ];
    items.map(|item| list_of_many(item, 400_000)).into()
}

/// A list of items in which a number stands for each `#`.
fn list_of_many(item: &str, bytes: usize) -> String {
    let items = (0..bytes / item.len()).map(|n| item.replace('#', &n.to_string()));
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}

/// Values that take many times their text when each is stored by itself.
fn small_values() -> Vec<String> {
    let bytes = 400_000;
    let repeated = |item: &str| list_of(item, bytes);
    let keys = |value: &str, bytes: usize| {
        let members = format!("\"\":{value},").repeat(bytes / 5);
        format!("{{{members}\"k\":{value}}}")
    };
    vec![
        repeated("1"),
        repeated("null"),
        repeated("\"\""),
        repeated("true"),
        repeated("{}"),
        repeated("[]"),
        repeated("[1]"),
        repeated("[[]]"),
        repeated("[[],1]"),
        repeated("{\"a\":1}"),
        repeated("{\"\":1}"),
        repeated("{\"a\":{}}"),
        repeated("{\"a\":[]}"),
        repeated("{\"a\":[{}]}"),
        repeated("1").replace("1]", "{}]"),
        repeated("\"\"").replace("\"\"]", "[]]"),
        keys("1", bytes),
        keys("{}", bytes),
        keys("[]", bytes),
        repeated(&list_of("{}", 5_000)),
        repeated(&list_of("1", 5_000).replace("1]", "{}]")),
        repeated(&keys("1", 1_000)),
        repeated(&keys("1", 10_000)),
        format!("{}{}", "[{\"a\":".repeat(100), list_of("{}", bytes)) + &"}]".repeat(100),
    ]
}

#[test]
fn a_tree_takes_at_most_five_times_its_text() {
    let many = many_layouts().into_iter().map(|text| (text, true));
    let small = small_values().into_iter().map(|text| (text, false));
    for (text, grows) in small.chain(many) {
        let mut memory = 0;
        let counted = allocation_counter::measure(|| {
            let mut tree = Tree::default();
            let read = parse(text.as_bytes(), &mut tree);
            read.unwrap_or_else(|error| panic!("{}: {error}", &text[..40]));
            memory = tree.memory();
        });
        let peak = usize::try_from(counted.bytes_max).expect("the peak fits memory");
        let beginning = &text[..40];
        assert!(
            peak <= text.len() * 5,
            "{beginning}: {peak} for {}",
            text.len()
        );
        // What the tree says about itself is what it has, except for what is only needed to read it.
        assert!(memory <= peak, "{beginning}: {memory} of {peak}");
        assert!(
            grows || peak <= memory + 100_000,
            "{beginning}: {memory} of {peak}"
        );
    }
}

#[test]
fn large_texts_are_read_as_small_ones_are() {
    for text in small_values().into_iter().chain(many_layouts()) {
        let out = rewritten(text.as_bytes()).expect("the text is JSON");
        assert!(out == text.as_bytes(), "{}", &text[..40]);
    }
    let spaced = list_of("[ 1 , \"a\\\",]\" , { \"a\\u0062\" : [ null ] } ]", 100_000);
    let compact = spaced.replace(' ', "");
    assert!(rewritten(spaced.as_bytes()) == Some(compact.into_bytes()));
    for broken in [&spaced[..spaced.len() - 1], &spaced[..spaced.len() / 2]] {
        let mut tree = Tree::default();
        let before = tree.mark();
        assert!(parse(broken.as_bytes(), &mut tree).is_err());
        assert_eq!(tree.mark(), before);
    }
    // Brackets that do not match, where the counting before expects that they do.
    for broken in ["}", "]", ",", "{", "[", "\"", "1"] {
        for at in [50_001, 70_003, 99_990] {
            let mut text = list_of("{\"a\":[{}]}", 100_000).into_bytes();
            text[at] = broken.as_bytes()[0];
            let theirs = serde_json::from_slice::<serde_json::Value>(&text).is_ok();
            assert_eq!(rewritten(&text).is_some(), theirs, "{broken} at {at}");
        }
    }
}

#[test]
fn values_of_any_length_are_kept() {
    for length in [65_534, 65_535, 65_536, 524_286, 524_287, 524_288, 600_000] {
        let text = "x".repeat(length);
        check_same(&format!(
            "{{\"a\":\"{text}\",\"{text}\":{{\"{text}\\n\":1}}}}"
        ));
        check_same(&format!(
            "[{{}},{},-{}.5e-7]",
            "1".repeat(length),
            "2".repeat(length)
        ));
        check_same(&format!("[{{}},[{}\"]\"],1]", "1,".repeat(length)));
        let mut tree = Tree::default();
        let object = format!("{{\"{text}\":true}}");
        let Ok(Value::Object(object)) = parse(object.as_bytes(), &mut tree) else {
            panic!("it is an object");
        };
        assert_eq!(tree.get(object, &text), Some(Value::Bool(true)));
        assert_eq!(tree.get(object, &text[1..]), None);
    }
}

fn check_same(text: &str) {
    let out = rewritten(text.as_bytes()).expect("the text is JSON");
    assert!(out == text.as_bytes(), "{}", &text[..40]);
}

#[test]
fn fields_of_large_objects_are_found_in_any_order() {
    let members: Vec<String> = (0..20_000).map(|n| format!("\"k{n}\":{n}")).collect();
    let text = format!("{{{},\"\\u006blast\":1}}", members.join(","));
    let keys: Vec<String> = (0..20_000).map(|n| format!("k{n}")).collect();
    let mut tree = Tree::default();
    let Ok(Value::Object(object)) = parse(text.as_bytes(), &mut tree) else {
        panic!("it is an object");
    };
    let mut cursor = Cursor::default();
    for (n, key) in keys.iter().enumerate().rev() {
        let found = tree.get_next(object, key, &mut cursor);
        assert_eq!(found, Some(Value::Number(n.to_string().as_bytes())));
    }
    assert_eq!(tree.get_next(object, "none", &mut cursor), None);
    let found = tree.get_next(object, "klast", &mut cursor);
    assert_eq!(found, Some(Value::Number(b"1")));
}

#[test]
fn objects_of_more_layouts_than_are_kept_are_read_as_others_are() {
    // Of each object, the first keys are in a layout that is known, and what follows is in none.
    let object = |n: usize| format!("{{\"id\":{n},\"a{n}\":[{n},{{}}],\"z\":\"{n}\"}}");
    let objects: Vec<String> = (0..10_000).map(object).collect();
    let text = format!("[{}]", objects.join(","));
    check_same(&text);
    let keys: Vec<String> = (0..10_000).map(|n| format!("a{n}")).collect();
    let mut tree = Tree::default();
    let Ok(Value::List(items)) = parse(text.as_bytes(), &mut tree) else {
        panic!("it is a list");
    };
    for (n, key) in keys.iter().enumerate() {
        let Some(Value::Object(object)) = tree.item(items, n) else {
            panic!("it is an object");
        };
        for cursor in [&mut Cursor::default(), &mut Cursor::default()] {
            let digits = n.to_string();
            let number = Some(Value::Number(digits.as_bytes()));
            assert_eq!(tree.get_next(object, "none", cursor), None);
            assert_eq!(tree.get_next(object, "id", cursor), number);
            assert!(tree.get_next(object, key, cursor).is_some());
            let text = tree.get_next(object, "z", cursor);
            assert_eq!(text.and_then(Value::raw_text), Some(digits.as_bytes()));
        }
    }
}

#[test]
fn objects_of_many_shapes_are_merged_as_others_are() {
    for count in [3, 10_000] {
        let first = (0..count).map(|n| format!("{{\"a{n}\":null,\"o\":{{\"a{n}\":1}}}}"));
        let second = (0..count).map(|n| format!("{{\"o\":{{\"b\":{n}}},\"a{n}\":2}}"));
        let first = format!("[{}]", first.collect::<Vec<_>>().join(","));
        let second = format!("[{}]", second.collect::<Vec<_>>().join(","));
        let mut tree = Tree::default();
        let (Ok(Value::List(first)), Ok(Value::List(second))) = (
            parse(first.as_bytes(), &mut tree),
            parse(second.as_bytes(), &mut tree),
        ) else {
            panic!("they are lists");
        };
        for n in 0..count {
            let (Some(Value::Object(one)), Some(Value::Object(other))) =
                (tree.item(first, n), tree.item(second, n))
            else {
                panic!("they are objects");
            };
            tree.merge(one, other, &mut Grants::any());
            assert_eq!(
                shown(&tree, Value::Object(one)),
                format!("{{a{n}:2,o:{{a{n}:1,b:{n}}}}}")
            );
        }
    }
}

#[test]
fn large_objects_are_merged_as_small_ones_are() {
    let text = |from: usize, value: &str| {
        let members = (from..from + 5_000).map(|n| format!("\"k{n}\":{value}"));
        format!("{{{}}}", members.collect::<Vec<_>>().join(","))
    };
    let (first, second) = (text(0, "null"), text(2_500, "[{\"a\":1}]"));
    let third = text(2_500, "[{\"b\":2}]");
    let mut tree = Tree::default();
    let root = tree.new_object();
    for text in [&first, &second, &third] {
        let Ok(Value::Object(object)) = parse(text.as_bytes(), &mut tree) else {
            panic!("it is an object");
        };
        tree.merge(root, object, &mut Grants::any());
    }
    for (key, expected) in [
        ("k0", "null"),
        ("k2500", "[{a:1,b:2}]"),
        ("k7499", "[{a:1,b:2}]"),
    ] {
        let value = tree.get(root, key).expect("the key is there");
        let mut out = shown(&tree, value);
        out.retain(|c| c != '"');
        assert_eq!(out, expected, "{key}");
    }
}

#[test]
fn special_bytes_are_found_wherever_they_are() {
    for length in 0..100 {
        let mut text = vec![0x80_u8; length];
        assert_eq!(find_special(&text, 0), None);
        for at in (0..length).rev() {
            text[at] = [b'"', b'\\', 0x1f][at % 3];
            assert_eq!(find_special(&text, 0), Some(at));
            assert_eq!(find_special(&text, at), Some(at));
            assert_eq!(
                find_special(&text, at + 1),
                (at + 1 < length).then_some(at + 1)
            );
        }
    }
}

/// They are too long for their length to be stored with them.
#[test]
fn long_leaves_are_what_they_were_sent_as() {
    let string = format!("\"{}\\\"\"", "s".repeat(600_000));
    let number = "7".repeat(600_000);
    let list = format!("[{number},{string},null]");
    let key = format!("{}\\n", "k".repeat(600_000));
    let text = format!(r#"{{"a":{string},"{key}":{number},"b":{list},"c":[{{}},{string}]}}"#);
    check(&text, &text);
    let mut tree = Tree::default();
    let Ok(Value::Object(object)) = parse(text.as_bytes(), &mut tree) else {
        panic!("it is an object");
    };
    assert_eq!(
        tree.get(object, "a"),
        Some(Value::String(string.as_bytes()))
    );
    assert_eq!(
        tree.get(object, &decode(key.as_bytes())),
        Some(Value::Number(number.as_bytes()))
    );
    let other = format!(r#"{{"b":[null,null,{number}]}}"#);
    let Ok(Value::Object(other)) = parse(other.as_bytes(), &mut tree) else {
        panic!("it is an object");
    };
    tree.merge(object, other, &mut Grants::any());
    let merged = tree.get(object, "b").map(|list| shown(&tree, list));
    assert_eq!(merged, Some(format!("[{number},{string},{number}]")));
}

#[test]
fn an_index_says_what_it_took_and_has_no_key_that_nobody_asks_for() {
    let keys: String = (0..5_000).map(|n| format!("\"k{n}\":0,")).collect();
    let long = "\\n".repeat(500_000);
    let text = format!(r#"{{{keys}"{long}":0,"\u007a":1}}"#);
    let mut tree = Tree::default();
    let Ok(Value::Object(object)) = parse(text.as_bytes(), &mut tree) else {
        panic!("it is an object");
    };
    let mut cursor = Cursor::default();
    assert_eq!(cursor.work(), 0);
    for _ in 0..3 {
        let found = tree.get_next(object, "z", &mut cursor);
        assert_eq!(found, Some(Value::Number(b"1")));
        assert_eq!(tree.get_next(object, "missing", &mut cursor), None);
    }
    assert!(
        (5_000..200_000).contains(&cursor.work()),
        "{}",
        cursor.work()
    );
}

/// They may be long, and looked at by each of many fields.
#[test]
fn keys_with_escapes_are_compared_without_being_decoded() {
    let key = "\\n".repeat(100_000);
    let text = format!(r#"{{"{key}":1,"\u007a":2}}"#);
    let mut tree = Tree::default();
    let Ok(Value::Object(object)) = parse(text.as_bytes(), &mut tree) else {
        panic!("it is an object");
    };
    let counted = allocation_counter::measure(|| {
        for _ in 0..1_000 {
            assert_eq!(tree.get(object, "missing"), None);
            assert_eq!(tree.get(object, "z"), Some(Value::Number(b"2")));
        }
    });
    assert_eq!(counted.bytes_total, 0);
}
