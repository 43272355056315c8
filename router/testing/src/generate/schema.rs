//! Subgraphs with entities of several keys, with nulls and type names in them, shared and overridden fields, shared mutations, `@requires`
//! and `@provides`, interfaces and unions whose members differ from subgraph to subgraph, `@interfaceObject`, `@inaccessible`, and
//! now and then a subgraph of Federation 1.
//!
//! Not all of them compose: who asks for a graph tries the next seed.

use super::shapes::{abstract_types, interface_object, links, partial, single};
use super::text::{SubgraphText, TypeText};
use crate::random::Random;

/// Types of plain fields. The same field may be stricter in one subgraph than in another.
const SCALARS: &[&str] = &[
    "Int", "Int", "String", "Float", "[Int]", "[[Int!]]", "Boolean", "Any1", "Color",
];

/// The field sets of keys, and the fields that they are made of.
const KEYS: &[(&str, &[&str])] = &[
    ("id", &["id"]),
    ("id", &["id"]),
    ("k", &["k"]),
    ("id k", &["id", "k"]),
    ("v { x }", &["v"]),
    ("k v { x }", &["k", "v"]),
    // Parts that may be null.
    ("id z", &["id", "z"]),
    ("k o { y }", &["k", "o"]),
    ("id z o { y c }", &["id", "o", "z"]),
    // Type names, of the entity and of what it has.
    ("__typename k", &["k"]),
    ("id v { __typename }", &["id", "v"]),
    ("id o { __typename }", &["id", "o"]),
];

/// The labels of progressive overrides that graphs use.
pub(crate) const LABELS: &[&str] = &["first", "second"];

pub(super) struct Entity {
    pub(super) name: String,
    /// Indices of [`KEYS`].
    pub(super) keys: Vec<usize>,
    /// The subgraphs that have it.
    pub(super) placed: Vec<usize>,
    /// The plain fields and their types.
    pub(super) fields: Vec<(String, String)>,
}

pub(super) struct Draft {
    /// The entities of each subgraph, then its other types.
    pub(super) types: Vec<TypeText>,
    pub(super) query: Vec<String>,
    pub(super) mutation: Vec<String>,
    /// The entities that have an `id` here.
    pub(super) nodes: Vec<String>,
    /// Whether all of those resolve `tag` here.
    pub(super) tagged: bool,
}

/// The subgraphs of a random graph, and the override labels that are on.
pub fn subgraphs(random: &mut Random) -> (Vec<SubgraphText>, Vec<&'static str>) {
    let count = 2 + random.below(3);
    let entities = entities(random, count);
    let mut drafts: Vec<Draft> = (0..count)
        .map(|_| Draft {
            types: Vec::new(),
            query: Vec::new(),
            mutation: Vec::new(),
            nodes: Vec::new(),
            tagged: true,
        })
        .collect();
    for (index, entity) in entities.iter().enumerate() {
        place(random, index, entity, &entities, &mut drafts);
    }
    if random.chance(35) {
        single(random, &mut drafts);
    }
    if random.chance(40) {
        partial(random, &mut drafts);
    }
    let media = random.chance(40);
    let subgraphs = drafts
        .into_iter()
        .enumerate()
        .map(|(index, mut draft)| {
            abstract_types(random, index, &mut draft);
            if media {
                interface_object(random, index, &mut draft);
            }
            finish(random, index, draft)
        })
        .collect();
    let labels = LABELS.iter().copied().filter(|_| random.chance(50));
    (subgraphs, labels.collect())
}

fn entities(random: &mut Random, subgraphs: usize) -> Vec<Entity> {
    let count = 2 + random.below(3);
    (0..count)
        .map(|index| {
            let mut placed: Vec<usize> = (0..subgraphs).filter(|_| random.chance(75)).collect();
            if placed.is_empty() {
                placed.push(random.below(subgraphs));
            }
            let mut keys = vec![random.below(KEYS.len())];
            if random.chance(50) {
                keys.push(random.below(KEYS.len()));
            }
            keys.dedup();
            let fields = (0..2 + random.below(3)).map(|field| {
                let ty = random.pick(SCALARS).copied().unwrap_or("Int");
                (format!("f{field}"), ty.to_owned())
            });
            Entity {
                name: format!("E{index}"),
                keys,
                placed,
                fields: fields.collect(),
            }
        })
        .collect()
}

/// Puts an entity into its subgraphs.
fn place(random: &mut Random, index: usize, entity: &Entity, all: &[Entity], drafts: &mut [Draft]) {
    let mut here: Vec<(usize, TypeText)> = Vec::new();
    for &subgraph in &entity.placed {
        here.push((subgraph, keyed(random, entity)));
    }
    for (field, ty) in &entity.fields {
        plain_field(random, field, ty, &mut here);
    }
    owned(random, &mut here, "w: V");
    let tagging = random.below(here.len());
    for (place, (subgraph, ty)) in here.iter_mut().enumerate() {
        let draft = &mut drafts[*subgraph];
        let has_id = ty.fields.iter().any(|field| field.starts_with("id:"));
        if place == tagging {
            ty.fields.push("tag: Int".to_owned());
        }
        if has_id {
            draft.nodes.push(entity.name.clone());
            draft.tagged &= place == tagging;
            ty.head =
                ty.head
                    .replacen(&entity.name, &format!("{} implements Node", entity.name), 1);
        }
        links(random, *subgraph, all, ty);
        if random.chance(6) {
            ty.fields.push(format!("home{subgraph}: Query"));
        }
        let name = &entity.name;
        draft.query.push(match random.below(4) {
            0 => format!("all{index}s{subgraph}: [{name}!]!"),
            1 => {
                let more = random.pick(&MORE_ARGUMENTS).copied().unwrap_or_default();
                format!("all{index}s{subgraph}(n: Int{more}): [{name}]")
            }
            _ => format!("one{index}s{subgraph}: {name}"),
        });
        if random.chance(30) {
            draft
                .mutation
                .push(format!("set{index}s{subgraph}(n: Int): {name}"));
        }
    }
    mutations(random, index, &mut here, drafts);
    if here.len() > 1 && random.chance(25) {
        for (subgraph, _) in &here {
            drafts[*subgraph]
                .query
                .push(format!("both{index}: [{}] @shareable", entity.name));
        }
    }
    for (subgraph, ty) in here {
        drafts[subgraph].types.push(ty);
    }
}

/// Arguments of each kind of literal.
const MORE_ARGUMENTS: [&str; 3] = [
    "",
    ", x: Float, s: String, id: ID, b: Boolean",
    ", ids: [Int!], any: Any1, in: In",
];

/// Mutations that several subgraphs share, and a field that says how many mutations there have been.
fn mutations(
    random: &mut Random,
    index: usize,
    here: &mut [(usize, TypeText)],
    drafts: &mut [Draft],
) {
    let owner = random.below(here.len());
    if random.chance(70) {
        here[owner].1.fields.push(format!("at{index}: Int"));
    }
    if here.len() > 1 && random.chance(45) {
        let shape = random.pick(&["_", "[_]", "_"]).copied().unwrap_or("_");
        for (subgraph, ty) in here {
            let name = ty.head.split_whitespace().nth(1).unwrap_or_default();
            let returned = shape.replace('_', name);
            let field = format!("share{index}(n: Int): {returned} @shareable");
            drafts[*subgraph].mutation.push(field);
        }
    }
}

/// The entity with its keys in one subgraph.
fn keyed(random: &mut Random, entity: &Entity) -> TypeText {
    let mut keys: Vec<usize> = entity
        .keys
        .iter()
        .copied()
        .filter(|_| random.chance(70))
        .collect();
    if keys.is_empty() {
        keys.extend(random.pick(&entity.keys));
    }
    let mut head = format!("type {}", entity.name);
    let mut fields: Vec<&str> = Vec::new();
    for &key in &keys {
        let (set, of) = KEYS[key];
        let resolvable = if random.chance(8) {
            ", resolvable: false"
        } else {
            ""
        };
        head.push_str(&format!(" @key(fields: \"{set}\"{resolvable})"));
        fields.extend(of);
    }
    if random.chance(20) {
        fields.push("k");
    }
    fields.sort_unstable();
    fields.dedup();
    let fields = fields.into_iter().map(|field| match field {
        "v" => "v: V! @shareable".to_owned(),
        "o" => "o: V @shareable".to_owned(),
        "z" => "z: String @shareable".to_owned(),
        other => format!("{other}: ID! @shareable"),
    });
    TypeText {
        head,
        fields: fields.collect(),
    }
}

/// A field that one subgraph owns, that several share, or that one overrides; others may require it or provide it.
fn plain_field(random: &mut Random, field: &str, ty: &str, here: &mut [(usize, TypeText)]) {
    let arguments = if random.chance(20) {
        "(n: Int = 1)"
    } else {
        ""
    };
    let owner = random.below(here.len());
    let other = random.below(here.len());
    let mut has = vec![owner];
    let owner_name = format!("s{}", here[owner].0);
    match random.below(6) {
        0 if other != owner => {
            has.push(other);
            let strict = if random.chance(30) { "!" } else { "" };
            here[owner]
                .1
                .fields
                .push(format!("{field}{arguments}: {ty} @shareable"));
            here[other]
                .1
                .fields
                .push(format!("{field}{arguments}: {ty}{strict} @shareable"));
        }
        1 if other != owner => {
            has.push(other);
            let label = match random.below(3) {
                0 => String::new(),
                label => format!(", label: \"{}\"", LABELS[label - 1]),
            };
            here[owner]
                .1
                .fields
                .push(format!("{field}{arguments}: {ty}"));
            let text = format!("{field}{arguments}: {ty} @override(from: \"{owner_name}\"{label})");
            here[other].1.fields.push(text);
        }
        2 if random.chance(40) => {
            here[owner]
                .1
                .fields
                .push(format!("{field}{arguments}: {ty} @inaccessible"));
        }
        _ => here[owner]
            .1
            .fields
            .push(format!("{field}{arguments}: {ty}")),
    }
    for (index, (subgraph, type_text)) in here.iter_mut().enumerate() {
        if has.contains(&index) || !random.chance(30) {
            continue;
        }
        type_text
            .fields
            .push(format!("{field}{arguments}: {ty} @external"));
        let required = match (arguments.is_empty(), random.below(3)) {
            (true, _) | (false, 0) => field.to_owned(),
            (false, n) => format!("{field}(n: {n})"),
        };
        let takes = if random.chance(20) { "(n: Int)" } else { "" };
        type_text.fields.push(format!(
            "r{field}s{subgraph}{takes}: Int @requires(fields: \"{required}\")"
        ));
        if random.chance(30) {
            // Requires what itself requires something.
            let next = format!("q{field}s{subgraph}: Int @requires(fields: \"{required}\")");
            type_text.fields.push(next);
        }
    }
}

/// A field of one subgraph, which others may require.
fn owned(random: &mut Random, here: &mut [(usize, TypeText)], field: &str) {
    let owner = random.below(here.len());
    here[owner].1.fields.push(field.to_owned());
    for (index, (subgraph, ty)) in here.iter_mut().enumerate() {
        if index != owner && random.chance(25) {
            ty.fields.push(format!("{field} @external"));
            let set = random
                .pick(&["w { y }", "w { x y }", "w { c }", "w { __typename }"])
                .copied()
                .unwrap_or("w { y }");
            ty.fields
                .push(format!("rw{subgraph}: String @requires(fields: \"{set}\")"));
        }
    }
}

pub(super) fn line(head: impl Into<String>) -> TypeText {
    TypeText {
        head: head.into(),
        fields: Vec::new(),
    }
}

/// The value types, the roots, and whether it is a subgraph of Federation 2.
fn finish(random: &mut Random, index: usize, draft: Draft) -> SubgraphText {
    let mut types = draft.types;
    // One value is everywhere: a field that must not be null has to have one.
    let more = ["GREEN", "BLUE"].into_iter().filter(|_| random.chance(60));
    let colors: Vec<&str> = ["RED"].into_iter().chain(more).collect();
    types.push(line(format!("enum Color {{ {} }}", colors.join(" "))));
    types.push(line("scalar Any1"));
    types.push(TypeText {
        head: "type V @shareable".to_owned(),
        fields: ["x: ID!", "y: Int", "c: Color"].map(str::to_owned).to_vec(),
    });
    let mut query = draft.query;
    if query.iter().any(|field| field.contains("in: In")) {
        types.push(line(
            "input In { n: Int s: String = \"none\" ids: [ID!] deep: In }",
        ));
    }
    query.push("shared: V @shareable".to_owned());
    types.push(TypeText {
        head: "type Query".to_owned(),
        fields: query,
    });
    if !draft.mutation.is_empty() {
        types.push(TypeText {
            head: "type Mutation".to_owned(),
            fields: draft.mutation,
        });
    }
    let only_two = [
        "@context",
        "@override",
        "@inaccessible",
        "@interfaceObject",
        "resolvable",
        "interface Media",
    ];
    let two = |text: &String| only_two.iter().any(|part| text.contains(part));
    let uses_two = types
        .iter()
        .any(|ty| two(&ty.head) || ty.fields.iter().any(two));
    let is_one = !uses_two && random.chance(30);
    if is_one {
        for ty in &mut types {
            ty.head = ty.head.replace(" @shareable", "");
            for field in &mut ty.fields {
                *field = field.replace(" @shareable", "");
            }
        }
    }
    SubgraphText {
        name: format!("s{index}"),
        links: !is_one,
        types,
    }
}
