//! What holds of every plan, whatever the operation.

use std::fmt::Write as _;

use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use planner::{FetchTarget, FieldShape, FieldSource, ObjectShape, PathElement, QueryPlan, Shape};

use crate::Graph;

/// Links everything a test may use.
pub(crate) const LINK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@requires", "@provides", "@external", "@shareable", "@override", "@inaccessible", "@tag", "@interfaceObject"])"#;

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
scalar FieldSet
scalar _Any
";

/// The schema that a subgraph really serves.
fn served(sdl: &str) -> Valid<Schema> {
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
    let mut fetched: Vec<(Vec<String>, String)> = Vec::new();
    for (index, fetch) in plan.fetches.iter().enumerate() {
        for before in &fetch.depends_on {
            assert!(
                (before.0 as usize) < index,
                "fetch {index} waits for a later one\n{plan}"
            );
        }
        let (_, sdl) = graph
            .subgraphs
            .iter()
            .find(|(name, _)| **name == *fetch.subgraph_name)
            .expect("a subgraph of that name");
        let schema = served(sdl);
        let operation =
            match ExecutableDocument::parse_and_validate(&schema, &*fetch.operation, "fetch") {
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
            FetchTarget::Root => collect(&operation.selection_set, &[], &mut fetched),
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
                        collect(&field.selection_set, &path, &mut fetched);
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
                assert!(
                    fetched.contains(&(parent.to_vec(), last.clone())),
                    "nothing at {path:?}\n{plan}"
                );
                for representation in &entity.representations {
                    for field in &representation.fields {
                        let key = field.data_key.to_string();
                        assert!(
                            fetched.contains(&(path.clone(), key)),
                            "{field:?} is not fetched\n{plan}"
                        );
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
            PathElement::Key(key) => Some(key.to_string()),
            PathElement::TypeCondition(_) => None,
        })
        .collect()
}

/// Every data key that a selection set brings, with the path of its object.
fn collect(
    set: &apollo_compiler::executable::SelectionSet,
    path: &[String],
    fetched: &mut Vec<(Vec<String>, String)>,
) {
    use apollo_compiler::executable::Selection;
    for selection in &set.selections {
        match selection {
            Selection::Field(field) => {
                let key = field.response_key().to_string();
                fetched.push((path.to_vec(), key.clone()));
                let mut below = path.to_vec();
                below.push(key);
                collect(&field.selection_set, &below, fetched);
            }
            Selection::InlineFragment(fragment) => collect(&fragment.selection_set, path, fetched),
            Selection::FragmentSpread(_) => panic!("fragments are inlined"),
        }
    }
}

fn object(
    shape: &ObjectShape,
    path: &mut Vec<String>,
    fetched: &[(Vec<String>, String)],
    plan: &QueryPlan,
) {
    let mut seen = Vec::new();
    for FieldShape {
        response_key,
        source,
        value,
        ..
    } in &shape.fields
    {
        assert!(!seen.contains(response_key), "{response_key} twice\n{plan}");
        seen.push(response_key.clone());
        if let FieldSource::Data(key) = source {
            let wanted = (path.clone(), key.to_string());
            assert!(
                fetched.contains(&wanted),
                "{wanted:?} is not fetched\n{plan}"
            );
            path.push(key.to_string());
            below(value, path, fetched, plan);
            path.pop();
        }
    }
}

fn below(
    value: &Shape,
    path: &mut Vec<String>,
    fetched: &[(Vec<String>, String)],
    plan: &QueryPlan,
) {
    match value {
        Shape::NonNull(inner) | Shape::List(inner) => below(inner, path, fetched, plan),
        Shape::Object { shape, .. } => object(shape, path, fetched, plan),
        Shape::Abstract { possible, .. } => {
            let typename = (path.clone(), "__typename".to_owned());
            assert!(
                fetched.contains(&typename),
                "no __typename at {path:?}\n{plan}"
            );
            for (_, shape) in possible {
                object(shape, path, fetched, plan);
            }
        }
        Shape::Leaf(_) | Shape::Introspection => {}
    }
}
