//! A failure in words, for people who have not read the specification.

use std::fmt::Write as _;

use apollo_compiler::Name;
use apollo_compiler::collections::IndexSet;
use federation::{Code, Diagnostic, SubgraphId, Supergraph};

use super::example;
use super::failure::{Failure, Finding, Reason, UnknownType, UnsharedMutation, Why};
use super::node::TypeId;
use crate::places::Places;

/// Fields named in one message at most; the others are counted.
const MAX_FIELDS: usize = 8;

/// The diagnostic for a finding.
pub(super) fn explain(
    supergraph: &Supergraph,
    finding: &Finding,
    places: &mut Places<'_>,
) -> Diagnostic {
    match finding {
        Finding::Fields(failure) => explain_fields(supergraph, failure, places),
        Finding::Type(unknown) => explain_type(supergraph, unknown),
        Finding::Mutation(mutation) => explain_mutation(supergraph, mutation, places),
    }
}

/// An object of which no subgraph can say the type.
fn explain_type(supergraph: &Supergraph, unknown: &UnknownType) -> Diagnostic {
    let ty = name_of(supergraph, unknown.interface);
    let (object, from) = (&unknown.object, from(supergraph, &unknown.from));
    let last = format!("... on {object} {{ __typename }}");
    Diagnostic::error(
        Code::SatisfiabilityError,
        format!(
            "Clients can ask whether a \"{ty}\" is of type \"{object}\" where no subgraph can tell.\nFor example with:\n{}\
             There, the object comes from {from}, where \"{ty}\" is an @interfaceObject, which does not know the types behind it, \
             and no subgraph that has \"{ty}\" as an interface can be asked for that object.",
            example::query_ending(supergraph, &unknown.path, &last)
        ),
    )
    .with_help(format!(
        "Give the interface \"{ty}\" a @key that can be resolved in a subgraph that defines \"{object}\", with fields that {from} resolves too."
    ))
}

/// A shared mutation field: what each subgraph lacks, in turn.
fn explain_mutation(
    supergraph: &Supergraph,
    mutation: &UnsharedMutation,
    places: &mut Places<'_>,
) -> Diagnostic {
    let field = &mutation.field;
    let mut message = format!(
        "A mutation runs once, in one subgraph, but none of the subgraphs that share the mutation field \"{field}\" leads to everything \
         that clients can ask for below it."
    );
    let mut locations = Vec::new();
    for (subgraph, findings) in &mutation.alternatives {
        let _ = write!(
            message,
            "\n\nWhen {} runs it:",
            from(supergraph, &[*subgraph])
        );
        for finding in findings {
            let found = explain(supergraph, finding, places);
            let _ = write!(message, "\n{}", found.message);
            locations.extend(found.locations);
        }
    }
    let mut diagnostic = Diagnostic::error(Code::SatisfiabilityError, message).with_help(format!(
        "Let one of these subgraphs lead to all of it, or resolve \"{field}\" in one subgraph only and give what it returns a @key."
    ));
    for location in locations {
        diagnostic = diagnostic.at(Some(location));
    }
    diagnostic
}

fn name_of(supergraph: &Supergraph, ty: TypeId) -> &Name {
    &supergraph.types()[ty.0 as usize].name
}

/// `subgraph "a"`, `subgraphs "a" and "b"`.
fn from(supergraph: &Supergraph, subgraphs: &[SubgraphId]) -> String {
    let names = subgraphs.iter().filter_map(|&id| supergraph.subgraph(id));
    let names: Vec<String> = names.map(|graph| format!("\"{}\"", graph.name)).collect();
    let noun = match names.len() {
        1 => "subgraph",
        _ => "subgraphs",
    };
    format!("{noun} {}", list(&names))
}

/// Fields that no subgraph can resolve at some place.
fn explain_fields(
    supergraph: &Supergraph,
    failure: &Failure,
    places: &mut Places<'_>,
) -> Diagnostic {
    let words = Words {
        supergraph,
        failure,
    };
    let ty = words.ty();
    let (them, first) = (words.them(), &failure.fields[0]);
    let mut message = format!(
        "Clients can ask for {} where no subgraph can resolve {them}.\nFor example with:\n{}",
        words.fields(),
        example::query(supergraph, &failure.path, ty, first)
    );
    let _ = write!(
        message,
        "There, an object of type \"{ty}\" comes from {}, and",
        words.from()
    );
    // Through several `@interfaceObject`s, one subgraph has one reason.
    let reasons: IndexSet<String> = failure.reasons.iter().map(|r| words.reason(r)).collect();
    for reason in &reasons {
        let _ = write!(message, "\n- {reason}");
    }
    if failure.reasons.is_empty() {
        let _ = write!(message, " no subgraph has {them}.");
    }
    // An @external field is mostly meant to be: what lets another subgraph resolve it comes first.
    let (others, external): (Vec<&Reason>, Vec<&Reason>) = failure
        .reasons
        .iter()
        .partition(|reason| reason.why != Why::External);
    let helps: IndexSet<String> = others
        .into_iter()
        .chain(external)
        .filter_map(|reason| words.help(reason))
        .collect();
    let help = match helps.is_empty() {
        true => format!(
            "Resolve {} in a subgraph that can be reached there.",
            words.fields()
        ),
        false => Vec::from_iter(helps).join(" Or: "),
    };
    let mut diagnostic = Diagnostic::error(Code::SatisfiabilityError, message).with_help(help);
    for reason in &failure.reasons {
        let ty = words.type_name(reason);
        for field in failure.fields.iter().take(MAX_FIELDS) {
            diagnostic = diagnostic.at(places.field(words.name(reason.subgraph), ty, field));
        }
    }
    diagnostic
}

/// What the sentences about one failure are made of.
struct Words<'a> {
    supergraph: &'a Supergraph,
    failure: &'a Failure,
}

impl<'a> Words<'a> {
    fn ty(&self) -> &'a Name {
        self.name_of(self.failure.ty)
    }

    fn type_name(&self, reason: &Reason) -> &'a Name {
        self.name_of(reason.ty)
    }

    fn name_of(&self, ty: TypeId) -> &'a Name {
        name_of(self.supergraph, ty)
    }

    fn name(&self, subgraph: SubgraphId) -> &'a str {
        &self.supergraph.subgraphs()[usize::from(subgraph.0)].name
    }

    fn fields(&self) -> String {
        let ty = self.ty();
        let fields = &self.failure.fields;
        let mut quoted: Vec<String> = fields
            .iter()
            .take(MAX_FIELDS)
            .map(|field| format!("\"{ty}.{field}\""))
            .collect();
        if fields.len() > MAX_FIELDS {
            quoted.push(format!("{} more of its fields", fields.len() - MAX_FIELDS));
        }
        list(&quoted)
    }

    fn them(&self) -> &'static str {
        match self.failure.fields.len() {
            1 => "it",
            _ => "them",
        }
    }

    fn from(&self) -> String {
        from(self.supergraph, &self.failure.from)
    }

    fn reason(&self, reason: &Reason) -> String {
        let (subgraph, ty, them) = (
            self.name(reason.subgraph),
            self.type_name(reason),
            self.them(),
        );
        let unreachable =
            format!("subgraph \"{subgraph}\" has {them}, but cannot be asked for that object:");
        match &reason.why {
            Why::Overridden => format!(
                "subgraph \"{subgraph}\" no longer resolves {them}: the @override of another one took {them} over."
            ),
            Why::External => format!(
                "subgraph \"{subgraph}\" marks {them} @external, which says that others resolve {them}."
            ),
            Why::SomeLabels => format!(
                "subgraph \"{subgraph}\" resolves {them} only for some values of the label of an @override."
            ),
            Why::NoWayBack { requires } => format!(
                "subgraph \"{subgraph}\" needs the @requires(fields: \"{requires}\") of others for {them}, and cannot be asked again \
                 once these are known: it resolves no @key of \"{ty}\" itself."
            ),
            Why::NoWayBackWithContext => format!(
                "subgraph \"{subgraph}\" needs a value @fromContext for {them}, and cannot be asked again once it is known: it \
                 resolves no @key of \"{ty}\" itself."
            ),
            Why::ContextNotSet => format!(
                "subgraph \"{subgraph}\" needs a value @fromContext for {them}, and the context is not set wherever \"{ty}\" can be reached."
            ),
            Why::Requires { requires } => format!(
                "subgraph \"{subgraph}\" needs @requires(fields: \"{requires}\") for {them}, which cannot be obtained there."
            ),
            Why::NoKey => format!("{unreachable} its \"{ty}\" has no @key."),
            Why::NoResolvableKey => {
                format!("{unreachable} each @key of its \"{ty}\" is \"resolvable: false\".")
            }
            Why::KeysOutOfReach { keys } => format!(
                "{unreachable} that takes the fields of its {}, which cannot be obtained from {}.",
                keys.join(" or "),
                self.from()
            ),
        }
    }

    fn help(&self, reason: &Reason) -> Option<String> {
        let (subgraph, ty) = (self.name(reason.subgraph), self.type_name(reason));
        Some(match &reason.why {
            Why::Overridden | Why::SomeLabels => return None,
            Why::External => format!(
                "Remove @external from {} in \"{subgraph}\" if it resolves {}.",
                self.fields(),
                self.them()
            ),
            Why::NoWayBack { .. } | Why::NoWayBackWithContext => {
                format!(
                    "Add a @key to \"{ty}\" in \"{subgraph}\", with fields that \"{subgraph}\" resolves itself."
                )
            }
            Why::ContextNotSet => {
                format!("Put the @context on every type through which \"{ty}\" can be reached.")
            }
            Why::Requires { requires } => format!(
                "Let a subgraph that can be reached from there resolve \"{requires}\" of \"{ty}\"."
            ),
            Why::NoKey => format!(
                "Add a @key to \"{ty}\" in \"{subgraph}\" whose fields {} resolves too.",
                self.from()
            ),
            Why::NoResolvableKey => {
                format!("Remove \"resolvable: false\" from a @key of \"{ty}\" in \"{subgraph}\".")
            }
            // With a key in common it is its fields that are missing: they may be @external.
            Why::KeysOutOfReach { keys }
                if self.failure.keys_from.is_empty()
                    || keys.iter().any(|key| self.failure.keys_from.contains(key)) =>
            {
                format!(
                    "Resolve the fields of {} on \"{ty}\" in {} too.",
                    keys.join(" or "),
                    self.from()
                )
            }
            // Both have keys, and not one in common: often one of them was renamed.
            Why::KeysOutOfReach { keys } => format!(
                "Give \"{ty}\" one @key in common: in \"{subgraph}\" it has {}, in {} it has {}.",
                list(keys),
                self.from(),
                list(&self.failure.keys_from)
            ),
        })
    }
}

fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
