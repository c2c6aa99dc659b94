//! The areas of a small site, written once for each of the servers that have to agree on them.
//!
//! Two areas are closed to everybody: `/admin` on any host, and `/files` on the host of the staff.
//! Each server has an area with and without a slash at its end, as the policy does.

use axum::{
    Router,
    http::{HeaderMap, Uri, header},
    routing::any,
};
use serde_json::{Value, json};

/// The areas that nobody may enter.
pub(crate) const CLOSED: &[&str] = &["admin", "staff"];

/// The areas as routes of the policy, each named as its area.
pub(crate) fn document() -> Value {
    json!({
        "version": "v1",
        "routes": [
            {"name": "admin", "paths": ["/admin/**"], "allow": "none"},
            {"name": "files", "paths": ["/files/**"], "allow": "any"},
            {"name": "orders", "paths": ["/v1/orders/{id}"], "allow": "any"},
            {"name": "static", "paths": ["/static/**"], "allow": "any"},
            {"name": "health", "paths": ["/healthz"], "allow": "any"},
            {"name": "shop", "hosts": ["shop.example.org"], "paths": ["/shop/**"], "allow": "any"},
            {"name": "staff", "hosts": ["staff.example.org"], "paths": ["/files/**"],
             "allow": "none"},
        ],
    })
}

/// The areas as routes of Envoy, which tell the upstream in `x-area` which one was chosen.
pub(crate) fn envoy() -> Value {
    let route = |area: &str, matching: Value| {
        json!({
            "match": matching,
            "route": {"cluster": "upstream"},
            "request_headers_to_add": [{"header": {"key": "x-area", "value": area}}],
        })
    };
    let below = |area: &str, path: &str| route(area, json!({"path_separated_prefix": path}));
    let exact = |area: &str, pattern: &str| route(area, json!({"safe_regex": {"regex": pattern}}));
    let host = |name: &str, domain: &str, files: &str, shop: &str| {
        json!({"name": name, "domains": [domain], "routes": [
            below("admin", "/admin"),
            below(files, "/files"),
            below("static", "/static"),
            below(shop, "/shop"),
            exact("orders", "/v1/orders/[^/]+/?"),
            exact("health", "/healthz/?"),
            route("other", json!({"prefix": ""})),
        ]})
    };
    json!({
        // A port says nothing about whose host it is; the setting is of the routes, not the listener.
        "ignore_port_in_host_matching": true,
        "virtual_hosts": [
            host("shop", "shop.example.org", "files", "shop"),
            host("staff", "staff.example.org", "staff", "other"),
            host("all", "*", "files", "other"),
        ],
    })
}

/// The areas as locations of nginx, which answer with area and host.
pub(crate) fn nginx() -> String {
    let area = |location: &str, area: &str| {
        format!("location {location} {{ return 200 \"{area}\\n$host\"; }}\n")
    };
    let below = |name: &str, path: &str| {
        area(&format!("= {path}"), name) + &area(&format!("^~ {path}/"), name)
    };
    let server = |listen: &str, host: &str, files: &str, shop: &str| {
        let locations = [
            below("admin", "/admin"),
            below(files, "/files"),
            below("static", "/static"),
            below(shop, "/shop"),
            area("~ ^/v1/orders/[^/]+/?$", "orders"),
            area("= /healthz", "health"),
            area("= /healthz/", "health"),
            area("/", "other"),
        ]
        .concat();
        format!("server {{ listen unix:nginx.sock{listen}; server_name {host};\n{locations}}}\n")
    };
    // Enough for the long cases, which its own limits would refuse.
    "keepalive_timeout 0; large_client_header_buffers 4 128k;\n".to_owned()
        + &server(" default_server", "_", "files", "other")
        + &server("", "shop.example.org", "files", "shop")
        + &server("", "staff.example.org", "staff", "other")
}

/// The areas as routes of axum, which answer with area and host.
pub(crate) fn axum() -> Router {
    let hosts: &[(&str, &str)] = &[];
    let site = Router::new();
    let site = below(site, "/admin", "admin", hosts);
    let site = below(site, "/files", "files", &[("staff.example.org", "staff")]);
    let site = below(site, "/static", "static", hosts);
    let site = below(site, "/shop", "other", &[("shop.example.org", "shop")]);
    let site = at(site, "/v1/orders/{id}", "orders", hosts);
    let site = at(site, "/v1/orders/{id}/", "orders", hosts);
    let site = at(site, "/healthz", "health", hosts);
    let site = at(site, "/healthz/", "health", hosts);
    site.fallback(async |uri: Uri, headers: HeaderMap| format!("other\n{}", host(&uri, &headers)))
}

type Hosts = &'static [(&'static str, &'static str)];

fn below(site: Router, path: &str, area: &'static str, hosts: Hosts) -> Router {
    ["", "/", "/{*rest}"].iter().fold(site, |site, end| {
        at(site, &format!("{path}{end}"), area, hosts)
    })
}

fn at(site: Router, path: &str, area: &'static str, hosts: Hosts) -> Router {
    let answer = async move |uri: Uri, headers: HeaderMap| {
        let host = host(&uri, &headers);
        let of_host = hosts.iter().find(|(name, _)| *name == host);
        format!("{}\n{host}", of_host.map_or(area, |(_, area)| area))
    };
    site.route(path, any(answer))
}

/// The host as axum's own extractor finds it where no proxy's header is believed, compared as
/// RFC 9110 §4.2.3 has it: without case and port.
fn host(uri: &Uri, headers: &HeaderMap) -> String {
    let header = headers.get(header::HOST);
    let header = header.and_then(|value| value.to_str().ok()?.parse().ok());
    let authority = uri.authority().cloned().or(header);
    authority.map_or_else(String::new, |authority| authority.host().to_lowercase())
}
