//! The host patterns of a table as a tree, each below the narrowest that is around it.
//!
//! A request's host is looked up once; the patterns that match it are then a way up to the root.

use std::cmp::Ordering;

use super::HostPattern;
use super::atom::OwnedAtom;
use super::build::{Numbers, numbers};
use super::relation::Relation;
use crate::order::index;

/// The number of "any host", "any port" and "any method".
pub(super) const ANY: u32 = 0;

/// All host patterns, numbered so that those inside a pattern follow it.
#[derive(Debug, Default)]
pub(super) struct Hosts(Vec<Host>);

#[derive(Debug)]
struct Host {
    pattern: HostPattern,
    /// The narrowest pattern around this one.
    wider: u32,
    /// The first number after the patterns inside this one.
    end: u32,
}

impl Hosts {
    /// The patterns of some atoms, and the number of each atom's.
    pub(super) fn of(atoms: &[OwnedAtom]) -> (Self, Vec<u32>) {
        let text = |at: usize| atoms.get(at).and_then(|owned| owned.atom.host.text());
        let Numbers { of, firsts } = numbers(atoms.len(), &text, &backwards);
        let any = Host {
            pattern: HostPattern::Any,
            wider: ANY,
            end: u32::MAX,
        };
        let mut hosts = Self(vec![any]);
        for first in firsts {
            if let Some(owned) = atoms.get(first) {
                hosts.push(&owned.atom.host);
            }
        }
        (hosts, of)
    }

    /// The narrowest pattern that matches a request's host.
    pub(super) fn narrowest(&self, host: Option<&str>) -> u32 {
        let Some(host) = host else {
            return ANY;
        };
        let after = self
            .0
            .partition_point(|other| backwards(other.text(), host) != Ordering::Greater);
        let near = u32::try_from(after.saturating_sub(1)).unwrap_or(ANY);
        self.around(near, host)
    }

    /// The narrowest pattern around one; none is around any host.
    pub(super) fn wider(&self, id: u32) -> Option<u32> {
        let host = self.0.get(index(id)).filter(|_| id != ANY)?;
        Some(host.wider)
    }

    /// The first number after the patterns inside one.
    pub(super) fn end(&self, id: u32) -> u32 {
        self.0.get(index(id)).map_or(id, |host| host.end)
    }

    /// How the hosts of one pattern lie to those of another that it meets.
    pub(super) fn relation(&self, one: u32, two: u32) -> Relation {
        if one == two {
            Relation::Equal
        } else if (one..self.end(one)).contains(&two) {
            Relation::Broader
        } else {
            Relation::Narrower
        }
    }

    pub(super) fn pattern(&self, id: u32) -> HostPattern {
        let host = self.0.get(index(id));
        host.map_or(HostPattern::Any, |host| host.pattern.clone())
    }

    /// The narrowest of a pattern and those around it that matches a name.
    fn around(&self, mut id: u32, name: &str) -> u32 {
        while let Some(host) = self.0.get(index(id)) {
            if host.pattern.matches(Some(name)) {
                return id;
            }
            id = host.wider;
        }
        ANY
    }

    /// Adds a pattern behind all those before it in order.
    fn push(&mut self, pattern: &HostPattern) {
        let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        let mut wider = next.saturating_sub(1);
        while let Some(host) = self.0.get_mut(index(wider)) {
            let around = match &host.pattern {
                HostPattern::Any => true,
                HostPattern::Exact(_) => false,
                HostPattern::Below(domain) => {
                    pattern.text().is_some_and(|text| text.ends_with(&**domain))
                }
            };
            if around {
                break;
            }
            host.end = next;
            wider = host.wider;
        }
        self.0.push(Host {
            pattern: pattern.clone(),
            wider,
            end: u32::MAX,
        });
    }
}

impl Host {
    fn text(&self) -> &str {
        self.pattern.text().unwrap_or_default()
    }
}

/// Compares from the end, so that a domain comes right before the names in it.
fn backwards(one: &str, two: &str) -> Ordering {
    one.bytes().rev().cmp(two.bytes().rev())
}
