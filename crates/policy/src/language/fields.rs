//! The fields of one object while it is read: each is taken once, and what is left is an error.

use super::{Json, Model, Place, Report, nearest};

/// A word of another product, and what to write instead: `("jwksUri", "jwks: {uri: ...}")`.
pub type Instead = (&'static str, &'static str);

/// The fields of one object. Several readers can take their own from the same object.
#[derive(Debug)]
pub struct Fields<'a> {
    members: &'a [(String, Json)],
    place: &'a Place<'a>,
    taken: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    /// Opens an object; anything else is reported.
    pub fn open(value: &'a Json, place: &'a Place<'a>, report: &mut Report) -> Option<Self> {
        if let Json::Object(members) = value {
            Some(Self {
                members,
                place,
                taken: Vec::new(),
            })
        } else {
            report.error(place, format_args!("expected a map, got {}", value.kind()));
            None
        }
    }

    /// Where the object stands.
    #[must_use]
    pub const fn place(&self) -> &'a Place<'a> {
        self.place
    }

    /// Whether the object has this field, taken or not.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.members.iter().any(|(member, _)| member == name)
    }

    /// Takes a field, so that it no longer counts as unknown.
    pub fn take(&mut self, name: &'static str) -> Option<&'a Json> {
        self.taken.push(name);
        self.members
            .iter()
            .find(|(member, _)| member == name)
            .map(|(_, value)| value)
    }

    /// Takes a field and reads it. `None` where it is absent; `Some(None)` where it is wrong.
    pub fn read<T: Model>(&mut self, name: &'static str, report: &mut Report) -> Option<Option<T>> {
        let value = self.take(name)?;
        Some(T::read(value, &self.place.field(name), report))
    }

    /// Takes the fields that come in a later version, and refuses each by name.
    pub fn refuse_later(&mut self, later: &[&'static str], report: &mut Report) {
        for name in later {
            if self.take(name).is_some() {
                report.error(
                    &self.place.field(name),
                    "not yet: this version of Portcullis does not have it; remove it for now",
                );
            }
        }
    }

    /// The fields that nobody has taken.
    pub fn rest(&self) -> impl Iterator<Item = (&'a str, &'a Json)> + '_ {
        self.members
            .iter()
            .filter(|(name, _)| !self.taken.contains(&name.as_str()))
            .map(|(name, value)| (name.as_str(), value))
    }

    /// Reports every field that nobody has taken, with the nearest name or with ours for the word
    /// of another product.
    pub fn refuse_rest(&self, known: &[&str], instead: &[Instead], report: &mut Report) {
        for (name, _) in self.rest() {
            let place = self.place.field(name);
            if let Some((_, ours)) = instead.iter().find(|(theirs, _)| *theirs == name) {
                report.error(&place, format_args!("unknown field; write {ours}"));
            } else if let Some(near) = nearest(name, known.iter().copied()) {
                report.error(
                    &place,
                    format_args!("unknown field; did you mean \"{near}\"?"),
                );
            } else {
                let known = known.join(", ");
                report.error(
                    &place,
                    format_args!("unknown field; this map takes: {known}"),
                );
            }
        }
    }
}
