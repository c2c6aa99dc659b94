//! A bad document never runs: not at start, not in `--mode validate`, not as an update.

use portcullis_envoy_tests::{Echo, Envoy, Plugin, Proxy, Request, until};
use serde_json::{Value, json};

fn document(path: &str) -> Value {
    json!({
        "version": "v1",
        "routes": [{"name": "only", "methods": ["GET"], "paths": [path], "allow": "any"}],
    })
}

fn gateway(document: &Value) -> Proxy {
    Proxy::new(Echo::start())
        .workers(2)
        .plugin(Plugin::Gateway, document)
}

/// Documents with the line that each must be refused with.
fn bad() -> Vec<(Plugin, String, &'static str)> {
    let text = |document: Value| document.to_string();
    let route = |route: Value| json!({"version": "v1", "routes": [route]}).to_string();
    vec![
        (Plugin::SpiffeAuthz, "{".to_owned(), "not JSON"),
        (
            Plugin::SpiffeAuthz,
            text(json!({"routes": []})),
            r#"version: missing; write "version: v1""#,
        ),
        (
            Plugin::SpiffeAuthz,
            text(json!({"version": "v1"})),
            "routes: missing",
        ),
        (
            Plugin::SpiffeAuthz,
            route(json!({"name": "a", "paths": ["/a"]})),
            "routes[a].allow: missing",
        ),
        (
            Plugin::SpiffeAuthz,
            route(json!({"name": "a", "paths": ["/a"], "allow": ["any"]})),
            r#"routes[a].allow: expected "any", "none" or a map, got a list"#,
        ),
        (
            Plugin::SpiffeAuthz,
            route(json!({"name": "a", "paths": ["/a"], "allow": "any", "notPaths": ["/b"]})),
            "notPaths",
        ),
        (
            Plugin::SpiffeAuthz,
            route(json!({"name": "a", "paths": ["/a"], "allow": {"jwt": "login"}})),
            "routes[a].allow.jwt: spiffe_authz.wasm verifies no tokens",
        ),
        (
            Plugin::JwtAuthn,
            route(json!({"name": "a", "paths": ["/a"], "allow": {"namespaces": ["shop"]}})),
            "routes[a].allow.namespaces",
        ),
        (
            Plugin::RateLimit,
            text(json!({"version": "v1", "rate_limit": {"limits": [
                {"name": "a", "rates": [{"requests": 1, "per": 60}]}]}})),
            r#"rate_limit.limits[a].rates[0].per: expected a duration such as "1m", got the number 60"#,
        ),
    ]
}

#[tokio::test]
async fn a_bad_document_stops_the_start_with_its_errors() {
    let (plugin, text, line) = bad().swap_remove(1);
    let proxy = Proxy::new(Echo::start()).plugin_text(plugin, Some(&text));
    let refusal = proxy.refused_start().await;
    assert_ne!(refusal.exit, 0, "{text}");
    assert!(
        refusal.log.contains(line),
        "{text}: no line with {line:?} in {}",
        refusal.log
    );
}

#[test]
fn no_document_is_a_bad_document() {
    for plugin in [
        Plugin::SpiffeAuthz,
        Plugin::JwtAuthn,
        Plugin::RateLimit,
        Plugin::Gateway,
    ] {
        let refusal = Proxy::new(Echo::start())
            .plugin_text(plugin, None)
            .validate()
            .unwrap_err();
        assert!(
            refusal.log.contains("no configuration"),
            "{plugin:?}: {}",
            refusal.log
        );
    }
}

#[test]
fn validation_by_the_real_proxy_shows_the_same_errors() {
    for (plugin, text, line) in bad() {
        let proxy = Proxy::new(Echo::start()).plugin_text(plugin, Some(&text));
        let refusal = proxy.validate().expect_err(&text);
        assert!(
            refusal.log.contains(line),
            "{text}: no line with {line:?} in {}",
            refusal.log
        );
    }
    gateway(&document("/a")).validate().unwrap();
}

#[test]
fn all_errors_come_at_once() {
    let document = json!({
        "version": "v1",
        "routes": [
            {"name": "a", "paths": ["a"], "allow": "any"},
            {"name": "b", "paths": ["/b"]},
            {"name": "c", "paths": ["/c"], "allow": {"principals": ["mesh.test/x"]}},
        ],
    });
    let refusal = gateway(&document).validate().unwrap_err();
    for line in [
        "routes[a].paths[0]",
        "routes[b].allow",
        "routes[c].allow.principals[0]",
    ] {
        assert!(refusal.log.contains(line), "no {line:?} in {}", refusal.log);
    }
}

async fn status(envoy: &Envoy, path: &str) -> u16 {
    envoy.client().send(&Request::get(path)).await.status
}

#[tokio::test]
async fn an_update_takes_the_place_of_the_old_document() {
    let envoy = gateway(&document("/old")).start_watched().await;
    assert_eq!(
        (status(&envoy, "/old").await, status(&envoy, "/new").await),
        (200, 403)
    );
    envoy.update(&gateway(&document("/new")));
    until("the new document", async || {
        (status(&envoy, "/new").await == 200).then_some(())
    })
    .await;
    until("the old document's end", async || {
        (status(&envoy, "/old").await == 403).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_refused_update_leaves_the_old_document_serving() {
    let envoy = gateway(&document("/old")).start_watched().await;
    let rejected = "listener_manager.lds.update_rejected";
    let mut wrong = document("/new");
    wrong["surprise"] = json!(true);
    for (count, document) in [(1, wrong), (2, json!({"version": "v2"}))] {
        envoy.update(&gateway(&document));
        envoy.wait_for_counter(rejected, count).await;
        for _ in 0..20 {
            assert_eq!(status(&envoy, "/old").await, 200);
            assert_eq!(status(&envoy, "/new").await, 403);
        }
    }
    assert!(envoy.log().contains("surprise"), "{}", envoy.log());
    envoy.update(&gateway(&document("/new")));
    until("the repaired document", async || {
        (status(&envoy, "/new").await == 200).then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_unchanged_limit_keeps_its_counters_over_an_update() {
    let document = |path: &str| {
        let mut document = document(path);
        document["rate_limit"] = json!({"limits": [{
            "name": "per-client", "key": ["request.headers[x-client]"],
            "rates": [{"requests": 5, "per": "1h"}],
        }]});
        document
    };
    let envoy = gateway(&document("/old")).start_watched().await;
    let send = async |path: &str| {
        let request = Request::get(path).header("x-client", "a");
        envoy.client().send(&request).await.status
    };
    for _ in 0..5 {
        assert_eq!(send("/old").await, 200);
    }
    assert_eq!(send("/old").await, 429);
    envoy.update(&gateway(&document("/new")));
    until("the new document", async || {
        (status(&envoy, "/new").await == 200).then_some(())
    })
    .await;
    assert_eq!(send("/new").await, 429);
}
