//! Every endpoint of the three programs: direct GraphQL queries, REST, pages for browsers, admin ports.

use serde_json::json;

use crate::stack::Stack;

#[tokio::test]
async fn each_subgraph_answers_direct_queries() {
    let stack = Stack::start().await;
    let (calculatrice, statistiques) = (stack.calculatrice.public, stack.statistiques.public);
    let answer = stack
        .client
        .query(
            calculatrice,
            "{ addition(a: 0.1, b: 0.2) calcul(expression: \"-2^2\") { resultat } }",
            json!({}),
        )
        .await;
    assert_eq!(
        answer,
        json!({ "data": { "addition": "0.3", "calcul": { "resultat": "-4" } } })
    );
    let answer = stack
        .client
        .query(
            statistiques,
            "{ moyenne(valeurs: [1, 2, 4]) mediane(valeurs: [3, 1, 2]) }",
            json!({}),
        )
        .await;
    assert_eq!(
        answer,
        json!({ "data": { "moyenne": "2.3333333333333333333333333333", "mediane": "2" } })
    );
    stack.stop().await;
}

#[tokio::test]
async fn the_calls_of_the_brief_still_work_over_rest() {
    let stack = Stack::start().await;
    let answer = stack
        .client
        .get(
            stack.calculatrice.public,
            "/api/v1/addition?a=0.1&b=0.2",
            "application/json",
        )
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()),
        (200, json!({ "resultat": "0.3" }))
    );
    let answer = stack
        .client
        .get(
            stack.statistiques.public,
            "/api/v1/moyenne?valeurs=1,2,3",
            "application/json",
        )
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()),
        (200, json!({ "resultat": "2" }))
    );

    let problem = stack
        .client
        .get(
            stack.calculatrice.public,
            "/api/v1/division?a=1&b=0",
            "application/json",
        )
        .await;
    assert_eq!(problem.status.as_u16(), 422);
    assert_eq!(problem.content_type(), "application/problem+json");
    assert_eq!(problem.json()["code"], "DIVISION_BY_ZERO");
    for service in [&stack.calculatrice, &stack.statistiques] {
        let openapi = stack
            .client
            .get(service.public, "/api/v1/openapi.json", "*/*")
            .await
            .json();
        assert!(
            openapi["openapi"]
                .as_str()
                .is_some_and(|version| version.starts_with("3.1")),
            "{openapi}"
        );
    }
    stack.stop().await;
}

#[tokio::test]
async fn browsers_get_pages_that_need_no_other_host() {
    let stack = Stack::start().await;
    for program in [&stack.router, &stack.calculatrice, &stack.statistiques] {
        let page = stack
            .client
            .get(
                program.public,
                "/graphql",
                "text/html,application/xhtml+xml,*/*;q=0.8",
            )
            .await;
        assert_eq!(
            (page.status.as_u16(), page.content_type()),
            (200, "text/html; charset=utf-8")
        );
        let text = page.text();
        assert!(
            !text.contains("https://") && !text.contains("http://"),
            "{text}"
        );
        // Every asset that the page names, relative to itself, is served here.
        let assets: Vec<&str> = text
            .split('"')
            .filter(|part| part.starts_with("playground/"))
            .collect();
        assert!(assets.len() >= 3, "{text}");
        for asset in assets {
            let answer = stack
                .client
                .get(program.public, &format!("/{asset}"), "*/*")
                .await;
            assert_eq!(answer.status.as_u16(), 200, "{asset}");
        }
    }
    stack.stop().await;
}

#[tokio::test]
async fn admin_ports_tell_health_and_metrics() {
    let stack = Stack::start().await;
    for program in [&stack.router, &stack.calculatrice, &stack.statistiques] {
        for probe in ["/health/live", "/health/ready"] {
            assert_eq!(
                stack
                    .client
                    .get(program.admin, probe, "*/*")
                    .await
                    .status
                    .as_u16(),
                200,
                "{probe}"
            );
            assert_eq!(
                stack
                    .client
                    .get(program.public, probe, "*/*")
                    .await
                    .status
                    .as_u16(),
                404,
                "{probe} is not public"
            );
        }
        let metrics = stack.client.get(program.admin, "/metrics", "*/*").await;
        assert!(
            metrics
                .text()
                .contains("http_server_request_duration_seconds"),
            "{}",
            metrics.text()
        );
    }
    let status = stack
        .client
        .get(stack.router.admin, "/composition", "*/*")
        .await
        .json();
    assert!(status.to_string().contains("calculatrice"), "{status}");
    stack.stop().await;
}
