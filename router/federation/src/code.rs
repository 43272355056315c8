//! The public codes of errors and hints.
//!
//! Source: <https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/errors> and
//! <https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/hints>.

use std::fmt;

use serde::{Serialize, Serializer};

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal;)*) => {
        /// A public code of the Federation specification.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* $variant,)*
        }

        impl Code {
            /// Every code, in the order of declaration.
            pub const ALL: &[Code] = &[$(Code::$variant,)*];

            /// The code as it is published.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Code::$variant => $text,)*
                }
            }
        }
    };
}

codes! {
    /// The SDL is not GraphQL, or not a valid schema.
    InvalidGraphql = "INVALID_GRAPHQL";
    /// No operation could resolve a part of the API schema.
    SatisfiabilityError = "SATISFIABILITY_ERROR";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
