//! What clients can give: arguments of fields and of directives, and fields of input objects.

use apollo_compiler::ast::{InputValueDefinition, Value};
use apollo_compiler::{Name, Node};

use crate::applied::{self, Place};
use crate::change::{Changes, Class, Judgement};
use crate::descriptions::{self, DescriptionKinds};
use crate::kind::Kind;
use crate::pairs::{Pair, pairs};
use crate::variance::input_is_safe;

/// The kinds of changes to one sort of input values.
pub(crate) struct InputKinds {
    pub(crate) added: Kind,
    pub(crate) removed: Kind,
    pub(crate) type_changed: Kind,
    pub(crate) default_changed: Kind,
    pub(crate) description: DescriptionKinds,
    /// Where directives are applied; None where none are compared.
    pub(crate) place: Option<Place>,
}

/// Arguments of fields.
pub(crate) const FIELD: InputKinds = InputKinds {
    added: Kind::FieldArgumentAdded,
    removed: Kind::FieldArgumentRemoved,
    type_changed: Kind::FieldArgumentTypeChanged,
    default_changed: Kind::FieldArgumentDefaultChanged,
    description: DescriptionKinds::only(Kind::FieldArgumentDescriptionChanged),
    place: Some(Place::Argument),
};

/// Arguments of directives.
pub(crate) const DIRECTIVE: InputKinds = InputKinds {
    added: Kind::DirectiveArgumentAdded,
    removed: Kind::DirectiveArgumentRemoved,
    type_changed: Kind::DirectiveArgumentTypeChanged,
    default_changed: Kind::DirectiveArgumentDefaultValueChanged,
    description: DescriptionKinds::only(Kind::DirectiveArgumentDescriptionChanged),
    place: None,
};

pub(crate) fn compare(
    kinds: &InputKinds,
    coordinate: &dyn Fn(&Name) -> String,
    [old, new]: [&[Node<InputValueDefinition>]; 2],
    changes: &mut Changes,
) {
    let (old, new) = (
        old.iter().map(|value| &**value),
        new.iter().map(|value| &**value),
    );
    for pair in pairs(old, new, |value| &value.name) {
        match pair {
            Pair::Added(value) => changes.added(
                kinds.added,
                coordinate(&value.name),
                Some(written(value)),
                judge_added(kinds.added, value),
            ),
            Pair::Removed(value) => changes.removed(
                kinds.removed,
                coordinate(&value.name),
                Some(written(value)),
                (Class::Breaking, "Operations that give it are refused."),
            ),
            Pair::Kept(old, new) => {
                compare_value(kinds, &|| coordinate(&new.name), old, new, changes);
            }
        }
    }
}

fn judge_added(kind: Kind, value: &InputValueDefinition) -> Judgement {
    if value.is_required() {
        let reason = "It is required, so operations that do not give it are refused.";
        return (Class::Breaking, reason);
    }
    match kind {
        Kind::DirectiveArgumentAdded => (
            Class::Safe,
            "Operations that do not give it stay as they are.",
        ),
        Kind::InputFieldAdded if value.default_value.is_some() => (
            Class::Safe,
            "Operations that do not give it get its default value.",
        ),
        _ => (
            Class::Dangerous,
            "Operations that do not give it stay valid, but its absence can mean something to the service.",
        ),
    }
}

/// One argument or input field on both sides.
fn compare_value(
    kinds: &InputKinds,
    coordinate: &dyn Fn() -> String,
    old: &InputValueDefinition,
    new: &InputValueDefinition,
    changes: &mut Changes,
) {
    if old.ty != new.ty {
        let judgement = if input_is_safe(&old.ty, &new.ty) {
            (Class::Safe, "Every value that was accepted still is.")
        } else if input_is_safe(&new.ty, &old.ty) {
            (
                Class::Breaking,
                "Null, absent values and nullable variables are refused.",
            )
        } else {
            (
                Class::Breaking,
                "Values and variables of the type that it had are refused.",
            )
        };
        let types = [Some(old.ty.to_string()), Some(new.ty.to_string())];
        changes.changed(kinds.type_changed, coordinate(), types, judgement);
    }
    compare_default(kinds, coordinate, old, new, changes);
    descriptions::compare(
        kinds.description,
        coordinate,
        old.description.as_deref(),
        new.description.as_deref(),
        changes,
    );
    if let Some(place) = kinds.place {
        let directives = [old, new].map(|value| applied::list(&value.directives));
        applied::compare(place, coordinate, &directives, changes);
    }
}

fn compare_default(
    kinds: &InputKinds,
    coordinate: &dyn Fn() -> String,
    old: &InputValueDefinition,
    new: &InputValueDefinition,
    changes: &mut Changes,
) {
    let (was, is) = (old.default_value.as_deref(), new.default_value.as_deref());
    if same_value(was, is) {
        return;
    }
    let judgement = if new.is_required() && !old.is_required() {
        (
            Class::Breaking,
            "It is required now, so operations that do not give it are refused.",
        )
    } else {
        (
            Class::Dangerous,
            "Operations that do not give it mean something else.",
        )
    };
    let text = |value: Option<&Value>| value.map(ToString::to_string);
    changes.changed(
        kinds.default_changed,
        coordinate(),
        [text(was), text(is)],
        judgement,
    );
}

/// Equal values, whatever the order of the fields of objects.
fn same_value(a: Option<&Value>, b: Option<&Value>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            a.len() == b.len()
                && pairs(a, b, |(name, _)| name)
                    .into_iter()
                    .all(|pair| match pair {
                        Pair::Kept((_, a), (_, b)) => same_value(Some(a), Some(b)),
                        Pair::Added(_) | Pair::Removed(_) => false,
                    })
        }
        (Some(Value::List(a)), Some(Value::List(b))) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_value(Some(a), Some(b)))
        }
        (a, b) => a == b,
    }
}

/// A type with its default value.
fn written(value: &InputValueDefinition) -> String {
    match &value.default_value {
        Some(default) => format!("{} = {default}", value.ty),
        None => value.ty.to_string(),
    }
}
