//! The directives that say which subgraph has what: <https://specs.apollo.dev/join/>.

use std::fmt::Write as _;

use apollo_compiler::ast::{Argument, Directive, Value};
use apollo_compiler::collections::{HashMap, HashSet};
use apollo_compiler::{Name, Node, name};
use federation::spec::Version;

use crate::subgraph::SubgraphSchema;
use crate::values::untyped;

/// Makes the join directives of a supergraph.
#[derive(Debug)]
pub(super) struct Join {
    /// The version of the join specification.
    pub(super) version: Version,
    /// The value of `join__Graph` for each subgraph.
    pub(super) graphs: Vec<Name>,
    /// `@join__type(graph:)`, `@join__field(graph:)` and `@join__enumValue(graph:)` of each subgraph: the most frequent directives by far,
    /// so there is one of each.
    plain_types: Vec<Node<Directive>>,
    plain_fields: Vec<Node<Directive>>,
    enum_values: Vec<Node<Directive>>,
}

/// What `@join__type` says about a type in a subgraph, beyond that it is there.
#[derive(Debug, Default)]
pub(super) struct JoinType {
    pub(super) key: Option<String>,
    pub(super) extension: bool,
    pub(super) resolvable: Option<bool>,
    pub(super) is_interface_object: bool,
}

/// What `@join__field` says about a field in a subgraph.
#[derive(Debug, Default)]
pub(super) struct JoinField {
    pub(super) graph: usize,
    pub(super) requires: Option<String>,
    pub(super) provides: Option<String>,
    pub(super) ty: Option<String>,
    pub(super) external: bool,
    pub(super) overrides: Option<String>,
    pub(super) used_overridden: bool,
    pub(super) override_label: Option<String>,
    /// Name, type, context and selection of each.
    pub(super) context_arguments: Vec<[String; 4]>,
}

impl JoinField {
    /// Whether all it says is that the subgraph resolves the field.
    fn is_plain(&self) -> bool {
        let texts = [
            &self.requires,
            &self.provides,
            &self.ty,
            &self.overrides,
            &self.override_label,
        ];
        !self.external
            && !self.used_overridden
            && self.context_arguments.is_empty()
            && texts.iter().all(|text| text.is_none())
    }
}

/// A directive with these arguments.
pub(super) fn directive(
    name: Name,
    arguments: impl IntoIterator<Item = (Name, Value)>,
) -> Node<Directive> {
    let arguments = arguments.into_iter().map(|(name, value)| {
        Node::new(Argument {
            name,
            value: Node::new(value),
        })
    });
    Node::new(Directive {
        name,
        arguments: arguments.collect(),
    })
}

impl Join {
    pub(super) fn new(subgraphs: &[SubgraphSchema], version: Version) -> Self {
        let graphs = enum_values(subgraphs.iter().map(|subgraph| subgraph.name.as_str()));
        let of_graph = |directive_name: &Name| {
            let directives = graphs.iter().map(|graph| {
                let argument = (name!("graph"), Value::Enum(graph.clone()));
                directive(directive_name.clone(), [argument])
            });
            directives.collect()
        };
        Self {
            plain_types: of_graph(&name!("join__type")),
            plain_fields: of_graph(&name!("join__field")),
            enum_values: of_graph(&name!("join__enumValue")),
            version,
            graphs,
        }
    }

    fn graph(&self, graph: usize) -> (Name, Value) {
        (name!("graph"), Value::Enum(self.graphs[graph].clone()))
    }

    pub(super) fn ty(&self, graph: usize, join: JoinType) -> Node<Directive> {
        if join.key.is_none() && !join.is_interface_object {
            return self.plain_types[graph].clone();
        }
        let mut arguments = vec![self.graph(graph)];
        if let Some(key) = join.key {
            arguments.push((name!("key"), Value::String(key)));
        }
        if join.extension {
            arguments.push((name!("extension"), Value::Boolean(true)));
        }
        if let Some(resolvable) = join.resolvable {
            arguments.push((name!("resolvable"), Value::Boolean(resolvable)));
        }
        if join.is_interface_object {
            arguments.push((name!("isInterfaceObject"), Value::Boolean(true)));
        }
        directive(name!("join__type"), arguments)
    }

    pub(super) fn enum_value(&self, graph: usize) -> Node<Directive> {
        self.enum_values[graph].clone()
    }

    pub(super) fn implements(&self, graph: usize, interface: &Name) -> Node<Directive> {
        let interface = Value::String(interface.to_string());
        directive(
            name!("join__implements"),
            [self.graph(graph), (name!("interface"), interface)],
        )
    }

    pub(super) fn union_member(&self, graph: usize, member: &Name) -> Node<Directive> {
        let member = Value::String(member.to_string());
        directive(
            name!("join__unionMember"),
            [self.graph(graph), (name!("member"), member)],
        )
    }

    pub(super) fn input_field(&self, graph: usize, ty: Option<String>) -> Node<Directive> {
        self.field(&JoinField {
            graph,
            ty,
            ..JoinField::default()
        })
    }

    /// A field that no subgraph has in this type itself.
    pub(super) fn nowhere(&self) -> Node<Directive> {
        directive(name!("join__field"), [])
    }

    pub(super) fn field(&self, join: &JoinField) -> Node<Directive> {
        if join.is_plain() {
            return self.plain_fields[join.graph].clone();
        }
        let mut arguments = vec![self.graph(join.graph)];
        let mut text = |name: Name, value: &Option<String>| {
            if let Some(value) = value {
                arguments.push((name, Value::String(value.clone())));
            }
        };
        text(name!("requires"), &join.requires);
        text(name!("provides"), &join.provides);
        text(name!("type"), &join.ty);
        text(name!("override"), &join.overrides);
        text(name!("overrideLabel"), &join.override_label);
        if join.external {
            arguments.push((name!("external"), Value::Boolean(true)));
        }
        if join.used_overridden {
            arguments.push((name!("usedOverridden"), Value::Boolean(true)));
        }
        if !join.context_arguments.is_empty() {
            let contexts = join.context_arguments.iter().map(context_argument);
            arguments.push((name!("contextArguments"), Value::List(contexts.collect())));
        }
        directive(name!("join__field"), arguments)
    }

    /// `@join__directive`: a directive as these subgraphs have it.
    pub(super) fn directive(
        &self,
        called: String,
        applied: &Directive,
        graphs: &[usize],
    ) -> Node<Directive> {
        let graphs = graphs
            .iter()
            .map(|graph| Node::new(Value::Enum(self.graphs[*graph].clone())));
        let arguments = applied
            .arguments
            .iter()
            .map(|argument| (argument.name.clone(), Node::new(untyped(&argument.value))));
        directive(
            name!("join__directive"),
            [
                (name!("graphs"), Value::List(graphs.collect())),
                (name!("name"), Value::String(called)),
                (name!("args"), Value::Object(arguments.collect())),
            ],
        )
    }

    /// The definitions of the join specification, and of `@link`.
    pub(super) fn definitions(&self, subgraphs: &[SubgraphSchema]) -> String {
        let mut sdl = String::from(LINK);
        sdl.push_str(COMMON);
        sdl.push_str(match self.version.minor {
            ..=3 => FIELD_0_3,
            4 => FIELD_0_4,
            _ => FIELD_0_5,
        });
        if self.version.minor >= 4 {
            sdl.push_str(DIRECTIVE_0_4);
        }
        if self.version.minor >= 5 {
            sdl.push_str(CONTEXT_0_5);
        }
        sdl.push_str("enum join__Graph {\n");
        for (graph, subgraph) in self.graphs.iter().zip(subgraphs) {
            let quoted = |text: &str| Value::String(text.to_owned()).to_string();
            // Writing to a string cannot fail.
            let _ = writeln!(
                sdl,
                "  {graph} @join__graph(name: {}, url: {})",
                quoted(&subgraph.name),
                quoted(&subgraph.url)
            );
        }
        sdl.push_str("}\n");
        sdl
    }
}

fn context_argument(parts: &[String; 4]) -> Node<Value> {
    let [argument, ty, context, selection] = parts;
    let text = |text: &str| Node::new(Value::String(text.to_owned()));
    Node::new(Value::Object(vec![
        (name!("context"), text(context)),
        (name!("name"), text(argument)),
        (name!("type"), text(ty)),
        (name!("selection"), text(selection)),
    ]))
}

/// A value of `join__Graph` for each subgraph name: upper case, without what GraphQL names cannot have.
fn enum_values<'a>(names: impl Iterator<Item = &'a str>) -> Vec<Name> {
    let cleaned: Vec<String> = names.map(enum_value).collect();
    let mut counts: HashMap<&str, usize> = HashMap::default();
    for name in &cleaned {
        *counts.entry(name).or_default() += 1;
    }
    let mut taken: HashSet<String> = HashSet::default();
    let mut seen: HashMap<&str, usize> = HashMap::default();
    cleaned
        .iter()
        .map(|name| {
            let mut value = name.clone();
            if counts[name.as_str()] > 1 {
                let number = seen.entry(name).or_default();
                *number += 1;
                value = format!("{name}_{number}");
            }
            while !taken.insert(value.clone()) {
                value.push('_');
            }
            Name::new_unchecked(&value)
        })
        .collect()
}

fn enum_value(name: &str) -> String {
    let mut value: String = name
        .chars()
        .map(|c| match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' => c.to_ascii_uppercase(),
            _ => '_',
        })
        .collect();
    if value.starts_with(|c: char| c.is_ascii_digit()) {
        value.insert(0, '_');
    }
    // Names that begin so are GraphQL's own.
    if value.starts_with("__") {
        value.insert(0, 'G');
    }
    // `A_1` is what the first of several subgraphs called `A` gets.
    let ends_in_number = value
        .rsplit_once('_')
        .is_some_and(|(_, end)| !end.is_empty() && end.bytes().all(|byte| byte.is_ascii_digit()));
    if ends_in_number {
        value.push('_');
    }
    value
}

const LINK: &str = r#"
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
scalar link__Import
enum link__Purpose {
  "`SECURITY` features provide metadata necessary to securely resolve fields."
  SECURITY
  "`EXECUTION` features provide metadata necessary for operation execution."
  EXECUTION
}
"#;

const COMMON: &str = r#"
directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
scalar join__FieldSet
"#;

const FIELD_0_3: &str = r#"
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
"#;

const FIELD_0_4: &str = r#"
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean, overrideLabel: String) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
"#;

const FIELD_0_5: &str = r#"
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean, overrideLabel: String, contextArguments: [join__ContextArgument!]) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
"#;

const DIRECTIVE_0_4: &str = r#"
directive @join__directive(graphs: [join__Graph!], name: String!, args: join__DirectiveArguments) repeatable on SCHEMA | OBJECT | INTERFACE | FIELD_DEFINITION
scalar join__DirectiveArguments
"#;

const CONTEXT_0_5: &str = r#"
scalar join__FieldValue
input join__ContextArgument {
  name: String!
  type: String!
  context: String!
  selection: join__FieldValue!
}
"#;
