//! `__schema` and `__type`: answered from the API schema, without a fetch, wherever the query root type occurs
//! (<https://spec.graphql.org/September2025/#sec-Schema-Introspection>).
//!
//! Types lead to fields and fields to types, so a selection that goes round in that circle multiplies with each level. What is
//! written is bounded by a multiple of the schema's own size, and memory is asked for before it is.

mod meta;

use std::borrow::Cow;

use apollo_compiler::ast::Value;
use apollo_compiler::collections::HashMap;
use apollo_compiler::schema::Implementers;
use apollo_compiler::{Name, Node, Schema};
use federation::MAX_NAME;
use planner::IntrospectionField;

use self::meta::Meta;
use crate::client::{EXHAUSTED, SubgraphClient, TIMEOUT};
use crate::error::RequestError;
use crate::json::{LONGEST_ESCAPE, decode, string_len, write_string};
use crate::memory::{Grants, Source};
use crate::request::ExecutionRequest;
use crate::variables::Variables;

/// The answers of one execution may be this long, in bytes, whatever the schema is.
const BASE_BYTES: usize = 1 << 20;
/// Beside that, this many times the size of the schema: what usual tools ask for takes less than eight times.
const TIMES_SCHEMA: usize = 16;
/// Room is made for this many bytes at least.
const LEAST_ROOM: usize = 4 * 1024;

/// Why an introspection field has no value.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The answers are longer than the bound.
    TooLarge,
    /// The variable for the name of `__type` is null.
    NullName,
    /// There is no memory for the answers: nothing of the response is used.
    Exhausted,
    /// They take longer than the response may.
    Late,
}

impl Failure {
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::TooLarge => "OPERATION_TOO_LARGE",
            Self::NullName => "BAD_USER_INPUT",
            Self::Exhausted => EXHAUSTED,
            Self::Late => TIMEOUT,
        }
    }

    /// A sentence about the field called `name`.
    pub(crate) fn message(&self, name: &str) -> String {
        match self {
            Self::TooLarge => {
                format!(
                    "\"{name}\" selects more of the schema than is answered at once: nest it less deeply"
                )
            }
            Self::NullName => {
                format!("the argument \"name\" of \"{name}\" is null; expected \"String!\"")
            }
            Self::Exhausted => format!("\"{name}\" takes more memory than there is for it"),
            Self::Late => format!("\"{name}\" was not answered in time"),
        }
    }
}

/// Answers the introspection fields of one execution.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Introspection<'r> {
    schema: &'r Schema,
    implementers: &'r HashMap<Name, Implementers>,
    variables: &'r Variables,
    /// How many more bytes may be written.
    left: usize,
    source: Source<'r>,
    is_exhausted: bool,
}

/// Whether introspection is wanted, and what answers it.
///
/// # Errors
///
/// When it is wanted and switched off.
pub(crate) fn prepare<'r, C: SubgraphClient>(
    request: &ExecutionRequest<'r, C>,
) -> Result<Option<Introspection<'r>>, RequestError> {
    if !request.plan.introspection {
        return Ok(None);
    }
    if !request.options.introspection {
        return Err(RequestError::new(
            "INTROSPECTION_DISABLED",
            "introspection is disabled: \"__schema\" and \"__type\" are not answered here",
        ));
    }
    let size = request.supergraph.api_size();
    Ok(Some(Introspection {
        schema: request.supergraph.api_schema(),
        implementers: request.supergraph.implementers(),
        variables: request.variables,
        left: size.saturating_mul(TIMES_SCHEMA).saturating_add(BASE_BYTES),
        source: Source::of(request.client),
        is_exhausted: false,
    }))
}

/// Waits until an introspection may be answered, if one is: a few hundred bytes can ask for all of a schema many times over.
pub(crate) async fn turn<C: SubgraphClient>(client: &C, is_wanted: bool) -> impl Send {
    match is_wanted {
        true => Some(client.turn().await),
        false => None,
    }
}

impl<'r> Introspection<'r> {
    /// Whether there was no memory for an answer.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.is_exhausted
    }

    /// Writes the value of `__schema` or `__type`. Memory for the room that the output has was asked for.
    ///
    /// # Errors
    ///
    /// Says why there is no value. Some of one may have been written.
    pub(crate) fn write(
        &mut self,
        field: &IntrospectionField,
        conditions: &[bool],
        out: &mut Vec<u8>,
    ) -> Result<(), Failure> {
        let found = match field.name.as_str() {
            "__schema" => Some(Meta::Schema),
            _ => {
                let name = self.name(field).ok_or(Failure::NullName)?;
                self.schema.types.get(&*name).map(Meta::Type)
            }
        };
        let mut writer = Writer {
            source: self,
            conditions,
            end: out.len().saturating_add(self.left),
            grants: Grants::from_source(self.source),
            out,
        };
        let written = match found {
            Some(meta) => writer.object(meta, field),
            None => writer.null(),
        };
        let left = writer.end.saturating_sub(writer.out.len());
        // Or each further place would be begun and thrown away.
        self.left = if written.is_ok() { left } else { 0 };
        self.is_exhausted |= written == Err(Failure::Exhausted);
        written
    }

    fn argument<'f>(field: &'f IntrospectionField, name: &str) -> Option<&'f Node<Value>> {
        let (_, value) = field.arguments.iter().find(|(known, _)| known == name)?;
        Some(value)
    }

    /// The name of the type that is asked for; an empty one where that is longer than any.
    fn name<'f>(&self, field: &'f IntrospectionField) -> Option<Cow<'f, str>>
    where
        'r: 'f,
    {
        match &**Self::argument(field, "name")? {
            Value::String(name) if name.len() <= MAX_NAME => Some(Cow::Borrowed(name)),
            Value::String(_) => Some(Cow::Borrowed("")),
            Value::Variable(variable) => {
                let json = self.variables.get(variable)?;
                let raw = json.strip_prefix('"')?.strip_suffix('"')?;
                Some(match raw.len() <= MAX_NAME * LONGEST_ESCAPE {
                    true => decode(raw.as_bytes()),
                    false => Cow::Borrowed(""),
                })
            }
            _ => None,
        }
    }

    fn includes_deprecated(&self, field: &IntrospectionField) -> bool {
        match Self::argument(field, "includeDeprecated").map(|value| &**value) {
            Some(Value::Boolean(given)) => *given,
            Some(Value::Variable(variable)) => self.variables.get(variable) == Some("true"),
            _ => false,
        }
    }
}

/// Writes one answer.
struct Writer<'w, 'r> {
    source: &'w Introspection<'r>,
    /// The value of each condition of the plan.
    conditions: &'w [bool],
    /// No more is written when the output is this long.
    end: usize,
    grants: Grants<'r>,
    out: &'w mut Vec<u8>,
}

impl<'r> Writer<'_, 'r> {
    /// Recursion is bounded by the depth of the selection, which the planner bounds.
    fn object(&mut self, meta: Meta<'r>, selected: &IntrospectionField) -> Result<(), Failure> {
        let mut lead: &[u8] = b"{\"";
        for field in &selected.fields {
            let holds = field.condition.is_none_or(|id| {
                let condition = self.conditions.get(id.0 as usize);
                condition.copied().unwrap_or(false)
            });
            if !holds {
                continue;
            }
            if self.out.len() >= self.end {
                return Err(Failure::TooLarge);
            }
            self.raw(lead)?;
            lead = b",\"";
            self.raw(field.response_key.as_bytes())?;
            self.raw(b"\":")?;
            self.field(meta, field)?;
        }
        self.raw(if lead == b"{\"" { b"{}" } else { b"}" })
    }

    /// Writes those of so many items that are shown.
    fn list(
        &mut self,
        (all, shown): (usize, impl Iterator<Item = Meta<'r>>),
        selected: &IntrospectionField,
    ) -> Result<(), Failure> {
        // What is not shown is looked at all the same.
        self.end = self.end.saturating_sub(all);
        self.raw(b"[")?;
        for (index, item) in shown.enumerate() {
            if index > 0 {
                self.raw(b",")?;
            }
            self.object(item, selected)?;
        }
        self.raw(b"]")
    }

    fn text(&mut self, text: Option<&str>) -> Result<(), Failure> {
        let Some(text) = text else {
            return self.null();
        };
        self.room(string_len(text))?;
        write_string(text, self.out);
        Ok(())
    }

    fn boolean(&mut self, value: bool) -> Result<(), Failure> {
        self.raw(if value { b"true" } else { b"false" })
    }

    fn null(&mut self) -> Result<(), Failure> {
        self.raw(b"null")
    }

    fn raw(&mut self, text: &[u8]) -> Result<(), Failure> {
        self.room(text.len())?;
        self.out.extend_from_slice(text);
        Ok(())
    }

    /// Makes room for this many bytes more.
    #[inline]
    fn room(&mut self, bytes: usize) -> Result<(), Failure> {
        match self.out.capacity() - self.out.len() < bytes {
            true => self.grow(bytes),
            false => Ok(()),
        }
    }

    #[cold]
    fn grow(&mut self, bytes: usize) -> Result<(), Failure> {
        if self.source.source.is_late() {
            return Err(Failure::Late);
        }
        match self.grants.make_room(self.out, bytes.max(LEAST_ROOM)) {
            true => Ok(()),
            false => Err(Failure::Exhausted),
        }
    }
}
