use async_graphql::parser::parse_query;

use super::*;

/// A list of this many numbers, in the manner of a document.
fn list(length: usize, separator: &str) -> String {
    let numbers: Vec<String> = (0..length).map(|n| format!("{n}")).collect();
    format!("[{}]", numbers.join(separator))
}

/// The lists that are taken from a document, by their lengths.
fn taken(document: &str) -> Vec<usize> {
    take(document).1.iter().map(Liste::len).collect()
}

#[test]
fn long_lists_of_numbers_are_taken_wherever_they_are() {
    let long = list(20, ", ");
    assert_eq!(taken(&format!("{{ a(x: {long}, y: {long}) }}")), [20, 20]);
    assert_eq!(
        taken(&format!("query($v: [D] = {long}) {{ a(x: $v) }}")),
        [20]
    );
    assert_eq!(
        taken(&format!("{{ a(x: {{ y: {} }}) }}", list(16, "\n"))),
        [16]
    );
    let strings = format!("[{}]", "\"0.12345678901234567891\" ".repeat(16));
    assert_eq!(taken(&strings), [16]);
}

#[test]
fn what_is_no_list_of_numbers_stays() {
    let long = list(20, ",");
    for document in [
        list(15, ","),
        format!("# {long}"),
        format!("\"{long}\""),
        format!("\"\"\" \\\"\"\" {long} \"\"\""),
        long.replace("12", "$v"),
        long.replace("12", "null"),
        long.replace("12", "[1]"),
        long.replace("12", "012"),
        long.replace("12", "1x"),
        long.replace("12", "\"x\""),
        // It loses digits as a double.
        long.replace("12", "0.12345678901234567891"),
        format!("__liste_0 {long}"),
        long[..long.len() - 1].to_owned(),
    ] {
        assert_eq!(taken(&document), [0; 0], "{document}");
    }
}

#[test]
fn what_follows_a_list_keeps_its_place() {
    for separator in [",", "\n", "\r\n  ", ", # no\n"] {
        let document = format!("{{ a(x: {}) b }}", list(20, separator));
        let (text, lists) = take(&document);
        let Some(text) = text else {
            // A comment within a list is not for this reader.
            assert!(separator.contains('#'));
            continue;
        };
        assert_eq!(lists.len(), 1);
        let place = |document: &str| {
            let parsed = parse_query(document).unwrap();
            let operation = parsed.operations.iter().next().unwrap().1;
            let set = &operation.node.selection_set.node;
            set.items[1].pos
        };
        assert_eq!(place(&document), place(&text), "{document}");
    }
}

#[test]
fn lists_come_back_to_their_places() {
    let long = list(20, ",");
    let document = format!(
        "query($v: [D] = {long}) {{ a(x: [{long}, {{ y: {long} }}]) @d(x: {long}) {{ ...f ... {{ b(x: {long}) }} }} }}
         fragment f on T {{ c(x: {long}) }}"
    );
    let (text, lists) = take(&document);
    let mut parsed = parse_query(text.unwrap()).unwrap();
    put_back(&mut parsed, &lists);
    let shown = format!("{parsed:?}");
    assert!(!shown.contains(MARK), "{shown}");
    assert_eq!(shown.matches("Binary").count(), 6, "{shown}");
}
