//! Tokens in headers, cookies and the query, and what is left of each for the upstream.

use portcullis_envoy_tests::{
    Echo, Envoy, Plugin, Proxy, Request, assert_denied, assert_permitted,
};
use serde_json::json;
use tokio::sync::OnceCell;

use fixtures::{Algorithm, Issuer};

struct Places {
    issuer: Issuer,
    envoy: Envoy,
}

impl Places {
    async fn shared() -> &'static Self {
        static PLACES: OnceCell<Places> = OnceCell::const_new();
        PLACES.get_or_init(Self::start).await
    }

    async fn start() -> Self {
        let issuer = Issuer::new("https://login.test", Algorithm::Es256);
        let document = json!({
            "version": "v1",
            "jwt": {"realm": "shop", "providers": [{
                "name": "login", "issuer": issuer.url(), "audiences": ["shop"],
                "jwks": {"inline": issuer.jwks()},
                "from_headers": [{"name": "authorization", "value_prefix": "Bearer "}, {"name": "x-token"}],
                "from_cookies": ["session"], "from_params": ["access_token"],
            }]},
            "routes": [{"name": "all", "paths": ["/v1/**"], "allow": {"jwt": "login"}}],
        });
        let envoy = Proxy::new(Echo::start())
            .plugin(Plugin::Gateway, &document)
            .start()
            .await;
        Self { issuer, envoy }
    }

    fn token(&self) -> String {
        self.issuer.sign(&self.issuer.claims("ada", "shop"))
    }
}

#[tokio::test]
async fn a_token_in_a_cookie_goes_and_the_other_cookies_stay() {
    let places = Places::shared().await;
    let token = places.token();
    for (cookies, left) in [
        (format!("a=1; session={token}; b=2"), vec!["a=1; b=2"]),
        (format!("session={token}"), vec![]),
        (format!("a=1;session={token}"), vec!["a=1"]),
    ] {
        let request = Request::get("/v1/a").header("cookie", cookies);
        let heard = assert_permitted(&places.envoy.client(), &request).await;
        assert_eq!(heard.header("cookie"), left);
    }
}

#[tokio::test]
async fn a_token_in_the_query_goes_and_the_rest_arrives_as_it_was_sent() {
    let places = Places::shared().await;
    let token = places.token();
    for (query, left) in [
        (format!("access_token={token}"), "/v1/a"),
        (
            format!("x=%2Fy&access_token={token}&z=+&x=2"),
            "/v1/a?x=%2Fy&z=+&x=2",
        ),
        (
            format!("access_token={token}&next=/v1/b?c=d"),
            "/v1/a?next=/v1/b?c=d",
        ),
    ] {
        let request = Request::get(format!("/v1/a?{query}"));
        let heard = assert_permitted(&places.envoy.client(), &request).await;
        assert_eq!(heard.path, left);
        let line = places.envoy.log_line(&request).await;
        assert_eq!((line.status, line.pass.as_deref()), (200, Some("1")));
    }
}

#[tokio::test]
async fn a_token_in_another_header_goes_with_its_header() {
    let places = Places::shared().await;
    let request = Request::get("/v1/a")
        .header("x-token", places.token())
        .header("x-other", "1");
    let heard = assert_permitted(&places.envoy.client(), &request).await;
    assert_eq!(heard.header("x-token"), [""; 0]);
    assert_eq!(heard.header("x-other"), ["1"]);
}

#[tokio::test]
async fn two_tokens_in_one_request_are_an_invalid_request() {
    let places = Places::shared().await;
    let token = places.token();
    let cookie = format!("session={token}");
    let requests = [
        Request::get("/v1/a")
            .bearer(&token)
            .header("x-token", &token),
        Request::get("/v1/a")
            .bearer(&token)
            .header("cookie", &cookie),
        Request::get(format!("/v1/a?access_token={token}")).header("cookie", &cookie),
        Request::get("/v1/a")
            .header("cookie", &cookie)
            .header("cookie", &cookie),
        Request::get("/v1/a").header("cookie", format!("{cookie}; Session=x")),
        Request::get(format!("/v1/a?access_token={token}&ACCESS_TOKEN=x")),
        Request::get(format!("/v1/a?access_token={token};access_token=x")),
    ];
    for request in requests {
        let client = places.envoy.client();
        let response =
            assert_denied(&places.envoy, &client, &request, 400, "jwt.several_tokens").await;
        let challenge = response.header("www-authenticate").join("; ");
        assert!(
            challenge.contains(r#"error="invalid_request""#),
            "{challenge}"
        );
    }
}

/// What is taken out of the query is never what the route was chosen by.
#[tokio::test]
async fn a_path_behind_the_query_opens_nothing() {
    let places = Places::shared().await;
    let token = places.token();
    for target in [
        format!("/admin?access_token={token}&/v1/a"),
        format!("/v1?access_token={token}/../../admin"),
        format!("/v1/a?access_token={token}#/../admin"),
    ] {
        let request = Request::get(target);
        let response = places.envoy.client().send(&request).await;
        assert_ne!(response.status, 200, "{request:?}");
    }
}
