//! What is delivered, written once its fetches are done.

use crate::complete::Completion;
use crate::json::ObjectId;
use crate::pending::{Pending, What};

impl<'a> Pending<'a> {
    /// Writes what is delivered, as it is now, or null.
    pub(super) fn write(&self, completion: &mut Completion<'_, 'a>, root: ObjectId) {
        match &self.what {
            What::Fragment { shape, type_name } => {
                completion.within = self.within;
                if let Some(object) = self.object(completion.tree, root) {
                    return self.at(&mut |path| {
                        completion.part(object, shape, type_name, path);
                    });
                }
            }
            What::Items { field, from, .. } => {
                completion.within = Some(self.part);
                if let Some(items) = self.list(completion.tree, root) {
                    return self.at(&mut |path| {
                        completion.later_items(items, field, *from, path);
                    });
                }
            }
        }
        // It was there when the enclosing part was written.
        completion.out.extend_from_slice(b"null");
    }
}
