use std::time::{Duration, Instant};

use serde_json::json;
use valeurs::budget::{Allowance, Budget};

use super::*;

const DICTIONARY: &str = "\
> The sum a + b. Exact.
La somme a + b. Exacte.

> A long one. Of two.
Une longue.
¶
En deux.
";

#[test]
fn an_sdl_has_both_languages_and_keeps_what_is_not_in_the_dictionary() {
    let sdl = "type Query {\n\t\"\"\"\n\tThe sum a + b.\n\tExact.\n\t\"\"\"\n\ta: Int\n\t\"\"\"\n\tOther.\n\t\"\"\"\n\tb: Int\n}\n";
    let descriptions = Descriptions::new(DICTIONARY);
    insta::assert_snapshot!(descriptions.in_sdl(sdl), @r#"
    type Query {
    	"""
    	La somme a + b. Exacte.

    	*The sum a + b.
    	Exact.*
    	"""
    	a: Int
    	"""
    	Other.
    	"""
    	b: Int
    }
    "#);
    assert_eq!(descriptions.missing(sdl), ["Other."]);
}

#[test]
fn a_document_has_both_languages_and_a_french_summary() {
    let mut document = json!({ "summary": "A long one.", "description": "A long one.\n\nOf two.", "x": [{ "description": "?" }] });
    Descriptions::new(DICTIONARY).in_openapi(&mut document);
    assert_eq!(
        document,
        json!({
            "summary": "Une longue.",
            "description": "Une longue.\n\nEn deux.\n\n*A long one.*\n\n*Of two.*",
            "x": [{ "description": "?" }],
        })
    );
}

#[test]
fn an_introspection_pays_for_what_it_grows_by() {
    let grown = |answer: u64, count: usize| {
        let budget = Budget::new(Allowance {
            work: 1000,
            answer,
            kept: u64::MAX,
            deadline: Instant::now() + Duration::from_secs(60),
        });
        let mut value = Value::List(vec![Value::from("The sum a + b. Exact."); count]);
        let grown =
            budget.sync_scope(|| Descriptions::new(DICTIONARY).in_introspection(&mut value));
        grown.map(|()| value.to_string().len())
    };
    // The French, an empty line, and two asterisks.
    let growth = "La somme a + b. Exacte.".len() as u64 + 4;
    assert!(grown(growth, 1).is_ok());
    assert_eq!(
        grown(2 * growth - 1, 2).unwrap_err().code(),
        valeurs::Code::LimitExceeded
    );
}
