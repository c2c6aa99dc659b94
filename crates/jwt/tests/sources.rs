//! Where tokens are read, and that what was read there does not reach the upstream.

mod support;

use fixtures::{Algorithm, Issuer};
use policy::{Engine, HeaderChange};
use serde_json::{Value, json};
use support::{Plain, changes, code, compile, document, engine, issuer, provider, token};

fn reading(issuer: &Issuer, more: Value) -> Engine {
    let section = json!({"providers": [provider("login", issuer, more)]});
    engine(&document(&section, &[json!({"jwt": "login"})])).0
}

fn everywhere() -> Value {
    json!({
        "from_headers": [{"name": "authorization", "value_prefix": "Bearer "}, {"name": "x-token"}],
        "from_cookies": ["session"],
        "from_params": ["access_token"],
    })
}

#[test]
fn a_token_is_read_in_each_place_and_taken_out_of_it_alone() {
    let login = issuer("login", Algorithm::EdDsa);
    let engine = reading(&login, everywhere());
    let token = token(&login, json!({}));
    for (request, expected) in [
        (
            Plain::get("/0").bearer(&token),
            vec!["-authorization".to_owned()],
        ),
        (
            Plain::get("/0").with("x-token", &token),
            vec!["-x-token".into()],
        ),
        (
            Plain::get("/0").with("cookie", format!("a=1; session={token}; b=\u{e9}")),
            vec!["cookie: a=1; b=\\xc3\\xa9".into()],
        ),
        (
            Plain::get("/0").with("cookie", format!("session={token}")),
            vec!["-cookie".into()],
        ),
        (
            Plain::get(&format!("/0?a=%2F&access_token={token}&b=+")),
            vec![":path: /0?a=%2F&b=+".into()],
        ),
        (
            Plain::get(&format!("/0?access_token={token}")),
            vec![":path: /0".into()],
        ),
    ] {
        let decision = engine.decide(&request);
        assert_eq!(code(&decision), "permit");
        assert_eq!(changes(&decision), expected);
    }
    let forwarding = reading(
        &login,
        json!({"from_cookies": ["session"], "forward": true}),
    );
    let decision = forwarding.decide(&Plain::get("/0").with("cookie", format!("session={token}")));
    assert_eq!(
        (code(&decision), changes(&decision)),
        ("permit", Vec::new())
    );
}

/// As in Envoy and Istio: who lists a place means that place.
#[test]
fn authorization_is_read_where_no_place_is_listed() {
    let login = issuer("login", Algorithm::EdDsa);
    let token = token(&login, json!({}));
    for places in [
        json!({"from_cookies": ["session"]}),
        json!({"from_params": ["t"]}),
    ] {
        let engine = reading(&login, places);
        assert_eq!(
            code(&engine.decide(&Plain::get("/0").bearer(&token))),
            "jwt.missing"
        );
    }
    let elsewhere = [
        Plain::get("/0").with("cookie", format!("session={token}")),
        Plain::get(&format!("/0?access_token={token}")),
    ];
    let engine = reading(&login, json!({}));
    for request in elsewhere {
        assert_eq!(code(&engine.decide(&request)), "jwt.missing");
    }
}

#[test]
fn two_tokens_are_an_invalid_request_in_whichever_places() {
    let login = issuer("login", Algorithm::EdDsa);
    let engine = reading(&login, everywhere());
    let token = token(&login, json!({}));
    let cookie = format!("session={token}");
    let path = format!("/0?access_token={token}");
    for request in [
        Plain::get("/0").bearer(&token).with("x-token", &token),
        Plain::get("/0").bearer(&token).with("cookie", &cookie),
        Plain::get(&path).bearer("x"),
        Plain::get(&path).with("cookie", &cookie),
        Plain::get("/0").with("cookie", format!("{cookie}; {cookie}")),
        Plain::get("/0").with("cookie", format!("{cookie}; SESSION=x")),
        Plain::get("/0")
            .with("cookie", &cookie)
            .with("cookie", &cookie),
        Plain::get(&format!("{path}&access_token={token}")),
        Plain::get(&format!("{path}&access%5Ftoken=x")),
    ] {
        let decision = engine.decide(&request);
        assert_eq!(code(&decision), "jwt.several_tokens");
        assert!(
            support::challenge(&decision)
                .unwrap()
                .contains("error=\"invalid_request\"")
        );
        assert_eq!(decision.unwrap_err().reason.status().http(), 400);
    }
}

#[test]
fn what_was_not_taken_does_not_reach_the_upstream_either() {
    let login = issuer("login", Algorithm::EdDsa);
    let section = json!({"providers": [provider("login", &login, everywhere())]});
    let allow = json!({"any_of": [{"jwt": "login"}, {"when": [{"key": "request.headers[x-a]", "present": true}]}]});
    let (engine, _) = engine(&document(&section, &[allow]));
    let request = Plain::get("/0?access_token=b&access_token=c&d=e")
        .bearer("x.y.z")
        .with("cookie", "f=g; session=h")
        .with("x-a", "1");
    let decision = engine.decide(&request);
    assert_eq!(code(&decision), "permit");
    let expected = ["-authorization", "cookie: f=g", ":path: /0?d=e"];
    assert_eq!(changes(&decision), expected);
}

#[test]
fn the_payload_is_told_as_it_was_sent() {
    let login = issuer("login", Algorithm::EdDsa);
    for place in [
        json!({}),
        json!({"from_cookies": ["session"], "forward": true}),
    ] {
        let mut more = place.clone();
        more["forward_payload_header"] = json!("x-jwt-payload");
        let engine = reading(&login, more);
        let token = token(&login, json!({"name": "Jos\u{e9}"}));
        let request = match place.get("from_cookies") {
            None => Plain::get("/0").bearer(&token),
            Some(_) => Plain::get("/0").with("cookie", format!("session={token}")),
        };
        // A client's own copies go, whichever dashes are underscores.
        let request = [
            "x-jwt-payload",
            "x_jwt_payload",
            "x-jwt_payload",
            "x_jwt-payload",
        ]
        .iter()
        .fold(request, |request, name| request.with(name, "e30"));
        for _ in 0..2 {
            let decision = engine.decide(&request);
            let changes = decision.as_ref().unwrap().changes.clone();
            let payload = token.split('.').nth(1).unwrap();
            let told = HeaderChange::Set("x-jwt-payload".into(), payload.as_bytes().to_vec());
            assert_eq!(changes.last(), Some(&told));
            let removed = support::changes(&decision);
            for name in [
                "-x_jwt_payload",
                "-x-jwt_payload",
                "-x_jwt-payload",
                "-x-jwt-payload",
            ] {
                assert!(removed.iter().any(|one| one == name), "{removed:?}");
            }
        }
    }
}

#[test]
fn claims_are_told_in_filter_state_where_they_can_be_read_in_one_way() {
    let login = issuer("login", Algorithm::EdDsa);
    let engine = reading(
        &login,
        json!({"claims_to_state": [
            {"name": "tenant", "claim_name": ["org", "id"]}, {"name": "roles", "claim_name": "roles"},
            {"name": "user", "claim_name": "sub"},
        ]}),
    );
    let facts = |claims: Value| {
        let decision = engine.decide(&Plain::get("/0").bearer(&token(&login, claims)));
        let facts = decision.unwrap().facts;
        let lines = facts
            .into_iter()
            .map(|(name, value)| format!("{name}={}", value.escape_ascii()));
        lines.collect::<Vec<_>>()
    };
    let told = facts(json!({"org": {"id": "blue"}, "roles": ["a", "b"]}));
    assert_eq!(
        told,
        ["claim.tenant=blue", "claim.roles=a,b", "claim.user=ada"]
    );
    let told = facts(json!({"org": {"id": "blue\nstatus=200"}, "roles": ["a,b"]}));
    assert_eq!(told, ["claim.user=ada"]);
}

#[test]
fn mistakes_in_what_is_read_and_told_are_refused() {
    let login = issuer("login", Algorithm::EdDsa);
    let errors = |more: Value| {
        let section = json!({"providers": [provider("login", &login, more)]});
        let read = compile(&document(&section, &[json!({"jwt": "login"})])).map(|_| ());
        read.err()
            .map(|report| report.errors().join("; "))
            .unwrap_or_default()
    };
    for (more, error) in [
        (json!({"from_cookies": []}), "from_cookies: is empty"),
        (
            json!({"from_cookies": ["a b"]}),
            "from_cookies[0]: \"a b\" is not the name of a cookie",
        ),
        (
            json!({"from_cookies": ["a", "A"]}),
            "from_cookies[1]: \"A\" is given twice",
        ),
        (
            json!({"from_params": ["a=b"]}),
            "from_params[0]: \"a=b\": write letters",
        ),
        (
            json!({"forward_payload_header": ":path"}),
            "forward_payload_header: \":path\" is a pseudo header",
        ),
        (
            json!({"forward_payload_header": "te"}),
            "forward_payload_header: \"te\" is the proxy's own",
        ),
        (
            json!({"forward_payload_header": "authorization"}),
            "\"authorization\" is the proxy's own",
        ),
        (
            json!({"forward_payload_header": "x-t", "from_headers": [{"name": "x_t"}]}),
            "forward_payload_header: \"x-t\" carries tokens",
        ),
        (
            json!({"forward_payload_header": "x-u", "claim_to_headers": [{"header_name": "x_u", "claim_name": "sub"}]}),
            "forward_payload_header: \"x-u\" is a claim's too",
        ),
        (
            json!({"claim_to_headers": [{"header_name": "x-u", "claim_name": "sub"}, {"header_name": "x_u", "claim_name": "a"}]}),
            "claim_to_headers[1].header_name: \"x_u\" is given twice",
        ),
        (
            json!({"claims_to_state": [{"name": "a", "claim_name": "a"}, {"name": "a", "claim_name": "b"}]}),
            "claims_to_state[a].name: given twice",
        ),
        (
            json!({"claims_to_state": [{"name": "A", "claim_name": "a"}]}),
            "claims_to_state[A].name: \"A\" is not a name",
        ),
        (
            json!({"presented_by": "subject"}),
            "presented_by: goes with profile: jwt_svid alone",
        ),
    ] {
        let told = errors(more.clone());
        assert!(told.contains(error), "{more}\nwants {error}\ngot   {told}");
    }
    let section = json!({"providers": [provider("login", &login, json!({"from_params": ["t"]}))]});
    let (_, report) = compile(&document(&section, &[json!({"jwt": "login"})])).unwrap();
    assert!(
        report.warnings()[0].contains("RFC 6750 §5.3"),
        "{:?}",
        report.warnings()
    );
}
