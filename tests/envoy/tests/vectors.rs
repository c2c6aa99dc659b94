//! Every vector by `gateway.wasm` in a real Envoy, which is given the bytes as they stand in the file.
//!
//! The same file is decided by the policies alone in `tests/vectors`; a difference here would be
//! the host layer's.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;

use fixtures::{Ca, Identity, Role, now};
use portcullis_envoy_tests::{
    Client, Echo, Envoy, Hygiene, Plugin, Proxy, Request, Transport, filter_state,
};
use vectors::{Form, Vector, documents, vectors};

/// Stands for the waypoint's outer listener: what is in it becomes filter state before the filter.
const PRINCIPAL: &str = "x-waypoint-states";

/// The certificate of a vector's peer; one out of its time or for another purpose does not get
/// through the handshake, and its vector says so.
fn certificate(ca: &Ca, id: &str, form: Form) -> Identity {
    let leaf = ca.leaf();
    match form {
        Form::Plain | Form::Expired | Form::Future | Form::ForCode => leaf.uri(id),
        Form::TwoUris => leaf.uri(id).uri("spiffe://mesh.test/ns/other/sa/other"),
        Form::NoUri => leaf.dns("shop.example.org"),
        Form::Authority => leaf.uri(id).role(Role::Ca),
        Form::Signer => leaf.uri(id).role(Role::CertSigner),
    }
    .issue()
}

fn client(envoy: &Envoy, ca: &Ca, vector: &Vector) -> Client {
    match &vector.peer {
        Some((id, form)) => envoy.client_as(ca, &certificate(ca, id, *form)),
        None => envoy.tls_client(ca),
    }
}

fn request(vector: &Vector) -> Request {
    let request = Request::hostless(&vector.method, &vector.path).header("host", &vector.host);
    let mut headers = vector.headers_at(now());
    let principal = vector.principal.clone();
    headers.extend(principal.map(|principal| (PRINCIPAL.to_owned(), principal)));
    headers.iter().fold(request, |request, (name, value)| {
        request.header(name, value)
    })
}

/// The reason code of each time the request is sent, or `permit`.
async fn decided(client: &Client, vector: &Vector) -> Vec<String> {
    let mut decided = Vec::new();
    for _ in &vector.expect {
        let response = client.send(&request(vector)).await;
        let code = if response.status == 200 {
            Some("permit".to_owned())
        } else {
            response.code()
        };
        decided.push(code.unwrap_or_else(|| format!("{} {}", response.status, response.text())));
    }
    decided
}

#[tokio::test]
async fn every_vector_is_decided_as_it_says() {
    let ca = Ca::new("mesh.test");
    let server = ca.local_svid("spiffe://mesh.test/ns/shop/sa/gateway");
    let mut proxies = BTreeMap::new();
    for document in documents() {
        let proxy = Proxy::new(Echo::start())
            .workers(2)
            .hygiene(Hygiene::Raw)
            .transport(Transport::optional_mtls(&server, &ca))
            .filter(filter_state(
                "io.istio.peer_principal",
                "envoy.string",
                &format!("%REQ({PRINCIPAL})%"),
            ))
            .plugin(
                Plugin::Gateway,
                &serde_json::from_str(&document.json).unwrap(),
            );
        proxies.insert(document.name, proxy.start().await);
    }
    let mut wrong = Vec::new();
    let mut run = 0;
    for vector in vectors()
        .iter()
        .filter(|vector| vector.not_in_envoy.is_none())
    {
        let envoy = &proxies[&vector.document];
        let decided = decided(&client(envoy, &ca, vector), vector).await;
        run += 1;
        if decided != vector.expect {
            wrong.push(format!(
                "{}: expected {:?}, got {decided:?}",
                vector.name, vector.expect
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(run > 80, "only {run} vectors were run");
}
