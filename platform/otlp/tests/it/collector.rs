//! A collector: it takes what comes by gRPC and by HTTP, decodes it, and can be made to misbehave.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::metrics::v1::Metric;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tonic::server::{Grpc, UnaryService};
use tonic::{Request, Response, Status};
use tonic_prost::ProstCodec;

/// What is expected to arrive does so well before this, or never.
const PATIENCE: Duration = Duration::from_secs(30);

/// How it takes what it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Behaviour {
    Take,
    /// All but this many spans of each message.
    Reject(i64),
    /// Not now, once; then it takes.
    Later,
    /// Never.
    Refuse,
    /// There is no answer.
    Silent,
}

/// What it got.
#[derive(Debug, Default)]
pub(crate) struct Received {
    /// Each with the name of the program that it comes from.
    pub(crate) spans: Vec<(String, Span)>,
    /// The last of each name.
    pub(crate) metrics: Vec<Metric>,
    pub(crate) messages: usize,
    /// The headers of the last request.
    pub(crate) headers: HeaderMap,
    /// All that came, as it came.
    pub(crate) bytes: Vec<u8>,
}

#[derive(Clone)]
struct Shared {
    received: Arc<Mutex<Received>>,
    behaviour: Arc<Mutex<Behaviour>>,
    changes: watch::Sender<usize>,
}

/// It ends when it is dropped.
pub(crate) struct Collector {
    address: std::net::SocketAddr,
    shared: Shared,
    serving: JoinHandle<()>,
}

impl Collector {
    /// On a port that the system gives.
    pub(crate) async fn start(behaviour: Behaviour) -> Self {
        let shared = Shared {
            received: Arc::default(),
            behaviour: Arc::new(Mutex::new(behaviour)),
            changes: watch::Sender::new(0),
        };
        let app = Router::new()
            .route("/v1/traces", post(traces))
            .route("/v1/metrics", post(metrics))
            .route(
                "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
                post(over_grpc::<ExportTraceServiceRequest>),
            )
            .route(
                "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
                post(over_grpc::<ExportMetricsServiceRequest>),
            )
            .with_state(shared.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        Self {
            address: listener.local_addr().expect("an address"),
            shared,
            serving: tokio::spawn(async move {
                axum::serve(listener, app).await.expect("it serves");
            }),
        }
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What is found in what it got, as soon as there is something.
    pub(crate) async fn until<T>(&self, find: impl Fn(&Received) -> Option<T>) -> T {
        let mut changes = self.shared.changes.subscribe();
        let finding = async {
            loop {
                let found = find(&self.shared.received.lock().expect("no panic"));
                if let Some(found) = found {
                    return found;
                }
                changes.changed().await.expect("it runs");
            }
        };
        let found = tokio::time::timeout(PATIENCE, finding).await;
        found.unwrap_or_else(|_| {
            let received = self.shared.received.lock().expect("no panic");
            panic!("it never came; there is {received:?}")
        })
    }

    /// This many spans, as soon as they are there.
    pub(crate) async fn spans(&self, count: usize) -> Vec<(String, Span)> {
        let enough =
            |received: &Received| (received.spans.len() >= count).then(|| received.spans.clone());
        self.until(enough).await
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Shared {
    /// Whether it is taken, and how many are not.
    async fn takes(&self) -> Result<i64, bool> {
        let behaviour = {
            let mut behaviour = self.behaviour.lock().expect("no panic");
            let now = *behaviour;
            if now == Behaviour::Later {
                *behaviour = Behaviour::Take;
            }
            now
        };
        self.received.lock().expect("no panic").messages += 1;
        self.changes.send_modify(|count| *count += 1);
        match behaviour {
            Behaviour::Take => Ok(0),
            Behaviour::Reject(count) => Ok(count),
            Behaviour::Later => Err(true),
            Behaviour::Refuse => Err(false),
            Behaviour::Silent => std::future::pending().await,
        }
    }

    async fn traces(
        &self,
        headers: HeaderMap,
        request: ExportTraceServiceRequest,
    ) -> Result<ExportTraceServiceResponse, bool> {
        let rejected = self.takes().await?;
        let mut received = self.received.lock().expect("no panic");
        received.headers = headers;
        received.bytes.extend(request.encode_to_vec());
        for of_resource in request.resource_spans {
            let resource = of_resource.resource.unwrap_or_default();
            let program = text(&resource.attributes, "service.name").unwrap_or_default();
            let spans = of_resource
                .scope_spans
                .into_iter()
                .flat_map(|scope| scope.spans);
            received
                .spans
                .extend(spans.map(|span| (program.clone(), span)));
        }
        drop(received);
        self.changes.send_modify(|count| *count += 1);
        let partial = ExportTracePartialSuccess {
            rejected_spans: rejected,
            error_message: "too many attributes".to_owned(),
        };
        Ok(ExportTraceServiceResponse {
            partial_success: (rejected > 0).then_some(partial),
        })
    }

    async fn metrics(
        &self,
        headers: HeaderMap,
        request: ExportMetricsServiceRequest,
    ) -> Result<ExportMetricsServiceResponse, bool> {
        self.takes().await?;
        let mut received = self.received.lock().expect("no panic");
        received.headers = headers;
        let scopes = request
            .resource_metrics
            .into_iter()
            .flat_map(|of_resource| of_resource.scope_metrics);
        received.metrics = scopes.flat_map(|scope| scope.metrics).collect();
        drop(received);
        self.changes.send_modify(|count| *count += 1);
        Ok(ExportMetricsServiceResponse::default())
    }
}

/// The text of an attribute.
pub(crate) fn text(attributes: &[KeyValue], name: &str) -> Option<String> {
    let attribute = attributes.iter().find(|attribute| attribute.key == name)?;
    Some(shown(attribute.value.as_ref()?.value.as_ref()?))
}

/// A value for people.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::StringValue(text) => text.clone(),
        Value::IntValue(number) => number.to_string(),
        Value::BoolValue(flag) => flag.to_string(),
        other => format!("{other:?}"),
    }
}

async fn traces(
    State(shared): State<Shared>,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> Result<Vec<u8>, StatusCode> {
    let request = ExportTraceServiceRequest::decode(body).expect("it is protobuf");
    let taken = shared.traces(headers, request).await;
    taken.map(|answer| answer.encode_to_vec()).map_err(status)
}

async fn metrics(
    State(shared): State<Shared>,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> Result<Vec<u8>, StatusCode> {
    let request = ExportMetricsServiceRequest::decode(body).expect("it is protobuf");
    let taken = shared.metrics(headers, request).await;
    taken.map(|answer| answer.encode_to_vec()).map_err(status)
}

fn status(is_passing: bool) -> StatusCode {
    match is_passing {
        true => StatusCode::SERVICE_UNAVAILABLE,
        false => StatusCode::BAD_REQUEST,
    }
}

fn grpc_status(is_passing: bool) -> Status {
    match is_passing {
        true => Status::unavailable("not yet"),
        false => Status::invalid_argument("never"),
    }
}

/// A unary call by tonic's framing, which is not the exporter's own.
async fn over_grpc<M>(
    State(shared): State<Shared>,
    request: axum::http::Request<Body>,
) -> axum::http::Response<Body>
where
    M: Message + Default + 'static,
    Shared: UnaryService<M, Response: Message + Default>,
{
    let mut call = Grpc::new(ProstCodec::default());
    call.unary(shared, request).await.map(Body::new)
}

type Answered<T> = Pin<Box<dyn Future<Output = Result<Response<T>, Status>> + Send>>;

impl UnaryService<ExportTraceServiceRequest> for Shared {
    type Response = ExportTraceServiceResponse;
    type Future = Answered<Self::Response>;

    fn call(&mut self, request: Request<ExportTraceServiceRequest>) -> Self::Future {
        let shared = self.clone();
        let headers = request.metadata().clone().into_headers();
        Box::pin(async move {
            let taken = shared.traces(headers, request.into_inner()).await;
            taken.map(Response::new).map_err(grpc_status)
        })
    }
}

impl UnaryService<ExportMetricsServiceRequest> for Shared {
    type Response = ExportMetricsServiceResponse;
    type Future = Answered<Self::Response>;

    fn call(&mut self, request: Request<ExportMetricsServiceRequest>) -> Self::Future {
        let shared = self.clone();
        let headers = request.metadata().clone().into_headers();
        Box::pin(async move {
            let taken = shared.metrics(headers, request.into_inner()).await;
            taken.map(Response::new).map_err(grpc_status)
        })
    }
}
