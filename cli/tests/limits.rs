//! `portcullis check` on limits: what a key rests on, provider by provider.

mod support;

use support::{Ran, check};

/// Three token providers, and a limit with more said of it.
fn limit(rest: &str) -> Ran {
    check(&document(rest))
}

fn document(rest: &str) -> String {
    format!(
        "
version: v1
identity: {{trust_domain: example.org}}
jwt:
  providers:
    - {{name: login, issuer: a, audiences: any, algorithms: [HS256], jwks: {{inline: {KEYS}}}}}
    - {{name: partner, issuer: b, audiences: any, algorithms: [HS256], jwks: {{inline: {KEYS}}}}}
    - {{name: other, issuer: c, audiences: any, algorithms: [HS256], jwks: {{inline: {KEYS}}}}}
routes:
  - {{name: open, paths: [/open], allow: any}}
  - {{name: login, paths: [/login], allow: {{jwt: login, scopes: [a]}}}}
  - {{name: either, paths: [/either], allow: {{jwt: {{provider: [login, partner]}}}}}}
  - {{name: one-of, paths: [/one-of], allow: {{any_of: [{{jwt: login}}, {{namespaces: [jobs]}}]}}}}
  - {{name: maybe, paths: [/maybe], allow: {{jwt: {{provider: login, optional: true}}}}}}
  - {{name: plan, paths: [/plan], allow: {{jwt: login, when: [{{key: \"jwt[login].claims[plan]\", values: [gold]}}]}}}}
rate_limit:
  limits:
    - {{name: x, rates: [{{requests: 1, per: 1s}}], {rest}}}
"
    )
}

/// A secret of 32 bytes.
const KEYS: &str = "{keys: [{kty: oct, k: MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE}]}";

const KEY: &str = "rate_limit.limits[x].key[0]";

#[test]
fn a_provider_is_verified_only_where_every_token_let_in_is_its_own() {
    let claim = |routes: &str| {
        limit(&format!(
            "routes: [{routes}], key: [\"jwt[login].claims[sub]\"]"
        ))
    };
    for fine in ["login", "plan", "login, plan"] {
        claim(fine).expect(0);
    }
    for hole in ["either", "one-of", "maybe", "open, login"] {
        let name = hole.split(',').next().unwrap();
        let message = format!(
            "routes[{name}] verifies no token of \"login\", so jwt[login].claims[sub] is missing there"
        );
        claim(hole).expect(1).says("error", KEY, &message);
    }
    // Any provider's will do.
    limit("routes: [login, either, plan], key: [jwt.principal]").expect(0);
    limit("routes: [one-of], key: [jwt.principal]").expect(1);
}

#[test]
fn what_nothing_verifies_there_is_never_a_key() {
    let never = "nothing verifies a token of \"partner\" where this limit counts";
    let partner = |routes: &str| {
        let rest = "key: [\"jwt[partner].claims[sub]\"], missing: share";
        limit(&format!("routes: [{routes}], {rest}"))
    };
    partner("login, plan").expect(1).says("error", KEY, never);
    partner("open").expect(1).says("error", KEY, never);
    partner("login, either").expect(0);
    // A guard verifies as well.
    let other = "key: [\"jwt[other].claims[sub]\"], missing: share";
    limit(other).expect(1);
    let guard = "{name: others, who: {any_of: [{jwt: other}, {namespaces: [jobs]}]}}";
    let guarded = document(other).replace("routes:\n", &format!("require: [{guard}]\nroutes:\n"));
    check(&guarded).expect(0);
    // The workload is verified when it is asked for.
    limit("routes: [open], key: [source.principal], missing: share").expect(0);
    limit("routes: [open], key: [jwt.principal], missing: skip")
        .expect(1)
        .says(
            "error",
            KEY,
            "nothing verifies a token where this limit counts",
        );
    let plan = "overrides: [{match: {\"jwt[partner].claims[plan]\": [gold]}, unlimited: true}]";
    let place = "rate_limit.limits[x].overrides[0].match[\"jwt[partner].claims[plan]\"]";
    limit(&format!("routes: [login], {plan}"))
        .expect(1)
        .says("error", place, never);
    limit(&format!("routes: [either], {plan}")).expect(0);
}

#[test]
fn a_key_that_nobody_verifies_is_noted() {
    limit("key: [remote.ip, \"request.headers[x-tenant]\"]").expect(0).says(
        "note",
        "rate_limit.limits[x].key",
        "nobody verifies remote.ip, request.headers[x-tenant]: whoever can change it is counted apart",
    );
}
