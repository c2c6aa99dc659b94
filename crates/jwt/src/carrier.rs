//! Where a request carries a token, and the token taken from there (RFC 6750 §2.1).

use std::borrow::Cow;
use std::rc::Rc;

use policy::{Request, Unreadable};

/// A header that may carry a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Carrier {
    /// The header's name in lower case.
    pub(crate) header: Rc<str>,
    prefix: Prefix,
}

/// What stands before the token.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Prefix {
    /// An authentication scheme, whatever its case, and one space or more (RFC 9110 §11.4).
    Scheme(Box<str>),
    /// Exactly this.
    Exact(Box<str>),
}

/// What a carrier holds.
pub(crate) enum Carried<'a> {
    /// No token; perhaps a credential of another kind.
    Nothing,
    /// A token, unverified.
    Token(Cow<'a, [u8]>),
    /// More than one.
    Several,
}

impl Carrier {
    /// The header that RFC 6750 §2.1 gives to bearer tokens.
    pub(crate) const AUTHORIZATION: &'static str = "authorization";

    /// A header with what stands before the token in it.
    pub(crate) fn new(header: &str, prefix: &str) -> Self {
        let scheme = prefix.trim_end_matches(' ');
        let is_scheme = header == Self::AUTHORIZATION && !scheme.is_empty();
        Self {
            header: header.into(),
            prefix: if is_scheme {
                Prefix::Scheme(scheme.into())
            } else {
                Prefix::Exact(prefix.into())
            },
        }
    }

    /// The token that a request carries here.
    ///
    /// # Security
    /// The proxy joins the values of a header given twice by a comma. No token holds one, so a
    /// comma beside anything that looks like a token means several, whichever came first.
    pub(crate) fn read<'a>(&self, request: &Request<'a>) -> Result<Carried<'a>, Unreadable> {
        let Some(value) = request.header(&self.header)? else {
            return Ok(Carried::Nothing);
        };
        if value.contains(&b',') {
            let mut values = value.split(|byte| *byte == b',');
            let some = values.any(|one| self.token(one).is_some());
            return Ok(if some {
                Carried::Several
            } else {
                Carried::Nothing
            });
        }
        let token = match value {
            Cow::Borrowed(value) => self.token(value).map(Cow::Borrowed),
            Cow::Owned(mut value) => self.token(&value).map(<[u8]>::len).map(|length| {
                // A token is the end of its value, so it is cut out without a copy.
                value.truncate(value.trim_ascii_end().len());
                value.drain(..value.len().saturating_sub(length));
                Cow::Owned(value)
            }),
        };
        Ok(token.map_or(Carried::Nothing, Carried::Token))
    }

    /// The token in one value, with the white space around it taken off (RFC 9110 §5.5).
    fn token<'v>(&self, value: &'v [u8]) -> Option<&'v [u8]> {
        let value = value.trim_ascii();
        match &self.prefix {
            Prefix::Scheme(scheme) => {
                let (start, rest) = value.split_at_checked(scheme.len())?;
                let ends = rest.first().is_none_or(|byte| *byte == b' ');
                (ends && start.eq_ignore_ascii_case(scheme.as_bytes())).then(|| rest.trim_ascii())
            }
            Prefix::Exact(prefix) => {
                let token = value.strip_prefix(prefix.as_bytes())?;
                (!token.is_empty()).then_some(token)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::Fake;

    fn read(carrier: &Carrier, value: &[u8]) -> String {
        let sources = [
            Fake::Borrowed(&carrier.header, value),
            Fake::Copied(&carrier.header, value),
        ];
        let [borrowed, owned] =
            sources.map(
                |source| match carrier.read(&Request::new(&source)).unwrap() {
                    Carried::Nothing => "-".to_owned(),
                    Carried::Several => "several".to_owned(),
                    Carried::Token(token) => format!("<{}>", token.escape_ascii()),
                },
            );
        assert_eq!(borrowed, owned, "borrowed or copied is all the same");
        borrowed
    }

    #[test]
    fn a_scheme_is_compared_without_case_and_a_comma_means_several() {
        let bearer = Carrier::new("authorization", "Bearer ");
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
        let bare = Carrier::new("x-token", "");
        let prefixed = Carrier::new("x-token", "Token ");
        let bare_authorization = Carrier::new("authorization", "");
        for (carrier, value, carried) in [
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
                read(carrier, value.as_bytes()),
                carried,
                "{carrier:?} {value}"
            );
        }
    }
}
