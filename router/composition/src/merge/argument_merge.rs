//! Combines the arguments that a directive has in different subgraphs, as its specification says.

use apollo_compiler::Node;
use apollo_compiler::ast::{Argument, Directive, Value};
use apollo_compiler::collections::HashSet;
use apollo_compiler::schema::DirectiveDefinition;
use federation::Budget;
use federation::spec::{ArgumentMerge, DirectiveSpec};

use super::applied::values;
use super::same_value::meaning;

/// The combined arguments of several applications.
pub(super) fn merge(
    spec: &DirectiveSpec,
    definition: &DirectiveDefinition,
    directives: &[&Node<Directive>],
    budget: &Budget,
) -> Vec<Node<Argument>> {
    let by_directive: Vec<Vec<Option<&Value>>> = directives
        .iter()
        .map(|directive| values(definition, directive))
        .collect();
    definition
        .arguments
        .iter()
        .enumerate()
        .filter_map(|(index, argument)| {
            let strategy = spec
                .arguments
                .iter()
                .find(|a| argument.name == a.name)?
                .merge?;
            let given: Vec<&Value> = by_directive
                .iter()
                .filter_map(|values| values[index])
                .filter(|value| !value.is_null())
                .collect();
            let value = combine(strategy, &given, budget)?;
            Some(Node::new(Argument {
                name: argument.name.clone(),
                value: Node::new(value),
            }))
        })
        .collect()
}

fn combine(strategy: ArgumentMerge, given: &[&Value], budget: &Budget) -> Option<Value> {
    match strategy {
        ArgumentMerge::Max | ArgumentMerge::NullableMax => given
            .iter()
            .max_by_key(|value| value.to_i32().unwrap_or(i32::MIN))
            .map(|value| (*value).clone()),
        ArgumentMerge::NullableAnd => {
            let all = given.iter().all(|value| value.to_bool() != Some(false));
            (!given.is_empty()).then_some(Value::Boolean(all))
        }
        ArgumentMerge::NullableUnion => {
            let mut union: Vec<Node<Value>> = Vec::new();
            let mut known: HashSet<String> = HashSet::default();
            for value in given.iter().flat_map(|value| items(value)) {
                if known.insert(meaning(&value)) {
                    union.push(value);
                }
            }
            (!given.is_empty()).then_some(Value::List(union))
        }
        ArgumentMerge::DnfConjunction => {
            let forms = given.iter().map(|value| read_dnf(value));
            let conjunction = forms.reduce(|a, b| conjunction(&a, &b, budget))?;
            Some(write_dnf(&conjunction))
        }
    }
}

/// The items of a list; a single value stands for a list of it.
fn items(value: &Value) -> Vec<Node<Value>> {
    match value {
        Value::List(items) => items.clone(),
        other => vec![Node::new(other.clone())],
    }
}

/// A disjunction of conjunctions of names: `[["a", "b"], ["c"]]` means a and b, or c.
pub(super) type Dnf = Vec<Vec<String>>;

/// Reads a disjunctive normal form. An empty one means no condition at all.
pub(super) fn read_dnf(value: &Value) -> Dnf {
    let mut form: Dnf = items(value)
        .iter()
        .map(|conjunction| {
            let names = items(conjunction);
            let mut names: Vec<String> = names
                .iter()
                .map(|name| {
                    name.as_str()
                        .map_or_else(|| name.to_string(), str::to_owned)
                })
                .collect();
            names.sort_unstable();
            names.dedup();
            names
        })
        .collect();
    if form.is_empty() {
        form.push(Vec::new());
    }
    form.sort_unstable();
    form
}

fn write_dnf(form: &Dnf) -> Value {
    let list = |items: Vec<Value>| Value::List(items.into_iter().map(Node::new).collect());
    list(
        form.iter()
            .map(|names| list(names.iter().cloned().map(Value::String).collect()))
            .collect(),
    )
}

/// Both forms must hold. Conjunctions that another one implies are left out.
///
/// There are as many as the product of both. When that is more than the budget allows, the result means nothing, and composition ends with
/// the budget.
pub(super) fn conjunction(a: &Dnf, b: &Dnf, budget: &Budget) -> Dnf {
    /// What it costs to write one of them down.
    const UNITS: usize = 50;
    if a == b {
        return a.clone();
    }
    let lengths = |form: &Dnf| form.iter().map(Vec::len).sum::<usize>();
    let names = (a.len() * lengths(b)).saturating_add(b.len() * lengths(a));
    if !budget.spend_each(names.saturating_mul(UNITS)) {
        return Dnf::new();
    }
    let mut all: Dnf = Vec::with_capacity(a.len() * b.len());
    for left in a {
        for right in b {
            let mut both: Vec<String> = left.iter().chain(right).cloned().collect();
            both.sort_unstable();
            both.dedup();
            all.push(both);
        }
    }
    all.sort_by_key(Vec::len);
    let mut minimal: Dnf = Vec::new();
    for candidate in all {
        // Names are looked for in each other: each takes several comparisons of texts.
        if !budget.spend_each(8 * minimal.len() * candidate.len()) {
            break;
        }
        let implied = minimal.iter().any(|known| {
            known
                .iter()
                .all(|name| candidate.binary_search(name).is_ok())
        });
        if !implied {
            minimal.push(candidate);
        }
    }
    minimal
}
