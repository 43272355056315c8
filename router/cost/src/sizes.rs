//! How long a list is: `@listSize`.

use apollo_compiler::ast::{self, Directive, InputValueDefinition, Value};
use apollo_compiler::executable::Field;
use apollo_compiler::{Name, Node, Schema};

use crate::json::{Kind, Reader};
use crate::values::CostError;
use crate::variables::{VariablePath, Variables};

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

/// The greatest of the slicing arguments.
#[derive(Clone, Debug)]
pub(crate) struct Sliced {
    coordinate: String,
    arguments: Vec<Slicing>,
    otherwise: u64,
    one: bool,
}

/// One slicing argument of a use of a field.
#[derive(Clone, Debug)]
struct Slicing {
    given: Option<Given>,
    /// What counts where it is not given, or the variable in its place has no value.
    by_default: Option<Given>,
}

#[derive(Clone, Debug)]
enum Given {
    Literal(i64),
    Variable(VariablePath),
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

    /// That many items, whatever the arguments are.
    pub(crate) fn assumed(size: u64) -> Self {
        Self {
            assumed: Some(size),
            one: true,
            ..Self::default()
        }
    }

    /// The same with what a repetition of the directive says.
    pub(crate) fn with(mut self, more: Self) -> Self {
        self.assumed = self.assumed.max(more.assumed);
        let known = |path: &Vec<Name>| !self.slicing.contains(path);
        let slicing: Vec<Vec<Name>> = more.slicing.into_iter().filter(known).collect();
        self.slicing.extend(slicing);
        let known = |field: &SizedField| !self.sized.contains(field);
        let sized: Vec<SizedField> = more.sized.into_iter().filter(known).collect();
        self.sized.extend(sized);
        self.one &= more.one;
        self
    }

    /// How long the list is for this use of the field.
    pub(crate) fn of_field(
        &self,
        coordinate: &str,
        field: &Field,
        schema: &Schema,
        by_default: u64,
    ) -> Size {
        let otherwise = self.assumed.unwrap_or(by_default);
        if self.slicing.is_empty() {
            return Size::Fixed(otherwise);
        }
        let slicing = |path: &Vec<Name>| {
            let (argument, rest) = path.split_first()?;
            let named = |given: &&Node<ast::Argument>| given.name == *argument;
            let given = field
                .arguments
                .iter()
                .find(named)
                .map(|given| &*given.value);
            let definition = field.definition.argument_by_name(argument);
            Some(Slicing {
                given: given.and_then(|value| Given::of(value, rest)),
                by_default: definition
                    .and_then(|definition| Given::by_default(schema, definition, given, rest)),
            })
        };
        Size::Sliced(Box::new(Sliced {
            coordinate: coordinate.to_owned(),
            arguments: self.slicing.iter().filter_map(slicing).collect(),
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
            (Value::Variable(name), _) => Some(Self::Variable(VariablePath {
                variable: name.clone(),
                path: path.to_vec(),
            })),
            (Value::Object(fields), [first, rest @ ..]) => {
                let (_, value) = fields.iter().find(|(name, _)| name == first)?;
                Self::of(value, rest)
            }
            // Values of a custom scalar may be larger than `Int` and have fractions.
            (Value::Int(digits), []) => Some(Self::Literal(whole(digits.as_str().parse().ok()?))),
            // A list counts by its length.
            (Value::List(items), []) => i64::try_from(items.len()).ok().map(Self::Literal),
            (Value::Float(digits), []) => Some(Self::Literal(whole(digits.as_str().parse().ok()?))),
            _ => None,
        }
    }

    /// The default that counts for what is at the path in a value of that definition, where that value does not have it.
    fn by_default(
        schema: &Schema,
        definition: &InputValueDefinition,
        value: Option<&Value>,
        path: &[Name],
    ) -> Option<Self> {
        match (value, path) {
            (Some(Value::Object(fields)), [first, rest @ ..]) => {
                let object = schema.get_input_object(definition.ty.inner_named_type())?;
                let field = object.fields.get(first)?;
                let value = fields.iter().find(|(name, _)| name == first);
                Self::by_default(schema, field, value.map(|(_, value)| &**value), rest)
            }
            // A variable may have no value; one that has a value has it with the defaults in it.
            (None | Some(Value::Variable(_)), _) => {
                let value = definition.default_value.as_deref()?;
                let within = || Self::by_default(schema, definition, Some(value), path);
                Self::of(value, path).or_else(within)
            }
            _ => None,
        }
    }

    fn evaluate(&self, variables: &Variables<'_>) -> Option<i64> {
        match self {
            Self::Literal(size) => Some(*size),
            Self::Variable(of) => variables.size(of, |value| size_at(value, &of.path)),
        }
    }
}

/// How many items the value at a path in the one that comes now says: a number by itself, a list by its length.
fn size_at(value: &mut Reader<'_>, path: &[Name]) -> Option<i64> {
    let Some((first, rest)) = path.split_first() else {
        return match value.kind()? {
            Kind::Number => {
                let digits = std::str::from_utf8(value.skip()?).ok()?;
                let number = || digits.parse().ok().map(whole);
                digits.parse().ok().or_else(number)
            }
            Kind::List => {
                let mut length = 0_i64;
                value.items(|item| {
                    length = length.saturating_add(1);
                    item.skip().map(drop)
                })?;
                Some(length)
            }
            _ => None,
        };
    };
    let mut size = None;
    value.members(|value, name| {
        match name == first.as_bytes() {
            true => {
                let mut within = Reader::new(value.skip()?);
                size = size_at(&mut within, rest);
            }
            false => drop(value.skip()?),
        }
        Some(())
    })?;
    size
}

/// As many items as there may be by that number.
fn whole(number: f64) -> i64 {
    // Beyond its range it is the greatest or the least there is, which is meant.
    number.ceil() as i64
}

impl Size {
    /// Whether it is the same for every request.
    pub(crate) fn is_fixed(&self) -> bool {
        match self {
            Self::Fixed(_) => true,
            Self::Sliced(sliced) => sliced
                .arguments
                .iter()
                .all(|of| !matches!(of.given, Some(Given::Variable(_)))),
        }
    }

    pub(crate) fn evaluate(&self, variables: &Variables<'_>) -> Result<u64, CostError> {
        let sliced = match self {
            Self::Fixed(size) => return Ok(*size),
            Self::Sliced(sliced) => sliced,
        };
        let given = |of: &Slicing| of.given.as_ref()?.evaluate(variables);
        let by_default = |of: &Slicing| of.by_default.as_ref()?.evaluate(variables);
        let arguments = sliced.arguments.iter();
        let mut sizes: Vec<i64> = match sliced.one {
            true => arguments.clone().filter_map(given).collect(),
            // Those that are not given have their defaults for the subgraph as well.
            false => Vec::new(),
        };
        if sizes.is_empty() {
            let either = |of: &Slicing| given(of).or_else(|| by_default(of));
            sizes = arguments.filter_map(either).collect();
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
