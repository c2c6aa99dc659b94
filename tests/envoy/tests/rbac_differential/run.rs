//! Sends the requests of a policy, and compares.

use std::{net::TcpListener, sync::LazyLock};

use fixtures::Ca;
use portcullis_envoy_tests::{
    Client, Connection, Echo, Hygiene, Plugin, Proxy, Request, Response, Transport,
};
use serde_json::json;

use crate::{
    cases::{Case, Dice, case},
    kind::{Ours, kind},
    peers::peers,
    policy::Policy,
    rbac,
};

/// What the comparison of one policy came to.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) both_permit: usize,
    pub(crate) both_deny: usize,
    /// The kind of each explained difference, with its request.
    pub(crate) differences: Vec<(&'static str, String)>,
    pub(crate) unexplained: Vec<String>,
}

/// The listeners' port, which documents name: free a moment ago.
pub(crate) static PORT: LazyLock<u16> = LazyLock::new(|| {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
});

/// Runs `requests` requests through both.
pub(crate) async fn run(policy: &Policy, hygiene: Hygiene, requests: usize, seed: u64) -> Outcome {
    let ca = Ca::new("mesh.test");
    let mut document = policy.document.clone();
    document["version"] = json!("v1");
    let server = ca.local_svid("spiffe://mesh.test/ns/shop/sa/payments");
    let envoy = Proxy::new(Echo::start())
        .transport(Transport::mtls(&server, &ca))
        .hygiene(hygiene)
        .port(*PORT)
        .filter(rbac::filter(&policy.native))
        .plugin(Plugin::SpiffeAuthz, &document)
        .start()
        .await;
    let peers = peers(&ca);
    let mut callers: Vec<Caller> = peers
        .iter()
        .map(|peer| Caller {
            client: envoy.client_as(&ca, &peer.identity).at(peer.address),
            connection: None,
        })
        .collect();

    let mut dice = Dice(seed);
    let mut asked: Vec<(Case, Request)> = Vec::new();
    for _ in 0..requests {
        let case = case(&mut dice, peers.len(), policy.paths);
        let request = case.request();
        let response = callers[case.peer].send(&request).await;
        // What the proxy itself refuses is seen by neither.
        let by_plugin = response.header("content-type") == ["application/problem+json"];
        if response.status == 200 || by_plugin {
            asked.push((case, request));
        }
    }
    assert!(asked.len() > requests * 3 / 4, "too few were decided");
    let lines = envoy
        .log_lines(asked.iter().map(|(_, request)| request))
        .await;

    let mut outcome = Outcome::default();
    for ((case, _), line) in asked.iter().zip(lines) {
        let ours = match line.pass {
            Some(_) => Ours::Permit,
            None => Ours::Deny(line.details),
        };
        let native = match line.shadow_rbac.as_deref() {
            Some("allowed") => true,
            Some("denied") => false,
            other => panic!("rbac did not decide: {other:?}, {case:?}"),
        };
        match (&ours, native) {
            (Ours::Permit, true) => outcome.both_permit += 1,
            (Ours::Deny(_), false) => outcome.both_deny += 1,
            _ => {
                let peer = peers[case.peer].name;
                let shown = format!(
                    "{peer}: {} {} of {} with {:?}: ours {ours:?}, rbac {native}",
                    case.method, case.path, case.host, case.headers
                );
                let about_hosts = policy.name == "hosts";
                match kind(case, peer, about_hosts, &ours, native) {
                    Some(kind) => outcome.differences.push((kind, shown)),
                    None => outcome.unexplained.push(shown),
                }
            }
        }
    }
    outcome
}

/// A peer that keeps its connection while the proxy does.
struct Caller {
    client: Client,
    connection: Option<Connection>,
}

impl Caller {
    async fn send(&mut self, request: &Request) -> Response {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.client.connect().await.unwrap(),
        };
        let response = connection.send(request).await;
        if !response.header("connection").contains(&"close") {
            self.connection = Some(connection);
        }
        response
    }
}
