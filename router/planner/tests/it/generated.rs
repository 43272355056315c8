//! Generated supergraphs and operations: whatever composes can be planned, and the plan is sound.

use apollo_compiler::{ExecutableDocument, Schema};
use federation::{Subgraph, Supergraph};
use planner::{Options, Planner};

use crate::{Graph, invariants};

/// How many graphs are generated; more with `ABAQUE_GENERATED_GRAPHS`.
const GRAPHS: u64 = 40;
/// Operations over each.
const OPERATIONS: u64 = 12;

/// A small deterministic generator (splitmix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `bound`.
    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    /// `percent` times in a hundred.
    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// One entity at one of the subgraphs that have it.
struct Placed {
    entity: u64,
    /// Of how many.
    entities: u64,
    /// Which of the subgraphs that have it this is, and how many have it.
    rank: usize,
    of: usize,
    /// Whether it has a second key.
    second: bool,
}

fn entity_type(random: &mut Random, at: Placed, subgraph: usize) -> String {
    let Placed {
        entity,
        entities,
        rank,
        of,
        second,
    } = at;
    let mut text = String::new();
    let key_two = second && random.chance(60);
    let only_two = key_two && random.chance(30);
    let implements = if random.chance(70) {
        " implements Node"
    } else {
        ""
    };
    let implements = if only_two { "" } else { implements };
    text.push_str(&format!("type E{entity}{implements}"));
    if !only_two {
        let resolvable = if random.chance(10) {
            ", resolvable: false"
        } else {
            ""
        };
        text.push_str(&format!(" @key(fields: \"id\"{resolvable})"));
    }
    if key_two {
        let fields = if random.chance(30) { "k v { x }" } else { "k" };
        text.push_str(&format!(" @key(fields: \"{fields}\")"));
    }
    text.push_str(" {");
    if !only_two {
        text.push_str(" id: ID! @shareable");
    }
    if key_two {
        text.push_str(" k: ID! @shareable v: Value! @shareable");
    }
    for field in 0..3 {
        let owner = (usize::try_from(field).expect("small") + rank) % of;
        if owner == 0 {
            text.push_str(&format!(" f{field}: Int @shareable"));
        } else if random.chance(25) {
            text.push_str(&format!(
                " f{field}: Int @external r{subgraph}{field}: Int @requires(fields: \"f{field}\")"
            ));
        }
    }
    // The same field with different arguments, asked for and required.
    if rank == 0 {
        text.push_str(" p(n: Int): Int");
    } else if random.chance(30) {
        text.push_str(&format!(
            " p(n: Int): Int @external \
             rp{subgraph}a: Int @requires(fields: \"p(n: 1)\") \
             rp{subgraph}b: Int @requires(fields: \"p(n: 2)\")"
        ));
    }
    if random.chance(60) {
        let target = random.below(entities);
        let list = if random.chance(40) {
            ("[", "]")
        } else {
            ("", "")
        };
        text.push_str(&format!(" to{subgraph}: {}E{target}{}", list.0, list.1));
    }
    if random.chance(40) {
        text.push_str(&format!(" node{subgraph}: Node"));
    }
    if random.chance(40) {
        text.push_str(&format!(" any{subgraph}: [Any!]"));
    }
    if random.chance(40) {
        text.push_str(" w: Value @shareable");
    }
    text.push_str(" }\n");
    text
}

/// Subgraphs with entities of several keys, shared value types, interfaces, unions, `@requires` and `@provides`.
fn subgraphs(random: &mut Random) -> Vec<(String, String)> {
    let count = 2 + random.below(3);
    let entities = 2 + random.below(3);
    let mut bodies = vec![String::new(); usize::try_from(count).expect("small")];
    let mut roots = vec![String::new(); bodies.len()];
    for entity in 0..entities {
        let placed: Vec<usize> = (0..bodies.len()).filter(|_| random.chance(75)).collect();
        let placed = if placed.is_empty() { vec![0] } else { placed };
        let second = random.chance(40);
        for (rank, &subgraph) in placed.iter().enumerate() {
            let at = Placed {
                entity,
                entities,
                rank,
                of: placed.len(),
                second,
            };
            let text = entity_type(random, at, subgraph);
            bodies[subgraph].push_str(&text);
            roots[subgraph].push_str(&format!(" e{entity}s{subgraph}: E{entity}"));
        }
    }
    bodies
        .into_iter()
        .zip(roots)
        .enumerate()
        .map(|(index, (mut body, root))| {
            let members: Vec<String> = (0..entities)
                .map(|entity| format!("E{entity}"))
                .filter(|name| body.contains(&format!("type {name}")))
                .collect();
            let nodes = body.contains("implements Node");
            if members.is_empty() {
                body = body.replace("[Any!]", "Int");
            } else {
                body.push_str(&format!("union Any = {}\n", members.join(" | ")));
            }
            provide(random, index, &mut body);
            if !nodes {
                body = body.replace(": Node", ": Int");
            } else {
                body.push_str("interface Node { id: ID! }\n");
            }
            body.push_str("type Value @shareable { x: Int! y: Int }\n");
            media(random, index, &mut body);
            let mut more = String::new();
            if nodes {
                more.push_str(&format!(" nodes{index}: [Node!]!"));
            }
            if !members.is_empty() {
                more.push_str(&format!(" any{index}: Any"));
            }
            body.push_str(&format!(
                "type Query {{ shared: Value @shareable {root}{more} }}\n"
            ));
            (format!("s{index}"), body)
        })
        .collect()
}

/// Lets some fields provide what is external in their type.
fn provide(random: &mut Random, index: usize, body: &mut String) {
    for entity in 0..5 {
        let external = body
            .lines()
            .find(|line| line.starts_with(&format!("type E{entity} ")))
            .and_then(|line| {
                ["f0", "f1", "f2"]
                    .into_iter()
                    .find(|f| line.contains(&format!(" {f}: Int @external")))
            });
        if let Some(external) = external.filter(|_| random.chance(60)) {
            let plain = format!(" to{index}: E{entity} ");
            let providing = format!(" to{index}: E{entity} @provides(fields: \"{external}\") ");
            *body = body.replace(&plain, &providing);
        }
    }
}

/// An interface with a key in the first subgraph, an object elsewhere, with implementations extended here and there.
fn media(random: &mut Random, index: usize, body: &mut String) {
    if index == 0 {
        body.push_str("interface Media @key(fields: \"id\") { id: ID! t: Int }\n");
        for member in 0..2 {
            body.push_str(&format!("type M{member} implements Media @key(fields: \"id\") {{ id: ID! t: Int own{member}: Int }}\n"));
        }
    } else if random.chance(50) {
        let required = if random.chance(50) {
            format!(" t: Int @external rt{index}: Int @requires(fields: \"t\")")
        } else {
            String::new()
        };
        body.push_str(&format!("type Media @interfaceObject @key(fields: \"id\") {{ id: ID! io{index}: Int{required} }}\n"));
    } else if random.chance(50) {
        body.push_str(&format!(
            "type M0 @key(fields: \"id\") {{ id: ID! more{index}: Int }}\n"
        ));
    }
}

/// A random selection set on a type of the API schema.
fn selection(random: &mut Random, schema: &Schema, ty: &str, depth: u64, text: &mut String) {
    text.push_str("{ ");
    let mut any = false;
    let composite = &schema.types[ty];
    let fields: Vec<(String, String)> = match composite {
        apollo_compiler::schema::ExtendedType::Object(object) => object
            .fields
            .values()
            .map(|f| (f.name.to_string(), f.ty.inner_named_type().to_string()))
            .collect(),
        apollo_compiler::schema::ExtendedType::Interface(interface) => interface
            .fields
            .values()
            .map(|f| (f.name.to_string(), f.ty.inner_named_type().to_string()))
            .collect(),
        _ => Vec::new(),
    };
    let percent = if ty == "Query" { 30 } else { 55 };
    for (name, target) in &fields {
        let leaf = schema.types[target.as_str()].is_leaf();
        if !random.chance(percent) || (!leaf && depth == 0) {
            continue;
        }
        any = true;
        if random.chance(10) {
            text.push_str(&format!("alias_{name}: "));
        }
        text.push_str(&format!("{name} "));
        if name == "p" {
            text.push_str(&format!("(n: {}) ", random.below(3)));
        }
        if random.chance(10) {
            text.push_str("@include(if: $a) ");
        } else if random.chance(5) {
            text.push_str("@skip(if: $b) ");
        }
        if !leaf {
            selection(random, schema, target, depth - 1, text);
        }
    }
    let members: Vec<String> = match composite {
        apollo_compiler::schema::ExtendedType::Union(union) => {
            union.members.iter().map(|m| m.name.to_string()).collect()
        }
        apollo_compiler::schema::ExtendedType::Interface(_) => schema
            .implementers_map()
            .get(ty)
            .map(|i| i.objects.iter().map(ToString::to_string).collect())
            .unwrap_or_default(),
        _ => Vec::new(),
    };
    for member in members {
        if random.chance(60) {
            any = true;
            text.push_str(&format!("... on {member} "));
            selection(random, schema, &member, depth.saturating_sub(1), text);
        }
    }
    if !any || random.chance(15) {
        text.push_str("__typename ");
    }
    text.push_str("} ");
}

#[test]
fn whatever_composes_can_be_planned() {
    let graphs = std::env::var("ABAQUE_GENERATED_GRAPHS")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(GRAPHS);
    let (mut composed, mut planned) = (0, 0);
    for seed in 0..graphs {
        let mut random = Random(seed);
        let subgraphs = subgraphs(&mut random);
        let linked: Vec<Subgraph> = subgraphs
            .iter()
            .map(|(name, sdl)| Subgraph::new(name.as_str(), format!("{}\n{sdl}", invariants::LINK)))
            .collect();
        let Ok(result) = composition::compose(&linked) else {
            continue;
        };
        composed += 1;
        let supergraph = Supergraph::parse(&result.supergraph_sdl).expect("a supergraph");
        let graph = Graph {
            planner: Planner::new(supergraph.into(), Options::default()),
            served: crate::served(&subgraphs),
        };
        for _ in 0..OPERATIONS {
            let schema = graph.planner.supergraph().api_schema();
            let mut text = "query($a: Boolean!, $b: Boolean!) ".to_owned();
            selection(&mut random, schema, "Query", 4, &mut text);
            text.push_str(
                "fragment Unused on Query { v: shared @include(if: $a) @skip(if: $b) { x } }",
            );
            let text = text.replacen("{ ", "{ ...Unused ", 1);
            let Ok(document) = ExecutableDocument::parse_and_validate(schema, &*text, "query")
            else {
                continue;
            };
            match graph.planner.plan(&document, None) {
                Ok(plan) => invariants::check(&graph, &plan),
                Err(error) => {
                    let sdl: Vec<String> = subgraphs
                        .iter()
                        .map(|(n, s)| format!("# {n}\n{s}"))
                        .collect();
                    panic!("seed {seed}: {error}\n{text}\n{}", sdl.join("\n"));
                }
            }
            planned += 1;
        }
    }
    assert!(
        composed > graphs / 10,
        "only {composed} of {graphs} compose"
    );
    assert!(
        planned > composed * OPERATIONS / 2,
        "only {planned} operations are valid"
    );
}
