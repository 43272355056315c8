//! From a tree to its value, at once or step by step.

use valeurs::{Decimal, Resultat};

use super::Failure;
use super::ast::{Binary, Kind, Node};
use crate::operations;

/// One operation on numbers, and what it leaves of the expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Step {
    /// The operation, as the calculator calls it elsewhere: `addition`, `puissance`, a function's name.
    pub(crate) operation: &'static str,
    /// The operation with its numbers, as in `3 + 4`.
    pub(crate) text: String,
    pub(crate) operands: Vec<Decimal>,
    pub(crate) result: Decimal,
    /// The whole expression with the result in the place of the operation.
    pub(crate) left: String,
}

/// The value of a tree.
pub(super) fn value(node: &Node) -> Result<Decimal, Failure> {
    if let Some(value) = number(node) {
        return Ok(value);
    }
    let mut values = Vec::new();
    for operand in operands(node) {
        values.push(value(operand)?);
    }
    apply(node, &values)
}

/// The steps of a tree. A sign before a number is part of the number, and no step.
pub(super) fn steps(tree: &Node) -> Result<Vec<Step>, Failure> {
    let mut tree = tree.clone();
    let mut steps = Vec::new();
    while let Some(node) = next(&mut tree) {
        let operands: Vec<Decimal> = operands(node).into_iter().filter_map(number).collect();
        let result = apply(node, &operands)?;
        let (operation, text) = (operation(node), node.to_string());
        *node = Node::number(result, node.column);
        fold_signs(&mut tree);
        steps.push(Step {
            operation,
            text,
            operands,
            result,
            left: tree.to_string(),
        });
    }
    Ok(steps)
}

/// Makes a sign before a number part of the number, so that `--3` does not stay behind.
fn fold_signs(node: &mut Node) {
    match &mut node.kind {
        Kind::Number(_) | Kind::Constant(_) => {}
        Kind::Opposite(operand) => {
            fold_signs(operand);
            if let Kind::Number(value) = operand.kind {
                *node = Node::number(value.opposite(), node.column);
            }
        }
        Kind::Factorial(operand) => fold_signs(operand),
        Kind::Binary(_, left, right) => {
            fold_signs(left);
            fold_signs(right);
        }
        Kind::Call(_, arguments) => arguments.iter_mut().for_each(fold_signs),
    }
}

/// The first node, from the left and from inside, that is an operation on numbers.
fn next(node: &mut Node) -> Option<&mut Node> {
    if number(node).is_some() {
        return None;
    }
    // Which child, before it is borrowed: a borrow that may be returned lasts as long as the answer.
    let waiting = operands(node)
        .iter()
        .position(|operand| number(operand).is_none());
    let Some(index) = waiting else {
        return Some(node);
    };
    match &mut node.kind {
        Kind::Number(_) | Kind::Constant(_) => None,
        Kind::Opposite(operand) | Kind::Factorial(operand) => next(operand),
        Kind::Binary(_, left, right) => next(if index == 0 { left } else { right }),
        Kind::Call(_, arguments) => next(&mut arguments[index]),
    }
}

/// The number that a node is already, its sign included.
fn number(node: &Node) -> Option<Decimal> {
    match &node.kind {
        Kind::Number(value) => Some(*value),
        Kind::Constant(constant) => Some(constant.value()),
        Kind::Opposite(operand) => number(operand).map(Decimal::opposite),
        Kind::Factorial(_) | Kind::Binary(..) | Kind::Call(..) => None,
    }
}

fn operands(node: &Node) -> Vec<&Node> {
    match &node.kind {
        Kind::Number(_) | Kind::Constant(_) => Vec::new(),
        Kind::Opposite(operand) | Kind::Factorial(operand) => vec![operand],
        Kind::Binary(_, left, right) => vec![left, right],
        Kind::Call(_, arguments) => arguments.iter().collect(),
    }
}

fn operation(node: &Node) -> &'static str {
    match &node.kind {
        Kind::Number(_) | Kind::Constant(_) => "nombre",
        Kind::Opposite(_) => "oppose",
        Kind::Factorial(_) => "factorielle",
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

/// The operation of `node` on `operands`, as many as it has.
fn apply(node: &Node, operands: &[Decimal]) -> Result<Decimal, Failure> {
    let result: Resultat<Decimal> = match (&node.kind, operands) {
        (Kind::Factorial(_), [n]) => operations::factorial(*n),
        (Kind::Binary(operator, ..), [a, b]) => match operator {
            Binary::Add => a.try_add(*b),
            Binary::Subtract => a.try_sub(*b),
            Binary::Multiply => a.try_mul(*b),
            Binary::Divide => a.try_div(*b),
            Binary::Remainder => a.try_rem(*b),
            Binary::Power => a.try_pow(*b),
        },
        (Kind::Call(function, _), arguments) => function.call(arguments),
        (Kind::Opposite(_), [x]) => Ok(x.opposite()),
        _ => unreachable!("a node has as many operands as its kind says"),
    };
    result.map_err(|erreur| Failure {
        erreur: erreur.during(operation(node)),
        column: node.column,
    })
}
