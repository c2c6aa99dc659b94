//! An SVID that ends ends everywhere: on open connections, which are closed, and in TLS sessions that
//! are resumed without a certificate shown anew.

use std::time::{Duration, SystemTime};

use fixtures::{Ca, Identity, Validity};
use portcullis_envoy_tests::{
    ClientTls, Connection, Echo, Envoy, Frame, Http2, Plugin, Proxy, Request, Shipped, Transport,
    until,
};
use serde_json::json;

const GATEWAY: &str = "spiffe://example.org/ns/edge/sa/gateway";
const ORDERS: &str = "spiffe://example.org/ns/shop/sa/orders";
const EXPIRED: &str = "spiffe.svid_expired";

/// An SVID that is about to end.
struct Short {
    svid: Identity,
    end: SystemTime,
}

impl Short {
    fn of(ca: &Ca) -> Self {
        // Long enough for a few requests on a busy machine.
        let end = SystemTime::now() + Duration::from_secs(5);
        let leaf = ca.leaf().uri(GATEWAY).validity(Validity::Until(end));
        Self {
            svid: leaf.issue(),
            end,
        }
    }

    async fn has_ended(&self) {
        let past = self.end + Duration::from_secs(1); // certificates count whole seconds
        until("the certificate's end", async || {
            (SystemTime::now() > past).then_some(())
        })
        .await;
    }
}

fn order() -> Request {
    Request::get("/v1/orders/7")
}

/// The service's proxy as it is shipped.
async fn service(ca: &Ca) -> Envoy {
    let upstream = format!("127.0.0.1, port_value: {}", Echo::start().address().port());
    Shipped::new("service.yaml")
        .identity("svid", &ca.local_svid(ORDERS))
        .bundle(ca)
        .on_free_ports()
        .replace("127.0.0.1, port_value: 8080", &upstream)
        .start("inbound")
        .await
}

async fn permitted(connection: &mut Connection) {
    let response = connection.send(&order()).await;
    assert_eq!(response.status, 200, "{response:?}");
}

async fn denied(connection: &mut Connection) -> Vec<String> {
    let response = connection.send(&order()).await;
    let told = (response.status, response.code());
    assert_eq!(told, (403, Some(EXPIRED.to_owned())), "{response:?}");
    let close = response.header("connection");
    close.into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn an_svid_that_ends_closes_its_connection() {
    let ca = Ca::new("example.org");
    let envoy = service(&ca).await;
    let short = Short::of(&ca);
    let client = envoy.client_as(&ca, &short.svid);
    let mut one = client.connect().await.unwrap();
    permitted(&mut one).await;
    let mut two = Http2::start(client.connect().await.unwrap()).await.unwrap();
    let before = two.get("/v1/orders/7").await.unwrap();
    assert!(!before.iter().any(|frame| frame.kind == Frame::GOAWAY));

    short.has_ended().await;
    assert_eq!(denied(&mut one).await, ["close"]);
    one.closed().await.unwrap();
    let after = two.get("/v1/orders/7").await.unwrap();
    let body = after.iter().find(|frame| frame.kind == Frame::DATA);
    let body = String::from_utf8(body.unwrap().payload.clone()).unwrap();
    assert!(body.contains(EXPIRED), "{body}");
    assert!(
        after.iter().any(|frame| frame.kind == Frame::GOAWAY),
        "{after:?}"
    );
}

#[tokio::test]
async fn a_denial_of_another_kind_leaves_the_connection_open() {
    let ca = Ca::new("example.org");
    let envoy = service(&ca).await;
    let client = envoy.client_as(&ca, &ca.svid(GATEWAY));
    let mut connection = client.connect().await.unwrap();
    let response = connection.send(&Request::get("/elsewhere")).await;
    assert_eq!(response.code().as_deref(), Some("route.unmatched"));
    assert!(response.header("connection").is_empty(), "{response:?}");
    permitted(&mut connection).await;
}

#[tokio::test]
async fn a_service_that_closes_its_own_connection_does_not_close_the_callers() {
    let ca = Ca::new("example.org");
    let envoy = service(&ca).await;
    let client = envoy.client_as(&ca, &ca.svid(GATEWAY));
    let mut connection = client.connect().await.unwrap();
    for _ in 0..2 {
        let response = connection
            .send(&order().header("x-upstream-closes", "1"))
            .await;
        assert_eq!(response.status, 200, "{response:?}");
        assert!(response.header("connection").is_empty(), "{response:?}");
    }
}

#[tokio::test]
async fn a_session_resumed_after_the_end_is_denied() {
    let ca = Ca::new("example.org");
    let server = ca.local_svid(ORDERS);
    let document = json!({
        "version": "v1",
        "routes": [{"name": "orders", "paths": ["/v1/orders/**"], "allow": {"principals": [GATEWAY]}}],
    });
    let envoy = Proxy::new(Echo::start())
        .transport(Transport::mtls(&server, &ca))
        .plugin(Plugin::SpiffeAuthz, &document)
        .start()
        .await;
    let short = Short::of(&ca);
    let tls = ClientTls::trusting(&ca).identity(&short.svid);
    let clients = [
        envoy.client_with(tls.clone()),
        envoy.client_with(tls.tls12()),
    ];
    for client in &clients {
        for resumed in [false, true] {
            let mut connection = client.connect().await.unwrap();
            assert_eq!(connection.is_resumed(), resumed);
            permitted(&mut connection).await;
        }
    }
    short.has_ended().await;
    for client in &clients {
        let mut connection = client.connect().await.unwrap();
        assert!(connection.is_resumed());
        denied(&mut connection).await;
    }
    let versions = envoy.counters("under_test.ssl.versions").await;
    let seen = |name: &str| versions.iter().any(|(found, _)| found.ends_with(name));
    assert!(seen("TLSv1.2") && seen("TLSv1.3"), "{versions:?}");
}

/// Of one certificate on one connection, that is of one worker, one life is recorded a minute.
#[tokio::test]
async fn the_remaining_life_is_a_histogram() {
    const NAME: &str = "portcullis_spiffe_authz_svid_remaining_seconds";
    let ca = Ca::new("example.org");
    let envoy = service(&ca).await;
    let end = SystemTime::now() + Duration::from_secs(4_000);
    let leaf = ca.leaf().uri(GATEWAY).validity(Validity::Until(end));
    let client = envoy.client_as(&ca, &leaf.issue());
    let mut connection = client.connect().await.unwrap();
    for _ in 0..3 {
        permitted(&mut connection).await;
    }
    let page = until("the histogram", async || {
        let page = envoy.ask("/stats/prometheus").await; // merged every few seconds
        let is_there = page
            .lines()
            .any(|line| line == format!("{NAME}_count{{}} 1"));
        is_there.then_some(page)
    })
    .await;
    for (seconds, recorded) in [(2_500, 0), (5_000, 1)] {
        let bucket = format!("{NAME}_bucket{{le=\"{seconds}\"}} {recorded}");
        assert!(page.lines().any(|line| line == bucket), "{bucket}: {page}");
    }
    let stats = envoy.ask("/stats?usedonly").await;
    let name = "wasmcustom.portcullis.spiffe_authz.svid_remaining_seconds: ";
    assert!(stats.contains(name), "{stats}");
}
