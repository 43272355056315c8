//! Access rules on everything that can have them, and through everything that leads there, as a table of who sees what: interfaces of interfaces, interface
//! objects, unions, contexts, `@requires` of `@requires`, lists of lists, arguments, subscriptions, parts, and fields that several subgraphs guard.

use super::*;

const LINK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
    import: ["@key", "@external", "@requires", "@shareable", "@interfaceObject", "@context", "@fromContext", "@authenticated", "@requiresScopes", "@policy"])"#;

const SHOP: &str = r#"
    type Query {
        open: Int
        media: Media
        allMedia: [Media!]!
        node: Node
        any: [Any]
        account: Account
        accounts: [Account]
        strict: [Strict!]!
        codes: [[Code]]
        levels: [Level!]
        closed: Closed
        search(level: Level, code: Code, filter: Filter): Int
        anyone: Int @requiresScopes(scopes: [[]])
        both: Int @policy(policies: [["staff", "payer"]])
        shared: Int @shareable @requiresScopes(scopes: [["money"]])
        double: Int @authenticated @requiresScopes(scopes: [["money", "tick"], ["root"]])
    }
    type Mutation { change(level: Level): Int close: Account @authenticated }
    type Subscription { ticks: Tick secret: Tick @authenticated }
    type Tick { n: Int hidden: Int @requiresScopes(scopes: [["tick"]]) }

    interface Node { id: ID! }
    interface Media implements Node @key(fields: "id") { id: ID! title: String }
    type Book implements Node & Media @key(fields: "id") { id: ID! title: String pages: Int @authenticated }
    type Film implements Node & Media @key(fields: "id") @authenticated { id: ID! title: String }
    type Shelf implements Node { id: ID! }

    union Any = Open | Closed
    type Open { x: Int y: Int @authenticated }
    type Closed @policy(policies: [["staff"]]) { x: Int }

    type Account @key(fields: "id") @context(name: "account") {
        id: ID!
        currency: String @requiresScopes(scopes: [["money"]])
        total: Total
        strict: Strict
    }
    type Total @key(fields: "id") {
        id: ID!
        amount(currency: String @fromContext(field: "$account { currency }")): Int @requiresScopes(scopes: [["money"]])
        free: Int
    }
    type Strict { id: ID! code: Code! }
    scalar Code @authenticated
    enum Level @requiresScopes(scopes: [["level"]]) { LOW HIGH }
    input Filter { level: Level code: Code }
"#;

const STAFF: &str = r#"
    type Query { shared: Int @shareable @requiresScopes(scopes: [["root"]]) }
    type Media @interfaceObject @key(fields: "id") { id: ID! stars: Int rating: Int @authenticated }
    type Account @key(fields: "id") {
        id: ID!
        currency: String @external
        fee: Int @requires(fields: "currency") @requiresScopes(scopes: [["money"]])
    }
"#;

const TAX: &str = r#"
    type Account @key(fields: "id") {
        id: ID!
        fee: Int @external
        tax: Int @requires(fields: "fee") @requiresScopes(scopes: [["money"]])
    }
"#;

const CONFIG: &str = "
authorization:
  policies:
    staff: { claim: roles, contains: staff }
    payer: { claim: roles, contains: payer }
";

/// Everything that the shop can be asked for.
fn shop(request: &Value) -> Reply {
    let book = json!({ "__typename": "Book", "id": "1", "title": "Candide", "pages": 96 });
    let film = json!({ "__typename": "Film", "id": "2", "title": "Metropolis" });
    let account = json!({
        "__typename": "Account", "id": "7", "currency": "EUR", "c": "EUR",
        "total": { "__typename": "Total", "id": "8", "free": 1, "amount": 5 },
        "strict": { "id": "9", "code": "x" },
    });
    let query = request["query"].as_str().unwrap_or_default();
    if query.starts_with("subscription") {
        let tick = json!({ "data": { "ticks": { "n": 1, "hidden": 2 }, "secret": { "n": 3 } } });
        let events = format!("event: next\ndata: {tick}\n\nevent: complete\ndata:\n\n");
        return Reply::Raw(200, "text/event-stream", events);
    }
    let entities = count(request);
    Reply::Data(json!({
        "_entities": vec![json!({ "__typename": "Total", "amount": 5, "title": "Candide", "currency": "EUR", "total": account["total"].clone() }); entities],
        "open": 1, "media": book.clone(), "book": [book.clone(), film.clone()], "allMedia": [book.clone(), film], "node": book,
        "any": [{ "__typename": "Open", "x": 1, "y": 2 }, { "__typename": "Closed", "x": 3 }, null],
        "account": account.clone(), "a": account.clone(), "b": account.clone(), "accounts": [account.clone(), null],
        "strict": [{ "id": "9", "code": "x" }], "codes": [["x"], null, []], "levels": ["LOW", "HIGH"],
        "closed": { "__typename": "Closed", "x": 3 }, "search": 4, "anyone": 1, "both": 1, "shared": 1, "double": 1,
        "change": 1, "close": account,
    }))
}

fn count(request: &Value) -> usize {
    let variables = request["variables"].as_object();
    let lists = variables.and_then(|all| all.values().find_map(Value::as_array));
    lists.map_or(0, Vec::len)
}

fn others(request: &Value) -> Reply {
    let one = json!({ "__typename": "Book", "stars": 5, "rating": 4, "fee": 2, "tax": 1 });
    Reply::Data(json!({ "shared": 1, "_entities": vec![one; count(request)] }))
}

struct Shop {
    signer: Signer,
    subgraphs: [(&'static str, Subgraph); 3],
    router: Running,
}

impl Shop {
    async fn start(config: &str) -> Self {
        let signer = Signer::es256("a");
        let issuer = Issuer::start(&[&signer]).await;
        let subgraphs = [
            (
                "shop",
                Subgraph::start(&format!("{LINK}{SHOP}"), shop).await,
            ),
            (
                "staff",
                Subgraph::start(&format!("{LINK}{STAFF}"), others).await,
            ),
            (
                "tax",
                Subgraph::start(&format!("{LINK}{TAX}"), others).await,
            ),
        ];
        let all: Vec<_> = subgraphs
            .iter()
            .map(|(name, subgraph)| (*name, subgraph))
            .collect();
        let url = issuer.url();
        let config = format!("authentication: {{ jwt: [{{ jwks: \"{url}\" }}] }}\n{config}");
        let router = Running::start(&all, &config).await;
        Self {
            signer,
            subgraphs,
            router,
        }
    }

    /// The answer, in the protocol that the operation needs, and what subgraphs were asked for it.
    async fn ask(&self, who: Option<&Value>, query: &str) -> (u16, String, Vec<String>) {
        let before: Vec<usize> = self
            .subgraphs
            .iter()
            .map(|(_, one)| one.requests().len())
            .collect();
        let accept = match query {
            query if query.contains("subscription") => "text/event-stream",
            query if query.contains("@defer") => "multipart/mixed;deferSpec=20220824",
            _ => "application/json",
        };
        let token = who.map(|more| {
            let mut all = claims();
            for (name, value) in more.as_object().expect("claims") {
                all[name] = value.clone();
            }
            format!("Bearer {}", self.signer.sign(&all))
        });
        let mut headers = vec![("accept", accept)];
        headers.extend(token.iter().map(|token| ("authorization", token.as_str())));
        let answer = self
            .router
            .ask_with(&headers, json!({ "query": query }).to_string())
            .await;
        let mut asked = Vec::new();
        for ((name, subgraph), before) in self.subgraphs.iter().zip(before) {
            let requests = subgraph.requests().into_iter().skip(before);
            asked.extend(requests.map(|(_, body)| {
                let body: Value = serde_json::from_str(&body).expect("JSON");
                format!("{name}: {}", body["query"].as_str().unwrap_or_default())
            }));
        }
        (answer.status.as_u16(), shown(&answer.text()), asked)
    }
}

/// An answer without what is the same in all.
fn shown(text: &str) -> String {
    let text = text.replace(r#","extensions":{"code":"UNAUTHORIZED_FIELD_OR_TYPE"}"#, "");
    let text = text.replace(r#""message":"Unauthorized field or type","#, "");
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| {
        !line.is_empty() && !line.starts_with("--") && !line.starts_with("content-type")
    });
    lines.collect::<Vec<_>>().join(" | ")
}

fn people() -> [(&'static str, Option<Value>); 3] {
    let all = json!({ "scope": "money tick level", "roles": ["staff", "payer"] });
    [
        ("nobody", None),
        ("a user", Some(json!({}))),
        ("staff", Some(all)),
    ]
}

const OPERATIONS: &[&str] = &[
    // Interfaces, of which one type is guarded.
    "{ media { id title } open }",
    "{ media { ... on Book { title } } }",
    "{ media { ... on Book { title pages } ... on Film { title } } }",
    "{ media { __typename } }",
    "{ media { ... on Media { __typename } ... on Book { id } } }",
    "{ media { ... on Node { id } } }",
    "{ media { ...M } } fragment M on Media { title }",
    "{ media { ...B } } fragment B on Book { ...M } fragment M on Media { title }",
    "{ node { id } }",
    "{ node { ... on Shelf { id } } }",
    "{ node { ... on Media { title } } }",
    "{ node { ... on Media { ... on Book { title } } } }",
    "{ allMedia { title } open }",
    "{ allMedia { ... on Book { title } } }",
    // Interface objects.
    "{ media { stars } }",
    "{ allMedia { ... on Book { stars } } }",
    "{ allMedia { ... on Book { stars rating } } }",
    // Unions.
    "{ any { ... on Open { x y } ... on Closed { x } } }",
    "{ any { __typename } }",
    "{ any { ...O ...C } } fragment O on Open { x } fragment C on Closed { x }",
    "{ any { ... on Open { x } } }",
    // Objects.
    "{ closed { x } open }",
    "{ closed { __typename } open }",
    "{ ...Q } fragment Q on Query { closed { x } open }",
    // Scalars and enums, in lists and where they may not be null.
    "{ codes }",
    "{ levels }",
    "{ strict { id } }",
    "{ strict { id code } open }",
    "{ account { strict { id code } id } }",
    "{ accounts { strict { code } id } }",
    // As arguments they are given, not read.
    "{ search(level: HIGH, code: \"x\", filter: { level: LOW, code: \"y\" }) }",
    "query ($level: Level = HIGH) { search(level: $level) }",
    "query ($currency: Code!) { account { currency id } search(code: $currency) }",
    // Conjunctions and disjunctions.
    "{ anyone both shared double }",
    // What reads what is guarded.
    "{ account { id currency } }",
    "{ account { fee } }",
    "{ account { tax id } }",
    "{ account { total { free } } }",
    "{ account { total { amount free } } }",
    // Names, merging, conditions.
    "{ account { c: currency id } }",
    "{ account { currency } account { id } }",
    "{ a: account { currency } b: account { id } }",
    "{ account { currency @skip(if: true) id } }",
    "{ account { ... @include(if: false) { currency } id } }",
    "{ account { ... on Account { currency } ... { id } } }",
    // Introspection says what there is.
    "{ __type(name: \"Closed\") { name fields { name } } }",
    "{ __typename account { __typename } }",
    // Other operations.
    "mutation { change(level: HIGH) close { id } }",
    "mutation { close { currency } }",
    "subscription { ticks { n hidden } }",
    "subscription { ticks { hidden } }",
    "subscription { secret { n } }",
    // Parts.
    "{ account { id ... @defer { currency } } }",
    "{ account { id ... @defer { tax } } }",
    "{ open ... @defer { closed { x } } }",
    "{ closed { x } ... @defer { open } }",
];

/// Reviewed as it stands.
#[tokio::test]
async fn rules_hold_on_every_kind_of_type_and_in_every_way_there() {
    let shop = Shop::start(CONFIG).await;
    let mut table = String::new();
    for operation in OPERATIONS {
        table.push_str(&format!("\n{operation}\n"));
        for (name, who) in &people() {
            let (_, answer, asked) = shop.ask(who.as_ref(), operation).await;
            table.push_str(&format!("  {name}: {answer}\n"));
            for one in asked {
                table.push_str(&format!("      {one}\n"));
            }
        }
    }
    insta::assert_snapshot!(table);
}

/// The same where an operation is refused as a whole: what filters nothing is answered, and of anything else nothing is asked.
#[tokio::test]
async fn what_filtering_would_change_is_refused_where_that_is_wanted() {
    let filtering = Shop::start(CONFIG).await;
    let rejecting = format!("{CONFIG}  on_denied: reject\n");
    let rejecting = Shop::start(&rejecting).await;
    for operation in OPERATIONS {
        for (name, who) in &people() {
            let (_, filtered, _) = filtering.ask(who.as_ref(), operation).await;
            let (status, answer, asked) = rejecting.ask(who.as_ref(), operation).await;
            let denied =
                !filtered.contains("\"data\"") || filtered.contains("\"errors\":[{\"path\"");
            // A variable that is missing is another matter, and conditions do not count where an operation is refused as a whole.
            if filtered.contains("BAD_USER_INPUT") || operation.contains("(if: ") {
                continue;
            }
            if denied {
                assert!(
                    answer.contains("Unauthorized field or type: "),
                    "{name} {operation}: {answer}"
                );
                assert!(asked.is_empty(), "{name} {operation}: {asked:?}");
                // Streams say it in their own way.
                if !operation.contains("subscription") && !operation.contains("@defer") {
                    assert_eq!(status, 403, "{name} {operation}");
                }
            } else {
                assert_eq!(answer, filtered, "{name} {operation}");
            }
        }
    }
}

/// It reads nothing else, and tries again and again where it is answered by a status. What is refused was never open.
#[tokio::test]
async fn a_client_of_events_reads_in_them_that_it_may_not_subscribe() {
    for config in [CONFIG.to_owned(), format!("{CONFIG}  on_denied: reject\n")] {
        let shop = Shop::start(&config).await;
        let body = json!({ "query": "subscription { secret { n } }" }).to_string();
        let events = [("accept", "text/event-stream")];
        let answer = shop.router.ask_with(&events, body).await;
        let text = answer.text();
        assert_eq!(answer.status, 200, "{text}");
        assert!(
            text.starts_with("event: next\ndata: {\"errors\":"),
            "{text}"
        );
        assert!(text.contains("UNAUTHORIZED_FIELD_OR_TYPE"), "{text}");
        assert!(
            text.ends_with("event: complete\ndata: \n\n")
                || text.ends_with("event: complete\ndata:\n\n"),
            "{text}"
        );
        let opened = shop
            .router
            .metric("graphql_subscriptions_opened_total")
            .await;
        assert_eq!(opened, 0.0);
    }
}
