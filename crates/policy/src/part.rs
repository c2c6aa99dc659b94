//! What one policy crate brings: its section, its condition parts, its attributes and gates.

use std::rc::Rc;

use crate::language::{Fields, Place, Report};
use crate::{
    Attribute, AttributeName, Context, Denial, Errand, Failure, Gate, Leaf, Learnt, Mode, Permit,
    RouteId,
};

/// The words that one policy adds to the language, for refusals by name. What is told about them
/// is in its [`Reference`](crate::Reference).
#[derive(Clone, Copy, Debug)]
pub struct Vocabulary {
    /// Its section of the document: `identity`, `jwt`, `rate_limit`.
    pub section: &'static str,
    /// Whether it brings parts of a condition.
    pub has_conditions: bool,
    /// The heads of its attributes.
    pub attributes: &'static [&'static str],
}

/// The routes of a document, by name, for policies that narrow by route.
pub trait RouteNames {
    /// The number of the route of this name.
    fn find(&self, name: &str) -> Option<RouteId>;
    /// All names, for messages.
    fn names(&self) -> Vec<&str>;
    /// The names of routes that can permit a request for which the given section (`"jwt"`,
    /// `"identity"`), or the one source of it that is named, has verified nothing.
    fn unverified(&self, section: &str, source: Option<&str>) -> Vec<(RouteId, &str)>;
    /// The routes on which something may verify a credential of the section, or of the one source
    /// of it that is named: their own condition, or a guard.
    fn looking_for(&self, section: &str, source: Option<&str>) -> Vec<RouteId>;
    /// The document's mode: what a limit that says nothing is in.
    fn mode(&self) -> Mode {
        Mode::Enforce
    }
    /// Whether this name is that of a route on trial, which [`Self::find`] does not find: no
    /// request is ever on it.
    fn is_on_trial(&self, name: &str) -> bool {
        let _ = name;
        false
    }
}

/// Turns a name of the document into an attribute of whichever policy has it.
pub trait Attributes {
    /// Compiles the attribute, or reports at `place` why not.
    fn resolve(
        &self,
        text: &str,
        place: &Place<'_>,
        report: &mut Report,
    ) -> Option<Rc<dyn Attribute>>;
}

/// One policy: how it reads its part of the document, and what it does for a request besides
/// its leaves and gates. Methods are called in the order in which they stand here.
pub trait Policy {
    /// Its words.
    fn vocabulary(&self) -> Vocabulary;

    /// Reads its section from the document's top level: take the field named
    /// [`Vocabulary::section`], if it is there. Everything wrong goes to the report.
    fn read(&mut self, document: &mut Fields<'_>, report: &mut Report);

    /// Compiles its parts of one condition: takes its own fields from the map and leaves the
    /// others. The leaves returned must all hold.
    fn condition(&self, fields: &mut Fields<'_>, report: &mut Report) -> Vec<Box<dyn Leaf>> {
        let _ = (fields, report);
        Vec::new()
    }

    /// Its attribute of this name: `None` where the head is not one of its own. An attribute that
    /// is its own but wrong is reported at `place`, and `Some(None)` returned.
    fn attribute(
        &self,
        name: &AttributeName<'_>,
        place: &Place<'_>,
        report: &mut Report,
    ) -> Option<Option<Rc<dyn Attribute>>> {
        let _ = (name, place, report);
        None
    }

    /// Its gates, in order. Called once all routes are known.
    fn gates(
        &mut self,
        routes: &dyn RouteNames,
        attributes: &dyn Attributes,
        report: &mut Report,
    ) -> Vec<Box<dyn Gate>> {
        let _ = (routes, attributes, report);
        Vec::new()
    }

    /// What it has to ask other services beside the requests. Called once everything is read.
    fn errands(&self) -> Vec<Rc<dyn Errand>> {
        Vec::new()
    }

    /// Last checks over the whole document: what is named and not used, and the like.
    fn finish(&self, report: &mut Report) {
        let _ = report;
    }

    /// Headers that this policy may set for the upstream, in lower case. The engine removes them
    /// from every incoming request, with their underscore variants, before anything else.
    fn written_headers(&self) -> Vec<Rc<str>> {
        Vec::new()
    }

    /// Header changes and outcomes of a request that is permitted.
    ///
    /// # Errors
    /// What has to be changed could not be read; then the request does not pass.
    fn on_permit(&self, context: &Context<'_>, permit: &mut Permit) -> Result<(), Failure> {
        let _ = (context, permit);
        Ok(())
    }

    /// More headers for the client of a request that is denied, by whichever policy. What was
    /// learnt on the way is as far as the pass came.
    fn on_denial(&self, learnt: &Learnt, denial: &mut Denial) {
        let _ = (learnt, denial);
    }

    /// The caller's verified identity as it was presented, where one was learnt: for the log, so
    /// never a secret.
    fn principal(&self, learnt: &Learnt) -> Option<Rc<str>> {
        let _ = learnt;
        None
    }
}
