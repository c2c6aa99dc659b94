//! Callers behind proxies: what an honest chain states.

use portcullis_envoy_tests::{Request, assert_permitted, envoy_minor};
use serde_json::{Value, json};

use crate::chain::{Chain, EDGE, GATEWAY, Hops, WEB, any, hop, principal, trusting};

#[tokio::test]
async fn the_edges_client_is_the_services_caller() {
    let chain = Chain::shared().await;
    let web = chain.workload(WEB);
    assert_eq!(principal(&web, any()).await, WEB);
    assert_eq!(principal(&web, Request::get("/web")).await, WEB);
    let other = chain.workload("spiffe://mesh.test/ns/shop/sa/other");
    chain
        .denies(&other, Request::get("/web"), "spiffe.not_allowed")
        .await;
    // One element of each proxy reaches the upstream.
    let heard = assert_permitted(&web, &any()).await;
    let xfcc = heard.header("x-forwarded-client-cert").join(",");
    assert_eq!(xfcc.matches("By=").count(), 3, "{xfcc}");
}

#[tokio::test]
async fn a_client_without_a_certificate_is_nobody_and_not_the_edge() {
    let chain = Chain::shared().await;
    let stranger = chain.edge.tls_client(&chain.ca);
    chain
        .denies(&stranger, any(), "spiffe.missing_statement")
        .await;
}

#[tokio::test]
async fn an_edge_that_resets_serves_as_well_and_one_that_nobody_trusts_is_the_caller() {
    let hops = Hops {
        edge: hop("SANITIZE_SET"),
        ..Hops::default()
    };
    let chain = Chain::start(hops, trusting()).await;
    assert_eq!(principal(&chain.workload(WEB), any()).await, WEB);

    let only_gateway =
        json!({"sources": ["forwarded_client_cert"], "trusted_forwarders": [GATEWAY]});
    let chain = Chain::start(Hops::default(), only_gateway).await;
    assert_eq!(principal(&chain.workload(WEB), any()).await, EDGE);
}

#[tokio::test]
async fn a_workload_that_calls_directly_is_itself_where_certificates_are_a_source() {
    let mut identity = trusting();
    identity["sources"] = json!(["peer_certificate", "forwarded_client_cert"]);
    let chain = Chain::start(Hops::default(), identity).await;
    assert_eq!(principal(&chain.workload(WEB), any()).await, WEB);
    let direct = |id: &str| chain.service.client_as(&chain.ca, &chain.ca.svid(id));
    assert_eq!(principal(&direct(WEB), any()).await, WEB);
    // A forwarder's own identity never steps in, whichever source is first.
    for forwarder in [EDGE, GATEWAY] {
        chain
            .denies(&direct(forwarder), any(), "spiffe.missing_statement")
            .await;
    }
}

/// All that Envoy can state, about a certificate whose names need all its escaping.
#[tokio::test]
async fn every_key_that_envoy_writes_is_read() {
    let mut everything: Value = json!({
        "forward_client_cert_details": "APPEND_FORWARD",
        "set_current_client_cert_details": {
            "subject": true, "cert": true, "chain": true, "dns": true, "uri": true,
        },
    });
    let mut keys = vec![
        ";Cert=",
        ";Chain=",
        ";Subject=",
        ";URI=",
        ";DNS=a.shop.test;DNS=b",
    ];
    if envoy_minor() >= 40 {
        everything["set_current_client_cert_details"]["issuer"] = Value::from(true);
        keys.push(";Issuer=");
    }
    let hops = Hops {
        edge: everything.clone(),
        gateway: everything.clone(),
        service: everything,
    };
    let chain = Chain::start(hops, trusting()).await;
    for name in [
        "web",
        "",
        "a,b=c",
        r#"quote " quote"#,
        r"backslash \",
        r#"both \""#,
        "semi;URI=spiffe://mesh.test/x;colon",
        "p\u{e4}ym\u{20ac}nt",
        " <a+b> #",
    ] {
        let leaf = chain.ca.leaf().uri(WEB).common_name(name);
        let identity = leaf.dns("a.shop.test").dns("b.shop.test").issue();
        let client = chain.client(&identity);
        assert_eq!(principal(&client, any()).await, WEB, "{name:?}");
        let heard = assert_permitted(&client, &any()).await;
        let xfcc = heard.header("x-forwarded-client-cert").join(",");
        for &key in &keys {
            assert!(xfcc.contains(key), "{xfcc}");
        }
    }
}
