//! The name of a header, and which ones a policy must never write to.

use std::rc::Rc;

use super::{Json, Model, Place, Report, Shape, Text};

/// A header's name in lower case (RFC 9110 §5.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderName(Rc<str>);

/// Headers that the proxy, the connection or another credential lives by. To overwrite one
/// would change how the request is routed, framed, or whom it is believed to be from.
const RESERVED: [&str; 33] = [
    "authorization",
    "client-cert",
    "client-cert-chain",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "forwarded",
    "grpc-timeout",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "range",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "x-forwarded-client-cert",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-original-host",
    "x-original-uri",
    "x-original-url",
    "x-real-ip",
    "x-request-id",
    "x-rewrite-url",
];

/// The same, by how they begin.
const RESERVED_PREFIXES: [&str; 4] = ["x-envoy-", "x-forwarded-", "x-b3-", ":"];

impl HeaderName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name, shared.
    #[must_use]
    pub fn share(&self) -> Rc<str> {
        Rc::clone(&self.0)
    }

    /// Whether only the proxy may write this header.
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        let spelled = self.0.replace('_', "-"); // upstreams take one for the other
        RESERVED.contains(&&*spelled)
            || RESERVED_PREFIXES
                .iter()
                .any(|prefix| spelled.starts_with(prefix))
    }
}

impl Model for HeaderName {
    fn read(value: &Json, place: &Place<'_>, report: &mut Report) -> Option<Self> {
        let text = Text::read(value, place, report)?;
        let text = text.as_str();
        let lower = text.to_ascii_lowercase();
        if text.starts_with(':') {
            report.error(place, format_args!("\"{text}\" is a pseudo header"));
        } else if !text.bytes().all(is_token) {
            report.error(
                place,
                format_args!("\"{text}\" is not the name of a header"),
            );
        } else if lower != text {
            report.error(
                place,
                format_args!("\"{text}\": write it in lower case: \"{lower}\""),
            );
        } else {
            return Some(Self(text.into()));
        }
        None
    }

    fn shape() -> Shape {
        Shape::Pattern(
            "^[a-z0-9!#$%&'*+.^_`|~-]+$",
            "name of a header in lower case",
        )
    }
}

/// `tchar` of RFC 9110 §5.6.2, which the name of a cookie is made of too (RFC 6265 §4.1.1).
#[must_use]
pub const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'.'
                | b'^'
                | b'_'
                | b'`'
                | b'|'
                | b'~'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_tokens_in_lower_case() {
        for (name, fine) in [
            ("x-user", true),
            ("x_user.1~", true),
            ("X-User", false),
            (":path", false),
            ("x user", false),
            ("x-user\r", false),
            ("x-usér", false),
            ("", false),
        ] {
            let mut report = Report::default();
            let read = HeaderName::read(&Json::Text(name.into()), &Place::top(), &mut report);
            assert_eq!(read.is_some(), fine, "{name:?}");
            assert_eq!(report.is_refused(), !fine, "{name:?}");
        }
    }

    #[test]
    fn what_the_proxy_lives_by_is_reserved_in_every_spelling() {
        for (name, reserved) in [
            ("host", true),
            ("authorization", true),
            ("transfer-encoding", true),
            ("transfer_encoding", true),
            ("x-envoy-original-path", true),
            ("x_envoy_original_path", true),
            ("x-forwarded-client-cert", true),
            ("x-forwarded-for", true),
            ("cookie", true),
            ("x-original-url", true),
            ("x_rewrite_url", true),
            ("x-user", false),
            ("x-envoyage", false),
            ("x-tenant-host", false),
        ] {
            assert_eq!(HeaderName(name.into()).is_reserved(), reserved, "{name}");
        }
    }
}
