//! Access rules (`@authenticated`, `@requiresScopes`, `@policy`) between types.
//!
//! An interface is guarded as its implementations are, and a field that reads others, by `@requires` or from a
//! context, must be guarded at least as they are.

use apollo_compiler::ast::{Directive, DirectiveList, Selection};
use apollo_compiler::collections::{HashMap, IndexSet};
use apollo_compiler::schema::{self, ExtendedType, FieldDefinition};
use apollo_compiler::{Name, Node};
use federation::spec::catalog;
use federation::{Budget, Code, Diagnostic, Diagnostics};

use super::Merger;
use super::argument_merge::{Dnf, conjunction, read_dnf};
use super::sources::{Directives, coordinate};
use crate::facts::{fields_argument, string_argument};
use crate::field_set;
use crate::rules::parse_context;
use crate::subgraph::{SubgraphSchema, field_of};

/// An access rule, and the subgraph that has it.
type Rule = (usize, Node<Directive>);

/// The access rules that types and fields have from elsewhere.
#[derive(Debug, Default)]
pub(super) struct Inherited<'a> {
    of_types: HashMap<Name, Vec<Rule>>,
    of_fields: HashMap<Name, HashMap<&'a Name, Vec<Rule>>>,
}

impl<'a> Inherited<'a> {
    pub(super) fn of_type(&self, ty: &Name) -> &[Rule] {
        self.of_types.get(ty).map_or(&[], Vec::as_slice)
    }

    pub(super) fn of_field(&self, ty: &Name, field: &Name) -> &[Rule] {
        let fields = self.of_fields.get(ty);
        fields
            .and_then(|fields| fields.get(field))
            .map_or(&[], Vec::as_slice)
    }

    fn add_type(&mut self, ty: &Name, rule: Rule) {
        self.of_types.entry(ty.clone()).or_default().push(rule);
    }

    fn add_field(&mut self, ty: &Name, field: &'a Name, rule: Rule) {
        let fields = self.of_fields.entry(ty.clone()).or_default();
        fields.entry(field).or_default().push(rule);
    }
}

const IDENTITIES: [(&str, &str); 3] = [
    (catalog::AUTHENTICATED, "authenticated"),
    (catalog::REQUIRES_SCOPES, "requiresScopes"),
    (catalog::POLICY, "policy"),
];

impl<'a> Merger<'a, '_> {
    /// The names of the access directives in the supergraph.
    pub(super) fn access_directives(&self) -> Vec<Name> {
        IDENTITIES
            .iter()
            .filter_map(|(identity, spec)| self.plan.name_of(identity, spec).cloned())
            .collect()
    }

    /// Finds the rules that interfaces have from their implementations, and these from `@interfaceObject`s.
    pub(super) fn collect_access(&mut self) {
        if self.access_directives().is_empty() {
            return;
        }
        let mut inherited = Inherited::default();
        for (graph, subgraph) in self.subgraphs.iter().enumerate() {
            for ty in subgraph.schema.types.values() {
                let ExtendedType::Object(object) = ty else {
                    continue;
                };
                for rule in rules(subgraph, (&object.directives).into()) {
                    for interface in self.implements.get(&object.name).into_iter().flatten() {
                        inherited.add_type(interface, (graph, rule.clone()));
                    }
                }
                for (name, field) in &object.fields {
                    if subgraph.facts.is_external(&object.name, name) {
                        continue;
                    }
                    for rule in rules(subgraph, (&field.directives).into()) {
                        for target in self.inheriting(subgraph, ty) {
                            inherited.add_field(&target, name, (graph, rule.clone()));
                        }
                    }
                }
            }
        }
        self.access = inherited;
    }

    /// The types whose field follows the rules of this type's field of the same name.
    fn inheriting(&self, subgraph: &SubgraphSchema, ty: &ExtendedType) -> IndexSet<Name> {
        let name = ty.name();
        let interfaces = |of: &Name| self.implements.get(of).cloned().unwrap_or_default();
        if !subgraph.is_interface_object(ty) {
            return interfaces(name);
        }
        let mut targets = IndexSet::default();
        for implementation in self.implementers.get(name).into_iter().flatten() {
            targets.insert(implementation.clone());
            let others = interfaces(implementation);
            targets.extend(others.into_iter().filter(|other| other != name));
        }
        targets
    }

    /// Checks that no field reads, by `@requires` or from a context, what its own rules do not open.
    pub(super) fn check_access(&mut self) {
        if self.access_directives().is_empty() {
            return;
        }
        let names = IDENTITIES.map(|(identity, spec)| self.plan.name_of(identity, spec).cloned());
        let reader = Reader {
            schema: &self.schema,
            names: &names,
        };
        let mut findings = Diagnostics::new();
        for subgraph in self.subgraphs {
            for ty in subgraph.schema.types.values() {
                let ExtendedType::Object(object) = ty else {
                    continue;
                };
                for field in object.fields.values() {
                    let source = Reading {
                        reader: &reader,
                        subgraph,
                        ty: &object.name,
                        field,
                    };
                    findings.extend(source.check());
                }
            }
        }
        self.diagnostics.append(findings);
    }
}

/// The access directives among these.
fn rules<'a>(
    subgraph: &'a SubgraphSchema,
    directives: Directives<'a>,
) -> impl Iterator<Item = &'a Node<Directive>> {
    let names = &subgraph.names;
    directives.filter(move |directive| {
        [&names.authenticated, &names.requires_scopes, &names.policy].contains(&&directive.name)
    })
}

/// What one must be to read something.
#[derive(Debug, Default)]
struct Requirements {
    authenticated: bool,
    scopes: Option<Dnf>,
    policies: Option<Dnf>,
}

impl Requirements {
    /// Both must be met.
    fn and(self, other: Self, budget: &Budget) -> Self {
        let both = |a: Option<Dnf>, b: Option<Dnf>| match (a, b) {
            (Some(a), Some(b)) => Some(conjunction(&a, &b, budget)),
            (a, b) => a.or(b),
        };
        Self {
            authenticated: self.authenticated || other.authenticated,
            scopes: both(self.scopes, other.scopes),
            policies: both(self.policies, other.policies),
        }
    }

    /// Whether who meets these also meets the others.
    fn imply(&self, other: &Self, budget: &Budget) -> bool {
        let implies = |a: &Option<Dnf>, b: &Option<Dnf>| {
            let anyone = vec![Vec::new()];
            let (a, b) = (a.as_ref().unwrap_or(&anyone), b.as_ref().unwrap_or(&anyone));
            let covers = |a: &Vec<String>, b: &Vec<String>| b.iter().all(|name| a.contains(name));
            budget.spend_each(a.len().saturating_mul(b.len()))
                && a.iter().all(|a| b.iter().any(|b| covers(a, b)))
        };
        (self.authenticated || !other.authenticated)
            && implies(&self.scopes, &other.scopes)
            && implies(&self.policies, &other.policies)
    }
}

/// Reads access rules off the supergraph.
struct Reader<'s> {
    schema: &'s schema::Schema,
    names: &'s [Option<Name>; 3],
}

impl Reader<'_> {
    fn read(&self, directives: Directives<'_>) -> Requirements {
        let mut requirements = Requirements::default();
        let [authenticated, scopes, policy] = self.names;
        for directive in directives {
            let name = Some(&directive.name);
            let form = |argument| {
                let value = directive.specified_argument_by_name(argument);
                value.map(|value| read_dnf(value))
            };
            if name == authenticated.as_ref() {
                requirements.authenticated = true;
            } else if name == scopes.as_ref() {
                requirements.scopes = form("scopes");
            } else if name == policy.as_ref() {
                requirements.policies = form("policies");
            }
        }
        requirements
    }

    fn of_type(&self, ty: &ExtendedType) -> Requirements {
        self.read(ty.directives().into())
    }

    fn of_field(&self, directives: &DirectiveList) -> Requirements {
        self.read(directives.into())
    }
}

/// A field that may read others.
struct Reading<'r> {
    reader: &'r Reader<'r>,
    subgraph: &'r SubgraphSchema,
    ty: &'r Name,
    field: &'r FieldDefinition,
}

impl Reading<'_> {
    fn check(&self) -> Vec<Diagnostic> {
        let (names, budget) = (&self.subgraph.names, &*self.subgraph.budget);
        let requires = self.field.directives.get(&names.requires);
        let contexts: Vec<_> = self
            .field
            .arguments
            .iter()
            .filter_map(|argument| argument.directives.get(&names.from_context))
            .collect();
        let schema = self.reader.schema;
        let Some(ty) = schema.types.get(self.ty) else {
            return Vec::new();
        };
        let Some(field) = field_of(ty, &self.field.name) else {
            return Vec::new();
        };
        if requires.is_none() && contexts.is_empty() {
            return Vec::new();
        }
        let own = self.reader.of_type(ty).and(
            self.reader.of_field(&field.directives),
            &self.subgraph.budget,
        );
        let mut findings = Vec::new();
        if let Some(requires) = requires
            && let Some(selections) = fields_argument(requires)
            && let Some(secret) = self.secret(&own, ty, &selections)
        {
            findings.push(self.error(requires, &secret));
        }
        for from in contexts {
            let Some((context, selection)) = parse_context(from) else {
                continue;
            };
            let Ok(selections) = field_set::parse(selection) else {
                continue;
            };
            if !self
                .subgraph
                .budget
                .spend_each(self.subgraph.schema.types.len())
            {
                return findings;
            }
            for target in self.subgraph.schema.types.values() {
                let sets = |d: &&schema::Component<Directive>| {
                    d.name == names.context && string_argument(d, "name") == Some(context)
                };
                if !target.directives().iter().any(|d| sets(&d)) {
                    continue;
                }
                let Some(target) = schema.types.get(target.name()) else {
                    continue;
                };
                let secret = match own.imply(&self.reader.of_type(target), budget) {
                    true => self.secret(&own, target, &selections),
                    false => Some(target.name().to_string()),
                };
                if let Some(secret) = secret {
                    findings.push(self.error(from, &secret));
                }
            }
        }
        findings
    }

    fn error(&self, directive: &Node<Directive>, secret: &str) -> Diagnostic {
        let reader = coordinate(self.ty, &self.field.name);
        self.subgraph
            .error(
                Code::MissingTransitiveAuthRequirements,
                format!("The field \"{reader}\" reads \"{secret}\", which is guarded more strictly than itself."),
            )
            .at(self.subgraph.locate(directive.location()))
            .with_help(format!("Give \"{reader}\" the @authenticated, @requiresScopes and @policy of \"{secret}\"."))
    }

    /// The first thing in a selection that the field's own rules do not open.
    fn secret(
        &self,
        own: &Requirements,
        parent: &ExtendedType,
        selections: &[Selection],
    ) -> Option<String> {
        let (schema, budget) = (self.reader.schema, &*self.subgraph.budget);
        selections.iter().find_map(|selection| match selection {
            Selection::Field(selected) => {
                let field = field_of(parent, &selected.name)?;
                let ty = schema.types.get(field.ty.inner_named_type());
                let open = own.imply(&self.reader.of_field(&field.directives), budget)
                    && ty.is_none_or(|ty| own.imply(&self.reader.of_type(ty), budget));
                if !open {
                    return Some(coordinate(parent.name(), &selected.name));
                }
                self.secret(own, ty?, &selected.selection_set)
            }
            Selection::InlineFragment(fragment) => {
                let ty = match &fragment.type_condition {
                    Some(on) => schema.types.get(on)?,
                    None => parent,
                };
                match own.imply(&self.reader.of_type(ty), budget) {
                    true => self.secret(own, ty, &fragment.selection_set),
                    false => Some(ty.name().to_string()),
                }
            }
            Selection::FragmentSpread(_) => None,
        })
    }
}
