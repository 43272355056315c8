//! Reading and writing against `serde_json`, merging, and what bounds the parser.

mod large;

use proptest::prelude::*;

use super::text::{find_special, same_key};
use super::{Cursor, Tree, Value, decode, integer, parse, write_string};
use crate::memory::Grants;

/// The text of a JSON document after reading and writing it.
fn rewritten(text: &[u8]) -> Option<Vec<u8>> {
    let mut tree = Tree::default();
    let value = parse(text, &mut tree).ok()?;
    let mut out = Vec::new();
    tree.write(value, &mut out);
    Some(out)
}

#[track_caller]
fn check(text: &str, expected: &str) {
    let out = rewritten(text.as_bytes()).expect("the text is JSON");
    assert_eq!(String::from_utf8(out).expect("JSON is text"), expected);
}

#[track_caller]
fn check_error(text: impl AsRef<[u8]>, expected: &str) {
    let error = parse(text.as_ref(), &mut Tree::default()).expect_err("the text is no JSON");
    assert_eq!(error.to_string(), expected);
}

#[test]
fn values_are_written_as_they_were_read() {
    check(" null\n", "null");
    check("[true, false]", "[true,false]");
    check(
        "[0, -0, 1.50, 1e999, -12345678901234567890.0e-3]",
        "[0,-0,1.50,1e999,-12345678901234567890.0e-3]",
    );
    check(r#""é\u00e9\/\ud83d""#, r#""é\u00e9\/\ud83d""#);
    check("\t{ \"a\" : { } ,\r\n\"b\" : [ ] }", r#"{"a":{},"b":[]}"#);
    check(r#"{"a":1,"a":2,"":3}"#, r#"{"a":1,"a":2,"":3}"#);
}

#[test]
fn what_is_no_json_is_refused_with_its_place() {
    check_error("", "the text ends too early at byte 0");
    check_error("<html>", "expected a value at byte 0");
    check_error("nul", "expected a value at byte 0");
    check_error("[1 2]", "expected a comma or the end of the list at byte 3");
    check_error("[1,]", "expected a value at byte 3");
    check_error(r#"{"a" 1}"#, "expected a colon at byte 5");
    check_error(r#"{"a":1,}"#, "expected a key at byte 7");
    check_error(r#"{"a":1"#, "the text ends too early at byte 6");
    check_error(
        r#"{"a":1]"#,
        "expected a comma or the end of the object at byte 6",
    );
    check_error("01", "something after the end of the value at byte 1");
    check_error("-", "expected a digit at byte 1");
    check_error("1.", "expected a digit at byte 2");
    check_error("1e+", "expected a digit at byte 3");
    check_error(r#""abc"#, "the text ends too early at byte 4");
    check_error("\"a\nb\"", "a control character in a string at byte 2");
    check_error(r#""\x""#, "an unknown escape in a string at byte 1");
    check_error(r#""\u12"#, "an unknown escape in a string at byte 1");
    check_error("\u{feff}1", "expected a value at byte 0");
    check_error(b"\"\xff\"", "not UTF-8 at byte 1");
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    check(&nested(256), &nested(256));
    check_error(nested(257), "nested too deep at byte 256");
    check_error("[".repeat(100_000), "nested too deep at byte 256");
    check_error("{\"a\":".repeat(100_000), "nested too deep at byte 1280");
}

#[test]
fn refused_text_leaves_nothing_behind() {
    let mut tree = Tree::default();
    let before = tree.mark();
    assert!(parse(br#"{"a":[1,{"b":2}],"c":"#, &mut tree).is_err());
    assert_eq!(tree.mark(), before);
}

#[test]
fn strings_are_decoded() {
    for (raw, text) in [
        (r"plain", "plain"),
        (r#"\"\\\/\b\f\n\r\t"#, "\"\\/\u{8}\u{c}\n\r\t"),
        (r"\u00e9\uD83D\uDE00.", "é😀."),
        (r"\ud83d-\ude00", "\u{fffd}-\u{fffd}"),
        (r"\ud83d\u0041", "\u{fffd}A"),
    ] {
        assert_eq!(decode(raw.as_bytes()), text);
    }
}

#[test]
fn numbers_are_integers_when_their_value_is() {
    for (digits, expected) in [
        ("0", Some(0)),
        ("-0", Some(0)),
        ("2147483647", Some(i32::MAX)),
        ("-2147483648", Some(i32::MIN)),
        ("2147483648", None),
        ("1.0", Some(1)),
        ("1.5", None),
        ("1e3", Some(1000)),
        ("1e-3", None),
        ("1e99999", None),
        ("1.00000000000000000000001", None),
    ] {
        assert_eq!(integer(digits.as_bytes()), expected, "{digits}");
    }
}

/// Merges the objects in order into an empty one, and writes what the keys give then, merged objects included.
#[track_caller]
fn check_merge(objects: &[&str], expected: &str) {
    let mut tree = Tree::default();
    let root = tree.new_object();
    for text in objects {
        let Ok(Value::Object(object)) = parse(text.as_bytes(), &mut tree) else {
            panic!("{text} is no object");
        };
        tree.merge(root, object, &mut Grants::any());
    }
    assert_eq!(shown(&tree, Value::Object(root)), expected);
}

/// A value with the parts of objects, as walks see it.
fn shown<'a>(tree: &Tree<'a>, value: Value<'a>) -> String {
    match value {
        Value::Object(object) => {
            let mut keys: Vec<String> = Vec::new();
            let mut objects = vec![object];
            while let Some(object) = objects.pop() {
                let fields = tree.own_fields(object);
                keys.extend(fields.map(|(key, _)| decode(key).into_owned()));
                objects.extend(tree.parts(object));
            }
            keys.sort_unstable();
            keys.dedup();
            let field = |key: &String| {
                let value = tree.get(object, key).expect("the key is there");
                format!("{key}:{}", shown(tree, value))
            };
            format!(
                "{{{}}}",
                keys.iter().map(field).collect::<Vec<_>>().join(",")
            )
        }
        Value::List(items) => {
            let items = tree.items(items);
            let items: Vec<String> = items.map(|item| shown(tree, item)).collect();
            format!("[{}]", items.join(","))
        }
        leaf => {
            let mut out = Vec::new();
            tree.write(leaf, &mut out);
            String::from_utf8(out).expect("JSON is text")
        }
    }
}

#[test]
fn objects_are_merged_by_field_and_lists_by_index() {
    check_merge(&[r#"{"a":1}"#, r#"{"b":2}"#, "{}"], "{a:1,b:2}");
    check_merge(
        &[
            r#"{"o":{"a":1,"p":{"x":1}}}"#,
            r#"{"o":{"b":2,"p":{"y":2}}}"#,
            r#"{"o":{"p":{"z":3}}}"#,
        ],
        "{o:{a:1,b:2,p:{x:1,y:2,z:3}}}",
    );
    check_merge(
        &[r#"{"l":[{"a":1},{"a":2}]}"#, r#"{"l":[{"b":1},{"b":2}]}"#],
        "{l:[{a:1,b:1},{a:2,b:2}]}",
    );
    check_merge(
        &[
            r#"{"l":[[{"a":1}],null]}"#,
            r#"{"l":[[{"b":1}],[{"b":2}]]}"#,
        ],
        "{l:[[{a:1,b:1}],[{b:2}]]}",
    );
}

#[test]
fn what_was_first_stays_unless_it_was_null() {
    check_merge(&[r#"{"a":1}"#, r#"{"a":2}"#], "{a:1}");
    check_merge(&[r#"{"a":null}"#, r#"{"a":2}"#], "{a:2}");
    check_merge(&[r#"{"a":1}"#, r#"{"a":null}"#], "{a:1}");
    check_merge(&[r#"{"l":[1]}"#, r#"{"l":[2,3]}"#], "{l:[1]}");
    check_merge(
        &[r#"{"a":{"b":1}}"#, r#"{"a":[1]}"#, r#"{"a":"x"}"#],
        "{a:{b:1}}",
    );
    check_merge(
        &[r#"{"a":null}"#, r#"{"a":{"b":1}}"#, r#"{"a":{"c":2}}"#],
        "{a:{b:1,c:2}}",
    );
}

#[test]
fn completing_a_shared_object_at_one_place_leaves_the_other_places_alone() {
    let mut tree = Tree::default();
    let mut object = |text: &'static str| match parse(text.as_bytes(), &mut tree) {
        Ok(Value::Object(object)) => object,
        other => panic!("{other:?}"),
    };
    let (first, second) = (object(r#"{"id":1}"#), object(r#"{"id":2}"#));
    let shared = object(r#"{"size":{"w":1},"tags":[{"t":1},null]}"#);
    let only_first = object(r#"{"size":{"h":2},"tags":[{"u":1},{"u":2}]}"#);
    tree.merge(first, shared, &mut Grants::any());
    tree.merge(second, shared, &mut Grants::any());
    tree.merge(first, only_first, &mut Grants::any());
    assert_eq!(
        shown(&tree, Value::Object(first)),
        "{id:1,size:{h:2,w:1},tags:[{t:1,u:1},{u:2}]}"
    );
    assert_eq!(
        shown(&tree, Value::Object(second)),
        "{id:2,size:{w:1},tags:[{t:1},null]}"
    );
}

#[test]
fn fields_are_found_in_any_order_and_with_escapes() {
    let mut tree = Tree::default();
    let Ok(Value::Object(object)) = parse(br#"{"a":1,"\u0062":2,"c":3}"#, &mut tree) else {
        panic!("it is an object");
    };
    let mut cursor = Cursor::default();
    for (key, digits) in [("a", "1"), ("b", "2"), ("c", "3"), ("a", "1"), ("c", "3")] {
        let found = tree.get_next(object, key, &mut cursor);
        assert_eq!(found, Some(Value::Number(digits.as_bytes())), "{key}");
    }
    assert_eq!(tree.get_next(object, "d", &mut cursor), None);
}

#[test]
fn missing_leaves_of_lists_are_taken_from_what_comes_later() {
    check_merge(
        &[
            r#"{"l":[1,null,"a",null]}"#,
            r#"{"l":[2,true,"b", {"c":1}]}"#,
        ],
        r#"{l:[1,true,"a",{c:1}]}"#,
    );
    check_merge(
        &[r#"{"l":[[1,null],null]}"#, r#"{"l":[[2,"b\u0061"],[3.5]]}"#],
        r#"{l:[[1,"b\u0061"],[3.5]]}"#,
    );
    check_merge(&[r#"{"l":[1,null]}"#, r#"{"l":[null]}"#], "{l:[1,null]}");
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        ".{0,20}".prop_map(Into::into),
        "[a-z\"\\\\\n\u{0}-\u{1f}é😀]{0,20}".prop_map(Into::into),
    ];
    leaf.prop_recursive(5, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::hash_map(".{0,9}", inner, 0..6)
                .prop_map(|fields| serde_json::Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn valid_text_is_rewritten_to_its_compact_form(value in json()) {
        let compact = value.to_string();
        let pretty = serde_json::to_vec_pretty(&value).expect("values can be written");
        prop_assert_eq!(rewritten(compact.as_bytes()), Some(compact.clone().into_bytes()));
        prop_assert_eq!(rewritten(&pretty), Some(compact.into_bytes()));
    }

    #[test]
    fn the_same_text_is_refused_as_by_serde_json(
        value in json(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<bool>(),
    ) {
        let mut text = value.to_string().into_bytes();
        let index = at.index(text.len());
        if cut {
            text.truncate(index);
        } else {
            text[index] = byte;
        }
        // Lone surrogates, and numbers beyond any type, are JSON by its grammar; `RawValue` takes the latter.
        let theirs = serde_json::from_slice::<Box<serde_json::value::RawValue>>(&text).is_ok();
        prop_assert_eq!(rewritten(&text).is_some(), theirs);
    }

    #[test]
    fn no_bytes_make_it_panic(text in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = rewritten(&text);
    }

    #[test]
    fn near_json_does_not_make_it_panic(text in "[\\[\\]{}\",:0-9eE.+\\-\\\\utrfalsn ]{0,80}") {
        let _ = rewritten(text.as_bytes());
    }

    #[test]
    fn strings_are_written_as_serde_json_reads_them(text in any::<String>()) {
        let mut out = Vec::new();
        write_string(&text, &mut out);
        let read: String = serde_json::from_slice(&out).expect("it is a JSON string");
        prop_assert_eq!(&read, &text);
        let mut tree = Tree::default();
        let value = parse(&out, &mut tree).expect("it is JSON");
        let raw = value.raw_text().expect("it is a string");
        prop_assert_eq!(decode(raw), text);
    }
}

#[test]
fn keys_are_the_same_only_when_every_byte_is() {
    for length in 0..40 {
        let key: Vec<u8> = (b'a'..).take(length).collect();
        assert!(same_key(&key, &key));
        assert!(!same_key(&key, &[&key[..], b"x"].concat()));
        for at in 0..length {
            let mut other = key.clone();
            other[at] = b'_';
            assert!(!same_key(&key, &other), "{length} bytes, of which {at}");
        }
    }
}
