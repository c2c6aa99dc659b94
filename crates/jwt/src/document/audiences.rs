//! `audiences`: a list, or the word "any".

use policy::language::{Json, Model, Place, Report, Shape, Text};

use crate::validator::Audiences;

/// For whom tokens must be meant, as it is written.
#[derive(Clone, Debug)]
pub(crate) struct AudiencesModel(pub(crate) Audiences);

impl Model for AudiencesModel {
    fn read(value: &Json, place: &Place<'_>, report: &mut Report) -> Option<Self> {
        match value.text() {
            Some("any") => Some(Self(Audiences::Any)),
            Some(one) => {
                let message =
                    format!("expected a list or \"any\", got \"{one}\"; write [\"{one}\"]");
                report.error(place, message);
                None
            }
            None => {
                let list = Vec::<Text>::read(value, place, report)?;
                let list = list.iter().map(|one| one.as_str().into()).collect();
                Some(Self(Audiences::OneOf(list)))
            }
        }
    }

    fn shape() -> Shape {
        Shape::Either(vec![Vec::<Text>::shape(), Shape::Words(&["any"])])
    }
}
