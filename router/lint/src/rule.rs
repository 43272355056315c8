//! The rules by their names, and how much each matters.

/// A rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Rule {
    Names,
    InputSuffix,
    RedundantSuffixes,
    RepeatedNames,
    Verbs,
    Descriptions,
    ArgumentDescriptions,
    EnumDescriptions,
    Deprecations,
    Unreachable,
    Ids,
    NullableItems,
    SpecifiedBy,
    LoneMembers,
    UnknownRules,
}

/// How much a rule matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// It is not looked at.
    Off,
    /// It is reported.
    Warn,
    /// It is reported, and fails the review.
    Error,
}

/// The level of each rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Levels([Level; Rule::ALL.len()]);

impl Rule {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::Names,
        Self::InputSuffix,
        Self::RedundantSuffixes,
        Self::RepeatedNames,
        Self::Verbs,
        Self::Descriptions,
        Self::ArgumentDescriptions,
        Self::EnumDescriptions,
        Self::Deprecations,
        Self::Unreachable,
        Self::Ids,
        Self::NullableItems,
        Self::SpecifiedBy,
        Self::LoneMembers,
        Self::UnknownRules,
    ];

    /// What it is called in the configuration and in comments.
    pub const fn name(self) -> &'static str {
        self.described().0
    }

    /// What it asks for, in a sentence.
    pub const fn help(self) -> &'static str {
        self.described().1
    }

    /// Its level where nothing is said about it.
    pub const fn default_level(self) -> Level {
        self.described().2
    }

    /// The rule of a name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.name() == name)
    }

    const fn described(self) -> (&'static str, &'static str, Level) {
        match self {
            Self::Names => (
                "names",
                "Types are PascalCase; fields, arguments and input fields are camelCase; enum values are SCREAMING_SNAKE_CASE.",
                Level::Warn,
            ),
            Self::InputSuffix => (
                "input_suffix",
                "The name of an input type ends with `Input`, as clients meet it beside the output type of the same thing.",
                Level::Warn,
            ),
            Self::RedundantSuffixes => (
                "redundant_suffixes",
                "The name of a type does not end with its kind: `Type`, `Object`, `Interface`, `Enum`, `Union`, `Scalar`.",
                Level::Warn,
            ),
            Self::RepeatedNames => (
                "repeated_names",
                "A field does not repeat the name of its type: `Product.name`, not `Product.productName`.",
                Level::Warn,
            ),
            Self::Verbs => (
                "verbs",
                "A field of the query type is a thing and not an action: it does not begin with `get`, `list`, `find`, `fetch`, `load` or `query`.",
                Level::Warn,
            ),
            Self::Descriptions => (
                "descriptions",
                "Types and fields have descriptions, in one of the subgraphs that have them.",
                Level::Warn,
            ),
            Self::ArgumentDescriptions => (
                "argument_descriptions",
                "Arguments and input fields have descriptions.",
                Level::Off,
            ),
            Self::EnumDescriptions => (
                "enum_descriptions",
                "Enum values have descriptions.",
                Level::Off,
            ),
            Self::Deprecations => (
                "deprecations",
                "`@deprecated` says why, and what to use instead.",
                Level::Warn,
            ),
            Self::Unreachable => (
                "unreachable",
                "Every type can be reached from a root type.",
                Level::Warn,
            ),
            Self::Ids => (
                "ids",
                "A field that is called `id` is an `ID!`.",
                Level::Warn,
            ),
            Self::NullableItems => (
                "nullable_items",
                "The items of lists in results are non-null.",
                Level::Off,
            ),
            Self::SpecifiedBy => (
                "specified_by",
                "A custom scalar has `@specifiedBy`.",
                Level::Warn,
            ),
            Self::LoneMembers => (
                "lone_members",
                "An interface has an implementer, and a union more than one member.",
                Level::Warn,
            ),
            Self::UnknownRules => (
                "unknown_rules",
                "A comment that turns off a rule names an existing one.",
                Level::Warn,
            ),
        }
    }
}

impl Levels {
    /// The level of a rule.
    pub fn of(&self, rule: Rule) -> Level {
        self.0[rule as usize]
    }

    /// The same with another level for one rule.
    #[must_use]
    pub fn with(mut self, rule: Rule, level: Level) -> Self {
        self.0[rule as usize] = level;
        self
    }
}

impl Default for Levels {
    fn default() -> Self {
        Self(Rule::ALL.map(Rule::default_level))
    }
}
