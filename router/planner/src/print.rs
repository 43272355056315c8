//! Prints the operation that is sent to a subgraph: as little text as possible, and only the variables it uses.

use std::fmt::Write as _;

use apollo_compiler::Name;
use apollo_compiler::ast::{OperationType, Value};
use apollo_compiler::executable::Operation;
use indexmap::IndexSet;

use crate::condition::Conditions;
use crate::plan::ConditionLiteral;
use crate::select::Selection;

/// One `_entities` field.
pub(crate) struct Entities<'a> {
    pub(crate) response_key: &'a Name,
    pub(crate) variable: &'a Name,
    pub(crate) selections: &'a [Selection],
}

/// The text, and the client's variables in it.
pub(crate) struct Printed {
    pub(crate) text: String,
    pub(crate) variables: Vec<Name>,
}

/// An operation on the root type.
pub(crate) fn root(
    client: &Operation,
    conditions: &Conditions,
    operation_type: OperationType,
    selections: &[Selection],
) -> Printed {
    let mut printer = Printer::new(conditions);
    printer.set(selections);
    printer.finish(client, operation_type, &[])
}

/// A query of `_entities`.
pub(crate) fn entities(
    client: &Operation,
    conditions: &Conditions,
    fields: &[Entities<'_>],
) -> Printed {
    let mut printer = Printer::new(conditions);
    printer.text.push('{');
    for field in fields {
        if field.response_key != "_entities" {
            printer.separate();
            let _ = write!(printer.text, "{}:", field.response_key);
        }
        let variable = field.variable;
        printer.separate();
        let _ = write!(printer.text, "_entities(representations:${variable})");
        printer.set(field.selections);
    }
    printer.text.push('}');
    let variables: Vec<&Name> = fields.iter().map(|field| field.variable).collect();
    printer.finish(client, OperationType::Query, &variables)
}

struct Printer<'c> {
    text: String,
    conditions: &'c Conditions,
    variables: IndexSet<Name>,
}

impl<'c> Printer<'c> {
    fn new(conditions: &'c Conditions) -> Self {
        Self {
            text: String::new(),
            conditions,
            variables: IndexSet::new(),
        }
    }

    /// White space, only where two names would run together.
    fn separate(&mut self) {
        let last = self.text.chars().next_back();
        if last.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            self.text.push(' ');
        }
    }

    fn set(&mut self, selections: &[Selection]) {
        self.text.push('{');
        for selection in selections {
            self.selection(selection);
        }
        self.text.push('}');
    }

    fn selection(&mut self, selection: &Selection) {
        match selection {
            Selection::Typename => {
                self.separate();
                self.text.push_str("__typename");
            }
            Selection::Fragment { on, below } => {
                let _ = write!(self.text, "...on {on}");
                self.set(below);
            }
            Selection::Field { cond, .. } => {
                let conditions = self.conditions;
                for term in conditions.terms(*cond) {
                    self.field_if(selection, term);
                }
            }
        }
    }

    /// A field may carry one `@include` and one `@skip`; more conditions go around it.
    fn field_if(&mut self, selection: &Selection, term: &[ConditionLiteral]) {
        let Selection::Field {
            key,
            name,
            arguments,
            directives,
            below,
            ..
        } = selection
        else {
            return;
        };
        let (included, skipped): (Vec<_>, Vec<_>) = term.iter().partition(|l| l.expected);
        let (own_include, more) = split(&included);
        let (own_skip, others) = split(&skipped);
        let around: Vec<_> = more.iter().chain(others).collect();
        for literal in &around {
            self.text.push_str("...");
            self.directive(literal);
            self.text.push('{');
        }
        self.separate();
        if key != name {
            let _ = write!(self.text, "{key}:");
        }
        self.text.push_str(name);
        self.arguments(arguments.iter().map(|(name, value)| (name, &**value)));
        for directive in directives {
            let _ = write!(self.text, "@{}", directive.name);
            let arguments = directive.arguments.iter();
            self.arguments(arguments.map(|argument| (&argument.name, &*argument.value)));
        }
        for literal in own_include.into_iter().chain(own_skip) {
            self.directive(literal);
        }
        if !below.is_empty() {
            self.set(below);
        }
        for _ in &around {
            self.text.push('}');
        }
    }

    fn arguments<'v>(&mut self, arguments: impl Iterator<Item = (&'v Name, &'v Value)>) {
        let mut any = false;
        for (name, value) in arguments {
            self.text.push(if any { ',' } else { '(' });
            let _ = write!(self.text, "{name}:");
            self.value(value);
            any = true;
        }
        if any {
            self.text.push(')');
        }
    }

    fn directive(&mut self, literal: &ConditionLiteral) {
        let directive = if literal.expected { "include" } else { "skip" };
        let _ = write!(self.text, "@{directive}(if:${})", literal.variable);
        self.variables.insert(literal.variable.clone());
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Variable(name) => {
                self.variables.insert(name.clone());
                let _ = write!(self.text, "${name}");
            }
            Value::List(items) => {
                self.text.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.text.push(',');
                    }
                    self.value(item);
                }
                self.text.push(']');
            }
            Value::Object(fields) => {
                self.text.push('{');
                for (index, (name, value)) in fields.iter().enumerate() {
                    if index > 0 {
                        self.text.push(',');
                    }
                    let _ = write!(self.text, "{name}:");
                    self.value(value);
                }
                self.text.push('}');
            }
            leaf => {
                let _ = write!(self.text, "{}", leaf.serialize().no_indent());
            }
        }
    }

    /// Puts the head before the selection set.
    fn finish(
        self,
        client: &Operation,
        operation_type: OperationType,
        representations: &[&Name],
    ) -> Printed {
        let mut head = String::new();
        let mut declared = Vec::new();
        for name in representations {
            declared.push(format!("${name}:[_Any!]!"));
        }
        for variable in &self.variables {
            let definition = client.variables.iter().find(|v| v.name == *variable);
            let Some(definition) = definition else {
                continue;
            };
            let mut text = format!("${variable}:{}", definition.ty);
            if let Some(default) = &definition.default_value {
                let _ = write!(text, "={}", default.serialize().no_indent());
            }
            declared.push(text);
        }
        if operation_type != OperationType::Query || !declared.is_empty() {
            let _ = write!(head, "{operation_type}");
        }
        if !declared.is_empty() {
            let _ = write!(head, "({})", declared.join(","));
        }
        head.push_str(&self.text);
        Printed {
            text: head,
            variables: self.variables.into_iter().collect(),
        }
    }
}

/// The first literal, which the field carries itself, and the rest.
fn split<'l>(
    literals: &'l [&'l ConditionLiteral],
) -> (Option<&'l ConditionLiteral>, &'l [&'l ConditionLiteral]) {
    match literals {
        [] => (None, &[]),
        [first, rest @ ..] => (Some(first), rest),
    }
}
