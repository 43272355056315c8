//! Graphs of any size: dense ones, where every subgraph has every entity, with fields of its own, some of which lead to other entities; sparse ones,
//! where each subgraph has a domain of its own and reaches into a few others, as the teams of a company have it; and hubs, where all of them
//! extend the same few entities besides.

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

/// A sparse graph of this many subgraphs. Each has about 1.3 KiB: two entities of its own with what belongs to them, and fields for the
/// entities of two others.
pub(crate) fn sparse(count: usize) -> Vec<Subgraph> {
    (0..count)
        .map(|subgraph| {
            let name = format!("s{subgraph}");
            let url = format!("http://{name}.example");
            Subgraph::new(name, sparse_sdl(count, subgraph)).with_url(url)
        })
        .collect()
}

fn sparse_sdl(count: usize, own: usize) -> String {
    let near = (own + 1) % count;
    let far = (own * 7 + 3) % count;
    let mut sdl = format!(
        r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires"])
type Query {{
  order{own}(id: ID!): Order{own}
  orders{own}(first: Int = 10, filter: Filter{own}): [Order{own}!]!
}}
type Mutation {{
  place{own}(input: Input{own}!): Order{own}
}}
input Filter{own} {{ state: State{own} from: Int to: Int text: String }}
input Input{own} {{ items: [ID!]! note: String state: State{own} = OPEN }}
enum State{own} {{ OPEN PAID SENT CLOSED }}
interface Document{own} {{ id: ID! title: String }}
type Order{own} implements Document{own} @key(fields: "id") {{
  id: ID! title: String state: State{own}! total: Float items: [Item{own}!]! page: Page customer: Person{near}
}}
type Item{own} {{ sku: ID! count: Int! price: Float order: Order{own} }}
type Person{own} @key(fields: "id") @key(fields: "email") {{
  id: ID! email: String! name: String orders: [Order{own}!]! friends: [Person{own}!] found: [Result{own}!]
}}
union Result{own} = Order{own} | Person{own}
type Page @shareable {{ number: Int! size: Int! hasNext: Boolean! }}
"#
    );
    if near != own {
        sdl.push_str(&format!(
            "type Person{near} @key(fields: \"id\") {{ id: ID! bought{own}: [Order{own}!] }}\n"
        ));
    }
    if far != own && far != near {
        sdl.push_str(&format!(
            "type Order{far} @key(fields: \"id\") {{ id: ID! total: Float @external tax{own}: Float @requires(fields: \"total\") }}\n"
        ));
    }
    sdl
}

/// A hub of this many subgraphs: each has two entities of its own, and extends the user and the product that all of them share.
pub(crate) fn hub(count: usize) -> Vec<Subgraph> {
    (0..count)
        .map(|subgraph| {
            let name = format!("s{subgraph}");
            let url = format!("http://{name}.example");
            Subgraph::new(name, hub_sdl(subgraph)).with_url(url)
        })
        .collect()
}

fn hub_sdl(own: usize) -> String {
    let mut sdl = format!(
        r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])
type Query {{ a{own}(id: ID!): A{own} b{own}: [B{own}!] }}
type User @key(fields: "id") {{ id: ID! u{own}: A{own} us{own}: [B{own}!]! }}
type Product @key(fields: "sku") @key(fields: "id") {{ sku: String! id: ID! p{own}: Int }}
type Page @shareable {{ number: Int! next: Boolean! }}
enum E{own} {{ A B C }}
"#
    );
    for ty in ["A", "B"] {
        sdl.push_str(&format!("type {ty}{own} @key(fields: \"id\") {{ id: ID!"));
        for field in 0..14 {
            let value = match field % 5 {
                0 => "Int".to_owned(),
                1 => "String".to_owned(),
                2 => "User".to_owned(),
                3 => "Product".to_owned(),
                _ => format!("E{own}"),
            };
            sdl.push_str(&format!(" f{field}(x: Int = {field}, y: String): {value}"));
        }
        sdl.push_str(" }\n");
    }
    sdl
}
