//! `portcullis check` on the clusters that a document has the proxy call.

mod support;
#[path = "support/listener.rs"]
mod wrapped;

use support::{Ran, check};
use wrapped::{listener, structure};

const DOCUMENT: &str = "
version: v1
routes: [{name: a, paths: [/a], allow: any}]
rate_limit:
  service: {cluster: counters, domain: shop}
  limits: [{name: l, store: shared, rates: [{requests: 1, per: 1s}]}]
";

const HTTP2: &str = "typed_extension_protocol_options: \
                     {envoy.extensions.upstreams.http.v3.HttpProtocolOptions: \
                     {explicit_http_config: {http2_protocol_options: {}}}}";

/// Checks the document in a whole configuration with these clusters, and this beside.
fn with_clusters(clusters: &str, beside: &str) -> Ran {
    let listener = listener("", &structure("rate_limit", DOCUMENT));
    let listener: Vec<String> = listener
        .trim()
        .lines()
        .map(|line| format!("    {line}\n"))
        .collect();
    let listener = listener.concat();
    let listener = listener.trim_start();
    check(&format!(
        "{beside}\nstatic_resources:\n  clusters: {clusters}\n  listeners:\n  - {listener}"
    ))
}

const PLACE: &str = "static_resources.clusters";

#[test]
fn a_cluster_that_is_not_there_is_told() {
    let ran = with_clusters("[{name: other}]", "").expect(0);
    ran.says("warning", PLACE, "counters");
    let ran = with_clusters(&format!("[{{name: counters, {HTTP2}}}]"), "").expect(0);
    assert!(!ran.out.contains(PLACE), "{}", ran.out);
}

#[test]
fn a_control_plane_may_bring_it_and_a_part_of_a_file_says_nothing() {
    let control = "dynamic_resources: {cds_config: {ads: {}}}";
    let ran = with_clusters("[]", control).expect(0);
    assert!(!ran.out.contains(PLACE), "{}", ran.out);
    let ran = check(&listener("", &structure("rate_limit", DOCUMENT))).expect(0);
    assert!(!ran.out.contains(PLACE), "{}", ran.out);
}

#[test]
fn the_service_needs_http_2() {
    let ran = with_clusters("[{name: counters}]", "").expect(0);
    ran.says("warning", "static_resources.clusters[counters]", "gRPC");
    let older = "[{name: counters, http2_protocol_options: {}}]";
    let ran = with_clusters(older, "").expect(0);
    assert!(!ran.out.contains(PLACE), "{}", ran.out);
}
