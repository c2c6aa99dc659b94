//! A condition on one claim: it is there, or it has one of some values.

use crate::claims::Claims;
use crate::value::Value;

/// A claim and what it must be.
#[derive(Clone, Debug)]
pub(crate) struct ClaimTest {
    /// The path of the claim.
    pub(crate) claim: Vec<Box<str>>,
    /// What it must be.
    pub(crate) expected: Expected,
}

/// What a claim must be.
#[derive(Clone, Debug)]
pub(crate) enum Expected {
    /// There, and not null.
    Present,
    /// One of these, or a list that holds one of these.
    OneOf(Vec<Scalar>),
}

/// A value to compare with: of the same type, or not equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scalar {
    /// A string.
    Text(Box<str>),
    /// A whole number from 0 to 2^53 - 1.
    Whole(u64),
    /// A boolean.
    Bool(bool),
}

impl ClaimTest {
    /// Whether verified claims pass.
    pub(crate) fn holds(&self, claims: &Claims) -> bool {
        let Some(found) = claims.at(&self.claim) else {
            return false;
        };
        match (&self.expected, found) {
            (Expected::Present, found) => *found != Value::Null,
            (Expected::OneOf(values), Value::List(items)) => items
                .iter()
                .any(|item| values.iter().any(|value| value.equals(item))),
            (Expected::OneOf(values), found) => values.iter().any(|value| value.equals(found)),
        }
    }
}

impl Scalar {
    #[expect(
        clippy::cast_precision_loss,
        clippy::float_cmp,
        reason = "up to 2^53 - 1 every whole number is a float exactly: 1.0 is 1, and 1.5 is none"
    )]
    fn equals(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Text(ours), Value::Text(theirs)) => ours == theirs,
            (Self::Bool(ours), Value::Bool(theirs)) => ours == theirs,
            (Self::Whole(ours), Value::Whole(theirs)) => u64::try_from(*theirs) == Ok(*ours),
            (Self::Whole(ours), Value::Fraction(theirs)) => *ours as f64 == *theirs,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(expected: Expected, claim: &str) -> bool {
        let claims = format!(r#"{{"exp":1,"a":{{"b.c":{claim}}}}}"#);
        let claims = Claims::parse(claims.as_bytes()).expect("claims");
        let claim = vec!["a".into(), "b.c".into()];
        ClaimTest { claim, expected }.holds(&claims)
    }

    #[test]
    fn values_are_compared_by_type_and_lists_by_element() {
        use Scalar::{Bool, Text, Whole};
        for (value, claim, equal) in [
            (Text("1".into()), r#""1""#, true),
            (Text("1".into()), "1", false),
            (Text("true".into()), "true", false),
            (Text("a".into()), r#""A""#, false),
            (Text("a".into()), r#"["b", "a"]"#, true),
            (Text("a".into()), r#"["b", ["a"]]"#, false),
            (Text("a".into()), r#"{"a": true}"#, false),
            (Text("a".into()), r#""a b""#, false),
            (Whole(1), "1", true),
            (Whole(1), "1.0", true),
            (Whole(1), "1.5", false),
            (Whole(1), "-1", false),
            (Whole(1), "true", false),
            (Whole(1), "[3, 1]", true),
            (Whole(9_007_199_254_740_991), "9007199254740992", false),
            (Bool(false), "false", true),
            (Bool(false), "0", false),
            (Bool(false), "null", false),
        ] {
            let shown = format!("{value:?} {claim}");
            assert_eq!(holds(Expected::OneOf(vec![value]), claim), equal, "{shown}");
        }
    }

    #[test]
    fn present_is_anything_but_null() {
        for (claim, present) in [("0", true), ("false", true), ("[]", true), ("null", false)] {
            assert_eq!(holds(Expected::Present, claim), present, "{claim}");
        }
        let claims = Claims::parse(br#"{"exp":1,"a":["b.c"]}"#).expect("claims");
        let claim: Vec<Box<str>> = vec!["a".into(), "b.c".into()];
        let expected = Expected::Present;
        assert!(!ClaimTest { claim, expected }.holds(&claims));
    }
}
