//! From a tree to its value, and to the steps that lead to it: both from one evaluation.
//!
//! Operations on fractions are done once. Where a real function is among them, all that depends on it is enclosed, and computed again with more
//! bits for as long as the enclosure leaves open which decimal is nearest, or what an operation gives.

use valeurs::{Computed, Decimal, Erreur, Number, Precision, Stop, budget};

use super::Failure;
use super::ast::{Binary, Kind, Node, Postfix, Value};
use super::cost::{cost, squared};
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

impl Step {
    /// Bytes of memory that it takes.
    fn bytes(&self) -> usize {
        let operands = self.operands.capacity() * size_of::<Option<Decimal>>();
        size_of::<Self>() + self.text.capacity() + operands + self.left.capacity()
    }
}

/// Bytes of an expression that are walked and written for a unit of work.
const WRITTEN: usize = 16;

/// The numbers of a tree, with as many bits as were needed until now.
#[derive(Debug)]
pub(crate) struct Evaluation {
    root: State,
    at: Precision,
}

/// The number of a node, and those of its operands.
#[derive(Debug, Default)]
struct State {
    operands: Vec<State>,
    number: Option<Number>,
    /// That of the number.
    at: Option<Precision>,
}

/// Why there is no number, and at which column.
struct Halt {
    stop: Stop,
    column: usize,
}

impl Halt {
    /// The same, of an operation that is not the last one: there are limits to what it gives, but not those of a `Decimal`.
    fn on_the_way(self) -> Halt {
        Halt {
            stop: self.stop.on_the_way(),
            ..self
        }
    }
}

impl State {
    /// Computes what is not exact already; for the steps, also what is not exact below what is.
    fn refine(&mut self, node: &Node, at: Precision, below: bool) -> Result<(), Halt> {
        let is_exact = self.number.as_ref().is_some_and(Number::is_exact);
        if is_exact && (!below || self.is_exact()) {
            return Ok(());
        }
        let operands = operands(node);
        self.operands.resize_with(operands.len(), State::default);
        for (operand, state) in operands.into_iter().zip(&mut self.operands) {
            let refined = state.refine(operand, at, below);
            refined.map_err(Halt::on_the_way)?;
        }
        if is_exact || self.at == Some(at) {
            return Ok(());
        }
        let number = match &node.kind {
            Kind::Number(value) => {
                let decimal = value.nearest();
                decimal.expect("what is read is a decimal").into()
            }
            Kind::Constant(constant) => constant.number(at),
            _ => {
                let numbers = self
                    .operands
                    .iter()
                    .filter_map(|state| state.number.clone());
                apply(node, &numbers.collect::<Vec<_>>(), at)?
            }
        };
        self.number = Some(number);
        self.at = Some(at);
        Ok(())
    }

    /// Whether all of it is exact.
    fn is_exact(&self) -> bool {
        self.number.as_ref().is_some_and(Number::is_exact)
            && self.operands.iter().all(State::is_exact)
    }

    fn words(&self) -> usize {
        let own = self.number.as_ref().map_or(0, Number::words);
        own + self.operands.iter().map(State::words).sum::<usize>()
    }

    /// What is shown of each operation, in the order in which they are done.
    fn show(&self, node: &Node, at: Precision, shown: &mut Vec<Value>) -> Result<(), Halt> {
        for (operand, state) in operands(node).into_iter().zip(&self.operands) {
            state.show(operand, at, shown)?;
        }
        if let (Some(number), Kind::Postfix(..) | Kind::Binary(..) | Kind::Call(..)) =
            (&self.number, &node.kind)
        {
            // To write it in decimal is about as much work as to multiply it.
            budget::charge(squared(number.words())).map_err(failed(node))?;
            shown.push(Value::of(number, at).map_err(halted(node))?);
        }
        Ok(())
    }
}

impl Evaluation {
    /// # Errors
    /// Of any operation, located at it.
    pub(super) fn of(tree: &Node) -> Result<Evaluation, Failure> {
        let mut root = State::default();
        let (at, ()) = settled(tree, None, |at| root.refine(tree, at, false))?;
        Ok(Evaluation { root, at })
    }

    /// The value of the tree: computed without rounding on the way, and rounded once.
    pub(super) fn value(&mut self, tree: &Node) -> Result<Decimal, Failure> {
        let nearest = self.refined(tree, false, |root, at| match &root.number {
            Some(number) => number.nearest(at).map_err(halted(tree)),
            None => Ok(None),
        })?;
        nearest.ok_or_else(|| {
            let erreur = Erreur::overflow(operation(tree));
            Failure::of(tree, erreur)
        })
    }

    /// The steps of the tree. A sign before a number is part of the number, and no step.
    pub(super) fn steps(&mut self, tree: &Node) -> Result<Vec<Step>, Failure> {
        let shown = self.refined(tree, true, |root, at| {
            let mut shown = Vec::new();
            root.show(tree, at, &mut shown)?;
            Ok(shown)
        })?;
        let mut tree = tree.clone();
        let mut steps = Vec::with_capacity(shown.len());
        for result in shown {
            let Some(node) = next(&mut tree) else { break };
            let nearest = operands(node).into_iter().map(nearest).collect();
            let (operation, text) = (operation(node), node.to_string());
            let nearest_result = result.nearest();
            *node = Node::number(result, node.column);
            fold_signs(&mut tree);
            let step = Step {
                operation,
                text,
                operands: nearest,
                result: nearest_result,
                left: tree.to_string(),
            };
            // The tree was walked and written. All steps are kept, whatever is asked of them.
            let paid = budget::charge((step.left.len() / WRITTEN) as u64)
                .and_then(|()| budget::keep(step.bytes()));
            paid.map_err(|erreur| Failure::of(&tree, erreur))?;
            steps.push(step);
        }
        Ok(steps)
    }

    /// Whether it takes little to keep it for the steps.
    pub(crate) fn is_small(&self) -> bool {
        /// Words of 64 bits.
        const MOST: usize = 4096;
        self.root.words() <= MOST
    }

    /// What `read` finds in the numbers, with as many bits as that takes.
    fn refined<T>(
        &mut self,
        tree: &Node,
        below: bool,
        read: impl Fn(&State, Precision) -> Result<T, Halt>,
    ) -> Result<T, Failure> {
        let (root, known) = (&mut self.root, self.at);
        let (at, value) = settled(tree, Some(known), |at| {
            root.refine(tree, at, below)?;
            read(root, at)
        })?;
        self.at = at;
        Ok(value)
    }
}

/// What `compute` gives of `tree` with the fewest bits that determine it, from those that are known on.
fn settled<T>(
    tree: &Node,
    known: Option<Precision>,
    mut compute: impl FnMut(Precision) -> Result<T, Halt>,
) -> Result<(Precision, T), Failure> {
    let mut column = 1;
    let all = Precision::all().filter(|at| known.is_none_or(|known| *at >= known));
    for at in all {
        match compute(at) {
            Ok(value) => return Ok((at, value)),
            Err(Halt { stop, column: of }) => match stop {
                Stop::Failed(erreur) => return Err(Failure { erreur, column: of }),
                Stop::TooLarge(_) => {
                    return Err(Failure::of(tree, Erreur::overflow(operation(tree))));
                }
                Stop::MoreBits => column = of,
            },
        }
    }
    let erreur = Precision::exhausted();
    Err(Failure { erreur, column })
}

impl Failure {
    /// An error that happened at a node.
    fn of(node: &Node, erreur: Erreur) -> Failure {
        let column = node.column;
        Failure { erreur, column }
    }
}

/// Says of what stops a computation that it happened at `node`.
fn halted(node: &Node) -> impl Fn(Stop) -> Halt {
    let column = node.column;
    move |stop| Halt { stop, column }
}

/// Says of an error that it happened at `node`.
fn failed(node: &Node) -> impl Fn(Erreur) -> Halt {
    let halted = halted(node);
    move |erreur| halted(erreur.into())
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

/// The operation of `node` on `operands`, as many as it has.
fn apply(node: &Node, operands: &[Number], at: Precision) -> Result<Number, Halt> {
    budget::charge(cost(node, operands, at)).map_err(failed(node))?;
    computed(node, operands, at).map_err(|stop| {
        halted(node)(match stop {
            Stop::Failed(erreur) => Stop::Failed(erreur.during(operation(node))),
            Stop::TooLarge(_) | Stop::MoreBits => stop,
        })
    })
}

fn computed(node: &Node, operands: &[Number], at: Precision) -> Computed {
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
        return apply(angle, at);
    }
    match (&node.kind, operands) {
        (Kind::Postfix(Postfix::Factorial, _), [n]) => functions::factorial(n, at),
        (Kind::Postfix(Postfix::DoubleFactorial, _), [n]) => functions::double_factorial(n, at),
        (Kind::Postfix(Postfix::Percent, _), [x]) => x.try_div(&Decimal::HUNDRED.into(), at),
        (Kind::Postfix(Postfix::Degrees, _), [x]) => x.try_radians(at),
        (Kind::Binary(operator, ..), [a, b]) => match operator {
            Binary::Add => a.try_add(b, at),
            Binary::Subtract => a.try_sub(b, at),
            Binary::Multiply => a.try_mul(b, at),
            Binary::Divide => a.try_div(b, at),
            Binary::Remainder => a.try_rem(b, at),
            Binary::Power => a.try_pow(b, at),
        },
        (Kind::Call(function, _), arguments) => function.call(arguments, at),
        (Kind::Opposite(_), [x]) => Ok(x.opposite()),
        _ => unreachable!("a node has as many operands as its kind says"),
    }
}
