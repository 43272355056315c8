//! Where a token stands in a request, and where else one stands beside it.

use super::*;

/// None of these is nobody: what was sent as a token and is none is refused, wherever it stands.
#[tokio::test]
#[rustfmt::skip] // A table: one case a line.
async fn a_token_is_looked_for_in_its_places_and_in_no_other() {
    let signer = Signer::es256("a");
    let issuer = Issuer::start(&[&signer]).await;
    let dogs = dogs().await;
    let config = format!(
        "authentication: {{ jwt: [{{ jwks: \"{}\" }}], sources: [{{ header: authorization, scheme: Bearer }}, {{ cookie: session }}, {{ header: x-token }}] }}\n\
         headers: {{ claims: {{ x-user: sub }} }}",
        issuer.url()
    );
    let router = Running::start(&[("dogs", &dogs)], &config).await;
    let token = |name: &str| signer.sign(&with(&claims(), "sub", json!(name)));
    let (ada, bea) = (token("ada"), token("bea"));
    let bearer = format!("Bearer {ada}");
    let long = format!("Bearer {}", "a".repeat(60_000));
    let cookie = |text: &str| text.replace("ADA", &ada).replace("BEA", &bea);
    let malformed = "TOKEN_MALFORMED";
    let none = "";
    for (name, headers, who) in [
        ("nowhere", vec![], none),
        ("in the header", vec![("authorization", bearer.clone())], "ada"),
        ("in a cookie", vec![("cookie", cookie("a=b; session=ADA; c=d"))], "ada"),
        ("in a cookie without spaces", vec![("cookie", cookie("a=b;session=ADA;c=d"))], "ada"),
        ("in another header", vec![("x-token", ada.clone())], "ada"),
        ("in the header and in a cookie", vec![("authorization", bearer.clone()), ("cookie", cookie("session=BEA"))], "ada"),
        ("in a cookie, and a scheme of somebody else's", vec![("authorization", "Basic YTpi".into()), ("cookie", cookie("session=BEA"))], "bea"),
        ("in a cookie and in another header", vec![("cookie", cookie("session=BEA")), ("x-token", ada.clone())], "bea"),
        ("in a cookie that is there twice", vec![("cookie", cookie("session=ADA; session=ADA"))], "ada"),
        ("in a cookie beside one that was deleted", vec![("cookie", cookie("session=; session=ADA"))], "ada"),
        ("in the second line of cookies", vec![("cookie", "a=b".into()), ("cookie", cookie("session=ADA"))], "ada"),
        ("in a cookie whose name is like it", vec![("cookie", cookie("Session=ADA; xsession=ADA; session2=ADA; session"))], none),
        ("in a cookie that was deleted", vec![("cookie", "session=".into())], none),
        ("in a header that is empty", vec![("x-token", String::new())], none),
        ("in the address", vec![("referer", format!("http://a.example/?access_token={ada}"))], none),
        ("in a cookie, but a bad one in the header", vec![("authorization", "Bearer x".into()), ("cookie", cookie("session=ADA"))], malformed),
        ("in a cookie, but an empty one in the header", vec![("authorization", "Bearer".into()), ("cookie", cookie("session=ADA"))], malformed),
        ("in two cookies", vec![("cookie", cookie("session=ADA; session=BEA"))], malformed),
        ("in two lines of cookies", vec![("cookie", cookie("session=ADA")), ("cookie", cookie("session=x"))], malformed),
        ("in quotation marks", vec![("cookie", cookie("session=\"ADA\""))], malformed),
        ("in a cookie that is not ASCII", vec![("cookie", "session=é".into())], malformed),
        ("in a header that is not ASCII", vec![("authorization", "Bearer é".into())], malformed),
        ("in a header that is there twice", vec![("x-token", ada.clone()), ("x-token", ada.clone())], malformed),
        ("in a header, with a scheme that it does not have", vec![("x-token", bearer.clone())], malformed),
        ("of 60 KB", vec![("authorization", long)], malformed),
        ("without its scheme", vec![("authorization", ada.clone())], malformed),
        ("without its scheme, and in a cookie", vec![("authorization", ada.clone()), ("cookie", cookie("session=BEA"))], malformed),
        ("behind another scheme", vec![("authorization", format!("JWT {ada}"))], malformed),
        ("behind another scheme, and in a cookie", vec![("authorization", format!("DPoP {ada}")), ("cookie", cookie("session=BEA"))], malformed),
        ("behind another scheme, in quotation marks", vec![("authorization", format!("Token token=\"{ada}\", realm=\"a\""))], malformed),
        ("behind its scheme and a colon", vec![("authorization", format!("Bearer: {ada}"))], malformed),
        ("behind its scheme and a comma", vec![("authorization", format!("bearer,{ada}"))], malformed),
        ("of its scheme and a colon, which is no token", vec![("authorization", "Bearer: x".into())], malformed),
        ("of a scheme that begins like its own", vec![("authorization", "BearerX a".into())], none),
        ("of a scheme with letters like those of one", vec![("authorization", "Basic eyJhIjoxfQ==".into())], none),
        ("of a scheme whose name is like one", vec![("authorization", "eyJhbGciOiJub25lIn0".into())], none),
    ] {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let before = dogs.requests().len();
        let answer = router.ask_with(&headers, json!({ "query": "{ dog }" }).to_string()).await;
        if who == malformed {
            assert_eq!((answer.status.as_u16(), &*answer.code()), (401, malformed), "{name}");
            assert_eq!(dogs.requests().len(), before, "{name}");
            continue;
        }
        assert_eq!(answer.status, 200, "{name}: {}", answer.text());
        let seen = dogs.requests().pop().and_then(|(headers, _)| headers.get("x-user").cloned());
        let seen = seen.as_ref().map_or("", |value| value.to_str().expect("ASCII"));
        assert_eq!(seen, who, "{name}");
    }
    // A head that is longer than all heads may be is no request.
    let longer = format!("Bearer {}", "a".repeat(200_000));
    let answer = router.ask_with(&[("authorization", &longer)], "{}".to_owned()).await;
    assert_eq!(answer.status, 431);
}

/// What one source would refuse may be what another one takes.
#[tokio::test]
async fn a_header_may_have_several_schemes() {
    let signer = Signer::es256("a");
    let issuer = Issuer::start(&[&signer]).await;
    let dogs = dogs().await;
    let config = format!(
        "authentication: {{ jwt: [{{ jwks: \"{}\" }}], sources: [{{ header: authorization, scheme: Bearer }}, {{ header: authorization, scheme: JWT }}, {{ header: x-token, scheme: JWT }}, {{ header: x-token }}] }}",
        issuer.url()
    );
    let router = Running::start(&[("dogs", &dogs)], &config).await;
    let token = signer.sign(&claims());
    for (header, before, status) in [
        ("authorization", "Bearer ", 200),
        ("authorization", "jwt ", 200),
        ("authorization", "Token ", 401),
        ("x-token", "JWT ", 200),
        ("x-token", "", 200),
        ("x-token", "Bearer ", 401),
    ] {
        let body = json!({ "query": "{ dog }" }).to_string();
        let value = format!("{before}{token}");
        let answer = router.ask_with(&[(header, &value)], body).await;
        assert_eq!(answer.status, status, "{header}: {before}");
    }
}

/// Clocks may be apart by the leeway, and no further.
#[tokio::test]
async fn times_are_taken_with_the_leeway() {
    let signer = Signer::es256("a");
    let issuer = Issuer::start(&[&signer]).await;
    let dogs = dogs().await;
    let config = format!(
        "authentication: {{ jwt: [{{ jwks: \"{}\", leeway: 60s }}] }}",
        issuer.url()
    );
    let router = Running::start(&[("dogs", &dogs)], &config).await;
    let now = claims()["exp"].as_u64().expect("a date") - 3_600;
    for (name, date, code) in [
        ("exp", now - 20, ""),
        ("exp", now - 100, "TOKEN_EXPIRED"),
        ("nbf", now + 30, ""),
        ("nbf", now + 600, "TOKEN_NOT_YET_VALID"),
        ("iat", now + 600, ""),
    ] {
        let answer = ask(&router, &signer.sign(&with(&claims(), name, json!(date)))).await;
        match code {
            "" => assert_eq!(answer.status, 200, "{name} {date}: {}", answer.text()),
            code => assert_eq!(answer.code(), code, "{name} {date}"),
        }
    }
}

/// Tokens are not tried more often than requests are made.
#[tokio::test]
async fn a_request_with_a_bad_token_counts_towards_the_rate_limit() {
    let signer = Signer::es256("a");
    let issuer = Issuer::start(&[&signer]).await;
    let dogs = dogs().await;
    let config = format!(
        "authentication: {{ jwt: [{{ jwks: \"{}\" }}] }}\nrate_limit: {{ requests: 2/h }}",
        issuer.url()
    );
    let router = Running::start(&[("dogs", &dogs)], &config).await;
    for code in ["TOKEN_MALFORMED", "TOKEN_MALFORMED", "REQUEST_RATE_LIMITED"] {
        assert_eq!(ask(&router, "x").await.code(), code);
    }
    assert_eq!(ask(&router, &signer.sign(&claims())).await.status, 429);
}
