//! Who may present a JWT-SVID, and whose certificate a token is bound to: both as whoever knows workloads
//! tells it.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "it is a test from end to end"
)]

mod support;

use std::rc::Rc;

use fixtures::{Algorithm, Issuer};
use jwt::Tokens;
use policy::{Context, Failure, Policy, Template, Unreadable, Workloads};
use serde_json::{Value, json};
use support::{Plain, code, document, is_in, issuer, provider, token};

const ORDERS: &str = "spiffe://mesh.test/orders";
const BATCH: &str = "spiffe://mesh.test/batch";

/// A proxy whose caller is said in a header, and fails to tell where that says so.
struct Said;

impl Said {
    fn caller(context: &Context<'_>) -> Result<Option<String>, Failure> {
        let caller = context.request.header("x-caller")?;
        let caller = caller.map(|caller| String::from_utf8(caller.into_owned()).unwrap());
        match caller.as_deref() {
            Some("unknown") => Err(Unreadable.into()),
            _ => Ok(caller),
        }
    }
}

impl Workloads for Said {
    fn certificate(&self, context: &Context<'_>) -> Result<Option<[u8; 32]>, Failure> {
        Ok(Self::caller(context)?.map(|_| [7; 32]))
    }

    fn caller_is(
        &self,
        context: &Context<'_>,
        asked: &dyn Fn(&str) -> bool,
    ) -> Result<bool, Failure> {
        Ok(Self::caller(context)?.is_some_and(|caller| asked(&caller)))
    }

    fn template(&self, text: &str) -> Result<Template, String> {
        let text = text
            .strip_prefix("spiffe://")
            .ok_or("no scheme")?
            .to_owned();
        Ok(Box::new(move |id| {
            id.strip_prefix("spiffe://") == Some(&text)
        }))
    }
}

fn compile(section: &Value) -> Result<policy::Engine, String> {
    let tokens = Tokens::new()
        .with_spiffe_ids(is_in)
        .with_workloads(Rc::new(Said));
    let policies: Vec<Box<dyn Policy>> = vec![Box::new(tokens)];
    let document = document(section, &[json!({"jwt": "mesh"})]);
    let compiled = policy::compile(document.to_string().as_bytes(), "gateway", policies);
    compiled
        .map(|(engine, _)| engine)
        .map_err(|report| report.errors().join("; "))
}

fn svids(issuer: &Issuer, presented_by: &Value) -> Value {
    let mut jwks = issuer.jwks();
    jwks["keys"][0]["use"] = json!("jwt-svid");
    let mut svids = provider(
        "mesh",
        issuer,
        json!({
            "profile": "jwt_svid", "trust_domain": "mesh.test", "algorithms": ["ES256"],
            "jwks": {"inline": jwks}, "presented_by": presented_by,
        }),
    );
    svids.as_object_mut().unwrap().remove("issuer");
    json!({"providers": [svids]})
}

#[test]
fn a_jwt_svid_is_its_workloads_or_for_one_that_may_act_for_it() {
    let issuer = issuer("mesh", Algorithm::Es256);
    let svid = token(&issuer, json!({"sub": ORDERS, "iss": null}));
    let denied = "jwt.wrong_presenter";
    for (presented_by, by_orders, by_batch) in [
        (json!("subject"), "permit", denied),
        (json!(["subject", BATCH]), "permit", "permit"),
        (json!([BATCH]), denied, "permit"),
    ] {
        let engine = compile(&svids(&issuer, &presented_by)).unwrap();
        let from = |caller: Option<&str>| {
            let request = Plain::get("/0").bearer(&svid);
            let request = caller.map_or_else(
                || request.clone(),
                |caller| request.clone().with("x-caller", caller),
            );
            code(&engine.decide(&request))
        };
        for _ in 0..2 {
            assert_eq!(from(Some(ORDERS)), by_orders, "{presented_by}");
            assert_eq!(from(Some(BATCH)), by_batch, "{presented_by}");
            assert_eq!(from(None), denied);
            assert_eq!(from(Some("unknown")), "internal.host_call");
        }
    }
    let slip = compile(&svids(&issuer, &json!(["Subject"]))).unwrap_err();
    let told = "jwt.providers[mesh].presented_by[0]: \"Subject\" is neither the word \"subject\" nor a SPIFFE ID";
    assert!(slip.starts_with(told), "{slip}");
}

#[test]
fn a_token_is_bound_to_the_certificate_that_is_told_and_not_to_the_connections() {
    // base64url of 32 bytes of 7, and of 32 bytes of 0xab
    let (told, own) = (
        "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc",
        "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s",
    );
    let issuer = issuer("login", Algorithm::Es256);
    let section =
        json!({"providers": [provider("mesh", &issuer, json!({"certificate_bound": "require"}))]});
    let engine = compile(&section).unwrap();
    for (thumbprint, caller, expected) in [
        (told, Some("a"), "permit"),
        (own, Some("a"), "jwt.not_bound"),
        (told, None, "jwt.not_bound"),
        (own, None, "jwt.not_bound"),
        (told, Some("unknown"), "internal.host_call"),
    ] {
        let token = token(&issuer, json!({"cnf": {"x5t#S256": thumbprint}}));
        let request = Plain::get("/0").bearer(&token).peer(&"ab".repeat(32));
        let request = caller.map_or_else(
            || request.clone(),
            |caller| request.clone().with("x-caller", caller),
        );
        assert_eq!(code(&engine.decide(&request)), expected, "{caller:?}");
    }
}
