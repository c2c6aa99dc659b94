//! Attributes of a verified token: what limits are keyed by and conditions compare.
#![expect(clippy::unwrap_used, reason = "it is a test from end to end")]

mod support;

use fixtures::Algorithm;
use jwt::Tokens;
use policy::language::{Fields, Json, Place, Report};
use policy::{
    Attribute, AttributeName, Context, Failure, Learnt, Policy, Presence, Request, Trust,
};
use serde_json::{Value, json};
use support::{Plain, issuer, provider, token};

fn read(section: &Value) -> Tokens {
    let document = Json::parse(json!({"jwt": section}).to_string().as_bytes()).unwrap();
    let mut report = Report::default();
    let mut tokens = Tokens::new();
    let top = Place::top();
    let mut fields = Fields::open(&document, &top, &mut report).unwrap();
    tokens.read(&mut fields, &mut report);
    assert_eq!(report.errors(), Vec::<String>::new());
    tokens
}

/// What an attribute says after a condition was asked; "-" where it is absent.
fn says(tokens: &Tokens, condition: &Value, request: &Plain, names: &[&str]) -> Vec<String> {
    ask(
        tokens,
        condition,
        request,
        names,
        |attribute, context, out| attribute.append(context, out),
    )
}

type Asks = fn(&dyn Attribute, &Context<'_>, &mut Vec<u8>) -> Result<Presence, Failure>;

fn ask(
    tokens: &Tokens,
    condition: &Value,
    request: &Plain,
    names: &[&str],
    asks: Asks,
) -> Vec<String> {
    let condition = Json::parse(condition.to_string().as_bytes()).unwrap();
    let mut report = Report::default();
    let top = Place::top();
    let mut fields = Fields::open(&condition, &top, &mut report).unwrap();
    let leaves = tokens.condition(&mut fields, &mut report);
    let learnt = Learnt::default();
    let request = Request::new(request);
    let context = Context {
        request: &request,
        learnt: &learnt,
        route: None,
    };
    for leaf in &leaves {
        let _ = leaf.holds(&context);
    }
    let value = |name: &&str| {
        let name = AttributeName::parse(name).unwrap();
        let attribute = tokens.attribute(&name, &top, &mut Report::default());
        let attribute = attribute.unwrap().unwrap();
        assert_eq!(attribute.trust(), Trust::Verified("jwt"));
        let mut out = Vec::new();
        match asks(&*attribute, &context, &mut out).unwrap() {
            Presence::Present => String::from_utf8(out).unwrap(),
            Presence::Absent => {
                assert!(out.is_empty());
                "-".to_owned()
            }
        }
    };
    names.iter().map(value).collect()
}

const NAMES: [&str; 7] = [
    "jwt.principal",
    "jwt.claims[org][id]",
    "jwt.claims[level]",
    "jwt.claims[roles]",
    "jwt.claims[none]",
    "jwt[login].claims[sub]",
    "jwt[partner].claims[sub]",
];

#[test]
fn attributes_say_what_was_verified_and_never_verify_themselves() {
    let (login, partner) = (
        issuer("login", Algorithm::EdDsa),
        issuer("partner", Algorithm::Es256),
    );
    let tokens = read(&json!({"providers": [
        provider("login", &login, json!({})),
        provider("partner", &partner, json!({"from_headers": [{"name": "x-partner"}]})),
    ]}));
    let claims = json!({"org": {"id": "a b"}, "level": 3, "roles": ["x"]});
    let (ours, theirs) = (
        token(&login, claims),
        token(&partner, json!({"sub": "bob"})),
    );
    let both = Plain::get("/").bearer(&ours).with("x-partner", &theirs);

    let nothing_asked = says(&tokens, &json!({}), &both, &NAMES);
    assert_eq!(nothing_asked, ["-"; 7]);

    let one_asked = says(&tokens, &json!({"jwt": "login"}), &both, &NAMES);
    let expected = ["https://login.test/ada", "a b", "3", "-", "-", "ada", "-"];
    assert_eq!(one_asked, expected);

    // Both are verified, and the first that suffices is taken: of the other nothing is told.
    let both_asked = json!({"jwt": {"provider": ["partner", "login"]}});
    let either = says(&tokens, &both_asked, &both, &NAMES);
    let bob = "https://partner.test/bob";
    assert_eq!(either, [bob, "-", "-", "-", "-", "-", "bob"]);

    let forged = Plain::get("/").bearer(&ours.replace(".ey", ".eY"));
    assert_eq!(
        says(&tokens, &json!({"jwt": "login"}), &forged, &NAMES),
        ["-"; 7]
    );

    // Verified is not taken, where a condition asks for more than the token grants.
    let more = json!({"jwt": "login", "scopes": ["admin"]});
    assert_eq!(says(&tokens, &more, &both, &NAMES), ["-"; 7]);
}

/// A limit's key says whose word it is: equal claims of two providers are two keys.
#[test]
fn equal_claims_of_two_providers_are_two_keys() {
    let (login, partner) = (
        issuer("login", Algorithm::EdDsa),
        issuer("partner", Algorithm::Es256),
    );
    let tokens = read(&json!({"providers": [
        provider("login", &login, json!({})),
        provider("partner", &partner, json!({"from_headers": [{"name": "x-partner"}]})),
    ]}));
    let claims = json!({"org": {"id": "a b"}});
    let ours = Plain::get("/").bearer(&token(&login, claims.clone()));
    let theirs = Plain::get("/").with("x-partner", token(&partner, claims));
    let either = json!({"jwt": {"provider": ["login", "partner"]}});
    let names = ["jwt.claims[org][id]", "jwt.principal", "jwt.claims[none]"];
    let key = |request: &Plain| {
        ask(
            &tokens,
            &either,
            request,
            &names,
            |attribute, context, out| attribute.append_key(context, out),
        )
    };
    let principal = "login\0https://login.test/ada";
    assert_eq!(key(&ours), ["login\0a b", principal, "-"]);
    let principal = "partner\0https://partner.test/ada";
    assert_eq!(key(&theirs), ["partner\0a b", principal, "-"]);
}

#[test]
fn names_that_are_not_attributes_are_told() {
    let login = issuer("login", Algorithm::EdDsa);
    let tokens = read(&json!({"providers": [provider("login", &login, json!({}))]}));
    let place = Place::top();
    let place = place.field("key");
    for (name, told) in [
        ("jwt.claims", "key: write jwt.principal, "),
        ("jwt.claims[a].b", "key: write "),
        ("jwt.principal[a]", "key: write "),
        ("jwt", "key: write "),
        ("jwt[login]", "key: write "),
        ("jwt[login].principal", "key: write "),
        ("jwt[login].claims", "key: write "),
        ("jwt[a][b].claims[c]", "key: write "),
        (
            "jwt[logn].claims[a]",
            "key: no provider has the name \"logn\"; providers: login",
        ),
    ] {
        let mut report = Report::default();
        let name = AttributeName::parse(name).unwrap();
        let found = tokens.attribute(&name, &place, &mut report);
        assert!(matches!(found, Some(None)), "{name:?}");
        assert!(report.errors()[0].starts_with(told), "{report:?}");
    }
    let mut report = Report::default();
    let other = AttributeName::parse("source.principal").unwrap();
    assert!(tokens.attribute(&other, &place, &mut report).is_none());
    let principal = AttributeName::parse("jwt.principal").unwrap();
    let without = Tokens::new().attribute(&principal, &place, &mut report);
    assert!(matches!(without, Some(None)));
    assert!(report.errors()[0].starts_with("key: no provider is declared"));
}
