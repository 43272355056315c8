//! What who asks may see: the claims of a request become the rights by which its operation is prepared.

use std::fmt;

use access::{Access, Holder, Rights};
use apollo_compiler::Name;
use indexmap::IndexMap;
use rustc_hash::FxHashSet;
use serde_json::Value;
use settings::Section;

use super::identify::{Claims, Identity};
use crate::prepare::Prepared;
use crate::refusal::{Refusal, shortened};

/// The `authorization` section.
#[derive(Clone, Debug)]
pub struct Config {
    /// The claim with the scopes.
    pub scopes: String,
    /// What `@policy` names.
    pub policies: IndexMap<String, Policy>,
    /// What becomes of an operation that asks for more than its client may see.
    pub on_denied: OnDenied,
}

/// When a policy holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The name of a claim, or the names that lead to it with dots between them.
    pub claim: String,
    /// What it is, or what is among its items or words.
    pub contains: String,
}

/// What becomes of an operation that asks for more than its client may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnDenied {
    /// What is not allowed is null, with an error.
    Filter,
    /// The operation is refused.
    Reject,
}

impl Config {
    /// `verifies` says whether there are tokens that have claims.
    pub(crate) fn read(section: Section<'_>, verifies: bool) -> Self {
        let config = Self {
            scopes: section
                .key("scopes", "The claim with the scopes that `@requiresScopes` names: a text with spaces between them, or a list. Dots lead into objects.")
                .text("scope", "the name of a claim", |name| !name.is_empty()),
            policies: section
                .key("policies", "What `@policy` names. A policy that is not here never holds.")
                .named("the name of a policy", |name| !name.is_empty(), |section, _| Policy::read(section))
                .unwrap_or_default(),
            on_denied: section
                .key("on_denied", "What becomes of an operation that asks for more than its client may see: `filter` makes that null, with an error; `reject` refuses the operation (403).")
                .choice("filter", &[("filter", OnDenied::Filter), ("reject", OnDenied::Reject)]),
        };
        if !verifies && !config.policies.is_empty() {
            section.report_key(
                "policies",
                "no token is verified, so that no policy ever holds",
                "an issuer under `authentication.jwt`",
            );
        }
        section.end();
        config
    }

    /// The rights of somebody by the rules of a schema.
    pub(crate) fn rights(&self, access: &Access, identity: &Identity) -> Rights {
        let Some(claims) = identity.claims() else {
            return access.rights_of_nobody();
        };
        let remembers = |rights| access.remembers(rights);
        claims.rights(access.id(), remembers, || {
            access.rights(&Asking::new(self, claims))
        })
    }

    /// # Errors
    /// When an operation asks for more than its client may see, and that is to be refused.
    pub(crate) fn permit(&self, prepared: &Prepared) -> Result<(), Refusal> {
        match self.on_denied {
            OnDenied::Reject if !prepared.denied.is_empty() => {
                Err(Refusal::Unauthorized(shown(&prepared.denied)))
            }
            _ => Ok(()),
        }
    }
}

/// The paths of what a client may not see, as they are reported: as far as a message goes, since a client chooses the names.
pub(crate) fn shown(paths: &[Vec<Name>]) -> String {
    struct Paths<'p>(&'p [Vec<Name>]);

    impl fmt::Display for Paths<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            for (index, path) in self.0.iter().enumerate() {
                f.write_str(if index > 0 { ", " } else { "" })?;
                for (depth, name) in path.iter().enumerate() {
                    f.write_str(if depth > 0 { "." } else { "" })?;
                    f.write_str(name)?;
                }
            }
            Ok(())
        }
    }

    shortened(Paths(paths))
}

impl Policy {
    fn read(section: Section<'_>) -> Self {
        let text = |name, help, words| {
            let text = section
                .key(name, help)
                .text_opt(words, |text| !text.is_empty());
            text.unwrap_or_default()
        };
        let policy = Self {
            claim: text(
                "claim",
                "The claim that decides. Dots lead into objects.",
                "the name of a claim",
            ),
            contains: text(
                "contains",
                "What must be in it: an item of a list, or a word of a text.",
                "a text",
            ),
        };
        let lacks = policy.claim.is_empty() || policy.contains.is_empty();
        if lacks {
            section.report(
                "a policy says what a claim must contain",
                "`claim:` and `contains:`",
            );
        }
        section.end();
        policy
    }
}

/// The holder of a token.
struct Asking<'c> {
    config: &'c Config,
    claims: &'c Claims,
    scopes: FxHashSet<&'c str>,
}

impl<'c> Asking<'c> {
    fn new(config: &'c Config, claims: &'c Claims) -> Self {
        let scopes = claims.get(&config.scopes).map(words);
        Self {
            config,
            claims,
            scopes: scopes.unwrap_or_default().into_iter().collect(),
        }
    }
}

impl Holder for Asking<'_> {
    fn is_authenticated(&self) -> bool {
        true
    }

    fn has_scope(&self, scope: &str) -> bool {
        self.scopes.contains(scope)
    }

    fn has_policy(&self, policy: &str) -> bool {
        let Some(policy) = self.config.policies.get(policy) else {
            return false;
        };
        let value = self.claims.get(&policy.claim);
        value.is_some_and(|value| holds(value, &policy.contains))
    }
}

/// Whether a claim is what a policy wants, or has it among its items or words.
fn holds(claim: &Value, contains: &str) -> bool {
    match claim {
        Value::Array(items) => items.iter().any(|item| says(item, contains)),
        value => says(value, contains) || words(value).contains(&contains),
    }
}

/// Whether a value is what is written in a text.
fn says(value: &Value, text: &str) -> bool {
    match value {
        Value::String(own) => own == text,
        Value::Bool(is) => text == if *is { "true" } else { "false" },
        Value::Number(number) => number.to_string() == text,
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}

/// The words of a text, or the texts of a list.
fn words(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => text.split_whitespace().collect(),
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_policy_holds_where_its_claim_is_what_it_wants_or_contains_it() {
        for (claim, contains, expected) in [
            (json!("billing"), "billing", true),
            (json!("sales billing"), "billing", true),
            (json!("sales billing"), "sales billing", true),
            (json!(["sales", "billing"]), "billing", true),
            (json!([1, 2]), "1", true),
            (json!([1, 2]), "12", false),
            (json!(["a b"]), "a b", true),
            (json!(["a b"]), "b", false),
            (json!([true]), "true", true),
            (json!(1), "1", true),
            (json!(false), "false", true),
            (json!(null), "null", false),
            (json!([["billing"]]), "billing", false),
            (json!({ "billing": true }), "billing", false),
        ] {
            assert_eq!(holds(&claim, contains), expected, "{claim} {contains}");
        }
    }

    #[test]
    fn paths_are_told_as_far_as_a_message_goes() {
        let name = |text: &str| Name::new(text).expect("a name");
        let paths = [vec![name("a"), name("b")], vec![name("c")]];
        assert_eq!(shown(&paths), "a.b, c");
        let long = vec![vec![name(&"a".repeat(100_000))]; 20];
        assert!(shown(&long).len() < 1_010);
    }
}
