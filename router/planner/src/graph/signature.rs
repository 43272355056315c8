//! Numbers for types and fields: equal ones behave alike in every subgraph, so that the search need not tell them apart.

use std::fmt::Write as _;

use federation::{FieldSet, FieldSetSelection};
use rustc_hash::FxHashMap;

use crate::graph::{Graph, TypeNode};

/// How deep the signature of a field follows the fields it requires.
const DEPTH: usize = 4;

impl Graph {
    /// Numbers fields and object types so that equal numbers mean equal behaviour.
    pub(crate) fn sign(&mut self) {
        let mut numbers = Numbers::default();
        let mut all = Vec::with_capacity(self.types.len());
        for ty in &self.types {
            let mut signing = Signing {
                ty,
                numbers: &mut numbers,
                known: FxHashMap::default(),
            };
            let fields = (0..ty.fields.len()).map(|position| signing.field(position, DEPTH));
            let fields: Vec<u32> = fields.collect();
            all.push((signing.entrances(), fields));
        }
        for (ty, (signature, fields)) in self.types.iter_mut().zip(all) {
            ty.signature = signature;
            for (field, signature) in ty.fields.values_mut().zip(fields) {
                field.signature = signature;
            }
        }
    }
}

/// Each text's number.
#[derive(Default)]
struct Numbers(FxHashMap<String, u32>);

impl Numbers {
    fn of(&mut self, text: String) -> u32 {
        let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        *self.0.entry(text).or_insert(next)
    }
}

/// The numbers of one type and its fields. What a field requires is in its text by number, so that texts are no longer than what the subgraphs wrote.
struct Signing<'g> {
    ty: &'g TypeNode,
    numbers: &'g mut Numbers,
    /// By the position of a field, and how deep it was followed.
    known: FxHashMap<(usize, usize), u32>,
}

impl Signing<'_> {
    /// What the entrances of the type have in common with others'.
    fn entrances(&mut self) -> u32 {
        let mut text = String::new();
        let ty = self.ty;
        for entrance in &ty.entrances {
            let _ = write!(
                text,
                "{:?}{:?}{:?}",
                entrance.lane, entrance.as_interface, entrance.root
            );
            self.describe_set(&entrance.key, DEPTH, &mut text);
        }
        self.numbers.of(text)
    }

    /// A field, and what it requires down to that depth.
    fn field(&mut self, position: usize, depth: usize) -> u32 {
        if let Some(known) = self.known.get(&(position, depth)) {
            return *known;
        }
        let ty = self.ty;
        let field = &ty.fields[position];
        let mut text = String::new();
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
                self.describe_set(requires, depth, &mut text);
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
        let number = self.numbers.of(text);
        self.known.insert((position, depth), number);
        number
    }

    fn describe_set(&mut self, set: &FieldSet, depth: usize, text: &mut String) {
        let _ = write!(text, "{set}(");
        let ty = self.ty;
        for selection in &set.selections {
            if let FieldSetSelection::Field { name, .. } = selection
                && let Some(position) = ty.fields.get_index_of(name)
                && let Some(depth) = depth.checked_sub(1)
            {
                let field = self.field(position, depth);
                let _ = write!(text, "#{field} ");
            }
        }
        text.push(')');
    }
}
