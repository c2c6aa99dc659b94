//! The compiled section: whether a token is a provider's and good, with a signature verified once
//! per worker.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use policy::{Context, Reason};

use crate::cache::TokenCache;
use crate::carrier::Carrier;
use crate::challenge::Challenges;
use crate::claims::Claims;
use crate::provider::{JWT_TYPES, Provider};
use crate::seen::{Seen, Verdict};
use crate::token::{Token, Unverified};
use crate::{Algorithm, Compact, Signatures, reason};

/// The compiled section, shared by all leaves and attributes of a document.
pub(crate) struct Verifier {
    pub(crate) providers: Vec<Provider>,
    pub(crate) carriers: Vec<Carrier>,
    pub(crate) challenges: Challenges,
    pub(crate) cache: RefCell<TokenCache>,
    pub(crate) signatures: Rc<dyn Signatures>,
}

/// The claim that binds a token to a key of its holder (RFC 7800 §3.1). Whoever takes such a token
/// without asking for the key makes a bearer token of it; until the key can be asked for, such
/// tokens are not taken.
const CONFIRMATION: &str = "cnf";

impl Verifier {
    /// The carriers of a provider, with their numbers.
    pub(crate) fn carriers_of(&self, provider: usize) -> impl Iterator<Item = (usize, &Carrier)> {
        let provider = self.providers.get(provider);
        let numbers = provider.into_iter().flat_map(|one| &one.carriers);
        numbers.filter_map(|number| Some((*number, self.carriers.get(*number)?)))
    }

    /// The claims of a token that this provider's keys have verified before.
    pub(crate) fn recall(&self, provider: usize, token: &Token<'_>) -> Option<Rc<Claims>> {
        let most = self.providers.get(provider)?.max_token_bytes;
        if token.bytes().len() > most {
            return None; // not even hashed
        }
        let cache = self.cache.borrow();
        let claims = cache.find(provider, token.fingerprint(), token.bytes())?;
        token.known.get_or_init(|| Rc::clone(&claims));
        Some(claims)
    }

    /// Whether a token is this provider's and good now; `hit` is what [`Self::recall`] gave.
    pub(crate) fn assess(
        &self,
        number: usize,
        token: &Token<'_>,
        hit: Option<Rc<Claims>>,
        now: Duration,
    ) -> Result<Rc<Claims>, Reason> {
        let provider = self.providers.get(number).ok_or(reason::UNKNOWN_ISSUER)?;
        if token.bytes().len() > provider.max_token_bytes {
            return Err(reason::TOO_LARGE);
        }
        if let Some(claims) = hit {
            provider.validator.check(&claims, now)?;
            return Ok(claims);
        }
        if let Some(known) = token.known.get() {
            provider.validator.check_recipient(known)?;
        }
        let claims = self.verify(provider, token, now)?;
        let mut cache = self.cache.borrow_mut();
        cache.keep(number, token.fingerprint(), token.bytes(), &claims);
        Ok(claims)
    }

    /// The signature comes last: it alone costs anything, and what fails before it cannot pass.
    fn verify(
        &self,
        provider: &Provider,
        token: &Token<'_>,
        now: Duration,
    ) -> Result<Rc<Claims>, Reason> {
        let Unverified { header, claims } = token.parse()?;
        provider.validator.check_issuer(claims)?;
        if header.media_type.is_some() && !header.is_typed(JWT_TYPES) {
            return Err(reason::BAD_TYPE);
        }
        let algorithm = Algorithm::named(&header.algorithm)
            .filter(|algorithm| provider.algorithms.contains(algorithm))
            .ok_or(reason::ALGORITHM_NOT_ALLOWED)?;
        if claims.has(CONFIRMATION) {
            return Err(reason::UNSUPPORTED);
        }
        provider.validator.check(claims, now)?;
        let key = provider
            .keys
            .choose(algorithm, header.key_id.as_deref())
            .ok_or(reason::UNKNOWN_KEY)?;
        if self.signatures.verify(key, &Compact::parse(token.bytes())?) {
            Ok(Rc::clone(claims))
        } else {
            Err(reason::BAD_SIGNATURE)
        }
    }

    /// The claims of a token that was verified for this request: the given provider's, or of the
    /// first in the document that has one.
    pub(crate) fn verified(
        &self,
        context: &Context<'_>,
        provider: Option<usize>,
    ) -> Option<(&Provider, Rc<Claims>)> {
        let seen = context.learnt.find::<Seen>()?;
        let mut wanted = match provider {
            Some(number) => number..number.saturating_add(1),
            None => 0..self.providers.len(),
        };
        wanted.find_map(|number| match seen.entry(number)?.verdict {
            Verdict::Good(claims) => Some((self.providers.get(number)?, claims)),
            Verdict::Absent | Verdict::Bad(_) => None,
        })
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verifier({} providers)", self.providers.len())
    }
}
