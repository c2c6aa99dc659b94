//! `ports` of a route and `destination.port`: one document on two listeners.

use std::net::TcpListener;

use portcullis_envoy_tests::Request;
use serde_json::{Value, json};

use crate::service::{By, CHECKOUT, Service, document};

/// Two ports that were free a moment ago.
fn two_ports() -> [u16; 2] {
    let bound = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    bound.map(|listener| listener.local_addr().unwrap().port())
}

fn routes([first, second]: [u16; 2]) -> Value {
    let mut document = document(&json!([
        {"name": "first", "ports": [first], "paths": ["/a"], "allow": {"namespaces": ["shop"]}},
        {"name": "second", "ports": [second], "paths": ["/b"], "allow": {"namespaces": ["shop"]}},
        {"name": "both", "ports": [first, second], "paths": ["/c"], "allow": {"namespaces": ["shop"]}},
        {"name": "broad", "paths": ["/d"], "allow": {"namespaces": ["shop"]}},
        {"name": "narrow", "ports": [second], "paths": ["/d"], "allow": "none"},
        {"name": "when", "paths": ["/e"],
         "allow": {"when": [{"key": "destination.port", "values": [first.to_string()]}]}},
        {"name": "guarded", "paths": ["/f"], "allow": {"namespaces": ["shop"]}},
    ]));
    document["deny"] = json!([
        {"name": "not-here", "ports": [second], "paths": ["/f"], "who": "any"},
    ]);
    document
}

#[tokio::test]
async fn a_port_is_the_listeners_own() {
    let ports = two_ports();
    let document = routes(ports);
    let [first, second] = ports;
    let first = Service::with(&document, |proxy| proxy.port(first)).await;
    let second = Service::with(&document, |proxy| proxy.port(second)).await;
    let permits = async |service: &Service, path: &str, route: &str| {
        // what a client writes behind its host is no port of the listener
        for host in ["shop.test", "shop.test:1"] {
            let request = Request::hostless("GET", path).header("host", host);
            service
                .permits(&service.peer(CHECKOUT), &request, route)
                .await;
        }
    };
    let denies = async |service: &Service, path: &str, code: &str, by: By| {
        let other = if std::ptr::eq(service, &raw const first) {
            ports[1]
        } else {
            ports[0]
        };
        for host in ["shop.test".to_owned(), format!("shop.test:{other}")] {
            let request = Request::hostless("GET", path).header("host", host);
            service
                .denies(&service.peer(CHECKOUT), &request, (403, code), by)
                .await;
        }
    };
    permits(&first, "/a", "first").await;
    permits(&first, "/c", "both").await;
    permits(&first, "/d", "broad").await;
    permits(&first, "/e", "when").await;
    permits(&first, "/f", "guarded").await;
    denies(&first, "/b", "route.unmatched", ("-", "-")).await;

    permits(&second, "/b", "second").await;
    permits(&second, "/c", "both").await;
    denies(&second, "/a", "route.unmatched", ("-", "-")).await;
    denies(&second, "/d", "route.not_allowed", ("narrow", "-")).await;
    denies(&second, "/e", "route.not_allowed", ("when", "-")).await;
    denies(&second, "/f", "route.denied", ("guarded", "not-here")).await;
}
