//! What is delivered, written once its fetches are done.

use crate::complete::Completion;
use crate::json::Value;
use crate::pending::{Finder, Pending, What};

impl<'a> Pending<'a> {
    /// Writes what is delivered, as it is now, or null.
    pub(super) fn write(&self, completion: &mut Completion<'_, 'a>, finder: &mut Finder<'a>) {
        let found = finder.find(completion.tree, self);
        match (&self.what, found) {
            (What::Fragment { shape, type_name }, Some(Value::Object(object))) => {
                completion.within = self.within;
                self.at(&mut |path| completion.part(object, shape, type_name, path));
            }
            (What::Items { field, from, .. }, Some(Value::List(items))) => {
                completion.within = Some(self.part);
                self.at(&mut |path| completion.later_items(items, field, *from, path));
            }
            // It was there when the enclosing part was written.
            _ => completion.out.extend_from_slice(b"null"),
        }
    }
}
