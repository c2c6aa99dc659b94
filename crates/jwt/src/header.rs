//! The header of a token (RFC 7515 §4): which key and algorithm it claims, before any is believed.

use policy::Reason;

use crate::reason;
use crate::value::Value;

/// What is read from a header. It comes from the client and is not yet verified.
pub(crate) struct Header {
    /// `alg`, whatever it says.
    pub(crate) algorithm: Box<str>,
    /// `kid`.
    pub(crate) key_id: Option<Box<str>>,
    /// `typ`.
    pub(crate) media_type: Option<Box<str>>,
}

/// Members that are refused wherever they stand. The first two change how the token is to be read
/// (RFC 7515 §4.1.11, RFC 7797); the others bring or name a key, and a token must not choose the
/// key it is verified with (RFC 8725 §3.10).
const REFUSED: [&str; 6] = ["crit", "b64", "jku", "jwk", "x5u", "x5c"];

impl Header {
    /// Reads a header.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Reason> {
        let header = Value::parse(bytes).ok_or(reason::MALFORMED)?;
        if REFUSED.iter().any(|name| header.member(name).is_some()) {
            return Err(reason::UNSUPPORTED);
        }
        Ok(Self {
            algorithm: text(&header, "alg")?.ok_or(reason::MALFORMED)?,
            key_id: text(&header, "kid")?,
            media_type: text(&header, "typ")?,
        })
    }

    /// Whether `typ` is one of these media types, named in lower case without `application/`,
    /// which is left out as RFC 7515 §4.1.9 recommends. Case does not matter.
    pub(crate) fn is_typed(&self, types: &[&str]) -> bool {
        const TREE: &str = "application/";
        self.media_type.as_deref().is_some_and(|typ| {
            let short = match typ.split_at_checked(TREE.len()) {
                Some((tree, rest)) if tree.eq_ignore_ascii_case(TREE) => rest,
                _ => typ,
            };
            types.iter().any(|one| short.eq_ignore_ascii_case(one))
        })
    }
}

fn text(header: &Value, name: &str) -> Result<Option<Box<str>>, Reason> {
    match header.member(name) {
        None => Ok(None),
        Some(Value::Text(text)) => Ok(Some(text.clone())),
        Some(_) => Err(reason::MALFORMED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_says_algorithm_key_and_type() {
        let header = Header::parse(br#"{"alg":"ES256","kid":"k1","typ":"at+JWT","x":1}"#).unwrap();
        assert_eq!(&*header.algorithm, "ES256");
        assert_eq!(header.key_id.as_deref(), Some("k1"));
        assert!(header.is_typed(&["jwt", "at+jwt"]));
        assert!(!header.is_typed(&["jwt"]));
    }

    #[test]
    fn types_are_compared_without_case_and_tree() {
        for (typ, is) in [
            ("JWT", true),
            ("jwt", true),
            ("application/jwt", true),
            ("Application/JWT", true),
            ("text/jwt", false),
            ("application/", false),
            ("logout+jwt", false),
            ("", false),
        ] {
            let json = format!(r#"{{"alg":"ES256","typ":"{typ}"}}"#);
            let header = Header::parse(json.as_bytes()).unwrap();
            assert_eq!(header.is_typed(&["jwt"]), is, "{typ}");
        }
    }

    #[test]
    fn what_a_header_must_not_say_is_refused() {
        for (json, why) in [
            ("", reason::MALFORMED),
            ("[]", reason::MALFORMED),
            ("{}", reason::MALFORMED),
            (r#"{"alg":1}"#, reason::MALFORMED),
            (r#"{"alg":null}"#, reason::MALFORMED),
            (r#"{"alg":"ES256","kid":7}"#, reason::MALFORMED),
            (r#"{"alg":"ES256","typ":[]}"#, reason::MALFORMED),
            (r#"{"alg":"ES256","alg":"none"}"#, reason::MALFORMED),
            (r#"{"alg":"ES256","crit":["exp"]}"#, reason::UNSUPPORTED),
            (r#"{"alg":"ES256","crit":[]}"#, reason::UNSUPPORTED),
            (r#"{"alg":"ES256","b64":true}"#, reason::UNSUPPORTED),
            (
                r#"{"alg":"ES256","jku":"https://a.test"}"#,
                reason::UNSUPPORTED,
            ),
            (r#"{"alg":"ES256","jwk":{}}"#, reason::UNSUPPORTED),
            (r#"{"alg":"ES256","x5u":""}"#, reason::UNSUPPORTED),
            (r#"{"alg":"ES256","x5c":[]}"#, reason::UNSUPPORTED),
        ] {
            assert_eq!(Header::parse(json.as_bytes()).err(), Some(why), "{json}");
        }
    }
}
