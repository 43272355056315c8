//! Coercing variable values (<https://spec.graphql.org/September2025/#sec-Coercing-Variable-Values>) as text: numbers keep
//! their digits and strings their escapes; only what the specification says is changed.

mod coerce;
mod literal;
mod output;

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;

use apollo_compiler::executable::Operation;
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Schema};
use planner::{Condition, Fetch};
use smallvec::SmallVec;

use self::coerce::{Coercion, shown};
use crate::files::{FilePaths, FilePlace};
use crate::json::{ObjectId, Tree, Value, decode, parse};
use crate::path::Path;

/// No more errors than this are reported for one request.
const MAX_ERRORS: usize = 20;

/// What is written for the variables of a request has at most this many bytes for each byte that was sent, plus a constant. Defaults
/// of input objects, which may take each other any number of times, would otherwise grow without end.
const WRITTEN_PER_BYTE: usize = 4;
const WRITTEN_FREE: usize = 1024 * 1024;

/// Why the variables of a request cannot be coerced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariableError {
    /// What is wrong and what was expected.
    pub message: String,
    /// Which of the variables that the operation declares it is about, if it is about one.
    pub variable: Option<usize>,
}

/// The coerced variables of one request.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    /// Where the JSON of each is in `json`; sorted by name.
    values: Vec<(Name, Range<usize>)>,
    json: String,
    /// Where files are.
    files: Vec<FilePlace>,
}

impl Variables {
    /// The JSON of a variable; `None` when it was neither given nor has a default.
    pub fn get(&self, name: &str) -> Option<&str> {
        let by_name = |known: &(Name, _)| known.0.as_str().cmp(name);
        let index = self.values.binary_search_by(by_name).ok()?;
        self.json.get(self.values.get(index)?.1.clone())
    }

    /// How many bytes their JSON has.
    pub fn bytes(&self) -> usize {
        self.json.len()
    }

    /// The files that are in them.
    pub fn files(&self) -> &[FilePlace] {
        &self.files
    }

    /// Those in the variables of one request.
    pub(crate) fn files_of<'v>(&'v self, fetch: &'v Fetch) -> impl Iterator<Item = &'v FilePlace> {
        let files = self.files.iter();
        files.filter(|place| fetch.variables.contains(&place.variable))
    }

    /// Whether a condition of the plan holds.
    pub(crate) fn satisfy(&self, condition: &Condition) -> bool {
        condition.any.iter().any(|all| {
            all.iter().all(|literal| {
                let expected = if literal.expected { "true" } else { "false" };
                self.get(&literal.variable) == Some(expected)
            })
        })
    }
}

/// Coerces the `variables` of a request (JSON text of an object; `None` or `null` when there were none) to what an
/// operation declares. Members that it does not declare are ignored.
///
/// Time and memory are proportionate to the text, and a MiB more where defaults of input objects take it.
///
/// # Errors
///
/// One for each value that is missing or is not of its type, naming the variable and the place within it; one when a variable grows
/// beyond the bound with its defaults, or when a default contains itself.
pub fn coerce_variables(
    schema: &Valid<Schema>,
    operation: &Operation,
    variables: Option<&str>,
) -> Result<Variables, Vec<VariableError>> {
    coerce_variables_with_files(schema, operation, variables, &FilePaths::default())
}

/// The same where files stand at some places, in each of which the variables have a null. A file is a value of any custom scalar.
///
/// # Errors
///
/// The same, and one for each place where no file can be: the operation declares no such variable, it is not null, or its type is not a custom scalar.
pub fn coerce_variables_with_files(
    schema: &Valid<Schema>,
    operation: &Operation,
    variables: Option<&str>,
    files: &FilePaths,
) -> Result<Variables, Vec<VariableError>> {
    if operation.variables.is_empty() && variables.is_none() && files.is_empty() {
        return Ok(Variables::default());
    }
    let mut tree = Tree::default();
    let refuse = |message| {
        Err(vec![VariableError {
            message,
            variable: None,
        }])
    };
    let text = variables.unwrap_or("null");
    let given = match parse(text.as_bytes(), &mut tree) {
        Ok(Value::Object(object)) => object,
        Ok(Value::Null) => tree.new_object(),
        Ok(other) => {
            let kind = other.kind();
            return refuse(format!("\"variables\" is {kind}; expected an object"));
        }
        Err(error) => return refuse(format!("\"variables\" is not JSON: {error}")),
    };
    let given = match GivenVariables::new(&tree, given) {
        Ok(given) => given,
        Err(twice) => {
            return refuse(format!(
                "\"variables\" has \"{}\" more than once",
                shown(&twice)
            ));
        }
    };
    let limit = text.len().saturating_mul(WRITTEN_PER_BYTE);
    let mut coercion = Coercion::new(schema, &tree, limit.saturating_add(WRITTEN_FREE), files);
    let mut values = Vec::with_capacity(operation.variables.len());
    for (index, definition) in operation.variables.iter().enumerate() {
        coercion.variable = Some(index);
        let start = coercion.out.len();
        let path = Path::ROOT.key(&definition.name);
        match (given.get(&definition.name), &definition.default_value) {
            (Some(value), _) => coercion.coerce(value, &definition.ty, &path, 0),
            (None, Some(default)) => coercion.literal(default, &definition.ty, &path, 0),
            (None, None) => {
                if definition.ty.is_non_null() {
                    let problem = format!("is missing; expected \"{}\"", definition.ty);
                    coercion.fail(&path, &problem);
                }
                continue;
            }
        }
        if coercion.out.is_full() {
            let limit = coercion.out.limit();
            let bound = format!("takes the variables beyond {limit} bytes");
            coercion.fail(&path, &format!("{bound} with its default values"));
        }
        if coercion.is_over() {
            break;
        }
        values.push((definition.name.clone(), start..coercion.out.len()));
    }
    coercion.variable = None;
    coercion.fail_unplaced_files();
    if !coercion.errors.is_empty() {
        return Err(coercion.errors);
    }
    values.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    // All of it was copied from text, between ASCII.
    let json = String::from_utf8(coercion.out.into_json()).unwrap_or_default();
    Ok(Variables {
        values,
        json,
        files: coercion.placed,
    })
}

/// So many members are looked through; of more there is a map.
const FEW: usize = 8;

/// The members of `variables`, each name decoded once.
struct GivenVariables<'a> {
    /// Few enough to be looked through; where they are more, none.
    few: SmallVec<[(Cow<'a, str>, Value<'a>); FEW]>,
    by_name: Option<HashMap<Cow<'a, str>, Value<'a>>>,
}

impl<'a> GivenVariables<'a> {
    /// # Errors
    ///
    /// A name that is there more than once: readers of JSON differ in which of two counts.
    fn new(tree: &Tree<'a>, object: ObjectId) -> Result<Self, Cow<'a, str>> {
        let fields = tree.own_fields(object);
        let mut few: SmallVec<[(Cow<'a, str>, Value<'a>); FEW]> = SmallVec::new();
        if fields.len() <= FEW {
            for (key, value) in fields {
                let name = decode(key);
                if few.iter().any(|(known, _)| *known == name) {
                    return Err(name);
                }
                few.push((name, value));
            }
            return Ok(Self { few, by_name: None });
        }
        let mut by_name = HashMap::with_capacity(fields.len());
        for (key, value) in fields {
            match by_name.entry(decode(key)) {
                Entry::Occupied(twice) => return Err(twice.key().clone()),
                Entry::Vacant(free) => free.insert(value),
            };
        }
        Ok(Self {
            few,
            by_name: Some(by_name),
        })
    }

    fn get(&self, name: &str) -> Option<Value<'a>> {
        if let Some(by_name) = &self.by_name {
            return by_name.get(name).copied();
        }
        let mut few = self.few.iter();
        let found = few.find(|(known, _)| *known == name);
        found.map(|(_, value)| *value)
    }
}
