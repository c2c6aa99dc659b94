//! The compiled section: whether a token is a provider's and good, with a signature verified once
//! per worker.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use policy::{Carrier, Context, Failure, Workloads};

use crate::binding::of_connection;
use crate::budgets::{Budgets, Obstacle, Spent};
use crate::cache::{Secret, Stamp, TokenCache};
use crate::challenge::Challenges;
use crate::claims::Claims;
use crate::provider::Provider;
use crate::seen::{Seen, Verdict};
use crate::token::{Standing, Token, Unverified};
use crate::untaken::{Untaken, missing_key, verdict};
use crate::{Algorithm, Signatures, reason};

/// The compiled section, shared by all leaves and attributes of a document.
pub(crate) struct Verifier {
    pub(crate) providers: Vec<Provider>,
    pub(crate) carriers: Vec<Carrier>,
    pub(crate) challenges: Challenges,
    pub(crate) cache: RefCell<TokenCache>,
    pub(crate) secret: Secret,
    pub(crate) signatures: Rc<dyn Signatures>,
    /// Who knows the caller as a workload; `None` where nobody does.
    pub(crate) workloads: Option<Rc<dyn Workloads>>,
    pub(crate) budgets: Budgets,
}

impl Verifier {
    /// The carriers of a provider, with their numbers.
    pub(crate) fn carriers_of(&self, provider: usize) -> impl Iterator<Item = (usize, &Carrier)> {
        let provider = self.providers.get(provider);
        let numbers = provider.into_iter().flat_map(|one| &one.carriers);
        numbers.filter_map(|number| Some((*number, self.carriers.get(*number)?)))
    }

    /// The claims of a token that this provider's keys, those in force, have verified before.
    pub(crate) fn recall(
        &self,
        number: usize,
        token: &Token<'_>,
        now: Duration,
    ) -> Option<Rc<Claims>> {
        let provider = self.providers.get(number)?;
        if token.bytes().len() > provider.max_token_bytes {
            return None; // not even hashed
        }
        let cache = self.cache.borrow();
        let stamp = Stamp::new(provider.keys.generation()?, now);
        let claims = cache.find(
            number,
            token.fingerprint(&self.secret),
            token.bytes(),
            stamp,
        )?;
        token.known.get_or_init(|| Rc::clone(&claims));
        Some(claims)
    }

    /// Whether a token is this provider's and good now; `hit` is what [`Self::recall`] gave.
    ///
    /// # Errors
    /// It could not be told. A bad token is no error here but a verdict.
    pub(crate) fn assess(
        &self,
        number: usize,
        token: &Token<'_>,
        hit: Option<Rc<Claims>>,
        context: &Context<'_>,
        now: Duration,
    ) -> Result<Verdict, Failure> {
        verdict(self.take(number, token, hit, context, now))
    }

    /// Whether claims that a filter in front has verified are this provider's and good now.
    ///
    /// # Errors
    /// It could not be told.
    pub(crate) fn accept(
        &self,
        number: usize,
        claims: &Rc<Claims>,
        context: &Context<'_>,
        now: Duration,
    ) -> Result<Verdict, Failure> {
        let accept = || {
            let provider = self.providers.get(number).ok_or(reason::UNKNOWN_ISSUER)?;
            provider.validator.check(claims, now)?;
            self.check_use(provider, claims, context)
        };
        verdict(accept().map(|()| Rc::clone(claims)))
    }

    /// The key of dynamic metadata where a provider's payloads are, if that is where they are.
    pub(crate) fn verified_in(&self, number: usize) -> Option<&str> {
        self.providers.get(number)?.verified_in.as_deref()
    }

    /// Counts a token that no provider has taken, once a request; where that was one too many, this is
    /// what is told instead.
    ///
    /// # Errors
    /// It could not be counted.
    pub(crate) fn settle(
        &self,
        token: &Token<'_>,
        context: &Context<'_>,
        seen: &Seen,
    ) -> Result<Option<Spent>, Failure> {
        let failed = token.standing.get() == Standing::Failed && token.known.get().is_none();
        if !failed || !seen.is_first_failure() {
            return Ok(None);
        }
        match self.budgets.charge(context) {
            Ok(()) => Ok(None),
            Err(Obstacle::Spent(spent)) => Ok(Some(spent)),
            Err(Obstacle::Fault(failure)) => Err(failure),
        }
    }

    fn take(
        &self,
        number: usize,
        token: &Token<'_>,
        hit: Option<Rc<Claims>>,
        context: &Context<'_>,
        now: Duration,
    ) -> Result<Rc<Claims>, Untaken> {
        let provider = self.providers.get(number).ok_or(reason::UNKNOWN_ISSUER)?;
        if token.bytes().len() > provider.max_token_bytes {
            return Err(reason::TOO_LARGE.into());
        }
        let claims = if let Some(claims) = hit {
            provider.validator.check(&claims, now)?;
            claims
        } else {
            if let Some(known) = token.known.get() {
                provider.validator.check_recipient(known)?;
            }
            let generation = provider.keys.generation();
            let claims = self.look_into(provider, token, context, now)?;
            if let Some(generation) = generation {
                let stamp = Stamp::new(generation, now);
                let fingerprint = token.fingerprint(&self.secret);
                let mut cache = self.cache.borrow_mut();
                cache.keep(number, fingerprint, token.bytes(), stamp, &claims);
            }
            claims
        };
        self.check_use(provider, &claims, context)?;
        Ok(claims)
    }

    /// Whether verified claims say what every token of this provider must, for this caller.
    fn check_use(
        &self,
        provider: &Provider,
        claims: &Claims,
        context: &Context<'_>,
    ) -> Result<(), Untaken> {
        self.check_caller(provider, claims, context)?;
        // Known to be genuine: 403 tells that to nobody who has forged it.
        if provider.claims.iter().all(|test| test.holds(claims)) {
            Ok(())
        } else {
            Err(reason::CLAIM_NOT_ALLOWED.into())
        }
    }

    /// Whether the token is this caller's to present.
    fn check_caller(
        &self,
        provider: &Provider,
        claims: &Claims,
        context: &Context<'_>,
    ) -> Result<(), Untaken> {
        provider
            .binding
            .check(claims, || match &self.workloads {
                Some(workloads) => workloads.certificate(context),
                None => Ok(of_connection(context.request)?),
            })
            .map_err(Untaken::Fault)??;
        match &provider.presenters {
            Some(presenters)
                if !presenters
                    .include_caller(claims, context)
                    .map_err(Untaken::Fault)? =>
            {
                Err(reason::WRONG_PRESENTER.into())
            }
            _ => Ok(()),
        }
    }

    /// Verifies a token that is not known, if its caller has room for another bad one.
    fn look_into(
        &self,
        provider: &Provider,
        token: &Token<'_>,
        context: &Context<'_>,
        now: Duration,
    ) -> Result<Rc<Claims>, Untaken> {
        match token.standing.get() {
            Standing::Unasked if token.known.get().is_none() => {
                let admitted = self.budgets.admit(context);
                token.standing.set(match &admitted {
                    Ok(()) => Standing::Admitted,
                    Err(Obstacle::Spent(spent)) => Standing::Spent(*spent),
                    Err(Obstacle::Fault(_)) => Standing::Unasked,
                });
                admitted?;
            }
            Standing::Spent(spent) => return Err(Untaken::Spent(spent)),
            Standing::Unasked | Standing::Admitted | Standing::Failed => {}
        }
        let verified = self.verify(provider, token, context, now);
        match &verified {
            Ok(claims) => {
                token.known.get_or_init(|| Rc::clone(claims));
            }
            Err(Untaken::Bad(_)) if self.is_for_another(provider, token) => {}
            Err(Untaken::Bad(_)) => token.standing.set(Standing::Failed),
            Err(_) => {}
        }
        verified
    }

    /// Whether a token is not this provider's but, by what it says, another's: then it is that one's
    /// to find it bad, and a client with a good one has done nothing wrong.
    fn is_for_another(&self, provider: &Provider, token: &Token<'_>) -> bool {
        let Ok(Unverified { claims, .. }) = token.parse() else {
            return false;
        };
        let is_for = |one: &Provider| one.validator.check_recipient(claims).is_ok();
        !is_for(provider) && self.providers.iter().any(is_for)
    }

    /// The signature comes last: it alone costs anything, and what fails before it cannot pass.
    fn verify(
        &self,
        provider: &Provider,
        token: &Token<'_>,
        context: &Context<'_>,
        now: Duration,
    ) -> Result<Rc<Claims>, Untaken> {
        let parsed = token.parse()?;
        let Unverified { header, claims, .. } = parsed;
        let validator = &provider.validator;
        // Whose it is comes first, as for a token that is known already: what is told must not depend
        // on what this worker remembers.
        validator.check_recipient(claims)?;
        validator.profile.check_type(header)?;
        let algorithm = Algorithm::named(&header.algorithm)
            .filter(|algorithm| provider.algorithms.contains(algorithm))
            .ok_or(reason::ALGORITHM_NOT_ALLOWED)?;
        validator.check(claims, now)?;
        let keys = provider.keys.set()?;
        let key_id = header.key_id.as_deref();
        let Some(key) = keys.choose(algorithm, validator.profile.purpose(), key_id) else {
            return Err(missing_key(&keys, provider, key_id, context)?);
        };
        self.budgets.sign(context)?;
        let (message, signature) = token.signature(parsed);
        if self.signatures.verify(algorithm, key, message, signature) {
            Ok(Rc::clone(claims))
        } else {
            Err(reason::BAD_SIGNATURE.into())
        }
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verifier({} providers)", self.providers.len())
    }
}
