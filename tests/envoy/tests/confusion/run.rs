//! Sends every case everywhere, once for all tests.

use portcullis_envoy_tests::{Echo, Envoy, Heard, Hygiene, Plugin, Proxy, Request, Response};
use serde_json::json;
use tokio::sync::OnceCell;

use crate::{
    area,
    case::{Case, Verdict, bytes},
    upstream::{Upstreams, View, name},
};

/// What became of a case.
pub(crate) struct Seen {
    pub(crate) case: Case,
    /// Behind the listener as it is shipped.
    pub(crate) shipped: Passage,
    /// Behind one that sets nothing.
    pub(crate) defaults: Passage,
    /// Envoy's own route without a plugin, on a listener that sets nothing.
    pub(crate) envoy: View,
    /// The case as it is, without a proxy.
    pub(crate) nginx: View,
    pub(crate) axum: View,
}

/// What a proxy with the plugin made of a request.
#[derive(Debug)]
pub(crate) enum Passage {
    Permitted(Permitted),
    /// The reason code, or the status with which the proxy itself refused.
    Denied(String),
}

/// A request that passed, and what the servers behind take it for.
#[derive(Debug)]
pub(crate) struct Permitted {
    /// The policy's route.
    pub(crate) route: String,
    /// What Envoy forwarded, for the message of a failed test.
    #[expect(dead_code, reason = "shown when a test fails")]
    forwarded: String,
    envoy: View,
    nginx: View,
    axum: View,
}

impl Passage {
    pub(crate) const fn verdict(&self) -> Verdict {
        match self {
            Self::Permitted(_) => Verdict::Permit,
            Self::Denied(_) => Verdict::Deny,
        }
    }

    /// As it stands in the page.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Permitted(permitted) => format!("**{}**", permitted.route),
            Self::Denied(why) => why.clone(),
        }
    }
}

impl Permitted {
    pub(crate) const fn views(&self) -> [(&'static str, &View); 3] {
        [
            ("Envoy", &self.envoy),
            ("nginx", &self.nginx),
            ("axum", &self.axum),
        ]
    }

    /// The host that Envoy forwarded, as a name.
    pub(crate) fn envoy_host(&self) -> String {
        self.envoy.host().unwrap_or_default()
    }
}

/// All cases with what became of them.
pub(crate) async fn seen() -> &'static [Seen] {
    static SEEN: OnceCell<Vec<Seen>> = OnceCell::const_new();
    SEEN.get_or_init(run).await
}

async fn run() -> Vec<Seen> {
    let upstreams = Upstreams::start().await;
    let cases = Case::all();
    let mut shipped = passages(Hygiene::Shipped, &cases, &upstreams)
        .await
        .into_iter();
    let mut defaults = passages(Hygiene::Defaults, &cases, &upstreams)
        .await
        .into_iter();
    let bare = proxy(Hygiene::Defaults).start().await;
    let mut seen = Vec::new();
    for case in cases {
        let request = case.request().header("connection", "close");
        let envoy = view(send(&bare, &request).await.as_ref());
        let raw = request.to_bytes();
        seen.push(Seen {
            shipped: shipped.next().expect("one for each case"),
            defaults: defaults.next().expect("one for each case"),
            envoy,
            nginx: upstreams.nginx(&raw).await,
            axum: upstreams.axum(&raw).await,
            case,
        });
    }
    seen
}

fn proxy(hygiene: Hygiene) -> Proxy {
    let mut settings = json!({"route_config": area::envoy()});
    if hygiene == Hygiene::Shipped {
        settings["strip_trailing_host_dot"] = json!(true);
    }
    Proxy::new(Echo::start())
        .hygiene(hygiene)
        .settings(settings)
}

/// What a proxy with the plugin makes of every case.
async fn passages(hygiene: Hygiene, cases: &[Case], upstreams: &Upstreams) -> Vec<Passage> {
    let envoy = proxy(hygiene)
        .plugin(Plugin::SpiffeAuthz, &area::document())
        .start()
        .await;
    let mut passages = Vec::new();
    for case in cases {
        let request = case.request();
        let response = send(&envoy, &request).await;
        let heard = response.as_ref().and_then(Response::heard);
        passages.push(match heard {
            None => Passage::Denied(refusal(response.as_ref())),
            Some(heard) => {
                let decision = envoy.log_line(&request).await.decision;
                let decision = decision.expect("a decision in the access log");
                let route = decision
                    .split(';')
                    .find_map(|part| part.strip_prefix("route="));
                let forwarded = forwarded(&heard);
                Passage::Permitted(Permitted {
                    route: route.expect("a route in the decision").to_owned(),
                    envoy: view(response.as_ref()),
                    nginx: upstreams.nginx(&forwarded).await,
                    axum: upstreams.axum(&forwarded).await,
                    forwarded: String::from_utf8_lossy(&forwarded).into_owned(),
                })
            }
        });
    }
    assert!(!envoy.log().contains("panicked"), "{}", envoy.log());
    passages
}

/// None where the proxy closes without an answer.
async fn send(envoy: &Envoy, request: &Request) -> Option<Response> {
    envoy.client().try_send(&request.to_bytes()).await.ok()
}

fn refusal(response: Option<&Response>) -> String {
    let code = response.and_then(Response::code);
    code.or_else(|| response.map(|response| response.status.to_string()))
        .unwrap_or_else(|| "closed".to_owned())
}

/// Which of Envoy's own routes was chosen, and the host that it forwarded.
fn view(response: Option<&Response>) -> View {
    let Some(heard) = response.and_then(Response::heard) else {
        return View::Refused(response.map_or(0, |response| response.status));
    };
    let first = |header: &str| heard.header(header).first().copied().unwrap_or_default();
    View::Served {
        area: first("x-area").to_owned(),
        host: name(first("host")),
    }
}

/// The request line and the hosts as they reached the upstream.
fn forwarded(heard: &Heard) -> Vec<u8> {
    let line = |host: &&str| format!("host: {host}\r\n");
    let hosts: Vec<String> = heard.header("host").iter().map(line).collect();
    let hosts = hosts.concat();
    bytes(&format!(
        "{} {} HTTP/1.1\r\n{hosts}connection: close\r\n\r\n",
        heard.method, heard.path
    ))
}
