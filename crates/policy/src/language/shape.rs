//! The shape of a model, from which the JSON Schema and the reference page are written.

/// What a value may be.
#[derive(Clone, Debug)]
pub enum Shape {
    /// `true` or `false`.
    Bool,
    /// A whole number within bounds.
    Whole {
        /// The least.
        min: u64,
        /// The greatest.
        max: u64,
    },
    /// A string; the words say what it holds.
    Text(&'static str),
    /// A string that matches a regular expression (ECMA 262), with what it holds.
    Pattern(&'static str, &'static str),
    /// One of some words.
    Words(&'static [&'static str]),
    /// A duration such as `30s` between two bounds, both written so.
    Span(String, String),
    /// A list that is never empty.
    List(Box<Self>),
    /// A map with keys of the user's.
    Map(Box<Self>),
    /// One of several shapes.
    Either(Vec<Self>),
    /// An object with fields of its own.
    Object(ObjectShape),
    /// An object of another standard, taken as it is.
    Foreign(&'static str),
    /// A condition; stands for the one recursive shape of the language.
    Condition,
}

/// The shape of an object.
#[derive(Clone, Debug)]
pub struct ObjectShape {
    /// What it is, from the model's documentation.
    pub about: &'static str,
    /// Its fields.
    pub fields: Vec<FieldShape>,
    /// Fields that are known and come in a later version.
    pub later: &'static [&'static str],
}

/// One field of an object.
#[derive(Clone, Debug)]
pub struct FieldShape {
    /// Its name.
    pub name: &'static str,
    /// What it means, from the model's documentation.
    pub about: &'static str,
    /// Whether it must be there.
    pub presence: Presence,
    /// What it may be.
    pub shape: Shape,
}

/// Whether a field must be there, and what holds where it is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It must be there.
    Required,
    /// It may be left out.
    Optional,
    /// It may be left out and is then this, as it would be written.
    Default(&'static str),
}
