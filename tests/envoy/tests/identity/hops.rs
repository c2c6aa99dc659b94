//! Proxies on the way that forget, forge or are not whom the service trusts.

use fixtures::Ca;
use portcullis_envoy_tests::{Client, Envoy, Request, assert_denied};
use serde_json::{Value, json};

use crate::chain::{
    Chain, EDGE, GATEWAY, Hops, SERVICE, VICTIM, WEB, any, hop, principal, service, trusting,
};
use crate::forged::byte_sequence;

const XFCC: &str = "x-forwarded-client-cert";

#[tokio::test]
async fn a_proxy_on_the_way_that_does_not_append_leaves_nobody() {
    for (edge, gateway, service, code) in [
        // passes on what it got, as if it were not there
        (
            "APPEND_FORWARD",
            "FORWARD_ONLY",
            "APPEND_FORWARD",
            "spiffe.bad_statement",
        ),
        (
            "APPEND_FORWARD",
            "ALWAYS_FORWARD_ONLY",
            "APPEND_FORWARD",
            "spiffe.bad_statement",
        ),
        // drops what the edge stated; the edge is no client
        (
            "APPEND_FORWARD",
            "SANITIZE_SET",
            "APPEND_FORWARD",
            "spiffe.missing_statement",
        ),
        (
            "APPEND_FORWARD",
            "SANITIZE",
            "APPEND_FORWARD",
            "spiffe.missing_statement",
        ),
        (
            "SANITIZE",
            "APPEND_FORWARD",
            "APPEND_FORWARD",
            "spiffe.missing_statement",
        ),
        // the service's own listener drops all
        (
            "APPEND_FORWARD",
            "APPEND_FORWARD",
            "SANITIZE_SET",
            "spiffe.missing_statement",
        ),
        (
            "APPEND_FORWARD",
            "APPEND_FORWARD",
            "SANITIZE",
            "spiffe.missing_statement",
        ),
    ] {
        let hops = Hops {
            edge: hop(edge),
            gateway: hop(gateway),
            service: hop(service),
        };
        let chain = Chain::start(hops, trusting()).await;
        let web = chain.workload(WEB);
        chain.denies(&web, any(), code).await;
        let forged = any().header(XFCC, format!("By={EDGE};Hash=00;URI={VICTIM}"));
        let response = web.send(&forged).await;
        assert_eq!(response.status, 403, "{edge} {gateway} {service}");
    }
}

#[tokio::test]
async fn a_gateway_that_is_not_trusted_states_nobody() {
    let edge_alone = json!({"sources": ["forwarded_client_cert"], "trusted_forwarders": [EDGE]});
    let chain = Chain::start(Hops::default(), edge_alone).await;
    chain
        .denies(&chain.workload(WEB), any(), "spiffe.untrusted_forwarder")
        .await;
}

#[tokio::test]
async fn envoys_json_form_is_not_read() {
    let mut json = hop("SANITIZE_SET");
    json["set_current_client_cert_details"]["format"] = Value::from("JSON");
    let hops = Hops {
        edge: json,
        ..Hops::default()
    };
    let chain = Chain::start(hops, trusting()).await;
    chain
        .denies(&chain.workload(WEB), any(), "spiffe.bad_statement")
        .await;
}

/// A service alone, whose listener passes on what its peers send as it is: every byte is the
/// peer's.
struct Alone {
    ca: Ca,
    envoy: Envoy,
}

impl Alone {
    async fn start(identity: Value) -> Self {
        let ca = Ca::new("mesh.test");
        let envoy = service(&ca, &hop("FORWARD_ONLY"), &identity).start().await;
        Self { ca, envoy }
    }

    fn peer(&self, id: &str) -> Client {
        self.envoy.client_as(&self.ca, &self.ca.svid(id))
    }

    async fn denies(&self, client: &Client, request: Request, code: &str) {
        assert_denied(&self.envoy, client, &request, 403, code).await;
    }
}

const HASH: &str = "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd";

#[tokio::test]
async fn a_statement_is_the_forwarders_own_or_nobodys() {
    let alone = Alone::start(trusting()).await;
    let gateway = alone.peer(GATEWAY);
    let element = |by: &str, uri: &str| format!("By={by};Hash={HASH};URI={uri}");
    let good = element(GATEWAY, WEB);
    assert_eq!(principal(&gateway, any().header(XFCC, &good)).await, WEB);
    for stated in [
        // by somebody else, or behind an element with a digest that is not this connection's
        element(EDGE, VICTIM),
        format!("{good},By={SERVICE};Hash={HASH};URI={GATEWAY}"),
        format!("{good},By={SERVICE};Hash=;URI={GATEWAY}"),
        format!("{good},By={SERVICE};URI={GATEWAY}"),
        // two URIs, keys twice, keys missing, other keys, quotes
        format!("{good};URI={VICTIM}"),
        format!("URI={VICTIM};{good}"),
        format!("By={GATEWAY};{good}"),
        format!("{good};hash={HASH}"),
        format!("By={GATEWAY};Hash={HASH}"),
        format!("By={GATEWAY};URI={VICTIM}"),
        format!("Hash={HASH};URI={VICTIM}"),
        format!("{good};SAN={VICTIM}"),
        format!("By={GATEWAY};Hash={HASH};URI=\"{VICTIM}\""),
        format!("By=\"{GATEWAY}\";Hash={HASH};URI={VICTIM}"),
        format!("By={GATEWAY};Hash={HASH};Subject=\";URI={WEB}\";URI={VICTIM}"),
        element(GATEWAY, "spiffe://mesh.test"),
        element(GATEWAY, "SPIFFE://mesh.test/a"),
        element(GATEWAY, ""),
        // one proxy twice
        format!("{},{good}", element(GATEWAY, VICTIM)),
        format!("{good},"),
        format!(",{good}"),
    ] {
        let request = any().header(XFCC, &stated);
        alone
            .denies(&gateway, request, "spiffe.bad_statement")
            .await;
    }
    // Given twice it is one list, in order.
    let twice = any()
        .header(XFCC, element(EDGE, WEB))
        .header(XFCC, element(GATEWAY, EDGE));
    assert_eq!(principal(&gateway, twice).await, WEB);
    let turned = any()
        .header(XFCC, element(GATEWAY, EDGE))
        .header(XFCC, element(EDGE, VICTIM));
    alone.denies(&gateway, turned, "spiffe.bad_statement").await;
    let short = any().header(XFCC, element(GATEWAY, EDGE));
    alone
        .denies(&gateway, short, "spiffe.missing_statement")
        .await;
    alone
        .denies(&gateway, any(), "spiffe.missing_statement")
        .await;
}

#[tokio::test]
async fn a_peer_that_is_no_forwarder_states_nobody() {
    let alone = Alone::start(trusting()).await;
    let stated = format!("By={GATEWAY};Hash={HASH};URI={VICTIM}");
    for id in [WEB, "spiffe://mesh.test/ns/edge/sa/gateway2", SERVICE] {
        let request = any().header(XFCC, &stated);
        alone
            .denies(&alone.peer(id), request, "spiffe.untrusted_forwarder")
            .await;
    }
    // A forwarder whose own certificate breaks a rule is none.
    let two = alone.ca.leaf().uri(GATEWAY).uri(WEB).issue();
    let client = alone.envoy.client_as(&alone.ca, &two);
    let request = any().header(XFCC, &stated);
    alone
        .denies(&client, request, "spiffe.several_uri_sans")
        .await;
}

#[tokio::test]
async fn a_certificate_after_rfc_9440_is_believed_where_the_document_says_so() {
    let mut identity = trusting();
    identity["forwarded_headers"] = json!([XFCC, "client-cert"]);
    let alone = Alone::start(identity).await;
    let (gateway, ca) = (alone.peer(GATEWAY), &alone.ca);
    let web = byte_sequence(&ca.svid(WEB));
    let with = |value: &str| any().header("client-cert", value);
    assert_eq!(principal(&gateway, with(&web)).await, WEB);
    let xfcc = format!("By={GATEWAY};Hash={HASH};URI={WEB}");
    let both = with(&web).header(XFCC, &xfcc);
    assert_eq!(principal(&gateway, both).await, WEB);
    let differing = with(&byte_sequence(&ca.svid(VICTIM))).header(XFCC, &xfcc);
    alone
        .denies(&gateway, differing, "spiffe.conflicting_statements")
        .await;
    let leaf = || ca.leaf().uri(WEB);
    for (value, code) in [
        (
            byte_sequence(&leaf().uri(VICTIM).issue()),
            "spiffe.several_uri_sans",
        ),
        (
            byte_sequence(&leaf().validity(fixtures::Validity::Past).issue()),
            "spiffe.svid_expired",
        ),
        (
            byte_sequence(&leaf().validity(fixtures::Validity::Future).issue()),
            "spiffe.not_yet_valid",
        ),
        (
            byte_sequence(&leaf().role(fixtures::Role::Ca).issue()),
            "spiffe.not_a_leaf",
        ),
        (byte_sequence(&ca.svid(EDGE)), "spiffe.missing_statement"),
        (web.trim_matches(':').to_owned(), "spiffe.bad_statement"),
        (format!("{web};a=1"), "spiffe.bad_statement"),
        (":AAECAw==:".to_owned(), "spiffe.bad_certificate"),
    ] {
        alone.denies(&gateway, with(&value), code).await;
    }
    let twice = with(&web).header("Client-Cert", &web);
    alone.denies(&gateway, twice, "spiffe.bad_statement").await;
    // From a stranger it is nobody's.
    alone
        .denies(&alone.peer(WEB), with(&web), "spiffe.untrusted_forwarder")
        .await;
}
