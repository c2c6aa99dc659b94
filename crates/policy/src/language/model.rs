//! Models: what can be read from the document, declared once for reader, schema and reference.

use super::{Json, Place, Report, Shape};

/// Something that can be read from the document.
pub trait Model: Sized {
    /// Reads it; everything wrong goes to the report, and then there is no value.
    fn read(value: &Json, place: &Place<'_>, report: &mut Report) -> Option<Self>;

    /// What may be written for it.
    fn shape() -> Shape;
}

/// The name of a field as it is written in the document: `match` is `r#match` in Rust.
#[must_use]
pub const fn field_name(identifier: &'static str) -> &'static str {
    match identifier.as_bytes() {
        [b'r', b'#', rest @ ..] => match str::from_utf8(rest) {
            Ok(name) => name,
            Err(_) => identifier,
        },
        _ => identifier,
    }
}

/// Declares an object of the language: a struct with public fields, its reader and its shape.
///
/// A field is `required` (with what to write where it is missing), `optional` (an `Option`) or has
/// a `default` (a value, and how it would be written). `later` names fields that are refused as
/// not yet there, `instead` words of other products with ours.
///
/// ```
/// use policy::language::{Json, Model, Place, Report, Text, Whole};
/// policy::model! {
///     /// A shelf.
///     pub struct Shelf {
///         /// What is written on it.
///         required label: Text, "give it a label";
///         /// How many boards it has.
///         default boards: Whole<1, 9> = Whole::new(3), "3";
///         /// Its colour.
///         optional colour: Text;
///     }
///     later ["drawers"];
///     instead [("title", "label")];
/// }
/// let mut report = Report::default();
/// let json = Json::parse(br#"{"label": "tools"}"#).unwrap();
/// let shelf = Shelf::read(&json, &Place::top().field("shelf"), &mut report).unwrap();
/// assert_eq!((shelf.label.as_str(), shelf.boards.value()), ("tools", 3));
///
/// let json = Json::parse(br#"{"drawers": 1, "boards": 10, "title": "x"}"#).unwrap();
/// assert!(Shelf::read(&json, &Place::top().field("shelf"), &mut report).is_none());
/// assert_eq!(report.errors().len(), 4);
/// assert_eq!(report.errors()[0], "shelf.label: missing; give it a label");
/// ```
#[macro_export]
macro_rules! model {
    (
        $(#[doc = $about:literal])+
        $vis:vis struct $model:ident { $($body:tt)* }
        $(later [$($later:literal),* $(,)?];)?
        $(instead [$($instead:expr),* $(,)?];)?
    ) => {
        $crate::model!(@fields
            [$(#[doc = $about])+ $vis struct $model]
            [$($($later),*)?] [$($($instead),*)?]
            [] $($body)*);
    };

    // One field after another, each turned into: doc, name, type as stored, reader, shape.
    (@fields $head:tt $later:tt $instead:tt [$($done:tt)*]
        $(#[doc = $doc:literal])+ required $name:ident : $type:ty, $missing:expr; $($more:tt)*
    ) => {
        $crate::model!(@fields $head $later $instead [$($done)* {
            [$($doc)+] $name [$type] [$type]
            [$crate::language::Presence::Required]
            [|read: Option<Option<$type>>, place: &$crate::language::Place<'_>,
              report: &mut $crate::language::Report| -> Option<$type> {
                if read.is_none() {
                    report.error(&place.field($crate::language::field_name(stringify!($name))),
                        format_args!("missing; {}", $missing));
                }
                read.flatten()
            }]
        }] $($more)*);
    };
    (@fields $head:tt $later:tt $instead:tt [$($done:tt)*]
        $(#[doc = $doc:literal])+ optional $name:ident : $type:ty; $($more:tt)*
    ) => {
        $crate::model!(@fields $head $later $instead [$($done)* {
            [$($doc)+] $name [Option<$type>] [$type]
            [$crate::language::Presence::Optional]
            [|read: Option<Option<$type>>, _place: &$crate::language::Place<'_>,
              _report: &mut $crate::language::Report| -> Option<Option<$type>> {
                match read { None => Some(None), Some(None) => None, Some(some) => Some(some) }
            }]
        }] $($more)*);
    };
    (@fields $head:tt $later:tt $instead:tt [$($done:tt)*]
        $(#[doc = $doc:literal])+ default $name:ident : $type:ty = $value:expr, $text:literal;
        $($more:tt)*
    ) => {
        $crate::model!(@fields $head $later $instead [$($done)* {
            [$($doc)+] $name [$type] [$type]
            [$crate::language::Presence::Default($text)]
            [|read: Option<Option<$type>>, _place: &$crate::language::Place<'_>,
              _report: &mut $crate::language::Report| -> Option<$type> {
                match read { None => Some($value), Some(value) => value }
            }]
        }] $($more)*);
    };

    (@fields [$(#[doc = $about:literal])+ $vis:vis struct $model:ident]
        [$($later:literal),*] [$($instead:expr),*]
        [$({ [$($doc:literal)+] $name:ident [$stored:ty] [$read:ty] [$presence:expr]
             [$reader:expr] })*]
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug)]
        $vis struct $model {
            $($(#[doc = $doc])+ $vis $name: $stored,)*
        }

        impl $model {
            /// The names of its fields.
            $vis const FIELDS: &'static [&'static str] = &[$($crate::language::field_name(stringify!($name))),*];

            /// Takes its fields from an object that others read too; leaves the rest alone.
            $vis fn take(
                fields: &mut $crate::language::Fields<'_>,
                report: &mut $crate::language::Report,
            ) -> Option<Self> {
                $(let $name = {
                    let read = fields.read::<$read>($crate::language::field_name(stringify!($name)), report);
                    ($reader)(read, fields.place(), report)
                };)*
                fields.refuse_later(&[$($later),*], report);
                Some(Self { $($name: $name?,)* })
            }
        }

        impl $crate::language::Model for $model {
            fn read(
                value: &$crate::language::Json,
                place: &$crate::language::Place<'_>,
                report: &mut $crate::language::Report,
            ) -> Option<Self> {
                let mut fields = $crate::language::Fields::open(value, place, report)?;
                let model = Self::take(&mut fields, report);
                fields.refuse_rest(Self::FIELDS, &[$($instead),*], report);
                model
            }

            fn shape() -> $crate::language::Shape {
                $crate::language::Shape::Object($crate::language::ObjectShape {
                    about: concat!($($about, "\n"),+),
                    fields: vec![$($crate::language::FieldShape {
                        name: $crate::language::field_name(stringify!($name)),
                        about: concat!($($doc, "\n"),+),
                        presence: $presence,
                        shape: <$read as $crate::language::Model>::shape(),
                    }),*],
                    later: &[$($later),*],
                })
            }
        }
    };
}

/// Declares a closed set of words: an enum, its reader and its shape.
///
/// ```
/// use policy::language::{Json, Model, Place, Report};
/// policy::words! {
///     /// A colour.
///     pub enum Colour {
///         /// As grass.
///         Green = "green",
///         /// As the sky.
///         Blue = "blue",
///     }
/// }
/// let mut report = Report::default();
/// let place = Place::top();
/// let colour = Colour::read(&Json::Text("blue".into()), &place.field("colour"), &mut report);
/// assert_eq!(colour, Some(Colour::Blue));
/// assert!(Colour::read(&Json::Text("gren".into()), &place.field("colour"), &mut report).is_none());
/// assert_eq!(report.errors()[0], "colour: unknown word \"gren\"; did you mean \"green\"?");
/// ```
#[macro_export]
macro_rules! words {
    (
        $(#[$about:meta])+
        $vis:vis enum $model:ident { $($(#[$doc:meta])+ $variant:ident = $word:literal,)+ }
        $(later [$($later:literal),* $(,)?];)?
    ) => {
        $(#[$about])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        $vis enum $model { $($(#[$doc])+ $variant,)+ }

        impl $model {
            /// The words, in order.
            $vis const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word as it is written.
            #[must_use]
            #[allow(dead_code, reason = "not every enum is printed again")]
            $vis const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl $crate::language::Model for $model {
            fn read(
                value: &$crate::language::Json,
                place: &$crate::language::Place<'_>,
                report: &mut $crate::language::Report,
            ) -> Option<Self> {
                match value.text() {
                    $(Some($word) => return Some(Self::$variant),)+
                    $($(Some($later) => report.error(place, format_args!(
                        "not yet: this version of Portcullis does not have \"{}\"", $later)),)*)?
                    Some(text) => match $crate::language::nearest(text, Self::WORDS.iter().copied()) {
                        Some(near) => report.error(place,
                            format_args!("unknown word \"{text}\"; did you mean \"{near}\"?")),
                        None => report.error(place,
                            format_args!("unknown word \"{text}\"; write one of: {}", Self::WORDS.join(", "))),
                    },
                    None => report.error(place, format_args!(
                        "expected one of {}; got {}", Self::WORDS.join(", "), value.kind())),
                }
                None
            }

            fn shape() -> $crate::language::Shape {
                $crate::language::Shape::Words(Self::WORDS)
            }
        }
    };
}
