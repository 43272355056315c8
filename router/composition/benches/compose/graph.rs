//! A graph of any size: every subgraph has every entity, with fields of its own, some of which lead to other entities.

use federation::Subgraph;

/// How large a graph is.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    /// How many subgraphs there are.
    pub(crate) subgraphs: usize,
    /// How many entity types each of them has.
    pub(crate) types: usize,
    /// How many fields each of them adds to each type, besides the key.
    pub(crate) fields: usize,
}

impl Size {
    /// The fields that are composed, keys not counted.
    pub(crate) fn total_fields(self) -> usize {
        self.subgraphs * self.types * self.fields
    }
}

/// The subgraphs of a graph of that size. `compare.mjs` makes the same ones.
pub(crate) fn subgraphs(size: Size) -> Vec<Subgraph> {
    (0..size.subgraphs)
        .map(|subgraph| {
            let name = format!("s{subgraph}");
            let url = format!("http://{name}.example");
            Subgraph::new(name, sdl(size, subgraph)).with_url(url)
        })
        .collect()
}

fn sdl(size: Size, subgraph: usize) -> String {
    let mut sdl = String::from(
        "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\", import: [\"@key\"])\n",
    );
    for ty in 0..size.types {
        sdl.push_str(&format!("type T{ty} @key(fields: \"id\") {{\n  id: ID!\n"));
        for field in 0..size.fields {
            let leads_to = format!("T{}", (ty + field + 1) % size.types);
            let value = match field % 4 {
                0 => "Int",
                1 => "String",
                2 => "Boolean",
                _ => &leads_to,
            };
            sdl.push_str(&format!("  s{subgraph}_f{field}: {value}\n"));
        }
        sdl.push_str("}\n");
    }
    let root = subgraph % size.types;
    sdl.push_str(&format!("type Query {{\n  q{subgraph}: T{root}\n}}\n"));
    sdl
}
