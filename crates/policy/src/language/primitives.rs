//! The plain values of the language: text, names, whole numbers, durations, lists and maps.

use std::rc::Rc;
use std::time::Duration;

use super::{Json, Model, Place, Report, Shape};

/// A string that is not empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Text(String);

impl Text {
    /// The string.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Model for Text {
    fn read(value: &Json, place: &Place<'_>, report: &mut Report) -> Option<Self> {
        match value {
            Json::Text(text) if text.is_empty() => report.error(place, "is empty"),
            Json::Text(text) => return Some(Self(text.clone())),
            Json::Whole(_) | Json::OtherNumber(_) => {
                report.error(
                    place,
                    "expected a string, got a number; put the digits in quotes",
                );
            }
            other => report.error(
                place,
                format_args!("expected a string, got {}", other.kind()),
            ),
        }
        None
    }

    fn shape() -> Shape {
        Shape::Text("text")
    }
}

/// A name: `[a-z0-9][a-z0-9._-]{0,62}`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(Rc<str>);

impl Name {
    /// The longest name in bytes: that of a DNS label (RFC 1035 §2.3.4), so that it fits anywhere.
    pub const MAX_BYTES: usize = 63;

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
}

impl Model for Name {
    fn read(value: &Json, place: &Place<'_>, report: &mut Report) -> Option<Self> {
        let text = Text::read(value, place, report)?;
        let text = text.as_str();
        let first = text
            .bytes()
            .next()
            .is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        let rest = text.bytes().all(|b| {
            b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-')
        });
        if first && rest && text.len() <= Self::MAX_BYTES {
            return Some(Self(text.into()));
        }
        report.error(
            place,
            format_args!(
                "\"{text}\" is not a name; write 1 to 63 of a-z 0-9 . _ -, and begin with a letter or digit"
            ),
        );
        None
    }

    fn shape() -> Shape {
        Shape::Pattern("^[a-z0-9][a-z0-9._-]{0,62}$", "name")
    }
}

/// A whole number within bounds, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Whole<const MIN: u64, const MAX: u64>(u64);

impl<const MIN: u64, const MAX: u64> Whole<MIN, MAX> {
    /// A number known to be within the bounds; one outside is brought to the nearer bound.
    #[must_use]
    pub const fn new(value: u64) -> Self {
        Self(if value < MIN {
            MIN
        } else if value > MAX {
            MAX
        } else {
            value
        })
    }

    /// The number.
    #[must_use]
    pub const fn value(self) -> u64 {
        self.0
    }
}

impl<const MIN: u64, const MAX: u64> Model for Whole<MIN, MAX> {
    fn read(value: &Json, place: &Place<'_>, report: &mut Report) -> Option<Self> {
        match value {
            Json::Whole(number) if (MIN..=MAX).contains(number) => return Some(Self(*number)),
            Json::Whole(number) => {
                report.error(place, format_args!("{number} is outside {MIN} to {MAX}"));
            }
            other => report.error(
                place,
                format_args!(
                    "expected a whole number from {MIN} to {MAX}, got {}",
                    other.kind()
                ),
            ),
        }
        None
    }

    fn shape() -> Shape {
        Shape::Whole { min: MIN, max: MAX }
    }
}

/// A duration `<whole><unit>` with one unit of `ms s m h d`, within bounds in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span<const MIN_MS: u64, const MAX_MS: u64>(u64);

/// The units of a duration in milliseconds, largest first.
const UNITS: [(&str, u64); 5] = [
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

impl<const MIN_MS: u64, const MAX_MS: u64> Span<MIN_MS, MAX_MS> {
    /// A duration known to be within the bounds, in milliseconds.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// The duration.
    #[must_use]
    pub const fn value(self) -> Duration {
        Duration::from_millis(self.0)
    }
}

impl<const MIN_MS: u64, const MAX_MS: u64> Model for Span<MIN_MS, MAX_MS> {
    fn read(value: &Json, place: &Place<'_>, report: &mut Report) -> Option<Self> {
        let millis = match value {
            Json::Text(text) => parse_millis(text),
            Json::Whole(number) => {
                let message = format!(
                    "expected a duration such as \"1m\", got the number {number}; write \"{number}s\""
                );
                report.error(place, message);
                return None;
            }
            _ => None,
        };
        match millis {
            Some(millis) if (MIN_MS..=MAX_MS).contains(&millis) => return Some(Self(millis)),
            Some(_) => {
                let (min, max) = (written(MIN_MS), written(MAX_MS));
                report.error(place, format_args!("is outside {min} to {max}"));
            }
            None => {
                let got = value
                    .text()
                    .map_or_else(|| value.kind(), |text| format!("\"{text}\""));
                report.error(
                    place,
                    format_args!(
                        "expected a duration such as \"1m\" (a whole number and one of ms s m h d), got {got}"
                    ),
                );
            }
        }
        None
    }

    fn shape() -> Shape {
        Shape::Span(written(MIN_MS), written(MAX_MS))
    }
}

fn parse_millis(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits)?;
    let (_, millis) = UNITS.iter().find(|(name, _)| *name == unit)?;
    number.parse::<u64>().ok()?.checked_mul(*millis)
}

/// A number of milliseconds in the largest unit that gives a whole number.
fn written(millis: u64) -> String {
    let fit = UNITS
        .iter()
        .find(|(_, unit)| millis != 0 && millis.is_multiple_of(*unit));
    fit.map_or_else(
        || "0s".to_owned(),
        |(name, unit)| format!("{}{name}", millis.checked_div(*unit).unwrap_or(0)),
    )
}

impl Model for bool {
    fn read(value: &Json, place: &Place<'_>, report: &mut Report) -> Option<Self> {
        if let Json::Bool(value) = value {
            return Some(*value);
        }
        report.error(
            place,
            format_args!("expected true or false, got {}", value.kind()),
        );
        None
    }

    fn shape() -> Shape {
        Shape::Bool
    }
}

impl<T: Model> Model for Vec<T> {
    fn read(value: &Json, place: &Place<'_>, report: &mut Report) -> Option<Self> {
        let Json::List(items) = value else {
            report.error(place, format_args!("expected a list, got {}", value.kind()));
            return None;
        };
        if items.is_empty() {
            report.error(place, "is empty; leave it out, or list at least one");
            return None;
        }
        let read: Vec<Option<T>> = items
            .iter()
            .enumerate()
            .map(|(index, item)| T::read(item, &place.item(index, item), report))
            .collect();
        read.into_iter().collect()
    }

    fn shape() -> Shape {
        Shape::List(Box::new(T::shape()))
    }
}

/// A map whose keys are the user's own, in the order of the text.
#[derive(Clone, Debug)]
pub struct Map<T>(pub Vec<(String, T)>);

impl<T: Model> Model for Map<T> {
    fn read(value: &Json, place: &Place<'_>, report: &mut Report) -> Option<Self> {
        let Json::Object(members) = value else {
            report.error(place, format_args!("expected a map, got {}", value.kind()));
            return None;
        };
        let read: Vec<Option<(String, T)>> = members
            .iter()
            .map(|(key, item)| Some((key.clone(), T::read(item, &place.key(key), report)?)))
            .collect();
        read.into_iter().collect::<Option<_>>().map(Self)
    }

    fn shape() -> Shape {
        Shape::Map(Box::new(T::shape()))
    }
}

/// Another standard's object, kept as it was written.
impl Model for Json {
    fn read(value: &Json, _place: &Place<'_>, _report: &mut Report) -> Option<Self> {
        Some(value.clone())
    }

    fn shape() -> Shape {
        Shape::Foreign("an object of another standard")
    }
}
