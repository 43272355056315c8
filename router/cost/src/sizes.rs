//! How long a list is: `@listSize`.

use apollo_compiler::Name;
use apollo_compiler::ast::{Directive, Value};
use apollo_compiler::executable::Field;
use serde_json::Value as Json;

use crate::values::CostError;
use crate::variables::Variables;

/// What `@listSize` says about a field.
#[derive(Clone, Debug, Default)]
pub(crate) struct ListSize {
    assumed: Option<u64>,
    /// Arguments, or fields of those: `first`, `input.page.first`.
    slicing: Vec<Vec<Name>>,
    /// Whether exactly one of them must be given.
    one: bool,
    /// The lists below the field of which it speaks, if not of the field itself.
    pub(crate) sized: Vec<SizedField>,
}

/// The names on the way from a field to a list below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SizedField(pub(crate) Vec<Name>);

/// How many items there are, once the variables are known.
#[derive(Clone, Debug)]
pub(crate) enum Size {
    Fixed(u64),
    Sliced(Box<Sliced>),
}

/// The greatest of the given arguments.
#[derive(Clone, Debug)]
pub(crate) struct Sliced {
    coordinate: String,
    given: Vec<Given>,
    /// Default values, for when none is given.
    by_default: Vec<Given>,
    otherwise: u64,
    one: bool,
}

#[derive(Clone, Debug)]
enum Given {
    Literal(i64),
    Variable { name: Name, path: Vec<Name> },
}

impl ListSize {
    pub(crate) fn read(directive: &Directive) -> Self {
        let strings = |name: &str| {
            let list = directive
                .specified_argument_by_name(name)
                .and_then(|value| value.as_list());
            let list = list.unwrap_or_default().iter();
            list.filter_map(|value| value.as_str())
                .collect::<Vec<&str>>()
        };
        let path = |text: &str| {
            text.split('.')
                .map(|name| Name::new(name).ok())
                .collect::<Option<Vec<_>>>()
        };
        let assumed = directive
            .specified_argument_by_name("assumedSize")
            .and_then(|value| value.to_i32());
        let one = directive.specified_argument_by_name("requireOneSlicingArgument");
        Self {
            assumed: assumed.map(|size| u64::try_from(size).unwrap_or(0)),
            slicing: strings("slicingArguments")
                .into_iter()
                .filter_map(path)
                .collect(),
            one: one.and_then(|value| value.to_bool()).unwrap_or(true),
            sized: strings("sizedFields")
                .into_iter()
                .filter_map(SizedField::parse)
                .collect(),
        }
    }

    /// The same with what a repetition of the directive says.
    pub(crate) fn with(mut self, more: Self) -> Self {
        self.assumed = self.assumed.max(more.assumed);
        self.slicing.extend(more.slicing);
        self.sized.extend(more.sized);
        self.one &= more.one;
        self
    }

    /// How long the list is for this use of the field.
    pub(crate) fn of_field(&self, coordinate: &str, field: &Field, by_default: u64) -> Size {
        let otherwise = self.assumed.unwrap_or(by_default);
        if self.slicing.is_empty() {
            return Size::Fixed(otherwise);
        }
        let given = self.slicing.iter().filter_map(|path| {
            let (argument, rest) = path.split_first()?;
            let argument = field
                .arguments
                .iter()
                .find(|given| given.name == *argument)?;
            Given::of(&argument.value, rest)
        });
        let by_default = self.slicing.iter().filter_map(|path| {
            let (argument, rest) = path.split_first()?;
            let definition = field
                .definition
                .arguments
                .iter()
                .find(|known| known.name == *argument)?;
            Given::of(definition.default_value.as_ref()?, rest)
        });
        Size::Sliced(Box::new(Sliced {
            coordinate: coordinate.to_owned(),
            given: given.collect(),
            by_default: by_default.collect(),
            otherwise,
            one: self.one,
        }))
    }
}

impl SizedField {
    /// `results`, or `page { results }` and deeper: the names on the way.
    fn parse(text: &str) -> Option<Self> {
        let names = text.split(|c: char| c == '{' || c == '}' || c.is_whitespace());
        let path: Option<Vec<Name>> = names
            .filter(|name| !name.is_empty())
            .map(|name| Name::new(name).ok())
            .collect();
        path.filter(|path| !path.is_empty()).map(SizedField)
    }
}

impl Given {
    fn of(value: &Value, path: &[Name]) -> Option<Self> {
        match (value, path) {
            (Value::Variable(name), _) => Some(Self::Variable {
                name: name.clone(),
                path: path.to_vec(),
            }),
            (Value::Object(fields), [first, rest @ ..]) => {
                let (_, value) = fields.iter().find(|(name, _)| name == first)?;
                Self::of(value, rest)
            }
            // Values of a custom scalar may be larger than `Int` and have fractions.
            (Value::Int(digits), []) => Some(Self::Literal(whole(digits.as_str().parse().ok()?))),
            (Value::Float(digits), []) => Some(Self::Literal(whole(digits.as_str().parse().ok()?))),
            _ => None,
        }
    }

    fn evaluate(&self, variables: &Variables<'_>) -> Option<i64> {
        match self {
            Self::Literal(size) => Some(*size),
            Self::Variable { name, path } => {
                let read = variables.value(name)?;
                let mut value = &*read;
                for name in path {
                    value = value.get(name.as_str())?;
                }
                match value {
                    Json::Number(number) => number.as_i64().or_else(|| number.as_f64().map(whole)),
                    _ => None,
                }
            }
        }
    }
}

/// As many items as there may be by that number.
fn whole(number: f64) -> i64 {
    // Beyond its range it is the greatest or the least there is, which is meant.
    #[allow(clippy::cast_possible_truncation)]
    let whole = number.ceil() as i64;
    whole
}

impl Size {
    /// Whether it is the same for every request.
    pub(crate) fn is_fixed(&self) -> bool {
        match self {
            Self::Fixed(_) => true,
            Self::Sliced(sliced) => sliced
                .given
                .iter()
                .all(|given| matches!(given, Given::Literal(_))),
        }
    }

    pub(crate) fn evaluate(&self, variables: &Variables<'_>) -> Result<u64, CostError> {
        let sliced = match self {
            Self::Fixed(size) => return Ok(*size),
            Self::Sliced(sliced) => sliced,
        };
        let evaluated = |given: &[Given]| {
            given
                .iter()
                .filter_map(|given| given.evaluate(variables))
                .collect()
        };
        let mut sizes: Vec<i64> = evaluated(&sliced.given);
        if sizes.is_empty() {
            sizes = evaluated(&sliced.by_default);
        }
        if sliced.one && sizes.len() != 1 {
            return Err(CostError::SlicingArguments {
                coordinate: sliced.coordinate.clone(),
                given: sizes.len(),
            });
        }
        // What a subgraph makes of fewer than none is its own affair: it may be as though nothing had been given.
        let sizes = sizes
            .into_iter()
            .map(|size| u64::try_from(size).unwrap_or(sliced.otherwise));
        Ok(sizes.max().unwrap_or(sliced.otherwise))
    }
}
