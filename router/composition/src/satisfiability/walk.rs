//! The walk over the states that operations can bring about.

use std::collections::VecDeque;
use std::rc::Rc;

use apollo_compiler::Name;
use apollo_compiler::schema::ExtendedType;
use federation::{Code, Diagnostic, Diagnostics, Supergraph, TypeKind};
use rustc_hash::{FxHashMap, FxHashSet};

use super::MAX_STATES;
use super::failure::Failure;
use super::node::{NodeId, TypeId};
use super::reach::{Labels, Reach, State};

/// How a state was come to: the last step and those before it.
pub(super) struct Path {
    pub(super) before: Option<Rc<Path>>,
    pub(super) step: Step,
}

/// One step of a query.
pub(super) enum Step {
    /// The root type, by its operation keyword.
    Root(&'static str),
    /// A field of a type.
    Field(Name, Name),
    /// A type condition.
    On(Name),
}

impl Path {
    fn then(self: &Rc<Self>, step: Step) -> Rc<Self> {
        Rc::new(Self {
            before: Some(self.clone()),
            step,
        })
    }
}

/// What has been walked of a type: the offers of which no other is a subset.
type Walked = FxHashMap<(TypeId, Labels), Vec<Rc<[NodeId]>>>;

pub(super) struct Walk<'s> {
    supergraph: &'s Supergraph,
    reach: Reach<'s>,
    walked: Walked,
    pending: VecDeque<(State, Rc<Path>)>,
    reported: FxHashSet<(TypeId, Name)>,
    failures: Vec<Failure>,
}

impl<'s> Walk<'s> {
    pub(super) fn new(supergraph: &'s Supergraph) -> Self {
        Self {
            supergraph,
            reach: Reach::new(supergraph),
            walked: Walked::default(),
            pending: VecDeque::new(),
            reported: FxHashSet::default(),
            failures: Vec::new(),
        }
    }

    /// What cannot be resolved, in the order found: those with the shortest queries first.
    pub(super) fn run(mut self, diagnostics: &mut Diagnostics) -> Vec<Failure> {
        for state in self.reach.start() {
            let path = Rc::new(Path {
                before: None,
                step: Step::Root(self.keyword(state.ty)),
            });
            self.visit(state, path);
        }
        let mut states = 0_usize;
        while let Some((state, path)) = self.pending.pop_front() {
            states += 1;
            if states > MAX_STATES {
                diagnostics.push(Diagnostic::error(
                    Code::MaxValidationSubgraphPathsExceeded,
                    format!(
                        "the graph allows more than {MAX_STATES} different situations to check for satisfiability; \
                         many subgraphs share value types without keys in different selections"
                    ),
                ).with_help("give the shared types a @key, or let the same subgraphs resolve all of their fields"));
                break;
            }
            self.follow_fields(&state, &path);
            self.follow_type_conditions(&state, &path);
        }
        self.failures
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
        let offer = match self.reach.nodes.ty(state.ty).kind {
            // Only where the object came from says what type it can have.
            TypeKind::Interface | TypeKind::Union => state.arrival.clone(),
            _ => self.reach.reach(&state),
        };
        let walked = self
            .walked
            .entry((state.ty, state.labels.clone()))
            .or_default();
        if walked.iter().any(|smaller| is_subset(smaller, &offer)) {
            return;
        }
        walked.retain(|larger| !is_subset(&offer, larger));
        walked.push(offer);
        self.pending.push_back((state, path));
    }

    fn follow_fields(&mut self, state: &State, path: &Rc<Path>) {
        let ty = self.reach.nodes.ty(state.ty);
        let supergraph = self.supergraph;
        let fields = match supergraph.api_schema().types.get(&ty.name) {
            Some(ExtendedType::Object(object)) => &object.fields,
            Some(ExtendedType::Interface(interface)) => &interface.fields,
            _ => return,
        };
        let reached = self.reach.reach(state);
        for (name, field) in fields {
            for outcome in self.reach.advance(&reached, name, &state.labels) {
                if !outcome.resolved {
                    // An interface's field may be resolved type by type, which its type conditions will tell.
                    if ty.kind == TypeKind::Object || self.runtime_types(state).is_empty() {
                        self.report(state, &reached, path, name);
                    }
                    continue;
                }
                let Some(child) = self.reach.composite(field.ty.inner_named_type()) else {
                    continue;
                };
                let step = Step::Field(ty.name.clone(), name.clone());
                self.visit(
                    State::new(child, outcome.arrival, outcome.labels),
                    path.then(step),
                );
            }
        }
    }

    /// Notes a field that cannot be resolved, beside others with the same reasons.
    fn report(&mut self, state: &State, reached: &[NodeId], path: &Rc<Path>, field: &Name) {
        if !self.reported.insert((state.ty, field.clone())) {
            return;
        }
        let failure = Failure::new(&mut self.reach, state, reached, path, field);
        match self
            .failures
            .iter_mut()
            .find(|other| other.is_alike(&failure))
        {
            Some(alike) => alike.fields.push(field.clone()),
            None => self.failures.push(failure),
        }
    }

    /// The object types that the object can have, by name.
    fn runtime_types(&self, state: &State) -> Vec<Name> {
        let nodes = &self.reach.nodes;
        let ty = nodes.ty(state.ty);
        let unknown = state
            .arrival
            .iter()
            .any(|&id| nodes.is_interface_object(id));
        let mut names: Vec<Name> = if unknown {
            ty.in_subgraphs
                .iter()
                .filter(|t| !t.is_interface_object)
                .flat_map(|t| t.possible_types.clone())
                .collect()
        } else {
            state
                .arrival
                .iter()
                .flat_map(|&id| nodes.possible_types(id).to_vec())
                .collect()
        };
        names.sort();
        names.dedup();
        names
    }

    fn follow_type_conditions(&mut self, state: &State, path: &Rc<Path>) {
        if self.reach.nodes.ty(state.ty).kind == TypeKind::Object {
            return;
        }
        let reached = self.reach.reach(state);
        for name in self.runtime_types(state) {
            if !self.supergraph.api_schema().types.contains_key(&name) {
                continue;
            }
            let Some(object) = self.reach.nodes.type_id(&name) else {
                continue;
            };
            let has_unknown = state
                .arrival
                .iter()
                .any(|&id| self.reach.nodes.is_interface_object(id));
            let from = if has_unknown {
                &reached
            } else {
                &state.arrival
            };
            let arrival = self.reach.downcast(&from.clone(), object);
            if !arrival.is_empty() {
                let state = State::new(object, arrival, state.labels.clone());
                self.visit(state, path.then(Step::On(name)));
            }
        }
    }
}

/// Whether each of `smaller` is in `larger`; both sorted.
fn is_subset(smaller: &[NodeId], larger: &[NodeId]) -> bool {
    let mut rest = larger.iter();
    smaller
        .iter()
        .all(|node| rest.by_ref().any(|other| other == node))
}
