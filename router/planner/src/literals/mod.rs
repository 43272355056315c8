//! Operations that differ in their literals only: `items(first: 17)` and `items(first: 18)` are one operation with a variable.
//!
//! 1. [`NormalForm::of`] reads a text once, token by token, and puts a placeholder for each number and string that is, or stands in, the
//!    argument of a field. Texts with the same normal form have the same shape: only these differ, and those that are equal in one
//!    are equal in the other, on which the merging of fields depends.
//! 2. [`Literals::of`] takes the first such text, parsed and valid, and gives the operation with variables in place of the literals, each
//!    of the type of its place. Where that is not possible, there is none, and such texts are prepared one by one.
//! 3. [`Literals::fill`] gives the values of those variables for another text. A literal that its place does not allow gives none: the text
//!    has to be read in full then, to report what is wrong with it, and where.
//!
//! What is not replaced: what is in directives (conditions, labels), default values of variables, arguments of introspection; names (enum values,
//! `true`, `false`, `null`), which are few, and decide about `@oneOf` and defaults; block strings, and strings with escapes that
//! can be written in several ways.

mod fill;
mod replace;
mod scan;

pub use self::replace::Literals;
pub use self::scan::NormalForm;
