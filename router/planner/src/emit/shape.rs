//! How the client's response is read out of the merged data.

use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::Schema;
use apollo_compiler::ast::Type;
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::Valid;
use rustc_hash::FxHashMap;

use crate::emit::divide::Division;
use crate::graph::TypeId;
use crate::operation::condition::Cond;
use crate::operation::ids::PositionId;
use crate::operation::position::{VisibleField, VisibleSource};
use crate::operation::tree::Tree;
use crate::plan::{
    DeferredId, DeferredShape, EnumValues, FieldShape, FieldSource, Leaf, ObjectShape, Shape,
};

/// What is shared of the shape of a position.
#[derive(Clone)]
pub(crate) enum Built {
    /// One shape for all types.
    One(Arc<ObjectShape>),
    /// Of each possible type, sorted by name.
    Many(Vec<(Name, Arc<ObjectShape>)>),
}

/// Builds shapes; those of the same fields are shared.
pub(crate) struct Shaper<'a, 'g> {
    pub(crate) tree: &'a Tree<'g>,
    pub(crate) schema: &'a Valid<Schema>,
    /// What is behind it.
    pub(crate) supergraph: &'a Schema,
    pub(crate) enums: FxHashMap<Name, Arc<EnumValues>>,
    /// The positions built already: several types of objects can lead to the same one.
    pub(crate) built: FxHashMap<PositionId, Built>,
    /// The index of each condition in the plan.
    pub(crate) condition: &'a mut dyn FnMut(Cond) -> Option<crate::plan::ConditionId>,
    /// The streamed lists.
    pub(crate) division: &'a Division,
    /// The deferred parts of the plan before those of this tree.
    pub(crate) parts_before: u16,
}

impl Shaper<'_, '_> {
    /// The root object.
    pub(crate) fn root(&mut self, position: PositionId) -> ObjectShape {
        let shapes = &self.tree.position(position).shapes;
        shapes.first().map_or_else(ObjectShape::default, |shape| {
            self.object_shape(position, shape.ty, &shape.fields)
        })
    }

    fn object_shape(
        &mut self,
        position: PositionId,
        ty: TypeId,
        fields: &[VisibleField],
    ) -> ObjectShape {
        ObjectShape {
            fields: self.fields(fields),
            deferred: self.deferred(position, ty),
        }
    }

    /// What of objects of a type is delivered later.
    fn deferred(&mut self, position: PositionId, ty: TypeId) -> Vec<DeferredShape> {
        let tree = self.tree;
        let mut deferred = Vec::new();
        for &id in &tree.position(position).shadows {
            let position = tree.position(id);
            let shape = position.shapes.iter().find(|shape| shape.ty == ty);
            let (Some(shape), Some(shadow)) = (shape, &position.shadow) else {
                continue;
            };
            deferred.push(DeferredShape {
                part: DeferredId(self.parts_before + position.part - 1),
                condition: (self.condition)(shadow.cond),
                shape: self.object_shape(id, ty, &shape.fields),
            });
        }
        deferred
    }

    fn fields(&mut self, fields: &[VisibleField]) -> Vec<FieldShape> {
        let tree = self.tree;
        tree.work.take(4 * fields.len());
        fields
            .iter()
            .map(|field| {
                let (source, value) = match field.source {
                    VisibleSource::Typename => {
                        let string = Shape::Leaf(Leaf::String);
                        (FieldSource::Typename, Shape::NonNull(Box::new(string)))
                    }
                    VisibleSource::Introspection(id) => {
                        let field = tree.introspection(id).planned(self.condition);
                        let source = FieldSource::Introspection(Arc::new(field));
                        (source, Shape::Introspection)
                    }
                    VisibleSource::Denied { non_null } => {
                        let null = Shape::Leaf(Leaf::Custom);
                        let value = match non_null {
                            true => Shape::NonNull(Box::new(null)),
                            false => null,
                        };
                        (FieldSource::Denied, value)
                    }
                    VisibleSource::Use(used) => {
                        let selected = tree.get(used);
                        let ty = &tree.field(used).ty;
                        let source = FieldSource::Data(selected.data_key.clone());
                        (source, self.value(ty, selected.sub))
                    }
                };
                FieldShape {
                    response_key: field.response_key.clone(),
                    name: field.name.clone(),
                    condition: (self.condition)(field.cond),
                    source,
                    value,
                    streamed: match field.source {
                        VisibleSource::Use(used) => self.division.part_of(used),
                        _ => None,
                    },
                }
            })
            .collect()
    }

    fn value(&mut self, ty: &Type, sub: Option<PositionId>) -> Shape {
        match ty {
            Type::Named(name) => self.named(name, sub),
            Type::NonNullNamed(name) => Shape::NonNull(Box::new(self.named(name, sub))),
            Type::List(item) => Shape::List(Box::new(self.value(item, sub))),
            Type::NonNullList(item) => {
                let list = Shape::List(Box::new(self.value(item, sub)));
                Shape::NonNull(Box::new(list))
            }
        }
    }

    fn named(&mut self, name: &Name, sub: Option<PositionId>) -> Shape {
        match sub {
            Some(sub) => self.object(name, sub),
            None => Shape::Leaf(self.leaf(name)),
        }
    }

    fn object(&mut self, name: &Name, position: PositionId) -> Shape {
        let built = match self.built.get(&position) {
            Some(built) => built.clone(),
            None => {
                let built = self.build(position);
                self.built.insert(position, built.clone());
                built
            }
        };
        let type_name = name.clone();
        match built {
            Built::One(shape) => Shape::Object { type_name, shape },
            Built::Many(possible) => {
                let node = self.tree.graph.ty(self.tree.position(position).ty);
                let condition = (self.condition)(self.tree.position(position).typename_cond);
                let hidden = node.all.iter().copied();
                let hidden = hidden.filter(|ty| node.possible.binary_search(ty).is_err());
                Shape::Abstract {
                    type_name,
                    condition,
                    possible,
                    hidden: self.tree.names(&hidden.collect::<Vec<_>>()),
                }
            }
        }
    }

    fn build(&mut self, id: PositionId) -> Built {
        let tree = self.tree;
        let position = tree.position(id);
        if let (true, Some(first)) = (position.uniform, position.shapes.first()) {
            let shape = self.object_shape(id, first.ty, &first.fields);
            return Built::One(Arc::new(shape));
        }
        let mut shared: Vec<(&[VisibleField], Arc<ObjectShape>)> = Vec::new();
        let mut possible = Vec::with_capacity(position.shapes.len());
        for shape in &position.shapes {
            tree.work.take(4 + shared.len());
            let known = shared
                .iter()
                .find(|(fields, _)| position.shadows.is_empty() && *fields == shape.fields);
            let shaped = match known {
                Some((_, shaped)) => Arc::clone(shaped),
                None => {
                    let shaped = Arc::new(self.object_shape(id, shape.ty, &shape.fields));
                    shared.push((&shape.fields, Arc::clone(&shaped)));
                    shaped
                }
            };
            possible.push((tree.graph.ty(shape.ty).name.clone(), shaped));
        }
        possible.sort_by(|a, b| a.0.cmp(&b.0));
        Built::Many(possible)
    }

    fn leaf(&mut self, name: &Name) -> Leaf {
        match name.as_str() {
            "Int" => Leaf::Int,
            "Float" => Leaf::Float,
            "String" => Leaf::String,
            "Boolean" => Leaf::Boolean,
            "ID" => Leaf::Id,
            _ => match self.schema.types.get(name) {
                Some(ExtendedType::Enum(definition)) => {
                    let supergraph = self.supergraph;
                    let values = self.enums.entry(name.clone()).or_insert_with(|| {
                        let mut shown: Vec<Name> = definition.values.keys().cloned().collect();
                        shown.sort();
                        let all = supergraph.get_enum(name).into_iter();
                        let all = all.flat_map(|all| all.values.keys().cloned());
                        let mut hidden: Vec<Name> = all
                            .filter(|value| !definition.values.contains_key(value))
                            .collect();
                        hidden.sort();
                        Arc::new(EnumValues { shown, hidden })
                    });
                    Leaf::Enum(Arc::clone(values))
                }
                _ => Leaf::Custom,
            },
        }
    }
}
