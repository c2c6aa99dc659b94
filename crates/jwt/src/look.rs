//! How the tokens of a request are found and judged, once per request.

use std::rc::Rc;
use std::time::Duration;

use policy::{Carried, Context, Fact, Failure};

use crate::carriers::Carriers;
use crate::claims::Claims;
use crate::metadata::{self, Malformed};
use crate::provider::Provider;
use crate::reason;
use crate::seen::{Entry, Seen, Verdict};
use crate::token::{Standing, Token};
use crate::verifier::Verifier;

impl Verifier {
    /// Looks at the tokens of these providers, those that were not looked at before.
    ///
    /// # Errors
    /// The proxy did not answer. A bad token is no error here but a verdict.
    pub(crate) fn look(
        &self,
        context: &Context<'_>,
        providers: &[usize],
        seen: &Seen,
    ) -> Result<(), Failure> {
        match providers {
            [one] if seen.is_settled(*one) => Ok(()),
            [one] => self.look_for_one(context, *one, seen),
            several => self.look_for_several(context, several, seen),
        }
    }

    /// The same for the one provider that most routes name, without an allocation.
    fn look_for_one(
        &self,
        context: &Context<'_>,
        provider: usize,
        seen: &Seen,
    ) -> Result<(), Failure> {
        let request = context.request;
        if let Some(key) = self.verified_in(provider) {
            return self.look_into_metadata(context, provider, key, seen);
        }
        let mut carriers = Carriers::default();
        let mut found = None;
        for (number, carrier) in self.carriers_of(provider) {
            match carrier.read(request)? {
                Carried::Nothing => continue,
                Carried::Several => {}
                Carried::Token(bytes) => found = Some(Token::new(bytes)),
            }
            carriers = carriers.with(number);
        }
        let verdict = match (found, carriers.only()) {
            (None, None) if carriers.is_empty() => Verdict::Absent,
            (Some(token), Some(_)) => {
                let now = request.unix_time()?;
                let hit = self.recall(provider, &token, now);
                let verdict = self.assess(provider, &token, hit, context, now)?;
                let spent = self.settle(&token, context, seen)?;
                spent.map_or(verdict, Verdict::Spent)
            }
            _ => Verdict::Bad(reason::SEVERAL_TOKENS),
        };
        seen.record(Entry {
            provider,
            carriers,
            verdict,
        });
        Ok(())
    }

    /// The payload that a filter in front has verified: all that is looked at but the signature.
    fn look_into_metadata(
        &self,
        context: &Context<'_>,
        provider: usize,
        key: &str,
        seen: &Seen,
    ) -> Result<(), Failure> {
        let metadata = context.request.fact(Fact::Metadata)?;
        let payload = metadata.map_or(Ok(None), |metadata| metadata::payload(&metadata, key));
        let claims = payload.map(|payload| payload.map(Claims::of));
        let verdict = match claims {
            Ok(None) => Verdict::Absent,
            Ok(Some(Ok(claims))) => {
                let now = context.request.unix_time()?;
                self.accept(provider, &Rc::new(claims), context, now)?
            }
            Ok(Some(Err(_))) | Err(Malformed) => Verdict::Bad(reason::MALFORMED),
        };
        seen.record(Entry {
            provider,
            carriers: Carriers::default(),
            verdict,
        });
        Ok(())
    }

    fn look_for_several(
        &self,
        context: &Context<'_>,
        providers: &[usize],
        seen: &Seen,
    ) -> Result<(), Failure> {
        let request = context.request;
        let mut read: Vec<(usize, Option<Token<'_>>)> = Vec::new(); // `None`: nothing, or several
        let mut candidates: Vec<(usize, Carriers)> = Vec::new();
        let mut carrying = Carriers::default();
        for provider in providers.iter().copied() {
            if seen.is_settled(provider) {
                continue;
            }
            if let Some(key) = self.verified_in(provider) {
                self.look_into_metadata(context, provider, key, seen)?;
                continue;
            }
            let mut carriers = Carriers::default();
            for (number, carrier) in self.carriers_of(provider) {
                if !read.iter().any(|(known, _)| *known == number) {
                    let carried = carrier.read(request)?;
                    if !matches!(carried, Carried::Nothing) {
                        carrying = carrying.with(number);
                    }
                    let token = match carried {
                        Carried::Token(bytes) => Some(Token::new(bytes)),
                        Carried::Nothing | Carried::Several => None,
                    };
                    read.push((number, token));
                }
                carriers = carriers.with(number);
            }
            let empty = carriers.without(carrying);
            candidates.push((provider, carriers.without(empty)));
        }
        let now = if carrying.is_empty() {
            Duration::ZERO // no date is compared
        } else {
            request.unix_time()?
        };
        self.judge(context, &candidates, &read, now, seen)
    }

    fn judge(
        &self,
        context: &Context<'_>,
        candidates: &[(usize, Carriers)],
        read: &[(usize, Option<Token<'_>>)],
        now: Duration,
        seen: &Seen,
    ) -> Result<(), Failure> {
        let token_in = |carriers: Carriers| {
            let only = carriers.only()?;
            let (_, token) = read.iter().find(|(number, _)| *number == only)?;
            token.as_ref()
        };
        // What the cache knows comes first: then a token of one provider need not be parsed to
        // find that it is not another's.
        let hits: Vec<Option<Rc<Claims>>> = candidates
            .iter()
            .map(|(provider, carriers)| self.recall(*provider, token_in(*carriers)?, now))
            .collect();
        let mut verdicts = Vec::with_capacity(candidates.len());
        for ((provider, carriers), hit) in candidates.iter().zip(hits) {
            verdicts.push(match token_in(*carriers) {
                Some(token) => self.assess(*provider, token, hit, context, now)?,
                None if carriers.is_empty() => Verdict::Absent,
                None => Verdict::Bad(reason::SEVERAL_TOKENS),
            });
        }
        for token in read.iter().filter_map(|(_, token)| token.as_ref()) {
            if let Some(spent) = self.settle(token, context, seen)? {
                token.standing.set(Standing::Spent(spent));
            }
        }
        for ((provider, carriers), verdict) in candidates.iter().zip(verdicts) {
            let standing = token_in(*carriers).map(|token| token.standing.get());
            let verdict = match (verdict, standing) {
                (Verdict::Bad(_), Some(Standing::Spent(spent))) => Verdict::Spent(spent),
                (verdict, _) => verdict,
            };
            seen.record(Entry {
                provider: *provider,
                carriers: *carriers,
                verdict,
            });
        }
        Ok(())
    }

    /// The claims of a provider's token, where a part of a condition holds by it: that it is verified
    /// alone is not enough.
    pub(crate) fn taken(
        &self,
        context: &Context<'_>,
        number: usize,
    ) -> Option<(&Provider, Rc<Claims>)> {
        if !context.learnt.has_shown(crate::SECTION, number) {
            return None;
        }
        match context.learnt.find::<Seen>()?.entry(number)?.verdict {
            Verdict::Good(claims) => Some((self.providers.get(number)?, claims)),
            _ => None,
        }
    }
}
