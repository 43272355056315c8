//! Random schemas, and random changes to them.

use std::fmt::Write as _;

use crate::random::Random;

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
