//! The configuration language: JSON read into models, with every error at once and by name.
//!
//! One declaration of a model, [`model!`](crate::model), gives the struct, its reader, the JSON
//! Schema and the reference page. serde's derive was not taken for it: it stops at the first
//! error and cannot say where it was.

mod fields;
mod header_name;
mod json;
mod model;
mod place;
mod primitives;
mod report;
mod shape;
mod suggest;
mod time;

pub use fields::{Fields, Instead};
pub use header_name::{HeaderName, is_token};
pub(crate) use json::twice;
pub use json::{Json, JsonError, number_text};
pub use model::{Model, field_name};
pub use place::Place;
pub use primitives::{Map, Name, Span, Text, Whole};
pub use report::{MAX_ERRORS, MAX_NOTES, Report};
pub use shape::{FieldShape, ObjectShape, Presence, Shape};
pub use suggest::nearest;
pub use time::Time;
