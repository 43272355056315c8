//! The operation with variables in place of its literals.

use apollo_compiler::ast::{Argument, InputValueDefinition, Type, Value, VariableDefinition};
use apollo_compiler::executable::{ExecutableDocument, Field, Selection, SelectionSet};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Node, Schema};
use rustc_hash::{FxHashMap, FxHashSet};

use super::scan::{Kind, NormalForm};

/// The variables that stand for the literals of all texts with one normal form.
#[derive(Debug)]
pub struct Literals {
    /// For each literal of the normal form, what its place takes.
    pub(super) places: Vec<Place>,
    /// For each variable, its name and the number of a literal that is its value.
    pub(super) variables: Vec<(Name, usize)>,
}

/// What one place takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) takes: Scalar,
    /// Whether a list may appear here.
    pub(super) list: bool,
}

/// A kind of scalar, by its literals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scalar {
    Int,
    Float,
    String,
    Id,
    /// One of the schema's own: it takes all.
    Custom,
}

impl Literals {
    /// The document with variables in place of the literals of its text; `None` when one of them cannot be replaced. They are declared by the only
    /// operation, after its own variables.
    pub fn of(
        schema: &Valid<Schema>,
        document: &Valid<ExecutableDocument>,
        form: &NormalForm<'_>,
    ) -> Option<(Valid<ExecutableDocument>, Self)> {
        let operations = &document.operations;
        if operations.len() != 1 {
            return None;
        }
        let mut changed = ExecutableDocument::clone(document);
        let operation = match changed.operations.anonymous.as_mut() {
            Some(operation) => operation,
            None => changed.operations.named.values_mut().next()?,
        };
        let operation = operation.make_mut();
        let literals = form.literals();
        let by_offset = literals.iter().enumerate();
        let mut replacer = Replacer {
            schema,
            form,
            by_offset: by_offset.map(|(index, one)| (one.offset, index)).collect(),
            taken: operation.variables.iter().map(|v| v.name.clone()).collect(),
            places: vec![None; literals.len()],
            declared: Vec::new(),
            variables: FxHashMap::default(),
        };
        replacer.selections(&mut operation.selection_set)?;
        for fragment in changed.fragments.values_mut() {
            replacer.selections(&mut fragment.make_mut().selection_set)?;
        }
        let places: Option<Vec<Place>> = replacer.places.into_iter().collect();
        let mut variables = Vec::with_capacity(replacer.declared.len());
        for Declared { name, ty, literal } in replacer.declared {
            operation.variables.push(Node::new(VariableDefinition {
                name: name.clone(),
                ty: Node::new(ty),
                default_value: None,
                directives: Default::default(),
            }));
            variables.push((name, literal));
        }
        let literals = Self {
            places: places?,
            variables,
        };
        // What was valid is valid with variables of the types of their places, or else is not shared.
        Some((changed.validate(schema).ok()?, literals))
    }

    /// How many bytes this takes, about.
    pub fn weight(&self) -> usize {
        let names: usize = self.variables.iter().map(|(name, _)| name.len() + 16).sum();
        size_of::<Self>()
            + self.places.capacity() * size_of::<Place>()
            + self.variables.capacity() * size_of::<(Name, usize)>()
            + names
    }
}

/// A variable that is to be declared.
struct Declared {
    name: Name,
    ty: Type,
    /// The first literal that is its value.
    literal: usize,
}

struct Replacer<'r, 'q> {
    schema: &'r Schema,
    form: &'r NormalForm<'q>,
    /// The literals by where they begin.
    by_offset: FxHashMap<usize, usize>,
    /// The names of variables.
    taken: FxHashSet<Name>,
    places: Vec<Option<Place>>,
    declared: Vec<Declared>,
    /// By the literal that it equals and its type.
    variables: FxHashMap<(u32, Type), Name>,
}

impl Replacer<'_, '_> {
    /// `None` when something cannot be replaced. Depth is bounded by the parser.
    fn selections(&mut self, set: &mut SelectionSet) -> Option<()> {
        for selection in &mut set.selections {
            match selection {
                Selection::Field(field) => self.field(field.make_mut())?,
                Selection::InlineFragment(fragment) => {
                    self.selections(&mut fragment.make_mut().selection_set)?;
                }
                Selection::FragmentSpread(_) => {}
            }
        }
        Some(())
    }

    fn field(&mut self, field: &mut Field) -> Option<()> {
        // What introspection selects is written by the router, not sent.
        let introspection = field.name.starts_with("__");
        let definition = Node::clone(&field.definition);
        for argument in &mut field.arguments {
            let argument: &mut Argument = argument.make_mut();
            let ty = declared(&definition.arguments, &argument.name)?;
            match introspection {
                true if self.holds_literal(&argument.value) => return None,
                true => {}
                false => self.value(&mut argument.value, ty)?,
            }
        }
        match introspection {
            true => Some(()),
            false => self.selections(&mut field.selection_set),
        }
    }

    fn literal_at(&self, value: &Node<Value>) -> Option<usize> {
        let offset = value.location()?.offset();
        self.by_offset.get(&offset).copied()
    }

    fn holds_literal(&self, value: &Node<Value>) -> bool {
        self.literal_at(value).is_some()
            || match &**value {
                Value::List(items) => items.iter().any(|item| self.holds_literal(item)),
                Value::Object(fields) => fields.iter().any(|(_, value)| self.holds_literal(value)),
                _ => false,
            }
    }

    fn value(&mut self, value: &mut Node<Value>, ty: &Type) -> Option<()> {
        if let Some(literal) = self.literal_at(value) {
            let name = self.variable(literal, ty)?;
            *value = Node::new(Value::Variable(name));
            return Some(());
        }
        if !self.holds_literal(value) {
            return Some(());
        }
        match value.make_mut() {
            Value::List(items) => {
                let ty = match ty {
                    Type::List(item) | Type::NonNullList(item) => item,
                    // A scalar that takes lists.
                    Type::Named(_) | Type::NonNullNamed(_) => return None,
                };
                items.iter_mut().try_for_each(|item| self.value(item, ty))
            }
            Value::Object(fields) => {
                // One object may stand for a list of one; a scalar may take objects.
                let (Type::Named(name) | Type::NonNullNamed(name)) = ty else {
                    return None;
                };
                let input = self.schema.get_input_object(name)?;
                fields
                    .iter_mut()
                    .try_for_each(|(name, value)| self.value(value, &input.fields.get(name)?.ty))
            }
            _ => Some(()),
        }
    }

    /// The variable that stands for a literal at a place of some type.
    fn variable(&mut self, literal: usize, ty: &Type) -> Option<Name> {
        let takes = match ty.inner_named_type().as_str() {
            "Int" => Scalar::Int,
            "Float" => Scalar::Float,
            "String" => Scalar::String,
            "ID" => Scalar::Id,
            name => match self.schema.types.get(name)? {
                ExtendedType::Scalar(scalar) if !scalar.is_built_in() => Scalar::Custom,
                _ => return None,
            },
        };
        let list = match ty {
            Type::Named(_) | Type::NonNullNamed(_) => false,
            // What a list of lists makes of a single value, or of single values, is not for here.
            Type::List(item) | Type::NonNullList(item) if item.is_named() => true,
            Type::List(_) | Type::NonNullList(_) => return None,
        };
        let one = &self.form.literals()[literal];
        if one.kind == Kind::List && !list {
            return None;
        }
        self.places[literal] = Some(Place { takes, list });
        // A literal is not null.
        let ty = ty.clone().non_null();
        let known = self.variables.entry((one.same_as, ty.clone()));
        let (taken, declared) = (&mut self.taken, &mut self.declared);
        let name = known.or_insert_with(|| {
            let mut text = format!("_{}", declared.len());
            while taken.contains(text.as_str()) {
                text.push('_');
            }
            let name = Name::new_unchecked(&text);
            taken.insert(name.clone());
            declared.push(Declared {
                name: name.clone(),
                ty,
                literal,
            });
            name
        });
        Some(name.clone())
    }
}

fn declared<'d>(definitions: &'d [Node<InputValueDefinition>], name: &Name) -> Option<&'d Type> {
    let known = definitions.iter().find(|known| known.name == *name);
    known.map(|known| &*known.ty)
}
