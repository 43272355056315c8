//! Turns a validated operation into a [`Tree`]: fragments inlined, fields merged, conditions folded.
//!
//! [CollectFields](https://spec.graphql.org/September2025/#CollectFields()), for each object type that can be at a position.

use std::sync::Arc;

use apollo_compiler::ast::{Argument, Directive, DirectiveList};
use apollo_compiler::executable::{ExecutableDocument, Field, Selection, SelectionSet};
use apollo_compiler::{Name, Node, Schema};
use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use crate::condition::Cond;
use crate::defer::{DeferredFragment, Deferring, Shadow};
use crate::error::PlanError;
use crate::graph::TypeId;
use crate::tree::Position;
use crate::tree::{
    PositionId, Tree, TypeFields, Use, UseId, VisibleField, VisibleSource, arguments_text,
};
use crate::work::Work;

/// How deep an operation may nest: deeper ones are refused before recursion could hurt.
pub(crate) const MAX_DEPTH: usize = 200;

/// A selection set and when it counts.
pub(crate) type Source<'d> = (&'d SelectionSet, Cond);

/// All field nodes of one response key.
#[derive(Clone)]
pub(crate) struct Collected<'d> {
    pub(crate) fields: Vec<(&'d Field, Cond)>,
    pub(crate) cond: Cond,
    /// Where in the response the key stands: its place among all, and when it is this one. The first place that is included counts.
    pub(crate) places: Vec<(usize, Cond)>,
}

/// By response key, in the order of the response.
pub(crate) type CollectedFields<'d> = IndexMap<&'d Name, Collected<'d>, FxBuildHasher>;

/// All that is selected of objects of one type.
#[derive(Clone, Default)]
pub(crate) struct Selected<'d> {
    pub(crate) fields: CollectedFields<'d>,
    /// What comes later.
    pub(crate) deferred: Vec<DeferredFragment<'d>>,
}

/// Builds a tree from selection sets of one document.
pub(crate) struct Normaliser<'d, 't, 'g> {
    pub(crate) document: &'d ExecutableDocument,
    pub(crate) tree: &'t mut Tree<'g>,
    /// What the document was validated against.
    schema: &'t Schema,
    deferring: Deferring<'t>,
    /// The response keys that lead to the present position.
    path: Vec<Name>,
    /// How many fields were visited.
    visits: usize,
}

/// One field of one position, for the types that select it from the same field nodes.
struct Group<'d> {
    key: &'d Name,
    collected: Vec<(&'d Field, Cond)>,
    cond: Cond,
    on: Vec<TypeId>,
    /// All types of which one of the field nodes is selected.
    wide: Vec<TypeId>,
}

impl<'d, 't, 'g> Normaliser<'d, 't, 'g> {
    pub(crate) fn new(
        document: &'d ExecutableDocument,
        tree: &'t mut Tree<'g>,
        schema: &'t Schema,
        deferring: Deferring<'t>,
    ) -> Self {
        Self {
            document,
            tree,
            schema,
            deferring,
            path: Vec::new(),
            visits: 0,
        }
    }

    /// [CollectFields](https://spec.graphql.org/September2025/#CollectFields()).
    ///
    /// # Errors
    ///
    /// When conditions have too many terms.
    pub(crate) fn collect(
        &mut self,
        ty: TypeId,
        sources: &[Source<'d>],
    ) -> Result<Selected<'d>, PlanError> {
        let mut found = Selected::default();
        let mut visited = FxHashSet::default();
        for &(set, cond) in sources {
            self.collect_set(ty, set, cond, &mut visited, &mut found, 0)?;
        }
        Ok(found)
    }

    fn collect_set(
        &mut self,
        ty: TypeId,
        set: &'d SelectionSet,
        cond: Cond,
        visited: &mut FxHashSet<(&'d Name, Cond)>,
        found: &mut Selected<'d>,
        depth: usize,
    ) -> Result<(), PlanError> {
        too_deep(depth)?;
        let document = self.document;
        self.tree.work.spend(1 + set.selections.len())?;
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    if let Some(cond) = self.tree.conditions.narrow(cond, &field.directives)? {
                        self.add(field, cond, &mut found.fields)?;
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let narrowed = self.tree.conditions.narrow(cond, &fragment.directives)?;
                    let Some(cond) = narrowed else { continue };
                    if self.applies(ty, fragment.type_condition.as_ref()) {
                        let set = &fragment.selection_set;
                        if self.defers(&fragment.directives, set, cond, found) {
                            continue;
                        }
                        self.collect_set(ty, set, cond, visited, found, depth + 1)?;
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let narrowed = self.tree.conditions.narrow(cond, &spread.directives)?;
                    let Some(cond) = narrowed else { continue };
                    let Some(fragment) = document.fragments.get(&spread.fragment_name) else {
                        continue;
                    };
                    let set = &fragment.selection_set;
                    if self.applies(ty, Some(fragment.type_condition()))
                        && !self.defers(&spread.directives, set, cond, found)
                        && visited.insert((&spread.fragment_name, cond))
                    {
                        self.collect_set(ty, set, cond, visited, found, depth + 1)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Puts a fragment aside if it is deferred.
    fn defers(
        &self,
        directives: &'d DirectiveList,
        set: &'d SelectionSet,
        cond: Cond,
        found: &mut Selected<'d>,
    ) -> bool {
        let fragment = self.deferring.fragment(directives, set, cond, &self.path);
        let Some(fragment) = fragment else {
            return false;
        };
        self.tree.work.take(found.deferred.len());
        let same = |known: &DeferredFragment<'_>| known.id == fragment.id && known.cond == cond;
        if !found.deferred.iter().any(same) {
            found.deferred.push(fragment);
        }
        true
    }

    pub(crate) fn add(
        &mut self,
        field: &'d Field,
        cond: Cond,
        found: &mut CollectedFields<'d>,
    ) -> Result<(), PlanError> {
        self.visits += 1;
        let place = self.visits;
        match found.get_mut(field.response_key()) {
            None => {
                let collected = Collected {
                    fields: vec![(field, cond)],
                    cond,
                    places: vec![(place, cond)],
                };
                found.insert(field.response_key(), collected);
            }
            Some(known) => {
                self.tree.work.take(known.fields.len());
                let same = |(other, c): &(&Field, Cond)| std::ptr::eq(*other, field) && *c == cond;
                if !known.fields.iter().any(same) {
                    known.fields.push((field, cond));
                    if let Some(only_here) = self.tree.conditions.without(cond, known.cond)? {
                        known.places.push((place, only_here));
                    }
                    known.cond = self.tree.conditions.or(known.cond, cond)?;
                }
            }
        }
        Ok(())
    }

    fn applies(&self, ty: TypeId, condition: Option<&Name>) -> bool {
        let graph = self.tree.graph;
        condition.is_none_or(|name| {
            graph
                .id(name)
                .is_some_and(|on| on == ty || graph.ty(on).possible.binary_search(&ty).is_ok())
        })
    }

    /// Builds the position below `parent` (or the root, without one).
    ///
    /// # Errors
    ///
    /// When the operation is larger or deeper than the bounds.
    pub(crate) fn position(
        &mut self,
        parent: Option<UseId>,
        ty: TypeId,
        sources: &[Source<'d>],
        depth: usize,
    ) -> Result<PositionId, PlanError> {
        too_deep(depth)?;
        let graph = self.tree.graph;
        let types = Arc::clone(&graph.ty(ty).possible);
        let mut by_type = Vec::with_capacity(types.len());
        for &possible in types.iter() {
            by_type.push((possible, self.collect(possible, sources)?));
        }
        let by_type = by_type.iter().map(|(ty, fields)| (*ty, fields)).collect();
        self.position_of(parent, None, ty, types, by_type, depth)
    }

    /// The same, with the fields of each type already collected.
    pub(crate) fn position_of(
        &mut self,
        parent: Option<UseId>,
        shadow: Option<Shadow>,
        ty: TypeId,
        types: Arc<[TypeId]>,
        by_type: Vec<(TypeId, &Selected<'d>)>,
        depth: usize,
    ) -> Result<PositionId, PlanError> {
        let scope = match (&shadow, parent) {
            (Some(shadow), _) => self.tree.position(shadow.origin).scope,
            (None, Some(parent)) => self.tree.scope_below(parent),
            (None, None) => self.tree.new_scope(),
        };
        let part = match &shadow {
            Some(_) => self.tree.new_part()?,
            None => self.tree.part_below(parent),
        };
        let classes = self.tree.classes(parent, &types);
        let subgraphs = self.tree.subgraphs(parent, ty, &types);
        let id = self.tree.add_position(Position {
            parent,
            ty,
            types,
            classes,
            uses: Vec::new(),
            shapes: Vec::new(),
            wants_typename: false,
            typename_cond: Cond::TRUE,
            uniform: false,
            subgraphs,
            closed_in: Vec::new(),
            scope,
            partial: false,
            depth,
            hidden_depth: 0,
            part,
            shadow,
            shadows: Vec::new(),
        })?;
        let (groups, mut shapes) = self.group(&by_type, depth)?;
        for group in &groups {
            self.tree.reserve(scope, group.key);
        }
        let mut uses: Vec<Vec<UseId>> = Vec::with_capacity(groups.len());
        for group in &groups {
            uses.push(self.add_group(id, group, depth)?);
        }
        for (ty, fields) in &mut shapes {
            for (field, group) in fields.iter_mut() {
                let Some(group) = group else { continue };
                self.tree.work.take(uses[*group].len());
                let own = uses[*group]
                    .iter()
                    .find(|&&known| self.tree.get(known).on.binary_search(ty).is_ok());
                if let Some(&own) = own {
                    field.source = VisibleSource::Use(own);
                }
            }
        }
        let shapes = shapes
            .into_iter()
            .map(|(ty, fields)| TypeFields {
                ty,
                fields: fields.into_iter().map(|(field, _)| field).collect(),
            })
            .collect();
        self.tree.position_mut(id).shapes = shapes;
        self.add_shadows(id, &by_type, depth)?;
        self.tree.finish_position(id);
        Ok(id)
    }

    /// A position for each deferred fragment.
    fn add_shadows(
        &mut self,
        id: PositionId,
        by_type: &[(TypeId, &Selected<'d>)],
        depth: usize,
    ) -> Result<(), PlanError> {
        let mut fragments: IndexMap<(usize, Cond), (DeferredFragment<'d>, Vec<TypeId>)> =
            IndexMap::new();
        for (ty, selected) in by_type {
            for &fragment in &selected.deferred {
                let known = fragments.entry((fragment.id, fragment.cond));
                let (_, on) = known.or_insert_with(|| (fragment, Vec::new()));
                on.push(*ty);
            }
        }
        for (fragment, on) in fragments.into_values() {
            let mut by_type = Vec::with_capacity(on.len());
            for ty in on {
                let fields = self.collect(ty, &[(fragment.set, fragment.cond)])?;
                by_type.push((ty, fields));
            }
            let shadow = Shadow {
                origin: self.tree.origin(id),
                label: fragment.label.map(Arc::from),
                cond: fragment.cond,
                place: (fragment.id, self.path.clone()),
            };
            let position = self.tree.position(id);
            let (parent, ty, types) = (position.parent, position.ty, Arc::clone(&position.types));
            let by_type = by_type.iter().map(|(ty, fields)| (*ty, fields)).collect();
            let shadow = self.position_of(parent, Some(shadow), ty, types, by_type, depth + 1)?;
            self.tree.position_mut(id).shadows.push(shadow);
        }
        Ok(())
    }

    /// One group for each response key, list of field nodes, and way the field is in the subgraphs.
    #[allow(clippy::type_complexity)]
    fn group(
        &mut self,
        by_type: &[(TypeId, &Selected<'d>)],
        depth: usize,
    ) -> Result<
        (
            Vec<Group<'d>>,
            Vec<(TypeId, Vec<(VisibleField, Option<usize>)>)>,
        ),
        PlanError,
    > {
        let graph = self.tree.graph;
        let mut groups: Vec<Group<'d>> = Vec::new();
        let mut index: FxHashMap<(&Name, Vec<(*const Field, Cond)>, u32), usize> =
            FxHashMap::default();
        let mut shapes = Vec::with_capacity(by_type.len());
        for (ty, selected) in by_type {
            let mut visible = Vec::with_capacity(selected.fields.len());
            for (&key, collected) in &selected.fields {
                self.tree.work.take(4 + collected.fields.len());
                let (first, _) = collected.fields[0];
                let mut field = VisibleField {
                    response_key: key.clone(),
                    name: first.name.clone(),
                    cond: collected.cond,
                    source: VisibleSource::Typename,
                };
                let mut show = |field: &VisibleField, group| {
                    for &(place, cond) in &collected.places {
                        let mut field = field.clone();
                        field.cond = cond;
                        visible.push((place, field, group));
                    }
                };
                let Some(node) = graph.field(*ty, &first.name) else {
                    if first.name != "__typename" {
                        let id = self.add_introspection(collected, depth)?;
                        field.source = VisibleSource::Introspection(id);
                    }
                    show(&field, None);
                    continue;
                };
                let pointers = collected.fields.iter();
                let pointers = pointers.map(|&(f, c)| (std::ptr::from_ref(f), c)).collect();
                let group = *index
                    .entry((key, pointers, node.signature))
                    .or_insert_with(|| {
                        groups.push(Group {
                            key,
                            collected: collected.fields.clone(),
                            cond: collected.cond,
                            on: Vec::new(),
                            wide: Vec::new(),
                        });
                        groups.len() - 1
                    });
                groups[group].on.push(*ty);
                show(&field, Some(group));
            }
            visible.sort_by_key(|(place, ..)| *place);
            let visible = visible.into_iter();
            let visible = visible.map(|(_, field, group)| (field, group)).collect();
            shapes.push((*ty, visible));
        }
        widen(&mut groups, self.tree.work);
        Ok((groups, shapes))
    }

    /// A composite field that cannot be had as a whole is planned apart for each class of types.
    fn add_group(
        &mut self,
        position: PositionId,
        group: &Group<'d>,
        depth: usize,
    ) -> Result<Vec<UseId>, PlanError> {
        let mark = self.tree.mark();
        let whole = self.add_use(position, group, Arc::from(&*group.on), depth)?;
        let selected = self.tree.get(whole);
        if selected.sub.is_none() || selected.closed {
            return Ok(vec![whole]);
        }
        let parts: Vec<Vec<TypeId>> = self
            .tree
            .position(position)
            .classes
            .iter()
            .map(|class| Tree::common(&group.on, class))
            .filter(|part| !part.is_empty())
            .collect();
        if parts.len() == 1 {
            return Ok(vec![whole]);
        }
        self.tree.work.take(parts.len() * (1 + group.on.len()));
        self.tree.cut(mark, position);
        let mut uses = Vec::with_capacity(parts.len());
        for part in parts {
            uses.push(self.add_use(position, group, Arc::from(part), depth)?);
        }
        Ok(uses)
    }

    /// What the subgraph is to see of the directives of a field: all but those that are answered here, with the arguments that
    /// the API schema has a default for: that of the subgraph can be another one.
    fn own_directives(&self, fields: &[(&Field, Cond)]) -> Vec<Node<Directive>> {
        let mut found: Vec<Node<Directive>> = Vec::new();
        for (field, _) in fields {
            for directive in field.directives.iter() {
                if matches!(directive.name.as_str(), "skip" | "include") {
                    continue;
                }
                let directive = self.with_defaults(directive);
                if !found.contains(&directive) {
                    found.push(directive);
                }
            }
        }
        found
    }

    fn with_defaults(&self, directive: &Node<Directive>) -> Node<Directive> {
        let mut directive = directive.clone();
        let definition = self.schema.directive_definitions.get(&directive.name);
        for argument in definition.into_iter().flat_map(|known| &known.arguments) {
            let given = directive.specified_argument_by_name(&argument.name);
            if let (None, Some(value)) = (given, &argument.default_value) {
                directive.make_mut().arguments.push(Node::new(Argument {
                    name: argument.name.clone(),
                    value: value.clone(),
                }));
            }
        }
        directive
    }

    fn add_use(
        &mut self,
        position: PositionId,
        group: &Group<'d>,
        on: Arc<[TypeId]>,
        depth: usize,
    ) -> Result<UseId, PlanError> {
        let (first, _) = group.collected[0];
        let arguments: Vec<_> = first
            .arguments
            .iter()
            .map(|argument| (argument.name.clone(), argument.value.clone()))
            .collect();
        let added = Use {
            position,
            name: first.name.clone(),
            arguments_text: arguments_text(&arguments),
            arguments,
            directives: self.own_directives(&group.collected),
            on,
            wide: Arc::from(&*group.wide),
            cond: group.cond,
            sub: None,
            data_key: group.key.clone(),
            closed: false,
            hidden: false,
        };
        let id = self.tree.add_use(added, group.key)?;
        if let Some(target) = self.tree.field(id).target {
            let sources: Vec<Source<'d>> = group
                .collected
                .iter()
                .map(|&(field, cond)| {
                    // Below, a condition is relative to the field being there.
                    let cond = if cond == group.cond { Cond::TRUE } else { cond };
                    (&field.selection_set, cond)
                })
                .collect();
            self.path.push(group.key.clone());
            let sub = self.position(Some(id), target, &sources, depth + 1);
            self.path.pop();
            let sub = sub?;
            self.tree.use_mut(id).sub = Some(sub);
            let closed = self.tree.is_closed(id);
            self.tree.use_mut(id).closed = closed;
        }
        Ok(id)
    }
}

/// Says of which types the field nodes of each group are selected.
fn widen(groups: &mut [Group<'_>], work: &Work) {
    let mut by_node: FxHashMap<*const Field, Vec<TypeId>> = FxHashMap::default();
    for group in &*groups {
        work.take(group.collected.len() * (1 + group.on.len() / 8));
        for &(field, _) in &group.collected {
            by_node
                .entry(std::ptr::from_ref(field))
                .or_default()
                .extend(&group.on);
        }
    }
    for group in groups {
        for &(field, _) in &group.collected {
            let types = by_node.get(&std::ptr::from_ref(field));
            group.wide.extend(types.into_iter().flatten());
        }
        work.take(group.wide.len() / 2);
        group.wide.sort_unstable();
        group.wide.dedup();
    }
}

pub(crate) fn too_deep(depth: usize) -> Result<(), PlanError> {
    if depth > MAX_DEPTH {
        return Err(PlanError::Limit {
            what: "levels of nesting",
            bound: MAX_DEPTH,
        });
    }
    Ok(())
}
