//! A value that may be written alone or as a list.

use policy::language::{Json, Model, Place, Report, Shape};

/// One value, or a list of them.
#[derive(Clone, Debug)]
pub(crate) struct OneOrMore<T>(pub(crate) Vec<T>);

impl<T: Model> Model for OneOrMore<T> {
    fn read(value: &Json, place: &Place<'_>, report: &mut Report) -> Option<Self> {
        match value {
            Json::List(_) => Vec::read(value, place, report).map(Self),
            one => T::read(one, place, report).map(|one| Self(vec![one])),
        }
    }

    fn shape() -> Shape {
        Shape::Either(vec![T::shape(), Vec::<T>::shape()])
    }
}
