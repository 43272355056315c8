//! Prints the operation that is sent to a subgraph: as little text as possible, and only the variables it uses. What is written is paid for; where the work
//! does not suffice, the text is cut off, and nothing is left of the work.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::ast::{OperationType, Type, Value};
use indexmap::IndexSet;
use rustc_hash::FxHashMap;

use crate::emit::selection::Selection;
use crate::emit::variables::ClientVariables;
use crate::operation::condition::Conditions;
use crate::plan::{ConditionLiteral, RepeatedFields, RepeatedSelection, SelectionText};
use crate::text::PaidText;
use crate::work::Work;

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

/// The same of an operation on entities.
pub(crate) struct PrintedEntities {
    pub(crate) text: String,
    pub(crate) variables: Vec<Name>,
    /// For each `_entities` field, the contextual variables that it names: their indices.
    pub(crate) contexts: Vec<Vec<usize>>,
    /// When there are contextual variables.
    pub(crate) repeated: Option<Box<RepeatedFields>>,
}

/// An operation on the root type.
pub(crate) fn root(
    client: &ClientVariables<'_>,
    conditions: &Conditions<'_>,
    operation_type: OperationType,
    selections: &[Selection],
) -> Printed {
    let mut printer = Printer::new(client, conditions, &[]);
    printer.set(selections);
    printer.finish(operation_type, &[], Vec::new())
}

/// A query of `_entities`.
pub(crate) fn entities(
    client: &ClientVariables<'_>,
    conditions: &Conditions<'_>,
    fields: &[Entities<'_>],
    contexts: &[(Name, Type)],
) -> PrintedEntities {
    let mut printer = Printer::new(client, conditions, contexts);
    let mut named = Vec::with_capacity(fields.len());
    let mut selections = Vec::new();
    printer.text.push('{');
    for field in fields {
        if field.response_key != "_entities" {
            printer.separate();
            let _ = write!(printer.text, "{}:", field.response_key);
        }
        let variable = field.variable;
        printer.separate();
        let _ = write!(printer.text, "_entities(representations:${variable})");
        let start = printer.text.as_str().len();
        printer.set(field.selections);
        let variables = std::mem::take(&mut printer.variables_here);
        // Only where values are taken from enclosing objects can a field have to be repeated.
        if contexts.is_empty() {
            named.push(Vec::new());
            continue;
        }
        let (used, text) = printer.take_marks(start);
        named.push(used);
        selections.push(RepeatedSelection {
            variables: printer.declarations(&variables),
            text,
        });
    }
    printer.text.push('}');
    let variables: Vec<&Name> = fields.iter().map(|field| field.variable).collect();
    let any = named.iter().any(|used| !used.is_empty());
    let repeated = any.then(|| Box::new(RepeatedFields { selections }));
    let mut declared: Vec<String> = Vec::new();
    for (index, (name, ty)) in contexts.iter().enumerate() {
        if named.iter().any(|used| used.contains(&index)) {
            declared.push(format!("${name}:{ty}"));
        }
    }
    let printed = printer.finish(OperationType::Query, &variables, declared);
    PrintedEntities {
        text: printed.text,
        variables: printed.variables,
        contexts: named,
        repeated,
    }
}

struct Printer<'c> {
    text: PaidText<'c>,
    work: &'c Work,
    client: &'c ClientVariables<'c>,
    conditions: &'c Conditions<'c>,
    variables: IndexSet<Name>,
    /// Those of the present `_entities` field.
    variables_here: IndexSet<Name>,
    /// The contextual variables: their indices.
    contexts: FxHashMap<&'c Name, usize>,
    /// Where a contextual variable is named, and which.
    marks: Vec<(Range<usize>, usize)>,
}

impl<'c> Printer<'c> {
    fn new(
        client: &'c ClientVariables<'c>,
        conditions: &'c Conditions<'c>,
        contexts: &'c [(Name, Type)],
    ) -> Self {
        let work = conditions.work;
        Self {
            text: PaidText::new(work),
            work,
            client,
            conditions,
            variables: IndexSet::new(),
            variables_here: IndexSet::new(),
            contexts: contexts.iter().map(|(name, _)| name).zip(0..).collect(),
            marks: Vec::new(),
        }
    }

    /// White space, only where two names would run together.
    fn separate(&mut self) {
        let last = self.text.as_str().chars().next_back();
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
        self.names(&literal.variable);
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Variable(name) => {
                let start = self.text.as_str().len();
                let _ = write!(self.text, "${name}");
                let end = self.text.as_str().len();
                match self.contexts.get(name).copied() {
                    Some(context) => self.marks.push((start..end, context)),
                    None => self.names(name),
                }
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

    /// The contextual variables that were named since `start`, each once, and the text since then in pieces.
    fn take_marks(&mut self, start: usize) -> (Vec<usize>, Vec<SelectionText>) {
        let (mut used, mut pieces) = (Vec::new(), Vec::new());
        let written = self.text.as_str();
        if !self.work.pays(written.len() - start) {
            return (used, pieces);
        }
        let mut from = start;
        for (range, context) in std::mem::take(&mut self.marks) {
            let index = used.iter().position(|known| *known == context);
            let index = index.unwrap_or_else(|| {
                used.push(context);
                used.len() - 1
            });
            pieces.push(SelectionText::Text(Arc::from(&written[from..range.start])));
            pieces.push(SelectionText::Context(index));
            from = range.end;
        }
        pieces.push(SelectionText::Text(Arc::from(&written[from..])));
        (used, pieces)
    }

    fn names(&mut self, variable: &Name) {
        self.variables.insert(variable.clone());
        self.variables_here.insert(variable.clone());
    }

    /// The declarations of the client's variables that are used.
    fn declarations(&self, used: &IndexSet<Name>) -> Vec<Arc<str>> {
        used.iter()
            .filter_map(|variable| self.client.get(variable))
            .map(|definition| {
                let mut text = PaidText::new(self.work);
                let _ = write!(text, "${}:{}", definition.name, definition.ty);
                if let Some(default) = &definition.default_value {
                    let _ = write!(text, "={}", default.serialize().no_indent());
                }
                Arc::from(text.as_str())
            })
            .collect()
    }

    /// Puts the head before the selection set.
    fn finish(
        mut self,
        operation_type: OperationType,
        representations: &[&Name],
        more: Vec<String>,
    ) -> Printed {
        let mut head = String::new();
        let mut declared: Vec<Arc<str>> = Vec::new();
        for name in representations {
            declared.push(Arc::from(format!("${name}:[_Any!]!")));
        }
        declared.extend(self.declarations(&self.variables));
        declared.extend(more.into_iter().map(Arc::from));
        if operation_type != OperationType::Query || !declared.is_empty() {
            let _ = write!(head, "{operation_type}");
        }
        if !declared.is_empty() {
            let _ = write!(head, "({})", declared.join(","));
        }
        self.text.prepend(&head);
        Printed {
            text: self.text.into_string(),
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
