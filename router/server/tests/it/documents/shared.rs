//! Documents that clients have made known to one of several replicas, which share a Redis.

use super::*;
use crate::kit::{RedisServer, until_redis_is};

async fn replica(dogs: &Subgraph, redis: &RedisServer) -> Running {
    let port = redis.port;
    // Nothing here is about how fast that is.
    let more = format!("redis: {{ url: \"redis://127.0.0.1:{port}\", timeout: 5s }}");
    let router = Running::start(&[("dogs", dogs)], &more).await;
    until_redis_is(&router, 1.0).await;
    router
}

#[tokio::test]
async fn what_one_replica_was_sent_is_known_to_all_of_them() {
    let Some(mut redis) = RedisServer::start(&["--port", "PORT"]).await else {
        return;
    };
    let a = dogs().await;
    let (one, other) = (replica(&a, &redis).await, replica(&a, &redis).await);
    let hash = sha256(QUERY);
    refused(
        &other.ask(&by_hash(&hash)).await,
        200,
        "PERSISTED_QUERY_NOT_FOUND",
    );
    let mut both = by_hash(&hash);
    both["query"] = QUERY.into();
    assert_eq!(one.ask(&both).await.text(), DATA);
    assert_eq!(other.ask(&by_hash(&hash)).await.text(), DATA);

    // One that is not valid is nowhere.
    let mut wrong = by_hash(&sha256("{ cat }"));
    wrong["query"] = "{ cat }".into();
    refused(&one.ask(&wrong).await, 200, "GRAPHQL_VALIDATION_FAILED");
    let unknown = other.ask(&by_hash(&sha256("{ cat }"))).await;
    refused(&unknown, 200, "PERSISTED_QUERY_NOT_FOUND");

    // What others put there is believed only where it has the hash.
    let wolf = "{wolf{name}}";
    let claimed = sha256("{dog{name}}");
    redis.say(&format!("SET abaque:apq:{claimed} {wolf}")).await;
    let answer = other.ask(&by_hash(&claimed)).await;
    refused(&answer, 200, "PERSISTED_QUERY_NOT_FOUND");
    redis
        .say(&format!("SET abaque:apq:{} {wolf}", sha256(wolf)))
        .await;
    let answer = other.ask(&by_hash(&sha256(wolf))).await;
    assert_eq!(answer.text(), r#"{"data":{"wolf":null}}"#);

    // Without Redis each knows what it has seen, and takes more.
    redis.stop();
    until_redis_is(&one, 0.0).await;
    until_redis_is(&other, 0.0).await;
    assert_eq!(other.ask(&by_hash(&hash)).await.text(), DATA);
    let named = "query Other { dog { name } }";
    let mut both = by_hash(&sha256(named));
    both["query"] = named.into();
    assert_eq!(one.ask(&both).await.text(), DATA);
    assert_eq!(one.ask(&by_hash(&sha256(named))).await.text(), DATA);
    let unknown = other.ask(&by_hash(&sha256(named))).await;
    refused(&unknown, 200, "PERSISTED_QUERY_NOT_FOUND");
}
