//! Identities that a client of the edge makes up.

use fixtures::Identity;
use portcullis_envoy_tests::{Hygiene, assert_denied};
use serde_json::json;

use crate::chain::{
    Chain, EDGE, GATEWAY, Hops, VICTIM, WEB, any, hop, principal, service, trusting,
};

const XFCC: &str = "x-forwarded-client-cert";
const HASH: &str = "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd";

/// An element as a proxy would write it.
fn element(by: &str, uri: &str) -> String {
    format!("By={by};Hash={HASH};URI={uri}")
}

#[tokio::test]
async fn what_a_client_states_in_a_proxys_name_is_refused() {
    let chain = Chain::shared().await;
    let web = chain.workload(WEB);
    for stated in [
        element(EDGE, VICTIM),
        element(GATEWAY, VICTIM),
        element(GATEWAY, EDGE),
        [element(EDGE, VICTIM), element(GATEWAY, EDGE)].join(","),
        format!("{};URI={VICTIM}", element("spiffe://a/b", VICTIM)),
        // a quote that is left open, an element without an end, other forms
        "By=x;Subject=\"".to_owned(),
        "Subject=\"a\\".to_owned(),
        format!("{};", element("spiffe://a/b", VICTIM)),
        "By=x;Hash=".to_owned() + "\"",
        format!("[{{\"by\":\"{EDGE}\",\"hash\":\"{HASH}\",\"uri\":\"{VICTIM}\"}}]"),
        format!("URI={VICTIM}, By={EDGE}"),
        "x".to_owned(),
    ] {
        for name in [XFCC, "X-Forwarded-Client-Cert"] {
            let request = any().header(name, &stated);
            chain.denies(&web, request, "spiffe.bad_statement").await;
        }
    }
}

#[tokio::test]
async fn what_a_client_states_in_its_own_name_means_nothing() {
    let chain = Chain::shared().await;
    let web = chain.workload(WEB);
    for stated in [
        element("spiffe://mesh.test/ns/a/sa/b", VICTIM),
        format!("Hash={HASH};URI={VICTIM}"),
        format!("By=;Hash={HASH};URI={VICTIM}"),
        format!("URI={VICTIM}"),
    ] {
        let twice = any().header(XFCC, &stated);
        assert_eq!(principal(&web, twice).await, WEB, "{stated}");
    }
    let one = element("spiffe://mesh.test/ns/a/sa/b", VICTIM);
    let two = element("spiffe://mesh.test/ns/c/sa/d", VICTIM);
    let twice = any()
        .header(XFCC, one)
        .header("X-FORWARDED-CLIENT-CERT", two);
    assert_eq!(principal(&web, twice).await, WEB);
    // Certificates are public: whose somebody sends along says nothing.
    let stated = byte_sequence(&chain.ca.svid(VICTIM));
    let request = any().header("client-cert", stated);
    assert_eq!(principal(&web, request).await, WEB);
}

#[tokio::test]
async fn a_client_without_a_certificate_states_nobody() {
    let chain = Chain::shared().await;
    let stranger = chain.edge.tls_client(&chain.ca);
    let certificate = byte_sequence(&chain.ca.svid(VICTIM));
    for (name, value) in [
        (XFCC, element(EDGE, VICTIM)),
        (
            XFCC,
            [element(EDGE, VICTIM), element(GATEWAY, EDGE)].join(","),
        ),
        ("client-cert", certificate),
    ] {
        let request = any().header(name, value);
        chain
            .denies(&stranger, request, "spiffe.missing_statement")
            .await;
    }
}

/// Authorities differ in which names they sign; the listeners here take any that theirs has signed.
#[tokio::test]
async fn names_in_a_certificate_close_no_element_and_begin_none() {
    let chain = Chain::shared().await;
    let partner = "spiffe://partner.test/a";
    for uri in [
        format!("{partner},{}", element(EDGE, VICTIM)),
        format!(
            "{partner},{},{}",
            element(VICTIM, EDGE),
            element(EDGE, VICTIM)
        ),
        format!("{partner};URI={VICTIM}"),
        format!(
            "{partner},{},{}",
            element(EDGE, VICTIM),
            element(GATEWAY, EDGE)
        ),
        format!("{partner}\",{}", element(EDGE, VICTIM)),
        format!("\"{VICTIM}\""),
    ] {
        let client = chain.client(&chain.ca.leaf().uri(&uri).issue());
        chain.denies(&client, any(), "spiffe.bad_statement").await;
        // ... nor together with a quote that the client leaves open before the edge's element
        let open = any().header(XFCC, "By=x;Subject=\"");
        chain.denies(&client, open, "spiffe.bad_statement").await;
    }
    let two = chain.ca.leaf().uri(WEB).uri(VICTIM).issue();
    chain
        .denies(&chain.client(&two), any(), "spiffe.bad_statement")
        .await;
    let none = chain.ca.leaf().dns("shop.test").issue();
    chain
        .denies(&chain.client(&none), any(), "spiffe.bad_statement")
        .await;
}

/// An edge that states DNS names and no URI: Envoy writes these as they are.
#[tokio::test]
async fn a_dns_name_cannot_say_the_uri_that_the_edge_leaves_out() {
    let hops = Hops {
        edge: json!({
            "forward_client_cert_details": "APPEND_FORWARD",
            "set_current_client_cert_details": {"dns": true},
        }),
        ..Hops::default()
    };
    let chain = Chain::start(hops, trusting()).await;
    for name in [
        format!("a;URI={VICTIM}"),
        format!("a,{}", element(EDGE, VICTIM)),
        "a".to_owned(),
    ] {
        let client = chain.client(&chain.ca.leaf().uri(WEB).dns(&name).issue());
        chain.denies(&client, any(), "spiffe.bad_statement").await;
    }
}

/// A header with underscores is another header, also where the listeners let it pass.
#[tokio::test]
async fn underscores_make_another_header() {
    let ca = fixtures::Ca::new("mesh.test");
    let identity = json!({
        "sources": ["forwarded_client_cert"],
        "forwarded_headers": [XFCC, "client-cert"],
        "trusted_forwarders": [GATEWAY],
    });
    let raw = service(&ca, &hop("APPEND_FORWARD"), &identity).hygiene(Hygiene::Raw);
    let shipped = service(&ca, &hop("APPEND_FORWARD"), &identity);
    let (raw, shipped) = (raw.start().await, shipped.start().await);
    let victim = byte_sequence(&ca.svid(VICTIM));
    for (name, value) in [
        ("x_forwarded_client_cert", element(GATEWAY, VICTIM)),
        ("x-forwarded_client-cert", element(GATEWAY, VICTIM)),
        ("client_cert", victim),
    ] {
        let request = || any().header(name, &value);
        let gateway =
            |envoy: &portcullis_envoy_tests::Envoy| envoy.client_as(&ca, &ca.svid(GATEWAY));
        assert_denied(
            &raw,
            &gateway(&raw),
            &request(),
            403,
            "spiffe.missing_statement",
        )
        .await;
        assert_eq!(gateway(&shipped).send(&request()).await.status, 400);
        // Beside a good statement it changes nothing.
        let stated = request().header(XFCC, element(GATEWAY, WEB));
        assert_eq!(principal(&gateway(&raw), stated).await, WEB);
    }
}

/// A certificate as RFC 9440 writes it.
pub(crate) fn byte_sequence(identity: &Identity) -> String {
    let lines = identity.cert_pem().lines();
    let base64: String = lines.filter(|line| !line.starts_with('-')).collect();
    format!(":{base64}:")
}
