//! What of an operation somebody may see.

use apollo_compiler::ast::{Directive, DirectiveList};
use apollo_compiler::executable::{
    ExecutableDocument, Field, Fragment, InlineFragment, Selection, SelectionSet,
};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Node};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::load::{Access, RuleId};
use crate::rights::{Rights, Set, has};

/// Paths that are reported.
const MAX_PATHS: usize = 20;

/// Conditions under which a field is not open; where there are more, it never is.
const MAX_CONDITIONS: usize = 16;

/// An operation without what is not open.
#[derive(Debug)]
pub struct Filtered {
    /// The document, in which what is not open is marked.
    pub document: Valid<ExecutableDocument>,
    /// The response keys that lead to what is not open, the first ones.
    pub denied: Vec<Vec<Name>>,
}

impl Access {
    /// Marks what of an operation these rights do not open; nothing when they open all of it. The document is valid, and its size is bounded with fragments
    /// followed, as they are here.
    pub fn filter(
        &self,
        document: &Valid<ExecutableDocument>,
        operation_name: Option<&str>,
        rights: Rights,
    ) -> Option<Filtered> {
        let operation = document.operations.get(operation_name).ok()?;
        let mut filter = Filter {
            access: self,
            document,
            set: self.set(rights),
            types: FxHashMap::default(),
            sets: FxHashMap::default(),
            fragments: FxHashMap::default(),
            path: Vec::new(),
            denied: Vec::new(),
        };
        let root = self.objects(&operation.selection_set.ty);
        let selected = filter.selections(&operation.selection_set, root)?;
        let denied = filter.denied;
        let mut changed = ExecutableDocument::clone(document);
        let mut operation = Node::clone(operation);
        operation.make_mut().selection_set = selected;
        match operation.name.clone() {
            Some(name) => drop(changed.operations.named.insert(name, operation)),
            None => changed.operations.anonymous = Some(operation),
        }
        Some(Filtered {
            document: Valid::assume_valid(changed),
            denied,
        })
    }

    /// Whether the rules decide about any of an operation: there are rights that do not open all of it.
    pub fn guards(
        &self,
        document: &Valid<ExecutableDocument>,
        operation_name: Option<&str>,
    ) -> bool {
        let nobody = self.rights_of_nobody();
        self.filter(document, operation_name, nobody).is_some()
    }

    fn objects(&self, ty: &Name) -> &[Name] {
        self.possible.get(ty).map_or(&[], Vec::as_slice)
    }
}

struct Filter<'a> {
    access: &'a Access,
    document: &'a ExecutableDocument,
    set: Set,
    /// Whether a type is open.
    types: FxHashMap<&'a Name, bool>,
    /// The sets of possible types that fragments were spread in, by number.
    sets: FxHashMap<Box<[Name]>, usize>,
    /// What became of a fragment where objects have the types of a set: it is gone through once, however often it is spread there.
    fragments: FxHashMap<(&'a Name, usize), Option<SelectionSet>>,
    path: Vec<Name>,
    denied: Vec<Vec<Name>>,
}

impl<'a> Filter<'a> {
    fn holds(&self, rules: Option<&Vec<RuleId>>) -> bool {
        rules
            .into_iter()
            .flatten()
            .all(|rule| has(&self.set, *rule))
    }

    fn is_open(&mut self, ty: &'a Name) -> bool {
        if let Some(known) = self.types.get(ty) {
            return *known;
        }
        let open = self.holds(self.access.types.get(ty));
        self.types.insert(ty, open);
        open
    }

    /// The set without what is not open; nothing where all of it is. Objects there have one of the `possible` types.
    fn selections(&mut self, set: &'a SelectionSet, possible: &[Name]) -> Option<SelectionSet> {
        let access = self.access;
        let mut changed: Option<Vec<Selection>> = None;
        let mut types = None;
        for (index, selection) in set.selections.iter().enumerate() {
            let instead = match selection {
                Selection::Field(field) => match self.field(field, possible) {
                    Some(instead) => {
                        let all = changed.get_or_insert_with(|| set.selections[..index].to_vec());
                        all.extend(instead.into_iter().map(Selection::from));
                        continue;
                    }
                    None => None,
                },
                Selection::InlineFragment(fragment) => {
                    let on = fragment.type_condition.as_ref();
                    let narrowed = narrowed(access, possible, on);
                    let below = self.selections(&fragment.selection_set, &narrowed);
                    below.map(|set| {
                        let mut fragment = Node::clone(fragment);
                        fragment.make_mut().selection_set = set;
                        Selection::InlineFragment(fragment)
                    })
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = self.document.fragments.get(&spread.fragment_name);
                    fragment.and_then(|fragment| {
                        let types = *types.get_or_insert_with(|| self.number(possible));
                        let below = self.fragment(fragment, possible, types)?;
                        // Elsewhere the fragment may be open.
                        Some(Selection::from(InlineFragment {
                            type_condition: Some(fragment.type_condition().clone()),
                            directives: spread.directives.clone(),
                            selection_set: below,
                        }))
                    })
                }
            };
            if let Some(instead) = instead {
                let all = changed.get_or_insert_with(|| set.selections[..index].to_vec());
                all.push(instead);
            } else if let Some(all) = &mut changed {
                all.push(selection.clone());
            }
        }
        changed.map(|selections| SelectionSet {
            ty: set.ty.clone(),
            selections,
        })
    }

    /// What a fragment selects of objects of these types, without what is not open; nothing where all of it is.
    fn fragment(
        &mut self,
        fragment: &'a Fragment,
        possible: &[Name],
        types: usize,
    ) -> Option<SelectionSet> {
        let key = (&fragment.name, types);
        if let Some(known) = self.fragments.get(&key) {
            return known.clone();
        }
        let narrowed = narrowed(self.access, possible, Some(fragment.type_condition()));
        let below = self.selections(&fragment.selection_set, &narrowed);
        // As long as paths are reported, each spread has its own.
        if below.is_none() || self.denied.len() >= MAX_PATHS {
            self.fragments.insert(key, below.clone());
        }
        below
    }

    /// The number of a set of types.
    fn number(&mut self, possible: &[Name]) -> usize {
        if let Some(known) = self.sets.get(possible) {
            return *known;
        }
        let number = self.sets.len();
        self.sets.insert(possible.into(), number);
        number
    }

    /// What stands for a field, if it is not what it was.
    fn field(&mut self, field: &'a Node<Field>, possible: &[Name]) -> Option<Vec<Node<Field>>> {
        if field.name.starts_with("__") {
            return None;
        }
        self.path.push(field.response_key().clone());
        let denied = self.denied(field, possible);
        let is_open = !denied.iter().any(Vec::is_empty);
        let below = match is_open {
            true => {
                let below = self.access.objects(field.ty().inner_named_type());
                let set = self.selections(&field.selection_set, below);
                set.map(|set| {
                    let mut field = Node::clone(field);
                    field.make_mut().selection_set = set;
                    field
                })
            }
            false => None,
        };
        if !denied.is_empty() && self.denied.len() < MAX_PATHS {
            self.denied.push(self.path.clone());
        }
        self.path.pop();
        if denied.is_empty() {
            return below.map(|field| vec![field]);
        }
        let mut instead: Vec<_> = denied.into_iter().map(|when| closed(field, when)).collect();
        if is_open {
            // It is what counts as long as none of the others does.
            instead.push(below.unwrap_or_else(|| Node::clone(field)));
        }
        Some(instead)
    }

    /// When a field is not open, beside its own conditions: it is open in all types that can be there, and so is what it leads to, unless one of these lists of
    /// `@skip` and `@include` holds. An empty one always does.
    fn denied(&mut self, field: &'a Node<Field>, possible: &[Name]) -> Vec<Conditions> {
        let always = || vec![Vec::new()];
        let access = self.access;
        for object in possible {
            let rules = access
                .fields
                .get(object)
                .and_then(|fields| fields.get(&field.name));
            if !self.holds(rules) || !self.holds(access.types.get(object)) {
                return always();
            }
        }
        let ty = field.ty().inner_named_type();
        let below = access.objects(ty);
        if below.is_empty() {
            return if self.is_open(ty) {
                Vec::new()
            } else {
                always()
            };
        }
        let open = below.iter().filter(|object| self.is_open(object)).count();
        if open == below.len() {
            return Vec::new();
        }
        if open == 0 {
            return always();
        }
        // What is selected of all of them is selected of those that are not open too.
        let mut found = OfAll::default();
        self.selected_of_all(&field.selection_set, below, &mut Vec::new(), &mut found);
        match found.when.iter().any(Vec::is_empty) || found.when.len() > MAX_CONDITIONS {
            true => always(),
            false => found.when,
        }
    }

    /// Finds when something is selected of all of the possible types. What is selected always ends the search.
    fn selected_of_all(
        &self,
        set: &'a SelectionSet,
        possible: &[Name],
        above: &mut Conditions,
        found: &mut OfAll<'a>,
    ) {
        for selection in &set.selections {
            if found.when.last().is_some_and(Vec::is_empty) || found.when.len() > MAX_CONDITIONS {
                return;
            }
            let depth = above.len();
            if !narrow(selection.directives(), above) {
                above.truncate(depth);
                continue;
            }
            match selection {
                Selection::Field(field) if !field.name.starts_with("__") => {
                    if !found.when.contains(above) {
                        found.when.push(above.clone());
                    }
                }
                Selection::Field(_) => {}
                Selection::InlineFragment(fragment) => {
                    let on = fragment.type_condition.as_ref();
                    if narrowed(self.access, possible, on).len() == possible.len() {
                        self.selected_of_all(&fragment.selection_set, possible, above, found);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = self.document.fragments.get(&spread.fragment_name);
                    if let Some(fragment) = fragment
                        && narrowed(self.access, possible, Some(fragment.type_condition())).len()
                            == possible.len()
                        && found.visited.insert((&fragment.name, above.clone()))
                    {
                        self.selected_of_all(&fragment.selection_set, possible, above, found);
                    }
                }
            }
            above.truncate(depth);
        }
    }
}

/// Directives `@skip` and `@include` with variables, all of which let something through.
type Conditions = Vec<Node<Directive>>;

/// When something is selected of all types that are possible at a place.
#[derive(Default)]
struct OfAll<'a> {
    when: Vec<Conditions>,
    /// The fragments that were looked at, and when they count.
    visited: FxHashSet<(&'a Name, Conditions)>,
}

/// Adds the conditions of a selection to those above it; nothing is selected when it returns false.
fn narrow(directives: &DirectiveList, above: &mut Conditions) -> bool {
    let Some(deciding) = federation::deciding(directives) else {
        return false;
    };
    for (directive, ..) in deciding {
        if !above.contains(directive) {
            above.push(Node::clone(directive));
        }
    }
    true
}

/// The field where it is not open, under further conditions. The planner takes them all, though one of a name is all that an operation may have.
fn closed(field: &Node<Field>, when: Conditions) -> Node<Field> {
    let mut field = Node::clone(field);
    let denied = field.make_mut();
    denied.arguments.clear();
    denied.selection_set.selections.clear();
    denied.directives.extend(when);
    denied.directives.push(Directive {
        name: planner::DENIED,
        arguments: Vec::new(),
    });
    field
}

/// Those of the possible types that a type condition leaves.
fn narrowed(access: &Access, possible: &[Name], on: Option<&Name>) -> Vec<Name> {
    let Some(on) = on else {
        return possible.to_vec();
    };
    let others = access.objects(on);
    let both = possible
        .iter()
        .filter(|ty| others.binary_search(ty).is_ok());
    both.cloned().collect()
}
