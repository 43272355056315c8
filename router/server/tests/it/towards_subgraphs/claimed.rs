//! Which subgraphs are sent what the client's token says.

use serde_json::json;

use crate::identify::issuer::{Issuer, Signer, claims};
use crate::kit::{Running, Subgraph};

#[tokio::test]
async fn a_subgraph_is_sent_claims_of_its_own_and_others_are_not() {
    let signer = Signer::es256("a");
    let issuer = Issuer::start(&[&signer]).await;
    let dogs = Subgraph::with_data("type Query { dog: String }", json!({ "dog": "Rex" })).await;
    let cats = Subgraph::with_data("type Query { cat: String }", json!({ "cat": "Tom" })).await;
    let router = Running::configured(&format!(
        r#"
subgraphs:
  dogs: {{ url: "{}", headers: {{ claims: {{ x-team: team.name, x-user: team.lead }} }} }}
  cats: {{ url: "{}" }}
headers: {{ claims: {{ x-user: sub }} }}
authentication: {{ jwt: [{{ jwks: "{}", issuer: me, audiences: [api] }}] }}"#,
        dogs.url(),
        cats.url(),
        issuer.url()
    ))
    .await;
    router.until_ready().await;
    let mut claims = claims();
    claims["sub"] = json!("rex");
    claims["team"] = json!({ "name": "hounds", "lead": "bello" });
    let token = format!("Bearer {}", signer.sign(&claims));
    let body = json!({ "query": "{ dog cat }" }).to_string();
    let made_up = [("x-team", "admins"), ("x-user", "admin")];
    let with_token = [made_up[0], made_up[1], ("authorization", &*token)];
    for headers in [&with_token[..], &made_up] {
        let answer = router.ask_with(headers, body.clone()).await.json();
        assert_eq!(answer["data"], json!({ "dog": "Rex", "cat": "Tom" }));
    }
    let sent = |subgraph: &Subgraph| {
        let requests = subgraph.requests();
        let of = |name: &str| {
            let each = requests.iter().map(|(headers, _)| headers.get(name));
            let each =
                each.map(|value| value.map(|value| value.to_str().expect("text").to_owned()));
            each.collect::<Vec<_>>()
        };
        [of("x-team"), of("x-user")]
    };
    let once = |value: &str| vec![Some(value.to_owned()), None];
    assert_eq!(sent(&dogs), [once("hounds"), once("bello")]);
    assert_eq!(sent(&cats), [vec![None, None], once("rex")]);
}
