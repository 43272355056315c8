//! The document in both languages.

use super::*;

#[test]
fn every_description_is_in_french_too() {
    let english = table().openapi();
    let missing = crate::descriptions::descriptions().missing_in_openapi(&english);
    assert_eq!(missing, [""; 0]);
}

#[test]
fn the_functions_of_expressions_are_described_in_both_languages() {
    let document = table().openapi();
    let described = &document["paths"]["/api/v1/calcul"]["get"]["description"];
    let described = described.as_str().unwrap();
    let root = "- `racine`, `sqrt`, 1 ou 2 arguments\u{a0}: racine de x de degré n, 2 par défaut (*1 or 2 arguments: root of x of degree n, 2 by default*)";
    assert!(described.contains(root), "{described}");
    for function in crate::expression::functions::FUNCTIONS {
        let dictionary = crate::descriptions::descriptions();
        let (french, english) = dictionary.pair(function.description);
        let is_formula = english.starts_with("n!");
        assert_eq!(french == english, is_formula, "{english}");
    }
}
