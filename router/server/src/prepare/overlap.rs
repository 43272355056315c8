//! The cost of validating that fields can be merged, estimated before it is done
//! (<https://spec.graphql.org/September2025/#sec-Field-Selection-Merging>).
//!
//! The rule compares the fields that answer to one response key: those of all selection sets that are merged there, once for each object type that
//! is selected of beside what is selected of interfaces. Where selections of several types are nested in each other, each level multiplies
//! what is merged below it, so that a document of a few hundred fields can take minutes. This goes the same way without comparing anything, and
//! stops when it has seen too much. Each operation is validated with all fragments that it uses, which counts too: with the values that they hold, as each
//! operation can find the same mistakes in them, and all of them are collected before a few are reported.

use std::hash::{DefaultHasher, Hash, Hasher};

use apollo_compiler::ast::{Argument, DirectiveList, InputValueDefinition, Value};
use apollo_compiler::collections::{HashMap, HashSet};
use apollo_compiler::executable::{
    ExecutableDocument, Field, FragmentSpread, Selection, SelectionSet,
};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Node, Schema};

/// Fields in merged selection sets, each counted as often as it is merged. Operations that people write stay below a hundredth.
pub(crate) const MAX_MERGED: usize = 400_000;

/// What a value of an argument counts: the compiler keeps a mistake for each that is wrong, and for each field that an object lacks.
const VALUE: usize = 4;

/// Levels of the response: the compiler stops there too.
const MAX_LEVELS: usize = 128;

/// The document takes more than that.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooMuch;

/// Counts what validation merges.
///
/// # Errors
///
/// When it is more than [`MAX_MERGED`].
pub(crate) fn check(document: &ExecutableDocument, schema: &Schema) -> Result<(), TooMuch> {
    let mut counter = Counter {
        document,
        schema,
        left: MAX_MERGED,
        known: HashSet::default(),
    };
    for operation in document.operations.iter() {
        counter.reach(&operation.selection_set)?;
        for by_type in [false, true] {
            counter.known.clear();
            let fields = counter.expand(std::iter::once(&operation.selection_set))?;
            counter.merge(fields, by_type, 0)?;
        }
    }
    Ok(())
}

/// A field, and the type that it is selected of.
type Selected<'d> = (&'d Name, &'d Field);

struct Counter<'d> {
    document: &'d ExecutableDocument,
    schema: &'d Schema,
    left: usize,
    /// The merged sets so far, by hash: one that is met again is not validated again.
    known: HashSet<u64>,
}

impl<'d> Counter<'d> {
    fn spend(&mut self, fields: usize) -> Result<(), TooMuch> {
        self.left = self.left.checked_sub(fields).ok_or(TooMuch)?;
        Ok(())
    }

    /// What a spread stands for, the first time that its fragment is met.
    fn first_spread(
        &self,
        spread: &'d FragmentSpread,
        met: &mut HashSet<&'d Name>,
    ) -> Option<&'d SelectionSet> {
        let known = self.document.fragments.get(&spread.fragment_name);
        let known = known.filter(|_| met.insert(&spread.fragment_name))?;
        Some(&known.selection_set)
    }

    /// All selections that an operation uses, each once.
    fn reach(&mut self, root: &'d SelectionSet) -> Result<(), TooMuch> {
        let mut fragments: HashSet<&Name> = HashSet::default();
        let mut open = vec![root];
        while let Some(set) = open.pop() {
            self.spend(1 + set.selections.len())?;
            for selection in &set.selections {
                match selection {
                    Selection::Field(field) => {
                        self.arguments(&field.arguments, &field.definition.arguments)?;
                        self.directives(&field.directives)?;
                        open.push(&field.selection_set);
                    }
                    Selection::InlineFragment(inline) => {
                        self.directives(&inline.directives)?;
                        open.push(&inline.selection_set);
                    }
                    Selection::FragmentSpread(spread) => {
                        self.directives(&spread.directives)?;
                        open.extend(self.first_spread(spread, &mut fragments));
                    }
                }
            }
        }
        Ok(())
    }

    fn directives(&mut self, directives: &DirectiveList) -> Result<(), TooMuch> {
        for directive in directives.iter() {
            let definition = self.schema.directive_definitions.get(&directive.name);
            let defined = definition.map_or(&[][..], |definition| &definition.arguments);
            self.arguments(&directive.arguments, defined)?;
        }
        Ok(())
    }

    /// The arguments of a field or a directive: those that are there, and those that may be missing.
    fn arguments(
        &mut self,
        given: &[Node<Argument>],
        defined: &[Node<InputValueDefinition>],
    ) -> Result<(), TooMuch> {
        self.spend(defined.len())?;
        for argument in given {
            let definition = defined.iter().find(|known| known.name == argument.name);
            let ty = definition.map(|definition| definition.ty.inner_named_type());
            self.value(&argument.value, ty)?;
        }
        Ok(())
    }

    /// A value, where an object counts with all fields that it may lack. The parser bounds how deep it is.
    fn value(&mut self, value: &Value, ty: Option<&Name>) -> Result<(), TooMuch> {
        self.spend(VALUE)?;
        match value {
            Value::List(items) => items.iter().try_for_each(|item| self.value(item, ty)),
            Value::Object(fields) => {
                let schema = self.schema;
                let input = ty.and_then(|ty| schema.get_input_object(ty));
                self.spend(VALUE * input.map_or(0, |input| input.fields.len()))?;
                fields.iter().try_for_each(|(name, field)| {
                    let definition = input.and_then(|input| input.fields.get(name));
                    let ty = definition.map(|definition| definition.ty.inner_named_type());
                    self.value(field, ty)
                })
            }
            _ => Ok(()),
        }
    }

    /// The fields of some selection sets, with fragments followed, each once.
    fn expand(
        &mut self,
        sets: impl Iterator<Item = &'d SelectionSet>,
    ) -> Result<Vec<Selected<'d>>, TooMuch> {
        let mut fields = Vec::new();
        let mut fragments: HashSet<&Name> = HashSet::default();
        let mut open: Vec<&SelectionSet> = sets.collect();
        let mut next = 0;
        while let Some(&set) = open.get(next) {
            next += 1;
            self.spend(1 + set.selections.len())?;
            for selection in &set.selections {
                match selection {
                    Selection::Field(field) => fields.push((&set.ty, &**field)),
                    Selection::InlineFragment(inline) => open.push(&inline.selection_set),
                    Selection::FragmentSpread(spread) => {
                        open.extend(self.first_spread(spread, &mut fragments));
                    }
                }
            }
        }
        Ok(fields)
    }

    /// Goes through the groups of a merged set, and through what is merged below each.
    fn merge(
        &mut self,
        fields: Vec<Selected<'d>>,
        by_type: bool,
        level: usize,
    ) -> Result<(), TooMuch> {
        let mut hasher = DefaultHasher::new();
        for (ty, field) in &fields {
            (ty.as_str(), std::ptr::from_ref(*field)).hash(&mut hasher);
        }
        if level > MAX_LEVELS || !self.known.insert(hasher.finish()) {
            return Ok(());
        }
        let mut by_key: HashMap<&Name, Vec<Selected<'d>>> = HashMap::default();
        for (ty, field) in fields {
            by_key
                .entry(field.response_key())
                .or_default()
                .push((ty, field));
        }
        for group in by_key.into_values() {
            let groups = match by_type {
                true => self.by_object_type(group)?,
                false => vec![group],
            };
            for group in groups {
                let below = group.iter().map(|(_, field)| &field.selection_set);
                let below = self.expand(below.filter(|set| !set.selections.is_empty()))?;
                if !below.is_empty() {
                    self.merge(below, by_type, level + 1)?;
                }
            }
        }
        Ok(())
    }

    /// One group for each object type, with what is selected of interfaces in each.
    fn by_object_type(
        &mut self,
        fields: Vec<Selected<'d>>,
    ) -> Result<Vec<Vec<Selected<'d>>>, TooMuch> {
        let is_object =
            |ty: &Name| matches!(self.schema.types.get(ty), Some(ExtendedType::Object(_)));
        let (objects, others): (Vec<_>, Vec<_>) =
            fields.into_iter().partition(|(ty, _)| is_object(ty));
        if objects.is_empty() {
            return Ok(vec![others]);
        }
        let mut by_type: HashMap<&Name, Vec<Selected<'d>>> = HashMap::default();
        for (ty, field) in objects {
            by_type.entry(ty).or_default().push((ty, field));
        }
        self.spend(by_type.len().saturating_mul(others.len()))?;
        let mut groups: Vec<_> = by_type.into_values().collect();
        for group in &mut groups {
            group.extend_from_slice(&others);
        }
        Ok(groups)
    }
}

#[cfg(test)]
mod tests;
