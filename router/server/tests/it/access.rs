//! What a client may see: `@authenticated`, `@requiresScopes` and `@policy`, from the SDL to the requests that subgraphs get.

mod kinds;
mod priced;

use serde_json::{Value, json};

use crate::identify::issuer::{Issuer, Signer, claims};
use crate::kit::{Answer, Reply, Running, Subgraph};

const LINK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
    import: ["@key", "@external", "@requires", "@authenticated", "@requiresScopes", "@policy"])"#;

const BLOG: &str = r#"
    type Query {
        open: Int
        me: User @authenticated
        user: User
        users: [User!]!
        posts: [Post!]!
        found: [Found!]!
        vault: Vault
        code: Code
        level: Level
        must: Int! @authenticated
        either: Int @requiresScopes(scopes: [["a", "b"], ["c"]])
        all: Int @authenticated @requiresScopes(scopes: [["a"]]) @policy(policies: [["pays"]])
        refund: Int @policy(policies: [["pays"], ["helps"]])
        nobody: Int @policy(policies: [["unknown"]])
        anybody: Int @requiresScopes(scopes: [])
    }
    type Mutation { say: Int pay: Int @authenticated }
    type User @key(fields: "id") {
        id: ID!
        name: String
        email: String @requiresScopes(scopes: [["email"]])
        age: Int! @authenticated
        friend: User
    }
    interface Post { id: ID! title: String }
    type Public implements Post { id: ID! title: String note: Int @authenticated }
    type Private implements Post @authenticated { id: ID! title: String }
    union Found = User | Private
    type Vault @requiresScopes(scopes: [["vault"]]) { gold: Int }
    scalar Code @authenticated
    enum Level @requiresScopes(scopes: [["level"]]) { LOW HIGH }
"#;

const PAY: &str = r#"
    type User @key(fields: "id") {
        id: ID!
        score: Int
        salary: Int @requiresScopes(scopes: [["pay"]])
        age: Int! @external
        bonus: Int @requires(fields: "age") @authenticated
    }
"#;

const CONFIG: &str = "
authorization:
  policies:
    pays: { claim: org.roles, contains: payer }
    helps: { claim: kind, contains: helper }
headers: { claims: { x-user: sub } }
";

/// Everything that the first subgraph could be asked for.
fn blog() -> Value {
    let user = |id: &str| json!({ "__typename": "User", "id": id, "name": "Ada", "email": "a@b", "mail": "a@b", "age": 36, "friend": null });
    json!({
        "open": 1, "me": user("1"), "user": user("1"), "users": [user("1"), user("2")],
        "posts": [
            { "__typename": "Public", "id": "3", "title": "Open", "note": 5 },
            { "__typename": "Private", "id": "4", "title": "Closed" },
        ],
        "found": [user("1"), { "__typename": "Private", "id": "4", "title": "Closed" }],
        "vault": { "gold": 9 }, "code": "x", "level": "HIGH", "must": 1, "either": 1, "all": 1,
        "refund": 1, "nobody": 1, "anybody": 1, "say": 1, "pay": 1,
    })
}

fn entities(request: &Value) -> Reply {
    let variables = request["variables"].as_object().expect("variables");
    let sent = variables.values().find_map(Value::as_array);
    let count = sent.map_or(0, Vec::len);
    let one = json!({ "score": 7, "salary": 100, "bonus": 3 });
    Reply::Data(json!({ "_entities": vec![one; count] }))
}

struct World {
    signer: Signer,
    blog: Subgraph,
    pay: Subgraph,
    router: Running,
}

impl World {
    async fn start(config: &str) -> Self {
        let signer = Signer::es256("a");
        let issuer = Issuer::start(&[&signer]).await;
        let all = blog();
        let blog = Subgraph::with_data(&format!("{LINK}{BLOG}"), all).await;
        let pay = Subgraph::start(&format!("{LINK}{PAY}"), entities).await;
        let url = issuer.url();
        let config = format!("authentication: {{ jwt: [{{ jwks: \"{url}\" }}] }}\n{config}");
        let router = Running::start(&[("blog", &blog), ("pay", &pay)], &config).await;
        Self {
            signer,
            blog,
            pay,
            router,
        }
    }

    /// Asks as nobody (`None`), or with these claims beside those that any token has.
    async fn ask(&self, who: Option<&Value>, query: &str) -> Answer {
        let body = json!({ "query": query }).to_string();
        let Some(more) = who else {
            return self.router.ask_with(&[], body).await;
        };
        let mut all = claims();
        for (name, value) in more.as_object().expect("claims") {
            all[name] = value.clone();
        }
        let token = format!("Bearer {}", self.signer.sign(&all));
        self.router
            .ask_with(&[("authorization", &token)], body)
            .await
    }

    /// What subgraphs were asked so far.
    fn asked(&self) -> Vec<String> {
        let subgraphs = [("blog", &self.blog), ("pay", &self.pay)];
        let each = subgraphs.into_iter().flat_map(|(name, subgraph)| {
            let all = subgraph.requests().into_iter();
            all.map(move |(_, body)| {
                let body: Value = serde_json::from_str(&body).expect("JSON");
                format!("{name}: {}", body["query"].as_str().unwrap_or_default())
            })
        });
        each.collect()
    }
}

const OPERATIONS: &[&str] = &[
    "{ open me { name } }",
    "{ me { id } }",
    "{ __typename me { name } }",
    "{ user { name email } }",
    "{ user { email } }",
    "{ user { mail: email name } }",
    "{ user { name age } }",
    "{ users { name email } }",
    "{ users { age } open }",
    "{ must open }",
    "{ user { friend { age } name score salary } }",
    "{ user { salary } }",
    "{ user { bonus } }",
    "{ either all refund nobody anybody }",
    "{ vault { gold } open }",
    "{ code level open }",
    "{ posts { id title } open }",
    "{ posts { __typename } }",
    "{ posts { ... on Public { id title note } } }",
    "{ posts { ... on Public { id } ... on Private { title } } }",
    "{ posts { ...P } } fragment P on Post { title }",
    "{ posts { ... on Public { ... on Post { title } } } }",
    "{ found { __typename ... on User { name } ... on Private { title } } }",
    "{ user { ...U } users { ...U } } fragment U on User { name email }",
    "{ user { name @skip(if: true) email @include(if: false) id } }",
    "query($no: Boolean = false) { posts @include(if: $no) { title } posts { ... on Public { id } } }",
    "query($yes: Boolean = true) { posts @include(if: $yes) { title } posts { ... on Public { id } } }",
    "query($no: Boolean = false) { posts { ... on Public { id } ... @include(if: $no) { title } } }",
    "mutation { say pay }",
    "mutation { pay }",
    "{ __schema { queryType { name } } open }",
];

/// The table of who sees what: reviewed as it stands.
#[tokio::test]
async fn who_sees_what_and_what_subgraphs_are_asked_for_it() {
    let world = World::start(CONFIG).await;
    let people = [
        ("nobody", None),
        ("a user", Some(json!({}))),
        (
            "scopes a b email level",
            Some(json!({ "scope": "a b email level" })),
        ),
        (
            "scopes c vault pay, in a list, a payer",
            Some(json!({ "scope": ["a", "c", "vault", "pay"], "org": { "roles": ["payer"] } })),
        ),
    ];
    let mut table = String::new();
    for operation in OPERATIONS {
        table.push_str(&format!("\n{operation}\n"));
        for (name, who) in &people {
            let before = world.asked();
            let answer = world.ask(who.as_ref(), operation).await;
            let mut asked = world.asked();
            for known in before {
                let index = asked.iter().position(|one| *one == known);
                asked.remove(index.expect("nothing is forgotten"));
            }
            let answer = answer
                .text()
                .replace(r#","extensions":{"code":"UNAUTHORIZED_FIELD_OR_TYPE"}"#, "");
            let answer = answer.replace(r#""message":"Unauthorized field or type","#, "");
            table.push_str(&format!("  {name}: {answer}\n"));
            for one in asked {
                table.push_str(&format!("      {one}\n"));
            }
        }
    }
    insta::assert_snapshot!(table);
}

#[tokio::test]
async fn an_operation_that_asks_for_too_much_is_refused_as_a_whole_where_that_is_wanted() {
    let world = World::start("authorization: { on_denied: reject }").await;
    let answer = world.ask(None, "{ open user { mail: email } }").await;
    assert_eq!(answer.status, 403);
    assert_eq!(answer.code(), "UNAUTHORIZED_FIELD_OR_TYPE");
    let message = answer.json()["errors"][0]["message"].clone();
    assert_eq!(message, "Unauthorized field or type: user.mail");
    assert!(world.asked().is_empty());
    assert_eq!(world.ask(None, "{ open }").await.status, 200);
    let who = json!({ "scope": "email" });
    let answer = world.ask(Some(&who), "{ user { email } }").await;
    assert_eq!(answer.text(), r#"{"data":{"user":{"email":"a@b"}}}"#);
}

#[tokio::test]
async fn a_rule_of_a_delegated_feature_is_not_enforced() {
    let world = World::start("delegated_features: [requiresScopes]").await;
    let answer = world.ask(None, "{ user { email } must }").await.json();
    assert_eq!(answer["data"], Value::Null);
    let answer = world.ask(None, "{ user { email } }").await;
    assert_eq!(answer.text(), r#"{"data":{"user":{"email":"a@b"}}}"#);
}

#[tokio::test]
async fn more_rules_than_there_are_bits_hold_one_by_one() {
    let signer = Signer::es256("a");
    let issuer = Issuer::start(&[&signer]).await;
    let fields: String = (0..300)
        .map(|n| format!("f{n}: Int @requiresScopes(scopes: [[\"s{n}\"]])\n"))
        .collect();
    let data: Value = (0..300).map(|n| (format!("f{n}"), json!(n))).collect();
    let subgraph = Subgraph::with_data(&format!("{LINK} type Query {{ {fields} }}"), data).await;
    let url = issuer.url();
    let config = format!("authentication: {{ jwt: [{{ jwks: \"{url}\" }}] }}");
    let router = Running::start(&[("many", &subgraph)], &config).await;
    for n in [0, 127, 128, 299] {
        let mut claims = claims();
        claims["scope"] = json!(format!("s{n}"));
        let token = format!("Bearer {}", signer.sign(&claims));
        let body = json!({ "query": "{ f0 f127 f128 f299 }" }).to_string();
        let answer = router
            .ask_with(&[("authorization", &token)], body)
            .await
            .json();
        for other in [0, 127, 128, 299] {
            let expected = if other == n { json!(n) } else { Value::Null };
            assert_eq!(answer["data"][format!("f{other}")], expected, "{answer}");
        }
    }
}

#[tokio::test]
async fn a_subscription_ends_when_the_token_does() {
    let signer = Signer::es256("a");
    let issuer = Issuer::start(&[&signer]).await;
    let (events, _) = tokio::sync::broadcast::channel(8);
    let sdl = "type Query { dog: Int } type Subscription { barks: Int }";
    let dogs = Subgraph::start(sdl, move |_| Reply::Events(events.clone())).await;
    let config = format!(
        "authentication: {{ jwt: [{{ jwks: \"{}\", leeway: 0s }}] }}",
        issuer.url()
    );
    let router = Running::start(&[("dogs", &dogs)], &config).await;
    let mut short = claims();
    short["exp"] = json!(short["exp"].as_u64().expect("a date") - 3600 + 3);
    let token = format!("Bearer {}", signer.sign(&short));
    let headers = [
        ("authorization", token.as_str()),
        ("accept", "text/event-stream"),
    ];
    let body = json!({ "query": "subscription { barks }" }).to_string();
    let answer = router.ask_with(&headers, body).await;
    assert!(answer.text().contains("TOKEN_EXPIRED"), "{}", answer.text());
    assert!(
        answer.text().contains("event: complete"),
        "{}",
        answer.text()
    );
}
