//! The shop: the four subgraphs that gateways are compared by, their data, and answers to any operation over it.
//!
//! Six users, nine products, eleven reviews. Every user has the first two reviews and the first user wrote them all, so that
//! one entity occurs at many places of an answer of some 90 KB, as it does in the comparisons that are published.

use apollo_compiler::ast::{
    Definition, Document, Field, FragmentDefinition, OperationDefinition, Selection,
    Value as Literal,
};
use apollo_compiler::{Name, Node};
use federation::Subgraph;
use serde_json::{Map, Value, json};

/// The operation with everything: ten objects deep, through each subgraph several times.
pub(crate) const DEEP: &str = include_str!("../shop/deep.graphql");
/// One field of one subgraph.
pub(crate) const ONE_FIELD: &str = "{ me { name } }";
/// An answer of 8 MiB. Answers of these subgraphs have their fields in the order of the alphabet, as those of most servers have them in that of the
/// operation: here the two are one.
pub(crate) const LARGE: &str = "{ catalogue { name note price upc weight } }";
/// An operation with a part, `_0_`, in whose place there can be a number.
pub(crate) const DISTINCT: &str = "{ users { id name_0_: name reviews { id body product { upc name } } } topProducts { name price inStock } }";
/// An operation with a literal, by which its answer does not differ.
pub(crate) const LITERAL: &str = "{ topProducts(first: 1000000) { upc name price } }";

const SUBGRAPHS: [(&str, &str); 4] = [
    ("accounts", include_str!("../shop/accounts.graphql")),
    ("inventory", include_str!("../shop/inventory.graphql")),
    ("products", include_str!("../shop/products.graphql")),
    ("reviews", include_str!("../shop/reviews.graphql")),
];

/// As many articles have 8 MiB.
const ARTICLES: u64 = 45_000;
const USERS: u64 = 6;
const PRODUCTS: u64 = 9;
/// The product of each review, and the length of its text in bytes.
const REVIEWS: [(u64, usize); 11] = [
    (1, 445),
    (1, 290),
    (1, 275),
    (1, 150),
    (2, 445),
    (2, 290),
    (2, 275),
    (2, 150),
    (3, 150),
    (4, 150),
    (4, 860),
];

/// The supergraph of subgraphs that answer under `base`, each at a path of its name; each version of it has a field that no other has.
pub(crate) fn supergraph(base: &str, version: usize) -> String {
    composed(base, |sdl| in_version(sdl, version))
}

fn in_version(sdl: &str, version: usize) -> String {
    sdl.replace("version0", &format!("version{version}"))
}

/// The names of the subgraphs.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    SUBGRAPHS.iter().map(|(name, _)| *name)
}

/// The SDL of the subgraph of a name, in a version.
pub(crate) fn sdl(name: &str, version: usize) -> Option<String> {
    let (_, sdl) = SUBGRAPHS.iter().find(|(known, _)| *known == name)?;
    Some(in_version(sdl, version))
}

/// The same, of which only clients with a token may ask for `me`.
pub(crate) fn guarded_supergraph(base: &str) -> String {
    composed(base, |sdl| {
        sdl.replace("  me: User\n", "  me: User @authenticated\n")
            .replace(
                "/v2.3\", import: [\"@key\"",
                "/v2.5\", import: [\"@authenticated\", \"@key\"",
            )
    })
}

fn composed(base: &str, change: impl Fn(&str) -> String) -> String {
    let subgraphs = SUBGRAPHS
        .map(|(name, sdl)| Subgraph::new(name, change(sdl)).with_url(format!("{base}/{name}")));
    composition::compose(&subgraphs)
        .expect("the subgraphs of the shop compose")
        .supergraph_sdl
}

/// The JSON body of a request without variables.
pub(crate) fn request(operation: &str) -> String {
    json!({ "query": operation }).to_string()
}

/// Answers a GraphQL request over all of the data, whichever subgraph it was meant for.
///
/// # Errors
/// What is wrong with the request, in words.
pub(crate) fn answer(request: &[u8]) -> Result<String, String> {
    let request: Value = serde_json::from_slice(request).map_err(|error| error.to_string())?;
    let text = request["query"].as_str().ok_or("there is no query")?;
    let document =
        Document::parse(text, "request.graphql").map_err(|error| error.errors.to_string())?;
    let operation = document
        .definitions
        .iter()
        .find_map(|definition| match definition {
            Definition::OperationDefinition(operation) => Some(operation),
            _ => None,
        })
        .ok_or("there is no operation")?;
    let shop = Shop {
        document: &document,
        operation,
        variables: &request["variables"],
    };
    let mut data = Map::new();
    shop.write("Query", 0, &operation.selection_set, &mut data)?;
    Ok(json!({ "data": data }).to_string())
}

struct Shop<'r> {
    document: &'r Document,
    operation: &'r OperationDefinition,
    variables: &'r Value,
}

impl Shop<'_> {
    fn object(&self, kind: &str, id: u64, selections: &[Selection]) -> Result<Value, String> {
        let mut out = Map::new();
        self.write(kind, id, selections, &mut out)?;
        Ok(Value::Object(out))
    }

    fn write(
        &self,
        kind: &str,
        id: u64,
        selections: &[Selection],
        out: &mut Map<String, Value>,
    ) -> Result<(), String> {
        let fits = |on: Option<&Name>| on.is_none_or(|on| on == kind);
        for selection in selections {
            match selection {
                Selection::Field(field) => {
                    let key = field.alias.as_ref().unwrap_or(&field.name);
                    let value = self.field(kind, id, field)?;
                    merge(out.entry(key.as_str()).or_insert(Value::Null), value);
                }
                Selection::InlineFragment(fragment) => {
                    if fits(fragment.type_condition.as_ref()) {
                        self.write(kind, id, &fragment.selection_set, out)?;
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = self.fragment(&spread.fragment_name)?;
                    if fits(Some(&fragment.type_condition)) {
                        self.write(kind, id, &fragment.selection_set, out)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn fragment(&self, name: &Name) -> Result<&Node<FragmentDefinition>, String> {
        let fragments = self.document.definitions.iter();
        fragments
            .filter_map(|definition| match definition {
                Definition::FragmentDefinition(fragment) => Some(fragment),
                _ => None,
            })
            .find(|fragment| fragment.name == *name)
            .ok_or_else(|| format!("there is no fragment {name}"))
    }

    fn field(&self, kind: &str, id: u64, field: &Field) -> Result<Value, String> {
        let below = &field.selection_set;
        let list = |kind: &str, ids: Vec<u64>| {
            ids.into_iter()
                .map(|id| self.object(kind, id, below))
                .collect::<Result<Value, String>>()
        };
        let value = match (kind, field.name.as_str()) {
            (_, "__typename") => kind.into(),
            ("Query", "me") => self.object("User", 1, below)?,
            ("Query", "users") => list("User", (1..=USERS).collect())?,
            ("Query", "topProducts") => {
                let first = self.argument(field, "first").as_u64().unwrap_or(5);
                list("Product", (1..=first.min(PRODUCTS)).collect())?
            }
            ("Query", "catalogue") => list("Article", (1..=ARTICLES).collect())?,
            ("Query", "_entities") => self.entities(field)?,
            ("User" | "Review", "id") | ("Product" | "Article", "upc") => id.to_string().into(),
            ("User", "name") => format!("Customer number {id}").into(),
            ("User", "username") => format!("customer{id}").into(),
            ("User", "reviews") => list("Review", vec![1, 2])?,
            ("Article", "name") => format!("Article number {id} of the catalogue").into(),
            ("Article", "note") => text(70).into(),
            ("Article", "price" | "weight") => (id * 899 % 130_000).into(),
            ("Product", "name") => format!("Product {id}").into(),
            ("Product", "price") => (id * 899 % 1300).into(),
            ("Product", "weight") => (id * 100 % 1100).into(),
            ("Product", "shippingEstimate") => (id * 50 % 600).into(),
            ("Product", "inStock") => (!id.is_multiple_of(3)).into(),
            ("Product", "reviews") => {
                let reviews = (1..).zip(REVIEWS);
                let of_this = reviews.filter(|(_, (product, _))| *product == id);
                list("Review", of_this.map(|(review, _)| review).collect())?
            }
            ("Review", "body") => text(review(id)?.1).into(),
            ("Review", "author") => self.object("User", 1, below)?,
            ("Review", "product") => self.object("Product", review(id)?.0, below)?,
            (kind, name) => return Err(format!("{kind} has no {name}")),
        };
        Ok(value)
    }

    fn entities(&self, field: &Field) -> Result<Value, String> {
        let representations = self.argument(field, "representations");
        let representations = representations.as_array().ok_or("they are no list")?;
        let entity = |representation: &Value| {
            let kind = representation["__typename"].as_str();
            let key = representation["id"]
                .as_str()
                .or(representation["upc"].as_str());
            let id = key.and_then(|key| key.parse().ok());
            let (kind, id) = kind.zip(id).ok_or("a representation without key")?;
            self.object(kind, id, &field.selection_set)
        };
        representations.iter().map(entity).collect()
    }

    /// The value of an argument; null when it is not there.
    fn argument(&self, field: &Field, name: &str) -> Value {
        let argument = field
            .arguments
            .iter()
            .find(|argument| argument.name == name);
        match argument.map(|argument| &*argument.value) {
            Some(Literal::Variable(variable)) => match &self.variables[variable.as_str()] {
                Value::Null => self.default_value(variable),
                given => given.clone(),
            },
            Some(Literal::Int(number)) => number
                .as_str()
                .parse::<u64>()
                .map_or(Value::Null, Value::from),
            _ => Value::Null,
        }
    }

    fn default_value(&self, variable: &Name) -> Value {
        let declared = self
            .operation
            .variables
            .iter()
            .find(|declared| declared.name == *variable);
        let default = declared.and_then(|declared| declared.default_value.as_deref());
        match default {
            Some(Literal::Int(number)) => number
                .as_str()
                .parse::<u64>()
                .map_or(Value::Null, Value::from),
            _ => Value::Null,
        }
    }
}

fn review(id: u64) -> Result<(u64, usize), String> {
    let index = usize::try_from(id).ok().and_then(|id| id.checked_sub(1));
    let review = index.and_then(|index| REVIEWS.get(index));
    review
        .copied()
        .ok_or_else(|| format!("there is no review {id}"))
}

/// The same response key may stand in several fragments.
fn merge(old: &mut Value, new: Value) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            for (key, value) in new {
                merge(old.entry(key).or_insert(Value::Null), value);
            }
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for (old, new) in old.iter_mut().zip(new) {
                merge(old, new);
            }
        }
        (old, new) => *old = new,
    }
}

/// Praise of a given length.
fn text(length: usize) -> String {
    const PRAISE: &str = "It came in two days, well packed, and has stood on three legs out of four ever since. \
        The fourth is on its way, says the shop, which answers politely and at once. One would buy it again for the colour alone. ";
    PRAISE.chars().cycle().take(length).collect()
}

#[cfg(test)]
mod tests;
