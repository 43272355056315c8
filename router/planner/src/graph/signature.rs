//! Numbers for types and fields: equal ones behave alike in every subgraph, so that the search need not tell them apart.

use std::fmt::Write as _;

use federation::{FieldSet, FieldSetSelection};
use rustc_hash::FxHashMap;

use crate::graph::{FieldNode, Graph, TypeNode};

/// How deep the signature of a field follows the fields it requires.
const DEPTH: usize = 4;

impl Graph {
    /// Numbers fields and object types so that equal numbers mean equal behaviour.
    pub(crate) fn sign(&mut self) {
        let mut numbers: FxHashMap<String, u32> = FxHashMap::default();
        let mut number = |text: String| {
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            *numbers.entry(text).or_insert(next)
        };
        let mut fields = Vec::new();
        let mut types = Vec::new();
        for (index, ty) in self.types.iter().enumerate() {
            for (position, field) in ty.fields.values().enumerate() {
                let mut text = String::new();
                self.describe_field(ty, field, DEPTH, &mut text);
                fields.push((index, position, number(text)));
            }
            let mut text = String::new();
            for entrance in &ty.entrances {
                let _ = write!(
                    text,
                    "{:?}{:?}{:?}",
                    entrance.lane, entrance.as_interface, entrance.root
                );
                self.describe_set(ty, &entrance.key, DEPTH, &mut text);
            }
            types.push(number(text));
        }
        for (ty, field, signature) in fields {
            self.types[ty].fields[field].signature = signature;
        }
        for (ty, signature) in self.types.iter_mut().zip(types) {
            ty.signature = signature;
        }
    }

    fn describe_field(&self, ty: &TypeNode, field: &FieldNode, depth: usize, text: &mut String) {
        let _ = write!(text, "{}:{}[", field.name, field.ty);
        for at in &field.at {
            let _ = write!(text, "{:?} {} {}", at.lane, at.ty, at.resolvable);
            if let Some(slow) = at.slow {
                let _ = write!(text, " slow {slow}");
            }
            if let Some(provides) = &at.provides {
                let _ = write!(text, " provides {provides}");
            }
            if let (Some(requires), Some(depth)) = (&at.requires, depth.checked_sub(1)) {
                text.push_str(" requires ");
                self.describe_set(ty, requires, depth, text);
            }
            for argument in &*at.contextual {
                let _ = write!(
                    text,
                    " {}:{} from {} {}",
                    argument.name, argument.ty, argument.context, argument.selection
                );
            }
            text.push(';');
        }
        text.push(']');
    }

    fn describe_set(&self, ty: &TypeNode, set: &FieldSet, depth: usize, text: &mut String) {
        let _ = write!(text, "{set}(");
        for selection in &set.selections {
            if let FieldSetSelection::Field { name, .. } = selection
                && let Some(field) = ty.fields.get(name)
                && let Some(depth) = depth.checked_sub(1)
            {
                self.describe_field(ty, field, depth, text);
            }
        }
        text.push(')');
    }
}
