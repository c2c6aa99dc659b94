//! One bad credential never spoils another that is good where the route takes either, and never helps
//! where it does not.
//!
//! Every shape of a condition up to two operators, against every combination of credentials: what
//! decides is told beforehand by a model that knows nothing of how conditions are asked.
#![expect(clippy::expect_used, reason = "helpers of tests")]
#![cfg(not(target_arch = "wasm32"))]

mod shown;

use policy::{HeaderChange, Status};
use serde_json::{Value, json};
use shown::{Credentials, KEYS, Peer, Shown};
use vectors::{Document, Pure, Vector, documents};

/// A part of a condition, and whether it holds by the model.
#[derive(Clone, Copy)]
struct Part {
    json: fn() -> Value,
    holds: fn(Credentials) -> bool,
}

const PARTS: [Part; 7] = [
    Part {
        json: || json!({"api_key": ["acme"]}),
        holds: |shown| shown.key == Some("acme-key"),
    },
    Part {
        json: || json!({"service_accounts": ["shop/checkout"]}),
        holds: |shown| shown.peer == Peer::Good,
    },
    Part {
        json: || json!({"jwt": "login"}),
        holds: |shown| shown.login.is_verified(),
    },
    Part {
        json: || json!({"jwt": "login", "scopes": ["read"]}),
        holds: |shown| shown.login == Shown::Good,
    },
    Part {
        json: || json!({"jwt": {"provider": ["login", "partner"]}, "scopes": ["read"]}),
        holds: |shown| shown.login == Shown::Good || shown.partner == Shown::Good,
    },
    Part {
        json: || json!({"jwt": {"provider": "login", "optional": true}}),
        holds: |shown| shown.login == Shown::None || shown.login.is_verified(),
    },
    Part {
        json: || json!({"jwt": "partner", "when": [{"key": "jwt.claims[scope]", "values": ["read"]}]}),
        holds: |shown| shown.partner == Shown::Good,
    },
];

/// A condition, and whether it holds.
struct Shape {
    json: Value,
    holds: Box<dyn Fn(Credentials) -> bool>,
}

/// Parts alone, two under one operator, and one beside two under the other operator.
fn shapes() -> Vec<Shape> {
    let mut shapes: Vec<Shape> = PARTS
        .iter()
        .map(|part| Shape {
            json: (part.json)(),
            holds: Box::new(part.holds),
        })
        .collect();
    for (first, a) in PARTS.into_iter().enumerate() {
        for (second, b) in PARTS
            .into_iter()
            .enumerate()
            .filter(|(second, _)| *second != first)
        {
            let two = json!([(a.json)(), (b.json)()]);
            shapes.push(Shape {
                json: json!({"any_of": two}),
                holds: Box::new(move |shown| (a.holds)(shown) || (b.holds)(shown)),
            });
            shapes.push(Shape {
                json: json!({"all_of": two}),
                holds: Box::new(move |shown| (a.holds)(shown) && (b.holds)(shown)),
            });
            for c in PARTS.into_iter().skip(second + 1) {
                shapes.push(Shape {
                    json: json!({"any_of": [{"all_of": two}, (c.json)()]}),
                    holds: Box::new(move |shown| {
                        (a.holds)(shown) && (b.holds)(shown) || (c.holds)(shown)
                    }),
                });
                shapes.push(Shape {
                    json: json!({"all_of": [(c.json)(), {"any_of": two}]}),
                    holds: Box::new(move |shown| {
                        (c.holds)(shown) && ((a.holds)(shown) || (b.holds)(shown))
                    }),
                });
            }
        }
    }
    shapes
}

const LOGIN: &str = "https://login.example.org";
const PARTNER: &str = "https://partner.example.org";

fn engine(shapes: &[Shape]) -> Pure {
    let keys: Value = documents()
        .iter()
        .find_map(|document| {
            let json: Value = serde_json::from_str(&document.json).expect("JSON");
            json.pointer("/jwt/providers/0/jwks/inline").cloned()
        })
        .expect("a document with keys");
    let provider = |name, issuer, header, prefix| {
        json!({"name": name, "issuer": issuer, "audiences": ["shop"], "algorithms": ["EdDSA"],
               "from_headers": [{"name": header, "value_prefix": prefix}], "jwks": {"inline": keys},
               "claim_to_headers": [{"header_name": "x-issuer", "claim_name": "iss"}]})
    };
    let routes = shapes.iter().enumerate().map(|(number, shape)| {
        json!({"name": format!("r{number}"), "paths": [format!("/{number}")], "allow": shape.json})
    });
    let digest = |client: &str| api_key::Digest::of(format!("{client}-key").as_bytes()).to_string();
    let key = |client| json!({"client": client, "sha256": digest(client)});
    let document = json!({
        "version": "v1",
        "identity": {"trust_domain": "mesh.test"},
        "jwt": {"budgets": {"failures": {"unlimited": true}}, "providers": [
            provider("login", LOGIN, "authorization", "Bearer "),
            provider("partner", PARTNER, "x-partner", "Token "),
        ]},
        "api_key": {
            "from_headers": [{"name": "x-api-key"}], "client_id_header": "x-client-id",
            "keys": [key("acme"), key("beta")]},
        "routes": routes.collect::<Vec<_>>(),
    });
    Pure::new(&Document {
        name: "shapes".into(),
        json: document.to_string(),
    })
}

/// A request with these credentials, whose path is still to be said.
fn request(shown: Credentials) -> Vector {
    let login = shown.login.token(LOGIN, PARTNER);
    let partner = shown.partner.token(PARTNER, LOGIN);
    let login = login.map(|token| ("authorization".to_owned(), format!("Bearer {token}")));
    let partner = partner.map(|token| ("x-partner".to_owned(), format!("Token {token}")));
    let key = shown
        .key
        .map(|key| ("x-api-key".to_owned(), key.to_owned()));
    Vector {
        name: String::new(),
        document: String::new(),
        method: "GET".into(),
        path: String::new(),
        host: "shop.example.org".into(),
        headers: login.into_iter().chain(partner).chain(key).collect(),
        peer: shown.peer.certificate(),
        principal: None,
        remote: "127.0.0.1".into(),
        token: None,
        expect: Vec::new(),
        not_in_envoy: None,
    }
}

#[test]
fn what_decides_is_what_the_condition_says_of_each_credential_by_itself() {
    let shapes = shapes();
    let engine = engine(&shapes);
    let mut keys = KEYS.into_iter().cycle(); // five keys: each meets each of the others' four and six
    let (mut permits, mut denials) = (0, 0);
    for peer in Peer::ALL {
        for login in Shown::ALL {
            for partner in Shown::ALL {
                let shown = Credentials {
                    peer,
                    key: keys.next().flatten(),
                    login,
                    partner,
                };
                let mut request = request(shown);
                for (number, shape) in shapes.iter().enumerate() {
                    request.path = format!("/{number}");
                    let decided = engine.decide(&request);
                    let about = || format!("{} {shown:?}: {decided:?}", shape.json);
                    assert_eq!(decided.is_ok(), (shape.holds)(shown), "{}", about());
                    match &decided {
                        Ok(permit) => {
                            permits += 1;
                            for change in &permit.changes {
                                if let HeaderChange::Set(_, told) = change {
                                    assert!(shown.may_tell(told), "{}", about());
                                }
                            }
                        }
                        Err(denial) => {
                            denials += 1;
                            let status = denial.reason.status();
                            let told = matches!(status, Status::Unauthorized | Status::Forbidden)
                                || status == Status::BadRequest && shown.key == Some("x,x");
                            assert!(told, "{}", about());
                        }
                    }
                }
            }
        }
    }
    assert!(permits > 8_000 && denials > 20_000, "{permits} {denials}");
}
