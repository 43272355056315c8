//! The walk over the states that operations can bring about.

mod shared_mutation;

use std::collections::VecDeque;
use std::rc::Rc;

use apollo_compiler::Name;
use apollo_compiler::schema::ExtendedType;
use federation::{Budget, Code, Diagnostic, Diagnostics, SubgraphId, Supergraph, TypeKind};
use indexmap::IndexMap;
use rustc_hash::{FxHashMap, FxHashSet};

use self::shared_mutation::SharedMutation;
use super::MAX_STATES;
use super::failure::{self, Failure, Finding, UnknownType};
use super::meeting::Meetings;
use super::node::{Contexts, NodeId, TypeId};
use super::path::{Path, Step};
use super::reach::{Place, Places, Reach};
use super::select::{Here, Labels, Outcome, State, advance};
use crate::contexts::Unset;
use crate::merge::SharedField;

/// What has been walked of a type: the offers of which no other is a subset.
type Walked = FxHashMap<(TypeId, Labels, Contexts), Vec<Places>>;

pub(super) struct Walk<'s> {
    supergraph: &'s Supergraph,
    budget: &'s Budget,
    reach: Reach<'s>,
    walked: Walked,
    pending: VecDeque<(State, Rc<Path>)>,
    states: usize,
    reported: FxHashSet<(TypeId, Name)>,
    shared_mutations: Vec<SharedMutation>,
    findings: Vec<Finding>,
    /// By type, which of the findings are about its fields.
    failures: FxHashMap<TypeId, Vec<usize>>,
    /// Where this is what the walk is for; it reports nothing else.
    meetings: Option<Meetings<'s>>,
}

impl<'s> Walk<'s> {
    pub(super) fn new(supergraph: &'s Supergraph, unset: &[Unset], budget: &'s Budget) -> Self {
        let mut reach = Reach::new(supergraph, budget);
        reach.nodes.leave_out(unset);
        Self {
            supergraph,
            budget,
            reach,
            walked: Walked::default(),
            pending: VecDeque::new(),
            states: 0,
            reported: FxHashSet::default(),
            shared_mutations: Vec::new(),
            findings: Vec::new(),
            failures: FxHashMap::default(),
            meetings: None,
        }
    }

    /// What is wrong with shared fields, by the subgraphs that can meet at them.
    pub(super) fn meet(mut self, shared: &'s [SharedField]) -> Vec<Diagnostic> {
        let type_id = |name: &Name| self.reach.nodes.type_id(name);
        self.meetings = Some(Meetings::new(shared, type_id));
        self.begin();
        // What makes it give up was reported by the walk for satisfiability.
        self.follow(&mut Diagnostics::new());
        let meetings = self.meetings.iter();
        let findings = meetings.flat_map(|meetings| meetings.findings(self.supergraph));
        findings.collect()
    }

    /// What cannot be done, in the order found: that with the shortest queries first.
    pub(super) fn run(mut self, diagnostics: &mut Diagnostics) -> Vec<Finding> {
        self.begin();
        self.follow(diagnostics);
        for shared in std::mem::take(&mut self.shared_mutations) {
            self.follow_shared_mutation(shared, diagnostics);
        }
        self.findings
    }

    /// Queues the root types.
    fn begin(&mut self) {
        for (ty, arrival) in self.reach.start() {
            let path = Rc::new(Path {
                before: None,
                step: Step::Root(self.keyword(ty)),
            });
            let labels = Labels::default();
            let state = State {
                ty,
                arrival,
                labels,
                contexts: 0,
            };
            self.visit(state, path);
        }
    }

    /// Walks what is pending, to its end.
    fn follow(&mut self, diagnostics: &mut Diagnostics) {
        while let Some((state, path)) = self.next() {
            self.states += 1;
            if self.states == MAX_STATES {
                diagnostics.push(Diagnostic::error(
                    Code::MaxValidationSubgraphPathsExceeded,
                    format!(
                        "the graph allows more than {MAX_STATES} different situations to check for satisfiability; \
                         many subgraphs share value types without keys in different selections"
                    ),
                ).with_help("give the shared types a @key, or let the same subgraphs resolve all of their fields"));
            }
            if self.states >= MAX_STATES || !self.budget.spend(1) {
                self.pending.clear();
                return;
            }
            // Fields of an interface are those of its implementations: the planner can always ask type by type.
            if self.reach.nodes.ty(state.ty).kind == TypeKind::Object {
                self.follow_fields(&state, &path);
            } else {
                self.follow_type_conditions(&state, &path);
            }
        }
    }

    /// What is walked next. For meetings it is what was queued last, unless one that offers no more was walked before: with the depth first
    /// order of the reference the verdicts are the same, also where they depend on it.
    fn next(&mut self) -> Option<(State, Rc<Path>)> {
        if self.meetings.is_none() {
            return self.pending.pop_front();
        }
        while let Some((state, path)) = self.pending.pop_back() {
            let offer = &state.arrival;
            let walked = self
                .walked
                .entry((state.ty, state.labels.clone(), state.contexts));
            let walked = walked.or_default();
            if !walked.iter().any(|smaller| is_subset(smaller, offer)) {
                walked.push(offer.clone());
                return Some((state, path));
            }
        }
        None
    }

    fn keyword(&self, ty: TypeId) -> &'static str {
        let name = &self.reach.nodes.ty(ty).name;
        let definition = &self.supergraph.schema().schema_definition;
        let is = |root: &Option<apollo_compiler::schema::ComponentName>| {
            root.as_ref().is_some_and(|root| root.name == *name)
        };
        if is(&definition.mutation) {
            "mutation"
        } else if is(&definition.subscription) {
            "subscription"
        } else {
            "query"
        }
    }

    /// Queues a state unless one that offers no more was queued before.
    fn visit(&mut self, state: State, path: Rc<Path>) {
        if self.meetings.is_some() {
            // What is looked at and found to be known already is not a state.
            if self.pending.len() < MAX_STATES {
                self.pending.push_back((state, path));
            }
            return;
        }
        let offer = match self.reach.nodes.ty(state.ty).kind {
            // Only where the object came from says what type it can have.
            TypeKind::Interface | TypeKind::Union => state.arrival.clone(),
            _ => self.reach.reach(&state.arrival),
        };
        let walked = self
            .walked
            .entry((state.ty, state.labels.clone(), state.contexts))
            .or_default();
        let compared = walked.len() * offer.len();
        if walked.iter().any(|smaller| is_subset(smaller, &offer))
            || !self.budget.spend_each(compared)
        {
            return;
        }
        walked.retain(|larger| !is_subset(&offer, larger));
        walked.push(offer);
        self.pending.push_back((state, path));
    }

    fn follow_fields(&mut self, state: &State, path: &Rc<Path>) {
        let ty = self.reach.nodes.ty(state.ty);
        let supergraph = self.supergraph;
        let Some(ExtendedType::Object(object)) = supergraph.api_schema().types.get(&ty.name) else {
            return;
        };
        let reached = self.reach.reach(&state.arrival);
        let here = Here::of(&mut self.reach, state.ty, &reached);
        for (name, field) in &object.fields {
            if !self.budget.spend_each(reached.len()) {
                return;
            }
            let child = self.reach.composite(field.ty.inner_named_type());
            for outcome in advance(&mut self.reach, &here, state, name) {
                self.note_meeting(state.ty, name, &outcome);
                if !outcome.resolved {
                    self.report(state.ty, &reached, path, name);
                    continue;
                }
                let Some(child) = child else {
                    continue;
                };
                let path = path.then(Step::Field(ty.name.clone(), name.clone()));
                self.arrive(child, outcome, name, path);
            }
        }
    }

    /// Goes on with the value of a field.
    fn arrive(&mut self, ty: TypeId, outcome: Outcome, field: &Name, path: Rc<Path>) {
        let below_root =
            |root: &Path| root.before.is_none() && matches!(root.step, Step::Root("mutation"));
        let is_mutation = path.before.as_deref().is_some_and(below_root);
        let mut groups: IndexMap<SubgraphId, Vec<NodeId>> = IndexMap::default();
        if is_mutation {
            for &node in &outcome.arrival {
                let subgraph = self.reach.nodes.node(node).subgraph;
                groups.entry(subgraph).or_default().push(node);
            }
        }
        let (labels, contexts) = (outcome.labels, outcome.contexts);
        let mut state = |nodes: Vec<NodeId>| State {
            ty,
            arrival: self.reach.arrive(nodes),
            labels: labels.clone(),
            contexts,
        };
        if groups.len() > 1 && self.meetings.is_none() {
            let groups = groups.into_iter();
            let alternatives = groups
                .map(|(subgraph, nodes)| (subgraph, state(nodes)))
                .collect();
            self.shared_mutations.push(SharedMutation {
                field: field.clone(),
                alternatives,
                path,
            });
        } else {
            let state = state(outcome.arrival);
            self.visit(state, path);
        }
    }

    fn note_meeting(&mut self, ty: TypeId, field: &Name, outcome: &Outcome) {
        let Some(meetings) = &mut self.meetings else {
            return;
        };
        let nodes = outcome.arrival.iter();
        let subgraphs = nodes.map(|&node| self.reach.nodes.node(node).subgraph);
        let mut subgraphs: Vec<SubgraphId> = subgraphs.collect();
        subgraphs.sort_unstable();
        subgraphs.dedup();
        meetings.note(ty, field, &subgraphs);
    }

    /// Notes a field that cannot be resolved, beside others with the same reasons.
    fn report(&mut self, ty: TypeId, reached: &[Place], path: &Rc<Path>, field: &Name) {
        if self.meetings.is_some() || !self.reported.insert((ty, field.clone())) {
            return;
        }
        let failure = Failure::new(&mut self.reach, ty, reached, path, field);
        let alike = self.failures.entry(ty).or_default();
        self.budget.spend_each(alike.len());
        for &other in alike.iter() {
            if let Some(Finding::Fields(other)) = self.findings.get_mut(other)
                && other.is_alike(&failure)
            {
                other.fields.push(field.clone());
                return;
            }
        }
        alike.push(self.findings.len());
        self.findings.push(Finding::Fields(failure));
    }

    /// The object types that clients can tell apart by a condition.
    fn conditions(&self, ty: TypeId) -> Vec<Name> {
        let name = &self.reach.nodes.ty(ty).name;
        let schema = self.supergraph.api_schema();
        match schema.types.get(name) {
            Some(ExtendedType::Union(union)) => {
                union.members.iter().map(|m| m.name.clone()).collect()
            }
            Some(ExtendedType::Interface(_)) => {
                let implementers = self.supergraph.implementers().get(name);
                let mut names: Vec<Name> = implementers
                    .map(|implementers| implementers.objects.iter().cloned().collect())
                    .unwrap_or_default();
                names.sort_unstable();
                names
            }
            _ => Vec::new(),
        }
    }

    fn follow_type_conditions(&mut self, state: &State, path: &Rc<Path>) {
        // Objects of which the type is known, and those behind an `@interfaceObject`, which does not know it.
        let mut known: Vec<Place> = Vec::new();
        let mut unknown: Vec<Place> = Vec::new();
        let reached = self.reach.reach(&state.arrival);
        for &place in reached.iter() {
            match self.reach.nodes.is_interface_object(place.node) {
                true => unknown.push(place),
                false => known.push(place),
            }
        }
        let direct = state.arrival.iter().map(|place| place.node);
        let direct: Vec<NodeId> = direct
            .filter(|&node| !self.reach.nodes.is_interface_object(node))
            .collect();
        unknown.retain(|place| {
            let jumped = self.reach.jumped(place.node);
            let mut jumped = jumped.iter();
            jumped.any(|&node| !self.reach.nodes.is_interface_object(node))
        });
        for name in self.conditions(state.ty) {
            if !self.budget.spend_each(known.len() + unknown.len()) {
                return;
            }
            let Some(object) = self.reach.nodes.type_id(&name) else {
                continue;
            };
            // One of the subgraphs never gives such an object, so as the field has one value, there is none.
            let mut direct = direct.iter();
            if direct.any(|&node| self.reach.nodes.downcast(node, object).is_none()) {
                continue;
            }
            let mut cast = self.reach.downcast(&known, object);
            cast.extend(&unknown);
            if cast.is_empty() {
                if self.meetings.is_none() && self.reported.insert((state.ty, name.clone())) {
                    self.findings.push(Finding::Type(UnknownType {
                        interface: state.ty,
                        object: name,
                        from: failure::subgraphs(&self.reach, &state.arrival),
                        path: path.clone(),
                    }));
                }
                continue;
            }
            let state = State {
                ty: object,
                arrival: self.reach.set(cast),
                labels: state.labels.clone(),
                contexts: state.contexts,
            };
            self.visit(state, path.then(Step::On(name)));
        }
    }
}

/// Whether each of `smaller` is in `larger`.
fn is_subset(smaller: &Places, larger: &Places) -> bool {
    if Rc::ptr_eq(smaller, larger) {
        return true;
    }
    let mut rest = larger.iter();
    smaller.len() <= larger.len()
        && smaller
            .iter()
            .all(|place| rest.by_ref().any(|other| other == place))
}
