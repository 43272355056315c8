//! What the schema says about itself.

use super::*;

#[test]
fn every_type_field_argument_and_value_is_described() {
    let response = run(
        "{ __schema { types { name kind description fields { name description args { name description } }
            enumValues { name description } } } }",
    );
    let described = |what: &Value| {
        what["description"]
            .as_str()
            .is_some_and(|text| !text.trim().is_empty())
    };
    let list = |what: &Value| what.as_array().cloned().unwrap_or_default();
    let mut missing = Vec::new();
    for ty in list(&response["data"]["__schema"]["types"]) {
        let name = ty["name"].as_str().unwrap();
        if name.starts_with('_') || ["Int", "Float", "String", "Boolean", "ID"].contains(&name) {
            continue;
        }
        if !described(&ty) {
            missing.push(name.to_owned());
        }
        for field in list(&ty["fields"]) {
            let field_name = field["name"].as_str().unwrap();
            if field_name.starts_with('_') {
                continue;
            }
            if !described(&field) {
                missing.push(format!("{name}.{field_name}"));
            }
            for argument in list(&field["args"]) {
                if !described(&argument) {
                    missing.push(format!("{name}.{field_name}({})", argument["name"]));
                }
            }
        }
        for value in list(&ty["enumValues"]) {
            if !described(&value) {
                missing.push(format!("{name}.{}", value["name"]));
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn the_description_of_expressions_names_every_function() {
    let response = run(r#"{ __type(name: "Query") { fields { name description } } }"#);
    let fields = response["data"]["__type"]["fields"].as_array().unwrap();
    let calcul = fields
        .iter()
        .find(|field| field["name"] == "calcul")
        .unwrap();
    let description = calcul["description"].as_str().unwrap();
    for function in crate::expression::functions::FUNCTIONS {
        let name = function.name();
        assert!(
            description.contains(&format!("`{name}`"))
                || description.contains(&format!("`{name}(")),
            "{name}"
        );
    }
}

#[test]
fn every_description_is_in_french_too() {
    let sdl = service::Subgraph::new(builder()).sdl();
    assert_eq!(crate::descriptions::descriptions().missing(&sdl), [""; 0]);
    let both = "\tLa somme a + b.\n\n\t*The sum a + b.*\n";
    assert!(crate::sdl().contains(both));
}
