use super::*;

/// Another one that is usable comes after it.
fn read(keys: &str) -> Result<usize, String> {
    let set = format!(
        r#"{{"keys":[{keys}{{"kty":"OKP","crv":"Ed25519","x":"{}"}}]}}"#,
        "A".repeat(43)
    );
    KeySet::parse(set.as_bytes(), 0).map(|set| set.keys.len())
}

/// A tree of what is no key would take a hundred times its text, and readers that make one end at a depth.
#[test]
fn what_is_no_key_is_passed_over_at_any_depth() {
    let deep = format!("{}1{}", "{\"\":[".repeat(100_000), "]}".repeat(100_000));
    assert_eq!(read(&format!("{deep},")), Ok(1));
    assert_eq!(read(&format!(r#"{{"kty":"EC","x":{deep}}},"#)), Ok(1));
    assert_eq!(read(&format!(r#"1,"x",[],{{"key_ops":{deep}}},"#)), Ok(1));
}

#[test]
fn the_number_of_keys_is_bounded_whatever_they_are() {
    assert_eq!(read(&"1,".repeat(MAX_KEYS - 1)), Ok(1));
    let too_many = format!("it has {} keys, more than {MAX_KEYS}", MAX_KEYS + 1);
    assert_eq!(read(&"1,".repeat(MAX_KEYS)), Err(too_many));
}

#[test]
fn what_is_no_set_is_not_quoted() {
    for text in [
        format!("\"{}\"", "x".repeat(100_000)),
        format!(r#"{{"keys":"{}"}}"#, "x".repeat(100_000)),
        "[[]]".to_owned(),
        r#"{"keys":{}}"#.to_owned(),
    ] {
        let refused = KeySet::parse(text.as_bytes(), 0).expect_err("no set");
        assert!(
            refused.starts_with("it is not a JSON Web Key Set"),
            "{refused}"
        );
        assert!(refused.len() < 100, "{refused}");
    }
}
