//! The type of a field or argument in the supergraph: one that all subgraphs' types are compatible with.
//!
//! What is returned may be more specific in some subgraphs, what is accepted more general.

use apollo_compiler::Name;
use apollo_compiler::Node;
use apollo_compiler::ast::Type;
use apollo_compiler::schema::FieldDefinition;
use apollo_compiler::schema::InputValueDefinition;
use federation::{Code, Diagnostic};

use super::Merger;
use super::sources::{Element, Source, distribution};
use super::types::Kind;

/// An element with a type.
pub(super) trait Typed: Element {
    fn ty(&self) -> &Type;
}

impl Typed for Node<FieldDefinition> {
    fn ty(&self) -> &Type {
        &self.ty
    }
}

impl Typed for Node<InputValueDefinition> {
    fn ty(&self) -> &Type {
        &self.ty
    }
}

/// Where a type is used.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    /// A field of an object or interface.
    Output,
    /// An argument.
    Argument,
    /// A field of an input object.
    InputField,
}

/// The type of an element, once merged.
pub(super) struct MergedReference {
    /// The type in the supergraph.
    pub(super) ty: Type,
    /// Every subgraph has this very type.
    pub(super) same_everywhere: bool,
}

impl Merger<'_, '_> {
    /// Merges the types of one element; there is at least one source.
    pub(super) fn merge_reference<T: Typed>(
        &mut self,
        coordinate: &str,
        sources: &[Source<'_, T>],
        position: Position,
    ) -> MergedReference {
        let mut ty = sources[0].element.ty();
        let (mut differs, mut conflict) = (false, false);
        for source in &sources[1..] {
            let other = source.element.ty();
            if other == ty {
                continue;
            }
            let (more_specific, more_general) = (
                self.is_strict_subtype(ty, other),
                self.is_strict_subtype(other, ty),
            );
            differs |= more_specific || more_general;
            conflict |= !more_specific && !more_general;
            let takes_other = match position {
                Position::Output => !more_specific && more_general,
                Position::Argument | Position::InputField => more_specific,
            };
            if takes_other {
                ty = other;
            }
        }
        let merged = ty.clone();
        self.use_enum(coordinate, merged.inner_named_type(), position);
        if conflict || differs {
            self.report_types(coordinate, sources, position, &merged, conflict);
        }
        MergedReference {
            ty: merged,
            same_everywhere: !conflict && !differs,
        }
    }

    fn report_types<T: Typed>(
        &mut self,
        coordinate: &str,
        sources: &[Source<'_, T>],
        position: Position,
        merged: &Type,
        conflict: bool,
    ) {
        let who = distribution(self.subgraphs, sources, |element| element.ty().to_string());
        let (what, error, hint) = match position {
            Position::Argument => (
                "argument",
                Code::FieldArgumentTypeMismatch,
                Code::InconsistentButCompatibleArgumentType,
            ),
            Position::Output | Position::InputField => (
                "field",
                Code::FieldTypeMismatch,
                Code::InconsistentButCompatibleFieldType,
            ),
        };
        let diagnostic = if conflict {
            Diagnostic::error(
                error,
                format!("The {what} \"{coordinate}\" has types that do not agree: {who}."),
            )
            .with_help("Give it the same type everywhere; only nullability may differ, or an object may stand for its interface or union.")
        } else {
            Diagnostic::hint(
                hint,
                format!(
                    "The {what} \"{coordinate}\" has different types: {who}. The supergraph has {merged}."
                ),
            )
        };
        self.report(diagnostic, sources);
    }

    /// Whether every value of `sub` is one of `ty`, and they differ.
    pub(super) fn is_strict_subtype(&self, ty: &Type, sub: &Type) -> bool {
        ty != sub && self.is_subtype(ty, sub)
    }

    fn is_subtype(&self, ty: &Type, sub: &Type) -> bool {
        match (ty, sub) {
            (Type::NonNullNamed(_) | Type::NonNullList(_), Type::Named(_) | Type::List(_)) => false,
            (
                Type::Named(ty) | Type::NonNullNamed(ty),
                Type::Named(sub) | Type::NonNullNamed(sub),
            ) => ty == sub || self.is_member(ty, sub),
            (Type::List(ty) | Type::NonNullList(ty), Type::List(sub) | Type::NonNullList(sub)) => {
                self.is_subtype(ty, sub)
            }
            _ => false,
        }
    }

    /// Whether the supergraph has one type in the other: as a member of a union or an implementation of an interface.
    fn is_member(&self, ty: &Name, sub: &Name) -> bool {
        match self.types.get(ty).map(|merged| merged.kind) {
            Some(Kind::Union) => self.members.get(ty).is_some_and(|m| m.contains(sub)),
            Some(Kind::Interface) => self.is_implementation(sub, ty),
            _ => false,
        }
    }
}
