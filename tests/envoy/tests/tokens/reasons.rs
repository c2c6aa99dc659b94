//! Every reason of a token is told alike: in the reply, the access log, the counter, the proxy's log
//! and in filter state.

use std::collections::BTreeMap;

use fixtures::now;
use portcullis_envoy_tests::{Echo, Envoy, Hygiene, Plugin, Proxy, Request};
use vectors::{documents, vectors};

async fn proxies() -> BTreeMap<String, Envoy> {
    let mut proxies = BTreeMap::new();
    for document in documents() {
        let json = serde_json::from_str(&document.json).expect("a document is JSON");
        let proxy = Proxy::new(Echo::start())
            .hygiene(Hygiene::Raw)
            .plugin(Plugin::Gateway, &json);
        proxies.insert(document.name, proxy.start().await);
    }
    proxies
}

#[tokio::test]
async fn a_reason_is_the_same_wherever_it_is_told() {
    let proxies = proxies().await;
    let mut seen = Vec::new();
    let vectors = vectors();
    let shown = vectors.iter().filter(|vector| {
        let alone =
            vector.expect.len() == 1 && vector.peer.is_none() && vector.not_in_envoy.is_none();
        alone && vector.expect[0].starts_with("jwt.")
    });
    for vector in shown {
        let code = vector.expect[0].as_str();
        if seen.contains(&code) {
            continue;
        }
        seen.push(code);
        let envoy = &proxies[&vector.document];
        let request = Request::hostless(&vector.method, &vector.path).header("host", &vector.host);
        let headers = vector.headers_at(now());
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(name, value)
        });
        let counter = format!("wasmcustom.portcullis.gateway.denied.{code}");
        let before = envoy.counter(&counter).await;
        let response = envoy.client().send(&request).await;
        assert_eq!(response.code().as_deref(), Some(code), "{}", vector.name);
        let line = envoy.log_line(&request).await;
        assert_eq!(line.details, code);
        let decision = line.decision.unwrap_or_default();
        assert!(
            decision.starts_with(&format!("verdict=deny;reason={code};")),
            "{decision}"
        );
        assert_eq!(envoy.counter(&counter).await, before + 1, "{counter}");
        let body = response.json().unwrap_or_default();
        let id = body["instance"]
            .as_str()
            .and_then(|instance| instance.rsplit(':').next());
        let log = envoy.log();
        let told = log
            .lines()
            .find(|line| line.contains(id.unwrap_or("no id")));
        assert!(
            told.is_some_and(|line| line.contains(&format!("reason={code} "))),
            "{code}: {told:?}"
        );
    }
    assert!(seen.len() >= 19, "{seen:?}");
}
