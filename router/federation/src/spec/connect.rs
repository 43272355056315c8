//! `@source` and `@connect`, which say how fields are read from REST endpoints:
//! <https://www.apollographql.com/docs/graphos/connectors/reference/directives>.
//!
//! The definitions are those of the latest version for every version: which of them a version allows is the concern of what executes them.

use apollo_compiler::ast::DirectiveLocation as At;

use super::catalog::{Elements, directive, repeatable};
use super::definition::ArgumentSpec as Arg;
use super::{DirectiveSpec, InputSpec};

/// What the specification defines.
pub(super) fn elements() -> Elements {
    Elements {
        scalars: vec!["URLPathTemplate", "JSONSelection"],
        inputs: INPUTS,
        directives: vec![&CONNECT, &SOURCE],
    }
}

const ERRORS: Arg = Arg::new("errors", "~ConnectorErrors");
const HEADERS: Arg = Arg::new("headers", "[~HTTPHeaderMapping!]");
const IS_SUCCESS: Arg = Arg::new("isSuccess", "~JSONSelection");
const PATH: Arg = Arg::new("path", "~JSONSelection");
const QUERY_PARAMETERS: Arg = Arg::new("queryParams", "~JSONSelection");

static INPUTS: &[InputSpec] = &[
    InputSpec {
        name: "ConnectorErrors",
        fields: &[
            Arg::new("message", "~JSONSelection"),
            Arg::new("extensions", "~JSONSelection"),
        ],
    },
    InputSpec {
        name: "HTTPHeaderMapping",
        fields: &[
            Arg::new("name", "String!"),
            Arg::new("from", "String"),
            Arg::new("value", "String"),
        ],
    },
    InputSpec {
        name: "ConnectBatch",
        fields: &[Arg::new("maxSize", "Int")],
    },
    InputSpec {
        name: "SourceHTTP",
        fields: &[
            Arg::new("baseURL", "String!"),
            HEADERS,
            PATH,
            QUERY_PARAMETERS,
        ],
    },
    InputSpec {
        name: "ConnectHTTP",
        fields: &[
            Arg::new("GET", "~URLPathTemplate"),
            Arg::new("POST", "~URLPathTemplate"),
            Arg::new("PUT", "~URLPathTemplate"),
            Arg::new("PATCH", "~URLPathTemplate"),
            Arg::new("DELETE", "~URLPathTemplate"),
            Arg::new("body", "~JSONSelection"),
            HEADERS,
            PATH,
            QUERY_PARAMETERS,
        ],
    },
];

static CONNECT: DirectiveSpec = repeatable(directive(
    "connect",
    &[
        Arg::new("source", "String"),
        Arg::new("id", "String"),
        Arg::new("http", "~ConnectHTTP"),
        Arg::new("batch", "~ConnectBatch"),
        ERRORS,
        Arg::new("selection", "~JSONSelection!"),
        Arg::new("entity", "Boolean").or("false"),
        IS_SUCCESS,
    ],
    &[At::FieldDefinition, At::Object],
));
static SOURCE: DirectiveSpec = repeatable(directive(
    "source",
    &[
        Arg::new("name", "String!"),
        Arg::new("http", "~SourceHTTP!"),
        ERRORS,
        IS_SUCCESS,
    ],
    &[At::Schema],
));
