//! Random schemas, changes to them, and operations that they allow.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use apollo_compiler::ast::Type;
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Schema};

/// Numbers that follow from a seed (xorshift64*).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next()).unwrap_or_default() % bound.max(1)
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

#[derive(Clone)]
struct Input {
    name: String,
    ty: String,
    default: Option<&'static str>,
}

#[derive(Clone)]
struct Field {
    name: String,
    arguments: Vec<Input>,
    ty: String,
}

/// A schema that can be changed. Objects `O…`, interfaces `I…`, unions `U…`, enums `E…`, inputs `N…`.
#[derive(Clone)]
pub(crate) struct World {
    objects: Vec<(String, Vec<usize>, Vec<Field>)>,
    interfaces: Vec<(String, Vec<Field>)>,
    unions: Vec<(String, Vec<usize>)>,
    enums: Vec<(String, Vec<String>)>,
    inputs: Vec<(String, bool, Vec<Input>)>,
    directive: Option<(bool, Vec<Input>)>,
}

const COUNT: usize = 3;

fn wrapped(random: &mut Random, name: &str) -> String {
    match random.below(6) {
        0 => format!("{name}!"),
        1 => format!("[{name}]"),
        2 => format!("[{name}!]"),
        3 => format!("[{name}!]!"),
        _ => name.to_owned(),
    }
}

fn result_type(random: &mut Random) -> String {
    let n = random.below(COUNT);
    let name = match random.below(7) {
        0 => "Int".to_owned(),
        1 => "String".to_owned(),
        2 => format!("I{n}"),
        3 => format!("U{n}"),
        4 => format!("E{n}"),
        _ => format!("O{n}"),
    };
    wrapped(random, &name)
}

fn input_type(random: &mut Random, nested: bool) -> String {
    let n = random.below(COUNT);
    let name = match random.below(if nested { 3 } else { 4 }) {
        0 => "Int".to_owned(),
        1 => "ID".to_owned(),
        2 => format!("E{n}"),
        _ => format!("N{n}"),
    };
    wrapped(random, &name)
}

fn input(random: &mut Random, name: String, nested: bool) -> Input {
    let ty = input_type(random, nested);
    let default = (ty.starts_with("Int") && random.chance(50)).then(|| *random.pick(&["1", "2"]));
    Input { name, ty, default }
}

fn inputs(random: &mut Random, nested: bool) -> Vec<Input> {
    (0..random.below(3))
        .map(|n| input(random, format!("x{n}"), nested))
        .collect()
}

fn field(random: &mut Random, name: String) -> Field {
    Field {
        name,
        arguments: inputs(random, false),
        ty: result_type(random),
    }
}

fn fields(random: &mut Random, prefix: &str) -> Vec<Field> {
    (0..1 + random.below(3))
        .map(|n| field(random, format!("{prefix}{n}")))
        .collect()
}

impl World {
    pub(crate) fn random(random: &mut Random) -> Self {
        let interfaces = (0..COUNT)
            .map(|n| (format!("I{n}"), fields(random, &format!("i{n}_"))))
            .collect();
        let objects = (0..=COUNT)
            .map(|n| {
                let name = if n == COUNT {
                    "Query".to_owned()
                } else {
                    format!("O{n}")
                };
                let implements = (0..COUNT).filter(|_| random.chance(40)).collect();
                (name, implements, fields(random, "f"))
            })
            .collect();
        Self {
            objects,
            interfaces,
            unions: (0..COUNT)
                .map(|n| {
                    (
                        format!("U{n}"),
                        (0..=COUNT)
                            .filter(|m| *m == n || random.chance(40))
                            .collect(),
                    )
                })
                .collect(),
            enums: (0..COUNT)
                .map(|n| {
                    (
                        format!("E{n}"),
                        (0..1 + random.below(3)).map(|v| format!("V{v}")).collect(),
                    )
                })
                .collect(),
            inputs: (0..COUNT)
                .map(|n| {
                    let mut fields = inputs(random, true);
                    fields.push(Input {
                        name: "z".to_owned(),
                        ty: "Int".to_owned(),
                        default: None,
                    });
                    (format!("N{n}"), false, fields)
                })
                .collect(),
            directive: random
                .chance(50)
                .then(|| (random.chance(50), inputs(random, true))),
        }
    }

    /// One to three changes of any kind.
    pub(crate) fn changed(&self, random: &mut Random) -> Self {
        let mut new = self.clone();
        for _ in 0..1 + random.below(3) {
            new.change(random);
        }
        new
    }

    fn change(&mut self, random: &mut Random) {
        let n = random.below(COUNT);
        match random.below(9) {
            0 => toggle(&mut self.objects[random.below(COUNT + 1)].1, n),
            1 => toggle(&mut self.unions[n].1, random.below(COUNT + 1)),
            2 => {
                let values = &mut self.enums[n].1;
                match random.chance(50) && values.len() > 1 {
                    true => drop(values.remove(random.below(values.len()))),
                    false => values.push(format!("W{}", values.len())),
                }
            }
            3 => change_inputs(&mut self.inputs[n].2, true, random),
            4 => self.inputs[n].1 ^= true,
            5 => match &mut self.directive {
                Some((location, _)) if random.chance(30) => *location ^= true,
                Some((_, arguments)) if random.chance(50) => change_inputs(arguments, true, random),
                directive => *directive = None,
            },
            6 => change_fields(&mut self.interfaces[n].1, random),
            _ => change_fields(&mut self.objects[random.below(COUNT + 1)].2, random),
        }
    }

    pub(crate) fn sdl(&self) -> String {
        let mut sdl = String::new();
        let mut write =
            |text: std::fmt::Arguments<'_>| sdl.write_fmt(text).expect("a string takes all");
        for (name, implements, fields) in &self.objects {
            write(format_args!("type {name}"));
            for (n, interface) in implements.iter().enumerate() {
                write(format_args!(
                    "{} I{interface}",
                    if n == 0 { " implements" } else { " &" }
                ));
            }
            let inherited = implements
                .iter()
                .flat_map(|interface| &self.interfaces[*interface].1);
            let all: Vec<String> = fields.iter().chain(inherited).map(written_field).collect();
            write(format_args!(" {{ {} }}\n", all.join(" ")));
        }
        for (name, fields) in &self.interfaces {
            let all: Vec<String> = fields.iter().map(written_field).collect();
            write(format_args!("interface {name} {{ {} }}\n", all.join(" ")));
        }
        for (name, members) in &self.unions {
            let members: Vec<&str> = members
                .iter()
                .map(|n| self.objects[*n].0.as_str())
                .collect();
            write(format_args!("union {name} = {}\n", members.join(" | ")));
        }
        for (name, values) in &self.enums {
            write(format_args!("enum {name} {{ {} }}\n", values.join(" ")));
        }
        for (name, one_of, fields) in &self.inputs {
            write(format_args!(
                "input {name}{} {{ {} }}\n",
                if *one_of { " @oneOf" } else { "" },
                written_inputs(fields)
            ));
        }
        if let Some((location, arguments)) = &self.directive {
            let arguments = match arguments.is_empty() {
                true => String::new(),
                false => format!("({})", written_inputs(arguments)),
            };
            write(format_args!(
                "directive @d{arguments} on {}\n",
                if *location { "FIELD | QUERY" } else { "FIELD" }
            ));
        }
        sdl
    }
}

fn toggle(list: &mut Vec<usize>, n: usize) {
    match list.iter().position(|there| *there == n) {
        Some(at) if list.len() > 1 => drop(list.remove(at)),
        Some(_) => {}
        None => list.push(n),
    }
}

fn change_fields(fields: &mut Vec<Field>, random: &mut Random) {
    let at = random.below(fields.len());
    match random.below(4) {
        0 if fields.len() > 1 => drop(fields.remove(at)),
        1 => {
            let name = format!("{}n", fields[at].name);
            if fields.iter().all(|field| field.name != name) {
                fields.push(field(random, name));
            }
        }
        2 => change_inputs(&mut fields[at].arguments, false, random),
        _ => fields[at].ty = changed_type(&fields[at].ty, random, result_type),
    }
}

fn change_inputs(inputs: &mut Vec<Input>, nested: bool, random: &mut Random) {
    let at = random.below(inputs.len());
    match random.below(4) {
        0 if !inputs.is_empty() => drop(inputs.remove(at)),
        1 if !inputs.is_empty() => {
            inputs[at].ty =
                changed_type(&inputs[at].ty, random, |random| input_type(random, nested));
            if !inputs[at].ty.starts_with("Int") {
                inputs[at].default = None;
            }
        }
        2 if !inputs.is_empty() && inputs[at].ty.starts_with("Int") => {
            inputs[at].default = *random.pick(&[None, Some("1"), Some("3")]);
        }
        _ => {
            let name = format!("y{}", random.below(100));
            if inputs.iter().all(|input| input.name != name) {
                inputs.push(input(random, name, nested));
            }
        }
    }
}

/// Mostly the same named type with other wrappers.
fn changed_type(ty: &str, random: &mut Random, other: impl Fn(&mut Random) -> String) -> String {
    match random.below(4) {
        0 => other(random),
        1 => match ty.strip_suffix('!') {
            Some(nullable) => nullable.to_owned(),
            None => format!("{ty}!"),
        },
        _ => {
            let name = ty.trim_matches(['[', ']', '!']).to_owned();
            wrapped(random, &name)
        }
    }
}

fn written_field(field: &Field) -> String {
    let arguments = match field.arguments.is_empty() {
        true => String::new(),
        false => format!("({})", written_inputs(&field.arguments)),
    };
    format!("{}{arguments}: {}", field.name, field.ty)
}

fn written_inputs(inputs: &[Input]) -> String {
    let written = inputs.iter().map(|input| match input.default {
        Some(default) => format!("{}: {} = {default}", input.name, input.ty),
        None => format!("{}: {}", input.name, input.ty),
    });
    written.collect::<Vec<_>>().join(", ")
}

/// An operation, and the fields that it selects.
pub(crate) struct Operation {
    pub(crate) text: String,
    pub(crate) fields: BTreeSet<(Name, Name)>,
}

/// Writes an operation that `schema` allows.
pub(crate) fn operation(schema: &Schema, random: &mut Random) -> Operation {
    let mut writer = Writer {
        schema,
        random,
        aliases: 0,
        variables: Vec::new(),
        fields: BTreeSet::new(),
    };
    let selections = writer.selections(&Name::new_static_unchecked("Query"), 3);
    let variables = match writer.variables.is_empty() {
        true => String::new(),
        false => format!("({})", writer.variables.join(", ")),
    };
    Operation {
        text: format!("query{variables} {selections}"),
        fields: writer.fields,
    }
}

struct Writer<'a> {
    schema: &'a Schema,
    random: &'a mut Random,
    aliases: usize,
    variables: Vec<String>,
    fields: BTreeSet<(Name, Name)>,
}

impl<'a> Writer<'a> {
    fn selections(&mut self, ty: &Name, depth: usize) -> String {
        let mut text = "{ __typename".to_owned();
        let schema = self.schema;
        let fields = match &schema.types[ty] {
            ExtendedType::Object(object) => Some(&object.fields),
            ExtendedType::Interface(interface) => Some(&interface.fields),
            _ => None,
        };
        for field in fields.into_iter().flat_map(|fields| fields.values()) {
            let leaf = self.schema.types[field.ty.inner_named_type()].is_leaf();
            if !(leaf || depth > 0) || self.random.chance(30) {
                continue;
            }
            self.fields.insert((ty.clone(), field.name.clone()));
            // No two fields share a response name: their types could then differ.
            self.aliases += 1;
            let alias = self.aliases;
            let arguments = self.arguments(field.arguments.iter());
            write!(text, " a{alias}: {}{arguments}", field.name).expect("a string takes all");
            text.push_str(&self.directive());
            if !leaf {
                text.push(' ');
                text.push_str(&self.selections(field.ty.inner_named_type(), depth - 1));
            }
        }
        if depth > 0 {
            self.fragment(ty, depth, &mut text);
        }
        text.push_str(" }");
        text
    }

    /// Perhaps a fragment on a type that overlaps this one.
    fn fragment(&mut self, ty: &Name, depth: usize, text: &mut String) {
        let possible = possible_types(self.schema, ty);
        let overlapping = |other: &&Name| {
            self.schema.types[*other].is_composite()
                && possible_types(self.schema, other)
                    .iter()
                    .any(|name| possible.contains(name))
        };
        let own = self
            .schema
            .types
            .iter()
            .filter(|(_, ty)| !ty.is_built_in() && composite(ty));
        let candidates: Vec<Name> = own
            .map(|(name, _)| name)
            .filter(overlapping)
            .cloned()
            .collect();
        if candidates.is_empty() || self.random.chance(50) {
            return;
        }
        let on = self.random.pick(&candidates).clone();
        let selections = self.selections(&on, depth - 1);
        write!(text, " ... on {on} {selections}").expect("a string takes all");
    }

    fn directive(&mut self) -> String {
        let Some(definition) = self.schema.directive_definitions.get("d") else {
            return String::new();
        };
        if self.random.chance(80) {
            return String::new();
        }
        let definition = definition.clone();
        format!(" @d{}", self.arguments(definition.arguments.iter()))
    }

    fn arguments<'b>(
        &mut self,
        definitions: impl Iterator<
            Item = &'b apollo_compiler::Node<apollo_compiler::ast::InputValueDefinition>,
        >,
    ) -> String {
        let mut given = Vec::new();
        for definition in definitions {
            if !definition.is_required() && self.random.chance(50) {
                continue;
            }
            let value = match self.random.chance(40) {
                true => self.variable(&definition.ty, definition.default_value.is_some()),
                false => self.value(&definition.ty),
            };
            given.push(format!("{}: {value}", definition.name));
        }
        match given.is_empty() {
            true => String::new(),
            false => format!("({})", given.join(", ")),
        }
    }

    fn variable(&mut self, ty: &Type, has_default: bool) -> String {
        let n = self.variables.len();
        let ty = match has_default && self.random.chance(50) {
            true => ty.clone().nullable(),
            false => ty.clone(),
        };
        self.variables.push(format!("$v{n}: {ty}"));
        format!("$v{n}")
    }

    fn value(&mut self, ty: &Type) -> String {
        if !ty.is_non_null() && self.random.chance(20) {
            return "null".to_owned();
        }
        if ty.is_list() {
            let item = self.value(ty.item_type());
            return match self.random.chance(30) && item != "null" {
                true => item,
                false => format!("[{item}]"),
            };
        }
        let name = ty.inner_named_type().clone();
        match &self.schema.types[&name] {
            ExtendedType::Enum(values) => {
                let values: Vec<&Name> = values.values.keys().collect();
                let value = (*self.random.pick(&values)).clone();
                value.to_string()
            }
            ExtendedType::InputObject(object) => {
                let one_of = object.directives.has("oneOf");
                let mut given = Vec::new();
                let only = self.random.below(object.fields.len());
                for (n, field) in object.fields.values().enumerate() {
                    let wanted = match one_of {
                        true => n == only,
                        false => field.is_required() || self.random.chance(50),
                    };
                    if wanted {
                        let ty = match one_of {
                            true => field.ty.as_ref().clone().non_null(),
                            false => field.ty.as_ref().clone(),
                        };
                        given.push(format!("{}: {}", field.name, self.value(&ty)));
                    }
                }
                format!("{{{}}}", given.join(", "))
            }
            _ => "7".to_owned(),
        }
    }
}

fn composite(ty: &ExtendedType) -> bool {
    matches!(
        ty,
        ExtendedType::Object(_) | ExtendedType::Interface(_) | ExtendedType::Union(_)
    )
}

trait IsComposite {
    fn is_composite(&self) -> bool;
}

impl IsComposite for ExtendedType {
    fn is_composite(&self) -> bool {
        composite(self)
    }
}

fn possible_types(schema: &Schema, ty: &Name) -> BTreeSet<Name> {
    match &schema.types[ty] {
        ExtendedType::Object(_) => BTreeSet::from([ty.clone()]),
        ExtendedType::Union(union) => union
            .members
            .iter()
            .map(|member| member.name.clone())
            .collect(),
        _ => {
            let objects = schema.types.values().filter_map(|other| other.as_object());
            let implementing = objects.filter(|object| object.implements_interfaces.contains(ty));
            implementing.map(|object| object.name.clone()).collect()
        }
    }
}
