//! What stands before a credential in a header, and the credential taken from behind it.

use std::borrow::Cow;

use super::{Carried, Carrier};

/// What stands before the credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Prefix {
    /// An authentication scheme, whatever its case, and one space or more (RFC 9110 §11.4).
    Scheme(Box<str>),
    /// Exactly this.
    Exact(Box<str>),
}

impl Prefix {
    pub(super) fn new(header: &str, prefix: &str) -> Self {
        let scheme = prefix.trim_end_matches(' ');
        if header == Carrier::AUTHORIZATION && !scheme.is_empty() {
            Self::Scheme(scheme.into())
        } else {
            Self::Exact(prefix.into())
        }
    }

    /// The credential in a header's values, which are joined by commas.
    pub(super) fn read<'a>(&self, value: Cow<'a, [u8]>) -> Carried<'a> {
        if value.contains(&b',') {
            let mut values = value.split(|byte| *byte == b',');
            return if values.any(|one| self.token(one).is_some()) {
                Carried::Several
            } else {
                Carried::Nothing
            };
        }
        let token = match value {
            Cow::Borrowed(value) => self.token(value).map(Cow::Borrowed),
            Cow::Owned(mut value) => self.token(&value).map(<[u8]>::len).map(|length| {
                // A credential is the end of its value, so it is cut out without a copy.
                value.truncate(value.trim_ascii_end().len());
                value.drain(..value.len().saturating_sub(length));
                Cow::Owned(value)
            }),
        };
        token.map_or(Carried::Nothing, Carried::Token)
    }

    /// The credential in one value, with the white space around it taken off (RFC 9110 §5.5).
    fn token<'v>(&self, value: &'v [u8]) -> Option<&'v [u8]> {
        let value = value.trim_ascii();
        match self {
            Self::Scheme(scheme) => {
                let (start, rest) = value.split_at_checked(scheme.len())?;
                let ends = rest.first().is_none_or(|byte| *byte == b' ');
                (ends && start.eq_ignore_ascii_case(scheme.as_bytes())).then(|| rest.trim_ascii())
            }
            Self::Exact(prefix) => {
                let token = value.strip_prefix(prefix.as_bytes())?;
                (!token.is_empty()).then_some(token)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(prefix: &Prefix, value: &[u8]) -> String {
        let values = [Cow::Borrowed(value), Cow::Owned(value.to_vec())];
        let [borrowed, owned] = values.map(|value| match prefix.read(value) {
            Carried::Nothing => "-".to_owned(),
            Carried::Several => "several".to_owned(),
            Carried::Token(token) => format!("<{}>", token.escape_ascii()),
        });
        assert_eq!(borrowed, owned, "borrowed or copied is all the same");
        borrowed
    }

    #[test]
    fn a_scheme_is_compared_without_case_and_a_comma_means_several() {
        let bearer = Prefix::new("authorization", "Bearer ");
        for (value, carried) in [
            ("Bearer abc", "<abc>"),
            ("bearer abc", "<abc>"),
            ("BEARER   abc ", "<abc>"),
            ("\t Bearer abc", "<abc>"),
            ("Bearer", "<>"),
            ("Bearer ", "<>"),
            ("Bearer a b", "<a b>"),
            ("Bearerabc", "-"),
            ("Bearer=abc", "-"),
            ("Basic YTpi", "-"),
            ("Beare", "-"),
            ("", "-"),
            ("Digest a=1, b=2", "-"),
            ("Bearer abc,Bearer abc", "several"),
            ("Bearer abc,", "several"),
            ("Bearer abc, Basic YTpi", "several"),
            ("Basic YTpi,bearer abc", "several"),
        ] {
            assert_eq!(read(&bearer, value.as_bytes()), carried, "{value}");
        }
        assert_eq!(read(&bearer, b"Bearer \xff\x00"), "<\\xff\\x00>");
        assert_eq!(read(&bearer, b"\xffearer abc"), "-");
    }

    #[test]
    fn another_header_or_prefix_is_compared_exactly() {
        let bare = Prefix::new("x-token", "");
        let prefixed = Prefix::new("x-token", "Token ");
        let bare_authorization = Prefix::new("authorization", "");
        for (prefix, value, carried) in [
            (&bare, " abc ", "<abc>"),
            (&bare, "Bearer abc", "<Bearer abc>"),
            (&bare, "", "-"),
            (&bare, "abc,def", "several"),
            (&bare, ",", "-"),
            (&prefixed, "Token abc", "<abc>"),
            (&prefixed, "token abc", "-"),
            (&prefixed, "Token ", "-"),
            (&prefixed, "x,Token abc", "several"),
            (&bare_authorization, "abc", "<abc>"),
        ] {
            assert_eq!(
                read(prefix, value.as_bytes()),
                carried,
                "{prefix:?} {value}"
            );
        }
    }
}
