//! Tokens that a filter in front has verified: their payload out of dynamic metadata, and nothing else.
#![expect(clippy::unwrap_used, reason = "it is a test from end to end")]

mod support;

use fixtures::Algorithm;
use policy::Engine;
use serde_json::{Value, json};
use support::{
    NOW, Plain, changes, claims, code, compile, document, engine, issuer, provider, token,
};

/// A field of wire type 2.
fn bytes(number: u8, inner: &[u8]) -> Vec<u8> {
    let (low, high) = (inner.len() & 0x7f, inner.len() >> 7);
    let length = [
        u8::try_from(low).unwrap() | 0x80,
        u8::try_from(high).unwrap(),
    ];
    [&[number << 3 | 2], &length[..], inner].concat()
}

fn member(name: &str, value: &[u8]) -> Vec<u8> {
    bytes(1, &[bytes(1, name.as_bytes()), bytes(2, value)].concat())
}

/// A JSON value as `google.protobuf.Value`.
fn value(json: &Value) -> Vec<u8> {
    match json {
        Value::Null => vec![1 << 3, 0],
        Value::Number(number) => {
            let number = number.as_f64().unwrap().to_le_bytes();
            [&[2 << 3 | 1][..], &number].concat()
        }
        Value::String(text) => bytes(3, text.as_bytes()),
        Value::Bool(bit) => vec![4 << 3, u8::from(*bit)],
        Value::Object(members) => {
            let members = members.iter().map(|(name, one)| member(name, &value(one)));
            bytes(5, &members.collect::<Vec<_>>().concat())
        }
        Value::Array(items) => {
            let items = items.iter().map(|item| bytes(1, &value(item)));
            bytes(6, &items.collect::<Vec<_>>().concat())
        }
    }
}

fn metadata(key: &str, payload: &Value) -> Vec<u8> {
    member(
        "envoy.filters.http.jwt_authn",
        &member(key, &value(payload)),
    )
}

struct Mesh {
    issuer: fixtures::Issuer,
    engine: Engine,
}

impl Mesh {
    fn new() -> Self {
        let issuer = issuer("login", Algorithm::EdDsa);
        let verified = |name: &str, more: Value| {
            let mut provider = json!({"name": name, "payload_in_metadata": "payload"});
            let Value::Object(more) = more else {
                unreachable!()
            };
            provider.as_object_mut().unwrap().extend(more);
            provider
        };
        let section = json!({"providers": [
            verified("mesh", json!({"issuer": issuer.url(), "audiences": ["shop"],
                "claim_to_headers": [{"header_name": "x-user", "claim_name": "sub"}]})),
            verified("strict", json!({"issuer": issuer.url(), "audiences": ["bank"],
                "certificate_bound": "require", "max_lifetime": "5m",
                "claims": [{"claim": "level", "values": [3]}]})),
            verified("other", json!({"issuer": "https://other.test", "audiences": "any"})),
            provider("own", &issuer, json!({"audiences": ["cart"]})),
        ]});
        let allow = [
            json!({"jwt": "mesh"}),
            json!({"jwt": "strict"}),
            json!({"jwt": {"provider": ["other", "mesh"]}, "claims": [{"claim": ["org", "id"], "values": ["a"]}]}),
            json!({"jwt": {"provider": ["mesh", "own"]}}),
        ];
        let (engine, _) = engine(&document(&section, &allow));
        Self { issuer, engine }
    }

    fn claims(&self, more: Value) -> Value {
        claims(&self.issuer, more)
    }

    fn decide(&self, path: &str, payload: &Value) -> &'static str {
        let request = Plain::get(path).metadata(metadata("payload", payload));
        code(&self.engine.decide(&request))
    }
}

#[test]
fn a_payload_is_judged_like_a_tokens_but_for_its_signature() {
    let mesh = Mesh::new();
    for (more, expected) in [
        (json!({}), "permit"),
        (json!({"aud": ["cart", "shop"]}), "permit"),
        (json!({"iss": "https://other.test"}), "jwt.unknown_issuer"),
        (json!({"iss": null}), "jwt.unknown_issuer"),
        (json!({"aud": "cart"}), "jwt.wrong_audience"),
        (json!({"exp": NOW - 600}), "jwt.expired"),
        (json!({"nbf": NOW + 600}), "jwt.not_yet_valid"),
        (json!({"exp": null}), "jwt.malformed"),
        (json!({"exp": "12345678"}), "jwt.malformed"),
        (json!({"cnf": {"x5t#S256": "x"}}), "jwt.not_bound"),
    ] {
        assert_eq!(
            mesh.decide("/0", &mesh.claims(more.clone())),
            expected,
            "{more}"
        );
    }
    assert_eq!(mesh.decide("/0", &json!("x")), "jwt.malformed");
    assert_eq!(
        mesh.decide("/2", &mesh.claims(json!({"org": {"id": "a"}}))),
        "permit"
    );
    assert_eq!(
        mesh.decide("/2", &mesh.claims(json!({"org": {"id": "b"}}))),
        "jwt.claim_not_allowed"
    );
    assert_eq!(
        mesh.decide("/1", &mesh.claims(json!({"aud": "bank"}))),
        "jwt.lifetime_too_long"
    );
    let short = json!({"aud": "bank", "exp": NOW + 60});
    assert_eq!(mesh.decide("/1", &mesh.claims(short)), "jwt.not_bound");
}

#[test]
fn without_metadata_there_is_no_token_whatever_the_client_sends() {
    let mesh = Mesh::new();
    let good = token(&mesh.issuer, json!({}));
    let unsigned = format!("{}x", good.rsplit_once('.').unwrap().0);
    for request in [
        Plain::get("/0"),
        Plain::get("/0").bearer(&good),
        Plain::get("/0").bearer(&unsigned),
        Plain::get("/0").metadata(Vec::new()).bearer(&good),
        Plain::get("/0").metadata(metadata("other", &mesh.claims(json!({})))),
        Plain::get("/0").with("payload", mesh.claims(json!({})).to_string()),
    ] {
        assert_eq!(code(&mesh.engine.decide(&request)), "jwt.missing");
    }
    let broken = Plain::get("/0").metadata(vec![0xff]).bearer(&good);
    assert_eq!(code(&mesh.engine.decide(&broken)), "jwt.malformed");
    // Beside a provider with keys, each is judged by itself.
    let own = token(&mesh.issuer, json!({"aud": "cart"}));
    assert_eq!(
        code(&mesh.engine.decide(&Plain::get("/3").bearer(&own))),
        "permit"
    );
    assert_eq!(
        code(&mesh.engine.decide(&Plain::get("/3").bearer(&good))),
        "jwt.wrong_audience"
    );
}

#[test]
fn the_upstream_is_told_and_the_token_is_left_to_the_filter_in_front() {
    let mesh = Mesh::new();
    let payload = metadata("payload", &mesh.claims(json!({})));
    let request = Plain::get("/0")
        .bearer("x")
        .with("x-user", "root")
        .metadata(payload);
    let told = changes(&mesh.engine.decide(&request));
    assert_eq!(told, ["-x-user", "x-user: ada"]);
}

#[test]
fn what_asks_for_the_token_itself_is_refused() {
    let login = issuer("login", Algorithm::EdDsa);
    for (more, place) in [
        (json!({"jwks": {"inline": login.jwks()}}), "jwks"),
        (json!({"algorithms": ["EdDSA"]}), "algorithms"),
        (json!({"from_cookies": ["a"]}), "from_cookies"),
        (json!({"forward": true}), "forward"),
        (
            json!({"forward_payload_header": "x-p"}),
            "forward_payload_header",
        ),
        (json!({"profile": "access_token"}), "profile"),
    ] {
        let mut provider =
            json!({"name": "mesh", "issuer": "i", "audiences": "any", "payload_in_metadata": "p"});
        let Value::Object(more) = more else {
            unreachable!()
        };
        provider.as_object_mut().unwrap().extend(more);
        let document = document(&json!({"providers": [provider]}), &[json!({"jwt": "mesh"})]);
        let report = compile(&document).map(|_| ()).unwrap_err();
        let place = format!("jwt.providers[mesh].{place}: ");
        assert!(
            report.errors()[0].starts_with(&place),
            "{:?}",
            report.errors()
        );
        assert_eq!(report.errors().len(), 1);
    }
}
