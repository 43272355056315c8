use async_graphql::parser::parse_query;

use super::*;

fn keep(documents: &Documents, text: &str, operation: Option<&str>) {
    let document = parse_query(text).unwrap();
    let shortcut = None;
    let known = Known { document, shortcut };
    documents.keep(Key::new(text, operation), Arc::new(known));
}

#[test]
fn a_document_is_known_by_its_text_and_its_operation() {
    let documents = Documents::new();
    keep(&documents, "query A { a } query B { b }", Some("A"));
    let is_known = |text, operation| documents.get(text, operation).is_some();
    assert!(is_known("query A { a } query B { b }", Some("A")));
    assert!(!is_known("query A { a } query B { b }", Some("B")));
    assert!(!is_known("query A { a } query B { b }", None));
    assert!(!is_known("query A { a } query B {  b }", Some("A")));
}

#[test]
fn what_is_kept_is_bounded_in_bytes() {
    let documents = Documents::new();
    for n in 0..5_000 {
        let text = format!("{{ f{n}{} }}", " ".repeat(1000));
        keep(&documents, &text, None);
    }
    assert!(documents.0.weight() <= CAPACITY, "{}", documents.0.weight());
    assert!(documents.0.len() > 10, "{}", documents.0.len());
}
