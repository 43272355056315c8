//! What is not called breaking does not break.

use std::collections::BTreeMap;

use apollo_compiler::ast::Type;
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use diff::{Class, Usage, diff};
use federation::literals;
use proptest::prelude::*;

use crate::operation::{Operation, operation};
use crate::parsed;
use crate::random::Random;
use crate::world::World;

/// The operation, if the schema allows it.
fn validated(schema: &Valid<Schema>, operation: &Operation) -> Option<Valid<ExecutableDocument>> {
    let document =
        ExecutableDocument::parse_and_validate(schema, &operation.text, "operation.graphql")
            .ok()?;
    literals::check(schema, &document)
        .is_empty()
        .then_some(document)
}

/// Whether each of what `new` can send was possible by `old`, as far as null and nesting go.
fn shape_is_known(old: &Type, new: &Type) -> bool {
    (!old.is_non_null() || new.is_non_null())
        && match (old.is_list(), new.is_list()) {
            (true, true) => shape_is_known(old.item_type(), new.item_type()),
            (false, false) => old.inner_named_type() == new.inner_named_type(),
            _ => false,
        }
}

fn field_types(schema: &Schema) -> BTreeMap<(&str, &str), &Type> {
    let mut types = BTreeMap::new();
    for (name, ty) in &schema.types {
        let fields = match ty {
            ExtendedType::Object(object) => &object.fields,
            ExtendedType::Interface(interface) => &interface.fields,
            _ => continue,
        };
        types.extend(
            fields
                .iter()
                .map(|(field, definition)| ((name.as_str(), field.as_str()), &definition.ty)),
        );
    }
    types
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_operation_that_becomes_invalid_uses_the_coordinate_of_a_breaking_change(seed in any::<u64>()) {
        let mut random = Random::new(seed);
        let world = World::random(&mut random);
        let changed = world.changed(&mut random);
        let (Ok(old), Ok(new)) = (parsed(&world.sdl()), parsed(&changed.sdl())) else { return Ok(()) };
        let changes = diff(&old, &new);
        let (was, is) = (field_types(&old), field_types(&new));
        for _ in 0..20 {
            let operation = operation(&old, &mut random);
            let document = validated(&old, &operation);
            prop_assert!(document.is_some(), "the generator wrote an invalid operation: {}\n{}", operation.text, world.sdl());
            let Some(document) = document else { continue };
            let usage = Usage::of(&old, &document, document.operations.get(None).expect("one operation"));
            let named = changes.iter().any(|change| change.class == Class::Breaking && usage.is_hit_by(change));
            if validated(&new, &operation).is_none() {
                prop_assert!(named, "{} is refused by\n{}it was valid by\n{}changes: {changes:#?}", operation.text, changed.sdl(), world.sdl());
            } else if !named {
                for (ty, field) in &operation.fields {
                    let key = (ty.as_str(), field.as_str());
                    prop_assert!(shape_is_known(was[&key], is[&key]), "{ty}.{field}: {} -> {}", was[&key], is[&key]);
                }
            }
        }
    }
}

/// The test above can only find what the generators make.
#[test]
fn the_generators_make_changes_of_each_class_and_operations_that_break() {
    let mut random = Random::new(7);
    let mut counts = BTreeMap::new();
    let (mut broken, mut kept) = (0, 0);
    for _ in 0..300 {
        let world = World::random(&mut random);
        let (Ok(old), Ok(new)) = (
            parsed(&world.sdl()),
            parsed(&world.changed(&mut random).sdl()),
        ) else {
            continue;
        };
        for change in &diff(&old, &new) {
            *counts.entry((change.class, change.kind)).or_insert(0) += 1;
        }
        let operation = operation(&old, &mut random);
        match validated(&new, &operation) {
            Some(_) => kept += 1,
            None => broken += 1,
        }
    }
    assert!(broken >= 20 && kept >= 20, "{broken} broken, {kept} kept");
    assert!(counts.len() >= 20, "{counts:#?}");
    for class in [Class::Breaking, Class::Dangerous, Class::Safe] {
        assert!(
            counts.keys().any(|(there, _)| *there == class),
            "no {class} change"
        );
    }
}
