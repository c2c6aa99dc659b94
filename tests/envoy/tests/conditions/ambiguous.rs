//! `accept_ambiguous`, word by word: what a route takes, and no more than that.

use portcullis_envoy_tests::Request;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::service::{By, CHECKOUT, Service, document};

const AMBIGUOUS: (u16, &str) = (400, "request.ambiguous_path");

/// Each word with what is behind its route's own path: what only it accepts, and what leads to the
/// closed route `secret` on a server that reads it otherwise.
const WORDS: [(&str, &[&str], &str); 5] = [
    ("encoded_slash", &["/a%2fb", "/a%2Fb"], "/secret%2fx"),
    ("encoded_backslash", &["/a%5cb", "/a\\b"], "/secret%5Cx"),
    ("empty_segment", &["//a", "/a//b", "/a//"], "//secret/x"),
    ("semicolon", &["/a;x=1", "/a/;b", "/a%3Bb"], "/secret;x=1/y"),
    ("double_encoding", &["/a%252fb", "/a%2541"], "/secret%252Fx"),
];

async fn shared() -> &'static Service {
    static SHARED: OnceCell<Service> = OnceCell::const_new();
    SHARED
        .get_or_init(async || Service::raw(&routes()).await)
        .await
}

fn routes() -> Value {
    let allow = json!({"service_accounts": ["shop/checkout"]});
    let mut routes = vec![
        json!({"name": "plain", "paths": ["/plain/**"], "allow": allow}),
        json!({"name": "two", "paths": ["/two/**"], "allow": allow,
               "accept_ambiguous": ["encoded_slash", "semicolon"]}),
    ];
    for (word, ..) in WORDS {
        routes.push(
            json!({"name": word, "paths": [format!("/{word}/**")], "allow": allow,
                           "accept_ambiguous": [word]}),
        );
        routes.push(json!({"name": format!("{word}.secret"), "allow": "none",
                           "paths": [format!("/{word}/secret/**")]}));
    }
    document(&json!(routes))
}

async fn permits(path: &str, route: &str) {
    let service = shared().await;
    let request = Request::get(path);
    service
        .permits(&service.peer(CHECKOUT), &request, route)
        .await;
}

async fn denies(path: &str, by: By) {
    let service = shared().await;
    let request = Request::get(path);
    service
        .denies(&service.peer(CHECKOUT), &request, AMBIGUOUS, by)
        .await;
}

#[tokio::test]
async fn a_word_accepts_its_own_and_nothing_else() {
    for (word, _, _) in WORDS {
        permits(&format!("/{word}/a"), word).await;
        for (other, forms, _) in WORDS {
            for form in forms {
                let path = format!("/{word}{form}");
                if word == other {
                    permits(&path, word).await;
                } else {
                    denies(&path, (word, "-")).await;
                }
            }
        }
    }
}

#[tokio::test]
async fn a_route_without_the_word_accepts_none() {
    for form in WORDS.iter().flat_map(|(_, forms, _)| *forms) {
        denies(&format!("/plain{form}"), ("plain", "-")).await;
    }
}

/// What the word accepts opens no other route, whichever way a server reads it.
#[tokio::test]
async fn a_word_leads_to_no_other_route() {
    for (word, _, elsewhere) in WORDS {
        denies(&format!("/{word}{elsewhere}"), (word, "-")).await;
    }
}

#[tokio::test]
async fn a_word_accepts_no_dots_no_nul_and_no_broken_bytes() {
    for (word, ..) in WORDS {
        for never in [
            "/a/../b",
            "/./a",
            "/%00",
            "/%ff",
            "/a%2",
            "/..;/a",
            "/%2e%2e/a",
        ] {
            denies(&format!("/{word}{never}"), (word, "-")).await;
        }
    }
    denies("/encoded_slash/a%2f..%2f..%2fplain", ("encoded_slash", "-")).await;
    denies("/double_encoding/%252e%252e", ("double_encoding", "-")).await;
}

#[tokio::test]
async fn a_path_may_hold_one_kind_of_what_two_words_accept() {
    permits("/two/a%2fb", "two").await;
    permits("/two/a;b", "two").await;
    denies("/two/a%2fb;c", ("two", "-")).await;
    denies("/two/a;b/c%2Fd", ("two", "-")).await;
}
