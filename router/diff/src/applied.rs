//! Directives that are applied to a part of a schema.

use apollo_compiler::ast::{Directive, DirectiveList};
use apollo_compiler::schema;

use crate::change::{Changes, Class, Judgement};
use crate::kind::Kind;
use crate::pairs::{Pair, pairs};

/// Where a directive is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Schema,
    Scalar,
    Object,
    Interface,
    Union,
    Enum,
    EnumValue,
    InputObject,
    Field,
    Argument,
    InputField,
}

/// The directives of a part of a schema.
pub(crate) fn list(directives: &DirectiveList) -> Vec<&Directive> {
    directives.iter().map(|directive| &**directive).collect()
}

/// The directives of a type or of the schema, whose extensions can add to them.
pub(crate) fn components(directives: &schema::DirectiveList) -> Vec<&Directive> {
    directives.iter().map(|directive| &***directive).collect()
}

pub(crate) fn compare(
    place: Place,
    coordinate: &dyn Fn() -> String,
    [old, new]: &[Vec<&Directive>; 2],
    changes: &mut Changes,
) {
    if old.is_empty() && new.is_empty() {
        return;
    }
    compare_deprecation(place, coordinate, [old, new], changes);
    // A directive with other arguments, or once more, is another use.
    let key = |directive: &Directive| directive.to_string();
    let others = |directives: &[&Directive]| {
        let others = directives
            .iter()
            .filter(|directive| directive.name != "deprecated" || !has_deprecation(place));
        others
            .map(|directive| (directive.name.as_str().to_owned(), key(directive)))
            .collect::<Vec<_>>()
    };
    let (old, new) = (others(old), others(new));
    let (added, removed) = kinds(place);
    for pair in pairs(&old, &new, |(_, written)| written) {
        match pair {
            Pair::Added((name, written)) => {
                changes.added(
                    added,
                    coordinate(),
                    Some(written.clone()),
                    judge(name, true),
                );
            }
            Pair::Removed((name, written)) => {
                changes.removed(
                    removed,
                    coordinate(),
                    Some(written.clone()),
                    judge(name, false),
                );
            }
            Pair::Kept(..) => {}
        }
    }
}

fn judge(name: &str, added: bool) -> Judgement {
    match (name, added) {
        ("oneOf", true) => (
            Class::Breaking,
            "Values that give none, null or several of its fields are refused.",
        ),
        ("oneOf", false) => (Class::Safe, "Every value that was accepted still is."),
        ("specifiedBy", _) => (
            Class::Dangerous,
            "Values of the scalar can have another format.",
        ),
        ("tag" | "deprecated", _) => (Class::Safe, "It is a note that no operation depends on."),
        _ => (
            Class::Dangerous,
            "What the directive means is up to the tools that read it.",
        ),
    }
}

fn compare_deprecation(
    place: Place,
    coordinate: &dyn Fn() -> String,
    [old, new]: [&[&Directive]; 2],
    changes: &mut Changes,
) {
    let Some((added, removed, changed)) = deprecation_kinds(place) else {
        return;
    };
    let reason = |directives: &[&Directive]| {
        let directive = directives
            .iter()
            .find(|directive| directive.name == "deprecated")?;
        let reason = directive
            .specified_argument_by_name("reason")
            .and_then(|value| value.as_str());
        Some(reason.unwrap_or("No longer supported").to_owned())
    };
    let reasons = [reason(old), reason(new)];
    let (kind, why) = match &reasons {
        [was, is] if was == is => return,
        [None, _] => (added, "It still works; clients are asked to stop using it."),
        [_, None] => (removed, "Clients are no longer asked to stop using it."),
        _ => (
            changed,
            "Only the description that clients see is different.",
        ),
    };
    changes.changed(kind, coordinate(), reasons, (Class::Safe, why));
}

fn has_deprecation(place: Place) -> bool {
    deprecation_kinds(place).is_some()
}

/// For what is deprecated now, what no longer is, and what is for another reason.
fn deprecation_kinds(place: Place) -> Option<(Kind, Kind, Kind)> {
    match place {
        Place::Field => Some((
            Kind::FieldDeprecationAdded,
            Kind::FieldDeprecationRemoved,
            Kind::FieldDeprecationReasonChanged,
        )),
        Place::Argument => Some((
            Kind::FieldArgumentDeprecationAdded,
            Kind::FieldArgumentDeprecationRemoved,
            Kind::FieldArgumentDeprecationReasonChanged,
        )),
        Place::InputField => Some((
            Kind::InputFieldDeprecationAdded,
            Kind::InputFieldDeprecationRemoved,
            Kind::InputFieldDeprecationReasonChanged,
        )),
        Place::EnumValue => Some((
            Kind::EnumValueDeprecationReasonAdded,
            Kind::EnumValueDeprecationReasonRemoved,
            Kind::EnumValueDeprecationReasonChanged,
        )),
        _ => None,
    }
}

fn kinds(place: Place) -> (Kind, Kind) {
    match place {
        Place::Schema => (
            Kind::DirectiveUsageSchemaAdded,
            Kind::DirectiveUsageSchemaRemoved,
        ),
        Place::Scalar => (
            Kind::DirectiveUsageScalarAdded,
            Kind::DirectiveUsageScalarRemoved,
        ),
        Place::Object => (
            Kind::DirectiveUsageObjectAdded,
            Kind::DirectiveUsageObjectRemoved,
        ),
        Place::Interface => (
            Kind::DirectiveUsageInterfaceAdded,
            Kind::DirectiveUsageInterfaceRemoved,
        ),
        Place::Union => (
            Kind::DirectiveUsageUnionAdded,
            Kind::DirectiveUsageUnionRemoved,
        ),
        Place::Enum => (
            Kind::DirectiveUsageEnumAdded,
            Kind::DirectiveUsageEnumRemoved,
        ),
        Place::EnumValue => (
            Kind::DirectiveUsageEnumValueAdded,
            Kind::DirectiveUsageEnumValueRemoved,
        ),
        Place::InputObject => (
            Kind::DirectiveUsageInputObjectAdded,
            Kind::DirectiveUsageInputObjectRemoved,
        ),
        Place::Field => (
            Kind::DirectiveUsageFieldDefinitionAdded,
            Kind::DirectiveUsageFieldDefinitionRemoved,
        ),
        Place::Argument => (
            Kind::DirectiveUsageArgumentDefinitionAdded,
            Kind::DirectiveUsageArgumentDefinitionRemoved,
        ),
        Place::InputField => (
            Kind::DirectiveUsageInputFieldDefinitionAdded,
            Kind::DirectiveUsageInputFieldDefinitionRemoved,
        ),
    }
}
