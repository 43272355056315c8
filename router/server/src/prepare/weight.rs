//! How much memory prepared operations take, in bytes: what is allocated for them and for nothing else.
//!
//! Names are counted once for an operation. Those of types are the schema's.

use std::collections::HashSet;
use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::ast::{Type, Value, VariableDefinition};
use apollo_compiler::executable::Operation;
use planner::{
    ContextVariable, EntityFetch, Fetch, FetchTarget, FieldShape, FieldSource, IntrospectionField,
    ObjectShape, PathElement, QueryPlan, Representation, RepresentationField, SelectionText, Shape,
};

/// The counts of an `Arc`, and the location and count of a node of the syntax tree.
const ARC: usize = 16;
const NODE: usize = 40;

/// The weight of the variables that an operation declares.
pub(crate) fn of_variables(operation: &Operation) -> usize {
    let mut weight = Weight::default();
    weight.add(size_of::<Operation>() + NODE);
    weight.list(&operation.variables);
    for variable in &operation.variables {
        weight.add(size_of::<VariableDefinition>() + NODE);
        weight.name(&variable.name);
        weight.ty(&variable.ty);
        weight.add(size_of::<Type>() + NODE);
        if let Some(value) = &variable.default_value {
            weight.literal(value);
        }
    }
    weight.total
}

/// The weight of a plan.
pub(crate) fn of_plan(plan: &QueryPlan) -> usize {
    let mut weight = Weight::default();
    weight.add(size_of::<QueryPlan>() + ARC);
    weight.list(&plan.fetches);
    for fetch in &plan.fetches {
        weight.fetch(fetch);
    }
    weight.list(&plan.conditions);
    for condition in &plan.conditions {
        weight.list(&condition.any);
        for all in &condition.any {
            weight.list(all);
            all.iter().for_each(|one| weight.name(&one.variable));
        }
    }
    weight.list(&plan.deferred);
    for deferred in &plan.deferred {
        weight.add(deferred.label.as_ref().map_or(0, |label| label.len() + ARC));
        weight.list(&deferred.path);
        weight.list(&deferred.fetches);
        weight.list(&deferred.in_later_items);
    }
    weight.object(&plan.shape);
    weight.total
}

#[derive(Default)]
struct Weight {
    total: usize,
    /// What is shared and was counted.
    seen: HashSet<*const u8>,
}

impl Weight {
    fn add(&mut self, bytes: usize) {
        self.total += bytes;
    }

    fn list<T>(&mut self, list: &Vec<T>) {
        self.add(list.capacity() * size_of::<T>());
    }

    fn is_new<T: ?Sized>(&mut self, shared: *const T) -> bool {
        self.seen.insert(shared.cast())
    }

    fn name(&mut self, name: &Name) {
        if self.is_new(name.as_str().as_ptr()) {
            self.add((ARC + name.len()).next_multiple_of(8));
        }
    }

    fn text(&mut self, text: &Arc<str>) {
        if self.is_new(text.as_ptr()) {
            self.add(ARC + text.len());
        }
    }

    fn ty(&mut self, ty: &Type) {
        match ty {
            Type::Named(name) | Type::NonNullNamed(name) => self.name(name),
            Type::List(item) | Type::NonNullList(item) => {
                self.add(size_of::<Type>());
                self.ty(item);
            }
        }
    }

    fn literal(&mut self, value: &Value) {
        self.add(size_of::<Value>() + NODE);
        match value {
            Value::List(items) => {
                self.list(items);
                items.iter().for_each(|item| self.literal(item));
            }
            Value::Object(fields) => {
                self.list(fields);
                for (name, value) in fields {
                    self.name(name);
                    self.literal(value);
                }
            }
            Value::Enum(name) | Value::Variable(name) => self.name(name),
            Value::String(text) => self.add(text.len()),
            Value::Int(digits) => self.add(digits.as_str().len()),
            Value::Float(digits) => self.add(digits.as_str().len()),
            Value::Null | Value::Boolean(_) => {}
        }
    }

    fn fetch(&mut self, fetch: &Fetch) {
        self.list(&fetch.depends_on);
        self.text(&fetch.operation);
        self.list(&fetch.variables);
        fetch.variables.iter().for_each(|name| self.name(name));
        match &fetch.target {
            FetchTarget::Root => {}
            FetchTarget::RootAt(paths) => self.paths(paths),
            FetchTarget::Entities(entities) => {
                self.list(entities);
                entities.iter().for_each(|entity| self.entity(entity));
            }
        }
        if let Some(repeated) = &fetch.repeated {
            self.list(&repeated.selections);
            for selection in &repeated.selections {
                self.list(&selection.variables);
                selection.variables.iter().for_each(|name| self.text(name));
                self.list(&selection.text);
                for piece in &selection.text {
                    if let SelectionText::Text(text) = piece {
                        self.text(text);
                    }
                }
            }
        }
    }

    fn paths(&mut self, paths: &Vec<Vec<PathElement>>) {
        self.list(paths);
        for path in paths {
            self.list(path);
            for element in path {
                match element {
                    PathElement::Key(name) | PathElement::Streamed { key: name, .. } => {
                        self.name(name);
                    }
                    PathElement::TypeCondition(names) => self.names(names),
                }
            }
        }
    }

    fn names(&mut self, names: &Arc<[Name]>) {
        if self.is_new(names.as_ptr()) {
            self.add(ARC + size_of_val(&**names));
        }
    }

    fn entity(&mut self, entity: &EntityFetch) {
        self.name(&entity.response_key);
        self.name(&entity.variable);
        self.paths(&entity.paths);
        self.list(&entity.representations);
        for representation in &entity.representations {
            let Representation { on, fields, .. } = representation;
            self.names(on);
            self.representation_fields(fields);
        }
        self.list(&entity.contexts);
        for context in &entity.contexts {
            let ContextVariable {
                variable,
                ty,
                fields,
                ..
            } = context;
            self.name(variable);
            self.ty(ty);
            self.representation_fields(fields);
        }
    }

    /// Selections of keys nest as the schema writes them.
    fn representation_fields(&mut self, fields: &Vec<RepresentationField>) {
        self.list(fields);
        for field in fields {
            if let Some(on) = &field.on {
                self.names(on);
            }
            self.name(&field.data_key);
            self.representation_fields(&field.fields);
        }
    }

    fn object<'p>(&mut self, object: &'p ObjectShape) {
        // Shapes nest as deeply as the operation, which the limits bound; a list keeps them off the stack all the same.
        let mut pending: Vec<&'p ObjectShape> = vec![object];
        while let Some(object) = pending.pop() {
            self.list(&object.fields);
            self.list(&object.deferred);
            pending.extend(object.deferred.iter().map(|deferred| &deferred.shape));
            for field in &object.fields {
                self.field(field, &mut pending);
            }
        }
    }

    fn field<'p>(&mut self, field: &'p FieldShape, pending: &mut Vec<&'p ObjectShape>) {
        self.name(&field.response_key);
        self.name(&field.name);
        match &field.source {
            FieldSource::Data(key) => self.name(key),
            FieldSource::Typename | FieldSource::Denied => {}
            FieldSource::Introspection(field) => self.introspected(field),
        }
        let mut shape = &field.value;
        loop {
            match shape {
                Shape::NonNull(inner) | Shape::List(inner) => {
                    self.add(size_of::<Shape>());
                    shape = inner;
                }
                Shape::Object { shape, .. } => return self.shared(shape, pending),
                Shape::Abstract {
                    possible, hidden, ..
                } => {
                    self.list(possible);
                    self.names(hidden);
                    for (_, shape) in possible {
                        self.shared(shape, pending);
                    }
                    return;
                }
                Shape::Leaf(_) | Shape::Introspection => return,
            }
        }
    }

    /// The planner bounds how deep it nests.
    fn introspected(&mut self, field: &IntrospectionField) {
        self.add(size_of::<IntrospectionField>());
        self.introspected_content(field);
    }

    fn introspected_content(&mut self, field: &IntrospectionField) {
        self.name(&field.response_key);
        self.name(&field.name);
        self.list(&field.arguments);
        for (name, value) in &field.arguments {
            self.name(name);
            self.literal(value);
        }
        self.list(&field.fields);
        field
            .fields
            .iter()
            .for_each(|one| self.introspected_content(one));
    }

    fn shared<'p>(&mut self, shape: &'p Arc<ObjectShape>, pending: &mut Vec<&'p ObjectShape>) {
        if self.is_new(Arc::as_ptr(shape)) {
            self.add(ARC + size_of::<ObjectShape>());
            pending.push(shape);
        }
    }
}

#[cfg(test)]
mod tests;
