//! Operations over an API schema: aliases, fragments, arguments, variables, `@skip`, `@include`, `@defer` and `@stream`, `__typename`, introspection.

mod later;

use std::fmt;

use apollo_compiler::ast::InputValueDefinition;
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Node, Schema};

use self::later::{MOST_DEFERRED, MOST_STREAMED, defer, stream};
use crate::random::Random;
use crate::world::Members;

/// An operation in parts that can be left out one by one.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// `query` or `mutation`.
    pub keyword: &'static str,
    /// What is selected at the root.
    pub selections: Vec<Selected>,
    /// The values of `$a` and `$b`.
    pub conditions: (bool, bool),
}

/// A field, or a fragment with a type condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Selected {
    /// What precedes the selection set.
    pub head: String,
    /// What is selected below.
    pub below: Vec<Selected>,
    /// Whether it is a field whose value is a list.
    pub is_list: bool,
}

impl Operation {
    /// An operation that selects nothing of anyone.
    pub(crate) fn none() -> Self {
        Self {
            keyword: "query",
            selections: vec![plain("__typename")],
            conditions: (true, true),
        }
    }

    /// The values of its variables.
    pub fn variables(&self) -> Members {
        let (a, b) = self.conditions;
        let mut variables = Members::new();
        variables.insert("a", a.into());
        variables.insert("b", b.into());
        variables.insert("n", 2.into());
        variables
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let selected = Set(&self.selections).to_string();
        // A variable that is not used is a mistake: `$a` and `$b` always are, whatever is left of the rest.
        let number = if selected.contains("$n") {
            ", $n: Int"
        } else {
            ""
        };
        write!(
            f,
            "{}($a: Boolean!, $b: Boolean!{number}) {{ ... @skip(if: true) {{ x: __typename @include(if: $a) @skip(if: $b) }} {selected}}}",
            self.keyword
        )
    }
}

struct Set<'s>(&'s [Selected]);

impl fmt::Display for Set<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        selections(f, self.0)
    }
}

fn selections(f: &mut fmt::Formatter<'_>, selected: &[Selected]) -> fmt::Result {
    for Selected { head, below, .. } in selected {
        write!(f, "{head} ")?;
        if !below.is_empty() {
            f.write_str("{ ")?;
            selections(f, below)?;
            f.write_str("} ")?;
        }
    }
    Ok(())
}

/// How many fields an operation may have, so that it stays one that a person can read.
const MOST_FIELDS: usize = 120;

/// A random operation.
pub fn operation(random: &mut Random, schema: &Schema) -> Operation {
    let mutation = schema
        .schema_definition
        .mutation
        .as_ref()
        .filter(|_| random.chance(30));
    let (keyword, root) = match mutation {
        Some(name) => ("mutation", name.as_str()),
        None => (
            "query",
            schema
                .schema_definition
                .query
                .as_ref()
                .map_or("Query", |name| name.as_str()),
        ),
    };
    let mut left = MOST_FIELDS;
    let mut selections = select(random, schema, root, 5, &mut left);
    if selections.is_empty() {
        selections.push(plain("__typename"));
    }
    if keyword == "mutation" {
        repeat(random, &mut selections);
    }
    if random.chance(40) {
        let mut left = MOST_DEFERRED;
        defer(random, &mut selections, keyword == "query", &mut left);
    }
    let conditions = (random.chance(50), random.chance(50));
    if random.chance(40) {
        let mut left = MOST_STREAMED;
        stream(random, &mut selections, keyword == "query", &mut left);
    }
    Operation {
        keyword,
        selections,
        conditions,
    }
}

/// Selects some fields once more: under another name, or under the same one and another condition.
fn repeat(random: &mut Random, selections: &mut Vec<Selected>) {
    for index in 0..selections.len() {
        let Selected {
            head,
            below,
            is_list,
        } = selections[index].clone();
        let again = match random.below(6) {
            0 => {
                let named = head
                    .strip_prefix("alias")
                    .and_then(|rest| rest.split_once(": "));
                let field = named.map_or(&*head, |(_, field)| field);
                format!("again{index}: {field}")
            }
            1 => {
                let (field, _) = head.split_once(" @").unwrap_or((&head, ""));
                format!("{field}{}", condition(random))
            }
            _ => continue,
        };
        let at = random.below(selections.len() + 1);
        let again = Selected {
            head: again,
            below,
            is_list,
        };
        selections.insert(at, again);
    }
}

fn plain(head: impl Into<String>) -> Selected {
    Selected {
        head: head.into(),
        below: Vec::new(),
        is_list: false,
    }
}

fn select(
    random: &mut Random,
    schema: &Schema,
    ty: &str,
    depth: usize,
    left: &mut usize,
) -> Vec<Selected> {
    let mut selected = Vec::new();
    let Some(definition) = schema.types.get(ty) else {
        return selected;
    };
    let fields = match definition {
        ExtendedType::Object(object) => Some(&object.fields),
        ExtendedType::Interface(interface) => Some(&interface.fields),
        _ => None,
    };
    let mutation = schema.schema_definition.mutation.as_ref();
    let is_mutation = mutation.is_some_and(|mutation| mutation.name == ty);
    let percent = if depth == 5 && !is_mutation { 35 } else { 50 };
    for field in fields.into_iter().flat_map(|fields| fields.values()) {
        let target = field.ty.inner_named_type();
        let is_leaf = schema.types.get(target).is_none_or(ExtendedType::is_leaf);
        if *left == 0 || !random.chance(percent) || (!is_leaf && depth == 0) {
            continue;
        }
        *left -= 1;
        let mut head = String::new();
        if random.chance(10) {
            head.push_str(&format!("alias{}_{}: ", random.below(2), field.name));
        }
        head.push_str(&field.name);
        let given = arguments(random, &field.arguments);
        if !given.is_empty() {
            head.push_str(&format!("({})", given.join(", ")));
        }
        head.push_str(condition(random));
        let below = match is_leaf {
            true => Vec::new(),
            false => {
                let mut below = select(random, schema, target, depth - 1, left);
                if below.is_empty() {
                    below.push(plain("__typename"));
                }
                below
            }
        };
        selected.push(Selected {
            head,
            below,
            is_list: field.ty.is_list(),
        });
    }
    for member in members(schema, ty) {
        if *left > 0 && depth > 0 && random.chance(55) {
            let below = select(random, schema, &member, depth - 1, left);
            if !below.is_empty() {
                let head = format!("... on {member}{}", condition(random));
                selected.push(Selected {
                    head,
                    below,
                    is_list: false,
                });
            }
        }
    }
    if random.chance(15) {
        let at = random.below(selected.len() + 1);
        selected.insert(at, plain("__typename"));
    }
    let query = schema.schema_definition.query.as_ref();
    if query.is_some_and(|query| query.name == ty) && random.chance(15) {
        let at = random.below(selected.len() + 1);
        selected.insert(at, introspection(random));
    }
    selected
}

/// Some of the arguments of a field, with literals of all kinds.
fn arguments(random: &mut Random, definitions: &[Node<InputValueDefinition>]) -> Vec<&'static str> {
    let mut given = Vec::new();
    for definition in definitions {
        let values: &[&str] = match definition.name.as_str() {
            "n" => &["", "n: 1", "n: 3", "n: $n", "n: null"],
            "x" => &["", "x: 1", "x: 1.5", "x: -2e1", "x: null"],
            "s" => &[
                "",
                "s: \"a {b}\"",
                "s: \"1\"",
                "s: \"\"",
                "s: \"\\\"\\n\"",
                "s: \"\\u00e9\"",
                "s: \"\"\"c\"\"\"",
            ],
            "id" => &["", "id: 7", "id: \"1\"", "id: \"seven\""],
            "b" => &["", "b: true", "b: null"],
            "ids" => &[
                "",
                "ids: [1, 3]",
                "ids: [1 3]",
                "ids: 3",
                "ids: []",
                "ids: null",
            ],
            "any" => &[
                "",
                "any: 1",
                "any: \"1\"",
                "any: {a: 1}",
                "any: [1, \"x\", null]",
                "any: RED",
            ],
            "in" => &[
                "",
                "in: {}",
                "in: {n: 1, deep: {n: 3, s: \"1\"}}",
                "in: {n: $n, ids: [1, \"3\"]}",
                "in: {ids: 1, s: null, deep: {deep: {n: 1}}}",
            ],
            _ => &[],
        };
        given.extend(random.pick(values).filter(|value| !value.is_empty()));
    }
    given
}

/// `__schema` or `__type`, wherever the query root type occurs.
fn introspection(random: &mut Random) -> Selected {
    let condition = condition(random);
    let (head, below) = match random.below(4) {
        0 => ("__schema", "queryType { name } types { kind n: name }"),
        1 => (
            "t: __type(name: \"Query\")",
            "... on __Type { name fields { name type { kind name ofType { name } } } }",
        ),
        2 => ("__type(name: \"Nobody\")", "name"),
        _ => (
            "__type(name: \"Query\")",
            "kind name @include(if: $a) __typename interfaces { name }",
        ),
    };
    Selected {
        head: format!("{head}{condition}"),
        below: vec![plain(below)],
        is_list: false,
    }
}

fn condition(random: &mut Random) -> &'static str {
    match random.below(20) {
        0 => " @include(if: $a)",
        1 => " @skip(if: $b)",
        2 => " @include(if: $b) @skip(if: $a)",
        _ => "",
    }
}

/// The types that a fragment may be on: the members, and any other abstract type that a value can be.
fn members(schema: &Schema, ty: &str) -> Vec<String> {
    let objects: Vec<String> = match schema.types.get(ty) {
        Some(ExtendedType::Union(union)) => union
            .members
            .iter()
            .map(|member| member.to_string())
            .collect(),
        Some(ExtendedType::Interface(_)) => schema
            .implementers_map()
            .get(ty)
            .map(|found| found.objects.iter().map(ToString::to_string).collect())
            .unwrap_or_default(),
        _ => return Vec::new(),
    };
    let interfaces = schema.types.values().filter_map(|ty| ty.as_interface());
    let others = interfaces.map(|interface| interface.name.to_string());
    let others = others.filter(|other| {
        other != ty
            && objects
                .iter()
                .any(|object| schema.is_subtype(other, object))
    });
    let mut all: Vec<String> = others.collect();
    all.splice(0..0, objects);
    all
}
