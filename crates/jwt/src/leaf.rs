//! The compiled condition part: `jwt` with the `scopes` and `claims` beside it.

use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use policy::{Challenge, Context, Failure, Leaf, Reason, Weight};

use crate::attribute::credential;
use crate::budgets::Spent;
use crate::claim_test::ClaimTest;
use crate::claims::Claims;
use crate::reason;
use crate::seen::{Seen, Verdict};
use crate::verifier::Verifier;

/// Whether a request without a token passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Demand {
    /// A token must be there.
    Required,
    /// None is fine; a bad one is not.
    Optional,
}

/// A verified token of one of some providers, with scopes and claims.
pub(crate) struct TokenLeaf {
    verifier: Rc<Verifier>,
    providers: Vec<usize>,
    demand: Demand,
    scopes: Vec<Box<str>>,
    claims: Vec<ClaimTest>,
    insufficient_scope: Rc<Challenge>,
}

impl TokenLeaf {
    pub(crate) fn new(
        verifier: &Rc<Verifier>,
        providers: Vec<usize>,
        demand: Demand,
        scopes: Vec<Box<str>>,
        claims: Vec<ClaimTest>,
    ) -> Self {
        Self {
            verifier: Rc::clone(verifier),
            providers,
            demand,
            insufficient_scope: verifier.challenges.insufficient_scope(&scopes),
            scopes,
            claims,
        }
    }

    /// Whether a verified token is enough.
    fn suffices(&self, provider: usize, claims: &Claims) -> Result<(), Failure> {
        let failure = if !self.scopes.iter().all(|scope| claims.grants(scope)) {
            Failure::new(reason::INSUFFICIENT_SCOPE, Weight::NotEnough)
                .challenged(&self.insufficient_scope)
        } else if !self.claims.iter().all(|test| test.holds(claims)) {
            Failure::new(reason::CLAIM_NOT_ALLOWED, Weight::NotEnough)
        } else {
            return Ok(());
        };
        Err(self.about(failure, provider))
    }

    fn refuse(&self, provider: usize, reason: Reason) -> Failure {
        let weight = match reason {
            reason::SEVERAL_TOKENS => Weight::Fault, // the request cannot be read in one way
            reason::CLAIM_NOT_ALLOWED => Weight::NotEnough, // verified, and not one to be taken
            _ => Weight::Bad,
        };
        let failure = match self.verifier.challenges.bad(reason) {
            Some(challenge) => Failure::new(reason, weight).challenged(challenge),
            None => Failure::new(reason, weight),
        };
        self.about(failure, provider)
    }

    fn about(&self, mut failure: Failure, provider: usize) -> Failure {
        let provider = self.verifier.providers.get(provider);
        failure.rule = provider.map(|provider| Rc::clone(&provider.name));
        failure
    }

    /// The names of its providers.
    fn names(&self) -> impl Iterator<Item = &str> {
        let providers = self.providers.iter();
        providers.filter_map(|number| Some(&*self.verifier.providers.get(*number)?.name))
    }

    /// There are no keys to tell by: the proxy's fault, and nothing the client could mend.
    fn no_keys(&self, provider: usize, retry_after: Duration) -> Failure {
        let mut failure = Failure::new(reason::KEYS_UNAVAILABLE, Weight::Fault);
        let seconds = retry_after.as_millis().div_ceil(1_000).max(1);
        failure.headers.push(("retry-after", seconds.to_string()));
        self.about(failure, provider)
    }

    fn missing(&self) -> Failure {
        Failure::new(reason::MISSING, Weight::Missing)
            .challenged(self.verifier.challenges.missing())
    }
}

impl Leaf for TokenLeaf {
    /// A good token decides, whatever else the request carries: one that is another provider's, or
    /// bad, in the same request spoils nothing.
    fn holds(&self, context: &Context<'_>) -> Result<(), Failure> {
        let seen = Seen::of(context.learnt);
        self.verifier.look(context, &self.providers, &seen)?;
        let mut not_enough: Option<Failure> = None;
        let mut spent: Option<Spent> = None;
        let mut bad: Option<(usize, Reason)> = None;
        let mut coming = None;
        let mut no_keys = None;
        for provider in self.providers.iter().copied() {
            match seen.entry(provider).map(|entry| entry.verdict) {
                Some(Verdict::Good(claims)) => match self.suffices(provider, &claims) {
                    Ok(()) => {
                        context.learnt.show(crate::SECTION, Some(provider));
                        return Ok(());
                    }
                    Err(failure) => {
                        not_enough.get_or_insert(failure);
                    }
                },
                Some(Verdict::Bad(reason)) => bad = Some(more_telling(bad, (provider, reason))),
                Some(Verdict::Spent(budget)) => {
                    spent.get_or_insert(budget);
                }
                Some(Verdict::Coming(wait)) => {
                    bad = Some(more_telling(bad, (provider, reason::UNKNOWN_KEY)));
                    coming.get_or_insert(wait);
                }
                Some(Verdict::NoKeys(after)) => {
                    no_keys.get_or_insert_with(|| self.no_keys(provider, after));
                }
                Some(Verdict::Absent) | None => {}
            }
        }
        let bad = || bad.map(|(provider, reason)| self.refuse(provider, reason));
        let failure = match (not_enough, spent) {
            (Some(failure), _) => Some(failure),
            (None, Some(spent)) => return Err(not_looked_at(spent)),
            (None, None) => no_keys.or_else(bad),
        };
        match (failure, coming, self.demand) {
            (Some(failure), Some(wait), _) => Err(failure.until(wait)),
            (Some(failure), None, _) => Err(failure),
            (None, _, Demand::Required) => Err(self.missing()),
            (None, _, Demand::Optional) => {
                context.learnt.show(crate::SECTION, None);
                Ok(())
            }
        }
    }

    fn is_open(&self) -> bool {
        self.demand == Demand::Optional
    }

    fn asks(&self, name: &str) -> bool {
        let providers = self.providers.iter().copied();
        let mut providers = providers.filter_map(|number| self.verifier.providers.get(number));
        name == crate::SECTION || providers.any(|provider| credential(&provider.name) == name)
    }

    fn verifies(&self, section: &str) -> bool {
        section == crate::SECTION && self.demand == Demand::Required
    }

    fn verifies_source(&self, section: &str, source: &str) -> bool {
        self.verifies(section) && self.names().all(|name| name == source)
    }

    fn looks_for(&self, section: &str, source: Option<&str>) -> bool {
        let mut names = self.names();
        section == crate::SECTION && names.any(|name| source.is_none_or(|source| name == source))
    }
}

/// The answer to a token that was not looked at; it says nothing about the token.
fn not_looked_at(spent: Spent) -> Failure {
    let mut failure = Failure::new(spent.reason, Weight::Bad);
    let after = spent.retry_after.to_string();
    failure.headers.push(("retry-after", after));
    let budget = if spent.reason == reason::TOO_MANY_SIGNATURES {
        "jwt.signatures"
    } else {
        "jwt.failures"
    };
    failure.rule = Some(budget.into());
    failure
}

/// The more telling of two reasons of different providers; the first, where they say as much.
fn more_telling(known: Option<(usize, Reason)>, next: (usize, Reason)) -> (usize, Reason) {
    match known {
        Some(known) if telling(known.1) >= telling(next.1) => known,
        _ => next,
    }
}

/// How much a reason says where several providers refuse the same token: that it is another
/// provider's says the least.
fn telling(reason: Reason) -> u8 {
    match reason {
        reason::UNKNOWN_ISSUER | reason::BAD_SUBJECT => 0,
        reason::WRONG_AUDIENCE => 1,
        _ => 2,
    }
}

impl fmt::Debug for TokenLeaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenLeaf")
            .field("providers", &self.providers)
            .field("demand", &self.demand)
            .field("scopes", &self.scopes)
            .field("claims", &self.claims)
            .finish_non_exhaustive()
    }
}
