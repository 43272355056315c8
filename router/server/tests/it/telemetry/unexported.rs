//! What subgraphs receive of traces where the router exports none.

use super::*;

#[tokio::test]
async fn without_an_exporter_no_trace_that_starts_here_is_sampled() {
    let dogs = Subgraph::with_data("type Query { dog: String }", json!({ "dog": "Rex" })).await;
    let collector = Collector::start(Behaviour::Take).await;
    let endpoint = collector.endpoint();
    let metrics_only = format!(
        "telemetry: {{ otlp: {{ endpoint: \"{endpoint}\", traces: false, metrics: true }} }}"
    );
    for more in [
        "",
        "telemetry: { propagation: [tracecontext, b3] }",
        &metrics_only,
    ] {
        let router = Running::start(&[("dogs", &dogs)], more).await;
        let told = async |headers: &[(&str, &str)]| {
            let body = json!({ "query": "{ dog }" }).to_string();
            router.ask_with(headers, body).await;
            let (headers, _) = dogs.requests().pop().expect("it was asked");
            headers["traceparent"].to_str().expect("ASCII").to_owned()
        };
        let own = told(&[]).await;
        assert!(own.ends_with("-02"), "{own}");
        for flags in ["00", "03"] {
            let parent = format!("00-{TRACE}-{CLIENT}-{flags}");
            assert_eq!(told(&[("traceparent", &parent)]).await, parent, "{more}");
        }
    }
}
