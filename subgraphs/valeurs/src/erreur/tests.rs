use super::*;

#[test]
fn codes_are_unique_and_in_screaming_snake_case() {
    let mut names: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert!(names.is_sorted());
    names.dedup();
    assert_eq!(names.len(), Code::ALL.len());
    for name in names {
        assert!(
            name.chars().all(|c| c.is_ascii_uppercase() || c == '_'),
            "{name}"
        );
    }
}

#[test]
fn a_graphql_error_carries_the_code_the_argument_and_the_place() {
    let erreur = Erreur::from(Cause::ExpressionSyntax {
        reason: "expected a number, found the end".into(),
    })
    .on("expression")
    .at(Endroit {
        column: 3,
        snippet: "1+\n  ^".into(),
    });
    let error = async_graphql::Error::from(erreur);
    assert_eq!(
        serde_json::to_value(&error).unwrap(),
        serde_json::json!({
            "message": "argument `expression`, column 3: expected a number, found the end",
            "extensions": {
                "code": "EXPRESSION_SYNTAX",
                "argument": "expression",
                "column": 3,
                "snippet": "1+\n  ^",
            },
        })
    );
}

#[test]
fn a_limit_says_how_much_was_received() {
    let error =
        async_graphql::Error::from(Erreur::limit("values in a series", 10, 11).on("valeurs"));
    assert_eq!(
        serde_json::to_value(&error).unwrap(),
        serde_json::json!({
            "message": "argument `valeurs`: values in a series: 11 is over the limit of 10",
            "extensions": {
                "code": "LIMIT_EXCEEDED",
                "argument": "valeurs",
                "limit": 10,
                "actual": 11,
            },
        })
    );
}

#[test]
fn an_overflow_can_be_said_of_the_operation_the_client_called() {
    let erreur = Erreur::overflow("addition").during("somme");
    assert_eq!(
        erreur.to_string(),
        "the result of `somme` is beyond ±79228162514264337593543950335"
    );
}
