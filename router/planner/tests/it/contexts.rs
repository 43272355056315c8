//! Arguments that come from enclosing objects (`@fromContext`).

use planner::FetchTarget;

use crate::{check, graph};

const SIMPLE: &str = r#"
# a
type Query { users: [User!]! }
type User @context(name: "user") { currency: String child: User wrapper: Wrapper transactions: [Transaction!]! }
type Wrapper { transactions: [Transaction!]! }
type Transaction @key(fields: "id") {
  id: ID!
  base: Int @external
  amount(times: Int = 1, in: String @fromContext(field: "$user { currency }")): Int
  required(in: String @fromContext(field: "$user { currency }")): Int @requires(fields: "base")
  note: String
}
# b
type Transaction @key(fields: "id") { id: ID! base: Int }
"#;

const REMOTE: &str = r#"
# a
type Query { users: [User!]! }
type User @key(fields: "id") @context(name: "user") { id: ID! region: Region! @external transactions: [Transaction!]! }
type Region { code: String! @external }
type Transaction @key(fields: "id") { id: ID! amount(times: Int = 1, in: String @fromContext(field: "$user { region { code } }")): Int }
# b
type User @key(fields: "id") { id: ID! region: Region! }
type Region { code: String! }
"#;

const UNION: &str = r#"
# a
type Query { viewer: Viewer }
union Viewer @context(name: "viewer") = User | Other
type User { currency: String transactions: [Transaction!]! }
type Other { unit: String transactions: [Transaction!]! }
type Transaction @key(fields: "id") {
  id: ID!
  amount(in: String @fromContext(field: "$viewer ... on User { currency } ... on Other { unit }")): Int
}
"#;

#[test]
fn a_value_comes_from_the_nearest_object_that_sets_the_context() {
    insta::assert_snapshot!(check(SIMPLE, "{ users { child { wrapper { transactions { amount(times: 2) note } } } } }"), @r#"
    query: 2 requests in 2 steps
    step 1
      fetch 0 from a
        {
          users {
            child {
              wrapper {
                transactions {
                  note
                  id
                }
              }
              currency
            }
          }
        }
    step 2
      fetch 1 from a, after 0
        entities at users.child.wrapper.transactions by Transaction { id }, with $context_0 from users.child { currency? }
        query($representations: [_Any!]!, $context_0: String) {
          _entities(representations: $representations) {
            ... on Transaction {
              amount(times: 2, in: $context_0)
            }
          }
        }
    "#);
}

#[test]
fn what_is_taken_is_fetched_first_wherever_it_is() {
    insta::assert_snapshot!(check(REMOTE, "query($context_0: Int) { users { transactions { amount(times: $context_0) } } }"), @r#"
    query: 3 requests in 3 steps
    step 1
      fetch 0 from a
        {
          users {
            transactions {
              id
            }
            id
          }
        }
    step 2
      fetch 1 from b, after 0
        entities at users by User { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on User {
              region {
                code
              }
            }
          }
        }
    step 3
      fetch 2 from a, after 0 and 1
        entities at users.transactions by Transaction { id }, with $context_0_ from users { region { code } }
        query($representations: [_Any!]!, $context_0: Int, $context_0_: String) {
          _entities(representations: $representations) {
            ... on Transaction {
              amount(times: $context_0, in: $context_0_)
            }
          }
        }
    "#);
}

/// The objects with the field come with the entity that encloses them, whose value is known before.
#[test]
fn the_request_that_brings_the_parents_sends_what_their_fields_take() {
    let subgraphs = r#"
# a
type Query { customer: Customer }
type Customer @key(fields: "id") { id: ID! }
# b
type Customer @key(fields: "id") { id: ID! currency: String! }
# c
type Customer @key(fields: "id") @context(name: "customer") { id: ID! currency: String! @external accounts: [Account!]! }
type Account @key(fields: "id") { id: ID! name: String foo(ctx: String @fromContext(field: "$customer { currency }")): Foo }
type Foo { id: ID! }
"#;
    insta::assert_snapshot!(check(
        subgraphs,
        "{ customer { accounts { name foo { id } } } }"
    ));
}

#[test]
fn a_union_sets_it_for_its_members_each_by_its_own_field() {
    insta::assert_snapshot!(check(UNION, "{ viewer { ... on User { transactions { amount } } ... on Other { transactions { amount } } } }"), @r#"
    query: 2 requests in 2 steps
    step 1
      fetch 0 from a
        {
          viewer {
            __typename
            ... on Other {
              transactions {
                id
              }
              unit
            }
            ... on User {
              transactions_1: transactions {
                id
              }
              currency
            }
          }
        }
    step 2
      fetch 1 from a, after 0
        entities at viewer.transactions and viewer.transactions_1 by Transaction { id }, with $context_0 from viewer { unit? (of Other) currency? (of User) }
        query($representations: [_Any!]!, $context_0: String) {
          _entities(representations: $representations) {
            ... on Transaction {
              amount(in: $context_0)
            }
          }
        }
    "#);
}

#[test]
fn what_is_required_is_sent_beside_what_is_taken() {
    insta::assert_snapshot!(check(SIMPLE, "{ users { transactions { required amount } } }"), @r#"
    query: 3 requests in 3 steps
    step 1
      fetch 0 from a
        {
          users {
            transactions {
              id
            }
            currency
          }
        }
    step 2
      fetch 1 from b, after 0
        entities at users.transactions by Transaction { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Transaction {
              base
            }
          }
        }
    step 3
      fetch 2 from a, after 0 and 1
        entities at users.transactions by Transaction { id base? }, with $context_0 from users { currency? }
        query($representations: [_Any!]!, $context_0: String) {
          _entities(representations: $representations) {
            ... on Transaction {
              required(in: $context_0)
              amount(in: $context_0)
            }
          }
        }
    "#);
}

#[test]
fn the_text_of_a_fetch_can_be_repeated_for_other_values() {
    let plan =
        graph(SIMPLE).plan("query($n: Int = 3) { users { transactions { amount(times: $n) } } }");
    let last = plan.fetches.last().expect("two fetches");
    insta::assert_debug_snapshot!(last.repeated, @r#"
    Some(
        RepeatedFields {
            selections: [
                RepeatedSelection {
                    variables: [
                        "$n:Int=3",
                    ],
                    text: [
                        Text(
                            "{...on Transaction{amount(times:$n,in:",
                        ),
                        Context(
                            0,
                        ),
                        Text(
                            ")}}",
                        ),
                    ],
                },
            ],
        },
    )
    "#);
    let FetchTarget::Entities(entities) = &last.target else {
        panic!("an entity fetch");
    };
    assert_eq!(entities[0].contexts[0].depth, 1);
}

const OPTIONAL_ELSEWHERE: &str = r#"
# a
type Query { account: Account }
type Account @key(fields: "id") @context(name: "account") { id: ID! currency: String bill: Bill }
type Bill @key(fields: "id") { id: ID! total(currency: String @fromContext(field: "$account { currency }")): Int @shareable }
# b
type Query { bills: [Bill] }
type Bill @key(fields: "id") { id: ID! total(currency: String): Int @shareable }
# c
type Query { latest: Bill }
type Bill @key(fields: "id") { id: ID! }
"#;

#[test]
fn a_field_without_its_context_is_asked_of_a_subgraph_that_takes_it_from_none() {
    for operation in ["{ bills { total } }", "{ latest { total } }"] {
        let plan = graph(OPTIONAL_ELSEWHERE).plan(operation);
        let asked = plan
            .fetches
            .iter()
            .find(|fetch| fetch.operation.contains("total"));
        let asked = asked.expect("somebody is asked for it");
        assert_eq!(&*asked.subgraph_name, "b", "{operation}");
        assert!(!asked.operation.contains("currency"), "{operation}");
    }
}

const OPTIONAL_IN_A_VALUE: &str = r#"
# a
type Query { account: Account }
type Account @key(fields: "id") @context(name: "account") { id: ID! currency: String bill: Bill }
type Bill @key(fields: "id") { id: ID! @shareable total(currency: String @fromContext(field: "$account { currency }")): Int @shareable }
# b
type Query { bills: [Bill] }
type Bill @shareable { id: ID! total(currency: String): Int }
"#;

#[test]
fn where_the_context_is_set_the_field_takes_it_and_elsewhere_it_does_not() {
    let plan = graph(OPTIONAL_IN_A_VALUE).plan("{ account { bill { total } } bills { total } }");
    let asked = |subgraph: &str| {
        let fetches = plan.fetches.iter();
        let fetches = fetches.filter(|fetch| *fetch.subgraph_name == *subgraph);
        let text: Vec<&str> = fetches.map(|fetch| &*fetch.operation).collect();
        text.join(" ")
    };
    assert!(asked("a").contains("total(currency:"), "{}", asked("a"));
    assert!(asked("b").contains("bills{total}"), "{}", asked("b"));
}
