//! What was verified about one request so far, found again by its type.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

/// Verified facts of one request. A policy puts its own type here when it has verified something
/// and finds it again by that type; no policy sees another's.
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
    facts: RefCell<Vec<Rc<dyn Any>>>,
}

impl Learnt {
    /// The fact of this type, if it was put here. Cheap: the few facts are compared by type.
    #[must_use]
    pub fn find<T: Any>(&self) -> Option<Rc<T>> {
        let facts = self.facts.borrow();
        facts
            .iter()
            .find_map(|fact| Rc::clone(fact).downcast::<T>().ok())
    }

    /// Keeps a fact for the rest of this request. The first of a type stays.
    pub fn put<T: Any>(&self, fact: Rc<T>) {
        self.facts.borrow_mut().push(fact);
    }
}

impl std::fmt::Debug for Learnt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Learnt({})", self.facts.borrow().len())
    }
}
