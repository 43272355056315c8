//! Which types can take the place of which: results may promise more, inputs may ask for less.

use apollo_compiler::ast::Type;

/// Whether every result of type `new` has a shape that `old` allowed, and the same sub-selections stay valid: non-null may be
/// added anywhere. Another named type is not safe even if it is more specific: fragments on its siblings become invalid.
pub(crate) fn result_is_safe(old: &Type, new: &Type) -> bool {
    if new.is_non_null() {
        return result_is_safe(&old.clone().nullable(), &new.clone().nullable());
    }
    if old.is_non_null() {
        return false;
    }
    match (old, new) {
        (Type::Named(old), Type::Named(new)) => old == new,
        (Type::List(old), Type::List(new)) => result_is_safe(old, new),
        _ => false,
    }
}

/// Whether every literal and every variable that fitted `old` fits `new`: non-null may be taken away anywhere.
///
/// A single value where a list is accepted now is not safe: a literal would still be coerced, a variable would not.
pub(crate) fn input_is_safe(old: &Type, new: &Type) -> bool {
    if old.is_non_null() {
        return input_is_safe(&old.clone().nullable(), &new.clone().nullable());
    }
    if new.is_non_null() {
        return false;
    }
    match (old, new) {
        (Type::Named(old), Type::Named(new)) => old == new,
        (Type::List(old), Type::List(new)) => input_is_safe(old, new),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use apollo_compiler::ast::Type;

    use super::*;

    fn parsed(text: &str) -> Type {
        Type::parse(text, "type").expect("a type")
    }

    #[test]
    fn results_may_become_non_null_and_inputs_nullable_at_each_level() {
        for (wide, narrow) in [
            ("A", "A!"),
            ("[A]", "[A]!"),
            ("[A]", "[A!]"),
            ("[A]", "[A!]!"),
            ("[[A]!]", "[[A!]!]!"),
        ] {
            let (wide, narrow) = (parsed(wide), parsed(narrow));
            assert!(result_is_safe(&wide, &narrow), "{wide} -> {narrow}");
            assert!(!result_is_safe(&narrow, &wide), "{narrow} -> {wide}");
            assert!(input_is_safe(&narrow, &wide), "{narrow} -> {wide}");
            assert!(!input_is_safe(&wide, &narrow), "{wide} -> {narrow}");
        }
    }

    #[test]
    fn lists_and_other_names_are_other_types() {
        for (old, new) in [
            ("A", "[A]"),
            ("[A]", "A"),
            ("A", "B"),
            ("[A!]!", "A!"),
            ("A!", "[A!]"),
        ] {
            let (old, new) = (parsed(old), parsed(new));
            assert!(!result_is_safe(&old, &new), "{old} -> {new}");
            assert!(!input_is_safe(&old, &new), "{old} -> {new}");
        }
    }
}
