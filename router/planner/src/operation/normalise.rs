//! Turns a validated operation into a [`Tree`]: fragments inlined, fields merged, conditions folded.
//!
//! [CollectFields](https://spec.graphql.org/September2025/#CollectFields()), for each object type that can be at a position.

mod group;

use std::sync::Arc;

use apollo_compiler::Node;
use apollo_compiler::ast::{Argument, Directive};
use apollo_compiler::executable::Field;
use indexmap::{IndexMap, IndexSet};
use smallvec::{SmallVec, smallvec};

use self::group::{Group, Shown};
use crate::error::PlanError;
use crate::graph::TypeId;
use crate::operation::arguments::units;
use crate::operation::collect::{Normaliser, Selected, Source, too_deep};
use crate::operation::condition::Cond;
use crate::operation::defer::{DeferredFragment, Shadow};
use crate::operation::ids::{PositionId, UseId};
use crate::operation::position::{Position, TypeFields, Use, VisibleSource};
use crate::operation::tree::Tree;

impl<'d, 't, 'g> Normaliser<'d, 't, 'g> {
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
        self.tree
            .reserve(scope, groups.iter().map(|group| group.key));
        let mut uses: Vec<SmallVec<[UseId; 1]>> = Vec::with_capacity(groups.len());
        for group in &groups {
            uses.push(self.add_group(id, group, depth)?);
        }
        for (ty, fields) in &mut shapes {
            for Shown { field, group, .. } in fields.iter_mut() {
                let Some(group) = *group else { continue };
                self.tree.work.take(uses[group].len());
                let own = uses[group]
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
                fields: fields.into_iter().map(|shown| shown.field).collect(),
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
            self.tree.work.spend(fragment.label.map_or(0, str::len))?;
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

    /// A composite field that cannot be obtained as a whole is planned apart for each class of types.
    fn add_group(
        &mut self,
        position: PositionId,
        group: &Group<'d>,
        depth: usize,
    ) -> Result<SmallVec<[UseId; 1]>, PlanError> {
        let mark = self.tree.mark();
        let types = &self.tree.position(position).types;
        let on = match **types == *group.on {
            true => Arc::clone(types),
            false => Arc::from(&*group.on),
        };
        let whole = self.add_use(position, group, on, depth)?;
        let selected = self.tree.get(whole);
        if selected.sub.is_none() || selected.closed {
            return Ok(smallvec![whole]);
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
            return Ok(smallvec![whole]);
        }
        self.tree.work.take(parts.len() * (1 + group.on.len()));
        self.tree.cut(mark, position);
        let mut uses = SmallVec::with_capacity(parts.len());
        for part in parts {
            uses.push(self.add_use(position, group, Arc::from(part), depth)?);
        }
        Ok(uses)
    }

    /// What the subgraph is to see of the directives of a field: all but those that are answered here, with the arguments that
    /// the API schema has a default for: that of the subgraph can be another one.
    fn own_directives(&self, fields: &[(&Field, Cond)]) -> Vec<Node<Directive>> {
        let mut found: IndexSet<Node<Directive>> = IndexSet::new();
        for (field, _) in fields {
            for directive in field.directives.iter() {
                if matches!(directive.name.as_str(), "skip" | "include" | "stream") {
                    continue;
                }
                found.insert(self.with_defaults(directive));
            }
        }
        found.into_iter().collect()
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
        let directives = self.own_directives(&group.collected);
        let work = self.tree.work;
        let arguments_text = self.tree.argument_texts.of_field(first, work);
        let added = Use {
            position,
            name: first.name.clone(),
            units: units(group.key, &arguments_text, &directives),
            arguments_text,
            arguments,
            directives,
            wide: match *on == *group.wide {
                true => Arc::clone(&on),
                false => Arc::from(&*group.wide),
            },
            on,
            cond: group.cond,
            sub: None,
            data_key: group.key.clone(),
            closed: false,
            hidden: false,
            stream: None,
        };
        let id = self.tree.add_use(added, group.key)?;
        let field = self.tree.field(id);
        if field.target.is_some() && field.ty.is_list() {
            let stream = self
                .deferring
                .stream(&group.collected, &self.path, group.key);
            if let Some(stream) = stream {
                let label = stream.label.as_deref().map_or(0, str::len);
                self.tree.work.spend(label)?;
                self.tree.add_stream(id, stream)?;
            }
        }
        if let Some(target) = field.target {
            let sources: SmallVec<[Source<'d>; 1]> = group
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
