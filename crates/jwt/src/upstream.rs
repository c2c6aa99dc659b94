//! What the upstream gets of a token: not the token, unless asked for, and the claims it is to be
//! told.

use std::rc::Rc;

use policy::{Carried, Context, HeaderChange, Permit, Unreadable};

use crate::attribute::last_taken;
use crate::carriers::Carriers;
use crate::provider::AfterUse;
use crate::seen::{Seen, Verdict};
use crate::verifier::Verifier;

impl Verifier {
    /// Header changes and outcomes of a permitted request.
    ///
    /// # Errors
    /// The proxy did not answer.
    ///
    /// # Security
    /// A token that was looked at and not taken (another alternative let the request in) is
    /// removed too: the upstream must not mistake it for one that was verified. A token that no
    /// rule asked about is left alone. Only a token that let the request in is spoken of: with a good
    /// one that its route does not take, a caller could else be somebody else upstream.
    pub(crate) fn on_permit(
        &self,
        context: &Context<'_>,
        permit: &mut Permit,
    ) -> Result<(), Unreadable> {
        let Some(seen) = context.learnt.find::<Seen>() else {
            return Ok(());
        };
        let mut looked_at = Carriers::default();
        let mut forwarded = Carriers::default();
        let mut told = Told::default();
        for (number, provider) in self.providers.iter().enumerate() {
            let Some(entry) = seen.entry(number) else {
                continue;
            };
            looked_at = looked_at.and(entry.carriers);
            let Verdict::Good(claims) = entry.verdict else {
                continue;
            };
            if provider.after_use == AfterUse::Forward {
                forwarded = forwarded.and(entry.carriers);
            }
            if !context.learnt.has_shown(crate::SECTION, number) {
                continue; // good, and not what let the request in
            }
            for claim in &provider.claim_headers {
                told.tell(&claim.header, || Ok(claim.value(&claims)))?;
            }
            if let Some(header) = &provider.payload_header {
                told.tell(header, || self.payload(entry.carriers, context))?;
            }
            for claim in &provider.claim_state {
                let known = permit.facts.iter().any(|(name, _)| *name == claim.header);
                if let Some(value) = claim.value(&claims).filter(|_| !known) {
                    permit.facts.push((Rc::clone(&claim.header), value));
                }
            }
        }
        for number in looked_at.without(forwarded).iter() {
            if let Some(carrier) = self.carriers.get(number) {
                carrier.remove(context.request, permit)?;
            }
        }
        permit.changes.extend(told.into_changes());
        let taken = last_taken(context).and_then(|number| self.taken(context, number));
        if let Some((provider, claims)) = taken {
            let name = provider.name.as_bytes().to_vec();
            permit.outcomes.push(("jwt_provider", name));
            if let Some(principal) = claims.principal() {
                let principal = principal.as_bytes().to_vec();
                permit.outcomes.push(("jwt_principal", principal));
            }
        }
        Ok(())
    }

    /// The payload of the token in the one carrier of these, as it was sent. Read again, so that no
    /// token is kept for providers that tell nobody.
    fn payload(
        &self,
        carriers: Carriers,
        context: &Context<'_>,
    ) -> Result<Option<Vec<u8>>, Unreadable> {
        let carrier = carriers.only().and_then(|only| self.carriers.get(only));
        let Some(Carried::Token(token)) = carrier
            .map(|carrier| carrier.read(context.request))
            .transpose()?
        else {
            return Ok(None);
        };
        let mut parts = token.split(|byte| *byte == b'.');
        Ok(parts.nth(1).map(<[u8]>::to_vec))
    }
}

/// Headers for the upstream. Where two providers' tokens let the request in, the first has the word on
/// a header, be it silence: what one says of a caller is not filled up with what the other says.
#[derive(Default)]
struct Told(Vec<(Rc<str>, Option<Vec<u8>>)>);

impl Told {
    fn tell(
        &mut self,
        header: &Rc<str>,
        value: impl FnOnce() -> Result<Option<Vec<u8>>, Unreadable>,
    ) -> Result<(), Unreadable> {
        if !self.0.iter().any(|(known, _)| known == header) {
            self.0.push((Rc::clone(header), value()?));
        }
        Ok(())
    }

    fn into_changes(self) -> impl Iterator<Item = HeaderChange> {
        let told = self.0.into_iter();
        told.filter_map(|(header, value)| Some(HeaderChange::Set(header, value?)))
    }
}
