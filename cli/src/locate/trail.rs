//! The way from the top of a file down to a value in it.
//!
//! What a filter means depends on what stands around it, so the way keeps every value it passed.

use std::fmt;

use policy::language::Json;

/// One step down.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step<'f> {
    /// Into a member of an object.
    Field(&'f str),
    /// Into an item of a list.
    Item(usize),
}

/// The way down to a value: each step, with the value it led to.
#[derive(Clone, Debug)]
pub(super) struct Trail<'f> {
    root: &'f Json,
    steps: Vec<(Step<'f>, &'f Json)>,
}

impl<'f> Trail<'f> {
    /// The way that has not begun.
    pub(super) const fn new(root: &'f Json) -> Self {
        Self {
            root,
            steps: Vec::new(),
        }
    }

    /// The whole file.
    pub(super) const fn root(&self) -> &'f Json {
        self.root
    }

    /// The value it leads to.
    pub(super) fn end(&self) -> &'f Json {
        self.steps.last().map_or(self.root, |(_, value)| value)
    }

    /// One step further.
    pub(super) fn step(&mut self, step: Step<'f>, value: &'f Json) {
        self.steps.push((step, value));
    }

    /// One step back.
    pub(super) fn back(&mut self) {
        self.steps.pop();
    }

    /// One step into a member, where there is one.
    pub(super) fn into_field(mut self, name: &'f str) -> Option<Self> {
        let value = self.end().member(name)?;
        self.step(Step::Field(name), value);
        Some(self)
    }

    /// The part of the way that leads to the nearest value of which this holds.
    pub(super) fn up_to(&self, holds: impl Fn(&Json) -> bool) -> Option<Self> {
        let mut shorter = self.clone();
        loop {
            if holds(shorter.end()) {
                return Some(shorter);
            }
            shorter.steps.pop()?;
        }
    }

    /// The number of the first item that the way takes behind where `shorter` ends.
    pub(super) fn item_behind(&self, shorter: &Self) -> Option<usize> {
        let rest = self.steps.iter().skip(shorter.steps.len());
        rest.into_iter().find_map(|(step, _)| match step {
            Step::Item(index) => Some(*index),
            Step::Field(_) => None,
        })
    }

    /// The value at the end of the same way through another reading of the file.
    pub(super) fn follow<'g>(&self, other: &'g Json) -> Option<&'g Json> {
        self.steps
            .iter()
            .try_fold(other, |value, (step, _)| match (step, value) {
                (Step::Field(name), value) => value.member(name),
                (Step::Item(index), Json::List(items)) => items.get(*index),
                (Step::Item(_), _) => None,
            })
    }
}

impl fmt::Display for Trail<'_> {
    /// As places in a document are written: `listeners[edge].filter_chains[0]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (step, value)) in self.steps.iter().enumerate() {
            match step {
                Step::Field(name) if at == 0 => f.write_str(name)?,
                Step::Field(name) => write!(f, ".{name}")?,
                Step::Item(index) => match value.member("name").and_then(Json::text) {
                    // the type's name tells less than the number
                    Some(name) if !name.starts_with("envoy.") => write!(f, "[{name}]")?,
                    _ => write!(f, "[{index}]")?,
                },
            }
        }
        Ok(())
    }
}
