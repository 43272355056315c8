//! Parameters, and lists of them as tuples.

use std::borrow::Cow;

use axum::http::StatusCode;
use serde_json::{Value, json};
use valeurs::{Code, Erreur};

use super::argument::{Argument, Given, Refused};
use super::members;
use crate::Problem;

/// A parameter of an operation.
pub struct Parameter<T> {
    name: Cow<'static, str>,
    description: Cow<'static, str>,
    example: Cow<'static, str>,
    default: Option<T>,
    /// The least and the largest value, for the document.
    bounds: Option<(i32, i32)>,
    /// The most characters.
    most: Option<usize>,
}

/// The parameter `name`, with what it means, and an example as a query string has it.
pub fn parameter<T: Argument>(
    name: impl Into<Cow<'static, str>>,
    description: impl Into<Cow<'static, str>>,
    example: impl Into<Cow<'static, str>>,
) -> Parameter<T> {
    Parameter {
        name: name.into(),
        description: description.into(),
        example: example.into(),
        default: None,
        bounds: None,
        most: None,
    }
}

impl Parameter<String> {
    /// The most characters that it may have.
    #[must_use]
    pub fn at_most(self, characters: usize) -> Self {
        Self {
            most: Some(characters),
            ..self
        }
    }
}

impl Parameter<i32> {
    /// The least and the largest value that the operation takes, for the document: it refuses others itself.
    #[must_use]
    pub fn between(self, least: i32, most: i32) -> Self {
        Self {
            bounds: Some((least, most)),
            ..self
        }
    }
}

impl<T: Argument> Parameter<T> {
    /// What it is when it is left out.
    #[must_use]
    pub fn or(self, default: T) -> Self {
        Self {
            default: Some(default),
            ..self
        }
    }

    fn described(&self) -> Described {
        let bounded = |mut schema: Value| {
            if let Some((least, most)) = self.bounds {
                schema["minimum"] = least.into();
                schema["maximum"] = most.into();
            }
            if let Some(most) = self.most {
                schema["maxLength"] = most.into();
            }
            schema
        };
        let (query, body) = (bounded(T::query_schema()), bounded(T::schema()));
        Described {
            name: self.name.clone(),
            description: self.description.clone(),
            example: self.example.clone(),
            example_of_body: T::example(&self.example),
            kind: kind_of(&body).to_owned(),
            query,
            // `null` in a body is as good as nothing.
            body: match self.default {
                Some(_) => json!({ "anyOf": [body, { "type": "null" }] }),
                None => body,
            },
            default: self.default.as_ref().map(Argument::to_json),
            required: self.default.is_none() && T::absent().is_none(),
        }
    }

    fn within(&self, value: T) -> Result<T, Refused> {
        match self.most {
            Some(most) if value.length() > most => {
                let erreur = Erreur::limit("characters", most, value.length());
                Err(Refused::Domain(erreur))
            }
            _ => Ok(value),
        }
    }

    fn read(&self, given: Option<Given<'_>>) -> Result<T, Problem> {
        let default = || self.default.clone().or_else(T::absent);
        match given.filter(|given| !given.is_null()) {
            Some(given) => T::read(&given)
                .and_then(|value| self.within(value))
                .map_err(|refused| refusal(refused, &self.name)),
            None => default().ok_or_else(|| {
                let detail = format!("the parameter `{}` is missing", self.name);
                bad("MISSING_PARAMETER", detail, &self.name)
            }),
        }
    }
}

/// The `type` of a JSON Schema; of one that may be null too, what it is otherwise.
fn kind_of(schema: &Value) -> &str {
    let kind = schema["type"].as_str();
    kind.or_else(|| schema["anyOf"][0]["type"].as_str())
        .unwrap_or_default()
}

/// A parameter as the document has it.
pub struct Described {
    pub(super) name: Cow<'static, str>,
    pub(super) description: Cow<'static, str>,
    /// As a query string has it, and as a body does.
    pub(super) example: Cow<'static, str>,
    pub(super) example_of_body: Value,
    /// The `type` of its JSON Schema.
    pub(super) kind: String,
    /// Its JSON Schema in a query string, and in a body.
    pub(super) query: Value,
    pub(super) body: Value,
    pub(super) default: Option<Value>,
    pub(super) required: bool,
}

/// The parameters of an operation: a tuple of up to five.
pub trait Parameters: Send + Sync + 'static {
    /// Their values.
    type Values;

    #[doc(hidden)]
    fn described(&self) -> Vec<Described>;

    #[doc(hidden)]
    fn read(&self, arguments: Arguments<'_>) -> Result<Self::Values, Problem>;

    #[doc(hidden)]
    fn is_bounded(&self, name: &str) -> bool;

    /// An error of the operation: 422, as the request follows the document, or 400 where a bound says that it does not. Lists and texts were found to be within
    /// theirs when they were read.
    #[doc(hidden)]
    fn problem(&self, erreur: &Erreur) -> Problem {
        let bounded = || erreur.argument().is_some_and(|name| self.is_bounded(name));
        let status = match erreur.code() {
            Code::LimitExceeded | Code::InvalidArgument if bounded() => StatusCode::BAD_REQUEST,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Problem::of(status, erreur)
    }
}

macro_rules! parameters {
    ($(($($type:ident $at:tt),+))+) => {$(
        impl<$($type: Argument),+> Parameters for ($(Parameter<$type>,)+) {
            type Values = ($($type,)+);

            fn described(&self) -> Vec<Described> {
                vec![$(self.$at.described()),+]
            }

            fn read(&self, mut arguments: Arguments<'_>) -> Result<Self::Values, Problem> {
                Ok(($(self.$at.read(arguments.take($at))?,)+))
            }

            fn is_bounded(&self, name: &str) -> bool {
                $((self.$at.bounds.is_some() && self.$at.name == name))||+
            }
        }
    )+};
}
parameters! {
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
}

/// The arguments of one request, in the order of the parameters.
pub struct Arguments<'a>(Vec<Option<Given<'a>>>);

impl<'a> Arguments<'a> {
    fn none(parameters: &[Described]) -> Arguments<'a> {
        Arguments(parameters.iter().map(|_| None).collect())
    }

    /// The arguments of a query string, where a name may be repeated: each is one more value.
    pub(super) fn of_query(
        parameters: &[Described],
        query: &'a str,
    ) -> Result<Arguments<'a>, Problem> {
        let mut arguments = Arguments::none(parameters);
        for (name, text) in form_urlencoded::parse(query.as_bytes()) {
            let at = position(parameters, &name).ok_or_else(|| unknown(parameters, &name))?;
            match &mut arguments.0[at] {
                Some(Given::Texts(texts)) => texts.push(text),
                none => *none = Some(Given::Texts(vec![text])),
            }
        }
        Ok(arguments)
    }

    /// The arguments of a body, where each name is there once.
    pub(super) fn of_body(
        parameters: &[Described],
        body: &'a [u8],
    ) -> Result<Arguments<'a>, Problem> {
        let mut arguments = Arguments::none(parameters);
        let mut wrong = None;
        // All of it is read before anything is said of its members: it may not be JSON.
        members::read(body, |name, json| {
            if wrong.is_some() {
                return;
            }
            match position(parameters, name).map(|at| &mut arguments.0[at]) {
                None => wrong = Some(unknown(parameters, name)),
                Some(Some(_)) => wrong = Some(twice(name)),
                Some(none) => *none = Some(Given::Json(json)),
            }
        })?;
        wrong.map_or(Ok(arguments), Err)
    }

    fn take(&mut self, at: usize) -> Option<Given<'a>> {
        self.0.get_mut(at).and_then(Option::take)
    }
}

fn position(parameters: &[Described], name: &str) -> Option<usize> {
    parameters
        .iter()
        .position(|parameter| parameter.name == name)
}

/// A name that no parameter has.
fn unknown(parameters: &[Described], name: &str) -> Problem {
    let shown = shortened(name);
    let names = parameters
        .iter()
        .map(|parameter| format!("`{}`", parameter.name));
    let names = names.collect::<Vec<_>>().join(", ");
    let detail = format!("unknown parameter `{shown}`, expected {names}");
    bad("UNKNOWN_PARAMETER", detail, &shown)
}

fn refusal(refused: Refused, name: &str) -> Problem {
    match refused {
        Refused::Domain(erreur) => {
            Problem::of(StatusCode::BAD_REQUEST, &erreur.on(name.to_owned()))
        }
        Refused::Unprocessable(erreur) => Problem::of(
            StatusCode::UNPROCESSABLE_ENTITY,
            &erreur.on(name.to_owned()),
        ),
        Refused::Twice => twice(name),
        Refused::Shape(expected) => {
            let detail = format!("the parameter `{name}` is not valid: {expected} is expected");
            bad("BAD_PARAMETER", detail, name)
        }
    }
}

fn twice(name: &str) -> Problem {
    let name = shortened(name);
    let detail = format!("duplicate parameter `{name}`");
    bad("BAD_PARAMETER", detail, &name)
}

fn bad(code: &'static str, detail: String, name: &str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, code, detail).parameter(name)
}

/// A name that a client chose, as long as a message shows it.
fn shortened(name: &str) -> String {
    name.chars().take(64).collect()
}
