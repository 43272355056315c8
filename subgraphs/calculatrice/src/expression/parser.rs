//! From tokens to a tree, by precedence climbing (also known as Pratt parsing): each operator says how tight it binds,
//! and an operand ends before an operator that binds less than what is waiting for it.

use valeurs::Erreur;

use super::ast::{Binary, Constant, Kind, Node, Tightness};
use super::functions::{self, Function};
use super::lexer::{self, Token, syntax};
use super::values::Values;
use super::{Failure, MAX_DEPTH, MAX_OPERATIONS};

/// The tree of a whole expression.
pub(super) fn parse(tokens: &[Token], values: &Values) -> Result<Node, Failure> {
    let mut parser = Parser {
        tokens,
        values,
        at: 0,
        depth: 0,
        operations: 0,
    };
    let tree = parser.operand(Tightness::Loose)?;
    match &parser.peek().kind {
        lexer::Kind::End => Ok(tree),
        lexer::Kind::Close => Err(syntax(parser.peek().column, "this `)` closes nothing")),
        lexer::Kind::Separator => Err(syntax(
            parser.peek().column,
            "a `,` separates the arguments of a function; a number has a point: 1.5",
        )),
        other => Err(syntax(
            parser.peek().column,
            format!("expected an operator, found {}", other.describe()),
        )),
    }
}

fn unknown(name: &str, column: usize, or: &str) -> Failure {
    let shown: String = name.chars().take(32).collect();
    let names = functions::names();
    syntax(
        column,
        format!("there is no function or constant `{shown}`; there are {names}{or}"),
    )
}

struct Parser<'a> {
    /// Ends with [`lexer::Kind::End`].
    tokens: &'a [Token],
    /// What names that mean nothing by themselves stand for.
    values: &'a Values,
    at: usize,
    /// Operands inside each other, from the root to here.
    depth: usize,
    /// Operators so far: with the depth, they bound the height of the tree, and what recurses on it.
    operations: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> &'a Token {
        // The end is never passed: see `next`.
        &self.tokens[self.at]
    }

    fn next(&mut self) -> &'a Token {
        let token = self.peek();
        if token.kind != lexer::Kind::End {
            self.at += 1;
        }
        token
    }

    /// An operand with all operators after it that bind tighter than `outer`.
    fn operand(&mut self, outer: Tightness) -> Result<Node, Failure> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Failure {
                erreur: Erreur::limit("levels of nesting", MAX_DEPTH, self.depth),
                column: self.peek().column,
            });
        }
        let mut left = self.first()?;
        let mut after_factorial = false;
        loop {
            let column = self.peek().column;
            let kind = match &self.peek().kind {
                lexer::Kind::Postfix(operator) if after_factorial && operator.is_factorial() => {
                    return Err(syntax(column, lexer::FACTORIALS));
                }
                lexer::Kind::Postfix(operator) if outer < Tightness::Postfix => {
                    self.next();
                    after_factorial = operator.is_factorial();
                    Kind::Postfix(*operator, Box::new(left))
                }
                lexer::Kind::Operator(operator) if outer < operator.tightness() => {
                    self.next();
                    after_factorial = false;
                    // The right of a power takes another power, and a sign.
                    let right = self.operand(match operator {
                        Binary::Power => Tightness::Sign,
                        other => other.tightness(),
                    })?;
                    Kind::Binary(*operator, Box::new(left), Box::new(right))
                }
                _ => break,
            };
            left = Node { column, kind };
            self.operations += 1;
            if self.operations > MAX_OPERATIONS {
                return Err(Failure {
                    erreur: Erreur::limit("operators", MAX_OPERATIONS, self.operations),
                    column,
                });
            }
        }
        self.depth -= 1;
        Ok(left)
    }

    /// What an operand begins with: a sign, a number, a name, a call, parentheses.
    fn first(&mut self) -> Result<Node, Failure> {
        let token = self.next();
        let column = token.column;
        let kind = match &token.kind {
            lexer::Kind::Number(value) => Kind::Number((*value).into()),
            lexer::Kind::Operator(Binary::Subtract) => {
                Kind::Opposite(Box::new(self.operand(Tightness::Sign)?))
            }
            lexer::Kind::Operator(Binary::Add) => return self.operand(Tightness::Sign),
            lexer::Kind::Name(name) => self.named(name, column)?,
            lexer::Kind::Open => {
                let inner = self.operand(Tightness::Loose)?;
                self.close(column)?;
                return Ok(inner);
            }
            other => {
                let found = other.describe();
                return Err(syntax(
                    column,
                    format!("expected a number, a function or `(`, found {found}"),
                ));
            }
        };
        Ok(Node { column, kind })
    }

    /// A constant, or a function with its arguments.
    fn named(&mut self, name: &str, column: usize) -> Result<Kind, Failure> {
        let called = self.peek().kind == lexer::Kind::Open;
        if let Some(function) = functions::named(name) {
            if !called {
                let function = function.name();
                return Err(syntax(
                    self.peek().column,
                    format!(
                        "expected `(` and the arguments of `{function}`, found {}",
                        self.peek().kind.describe()
                    ),
                ));
            }
            let open = self.next().column;
            return self.call(function, column, open);
        }
        match Constant::ALL
            .into_iter()
            .find(|constant| constant.name() == name)
        {
            Some(constant) if !called => Ok(Kind::Constant(constant)),
            Some(_) => Err(syntax(
                self.peek().column,
                format!("`{name}` is a constant: expected an operator, found `(`"),
            )),
            None if called => Err(unknown(name, column, "")),
            None => match self.values.get(name) {
                Some(value) if value.is_negative() => {
                    let kind = Kind::Number(value.opposite().into());
                    Ok(Kind::Opposite(Box::new(Node { column, kind })))
                }
                Some(value) => Ok(Kind::Number(value.into())),
                None => Err(unknown(name, column, ", or give it a value with `avec`")),
            },
        }
    }

    /// The arguments of `function`, after its `(`.
    fn call(
        &mut self,
        function: &'static Function,
        column: usize,
        open: usize,
    ) -> Result<Kind, Failure> {
        let mut arguments = Vec::new();
        if self.peek().kind != lexer::Kind::Close {
            arguments.push(self.operand(Tightness::Loose)?);
            while self.peek().kind == lexer::Kind::Separator {
                self.next();
                arguments.push(self.operand(Tightness::Loose)?);
            }
        }
        self.close(open)?;
        if !function.takes(arguments.len()) {
            return Err(syntax(
                column,
                format!(
                    "`{}` takes {}, found {}",
                    function.name(),
                    function.arity(),
                    arguments.len()
                ),
            ));
        }
        Ok(Kind::Call(function, arguments))
    }

    /// The `)` for the `(` at `open`.
    fn close(&mut self, open: usize) -> Result<(), Failure> {
        let token = self.next();
        match &token.kind {
            lexer::Kind::Close => Ok(()),
            lexer::Kind::End => Err(syntax(open, "this `(` is not closed")),
            other => Err(syntax(
                token.column,
                format!("expected an operator or `)`, found {}", other.describe()),
            )),
        }
    }
}
