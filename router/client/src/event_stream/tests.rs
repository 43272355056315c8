use super::{Parser, TooLong};

fn events(pieces: &[&str], limit: usize) -> Result<Vec<(String, String)>, TooLong> {
    let mut parser = Parser::new(limit);
    let mut events = Vec::new();
    for piece in pieces {
        let mut rest = piece.as_bytes();
        while !rest.is_empty() {
            let (taken, event) = parser.take(rest)?;
            rest = &rest[taken..];
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            events.extend(event.map(|event| (event.name, text(&event.data))));
        }
    }
    Ok(events)
}

#[track_caller]
fn check(text: &str, expected: &[(&str, &str)]) {
    let whole = events(&[text], 100).expect("within the bound");
    let shown: Vec<(&str, &str)> = whole.iter().map(|(n, d)| (&**n, &**d)).collect();
    assert_eq!(shown, expected, "{text:?}");
    // Wherever it is cut, it is the same.
    for cut in (0..text.len()).filter(|cut| text.is_char_boundary(*cut)) {
        let cut = events(&[&text[..cut], &text[cut..]], 100).expect("within the bound");
        assert_eq!(cut, whole, "{text:?}");
    }
}

#[test]
fn the_last_id_is_that_of_the_last_event_that_has_one() {
    let last = |text: &str| {
        let mut parser = Parser::new(1000);
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            let (taken, _) = parser.take(rest).expect("within the bound");
            rest = &rest[taken..];
        }
        parser.last_id().map(str::to_owned)
    };
    assert_eq!(last("data: a\n\n"), None);
    assert_eq!(last("id: 7\ndata: a\n\ndata: b\n\n").as_deref(), Some("7"));
    assert_eq!(
        last("id: 7\ndata: a\n\nid: 8\ndata: b\n\n").as_deref(),
        Some("8")
    );
    // What has not come whole has not come.
    assert_eq!(
        last("id: 7\ndata: a\n\nid: 8\ndata: b\n").as_deref(),
        Some("7")
    );
    assert_eq!(last("id: 7\ndata: a\n\nid\ndata: b\n\n"), None);
    assert_eq!(last(&format!("id: {}\ndata: a\n\n", "9".repeat(300))), None);
}

#[test]
fn events_are_read_in_whatever_pieces_they_come() {
    check("event: next\ndata: {}\n\n", &[("next", "{}")]);
    check("event:next\r\ndata:{}\r\n\r\n", &[("next", "{}")]);
    check("event: next\rdata: {}\r\r", &[("next", "{}")]);
    check("data: {\ndata: }\n\n", &[("message", "{\n}")]);
    check(":\n\n: still here\n\n", &[]);
    check("event: complete\n\n", &[("complete", "")]);
    check("event: complete\ndata:\n\n", &[("complete", "")]);
    check("\u{feff}data: a\n\n", &[("message", "a")]);
    check(
        "id: 7\nretry: 5\ndata: a\n\ndata: b\n\n",
        &[("message", "a"), ("message", "b")],
    );
    check("data: not ended\n", &[]);
}

#[test]
fn what_is_longer_than_the_bound_is_refused() {
    assert_eq!(events(&["data: 0123456789"], 10), Err(TooLong));
    assert_eq!(
        events(&["data:1234\ndata:5678\ndata:9\n"], 10),
        Err(TooLong)
    );
    assert!(events(&["data:12\n\ndata:5678\n\n"], 10).is_ok());
}
