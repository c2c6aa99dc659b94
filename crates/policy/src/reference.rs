//! What one policy tells about its part of the language, for the schema and the reference page.
//!
//! Apart from the policy itself, so that a plugin, which needs none of it, does not link the texts.

use crate::Reason;
use crate::language::Shape;

/// The part of the language that one policy brings, with its texts.
#[derive(Clone, Copy)]
pub struct Reference {
    /// Its section of the document: `identity`, `jwt`, `rate_limit`.
    pub section: &'static str,
    /// One sentence about the section.
    pub about: &'static str,
    /// The section's fields.
    pub shape: fn() -> Shape,
    /// Its parts of a condition, as an object's fields; `None` where it brings none.
    pub condition: Option<fn() -> Shape>,
    /// The heads of its attributes, each with one sentence.
    pub attributes: &'static [(&'static str, &'static str)],
    /// Its reason codes, each with what to do about it.
    pub reasons: &'static [(Reason, &'static str)],
}

/// The heads alone of a table of attributes, for a [`Vocabulary`](crate::Vocabulary).
#[must_use]
pub const fn heads<const N: usize>(
    attributes: &'static [(&'static str, &'static str); N],
) -> [&'static str; N] {
    let mut heads = [""; N];
    let (mut to, mut from) = (heads.as_mut_slice(), attributes.as_slice());
    while let (Some((head, rest)), Some(((name, _), more))) =
        (to.split_first_mut(), from.split_first())
    {
        *head = name;
        (to, from) = (rest, more);
    }
    heads
}
