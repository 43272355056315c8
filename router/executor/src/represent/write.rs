//! One representation, as it is written.

use planner::{EntityFetch, Representation, RepresentationField};

use super::{fits, is_in_range, type_name};
use crate::json::{Cursor, Forms, ObjectId, Starts, Tree, Value};
use crate::memory::Output;

/// A field that must be sent is null or absent: the subgraph could not answer. Or there is no memory for it.
pub(super) struct Incomplete;

pub(super) fn write_representation<'a>(
    tree: &Tree<'a>,
    forms: &mut Forms<'a>,
    entity: &'a EntityFetch,
    object: ObjectId,
    out: &mut Output<'_, '_>,
) -> Result<(), Incomplete> {
    let mut fitting = |representation: &&Representation| {
        representation.on.is_empty()
            || type_name(tree, forms, object).is_some_and(|name| fits(&representation.on, name))
    };
    let mut representations = entity.representations.iter();
    let Some(representation) = representations.find(&mut fitting) else {
        return Err(Incomplete);
    };
    out.text.extend_from_slice(b"{\"__typename\":\"");
    match &representation.typename {
        Some(name) => out.text.extend_from_slice(name.as_bytes()),
        None => {
            let name = type_name(tree, forms, object).ok_or(Incomplete)?;
            out.text.extend_from_slice(name);
        }
    }
    out.text.push(b'"');
    let mut writing = Writing {
        tree,
        forms,
        out,
        identified: !representation.fields.iter().any(|field| field.key),
    };
    writing.fields(&representation.fields, object, b',')?;
    if !writing.identified {
        return Err(Incomplete);
    }
    out.text.push(b'}');
    Ok(())
}

/// A representation being written.
struct Writing<'t, 'o, 'g, 'a> {
    tree: &'t Tree<'a>,
    forms: &'t mut Forms<'a>,
    out: &'t mut Output<'o, 'g>,
    /// Whether a part of the key has a value.
    identified: bool,
}

impl<'a> Writing<'_, '_, '_, 'a> {
    /// Writes `"name":value` for each field, the first one after `lead`.
    fn fields(
        &mut self,
        fields: &'a [RepresentationField],
        object: ObjectId,
        mut lead: u8,
    ) -> Result<(), Incomplete> {
        let tree = self.tree;
        let mut cursor = Cursor::default();
        let mut starts = Starts::new();
        let form = self.forms.find(tree, object, fields, &mut starts);
        for (index, field) in fields.iter().enumerate() {
            if !self.out.may_grow() {
                return Err(Incomplete);
            }
            if let Some(on) = &field.on
                && !type_name(tree, self.forms, object).is_some_and(|name| fits(on, name))
            {
                continue;
            }
            if let Some(constant) = &field.constant {
                self.name(&mut lead, field);
                self.out.text.push(b'"');
                self.out.text.extend_from_slice(constant.as_bytes());
                self.out.text.push(b'"');
                self.identified |= field.key;
                continue;
            }
            let value = match form {
                Some(base) => {
                    let stored = self.forms.node(tree, base, index, &starts);
                    stored.map(|stored| tree.value_of(stored))
                }
                None => tree.get_next(object, &field.data_key, &mut cursor),
            };
            let value = value.filter(|value| !field.float || is_in_range(tree, *value));
            let value = match value {
                None if field.key => return Err(Incomplete),
                None | Some(Value::Null) if field.required => return Err(Incomplete),
                value => value.unwrap_or(Value::Null),
            };
            self.name(&mut lead, field);
            self.value(field, value)?;
        }
        if form.is_none() {
            self.out.grants.spend(cursor.work(), tree.text_parsed());
        }
        if lead == b'{' {
            self.out.text.push(lead);
        }
        Ok(())
    }

    fn name(&mut self, lead: &mut u8, field: &RepresentationField) {
        self.out.text.push(*lead);
        *lead = b',';
        self.out.text.push(b'"');
        self.out.text.extend_from_slice(field.name.as_bytes());
        self.out.text.extend_from_slice(b"\":");
    }

    fn value(
        &mut self,
        field: &'a RepresentationField,
        value: Value<'a>,
    ) -> Result<(), Incomplete> {
        match value {
            Value::List(items) if !field.fields.is_empty() => {
                self.out.text.push(b'[');
                self.identified |= field.key && self.tree.len(items) == 0;
                for (index, item) in self.tree.items(items).enumerate() {
                    if !self.out.may_grow() {
                        return Err(Incomplete);
                    }
                    if index > 0 {
                        self.out.text.push(b',');
                    }
                    self.value(field, item)?;
                }
                self.out.text.push(b']');
            }
            Value::Object(object) if !field.fields.is_empty() => {
                self.fields(&field.fields, object, b'{')?;
                self.out.text.push(b'}');
            }
            leaf => {
                self.identified |= field.key && !matches!(leaf, Value::Null);
                let length = self.tree.written_len(leaf);
                if !self.out.reserve(length) {
                    return Err(Incomplete);
                }
                self.tree.write(leaf, self.out.text);
            }
        }
        Ok(())
    }
}
