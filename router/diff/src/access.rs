//! What one must be to read something: `@authenticated`, `@requiresScopes` and `@policy`
//! (<https://www.apollographql.com/docs/graphos/routing/security/authorization>).

use apollo_compiler::ast::{Directive, Value};
use apollo_compiler::schema::ExtendedType;
use federation::Supergraph;
use federation::spec::catalog;

use crate::applied;
use crate::change::{Changes, Class, Judgement};
use crate::coordinate;
use crate::kind::Kind;
use crate::pairs::{Pair, pairs};

const TIGHTER: Judgement = (
    Class::Dangerous,
    "Clients that may no longer read it get null and an error.",
);
const LOOSER: Judgement = (Class::Safe, "Nobody may read less than before.");

/// The directives: the specification, the directive's own name, and the argument that has its alternatives.
const RULES: [(&str, &str, &str); 3] = [
    (catalog::AUTHENTICATED, "authenticated", ""),
    (catalog::REQUIRES_SCOPES, "requiresScopes", "scopes"),
    (catalog::POLICY, "policy", "policies"),
];

/// The names of the directives in a supergraph, in the order of [`RULES`].
type Names = [Option<String>; RULES.len()];

/// A part of a schema: its coordinate, and its directives.
type Guarded<'g> = (String, Vec<&'g Directive>);

/// The changes of rules on types and fields that both supergraphs have.
pub(crate) fn compare(old: &Supergraph, new: &Supergraph, changes: &mut Changes) {
    let names = |graph: &Supergraph| -> Names {
        RULES.map(|(identity, name, _)| graph.directive_name(identity, name))
    };
    let names = [old, new].map(names);
    if names.iter().flatten().all(Option::is_none) {
        return;
    }
    for pair in pairs(
        old.schema().types.values(),
        new.schema().types.values(),
        |ty: &ExtendedType| ty.name().clone(),
    ) {
        let Pair::Kept(was, is) = pair else { continue };
        let sides = [guarded(was), guarded(is)];
        for pair in pairs(&sides[0], &sides[1], |(coordinate, _)| coordinate) {
            if let Pair::Kept((_, was), (coordinate, is)) = pair {
                compare_rules(coordinate, &names, [was, is], changes);
            }
        }
    }
}

/// A type and its fields.
fn guarded(ty: &ExtendedType) -> Vec<Guarded<'_>> {
    let fields = match ty {
        ExtendedType::Object(object) => Some(&object.fields),
        ExtendedType::Interface(interface) => Some(&interface.fields),
        _ => None,
    };
    let fields = fields.into_iter().flatten().map(|(name, field)| {
        let coordinate = coordinate::member(ty.name(), name);
        (coordinate, applied::list(&field.directives))
    });
    let own = (ty.name().to_string(), applied::components(ty.directives()));
    std::iter::once(own).chain(fields).collect()
}

fn compare_rules(
    coordinate: &str,
    names: &[Names; 2],
    directives: [&Vec<&Directive>; 2],
    changes: &mut Changes,
) {
    for (rule, (_, _, argument)) in RULES.iter().enumerate() {
        let written = |side: usize| {
            let name = names[side][rule].as_deref()?;
            let mut directives = directives[side].iter();
            directives.find(|directive| directive.name == name)
        };
        let coordinate = coordinate.to_owned();
        match [written(0), written(1)] {
            [None, None] => {}
            [None, Some(is)] => {
                changes.added(
                    Kind::AccessRuleAdded,
                    coordinate,
                    Some(is.to_string()),
                    TIGHTER,
                );
            }
            [Some(was), None] => {
                changes.removed(
                    Kind::AccessRuleRemoved,
                    coordinate,
                    Some(was.to_string()),
                    LOOSER,
                );
            }
            [Some(was), Some(is)] => {
                let [before, after] = [was, is].map(|directive| alternatives(directive, argument));
                if before == after {
                    continue;
                }
                // Clients that met one of the alternatives before meet one now.
                let meets = |had: &Vec<&str>| {
                    let mut after = after.iter();
                    after.any(|needed| needed.iter().all(|name| had.contains(name)))
                };
                let judgement = match before.iter().all(meets) {
                    true => LOOSER,
                    false => TIGHTER,
                };
                let texts = [was, is].map(|directive| Some(directive.to_string()));
                changes.changed(Kind::AccessRuleChanged, coordinate, texts, judgement);
            }
        }
    }
}

/// The lists of names of which one is needed, in an order that only depends on what they say. Where there are none, nothing is needed.
fn alternatives<'d>(directive: &'d Directive, argument: &str) -> Vec<Vec<&'d str>> {
    let value = directive.specified_argument_by_name(argument);
    let lists = value.and_then(|value| value.as_list()).unwrap_or_default();
    let names = |list: &'d apollo_compiler::Node<Value>| {
        let names = list.as_list().unwrap_or_default().iter();
        let mut names: Vec<&str> = names.filter_map(|name| name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    };
    let mut lists: Vec<Vec<&str>> = lists.iter().map(names).collect();
    if lists.is_empty() {
        lists.push(Vec::new());
    }
    lists.sort_unstable();
    lists.dedup();
    lists
}
