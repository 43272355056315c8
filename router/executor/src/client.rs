//! What the executor asks of the world: one request to a subgraph, one answer; memory, and time.

use apollo_compiler::ast::OperationType;
use bytes::Bytes;
use federation::SubgraphId;
use http::HeaderMap;
use planner::FetchId;

use crate::body::RequestBody;

/// Sends requests to subgraphs. The implementation owns connections, timeouts, retries and bounds, and knows what it runs on.
pub trait SubgraphClient: Sync {
    /// Asks for memory that is about to be taken, in bytes: for the data of answers, for requests, and for the response; the answers
    /// themselves are the client's. It is granted until the response is done. Where it is refused, the execution ends
    /// ([`Response::exhausted`](crate::Response::exhausted)).
    fn grant(&self, bytes: usize) -> bool {
        let _ = bytes;
        true
    }

    /// Waits until work may begin that takes long for little that was asked for: few do such work at once. It is done until what is returned
    /// is dropped.
    fn turn(&self) -> impl Future<Output = impl Send> + Send {
        std::future::ready(())
    }

    /// Whether the response is awaited no longer, so that such work should end.
    fn is_late(&self) -> bool {
        false
    }

    /// Does work that takes long without waiting, once.
    fn work_long(&self, work: &mut dyn FnMut()) {
        work();
    }

    /// Reports what went wrong with a request: called once for each error code in an answer.
    fn report(&self, problem: &FetchProblem<'_>) {
        let _ = problem;
    }

    /// An answer that this client gave, and that should be a GraphQL response by its status, is none.
    fn malformed(&self, subgraph: SubgraphId) {
        let _ = subgraph;
    }

    /// Sends one request and reads the whole answer.
    fn fetch(
        &self,
        request: SubgraphRequest<'_>,
    ) -> impl Future<Output = Result<SubgraphResponse, FetchError>> + Send;
}

/// One GraphQL request to a subgraph.
#[derive(Clone, Debug)]
pub struct SubgraphRequest<'r> {
    /// Which subgraph.
    pub subgraph: SubgraphId,
    /// Its name.
    pub subgraph_name: &'r str,
    /// Queries may be sent again when a connection breaks, mutations may not.
    pub operation_type: OperationType,
    /// The fetch of the plan.
    pub fetch: FetchId,
    /// The JSON body, written when it is sent: who keeps entities can look at the representations before that.
    pub body: RequestBody,
    /// The entities that it asks for; none when it asks for root fields.
    pub entities: Entities,
}

/// What went wrong with a request: errors that the subgraph reported, or why there is no answer. Where clients do not see what the subgraph says about its errors, neither does
/// this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchProblem<'p> {
    /// Which subgraph.
    pub subgraph: SubgraphId,
    /// The code that clients see.
    pub code: &'p str,
    /// The message of the first error with that code.
    pub message: &'p str,
    /// How many errors have it.
    pub errors: usize,
    /// What the transport says where there is no answer; for logs, not for clients.
    pub reason: Option<&'p str>,
}

/// How many entities one request asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Entities {
    /// Representations sent.
    pub sent: usize,
    /// Places of the response whose entity shares the representation of another place. What is below an entity that is at several places counts
    /// once.
    pub shared: usize,
}

/// What a subgraph answered.
#[derive(Clone, Debug)]
pub struct SubgraphResponse {
    /// The HTTP status. A body that is a GraphQL response counts whatever the status is.
    pub status: u16,
    /// The headers of the answer.
    pub headers: HeaderMap,
    /// The body, read whole and within the client's bound.
    pub body: Bytes,
}

/// Why there is no answer of a subgraph.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// No answer in time.
    #[error("did not answer in time")]
    Timeout,
    /// No connection could be made, or it broke.
    #[error("could not be reached")]
    Connect {
        /// What the transport says; for logs, not for clients.
        reason: String,
    },
    /// The answer is larger than the client's bound.
    #[error("answered more than {limit} bytes")]
    TooLarge {
        /// The bound in bytes.
        limit: usize,
    },
    /// The subgraph failed so often that it is not asked for a while.
    #[error("has failed too often and is not asked for now")]
    Refused,
    /// The files of the client that belong to the request did not come. No error of the subgraph.
    #[error("was not sent all files of the request")]
    Files,
    /// The events of a stream came faster than they were taken.
    #[error("sent events faster than they could be taken")]
    Behind,
    /// There is no memory for the answer. No error of the subgraph: the execution ends.
    #[error("was given no room for its answer")]
    Exhausted,
    /// The answer is no GraphQL response.
    #[error("answered with HTTP status {status} and no GraphQL response")]
    NotGraphql {
        /// The HTTP status.
        status: u16,
    },
}

/// The code of an execution that ends for lack of memory.
pub(crate) const EXHAUSTED: &str = "MEMORY_EXHAUSTED";

/// The code of an execution that ends because its response is awaited no longer.
pub(crate) const TIMEOUT: &str = "REQUEST_TIMEOUT";

impl FetchError {
    /// What the transport says, which clients do not see.
    pub(crate) fn reason(&self) -> Option<&str> {
        match self {
            FetchError::Connect { reason } => Some(reason),
            _ => None,
        }
    }

    /// The stable code for `extensions.code`.
    pub fn code(&self) -> &'static str {
        match self {
            FetchError::Timeout => "SUBREQUEST_TIMEOUT",
            FetchError::Connect { .. } => "SUBREQUEST_CONNECTION_ERROR",
            FetchError::Refused => "SUBREQUEST_CIRCUIT_OPEN",
            FetchError::Behind => "SUBSCRIPTION_BEHIND",
            FetchError::Exhausted => EXHAUSTED,
            FetchError::Files => "UPLOAD_INCOMPLETE",
            FetchError::TooLarge { .. } => "SUBREQUEST_TOO_LARGE",
            FetchError::NotGraphql { .. } => "SUBREQUEST_HTTP_ERROR",
        }
    }
}
