//! The proxy with both filters, of which the path chooses one.

use portcullis_envoy_tests::{Connection, Echo, Envoy, Plugin, Proxy, Request, Response};

use crate::cases::{Case, Cases};

pub(crate) async fn start(cases: &Cases) -> Envoy {
    Proxy::new(Echo::start())
        .filter(cases.native())
        .plugin(Plugin::JwtAuthn, &cases.document())
        .start()
        .await
}

/// Sends a token to the one and to the other, on one connection while it lasts.
pub(crate) struct Both<'e> {
    envoy: &'e Envoy,
    connection: Option<Connection>,
}

impl<'e> Both<'e> {
    pub(crate) const fn new(envoy: &'e Envoy) -> Self {
        Self {
            envoy,
            connection: None,
        }
    }

    /// What the plugin makes of a token, as `permit` or a reason code, and what `jwt_authn` does, as
    /// `permit` or its own words.
    pub(crate) async fn ask(&mut self, case: &Case) -> (String, String) {
        let ours = self.send("", case).await;
        let native = self.send("/native", case).await;
        let ours = match (ours.status, ours.code()) {
            (200, _) => "permit".to_owned(),
            (_, Some(code)) => code,
            (status, None) => format!("{status} {}", ours.text()),
        };
        let native = match native.status {
            200 => "permit".to_owned(),
            status => format!("{status} {}", native.text()),
        };
        (ours, native)
    }

    async fn send(&mut self, below: &str, case: &Case) -> Response {
        let target = format!("{below}/{}/7{}", case.provider, case.query);
        let headers = case.headers.iter();
        let request = headers.fold(Request::get(target), |request, (name, value)| {
            request.header(name, value)
        });
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.envoy.client().connect().await.unwrap(),
        };
        let response = connection.send(&request).await;
        if !response.header("connection").contains(&"close") {
            self.connection = Some(connection);
        }
        response
    }
}
