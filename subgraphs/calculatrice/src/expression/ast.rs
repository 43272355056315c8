//! The tree of an expression, and its canonical text.

use std::fmt;

use valeurs::{Decimal, Number, Precision, Stop};

use super::functions::{self, Function};

/// A node and the column of the token that makes it what it is: an operator, a name, the beginning of a number.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) column: usize,
    pub(super) kind: Kind,
}

/// Columns are where a tree was written, not what it is.
impl PartialEq for Node {
    fn eq(&self, other: &Node) -> bool {
        self.kind == other.kind
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// A number. A tree that was read has none below 0: their sign is an [`Kind::Opposite`].
    Number(Value),
    Constant(Constant),
    Opposite(Box<Node>),
    Postfix(Postfix, Box<Node>),
    Binary(Binary, Box<Node>, Box<Node>),
    Call(&'static Function, Vec<Node>),
}

/// A number in a tree, with what is shown for it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Decimal(Decimal),
    Other(Box<Other>),
}

/// What is shown of a number that no decimal equals. A tree that was read has none.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Other {
    /// The nearest decimal; `None` beyond the largest.
    nearest: Option<Decimal>,
    /// Written once: an expression shows its numbers at each step.
    text: String,
}

impl From<Decimal> for Value {
    fn from(value: Decimal) -> Self {
        Value::Decimal(value)
    }
}

impl Value {
    /// A number, as it is shown.
    ///
    /// # Errors
    /// When its digits are not determined.
    pub(super) fn of(number: &Number, at: Precision) -> Result<Value, Stop> {
        let nearest = number.nearest(at)?;
        if let Some(nearest) = nearest
            && Number::from(nearest) == *number
        {
            return Ok(Value::Decimal(nearest));
        }
        let text = number.text(at)?;
        Ok(Value::Other(Box::new(Other { nearest, text })))
    }

    /// The nearest decimal; `None` beyond the largest.
    pub(super) fn nearest(&self) -> Option<Decimal> {
        match self {
            Value::Decimal(value) => Some(*value),
            Value::Other(other) => other.nearest,
        }
    }

    pub(super) fn opposite(&self) -> Value {
        match self {
            Value::Decimal(value) => Value::Decimal(value.opposite()),
            Value::Other(other) => Value::Other(Box::new(Other {
                nearest: other.nearest.map(Decimal::opposite),
                text: match other.text.strip_prefix('-') {
                    Some(text) => text.to_owned(),
                    None if other.text == "0" => other.text.clone(),
                    None => format!("-{}", other.text),
                },
            })),
        }
    }

    /// Whether it is shown with a sign.
    fn is_signed(&self) -> bool {
        match self {
            Value::Decimal(value) => value.is_negative(),
            Value::Other(other) => other.text.starts_with('-'),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Decimal(value) => value.fmt(f),
            Value::Other(other) => f.write_str(&other.text),
        }
    }
}

/// An operator after its operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Postfix {
    /// `n!` = n × (n - 1) × …
    Factorial,
    /// `n!!` = n × (n - 2) × …
    DoubleFactorial,
    /// `x %` = x / 100.
    Percent,
    /// `x°`: an angle of x degrees, in radians.
    Degrees,
}

impl Postfix {
    pub(super) fn symbol(self) -> &'static str {
        match self {
            Postfix::Factorial => "!",
            Postfix::DoubleFactorial => "!!",
            Postfix::Percent => " %",
            Postfix::Degrees => "°",
        }
    }

    pub(super) fn is_factorial(self) -> bool {
        matches!(self, Postfix::Factorial | Postfix::DoubleFactorial)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Constant {
    Pi,
    E,
}

impl Constant {
    pub(super) const ALL: [Constant; 2] = [Constant::Pi, Constant::E];

    pub(super) fn name(self) -> &'static str {
        match self {
            Constant::Pi => "pi",
            Constant::E => "e",
        }
    }

    /// The decimal that is shown for it.
    pub(super) fn shown(self) -> Decimal {
        match self {
            Constant::Pi => Decimal::PI,
            Constant::E => Decimal::E,
        }
    }

    pub(super) fn number(self, at: Precision) -> Number {
        match self {
            Constant::Pi => Number::pi(),
            Constant::E => Number::e(at),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
}

/// How tight an operator binds. Between two sides, an operator takes what binds tighter than it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tightness {
    /// A whole expression, an argument.
    Loose,
    Sum,
    Product,
    Sign,
    Power,
    Postfix,
    /// A number, a name, a call, parentheses.
    Atom,
}

impl Binary {
    pub(super) fn symbol(self) -> char {
        match self {
            Binary::Add => '+',
            Binary::Subtract => '-',
            Binary::Multiply => '*',
            Binary::Divide => '/',
            Binary::Remainder => '%',
            Binary::Power => '^',
        }
    }

    pub(super) fn tightness(self) -> Tightness {
        match self {
            Binary::Add | Binary::Subtract => Tightness::Sum,
            Binary::Multiply | Binary::Divide | Binary::Remainder => Tightness::Product,
            Binary::Power => Tightness::Power,
        }
    }
}

impl Node {
    /// The angle of a trigonometric function that is written in degrees, `sin(30°)`: the function then takes them as they are.
    pub(super) fn angle_in_degrees(&self) -> Option<(&'static Function, &Node)> {
        let Kind::Call(function, arguments) = &self.kind else {
            return None;
        };
        match arguments.as_slice() {
            [argument] if function.in_degrees.is_some() => match &argument.kind {
                Kind::Postfix(Postfix::Degrees, angle) => Some((function, angle)),
                _ => None,
            },
            _ => None,
        }
    }

    /// Takes and gives all angles of functions in degrees.
    pub(super) fn in_degrees(self) -> Node {
        let column = self.column;
        let node = |kind| Node { column, kind };
        let inside = |operand: Box<Node>| Box::new(operand.in_degrees());
        match self.kind {
            kind @ (Kind::Number(_) | Kind::Constant(_)) => node(kind),
            Kind::Opposite(operand) => node(Kind::Opposite(inside(operand))),
            Kind::Postfix(operator, operand) => node(Kind::Postfix(operator, inside(operand))),
            Kind::Binary(operator, left, right) => {
                node(Kind::Binary(operator, inside(left), inside(right)))
            }
            Kind::Call(function, arguments) => {
                let mut arguments: Vec<Node> =
                    arguments.into_iter().map(Node::in_degrees).collect();
                if function.in_degrees.is_some() {
                    for argument in &mut arguments {
                        let written = matches!(argument.kind, Kind::Postfix(Postfix::Degrees, _));
                        if !written {
                            let angle =
                                std::mem::replace(argument, node(Kind::Constant(Constant::Pi)));
                            let column = angle.column;
                            let kind = Kind::Postfix(Postfix::Degrees, Box::new(angle));
                            *argument = Node { column, kind };
                        }
                    }
                }
                let call = node(Kind::Call(function, arguments));
                match functions::gives_an_angle(function) {
                    true => node(Kind::Call(functions::degrees(), vec![call])),
                    false => call,
                }
            }
        }
    }

    /// A number from nowhere in the text, as evaluation puts in the place of an operation.
    pub(super) fn number(value: Value, column: usize) -> Node {
        Node {
            column,
            kind: Kind::Number(value),
        }
    }

    pub(super) fn tightness(&self) -> Tightness {
        match &self.kind {
            Kind::Number(value) if value.is_signed() => Tightness::Sign,
            Kind::Number(_) | Kind::Constant(_) | Kind::Call(..) => Tightness::Atom,
            Kind::Opposite(_) => Tightness::Sign,
            Kind::Postfix(..) => Tightness::Postfix,
            Kind::Binary(operator, ..) => operator.tightness(),
        }
    }

    /// Writes the node where an operand must bind at least as tight as `least`.
    fn write(&self, f: &mut fmt::Formatter<'_>, least: Tightness) -> fmt::Result {
        if self.tightness() < least {
            write!(f, "({self})")
        } else {
            fmt::Display::fmt(self, f)
        }
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Number(value) => value.fmt(f),
            Kind::Constant(constant) => f.write_str(constant.name()),
            Kind::Opposite(operand) => {
                f.write_str("-")?;
                operand.write(f, Tightness::Sign)
            }
            // The factorial of a factorial has parentheses: `3!!` is another operation. No other chain has, as none needs to be nested to be read.
            Kind::Postfix(operator, operand) => {
                let least = match &operand.kind {
                    Kind::Postfix(inner, _)
                        if !(inner.is_factorial() && operator.is_factorial()) =>
                    {
                        Tightness::Postfix
                    }
                    _ => Tightness::Atom,
                };
                operand.write(f, least)?;
                f.write_str(operator.symbol())
            }
            Kind::Binary(operator, left, right) => {
                let tightness = operator.tightness();
                // From the left: the right side must bind tighter. A power is from the right, with a sign allowed there.
                let (least_left, least_right) = match operator {
                    Binary::Power => (Tightness::Postfix, Tightness::Sign),
                    _ if tightness == Tightness::Sum => (Tightness::Sum, Tightness::Product),
                    _ => (Tightness::Product, Tightness::Sign),
                };
                left.write(f, least_left)?;
                write!(f, " {} ", operator.symbol())?;
                right.write(f, least_right)
            }
            Kind::Call(function, arguments) => {
                write!(f, "{}(", function.name())?;
                for (index, argument) in arguments.iter().enumerate() {
                    if index > 0 {
                        f.write_str(", ")?;
                    }
                    fmt::Display::fmt(argument, f)?;
                }
                f.write_str(")")
            }
        }
    }
}
