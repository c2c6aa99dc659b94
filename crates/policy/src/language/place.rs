//! A place in the document, by name where there is one: `routes[orders-write].paths[0]`.

use std::fmt;

use super::Json;

/// A place in the document, as a chain on the stack; it becomes text only for a message.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    parent: Option<&'a Self>,
    step: Step<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Top,
    Field(&'a str),
    Index(usize),
    Named(&'a str),
    Key(&'a str),
}

impl Place<'static> {
    /// The document itself.
    #[must_use]
    pub const fn top() -> Self {
        Self {
            parent: None,
            step: Step::Top,
        }
    }
}

impl Place<'_> {
    const fn step<'b>(&'b self, step: Step<'b>) -> Place<'b> {
        Place {
            parent: Some(self),
            step,
        }
    }

    /// A field of an object: `.name`.
    #[must_use]
    pub const fn field<'b>(&'b self, name: &'b str) -> Place<'b> {
        self.step(Step::Field(name))
    }

    /// An item of a list by number: `[0]`.
    #[must_use]
    pub const fn index(&self, index: usize) -> Place<'_> {
        self.step(Step::Index(index))
    }

    /// An item of a list by its name: `[orders]`.
    #[must_use]
    pub const fn named<'b>(&'b self, name: &'b str) -> Place<'b> {
        self.step(Step::Named(name))
    }

    /// A member of a map whose keys are the user's: `["example.org"]`.
    #[must_use]
    pub const fn key<'b>(&'b self, key: &'b str) -> Place<'b> {
        self.step(Step::Key(key))
    }

    /// An item of a list: by the name it bears, else by number.
    #[must_use]
    pub fn item<'b>(&'b self, index: usize, item: &'b Json) -> Place<'b> {
        match item.member("name").and_then(Json::text) {
            Some(name) if !name.is_empty() => self.named(name),
            _ => self.index(index),
        }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let below_top = match self.parent {
            Some(parent) => {
                parent.fmt(f)?;
                !matches!(parent.step, Step::Top)
            }
            None => false,
        };
        match self.step {
            Step::Top => Ok(()),
            Step::Field(name) if below_top => write!(f, ".{name}"),
            Step::Field(name) => f.write_str(name),
            Step::Index(index) => write!(f, "[{index}]"),
            Step::Named(name) => write!(f, "[{name}]"),
            Step::Key(key) => write!(f, "[\"{key}\"]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_written_by_name() {
        let top = Place::top();
        let routes = top.field("routes");
        let route = routes.named("orders-write");
        let paths = route.field("paths");
        assert_eq!(paths.index(0).to_string(), "routes[orders-write].paths[0]");
        let identity = top.field("identity");
        let aliases = identity.field("trust_domain_aliases");
        let key = aliases.key("example.org");
        assert_eq!(
            key.index(0).to_string(),
            "identity.trust_domain_aliases[\"example.org\"][0]"
        );
    }
}
