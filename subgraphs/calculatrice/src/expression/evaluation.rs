//! From a tree to its value, at once or step by step.

use valeurs::{Decimal, Erreur, Number, Resultat, budget};

use super::Failure;
use super::ast::{Binary, Kind, Node, Postfix, Value};
use super::functions::{self, Function};

/// One operation on numbers, and what it leaves of the expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Step {
    /// The operation, as the calculator calls it elsewhere: `addition`, `puissance`, a function's name.
    pub(crate) operation: &'static str,
    /// The operation with its numbers, as in `3 + 4`.
    pub(crate) text: String,
    /// The numbers that the operation takes, and what it gives: each the nearest decimal to the number that is computed with, and none beyond
    /// the largest.
    pub(crate) operands: Vec<Option<Decimal>>,
    pub(crate) result: Option<Decimal>,
    /// The whole expression with the result in the place of the operation.
    pub(crate) left: String,
}

/// Bytes of an expression that are walked and written for a unit of work.
const WRITTEN: usize = 16;

/// The value of a tree: computed without rounding on the way, and rounded once.
pub(super) fn value(node: &Node) -> Result<Decimal, Failure> {
    let number = evaluated(node)?;
    number
        .nearest()
        .ok_or_else(|| at(node)(Erreur::overflow(operation(node))))
}

fn evaluated(node: &Node) -> Result<Number, Failure> {
    if let Some(number) = number(node) {
        return Ok(number);
    }
    let mut values = Vec::new();
    for operand in operands(node) {
        values.push(evaluated(operand)?);
    }
    apply(node, &values)
}

/// The steps of a tree. A sign before a number is part of the number, and no step.
pub(super) fn steps(tree: &Node) -> Result<Vec<Step>, Failure> {
    let mut tree = tree.clone();
    let mut steps = Vec::new();
    while let Some(node) = next(&mut tree) {
        let numbers: Vec<Number> = operands(node).into_iter().filter_map(number).collect();
        let nearest = operands(node).into_iter().map(nearest).collect();
        let (operation, text) = (operation(node), node.to_string());
        let result = apply(node, &numbers)?;
        // To write it in decimal is about as much work as to multiply it.
        budget::charge(squared(result.words())).map_err(at(node))?;
        let result = Value::from(result);
        let nearest_result = result.nearest();
        *node = Node::number(result, node.column);
        fold_signs(&mut tree);
        let left = tree.to_string();
        // The tree was walked and written.
        budget::charge((left.len() / WRITTEN) as u64).map_err(at(&tree))?;
        steps.push(Step {
            operation,
            text,
            operands: nearest,
            result: nearest_result,
            left,
        });
    }
    Ok(steps)
}

/// Says of an error that it happened at `node`.
fn at(node: &Node) -> impl Fn(Erreur) -> Failure {
    let column = node.column;
    move |erreur| Failure { erreur, column }
}

/// Makes a sign before a number part of the number, so that `--3` does not stay behind.
fn fold_signs(node: &mut Node) {
    match &mut node.kind {
        Kind::Number(_) | Kind::Constant(_) => {}
        Kind::Opposite(operand) => {
            fold_signs(operand);
            if let Kind::Number(value) = &operand.kind {
                *node = Node::number(value.opposite(), node.column);
            }
        }
        Kind::Postfix(_, operand) => fold_signs(operand),
        Kind::Binary(_, left, right) => {
            fold_signs(left);
            fold_signs(right);
        }
        Kind::Call(_, arguments) => arguments.iter_mut().for_each(fold_signs),
    }
}

/// The first node, from the left and from inside, that is an operation on numbers.
fn next(node: &mut Node) -> Option<&mut Node> {
    if is_number(node) {
        return None;
    }
    // Which child, before it is borrowed: a borrow that may be returned lasts as long as the answer.
    let waiting = operands(node)
        .iter()
        .position(|operand| !is_number(operand));
    let Some(index) = waiting else {
        return Some(node);
    };
    match &mut node.kind {
        Kind::Number(_) | Kind::Constant(_) => None,
        Kind::Opposite(operand) | Kind::Postfix(_, operand) => next(operand),
        Kind::Binary(_, left, right) => next(if index == 0 { left } else { right }),
        Kind::Call(_, arguments) => next(&mut arguments[index]),
    }
}

/// The number that a node is already, its sign included.
fn number(node: &Node) -> Option<Number> {
    match &node.kind {
        Kind::Number(value) => Some(value.number()),
        Kind::Constant(constant) => Some(constant.number()),
        Kind::Opposite(operand) => number(operand).map(|number| number.opposite()),
        Kind::Postfix(..) | Kind::Binary(..) | Kind::Call(..) => None,
    }
}

/// Whether a node is a number already.
fn is_number(node: &Node) -> bool {
    match &node.kind {
        Kind::Number(_) | Kind::Constant(_) => true,
        Kind::Opposite(operand) => is_number(operand),
        Kind::Postfix(..) | Kind::Binary(..) | Kind::Call(..) => false,
    }
}

/// The decimal nearest to the number that a node is already.
fn nearest(node: &Node) -> Option<Decimal> {
    match &node.kind {
        Kind::Number(value) => value.nearest(),
        Kind::Constant(constant) => Some(constant.shown()),
        Kind::Opposite(operand) => nearest(operand).map(Decimal::opposite),
        Kind::Postfix(..) | Kind::Binary(..) | Kind::Call(..) => None,
    }
}

fn operands(node: &Node) -> Vec<&Node> {
    if let Some((_, angle)) = node.angle_in_degrees() {
        return vec![angle];
    }
    match &node.kind {
        Kind::Number(_) | Kind::Constant(_) => Vec::new(),
        Kind::Opposite(operand) | Kind::Postfix(_, operand) => vec![operand],
        Kind::Binary(_, left, right) => vec![left, right],
        Kind::Call(_, arguments) => arguments.iter().collect(),
    }
}

fn operation(node: &Node) -> &'static str {
    match &node.kind {
        Kind::Number(_) | Kind::Constant(_) => "nombre",
        Kind::Opposite(_) => "oppose",
        Kind::Postfix(Postfix::Factorial, _) => "factorielle",
        Kind::Postfix(Postfix::DoubleFactorial, _) => "doubleFactorielle",
        Kind::Postfix(Postfix::Percent, _) => "pourCent",
        Kind::Postfix(Postfix::Degrees, _) => "radians",
        Kind::Binary(operator, ..) => match operator {
            Binary::Add => "addition",
            Binary::Subtract => "soustraction",
            Binary::Multiply => "multiplication",
            Binary::Divide => "division",
            Binary::Remainder => "modulo",
            Binary::Power => "puissance",
        },
        Kind::Call(function, _) => function.name(),
    }
}

/// What a function costs that takes long, in units of work: it is computed with 64 digits or more, or has more than a thousand factors.
const LONG: u64 = 1_000;

/// What any operation costs.
const LEAST: u64 = 10;

/// Pairs of words that are multiplied and reduced for a unit of work.
const PAIRS: u64 = 256;

/// What an operation costs, in units of work.
fn cost(node: &Node, operands: &[Number]) -> u64 {
    let alone = match &node.kind {
        Kind::Binary(Binary::Power, ..) => LONG,
        Kind::Postfix(Postfix::Degrees | Postfix::Factorial | Postfix::DoubleFactorial, _) => LONG,
        Kind::Call(function, _) if function.is_long => LONG,
        _ => LEAST,
    };
    alone + squared(operands.iter().map(Number::words).sum())
}

/// What arithmetic on so many words costs.
fn squared(words: usize) -> u64 {
    let words = words as u64;
    words * words / PAIRS
}

/// The operation of `node` on `operands`, as many as it has.
fn apply(node: &Node, operands: &[Number]) -> Result<Number, Failure> {
    budget::charge(cost(node, operands)).map_err(at(node))?;
    if let (
        Some((
            Function {
                in_degrees: Some(apply),
                ..
            },
            _,
        )),
        [angle],
    ) = (node.angle_in_degrees(), operands)
    {
        return apply(angle).map_err(|erreur| at(node)(erreur.during(operation(node))));
    }
    let result: Resultat<Number> = match (&node.kind, operands) {
        (Kind::Postfix(Postfix::Factorial, _), [n]) => functions::factorial(n),
        (Kind::Postfix(Postfix::DoubleFactorial, _), [n]) => functions::double_factorial(n),
        (Kind::Postfix(Postfix::Percent, _), [x]) => x.try_div(&Decimal::HUNDRED.into()),
        (Kind::Postfix(Postfix::Degrees, _), [x]) => x.try_radians(),
        (Kind::Binary(operator, ..), [a, b]) => match operator {
            Binary::Add => a.try_add(b),
            Binary::Subtract => a.try_sub(b),
            Binary::Multiply => a.try_mul(b),
            Binary::Divide => a.try_div(b),
            Binary::Remainder => a.try_rem(b),
            Binary::Power => a.try_pow(b),
        },
        (Kind::Call(function, _), arguments) => function.call(arguments),
        (Kind::Opposite(_), [x]) => Ok(x.opposite()),
        _ => unreachable!("a node has as many operands as its kind says"),
    };
    result.map_err(|erreur| at(node)(erreur.during(operation(node))))
}
