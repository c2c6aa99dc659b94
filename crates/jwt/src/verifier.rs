//! The verifier: finds the tokens of a request and says what they are, once per request, and
//! verifies a signature once per worker.

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use policy::{Failure, Reason, Request};

use crate::cache::{Fingerprint, TokenCache};
use crate::carrier::{Carried, Carrier};
use crate::challenge::Challenges;
use crate::claims::Claims;
use crate::header::Header;
use crate::provider::{JWT_TYPES, Provider};
use crate::seen::{Entry, Seen, Verdict};
use crate::{Algorithm, Compact, Signatures, reason};

/// The compiled section, shared by all leaves and attributes of a document.
pub(crate) struct Verifier {
    pub(crate) providers: Vec<Provider>,
    pub(crate) carriers: Vec<Carrier>,
    pub(crate) challenges: Challenges,
    pub(crate) cache: RefCell<TokenCache>,
    pub(crate) signatures: Rc<dyn Signatures>,
}

/// A token as a request carries it, with what was found out about it so far.
struct Token<'a> {
    bytes: Cow<'a, [u8]>,
    fingerprint: OnceCell<Fingerprint>,
    /// Its claims, where the cache knew them for some provider.
    known: OnceCell<Rc<Claims>>,
    /// Its header and claims, where they had to be parsed.
    parsed: OnceCell<Result<Unverified, Reason>>,
}

/// What a token says, not yet verified.
struct Unverified {
    header: Header,
    claims: Rc<Claims>,
}

/// A provider whose token is to be looked at, and where it was found.
struct Candidate {
    provider: usize,
    carriers: Vec<usize>,
}

impl Verifier {
    /// Looks at the tokens of these providers, those that were not looked at before.
    ///
    /// # Errors
    /// The proxy did not answer. A bad token is no error here but a verdict.
    pub(crate) fn look(
        &self,
        request: &Request<'_>,
        providers: &[usize],
        seen: &Seen,
    ) -> Result<(), Failure> {
        let mut read: Vec<(usize, Carried<'_>)> = Vec::new();
        let mut candidates: Vec<Candidate> = Vec::new();
        for provider in providers.iter().copied() {
            let Some(compiled) = self.providers.get(provider) else {
                continue;
            };
            if seen.verdict(provider).is_some() {
                continue;
            }
            let mut carriers = Vec::new();
            for number in &compiled.carriers {
                if !read.iter().any(|(known, _)| known == number)
                    && let Some(carrier) = self.carriers.get(*number)
                {
                    read.push((*number, carrier.read(request)?));
                }
                let carried = read.iter().find(|(known, _)| known == number);
                if !matches!(carried, None | Some((_, Carried::Nothing))) {
                    carriers.push(*number);
                }
            }
            candidates.push(Candidate { provider, carriers });
        }
        let tokens: Vec<(usize, Token<'_>)> = read
            .into_iter()
            .filter_map(|(carrier, carried)| match carried {
                Carried::Token(bytes) => Some((carrier, Token::new(bytes))),
                Carried::Nothing | Carried::Several => None,
            })
            .collect();
        let now = if tokens.is_empty() {
            Duration::ZERO // no date is compared
        } else {
            request.unix_time()?
        };
        self.judge(candidates, &tokens, now, seen);
        Ok(())
    }

    fn judge(
        &self,
        candidates: Vec<Candidate>,
        tokens: &[(usize, Token<'_>)],
        now: Duration,
        seen: &Seen,
    ) {
        let token_of = |candidate: &Candidate| match candidate.carriers.as_slice() {
            [] => Err(Verdict::Absent),
            [one] => tokens
                .iter()
                .find(|(carrier, _)| carrier == one)
                .map(|(_, token)| token)
                .ok_or(Verdict::Bad(reason::SEVERAL_TOKENS)),
            _ => Err(Verdict::Bad(reason::SEVERAL_TOKENS)),
        };
        // What the cache knows comes first: then a token of one provider need not be parsed to
        // find that it is not another's.
        let (hits, misses): (Vec<_>, Vec<_>) = candidates
            .into_iter()
            .map(|candidate| {
                let hit = token_of(&candidate)
                    .ok()
                    .and_then(|token| self.recall(candidate.provider, token));
                (candidate, hit)
            })
            .partition(|(_, hit)| hit.is_some());
        for (candidate, hit) in hits.into_iter().chain(misses) {
            let verdict = match token_of(&candidate) {
                Err(verdict) => verdict,
                Ok(token) => match self.assess(candidate.provider, token, hit, now) {
                    Ok(claims) => Verdict::Good(claims),
                    Err(reason) => Verdict::Bad(reason),
                },
            };
            seen.record(Entry {
                provider: candidate.provider,
                carriers: candidate.carriers,
                verdict,
            });
        }
    }

    /// The claims of a token that this provider's keys have verified before.
    fn recall(&self, provider: usize, token: &Token<'_>) -> Option<Rc<Claims>> {
        let most = self.providers.get(provider)?.max_token_bytes;
        if token.bytes.len() > most {
            return None; // not even hashed
        }
        let cache = self.cache.borrow();
        let claims = cache.find(provider, token.fingerprint(), &token.bytes)?;
        drop(cache);
        token.known.get_or_init(|| Rc::clone(&claims));
        Some(claims)
    }

    /// Whether a token is this provider's and good now.
    fn assess(
        &self,
        number: usize,
        token: &Token<'_>,
        hit: Option<Rc<Claims>>,
        now: Duration,
    ) -> Result<Rc<Claims>, Reason> {
        let provider = self.providers.get(number).ok_or(reason::UNKNOWN_ISSUER)?;
        if token.bytes.len() > provider.max_token_bytes {
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
        cache.keep(number, token.fingerprint(), &token.bytes, &claims);
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
        if claims.issuer() != Some(&provider.validator.issuer) {
            return Err(reason::UNKNOWN_ISSUER);
        }
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
        let compact = Compact::parse(&token.bytes)?;
        if key.algorithm() == algorithm && self.signatures.verify(key, &compact) {
            Ok(Rc::clone(claims))
        } else {
            Err(reason::BAD_SIGNATURE)
        }
    }
}

/// The claim that binds a token to a key of its holder (RFC 7800 §3.1). Whoever takes such a token
/// without asking for the key makes a bearer token of it; until the key can be asked for, such
/// tokens are not taken.
const CONFIRMATION: &str = "cnf";

impl<'a> Token<'a> {
    const fn new(bytes: Cow<'a, [u8]>) -> Self {
        Self {
            bytes,
            fingerprint: OnceCell::new(),
            known: OnceCell::new(),
            parsed: OnceCell::new(),
        }
    }

    fn fingerprint(&self) -> Fingerprint {
        *self
            .fingerprint
            .get_or_init(|| Fingerprint::of(&self.bytes))
    }

    fn parse(&self) -> Result<&Unverified, Reason> {
        let parsed = self.parsed.get_or_init(|| {
            let compact = Compact::parse(&self.bytes)?;
            Ok(Unverified {
                header: Header::parse(compact.header())?,
                claims: Rc::new(Claims::parse(compact.payload())?),
            })
        });
        parsed.as_ref().map_err(|reason| *reason)
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verifier({} providers)", self.providers.len())
    }
}
