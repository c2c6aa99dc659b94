//! `remote_ip_blocks` and `remote.ip`: the address that the proxy trusts, and no other that a
//! client writes.

use std::net::Ipv4Addr;

use portcullis_envoy_tests::{Client, Request};
use serde_json::{Value, json};

use crate::service::{By, CHECKOUT, Service, document};

const NOT_ALLOWED: (u16, &str) = (403, "route.not_allowed");

fn routes() -> Value {
    document(&json!([
        {"name": "blocks", "paths": ["/blocks"],
         "allow": {"remote_ip_blocks": ["127.0.8.0/24", "203.0.113.9", "2001:db8::/32"]}},
        {"name": "office", "paths": ["/office"],
         "allow": {"remote_ip_blocks": ["127.0.8.0/24"], "service_accounts": ["shop/checkout"]}},
        {"name": "when", "paths": ["/when"],
         "allow": {"when": [{"key": "remote.ip", "values": ["127.0.8.9", "2001:db8::1"]}]}},
    ]))
}

fn at(client: Client, last: [u8; 4]) -> Client {
    client.at(Ipv4Addr::from(last).into())
}

fn forwarded(path: &str, addresses: &str) -> Request {
    Request::get(path).header("x-forwarded-for", addresses)
}

#[tokio::test]
async fn a_connection_comes_from_where_it_comes() {
    let service = Service::start(&routes()).await;
    let caller = || service.peer(CHECKOUT);
    for path in ["blocks", "when"] {
        let route: By = (path, "-");
        let path = format!("/{path}");
        let inside = at(caller(), [127, 0, 8, 9]);
        service
            .permits(&inside, &Request::get(&path), route.0)
            .await;
        let outside = at(caller(), [127, 0, 9, 9]);
        service
            .denies(&outside, &Request::get(&path), NOT_ALLOWED, route)
            .await;
        // nobody stands in front of this listener, so whoever says so is not believed
        let lie = forwarded(&path, "127.0.8.9");
        service.denies(&outside, &lie, NOT_ALLOWED, route).await;
        service
            .permits(&inside, &forwarded(&path, "192.0.2.1"), route.0)
            .await;
    }
}

#[tokio::test]
async fn an_address_does_not_stand_for_an_identity() {
    let service = Service::start(&routes()).await;
    let (inside, outside) = ([127, 0, 8, 1], [127, 0, 9, 1]);
    let stranger = || service.peer("spiffe://mesh.test/ns/shop/sa/web");
    let office = || Request::get("/office");
    let route: By = ("office", "-");
    service
        .permits(&at(service.peer(CHECKOUT), inside), &office(), "office")
        .await;
    let not_allowed = (403, "spiffe.not_allowed");
    service
        .denies(&at(stranger(), inside), &office(), not_allowed, route)
        .await;
    service
        .denies(
            &at(service.peer(CHECKOUT), outside),
            &office(),
            NOT_ALLOWED,
            route,
        )
        .await;
}

#[tokio::test]
async fn behind_one_trusted_hop_the_last_address_counts() {
    let hops = json!({"xff_num_trusted_hops": 1});
    let service = Service::with(&routes(), |proxy| proxy.settings(hops)).await;
    let caller = service.peer(CHECKOUT);
    let route: By = ("blocks", "-");
    for inside in [
        "127.0.8.255",
        "203.0.113.9",
        "192.0.2.1, 203.0.113.9",
        "2001:db8:ffff::1",
    ] {
        service
            .permits(&caller, &forwarded("/blocks", inside), "blocks")
            .await;
    }
    for outside in [
        "127.0.9.0",
        "203.0.113.10",
        "203.0.113.9, 192.0.2.1",
        "2001:db9::1",
        "garbage",
    ] {
        service
            .denies(&caller, &forwarded("/blocks", outside), NOT_ALLOWED, route)
            .await;
    }
    let written = forwarded("/when", "2001:0DB8:0:0:0:0:0:1");
    service.permits(&caller, &written, "when").await;
}
