//! What the routers are measured by.

use std::time::Duration;

use clap::ValueEnum;

use crate::shop;

/// A kind of load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Case {
    /// The deep operation, through each subgraph several times.
    Deep,
    /// One field of one subgraph; beside the proxy too.
    OneField,
    /// An answer of 8 MiB, 45,000 objects of one subgraph.
    Large,
    /// The deep operation, each subgraph of which takes 4 ms.
    Latency,
    /// Operations that were not seen before.
    Distinct,
    /// Operations that differ in a literal only.
    Literals,
    /// One field, in turns while the schema changes twice a second and while it does not.
    Change,
    /// The same of the deep operation.
    DeepChange,
    /// The memory of the router alone over many changes of its schema.
    Changes,
}

/// A load: the operation, and how much of it is sent.
pub(crate) struct Load {
    pub(crate) operation: &'static str,
    /// The part of the operation that is another in each request, if it is.
    pub(crate) mark: Option<Mark>,
    /// Requests of a round, for each that is asked for.
    pub(crate) share: f64,
    /// How long each subgraph takes.
    pub(crate) delay: Duration,
}

/// A text in an operation and its answer, and by what it is replaced: `before`, a number, `after`.
#[derive(Clone, Copy)]
pub(crate) struct Mark {
    pub(crate) text: &'static str,
    pub(crate) before: &'static str,
    pub(crate) after: &'static str,
}

impl Case {
    /// Its load.
    pub(crate) fn load(self) -> Load {
        let load = |operation, share| Load {
            operation,
            mark: None,
            share,
            delay: Duration::ZERO,
        };
        match self {
            Self::Deep | Self::DeepChange => load(shop::DEEP, 1.0),
            Self::OneField | Self::Change | Self::Changes => load(shop::ONE_FIELD, 10.0),
            Self::Large => load(shop::LARGE, 0.04),
            Self::Latency => Load {
                delay: Duration::from_millis(4),
                ..load(shop::DEEP, 1.0)
            },
            Self::Distinct => Load {
                mark: Some(Mark {
                    text: "_0_",
                    before: "_",
                    after: "_",
                }),
                ..load(shop::DISTINCT, 1.0)
            },
            Self::Literals => Load {
                mark: Some(Mark {
                    text: "1000000",
                    before: "1",
                    after: "",
                }),
                ..load(shop::LITERAL, 4.0)
            },
        }
    }

    /// Its name for people.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Deep => "deep",
            Self::OneField => "one field",
            Self::Large => "8 MiB",
            Self::Latency => "deep, 4 ms in each subgraph",
            Self::Distinct => "distinct operations",
            Self::Literals => "another literal in each operation",
            Self::Change => "one field while the schema changes",
            Self::DeepChange => "deep while the schema changes",
            Self::Changes => "changes of the schema",
        }
    }
}
