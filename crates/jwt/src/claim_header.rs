//! A claim that somebody behind this filter is told: the upstream in a header, later filters and the
//! access log in filter state.

use std::borrow::Cow;
use std::rc::Rc;

use crate::claims::Claims;
use crate::value::Value;

/// A name and the claim that is told under it.
#[derive(Clone, Debug)]
pub(crate) struct ClaimHeader {
    /// The header's name in lower case, or the last part of the filter state's.
    pub(crate) header: Rc<str>,
    /// The path of the claim.
    pub(crate) claim: Vec<Box<str>>,
}

impl ClaimHeader {
    /// The header's value: a string, number or boolean, or the elements of a list of them joined by
    /// commas.
    ///
    /// # Security
    /// `None` where the claim could be read as something else on the way: a byte that is not
    /// visible ASCII or a space, white space at an end, which is cut off in transit, or a comma
    /// within an element of a list.
    pub(crate) fn value(&self, claims: &Claims) -> Option<Vec<u8>> {
        let value = match claims.at(&self.claim)? {
            Value::List(items) => {
                let items: Option<Vec<Cow<'_, str>>> = items.iter().map(element).collect();
                Cow::Owned(items?.join(","))
            }
            one => one.scalar()?,
        };
        is_plain(&value).then(|| value.into_owned().into_bytes())
    }
}

fn element(item: &Value) -> Option<Cow<'_, str>> {
    item.scalar()
        .filter(|text| is_plain(text) && !text.contains(','))
}

fn is_plain(text: &str) -> bool {
    let visible = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
    !text.is_empty() && text.bytes().all(visible) && text.trim_ascii().len() == text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_values_that_arrive_as_they_are_get_written() {
        let header = ClaimHeader {
            header: "x-claim".into(),
            claim: vec!["c".into(), "d".into()],
        };
        for (json, value) in [
            (r#""ada""#, Some("ada")),
            (r#""a, b c""#, Some("a, b c")),
            ("7", Some("7")),
            ("-7", Some("-7")),
            ("1.5", Some("1.5")),
            ("true", Some("true")),
            (r#"["a", 1, false]"#, Some("a,1,false")),
            (r#"["a,b"]"#, None),
            (r#"["a", ["b"]]"#, None),
            (r#"["a", " b"]"#, None),
            (r#"["a", ""]"#, None),
            ("[]", None),
            ("{}", None),
            ("null", None),
            (r#""""#, None),
            (r#"" ada""#, None),
            (r#""ada\t""#, None),
            (r#""a\r\nx-admin: 1""#, None),
            (r#""a\nb""#, None),
            (r#""a\u0000b""#, None),
            (r#""a\u007fb""#, None),
            (r#""José""#, None),
        ] {
            let claims = format!(r#"{{"exp":1,"c":{{"d":{json}}}}}"#);
            let claims = Claims::parse(claims.as_bytes()).expect("claims");
            let written = header.value(&claims);
            assert_eq!(written.as_deref(), value.map(str::as_bytes), "{json}");
        }
        let none = Claims::parse(br#"{"exp":1,"c":"d"}"#).expect("claims");
        assert_eq!(header.value(&none), None);
    }
}
