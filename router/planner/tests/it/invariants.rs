//! What holds of every plan, whatever the operation.

use std::collections::HashSet;
use std::fmt::Write as _;

use apollo_compiler::executable::{Selection, SelectionSet};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use planner::{FetchTarget, FieldShape, FieldSource, ObjectShape, PathElement, QueryPlan, Shape};

use crate::Graph;

/// Links everything a test may use.
pub(crate) const LINK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: ["@key", "@requires", "@provides", "@external", "@shareable", "@override", "@inaccessible", "@tag", "@interfaceObject", "@context", "@fromContext"])"#;

const DEFINITIONS: &str = r"
directive @key(fields: FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
directive @requires(fields: FieldSet!) on FIELD_DEFINITION
directive @provides(fields: FieldSet!) on FIELD_DEFINITION
directive @external on FIELD_DEFINITION | OBJECT
directive @shareable repeatable on FIELD_DEFINITION | OBJECT
directive @override(from: String!, label: String) on FIELD_DEFINITION
directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ENUM | ENUM_VALUE | SCALAR | INPUT_OBJECT | INPUT_FIELD_DEFINITION | ARGUMENT_DEFINITION
directive @tag(name: String!) repeatable on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
directive @interfaceObject on OBJECT
directive @context(name: String!) repeatable on OBJECT | INTERFACE | UNION
directive @fromContext(field: String) on ARGUMENT_DEFINITION
scalar FieldSet
scalar _Any
";

/// The schema that a subgraph really serves.
pub(crate) fn served(sdl: &str) -> Valid<Schema> {
    let parsed = Schema::builder()
        .adopt_orphan_extensions()
        .parse(DEFINITIONS, "definitions")
        .parse(sdl, "subgraph")
        .build()
        .expect("a subgraph that builds");
    let entities: Vec<&str> = parsed
        .types
        .iter()
        .filter(|(_, ty)| ty.directives().has("key") && ty.is_object())
        .map(|(name, _)| name.as_str())
        .collect();
    let mut more = String::new();
    if !entities.is_empty() {
        let extend = if parsed.types.contains_key("Query") {
            "extend "
        } else {
            ""
        };
        write!(
            more,
            "union _Entity = {} {extend}type Query {{ _entities(representations: [_Any!]!): [_Entity]! }}",
            entities.join(" | ")
        )
        .expect("a string takes everything");
    }
    Schema::builder()
        .adopt_orphan_extensions()
        .parse(DEFINITIONS, "definitions")
        .parse(sdl, "subgraph")
        .parse(format!("scalar _Unused {more}"), "entities")
        .build()
        .expect("a subgraph that builds")
        .validate()
        .expect("a subgraph that is valid")
}

/// Every operation is valid in its subgraph, dependencies go back, and every field of the response is fetched.
#[track_caller]
pub(crate) fn check(graph: &Graph, plan: &QueryPlan) {
    let mut fetched = Fetched::default();
    for (index, fetch) in plan.fetches.iter().enumerate() {
        for before in &fetch.depends_on {
            assert!(
                (before.0 as usize) < index,
                "fetch {index} waits for a later one\n{plan}"
            );
        }
        let schema = &graph.served[&*fetch.subgraph_name];
        let operation =
            match ExecutableDocument::parse_and_validate(schema, &*fetch.operation, "fetch") {
                Ok(operation) => operation,
                Err(found) => panic!(
                    "fetch {index} is not valid in {}:\n{}\n{plan}",
                    fetch.subgraph_name, found.errors
                ),
            };
        let operation = operation.operations.get(None).expect("one operation");
        let declared: Vec<&str> = operation
            .variables
            .iter()
            .map(|v| v.name.as_str())
            .collect();
        for variable in &fetch.variables {
            assert!(
                declared.contains(&variable.as_str()),
                "{variable} is not declared\n{plan}"
            );
        }
        match &fetch.target {
            FetchTarget::Root => fetched.collect(schema, &operation.selection_set, &[]),
            FetchTarget::RootAt(paths) => {
                assert!(
                    !fetch.depends_on.is_empty(),
                    "nothing brings the objects of fetch {index}\n{plan}"
                );
                for path in paths {
                    fetched.collect(schema, &operation.selection_set, &keys(path));
                }
            }
            FetchTarget::Entities(entities) => {
                assert!(
                    !fetch.depends_on.is_empty(),
                    "nothing brings the keys of fetch {index}\n{plan}"
                );
                for entity in entities {
                    let field = operation
                        .selection_set
                        .fields()
                        .find(|field| *field.response_key() == entity.response_key)
                        .expect("the field of the entities");
                    for path in &entity.paths {
                        let path: Vec<String> = keys(path);
                        fetched.collect(schema, &field.selection_set, &path);
                    }
                }
            }
        }
    }
    for fetch in &plan.fetches {
        let FetchTarget::Entities(entities) = &fetch.target else {
            continue;
        };
        for entity in entities {
            for path in &entity.paths {
                let path = keys(path);
                let (last, parent) = path.split_last().expect("entities are below the root");
                assert!(fetched.has(parent, last), "nothing at {path:?}\n{plan}");
                for representation in &entity.representations {
                    for field in &representation.fields {
                        let key = field.data_key.as_str();
                        assert!(fetched.has(&path, key), "{field:?} is not fetched\n{plan}");
                    }
                }
            }
        }
    }
    object(&plan.shape, &mut Vec::new(), &fetched, plan);
}

fn keys(path: &[PathElement]) -> Vec<String> {
    path.iter()
        .filter_map(|element| match element {
            PathElement::Key(key) | PathElement::Streamed { key, .. } => Some(key.to_string()),
            PathElement::TypeCondition(_) => None,
        })
        .collect()
}

/// What the fetches bring together.
#[derive(Default)]
struct Fetched {
    /// Data keys with the path of their object.
    keys: HashSet<(Vec<String>, String)>,
    /// Object types that a subgraph can return at a path; `*` where it does not know.
    types: HashSet<(Vec<String>, String)>,
}

impl Fetched {
    fn has(&self, path: &[String], key: &str) -> bool {
        self.keys.contains(&(path.to_vec(), key.to_owned()))
    }

    fn can_be(&self, path: &[String], ty: &str) -> bool {
        let is = |name: &str| self.types.contains(&(path.to_vec(), name.to_owned()));
        is(ty) || is("*")
    }

    fn collect(&mut self, schema: &Valid<Schema>, set: &SelectionSet, path: &[String]) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    let key = field.response_key().to_string();
                    self.keys.insert((path.to_vec(), key.clone()));
                    let mut below = path.to_vec();
                    below.push(key);
                    for ty in possible(schema, field.ty().inner_named_type()) {
                        self.types.insert((below.clone(), ty));
                    }
                    self.collect(schema, &field.selection_set, &below);
                }
                Selection::InlineFragment(fragment) => {
                    self.collect(schema, &fragment.selection_set, path);
                }
                Selection::FragmentSpread(_) => panic!("fragments are inlined"),
            }
        }
    }
}

fn possible(schema: &Valid<Schema>, ty: &str) -> Vec<String> {
    match &schema.types[ty] {
        ExtendedType::Object(object) if object.directives.has("interfaceObject") => {
            vec!["*".to_owned()]
        }
        ExtendedType::Object(object) => vec![object.name.to_string()],
        ExtendedType::Union(union) => union.members.iter().map(|m| m.name.to_string()).collect(),
        ExtendedType::Interface(interface) => schema
            .types
            .values()
            .filter_map(|ty| ty.as_object())
            .filter(|object| object.implements_interfaces.contains(&interface.name))
            .map(|object| object.name.to_string())
            .collect(),
        _ => Vec::new(),
    }
}

fn object(shape: &ObjectShape, path: &mut Vec<String>, fetched: &Fetched, plan: &QueryPlan) {
    let mut seen = Vec::new();
    for FieldShape {
        response_key,
        condition,
        source,
        value,
        ..
    } in &shape.fields
    {
        let entry = (response_key.clone(), *condition);
        assert!(!seen.contains(&entry), "{response_key} twice\n{plan}");
        seen.push(entry);
        if let FieldSource::Data(key) = source {
            assert!(
                fetched.has(path, key),
                "{path:?} {key} is not fetched\n{plan}"
            );
            path.push(key.to_string());
            below(value, path, fetched, plan);
            path.pop();
        }
    }
}

fn below(value: &Shape, path: &mut Vec<String>, fetched: &Fetched, plan: &QueryPlan) {
    match value {
        Shape::NonNull(inner) | Shape::List(inner) => below(inner, path, fetched, plan),
        Shape::Object { shape, .. } => object(shape, path, fetched, plan),
        Shape::Abstract { possible, .. } => {
            assert!(
                fetched.has(path, "__typename"),
                "no __typename at {path:?}\n{plan}"
            );
            for (ty, shape) in possible {
                if fetched.can_be(path, ty) {
                    object(shape, path, fetched, plan);
                }
            }
        }
        Shape::Leaf(_) | Shape::Introspection => {}
    }
}
