//! `claims`: which claim, and what it must be.

use policy::language::{Json, Model, Place, Report, Shape, Text, Whole};

use crate::claim_test::{ClaimTest, Expected, Scalar};

/// The name of a claim at the top, or the path of one inside others. A string is never split.
#[derive(Clone, Debug)]
pub(crate) struct ClaimPath(pub(crate) Vec<Box<str>>);

impl Model for ClaimPath {
    fn read(value: &Json, place: &Place<'_>, report: &mut Report) -> Option<Self> {
        if let Json::List(_) = value {
            let path = Vec::<Text>::read(value, place, report)?;
            return Some(Self(path.iter().map(|name| name.as_str().into()).collect()));
        }
        let name = Text::read(value, place, report)?;
        if let Some((outer, inner)) = name.as_str().rsplit_once('.')
            && !name.as_str().contains("://")
        // a claim named by a URL is meant as it stands
        {
            let (name, path) = (name.as_str(), name.as_str().replace('.', ", "));
            report.warning(
                place,
                format_args!(
                    "reads one claim named \"{name}\"; for {inner} inside {outer} write [{path}]; \
                     if the dot is part of the name write [\"{name}\"]"
                ),
            );
        }
        Some(Self(vec![name.as_str().into()]))
    }

    fn shape() -> Shape {
        Shape::Either(vec![Shape::Text("name of a claim"), Vec::<Text>::shape()])
    }
}

/// A value to compare a claim with.
#[derive(Clone, Debug)]
struct ClaimValue(Scalar);

impl Model for ClaimValue {
    fn read(value: &Json, place: &Place<'_>, report: &mut Report) -> Option<Self> {
        let scalar = match value {
            Json::Text(text) => Scalar::Text(text.as_str().into()),
            Json::Whole(number) => Scalar::Whole(*number),
            Json::Bool(value) => Scalar::Bool(*value),
            other => {
                let kind = other.kind();
                let message =
                    format!("expected a string, a whole number, true or false, got {kind}");
                report.error(place, message);
                return None;
            }
        };
        Some(Self(scalar))
    }

    fn shape() -> Shape {
        let whole = Whole::<0, { (1 << 53) - 1 }>::shape();
        Shape::Either(vec![Shape::Text("string"), whole, Shape::Bool])
    }
}

policy::model! {
    /// A claim and what it must be: `values` or `present: true`.
    pub(crate) struct ClaimEntry {
        /// The claim: a string is one name at the top, a list a path. Never split at dots.
        required claim: ClaimPath, "name the claim";
        /// Any of these, compared by type; a claim that is a list matches by any element.
        optional values: Vec<ClaimValue>;
        /// `true`: the claim is there, whatever it says.
        optional present: bool;
    }
    instead [
        ("name", "claim"),
        ("value", "values: [...]"),
        ("valueType", "the values with their own types: strings in quotes, numbers and booleans not"),
    ];
}

impl ClaimEntry {
    /// The test it stands for, or what is wrong with it.
    pub(crate) fn test(&self, place: &Place<'_>, report: &mut Report) -> Option<ClaimTest> {
        let expected = match (&self.values, self.present) {
            (Some(values), None) => {
                Expected::OneOf(values.iter().map(|value| value.0.clone()).collect())
            }
            (None, Some(true)) => Expected::Present,
            (None, Some(false)) => {
                let message = "only true may stand here; whom a claim shuts out, name in \"deny\"";
                report.error(&place.field("present"), message);
                return None;
            }
            (Some(_), Some(_)) | (None, None) => {
                report.error(place, "write either values: [...] or present: true");
                return None;
            }
        };
        Some(ClaimTest {
            claim: self.claim.0.clone(),
            expected,
        })
    }
}
