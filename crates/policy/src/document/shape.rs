//! The shape of the whole document, for the JSON Schema and the reference page.

use super::model::{GuardModel, RequestModel, RouteModel, Version};
use crate::condition::condition_shape;
use crate::language::{FieldShape, Model, ObjectShape, Presence, Shape};
use crate::{Mode, Reference};

/// The document's shape with the sections of these policies.
#[must_use]
pub fn document(policies: &[Reference]) -> Shape {
    let field = |name, about, presence, shape| FieldShape {
        name,
        about,
        presence,
        shape,
    };
    let optional = Presence::Optional;
    let mut fields = vec![
        field(
            "version",
            "The version of the language.",
            Presence::Required,
            Version::shape(),
        ),
        field(
            "mode",
            "Whether what is decided is also done. `shadow`: everything passes, and everything is \
             decided, counted and logged.",
            Presence::Default("enforce"),
            Mode::shape(),
        ),
        field(
            "request",
            "How requests are read.",
            optional,
            RequestModel::shape(),
        ),
    ];
    let sections = policies
        .iter()
        .map(|words| field(words.section, words.about, optional, (words.shape)()));
    fields.extend(sections);
    fields.extend([
        field("deny", "Who is refused whatever a route says.", optional, <Vec<GuardModel>>::shape()),
        field("require", "What must hold whatever a route says.", optional, <Vec<GuardModel>>::shape()),
        field(
            "routes",
            "The routes; what none of them matches is denied. May be left out only for rate_limit.wasm.",
            optional,
            <Vec<RouteModel>>::shape(),
        ),
    ]);
    Shape::Object(ObjectShape {
        about: "A Portcullis document.",
        fields,
        later: &[],
    })
}

/// The shape of a condition with the parts of these policies.
#[must_use]
pub fn condition(policies: &[Reference]) -> Shape {
    let shapes = policies.iter().filter_map(|words| words.condition);
    let parts = shapes.flat_map(|shape| match shape() {
        Shape::Object(object) => object.fields,
        _ => Vec::new(),
    });
    condition_shape(parts.collect())
}

/// The attributes that every plugin has, each with one sentence.
#[must_use]
pub const fn attributes() -> &'static [(&'static str, &'static str)] {
    crate::attribute::own::ATTRIBUTES
}
