//! Of several tokens in one request, which is spoken of: the one that let it in, and no other.
#![expect(clippy::unwrap_used, reason = "it is a test from end to end")]

mod support;

use fixtures::{Algorithm, Issuer};
use policy::Engine;
use serde_json::{Value, json};
use support::{Plain, changes, code, compile, document, engine, issuer, provider, token};

/// Tokens of two providers can stand in one request: guests' and the staff's.
struct Desk {
    guest: Issuer,
    staff: Issuer,
}

impl Desk {
    fn new() -> Self {
        Self {
            guest: issuer("guest", Algorithm::EdDsa),
            staff: issuer("staff", Algorithm::EdDsa),
        }
    }

    fn section(&self) -> Value {
        let writes = json!([
            {"header_name": "x-user", "claim_name": "sub"},
            {"header_name": "x-team", "claim_name": "team"},
        ]);
        json!({"providers": [
            provider("guest", &self.guest, json!({"claim_to_headers": writes})),
            provider("staff", &self.staff, json!({
                "claim_to_headers": writes, "from_headers": [{"name": "x-staff"}],
            })),
        ]})
    }

    fn engine(&self, allow: &[Value]) -> Engine {
        engine(&document(&self.section(), allow)).0
    }

    fn refused(&self, allow: Value) -> String {
        let report = compile(&document(&self.section(), &[allow])).map(|_| ());
        report.unwrap_err().errors().join("; ")
    }

    /// A request with a good token of each.
    fn both(&self, path: &str, guest: Value, staff: Value) -> Plain {
        Plain::get(path)
            .bearer(&token(&self.guest, guest))
            .with("x-staff", token(&self.staff, staff))
    }
}

const IS_ADMIN: &str = "jwt.claims[role]";

fn admin() -> Value {
    json!([{"key": IS_ADMIN, "values": ["admin"]}])
}

/// Who may make a guest's token with any claim is not staff by showing a plain one beside it.
#[test]
fn a_comparison_is_with_the_token_beside_it() {
    let desk = Desk::new();
    let allow = [
        json!({"any_of": [
            {"jwt": "guest", "scopes": ["all"]},
            {"jwt": "staff", "when": admin()},
        ]}),
        json!({"jwt": "guest", "any_of": [
            {"jwt": "staff", "when": admin()},
            {"remote_ip_blocks": ["192.0.2.1"]},
        ]}),
        json!({"jwt": "guest", "any_of": [
            {"jwt": {"provider": "staff", "optional": true}, "when": admin()},
            {"remote_ip_blocks": ["192.0.2.1"]},
        ]}),
    ];
    let engine = desk.engine(&allow);
    for path in ["/0", "/1", "/2"] {
        let forged = desk.both(path, json!({"role": "admin"}), json!({}));
        assert_ne!(code(&engine.decide(&forged)), "permit", "{path}");
        let honest = desk.both(path, json!({}), json!({"role": "admin"}));
        assert_eq!(code(&engine.decide(&honest)), "permit", "{path}");
    }
    let without = Plain::get("/2").bearer(&token(&desk.guest, json!({"role": "admin"})));
    assert_ne!(
        code(&engine.decide(&without)),
        "permit",
        "staff has shown none"
    );
}

/// One token is enough or it is not: two that are each enough in part are not enough.
#[test]
fn two_tokens_do_not_add_up() {
    let desk = Desk::new();
    let either = json!({"provider": ["guest", "staff"]});
    let engine = desk.engine(&[
        json!({"jwt": either, "scopes": ["a"], "claims": [{"claim": "role", "values": ["admin"]}]}),
        json!({"jwt": either, "scopes": ["a"], "when": [{"key": "jwt[guest].claims[role]", "values": ["admin"]}]}),
    ]);
    for path in ["/0", "/1"] {
        let halves = desk.both(path, json!({"role": "admin"}), json!({"scope": "a"}));
        assert_ne!(code(&engine.decide(&halves)), "permit", "{path}");
        let whole = desk.both(path, json!({"role": "admin", "scope": "a"}), json!({}));
        assert_eq!(code(&engine.decide(&whole)), "permit", "{path}");
    }
}

#[test]
fn the_upstream_is_told_of_the_token_that_let_the_request_in() {
    let desk = Desk::new();
    let engine = desk.engine(&[
        json!({"any_of": [{"jwt": "guest", "scopes": ["all"]}, {"jwt": "staff"}]}),
        json!({"any_of": [
            {"all_of": [{"jwt": "guest"}, {"remote_ip_blocks": ["192.0.2.1"]}]},
            {"jwt": "staff"},
        ]}),
        json!({"all_of": [{"jwt": "guest"}, {"jwt": "staff"}]}),
    ]);
    let told = |path, guest: Value| {
        let request = desk.both(path, guest, json!({"sub": "eve", "team": "desk"}));
        changes(&engine.decide(&request))
    };
    let staff = ["-authorization", "-x-staff", "x-user: eve", "x-team: desk"];
    assert_eq!(told("/0", json!({"team": "guests"})), staff);
    assert_eq!(told("/1", json!({"team": "guests"})), staff);
    // Of two that were both asked for, the first has the word on each header, be it silence.
    let first = ["-authorization", "-x-staff", "x-user: ada"];
    assert_eq!(told("/2", json!({})), first);
}

#[test]
fn a_claim_of_a_token_that_nobody_asks_for_is_refused() {
    let desk = Desk::new();
    let when = json!([{"key": "jwt[guest].claims[role]", "values": ["admin"]}]);
    let other = desk.refused(json!({"jwt": "staff", "when": when}));
    assert_eq!(
        other,
        "routes[r0].allow.when: \"jwt[guest].claims[role]\" needs \"jwt\" beside it or in an all_of around \
         it: it verifies nothing by itself, so it would be missing on every request; write {jwt: guest, \
         when: [...]}"
    );
    for allow in [
        json!({"jwt": "guest", "when": when}),
        json!({"jwt": {"provider": ["staff", "guest"]}, "when": when}),
        json!({"jwt": "staff", "all_of": [{"when": when}, {"jwt": "guest"}]}),
        json!({"jwt": "guest", "any_of": [{"jwt": "staff", "when": when}, {"when": when}]}),
    ] {
        assert!(
            compile(&document(&desk.section(), std::slice::from_ref(&allow))).is_ok(),
            "{allow}"
        );
    }
}
