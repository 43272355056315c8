//! The tree of an expression, and its canonical text.

use std::fmt;

use valeurs::Decimal;

use super::functions::Function;

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
    Number(Decimal),
    Constant(Constant),
    Opposite(Box<Node>),
    Factorial(Box<Node>),
    Binary(Binary, Box<Node>, Box<Node>),
    Call(&'static Function, Vec<Node>),
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

    pub(super) fn value(self) -> Decimal {
        match self {
            Constant::Pi => Decimal::PI,
            Constant::E => Decimal::E,
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
    /// A number from nowhere in the text, as evaluation puts in the place of an operation.
    pub(super) fn number(value: Decimal, column: usize) -> Node {
        Node {
            column,
            kind: Kind::Number(value),
        }
    }

    pub(super) fn tightness(&self) -> Tightness {
        match &self.kind {
            Kind::Number(value) if value.is_negative() => Tightness::Sign,
            Kind::Number(_) | Kind::Constant(_) | Kind::Call(..) => Tightness::Atom,
            Kind::Opposite(_) => Tightness::Sign,
            Kind::Factorial(_) => Tightness::Postfix,
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
            Kind::Number(value) => write!(f, "{value}"),
            Kind::Constant(constant) => f.write_str(constant.name()),
            Kind::Opposite(operand) => {
                f.write_str("-")?;
                operand.write(f, Tightness::Sign)
            }
            Kind::Factorial(operand) => {
                operand.write(f, Tightness::Postfix)?;
                f.write_str("!")
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
