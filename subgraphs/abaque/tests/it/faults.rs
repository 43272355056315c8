//! Services that fail, go away and come back while queries run.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::http::Client;
use crate::stack::{Running, Stack, any, composed, config, until};

#[tokio::test]
async fn error_of_one_service_keeps_the_data_of_the_other() {
    let stack = Stack::start().await;
    // Two values have no skewness, and the field may be null.
    let answer = stack
        .query(
            "{ addition(a: 1, b: 2) serie(valeurs: [1, 2]) { somme asymetrie } }",
            json!({}),
        )
        .await;
    assert_eq!(
        answer["data"],
        json!({ "addition": "3", "serie": { "somme": "3", "asymetrie": null } })
    );
    assert_eq!(
        answer["errors"].as_array().map(Vec::len),
        Some(1),
        "{answer}"
    );
    let error = &answer["errors"][0];
    assert_eq!(error["path"], json!(["serie", "asymetrie"]), "{answer}");
    assert_eq!(error["extensions"]["code"], "INSUFFICIENT_DATA", "{answer}");
    assert_eq!(error["extensions"]["service"], "statistiques", "{answer}");

    // So it is with a field that the other service adds to an entity of this one.
    let answer = stack
        .query(
            r#"{ calcul(expression: "1") { resultat scoreZ(dans: [5, 5, 5]) } }"#,
            json!({}),
        )
        .await;
    assert_eq!(
        answer["data"],
        json!({ "calcul": { "resultat": "1", "scoreZ": null } })
    );
    let error = &answer["errors"][0];
    assert_eq!(error["path"], json!(["calcul", "scoreZ"]), "{answer}");
    assert_eq!(error["extensions"]["code"], "DOMAIN_ERROR", "{answer}");
    assert_eq!(error["extensions"]["service"], "statistiques", "{answer}");
    stack.stop().await;
}

/// Queries that run all the while: each must be answered, and Calculatrice's fields must be right each time.
struct Load {
    over: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
    tasks: Vec<JoinHandle<()>>,
}

impl Load {
    fn start(at: SocketAddr) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let asked = Arc::new(AtomicUsize::new(0));
        let task = || {
            let (client, over, asked) = (Client::new(), over.clone(), asked.clone());
            tokio::spawn(async move {
                while !over.load(Ordering::Relaxed) {
                    let answer = client
                        .query(at, "{ addition(a: 1, b: 2) }", json!({}))
                        .await;
                    assert_eq!(answer, json!({ "data": { "addition": "3" } }));
                    asked.fetch_add(1, Ordering::Relaxed);
                }
            })
        };
        let tasks = (0..4).map(|_| task()).collect();
        Self { over, asked, tasks }
    }

    async fn end(self) {
        self.over.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await
                .expect("each query under load is answered rightly");
        }
    }
}

#[tokio::test]
async fn stopped_service_costs_its_own_fields_only_and_recovers_by_itself() {
    let Stack {
        client,
        calculatrice,
        statistiques,
        router,
    } = Stack::start().await;
    let at = router.public;
    let (public, admin) = (statistiques.public, statistiques.admin);

    let load = Load::start(at);

    statistiques.stop().await;
    let answer = client
        .query(
            at,
            "{ serie(valeurs: [1, 2]) { somme histogramme { effectif } } }",
            json!({}),
        )
        .await;
    assert!(
        answer["errors"]
            .as_array()
            .is_some_and(|errors| !errors.is_empty()),
        "{answer}"
    );
    for error in answer["errors"].as_array().into_iter().flatten() {
        assert_eq!(error["extensions"]["service"], "statistiques", "{answer}");
        assert_eq!(error["path"][0], "serie", "{answer}");
    }
    // The schema that served keeps serving, and the status says who is away.
    let status = until(
        async || client.get(router.admin, "/composition", "*/*").await.json(),
        |status: &Value| status.to_string().contains("unreachable"),
    )
    .await;
    assert!(status.to_string().contains("statistiques"), "{status}");
    assert_eq!(
        client
            .get(router.admin, "/health/ready", "*/*")
            .await
            .status
            .as_u16(),
        200
    );

    let statistiques = Running::service(statistiques::program(), public, admin).await;
    let answer = until(
        async || {
            client
                .query(
                    at,
                    "{ serie(valeurs: [1, 2]) { somme moyenne } }",
                    json!({}),
                )
                .await
        },
        |answer: &Value| answer["errors"].is_null(),
    )
    .await;
    assert_eq!(
        answer,
        json!({ "data": { "serie": { "somme": "3", "moyenne": "1.5" } } })
    );

    let so_far = load.asked.load(Ordering::Relaxed);
    let asked = async || load.asked.load(Ordering::Relaxed);
    until(asked, |now| *now > so_far).await;
    load.end().await;
    Stack {
        client,
        calculatrice,
        statistiques,
        router,
    }
    .stop()
    .await;
}

#[tokio::test]
async fn router_that_starts_first_serves_once_the_services_are_there() {
    let calculatrice = Running::service(calculatrice::program(), any(), any()).await;
    let statistiques = Running::service(statistiques::program(), any(), any()).await;
    let (public, admin) = (statistiques.public, statistiques.admin);
    statistiques.stop().await;

    let router = Running::router(&config(calculatrice.public, public)).await;
    let client = Client::new();
    assert_eq!(
        client
            .get(router.admin, "/health/live", "*/*")
            .await
            .status
            .as_u16(),
        200
    );
    let answer = client
        .post(
            router.public,
            "application/json",
            r#"{"query":"{ addition(a: 1, b: 2) }"}"#,
        )
        .await;
    assert_eq!(answer.status.as_u16(), 503, "{answer:?}");
    assert!(answer.json()["errors"][0]["message"].is_string());

    let statistiques = Running::service(statistiques::program(), public, admin).await;
    composed(&router).await;
    let answer = client
        .query(router.public, "{ moyenne(valeurs: [1, 3]) }", json!({}))
        .await;
    assert_eq!(answer, json!({ "data": { "moyenne": "2" } }));
    Stack {
        client,
        calculatrice,
        statistiques,
        router,
    }
    .stop()
    .await;
}
