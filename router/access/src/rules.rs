//! What one must be to read something: a conjunction of the three directives.

use apollo_compiler::Node;
use apollo_compiler::ast::{Directive, Value};

use crate::rights::Holder;

/// One of these, each a list of names that are all needed.
pub(crate) type Alternatives = Vec<Vec<String>>;

/// Alternatives of a conjunction, beyond which an interface's rule counts as its own.
const MAX_ALTERNATIVES: usize = 1_000;

/// A rule, as it is written on a type or a field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Rule {
    pub(crate) authenticated: bool,
    pub(crate) scopes: Option<Alternatives>,
    pub(crate) policies: Option<Alternatives>,
}

/// The names of the three directives in a supergraph.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub(crate) authenticated: Option<String>,
    pub(crate) scopes: Option<String>,
    pub(crate) policy: Option<String>,
}

impl Names {
    pub(crate) fn is_empty(&self) -> bool {
        self.authenticated.is_none() && self.scopes.is_none() && self.policy.is_none()
    }

    /// The rule among directives, if there is one.
    pub(crate) fn read<'d>(
        &self,
        directives: impl Iterator<Item = &'d Node<Directive>>,
    ) -> Option<Rule> {
        let mut rule = Rule::default();
        for directive in directives {
            let name = Some(directive.name.as_str());
            if name == self.authenticated.as_deref() {
                rule.authenticated = true;
            } else if name == self.scopes.as_deref() {
                rule.scopes = Some(alternatives(directive, "scopes"));
            } else if name == self.policy.as_deref() {
                rule.policies = Some(alternatives(directive, "policies"));
            }
        }
        (rule != Rule::default()).then_some(rule)
    }
}

/// An empty list of alternatives is no condition, as composition and other routers have it. Where they cannot be read there are none, which nobody meets.
fn alternatives(directive: &Node<Directive>, argument: &str) -> Alternatives {
    // A single value stands for a list of it.
    let items = |value: &Node<Value>| match value.as_list() {
        Some(items) => items.to_vec(),
        None => vec![value.clone()],
    };
    let names = |all: &Node<Value>| -> Option<Vec<String>> {
        let all = items(all);
        let names = all.iter().map(|name| name.as_str().map(str::to_owned));
        names.collect()
    };
    let read = || -> Option<Alternatives> {
        let value = directive.specified_argument_by_name(argument)?;
        items(value).iter().map(names).collect()
    };
    let mut read = match read() {
        Some(none) if none.is_empty() => vec![Vec::new()],
        read => read.unwrap_or_default(),
    };
    for names in &mut read {
        names.sort();
        names.dedup();
    }
    read.sort();
    read.dedup();
    read
}

impl Rule {
    /// Whether a holder meets it.
    pub(crate) fn holds(&self, holder: &dyn Holder) -> bool {
        let one = |alternatives: &Option<Alternatives>, has: &dyn Fn(&str) -> bool| {
            let all = |names: &Vec<String>| names.iter().all(|name| has(name));
            alternatives.as_ref().is_none_or(|any| any.iter().any(all))
        };
        (!self.authenticated || holder.is_authenticated())
            && one(&self.scopes, &|name| holder.has_scope(name))
            && one(&self.policies, &|name| holder.has_policy(name))
    }

    /// Whether all of these together say as much: then it was inherited from them.
    pub(crate) fn is_implied_by(&self, rules: &[&Rule]) -> bool {
        let implied = |own: &Option<Alternatives>, of: fn(&Rule) -> &Option<Alternatives>| {
            let Some(own) = own else { return true };
            let mut all: Alternatives = vec![Vec::new()];
            for rule in rules {
                let Some(other) = of(rule) else { continue };
                if all.len().saturating_mul(other.len()) > MAX_ALTERNATIVES {
                    return false;
                }
                let joined = |a: &Vec<String>| {
                    let a = a.clone();
                    other.iter().map(move |b| [a.as_slice(), b].concat())
                };
                all = all.iter().flat_map(joined).collect();
            }
            let covers =
                |a: &Vec<String>| own.iter().any(|b| b.iter().all(|name| a.contains(name)));
            all.iter().all(covers)
        };
        (!self.authenticated || rules.iter().any(|rule| rule.authenticated))
            && implied(&self.scopes, |rule| &rule.scopes)
            && implied(&self.policies, |rule| &rule.policies)
    }
}

#[cfg(test)]
mod tests {
    use apollo_compiler::ast::{Definition, Document};

    use super::*;
    use crate::rights::Nobody;

    #[track_caller]
    fn rule(directive: &str) -> Rule {
        let text = format!("scalar S {directive}");
        let document = Document::parse(text, "schema.graphql").expect("it parses");
        let Some(Definition::ScalarTypeDefinition(scalar)) = document.definitions.first() else {
            panic!("a scalar");
        };
        let names = Names {
            authenticated: None,
            scopes: Some("requiresScopes".to_owned()),
            policy: Some("policy".to_owned()),
        };
        names.read(scalar.directives.iter()).expect("a rule")
    }

    /// As composition reads it: a rule that another subgraph adds to must not have been met by nobody before.
    #[test]
    fn an_empty_list_of_alternatives_is_no_condition() {
        for empty in [
            "@requiresScopes(scopes: [])",
            "@requiresScopes(scopes: [[]])",
            "@policy(policies: [])",
        ] {
            assert!(rule(empty).holds(&Nobody), "{empty}");
        }
        let one = rule("@requiresScopes(scopes: [[\"a\"]])");
        assert!(!one.holds(&Nobody));
        assert!(rule("@requiresScopes(scopes: [])").is_implied_by(&[&one]));
        assert!(!one.is_implied_by(&[&rule("@requiresScopes(scopes: [])")]));
    }

    #[test]
    fn a_name_that_stands_for_a_list_of_it_is_one() {
        let written = rule("@requiresScopes(scopes: [[\"a\"]])");
        assert_eq!(rule("@requiresScopes(scopes: [\"a\"])"), written);
        assert_eq!(rule("@requiresScopes(scopes: \"a\")"), written);
    }

    #[test]
    fn what_cannot_be_read_is_met_by_nobody() {
        for unreadable in [
            "@requiresScopes",
            "@requiresScopes(scopes: null)",
            "@requiresScopes(scopes: [[1]])",
            "@policy(policies: [[\"a\"], {}])",
        ] {
            assert!(!rule(unreadable).holds(&Nobody), "{unreadable}");
        }
    }
}
