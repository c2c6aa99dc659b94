//! What was verified about one request so far, found again by its type.

use std::any::Any;
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use crate::Mode;
use crate::progress::Progress;

/// Verified facts of one request. A policy puts its own type here when it has verified something
/// and finds it again by that type; no policy sees another's.
///
/// They stay while a request [waits](crate::Wait), so that nothing is verified or counted twice: what
/// may turn out otherwise the next time does not belong here, and the ticket by which a gate finds its
/// own answer does.
///
/// ```
/// # use std::rc::Rc;
/// struct Caller(&'static str);
/// let learnt = policy::Learnt::default();
/// assert!(learnt.find::<Caller>().is_none());
/// learnt.put(Rc::new(Caller("orders")));
/// assert_eq!(learnt.find::<Caller>().unwrap().0, "orders");
/// ```
#[derive(Default)]
pub struct Learnt {
    first: [OnceCell<Rc<dyn Any>>; INLINE],
    more: RefCell<Vec<Rc<dyn Any>>>,
    shown: RefCell<Vec<(&'static str, Option<usize>)>>,
    mode: Mode,
    pub(crate) progress: Progress,
}

/// How far what was shown had come at some time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown(usize);

/// Facts kept without an allocation: one a policy, and one more.
const INLINE: usize = 4;

impl Learnt {
    /// Nothing yet, for rules of this mode. Rules on trial learn apart from enforced ones, so that
    /// they can leave nothing behind that would change a decision.
    #[must_use]
    pub fn in_mode(mode: Mode) -> Self {
        Self {
            mode,
            ..Self::default()
        }
    }

    /// The mode of the rules that learn here.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// The fact of this type, if it was put here. Cheap: the few facts are compared by type.
    #[must_use]
    pub fn find<T: Any>(&self) -> Option<Rc<T>> {
        let of_type = |fact: &Rc<dyn Any>| Rc::clone(fact).downcast::<T>().ok();
        let first = self.first.iter().filter_map(OnceCell::get);
        first
            .filter(|fact| fact.is::<T>())
            .find_map(of_type)
            .or_else(|| self.more.borrow().iter().find_map(of_type))
    }

    /// Keeps a fact for the rest of this request. The first of a type stays.
    pub fn put<T: Any>(&self, fact: Rc<T>) {
        let mut fact: Rc<dyn Any> = fact;
        for cell in &self.first {
            match cell.set(fact) {
                Ok(()) => return,
                Err(again) => fact = again,
            }
        }
        self.more.borrow_mut().push(fact);
    }

    /// Notes by which credential of a section a part of a condition holds, by a number that means
    /// something to its policy; `None` where it holds without one.
    ///
    /// # Security
    /// What is verified is not yet what let the request in: a caller may show a good credential that no
    /// part of its route takes. Notes of an alternative that failed are taken back.
    pub fn show(&self, section: &'static str, credential: Option<usize>) {
        self.shown.borrow_mut().push((section, credential));
    }

    /// The credential of a section by which the part asked last holds; `None` where it holds without
    /// one, or none was asked.
    #[must_use]
    pub fn shown_last(&self, section: &str) -> Option<usize> {
        let shown = self.shown.borrow();
        let mut of_section = shown.iter().rev().filter(|(one, _)| *one == section);
        of_section.next().and_then(|(_, credential)| *credential)
    }

    /// Whether some part holds by this credential of a section.
    #[must_use]
    pub fn has_shown(&self, section: &str, credential: usize) -> bool {
        let shown = self.shown.borrow();
        let mut shown = shown.iter();
        shown.any(|(one, number)| *one == section && *number == Some(credential))
    }

    /// The credentials of a section by which parts hold, the last first.
    #[must_use]
    pub fn shown_of(&self, section: &str) -> Vec<usize> {
        let shown = self.shown.borrow();
        let of_section = shown.iter().rev().filter(|(one, _)| *one == section);
        of_section
            .filter_map(|(_, credential)| *credential)
            .collect()
    }

    /// Nobody has shown anything yet: a request that had to wait is asked about from its start.
    pub(crate) fn begin(&self) {
        self.shown.borrow_mut().clear();
    }

    /// How far the notes have come.
    pub(crate) fn so_far(&self) -> Shown {
        Shown(self.shown.borrow().len())
    }

    /// Takes back what was noted since.
    pub(crate) fn take_back(&self, since: Shown) {
        self.shown.borrow_mut().truncate(since.0);
    }
}

impl std::fmt::Debug for Learnt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Learnt(..)") // never what it holds: it may be secret
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_beyond_the_inline_ones_are_found_too() {
        let learnt = Learnt::default();
        learnt.put(Rc::new(1_u8));
        learnt.put(Rc::new(2_u16));
        learnt.put(Rc::new(3_u32));
        learnt.put(Rc::new(4_u64));
        learnt.put(Rc::new("five"));
        learnt.put(Rc::new(6_u8));
        assert_eq!(learnt.find::<&str>().as_deref(), Some(&"five"));
        assert_eq!(
            learnt.find::<u8>().as_deref(),
            Some(&1),
            "the first of a type stays"
        );
        assert_eq!(learnt.find::<i8>(), None);
    }

    #[test]
    fn what_was_shown_is_told_by_section_and_can_be_taken_back() {
        let learnt = Learnt::default();
        assert_eq!(learnt.shown_last("a"), None);
        learnt.show("a", Some(1));
        learnt.show("b", Some(2));
        let before = learnt.so_far();
        learnt.show("a", Some(3));
        learnt.show("a", None);
        assert_eq!(learnt.shown_last("a"), None, "the last holds without one");
        assert_eq!(learnt.shown_of("a"), [3, 1]);
        learnt.take_back(before);
        assert_eq!(learnt.shown_last("a"), Some(1));
        assert!(learnt.has_shown("a", 1) && !learnt.has_shown("a", 3));
        assert!(!learnt.has_shown("b", 1));
        learnt.begin();
        assert!(!learnt.has_shown("a", 1));
    }
}
