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
    mode: Mode,
    pub(crate) progress: Progress,
}

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
}
