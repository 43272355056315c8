//! What a generated graph has besides entities with plain fields: fields that lead on, unions and interfaces that differ from subgraph to
//! subgraph, contexts, `@provides`, `@interfaceObject`, an entity of which there is one.

use super::schema::{Draft, Entity, line};
use super::text::TypeText;
use crate::random::Random;

/// An entity with a key that is nothing but its type: there is one of them.
pub(super) fn single(random: &mut Random, drafts: &mut [Draft]) {
    for (index, draft) in drafts.iter_mut().enumerate() {
        if index > 0 && random.chance(30) {
            continue;
        }
        draft.types.push(TypeText {
            head: r#"type Single @key(fields: "__typename")"#.to_owned(),
            fields: vec![format!("s{index}: Int"), format!("again{index}: [Single]")],
        });
        let shape = random.pick(&["_", "_!", "[_]", "[[_!]]"]);
        let shape = shape.copied().unwrap_or("_").replace('_', "Single");
        if random.chance(60) {
            draft.query.push(format!("single{index}: {shape}"));
        }
        let mut entities = draft.types.iter_mut();
        let entity = entities.find(|ty| ty.head.starts_with("type E"));
        if let Some(entity) = entity {
            entity.fields.push(format!("single{index}: {shape}"));
        }
    }
}

/// A union and an interface of which each subgraph knows other members, below fields that several share and that one owns.
pub(super) fn partial(random: &mut Random, drafts: &mut [Draft]) {
    let mutation = random.chance(50);
    for (index, draft) in drafts.iter_mut().enumerate() {
        if index > 1 && random.chance(50) {
            continue;
        }
        let mut members = vec!["Common".to_owned()];
        members.extend(
            (0..3)
                .filter(|_| random.chance(45))
                .map(|m| format!("P{m}")),
        );
        let line = line(format!("union Part = {}", members.join(" | ")));
        draft.types.push(line);
        draft.types.push(TypeText {
            head: "interface Piece".to_owned(),
            fields: vec!["p: Int".to_owned()],
        });
        for member in members {
            let own = format!("q{member}: String");
            draft.types.push(TypeText {
                head: format!("type {member} implements Piece @shareable"),
                fields: vec!["p: Int".to_owned(), "label: Int".to_owned(), own],
            });
        }
        let fields = ["list: [Part]", "first: Part", "piece: Piece"];
        draft.types.push(TypeText {
            head: "type Parts @shareable".to_owned(),
            fields: fields.map(str::to_owned).to_vec(),
        });
        let fields = [
            "id: ID!".to_owned(),
            "parts: Parts @shareable".to_owned(),
            "some: [Piece] @shareable".to_owned(),
            format!("own{index}: Parts"),
        ];
        draft.types.push(TypeText {
            head: r#"type Holder @key(fields: "id")"#.to_owned(),
            fields: fields.to_vec(),
        });
        draft.query.push(format!("holder{index}: Holder"));
        if mutation {
            let field = "change(n: Int): Parts @shareable";
            draft.mutation.push(field.to_owned());
        }
    }
}

/// Fields that lead to other objects.
pub(super) fn links(random: &mut Random, subgraph: usize, all: &[Entity], ty: &mut TypeText) {
    let here: Vec<&Entity> = all
        .iter()
        .filter(|entity| entity.placed.contains(&subgraph))
        .collect();
    if random.chance(70)
        && let Some(target) = random.pick(&here)
    {
        let shape = random
            .pick(&["_", "_", "_!", "[_]", "[_!]!", "[[_]]"])
            .copied()
            .unwrap_or("_");
        ty.fields.push(format!(
            "to{subgraph}: {}",
            shape.replace('_', &target.name)
        ));
    }
    if random.chance(35) {
        ty.fields.push(format!("node{subgraph}: Node"));
    }
    if random.chance(35) {
        ty.fields.push(format!("any{subgraph}: [Any]"));
    }
}

/// The interface and the union of a subgraph: who has none of their members has no field of their types either.
pub(super) fn abstract_types(random: &mut Random, index: usize, draft: &mut Draft) {
    let members: Vec<String> = draft
        .types
        .iter()
        .filter(|ty| ty.head.contains("@key") && !ty.head.starts_with("type Holder"))
        .filter_map(|ty| ty.head.split_whitespace().nth(1))
        .map(str::to_owned)
        .filter(|_| random.chance(75))
        .collect();
    if members.is_empty() {
        draft
            .types
            .iter_mut()
            .for_each(|ty| ty.fields.retain(|field| !field.ends_with(": [Any]")));
    } else {
        draft
            .types
            .push(line(format!("union Any = {}", members.join(" | "))));
        if random.chance(60) {
            draft.query.push(format!("any{index}: [Any!]"));
        }
    }
    if draft.nodes.is_empty() {
        draft
            .types
            .iter_mut()
            .for_each(|ty| ty.fields.retain(|field| !field.ends_with(": Node")));
    } else {
        let mut fields = vec!["id: ID!".to_owned()];
        if draft.tagged && random.chance(60) {
            fields.push("tag: Int".to_owned());
        }
        draft.types.push(TypeText {
            head: "interface Node".to_owned(),
            fields,
        });
        draft.query.push(format!("node{index}: Node"));
    }
    provide(random, draft);
    context(random, index, draft);
}

/// A type that is only reached below one that sets a context, and takes a value from it.
fn context(random: &mut Random, index: usize, draft: &mut Draft) {
    if !random.chance(35) {
        return;
    }
    let places: Vec<(usize, String, String)> = draft
        .types
        .iter()
        .enumerate()
        .filter(|(_, ty)| ty.head.starts_with("type E"))
        .flat_map(|(place, ty)| {
            let plain = ty.fields.iter().filter_map(|field| {
                let (name, ty) = field.split_once(": ")?;
                let ty = ty.split(' ').next()?;
                let usable = name.starts_with('f') && !name.contains('(') && ty != "Color";
                usable.then(|| (name.to_owned(), ty.to_owned()))
            });
            plain
                .map(move |(name, ty)| (place, name, ty))
                .collect::<Vec<_>>()
        })
        .collect();
    let Some((place, field, ty)) = random.pick(&places) else {
        return;
    };
    let (field, ty) = named(random, &draft.types[*place]).unwrap_or((field.clone(), ty.clone()));
    let nullable = ty.trim_end_matches('!');
    let setting = &mut draft.types[*place];
    setting
        .head
        .push_str(&format!(" @context(name: \"around{index}\")"));
    setting.fields.push(format!("below{index}: [C{index}]"));
    let from = format!("@fromContext(field: \"$around{index} {{ {field} }}\")");
    draft.types.push(TypeText {
        head: format!("type C{index} @key(fields: \"id\")"),
        fields: vec![
            "id: ID!".to_owned(),
            format!("taken{index}(n: Int, from: {nullable} {from}): Int"),
            format!("again{index}: C{index}"),
        ],
    });
}

/// A type name that is taken from a context: of the enclosing object, or of one that it has.
fn named(random: &mut Random, setting: &TypeText) -> Option<(String, String)> {
    let values = ["v: V! @shareable", "o: V @shareable", "w: V"];
    let mut fields = setting.fields.iter();
    let value = fields.find(|field| values.contains(&field.as_str()));
    let below = value.and_then(|field| field.split(':').next());
    let set = match (random.below(5), below) {
        (0, _) => "__typename".to_owned(),
        (1, Some(field)) => format!("{field} {{ __typename }}"),
        _ => return None,
    };
    Some((set, "String".to_owned()))
}

/// Lets links provide what is external where they lead.
fn provide(random: &mut Random, draft: &mut Draft) {
    let external: Vec<(String, String)> = draft
        .types
        .iter()
        .filter_map(|ty| {
            let name = ty.head.split_whitespace().nth(1)?.to_owned();
            let field = ty.fields.iter().find(|field| {
                // A colour may be one that the subgraph does not have.
                let usable = ![": V ", ": Color "].iter().any(|ty| field.contains(ty));
                field.ends_with("@external") && !field.contains('(') && usable
            })?;
            Some((name, field.split(':').next()?.to_owned()))
        })
        .collect();
    for (name, field) in external {
        for ty in &mut draft.types {
            for link in &mut ty.fields {
                let target = link.split(": ").nth(1).unwrap_or_default();
                let target = target.trim_matches(['[', ']', '!']);
                if target == name && random.chance(40) {
                    link.push_str(&format!(" @provides(fields: \"{field}\")"));
                } else if target == "Any" && link.ends_with(']') && random.chance(20) {
                    link.push_str(&format!(
                        " @provides(fields: \"... on {name} {{ {field} }}\")"
                    ));
                }
            }
        }
    }
}

/// An interface with a key in the first subgraph; an object in some others, with fields of its own.
pub(super) fn interface_object(random: &mut Random, index: usize, draft: &mut Draft) {
    if index == 0 {
        let fields = ["id: ID!", "title: Int"].map(str::to_owned);
        draft.types.push(TypeText {
            head: "interface Media @key(fields: \"id\")".to_owned(),
            fields: fields.to_vec(),
        });
        for member in 0..2 {
            let fields = ["id: ID!", "title: Int"].map(str::to_owned).into_iter();
            draft.types.push(TypeText {
                head: format!("type M{member} implements Media @key(fields: \"id\")"),
                fields: fields.chain([format!("own{member}: Int")]).collect(),
            });
        }
        draft.query.push("media0: [Media]".to_owned());
    } else if random.chance(55) {
        let mut fields = vec!["id: ID!".to_owned(), format!("more{index}: Int")];
        if random.chance(40) {
            fields.push("title: Int @external".to_owned());
            fields.push(format!("titled{index}: Int @requires(fields: \"title\")"));
        }
        draft.types.push(TypeText {
            head: "type Media @interfaceObject @key(fields: \"id\")".to_owned(),
            fields,
        });
        if random.chance(60) {
            draft.query.push(format!("media{index}: [Media]"));
        }
    } else if random.chance(50) {
        draft.types.push(TypeText {
            head: "type M0 @key(fields: \"id\")".to_owned(),
            fields: vec!["id: ID!".to_owned(), format!("extra{index}: Int")],
        });
    }
}
