//! The stable codes in `extensions.code` of errors that the endpoint itself raises. Those of the domain are the domain's.

/// The document does not parse.
pub(super) const PARSE_FAILED: &str = "GRAPHQL_PARSE_FAILED";
/// The document does not fit the schema.
pub(super) const VALIDATION_FAILED: &str = "GRAPHQL_VALIDATION_FAILED";
/// There is no operation of that name, or no name to choose by.
pub(super) const OPERATION_RESOLUTION_FAILURE: &str = "OPERATION_RESOLUTION_FAILURE";
/// A value that its type does not accept.
pub(super) const BAD_USER_INPUT: &str = "BAD_USER_INPUT";
/// The request is not a GraphQL request.
pub(super) const BAD_REQUEST: &str = "BAD_REQUEST";
/// Several requests in one.
pub(super) const BATCHING_NOT_SUPPORTED: &str = "BATCHING_NOT_SUPPORTED";
/// A subscription that was not asked for as events.
pub(super) const SUBSCRIPTIONS_NOT_SUPPORTED: &str = "SUBSCRIPTIONS_NOT_SUPPORTED";
/// The body is not `application/json`.
pub(super) const UNSUPPORTED_MEDIA_TYPE: &str = "UNSUPPORTED_MEDIA_TYPE";
/// The client accepts no media type that can be given.
pub(super) const NOT_ACCEPTABLE: &str = "NOT_ACCEPTABLE";
/// The body is larger than allowed.
pub(super) const PAYLOAD_TOO_LARGE: &str = "PAYLOAD_TOO_LARGE";
/// Neither GET nor POST, or a mutation by GET.
pub(super) const METHOD_NOT_ALLOWED: &str = "METHOD_NOT_ALLOWED";
/// The time is over.
pub(super) const REQUEST_TIMEOUT: &str = "REQUEST_TIMEOUT";
/// The time of a stream is over.
pub(super) const STREAM_TIMEOUT: &str = "STREAM_TIMEOUT";
/// The program ends.
pub(super) const SHUTTING_DOWN: &str = "SHUTTING_DOWN";
/// A page of another origin.
pub(super) const FORBIDDEN_ORIGIN: &str = "FORBIDDEN_ORIGIN";
/// More requests than can be answered.
pub(super) const OVERLOADED: &str = "OVERLOADED";
/// Fields are nested deeper than allowed.
pub(super) const QUERY_TOO_DEEP: &str = "QUERY_TOO_DEEP";
/// The fields cost more than allowed.
pub(super) const QUERY_TOO_COMPLEX: &str = "QUERY_TOO_COMPLEX";
/// More representations than allowed.
pub(super) const TOO_MANY_ENTITIES: &str = "TOO_MANY_ENTITIES";
/// `__schema` or `__type` where introspection is off.
pub(super) const INTROSPECTION_DISABLED: &str = "INTROSPECTION_DISABLED";
/// A fault of the service.
pub(super) const INTERNAL_SERVER_ERROR: &str = "INTERNAL_SERVER_ERROR";
