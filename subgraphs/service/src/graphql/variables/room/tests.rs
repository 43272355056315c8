//! Tests of [`super`].

use async_graphql::value;

use super::*;

/// What comes of a JSON text where there are so many bytes.
fn read(json: &str, most: usize) -> Result<Value, Unread> {
    Room::new(most).read(json)
}

const PLENTY: usize = 1 << 20;

#[test]
fn values_are_those_of_the_text() {
    let json =
        r#"{"a":[null,true,-1,18446744073709551615,0.25,"x\n"],"b":{},"a\u0041":[[]],"b":{"c":1}}"#;
    let library: Value = serde_json::from_str(json).unwrap();
    assert_eq!(read(json, PLENTY).unwrap(), library);
    assert_eq!(read(" [1 , 2] ", PLENTY).unwrap(), value!([1, 2]));
}

#[test]
fn what_is_too_deep_or_half_a_character_is_malformed() {
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(read(&deep(127), PLENTY).is_ok());
    let surrogates = [
        r#""\ud800""#,
        r#"["\udfff"]"#,
        r#"{"\ud800":1}"#,
        r#"{"a":"\ud800\u0041"}"#,
    ];
    let malformed = [deep(128), deep(1_000)];
    for json in malformed.iter().map(String::as_str).chain(surrogates) {
        let unread = read(json, PLENTY).unwrap_err();
        assert!(matches!(unread, Unread::Malformed(_)), "{json} {unread:?}");
    }
    let error = read(r#""\ud800""#, PLENTY).unwrap_err();
    let error = error.of("v", Pos { line: 1, column: 7 });
    insta::assert_snapshot!(error.message, @"the value of the variable `$v` cannot be read: unexpected end of hex escape at line 1 column 8");
    assert_eq!(error.locations, [Pos { line: 1, column: 7 }]);
}

#[test]
fn the_room_is_that_of_all_values_together() {
    let room = Room::new(10_000);
    for _ in 0..13 {
        assert!(room.read("[[]]").is_ok());
    }
    let full = room.read("[[]]").unwrap_err();
    assert!(matches!(full, Unread::Full { most: 10_000, .. }));
    insta::assert_snapshot!(full.of("v", Pos::default()).message, @"argument `v`: bytes of memory for the variables of a request: 10080 is over the limit of 10000");
    assert!(room.text("x".into()).is_err());
}

#[test]
fn a_value_is_refused_before_it_is_there() {
    for (json, fits) in [
        ("[".repeat(100) + &"]".repeat(100), 45_000),
        (format!("[{}0]", "0,".repeat(99)), 15_000),
        (format!("[{}{{}}]", "{},".repeat(99)), 54_000),
        (format!("\"{}\\n\"", "x".repeat(1_000)), 1_100),
        (format!("{{\"{}\":0}}", "x".repeat(1_000)), 1_700),
    ] {
        assert!(read(&json, fits).is_ok(), "{json}");
        let refused = read(&json, fits * 9 / 10);
        assert!(matches!(refused, Err(Unread::Full { .. })), "{json}");
    }
}
