use apollo_compiler::ExecutableDocument;

use super::*;

#[track_caller]
fn told(operation: &str) -> String {
    let sdl = "type Query { products(first: Int): [Product!] } type Product { name: String } union Any = Product";
    let schema = Schema::parse_and_validate(sdl, "schema").expect("it is valid");
    let errors = ExecutableDocument::parse_and_validate(&schema, operation, "operation");
    let errors = errors.expect_err("it is not valid").errors;
    let told = errors.iter().map(|error| {
        let mut mistake = LocatedMessage {
            message: error.error.to_string(),
            locations: Vec::new(),
        };
        add(&mut mistake, &schema);
        mistake.message
    });
    told.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_misspelt_field_is_told_the_one_that_was_meant() {
    let near = told("{ prodcuts { name } }");
    assert!(
        near.contains("a field `prodcuts`; did you mean `products`?"),
        "{near}"
    );
    let far = told("{ products { weight } }");
    assert!(
        far.contains("`weight`") && !far.contains("did you mean"),
        "{far}"
    );
}

#[test]
fn a_misspelt_argument_is_told_the_one_that_was_meant() {
    let of_field = told("{ products(frist: 3) { name } }");
    assert!(
        of_field.ends_with("`Query.products`; did you mean `first`?"),
        "{of_field}"
    );
    let of_directive = told("{ products @skip(fi: true) { name } }");
    assert!(
        of_directive.contains("did you mean `if`?"),
        "{of_directive}"
    );
}
