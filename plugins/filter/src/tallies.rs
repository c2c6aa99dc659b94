//! Numbers of policies that only grow, and how much of them the proxy's counters show.
//!
//! They are looked at after every request, and seldom is one of them another: so all of a policy's are
//! read at once, and asked about one by one only where they are not what they were.

use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

/// Numbers of one policy.
pub(crate) trait Numbers {
    /// Tells of each number how far it is ahead of what was shown; it is shown where `show` says so.
    fn tell_news(&self, show: &mut dyn FnMut(&'static str, u64) -> bool);
}

/// The numbers of a `T`, always in the same order.
pub(crate) struct Tallies<T, const N: usize> {
    of: Rc<T>,
    read: fn(&T) -> [(&'static str, u64); N],
    shown: Cell<[u64; N]>,
}

impl<T, const N: usize> Tallies<T, N> {
    pub(crate) fn new(of: &Rc<T>, read: fn(&T) -> [(&'static str, u64); N]) -> Self {
        Self {
            of: Rc::clone(of),
            read,
            shown: Cell::new([0; N]),
        }
    }
}

impl<T, const N: usize> Numbers for Tallies<T, N> {
    fn tell_news(&self, show: &mut dyn FnMut(&'static str, u64) -> bool) {
        let now = (self.read)(&self.of);
        let mut shown = self.shown.get();
        if now.iter().map(|(_, number)| number).eq(&shown) {
            return;
        }
        for ((name, number), shown) in now.into_iter().zip(&mut shown) {
            let ahead = number.saturating_sub(*shown);
            if ahead > 0 && show(name, ahead) {
                *shown = number;
            }
        }
        self.shown.set(shown);
    }
}

impl fmt::Debug for dyn Numbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Numbers(..)")
    }
}
