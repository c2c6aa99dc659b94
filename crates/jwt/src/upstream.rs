//! What the upstream gets of a token: not the token, unless asked for, and the claims it is to be
//! told.

use std::rc::Rc;

use policy::{Context, HeaderChange, Permit, Unreadable};

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
    /// rule asked about is left alone.
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
        let mut writes = Vec::new();
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
            for claim in &provider.claim_headers {
                // Where two providers have a token here, the word of the first stands.
                let taken = writes.iter().any(|(header, _)| *header == claim.header);
                if !taken && let Some(value) = claim.value(&claims) {
                    writes.push((Rc::clone(&claim.header), value));
                }
            }
        }
        for number in looked_at.without(forwarded).iter() {
            if let Some(carrier) = self.carriers.get(number) {
                carrier.remove(context.request, permit)?;
            }
        }
        let writes = writes.into_iter();
        permit
            .changes
            .extend(writes.map(|(header, value)| HeaderChange::Set(header, value)));
        if let Some((provider, claims)) = self.verified(context, None) {
            let name = provider.name.as_bytes().to_vec();
            permit.outcomes.push(("jwt_provider", name));
            if let Some(principal) = claims.principal() {
                let principal = principal.as_bytes().to_vec();
                permit.outcomes.push(("jwt_principal", principal));
            }
        }
        Ok(())
    }
}
