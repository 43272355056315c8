//! A real Redis that hangs, forgets, or does not let the router in.

use super::*;

fn config(redis: &RedisServer, credentials: &str, timeout: &str) -> String {
    let port = redis.port;
    format!(
        "rate_limit: {{ requests: 3/h }}\nredis: {{ url: \"redis://{credentials}127.0.0.1:{port}\", timeout: {timeout} }}"
    )
}

const ALONE: &str =
    r#"router_rate_limit_decisions_total{policy="requests",outcome="allowed",counted="replica"}"#;
const TIMED_OUT: &str = r#"router_redis_request_duration_seconds_count{outcome="timeout"}"#;

/// It takes connections and says nothing on them, which is worse than being gone.
#[tokio::test]
async fn a_redis_that_hangs_is_left_by_all_replicas_until_it_answers_again() {
    let Some(redis) = RedisServer::start(&["--port", "PORT"]).await else {
        return;
    };
    let dogs = dogs().await;
    let more = config(&redis, "", "500ms");
    let one = Running::start(&[("dogs", &dogs)], &more).await;
    let other = Running::start(&[("dogs", &dogs)], &more).await;
    let both = [&one, &other];
    for router in both {
        until_redis_is(router, 1.0).await;
    }
    assert_eq!(statuses(&one, 1, &[]).await, [200]);
    redis.freeze();
    for router in both {
        // The first one waits for its time, and the others not even for that.
        assert_eq!(statuses(router, 4, &[]).await, [200, 200, 200, 429]);
        assert_eq!(router.metric(ALONE).await, 3.0);
        assert_eq!(router.metric(TIMED_OUT).await, 1.0);
        until_redis_is(router, 0.0).await;
    }
    redis.thaw();
    for router in both {
        until_redis_is(router, 1.0).await;
    }
    // What was asked while it hung may have been counted when it woke up.
    let counted = [&one, &other, &one, &other];
    let mut told = Vec::new();
    for router in counted {
        told.extend(statuses(router, 1, &[]).await);
    }
    assert_eq!(told.last(), Some(&429), "they count together: {told:?}");
    redis.say("FLUSHALL").await;
    assert_eq!(statuses(&other, 2, &[]).await, [200, 200]);
    assert_eq!(statuses(&one, 2, &[]).await, [200, 429]);
}

#[tokio::test]
async fn a_redis_that_lets_nobody_in_is_done_without() {
    let Some(redis) = RedisServer::start(&["--port", "PORT", "--requirepass", "sesame"]).await
    else {
        return;
    };
    let dogs = dogs().await;
    for credentials in ["", ":wrong@", "nobody:sesame@"] {
        let more = config(&redis, credentials, "5s");
        let router = Running::start(&[("dogs", &dogs)], &more).await;
        assert_eq!(statuses(&router, 4, &[]).await, [200, 200, 200, 429]);
        assert_eq!(router.metric(ALONE).await, 3.0, "{credentials}");
        assert_eq!(router.metric("router_redis_up").await, 0.0, "{credentials}");
    }
}

/// As after a failover, for a router that does not know where the new one is.
#[tokio::test]
async fn a_redis_that_takes_no_writes_is_gone_until_it_takes_them() {
    let Some(redis) = RedisServer::start(&["--port", "PORT"]).await else {
        return;
    };
    let dogs = dogs().await;
    let counting = config(&redis, "", "5s");
    let registering = counting.replace("rate_limit: { requests: 3/h }", "");
    redis.say("REPLICAOF 127.0.0.1 1").await;
    for more in [&counting, &registering] {
        let router = Running::start(&[("dogs", &dogs)], more).await;
        // However often it is connected to.
        let before = redis.connections().await;
        let again = async || (redis.connections().await > before + 2).then_some(());
        until(again).await.expect("it is tried again");
        assert_eq!(router.metric("router_redis_up").await, 0.0);
    }
    let router = Running::start(&[("dogs", &dogs)], &counting).await;
    assert_eq!(statuses(&router, 4, &[]).await, [200, 200, 200, 429]);
    assert_eq!(router.metric(ALONE).await, 3.0);
    redis.say("REPLICAOF NO ONE").await;
    until_redis_is(&router, 1.0).await;
    assert_eq!(statuses(&router, 4, &[]).await, [200, 200, 200, 429]);
    assert_eq!(router.metric(ALONE).await, 3.0);
}

/// What else is in the Redis is none of the limits' business, and of the limits' nothing is believed that they have not written.
#[tokio::test]
async fn what_somebody_else_wrote_there_lets_nobody_through_twice() {
    let Some(redis) = RedisServer::start(&["--port", "PORT"]).await else {
        return;
    };
    let dogs = dogs().await;
    let more = config(&redis, "", "5s");
    let router = Running::start(&[("dogs", &dogs)], &more).await;
    until_redis_is(&router, 1.0).await;
    assert_eq!(statuses(&router, 1, &[]).await, [200]);
    // A list where a number should be: each answer is an error, and the replica counts for itself.
    redis
        .say("EVAL \"for _, key in ipairs(redis.call('KEYS', 'abaque:rate:*')) do redis.call('DEL', key) redis.call('LPUSH', key, 'x') end return 1\" 0")
        .await;
    assert_eq!(statuses(&router, 4, &[]).await, [200, 200, 200, 429]);
    assert_eq!(router.metric(ALONE).await, 3.0);
}
