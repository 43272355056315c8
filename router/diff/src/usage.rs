//! What an operation uses of a schema.

use apollo_compiler::ast::{InputValueDefinition, Type, Value};
use apollo_compiler::collections::HashMap;
use apollo_compiler::executable::{
    DirectiveList, ExecutableDocument, Operation, Selection, SelectionSet,
};
use apollo_compiler::schema::{ExtendedType, Implementers};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Node, Schema};
use rustc_hash::FxHashSet;

use crate::change::Change;
use crate::coordinate;
use crate::kind::Kind;

/// The schema coordinates that an operation uses, and how.
#[derive(Clone, Debug, Default)]
pub struct Usage {
    /// What the operation names or gets: types, fields, given arguments and input fields, enum values, directives.
    used: FxHashSet<String>,
    /// Arguments and input fields that it leaves out somewhere.
    absent: FxHashSet<String>,
    /// Object types that fragments rely on to be of an interface or a union.
    memberships: FxHashSet<(Name, Name)>,
}

impl Usage {
    /// What one operation of a document uses, its fragments included.
    ///
    /// A variable counts as every value that its type allows: the values of an enum, and all fields of an input object, given and
    /// left out.
    pub fn of(
        schema: &Valid<Schema>,
        document: &Valid<ExecutableDocument>,
        operation: &Operation,
    ) -> Self {
        let mut reader = Reader {
            schema,
            document,
            implementers: schema.implementers_map(),
            usage: Usage::default(),
            fragments: FxHashSet::default(),
            inputs: FxHashSet::default(),
        };
        for variable in &operation.variables {
            reader.input_type(&variable.ty);
            reader.directives(&variable.directives);
        }
        reader.directives(&operation.directives);
        reader.selection_set(&operation.selection_set);
        reader.usage
    }

    /// The coordinates of what the operation names or gets, in no order.
    pub fn coordinates(&self) -> impl Iterator<Item = &str> {
        self.used.iter().map(String::as_str)
    }

    /// Whether the operation uses what changed: it can be refused by a breaking change, and its answer can be another by a dangerous one.
    pub fn is_hit_by(&self, change: &Change) -> bool {
        let coordinate = change.coordinate.as_str();
        let owner = coordinate.split(['(', '.']).next().unwrap_or_default();
        match change.kind {
            // Removed arguments hurt those who give them, the other changes also those who do not.
            Kind::FieldArgumentRemoved
            | Kind::DirectiveArgumentRemoved
            | Kind::InputFieldRemoved => self.used.contains(coordinate),
            Kind::FieldArgumentAdded | Kind::DirectiveArgumentAdded => self
                .used
                .contains(coordinate.split('(').next().unwrap_or_default()),
            Kind::InputFieldAdded | Kind::EnumValueAdded => self.used.contains(owner),
            Kind::UnionMemberRemoved => self.relies_on(change.before.as_deref(), coordinate),
            Kind::ObjectTypeInterfaceRemoved => self.relies_on(
                Some(coordinate),
                change.before.as_deref().unwrap_or_default(),
            ),
            // A client that selects the interface can get the type.
            Kind::ObjectTypeInterfaceAdded => change
                .after
                .as_ref()
                .is_some_and(|interface| self.used.contains(interface)),
            Kind::SchemaQueryTypeChanged
            | Kind::SchemaMutationTypeChanged
            | Kind::SchemaSubscriptionTypeChanged => change
                .before
                .as_ref()
                .is_some_and(|root| self.used.contains(root)),
            _ => self.used.contains(coordinate) || self.absent.contains(coordinate),
        }
    }

    fn relies_on(&self, member: Option<&str>, of: &str) -> bool {
        let mut memberships = self.memberships.iter();
        memberships.any(|(object, ty)| Some(object.as_str()) == member && ty == of)
    }
}

struct Reader<'a> {
    schema: &'a Valid<Schema>,
    document: &'a Valid<ExecutableDocument>,
    implementers: HashMap<Name, Implementers>,
    usage: Usage,
    /// Fragments that were read: each is read once.
    fragments: FxHashSet<&'a Name>,
    /// Types of variables that were read.
    inputs: FxHashSet<&'a Name>,
}

impl<'a> Reader<'a> {
    fn selection_set(&mut self, selections: &'a SelectionSet) {
        self.uses(&selections.ty);
        for selection in &selections.selections {
            match selection {
                Selection::Field(field) => {
                    let name = coordinate::member(&selections.ty, &field.name);
                    self.arguments(&name, &field.definition.arguments, &field.arguments);
                    self.directives(&field.directives);
                    self.usage.used.insert(name);
                    self.uses(field.definition.ty.inner_named_type());
                    if !field.selection_set.is_empty() {
                        self.selection_set(&field.selection_set);
                    }
                }
                Selection::InlineFragment(fragment) => {
                    self.directives(&fragment.directives);
                    self.overlap(&selections.ty, &fragment.selection_set.ty);
                    self.selection_set(&fragment.selection_set);
                }
                Selection::FragmentSpread(spread) => {
                    self.directives(&spread.directives);
                    let Some(fragment) = self.document.fragments.get(&spread.fragment_name) else {
                        continue;
                    };
                    self.overlap(&selections.ty, &fragment.selection_set.ty);
                    if self.fragments.insert(&fragment.name) {
                        self.directives(&fragment.directives);
                        self.selection_set(&fragment.selection_set);
                    }
                }
            }
        }
    }

    fn uses(&mut self, ty: &Name) {
        if !self.usage.used.contains(ty.as_str()) {
            self.usage.used.insert(ty.to_string());
        }
    }

    /// A fragment on `to` where the type is `from`: valid as long as an object type is of both.
    fn overlap(&mut self, from: &Name, to: &Name) {
        if from == to {
            return;
        }
        let both = self.possible_types(to);
        let from_types = self.possible_types(from);
        for object in both
            .into_iter()
            .filter(|object| from_types.contains(object))
        {
            for ty in [from, to] {
                if ty != object {
                    self.usage.memberships.insert((object.clone(), ty.clone()));
                }
            }
        }
    }

    fn possible_types(&self, ty: &Name) -> FxHashSet<&'a Name> {
        let schema: &'a Schema = self.schema;
        match schema.types.get(ty) {
            Some(ExtendedType::Object(object)) => FxHashSet::from_iter([&object.name]),
            Some(ExtendedType::Union(union)) => {
                union.members.iter().map(|member| &member.name).collect()
            }
            Some(ExtendedType::Interface(_)) => {
                let implementers = self.implementers.get(ty);
                let objects = implementers.into_iter().flat_map(|all| &all.objects);
                objects
                    .filter_map(|name| Some(schema.types.get_key_value(name)?.0))
                    .collect()
            }
            _ => FxHashSet::default(),
        }
    }

    fn directives(&mut self, directives: &'a DirectiveList) {
        for directive in directives.iter() {
            let name = coordinate::directive(&directive.name);
            if let Some(definition) = self.schema.directive_definitions.get(&directive.name) {
                self.arguments(&name, &definition.arguments, &directive.arguments);
            }
            self.usage.used.insert(name);
        }
    }

    fn arguments(
        &mut self,
        of: &str,
        definitions: &'a [Node<InputValueDefinition>],
        given: &'a [Node<apollo_compiler::ast::Argument>],
    ) {
        for definition in definitions {
            let name = format!("{of}({}:)", definition.name);
            match given
                .iter()
                .find(|argument| argument.name == definition.name)
            {
                Some(argument) => {
                    self.usage.used.insert(name);
                    self.value(&definition.ty, &argument.value);
                }
                None => drop(self.usage.absent.insert(name)),
            }
        }
    }

    /// A literal in a place of this type. The types of variables are read where they are declared.
    fn value(&mut self, ty: &'a Type, value: &'a Value) {
        let name = ty.inner_named_type();
        self.uses(name);
        match value {
            Value::List(items) => items.iter().for_each(|item| self.value(ty, item)),
            Value::Enum(value) => drop(self.usage.used.insert(coordinate::member(name, value))),
            Value::Object(fields) => {
                let Some(ExtendedType::InputObject(object)) = self.schema.types.get(name) else {
                    return;
                };
                for (field, definition) in &object.fields {
                    let coordinate = coordinate::member(name, field);
                    match fields.iter().find(|(given, _)| given == field) {
                        Some((_, value)) => {
                            self.usage.used.insert(coordinate);
                            self.value(&definition.ty, value);
                        }
                        None => drop(self.usage.absent.insert(coordinate)),
                    }
                }
            }
            _ => {}
        }
    }

    /// All that a variable of this type can hold.
    fn input_type(&mut self, ty: &Type) {
        let mut waiting = vec![ty.inner_named_type().clone()];
        let schema: &'a Schema = self.schema;
        while let Some(name) = waiting.pop() {
            self.uses(&name);
            let Some((name, ty)) = schema.types.get_key_value(&name) else {
                continue;
            };
            if !self.inputs.insert(name) {
                continue;
            }
            match ty {
                ExtendedType::Enum(values) => {
                    let values = values.values.keys();
                    self.usage
                        .used
                        .extend(values.map(|value| coordinate::member(name, value)));
                }
                ExtendedType::InputObject(object) => {
                    for (field, definition) in &object.fields {
                        let coordinate = coordinate::member(name, field);
                        self.usage.absent.insert(coordinate.clone());
                        self.usage.used.insert(coordinate);
                        waiting.push(definition.ty.inner_named_type().clone());
                    }
                }
                _ => {}
            }
        }
    }
}
