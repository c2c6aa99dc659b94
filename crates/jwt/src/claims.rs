//! The claims of a token (RFC 7519 §4), parsed once; what they mean is the validator's to say.

use std::time::Duration;

use policy::Reason;

use crate::reason;
use crate::value::Value;

/// A claims set whose registered claims are of the right type. It has no `Debug`, since claims
/// are never logged.
#[derive(PartialEq)]
pub(crate) struct Claims {
    all: Value,
    expires: Duration,
    not_before: Option<Duration>,
    issued: Option<Duration>,
    principal: Option<Box<str>>,
}

/// Registered claims that are strings. The last two are not of RFC 7519, but jwt-simple insists
/// on it: better said as malformed than as a bad signature.
const TEXTS: [&str; 5] = ["iss", "sub", "jti", "nonce", "kid"];

impl Claims {
    /// Reads a claims set.
    ///
    /// # Errors
    /// `jwt.malformed` where it is no JSON object, a registered claim is of the wrong type
    /// (RFC 7519 §4.1) or `exp` is not there: a token without an end is never taken.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Reason> {
        let all = Value::parse(bytes).ok_or(reason::MALFORMED)?;
        Self::of(all)
    }

    /// The same of a set that was read elsewhere.
    pub(crate) fn of(all: Value) -> Result<Self, Reason> {
        Self::check(all).ok_or(reason::MALFORMED)
    }

    /// `iss`.
    pub(crate) fn issuer(&self) -> Option<&str> {
        self.text("iss")
    }

    /// `exp`, since 1970.
    pub(crate) const fn expires(&self) -> Duration {
        self.expires
    }

    /// `nbf`, since 1970.
    pub(crate) const fn not_before(&self) -> Option<Duration> {
        self.not_before
    }

    /// `iat`, since 1970.
    pub(crate) const fn issued(&self) -> Option<Duration> {
        self.issued
    }

    /// Whether `aud`, a string or a list of strings, is or holds this one (RFC 7519 §4.1.3).
    pub(crate) fn is_for(&self, audience: &str) -> bool {
        self.all
            .member("aud")
            .is_some_and(|aud| texts(aud).any(|one| one == audience))
    }

    /// Whether the token grants this scope: in `scope` (RFC 8693 §4.2) or `scp`, each a string of
    /// scopes between spaces or a list of them.
    pub(crate) fn grants(&self, scope: &str) -> bool {
        ["scope", "scp"]
            .iter()
            .filter_map(|name| self.all.member(name))
            .flat_map(texts)
            .flat_map(|granted| granted.split(' '))
            .any(|granted| granted == scope)
    }

    /// A claim at the top that is a string.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.all.member(name).and_then(Value::text)
    }

    /// `cnf`: the key of its holder that the token is bound to (RFC 7800 §3.1).
    pub(crate) fn confirmation(&self) -> Option<&Value> {
        self.all.member("cnf")
    }

    /// Whether it has the marks of an ID token: what answers a sign-in alone (`OpenID` Connect
    /// Core §2, §3.3.2.11), or Keycloak's own word for it.
    pub(crate) fn is_id_token(&self) -> bool {
        const MARKS: [&str; 4] = ["nonce", "at_hash", "c_hash", "s_hash"];
        MARKS.iter().any(|name| self.all.member(name).is_some()) || self.text("typ") == Some("ID")
    }

    /// The claim at the end of a path.
    pub(crate) fn at(&self, path: &[Box<str>]) -> Option<&Value> {
        self.all.at(path)
    }

    /// `iss/sub`, what Istio calls the request principal.
    pub(crate) fn principal(&self) -> Option<&str> {
        self.principal.as_deref()
    }

    /// About how many bytes they take in memory.
    pub(crate) fn footprint(&self) -> usize {
        let principal = self.principal.as_deref().map_or(0, str::len);
        let inner = self.all.footprint().saturating_add(principal);
        inner.saturating_add(size_of::<Self>())
    }

    fn check(all: Value) -> Option<Self> {
        if !matches!(all, Value::Object(_)) {
            return None;
        }
        let typed = TEXTS
            .iter()
            .filter_map(|name| all.member(name))
            .all(|claim| claim.text().is_some());
        let audience = match all.member("aud") {
            None | Some(Value::Text(_)) => true,
            Some(Value::List(items)) => items.iter().all(|item| item.text().is_some()),
            Some(_) => false,
        };
        if !(typed && audience) {
            return None;
        }
        // `Some(None)` is a claim that is there and is no date.
        let date = |name| all.member(name).map(Value::date);
        let text = |name| all.member(name).and_then(Value::text);
        let principal = text("iss").zip(text("sub"));
        Some(Self {
            principal: principal.map(|(iss, sub)| format!("{iss}/{sub}").into_boxed_str()),
            expires: date("exp")??,
            not_before: date("nbf").map_or(Some(None), |date| date.map(Some))?,
            issued: date("iat").map_or(Some(None), |date| date.map(Some))?,
            all,
        })
    }
}

/// The string, or the strings of the list.
fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let items = match value {
        Value::List(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    items.iter().filter_map(Value::text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(json: &str) -> Claims {
        Claims::parse(json.as_bytes()).expect(json)
    }

    #[test]
    fn registered_claims_of_a_wrong_type_are_malformed() {
        for json in [
            "",
            "[]",
            "\"x\"",
            "{}",
            r#"{"exp": null}"#,
            r#"{"exp": "1"}"#,
            r#"{"exp": -1}"#,
            r#"{"exp": 1e300}"#,
            r#"{"exp": 1, "exp": 2}"#,
            r#"{"exp": 1, "nbf": "x"}"#,
            r#"{"exp": 1, "nbf": null}"#,
            r#"{"exp": 1, "iat": []}"#,
            r#"{"exp": 1, "iss": 1}"#,
            r#"{"exp": 1, "iss": ["a"]}"#,
            r#"{"exp": 1, "sub": {}}"#,
            r#"{"exp": 1, "jti": 5}"#,
            r#"{"exp": 1, "aud": 5}"#,
            r#"{"exp": 1, "aud": ["a", 5]}"#,
        ] {
            let read = Claims::parse(json.as_bytes()).err();
            assert_eq!(read, Some(reason::MALFORMED), "{json}");
        }
    }

    #[test]
    fn an_audience_is_a_string_or_a_list() {
        assert!(claims(r#"{"exp":1,"aud":"shop"}"#).is_for("shop"));
        assert!(claims(r#"{"exp":1,"aud":["a","shop"]}"#).is_for("shop"));
        assert!(!claims(r#"{"exp":1,"aud":"shop b"}"#).is_for("shop"));
        assert!(!claims(r#"{"exp":1,"aud":[]}"#).is_for("shop"));
        assert!(!claims(r#"{"exp":1}"#).is_for(""));
    }

    #[test]
    fn scopes_are_whole_words_in_scope_or_scp() {
        for (json, grants) in [
            (r#"{"exp":1,"scope":"a orders:read b"}"#, true),
            (r#"{"exp":1,"scope":["a","orders:read"]}"#, true),
            (r#"{"exp":1,"scp":"orders:read"}"#, true),
            (r#"{"exp":1,"scp":["orders:read"],"scope":"a"}"#, true),
            (r#"{"exp":1,"scope":"orders:read2"}"#, false),
            (r#"{"exp":1,"scope":"Orders:Read"}"#, false),
            (r#"{"exp":1,"scope":"a,orders:read"}"#, false),
            (r#"{"exp":1,"scope":{"orders:read":true}}"#, false),
            (r#"{"exp":1,"scope":[["orders:read"]]}"#, false),
            (r#"{"exp":1,"scopes":"orders:read"}"#, false),
        ] {
            assert_eq!(claims(json).grants("orders:read"), grants, "{json}");
        }
    }

    #[test]
    fn a_principal_needs_issuer_and_subject() {
        let both = claims(r#"{"exp":1,"iss":"https://a.test","sub":"ada"}"#);
        assert_eq!(both.principal(), Some("https://a.test/ada"));
        assert!(
            claims(r#"{"exp":1,"iss":"https://a.test"}"#)
                .principal()
                .is_none()
        );
    }
}
